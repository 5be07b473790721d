/* The table of sessions. Python sends `rows`, a session's state each; between that the page extrapolates. */

import { buttonBox, drawButtons } from "./buttons.js";
import { announcementElement, dataElement, element, put, sentences } from "./dom.js";
import { everySecond } from "./extrapolation.js";
import { stateIcon } from "./icons.js";
import { followState, kernelLostText, withoutKernel } from "./kernel.js";
import { KERNEL_IS_BUSY, trackPress } from "./press.js";
import { costText, countdownAt, lifetimeText, nowAt, totalText } from "./session_numbers.js";

const HEADINGS = ["Session", "State", "Task", "Elapsed", "Cost", "Inactivity", ""];

function buildTable(el) {
  const card = element("section", "webrun-card webrun-sessions", el);
  card.setAttribute("aria-label", "Sessions");
  card.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own shortcuts would take the keys that scroll it
  const gone = element("div", "webrun-gone", card);
  const scroll = element("div", "webrun-scroll", card);
  // A region that scrolls has to be reachable with the keyboard.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Table of sessions");
  const table = element("table", "webrun-table", scroll);
  const head = element("tr", "", element("thead", "", table));
  for (const title of HEADINGS) {
    const cell = element("th", "", head);
    cell.scope = "col";
    if (title) cell.textContent = title;
    else element("span", "webrun-live", cell).textContent = "Buttons";
  }
  const body = element("tbody", "", table);
  const total = element("div", "webrun-total", card);
  const notice = element("div", "webrun-notice", card);
  return { gone, body, total, notice, live: announcementElement(card) };
}

function buildRow(body, sessionId) {
  const row = element("tr", "webrun-session", body);
  row.dataset.session = sessionId;
  const heading = element("th", "", row);
  heading.scope = "row";
  const name = dataElement("", heading);
  const stateBox = element("span", "webrun-state", element("td", "", row));
  const icon = stateIcon(stateBox);
  const label = element("span", "webrun-state-word", stateBox);
  const task = dataElement("webrun-task", element("td", "", row));
  const [elapsed, cost, countdown] = [1, 2, 3].map(() => element("td", "webrun-number", row));
  const buttons = buttonBox(element("td", "", row));
  return { row, name, icon, label, task, elapsed, cost, countdown, buttons };
}

function drawRow(ui, state, busy, press) {
  ui.row.dataset.tone = state.tone;
  ui.icon(state.shape);
  put(ui.name, state.name);
  put(ui.label, state.label);
  put(ui.task, state.task);
  drawButtons(ui.buttons, state.buttons, { busy, press, of: state.name });
}

function drawNumbers(ui, state, elapsedMs) {
  const countdown = countdownAt(state, nowAt(state, elapsedMs), elapsedMs);
  put(ui.elapsed, lifetimeText(state, elapsedMs));
  put(ui.cost, costText(state, elapsedMs));
  put(ui.countdown, countdown.value);
  ui.row.classList.toggle("webrun-amber", countdown.isSoon);
}

function render({ model, el }) {
  const ui = buildTable(el);
  const rows = new Map();
  const rowOf = ({ sessionId }) => {
    if (!rows.has(sessionId)) {
      const send = (message) => model.send({ ...message, session: sessionId });
      rows.set(sessionId, { press: trackPress({ send }, () => draw()), ...buildRow(ui.body, sessionId) });
    }
    return rows.get(sessionId);
  };
  const statesNow = () => (kernelState.kernelLost === null ? kernelState.value : kernelState.value.map(withoutKernel));
  const tick = () => {
    const states = statesNow();
    const elapsedMs = kernelState.elapsedMs();
    for (const state of states) drawNumbers(rowOf(state), state, elapsedMs);
    put(ui.total, totalText(states, elapsedMs));
  };
  const draw = () => {
    const states = statesNow();
    const lost = kernelState.kernelLost;
    put(ui.gone, lost === null ? "" : states.map((state) => kernelLostText(state, lost)).join(" "));
    for (const state of states) {
      const row = rowOf(state);
      row.press.settle(state.press);
      drawRow(row, state, row.press.command ?? state.busy, row.press.start);
    }
    put(ui.notice, lost === null ? noticeOf(states, [...rows.values()]) : "");
    const labels = states.map((state) => `${state.name}: ${state.label}`);
    put(ui.live, sentences(...labels, ui.gone.textContent, ui.notice.textContent));
    tick();
  };
  const kernelState = followState(model, "rows", () => draw());
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    for (const { press } of rows.values()) press.stop();
    kernelState.stop();
  };
}

function noticeOf(states, rows) {
  if (rows.some(({ press }) => press.isUnanswered)) return KERNEL_IS_BUSY;
  const failed = states.filter(({ press }) => press?.state === "failed");
  return failed.map(({ name, press }) => `${name}: ${press.message}`).join(" · ");
}

export default { render };
