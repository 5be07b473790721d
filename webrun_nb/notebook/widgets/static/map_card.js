/* The card of a map: a bar that is written as rows end, numbers that are extrapolated, the latest failures, buttons. */

import { buttonBox, drawButtons } from "./buttons.js";
import { announcementElement, dataElement, element, put, sentences } from "./dom.js";
import { everySecond } from "./extrapolation.js";
import { stateIcon } from "./icons.js";
import { followState, kernelLostText, withoutKernel } from "./kernel.js";
import { announcedShare, elapsedText, leftText, shares } from "./map_numbers.js";
import { KERNEL_IS_BUSY, trackPress } from "./press.js";

const PARTS = ["done", "failed", "running"];

function build(el) {
  const card = element("section", "webrun-card webrun-map", el);
  const gone = element("div", "webrun-gone", card);
  const head = element("div", "webrun-head", card);
  const stateBox = element("span", "webrun-state", head);
  const icon = stateIcon(stateBox);
  const label = element("span", "webrun-state-word", stateBox);
  const name = dataElement("webrun-map-name", head);
  const ended = element("span", "webrun-map-ended", head);
  const elapsed = element("span", "webrun-map-quiet", head);
  const left = element("span", "webrun-map-quiet", head);
  const buttons = buttonBox(head);
  const bar = element("div", "webrun-map-bar", card);
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuemin", "0");
  const fills = Object.fromEntries(PARTS.map((part) => [part, element("span", `webrun-map-${part}`, bar)]));
  const counts = element("div", "webrun-map-line", card);
  const facts = element("div", "webrun-map-line webrun-map-quiet", card);
  const notes = element("div", "webrun-map-notes webrun-map-quiet", card);
  const message = dataElement("webrun-map-message", card);
  const next = element("div", "webrun-map-next", card);
  const failures = element("div", "webrun-map-failures", card);
  const title = element("div", "webrun-label", failures);
  title.textContent = "Latest failures";
  const list = element("ul", "webrun-map-list", failures);
  list.setAttribute("aria-label", "Latest failures");
  const all = element("div", "webrun-map-quiet", failures);
  const notice = element("div", "webrun-notice", card);
  const live = announcementElement(card);
  return { card, gone, icon, label, name, ended, elapsed, left, buttons, bar, fills, counts, facts, notes, message, next,
    failures, list, all, notice, live };
}

const titleOf = (state) => (state.name ? `Map ${state.name}` : "Map");

function drawTexts(ui, state) {
  ui.card.dataset.tone = state.tone;
  ui.card.setAttribute("aria-label", `${titleOf(state)}, run ${state.runId}`);
  ui.icon(state.shape);
  put(ui.label, state.label);
  put(ui.name, titleOf(state));
  put(ui.ended, state.ended);
  put(ui.counts, state.counts);
  put(ui.facts, [state.cost, ...state.facts, `run ${state.runId}`].join(" · "));
  drawLines(ui.notes, state.notes);
  put(ui.message, state.message);
  put(ui.next, state.next);
}

function drawBar(ui, state) {
  ui.bar.setAttribute("aria-label", `${titleOf(state)}: rows that have ended`);
  ui.bar.setAttribute("aria-valuemax", String(state.total));
  ui.bar.setAttribute("aria-valuenow", String(state.done + state.failed));
  ui.bar.setAttribute("aria-valuetext", `${state.ended}: ${state.counts}`);
  const share = shares(state);
  for (const part of PARTS) ui.fills[part].style.setProperty("--webrun-share", String(share[part]));
}

function drawLines(box, lines) {
  if (box.childElementCount === lines.length && lines.every((line, i) => box.children[i].textContent === line)) return;
  box.replaceChildren(...lines.map((line) => {
    const node = element("div", "");
    node.textContent = line;
    return node;
  }));
  box.hidden = lines.length === 0;
}

/* A failure may quote a page: its row, its reason and its page are data, each with a direction of its own. */
function drawFailures(ui, { failures, allFailures }) {
  const drawn = JSON.stringify(failures);
  if (ui.list.dataset.drawn !== drawn) {
    ui.list.dataset.drawn = drawn;
    ui.list.replaceChildren(...failures.map(({ row, reason, url }) => {
      const item = element("li", "");
      for (const [className, text] of [["webrun-map-row", row], ["", reason], ["webrun-map-quiet", url]]) {
        if (text) dataElement(className, item).textContent = text;
      }
      return item;
    }));
  }
  ui.failures.hidden = failures.length === 0;
  put(ui.all, allFailures);
}

function render({ model, el }) {
  const press = trackPress(model, () => draw());
  const ui = build(el);
  const stateNow = () => (kernelState.kernelLost === null ? kernelState.value : withoutKernel(kernelState.value));
  const tick = () => {
    put(ui.elapsed, elapsedText(stateNow(), kernelState.elapsedMs()));
    put(ui.left, leftText(stateNow(), kernelState.elapsedMs()));
  };
  const draw = () => {
    const state = stateNow();
    const lost = kernelState.kernelLost;
    press.settle(state.press);
    put(ui.gone, lost === null ? "" : kernelLostText(state, lost));
    drawTexts(ui, state);
    drawBar(ui, state);
    drawFailures(ui, state);
    drawButtons(ui.buttons, state.buttons, { busy: press.command ?? state.busy, press: press.start, of: titleOf(state) });
    put(ui.notice, lost === null && press.isUnanswered ? KERNEL_IS_BUSY : state.notice);
    const failed = state.buttons.length === 0 && state.failed > 0 ? `${state.failed} failed` : "";
    put(ui.live, sentences(`${titleOf(state)}: ${state.label}`, announcedShare(state), failed, ui.gone.textContent,
      state.message, ui.notice.textContent));
    tick();
  };
  const kernelState = followState(model, "state", () => draw());
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    for (const part of [press, kernelState]) part.stop();
  };
}

export default { render };
