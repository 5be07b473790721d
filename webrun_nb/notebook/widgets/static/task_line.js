/* The line under a cell that waits for tasks: a row for each, with the form where one asks. */

import { announcementElement, dataElement, element, put, sentences } from "./dom.js";
import { everySecond, valueAt } from "./extrapolation.js";
import { shortDuration } from "./format.js";
import { stateIcon } from "./icons.js";
import { followState, kernelLostText, withoutKernel } from "./kernel.js";
import { KERNEL_IS_BUSY, reportShown, trackPress } from "./press.js";
import { questionForm } from "./question_form.js";

function buildRow(parent, answer, stop) {
  const card = element("div", "webrun-card webrun-line", parent);
  card.setAttribute("role", "group"); // no landmark: one cell may wait for several tasks of one session
  const gone = element("div", "webrun-gone", card);
  const line = element("div", "webrun-line-head", card);
  const icon = stateIcon(line);
  const what = dataElement("webrun-line-what", line);
  const seconds = element("span", "webrun-line-seconds", line);
  const question = questionForm(card, answer, stop);
  const notice = element("div", "webrun-notice", card);
  return { card, gone, line, icon, what, seconds, question, notice, live: announcementElement(card) };
}

/* Shows one task. `stateNow` returns its state, null once it is not waited for any more; `kernel` is that of `followState`. */
function taskRow(parent, model, row, stateNow, kernel) {
  const send = (message) => model.send({ ...message, row });
  const press = trackPress({ send }, () => draw());
  const answer = (what) => {
    const { id, taskId } = stateNow().question;
    press.start("answer", { taskId, question: id, ...what });
  };
  const ui = buildRow(parent, answer, () => press.start("stop"));
  const shown = reportShown({ send }, () => stateNow()?.question ?? null);

  const tick = () => {
    const state = stateNow();
    const elapsedMs = kernel.elapsedMs();
    put(ui.seconds, shortDuration(valueAt(state.elapsed, elapsedMs)));
    ui.question.tick(valueAt(state.now, elapsedMs), elapsedMs);
  };
  const draw = () => {
    const state = stateNow();
    const lost = kernel.kernelLost;
    press.settle(state.press);
    ui.card.dataset.tone = state.tone;
    ui.card.setAttribute("aria-label", state.session ? `Task in session ${state.session}` : "Task");
    put(ui.gone, lost === null ? "" : kernelLostText(state, lost));
    ui.line.hidden = lost !== null;
    ui.icon(state.shape);
    put(ui.what, state.what);
    put(ui.notice, lost === null && press.isUnanswered ? KERNEL_IS_BUSY : state.notice);
    drawQuestion(state.question, press.command ?? state.busy);
    const asks = state.question && `${state.question.title}: ${state.question.text}`;
    put(ui.live, sentences(state.announcement, asks, ui.gone.textContent, ui.notice.textContent));
    ui.live.hidden = false; // what is hidden is not announced once it is filled
    tick();
  };
  const drawQuestion = (question, busy) => {
    const isNew = ui.question.draw(question, busy === "answer", busy === "stop");
    if (!isNew || !question.answerable) return;
    shown.report(question.id);
    // After the page has laid it out: what waits for a person has to be seen.
    requestAnimationFrame(() => {
      if (stateNow()?.question?.id === question.id) ui.question.bringIntoView(ui.card);
    });
  };
  return {
    draw,
    tick,
    stop() {
      press.stop();
      shown.stop();
      ui.card.remove();
    },
  };
}

function render({ model, el }) {
  const rows = new Map();
  const stateOf = (row) => {
    const state = kernel.value.tasks.find((task) => task.row === row) ?? null;
    return state !== null && kernel.kernelLost !== null ? withoutKernel(state) : state;
  };
  const draw = () => {
    const wanted = new Set(kernel.value.tasks.map((task) => task.row));
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.stop();
      rows.delete(id);
    }
    for (const id of wanted) {
      if (!rows.has(id)) rows.set(id, taskRow(el, model, id, () => stateOf(id), kernel));
      rows.get(id).draw();
    }
  };
  const kernel = followState(model, "state", draw);
  const stopTicking = everySecond(() => { for (const row of rows.values()) row.tick(); });
  draw();
  return () => {
    stopTicking();
    kernel.stop();
    for (const row of rows.values()) row.stop();
  };
}

export default { render };
