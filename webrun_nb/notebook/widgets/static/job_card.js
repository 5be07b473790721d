/* The card of a background job: one line that is extrapolated, and the form where its task asks. */

import { buttonBox, drawButtons, firstButton } from "./buttons.js";
import { announcementElement, dataElement, element, put, sentences } from "./dom.js";
import { everySecond, valueAt } from "./extrapolation.js";
import { duration, usd } from "./format.js";
import { stateIcon } from "./icons.js";
import { followState, kernelLostText, withoutKernel } from "./kernel.js";
import { KERNEL_IS_BUSY, reportShown, trackPress } from "./press.js";
import { questionForm } from "./question_form.js";

function build(el, answer, cancel) {
  const card = element("section", "webrun-card webrun-job", el);
  const gone = element("div", "webrun-gone", card);
  const line = element("div", "webrun-head", card);
  const stateBox = element("span", "webrun-state", line);
  const icon = stateIcon(stateBox);
  const label = element("span", "webrun-state-word", stateBox);
  const name = dataElement("webrun-job-name", line);
  const elapsed = element("span", "webrun-job-elapsed", line);
  const cost = element("span", "webrun-job-cost", line);
  const session = element("span", "webrun-job-session", line);
  session.append("session ");
  const sessionName = dataElement("", session);
  const buttons = buttonBox(line);
  const next = dataElement("webrun-job-next", card);
  const question = questionForm(card, answer, cancel);
  const notice = element("div", "webrun-notice", card);
  const live = announcementElement(card);
  return { card, gone, icon, label, name, elapsed, cost, sessionName, buttons, next, question, notice, live };
}

function drawTexts(ui, state) {
  ui.card.dataset.tone = state.tone;
  ui.card.setAttribute("aria-label", `Job ${state.name}, session ${state.session}`);
  ui.icon(state.shape);
  put(ui.name, state.name);
  put(ui.label, state.label);
  put(ui.sessionName, state.session);
  put(ui.next, state.question === null ? state.next : "");
}

function drawNumbers(ui, state, elapsedMs) {
  put(ui.elapsed, duration(valueAt(state.elapsed, elapsedMs)));
  const amount = valueAt(state.cost, elapsedMs);
  put(ui.cost, (amount === null ? "cost unknown" : state.approximately + usd(amount)) + state.payer);
}

function render({ model, el }) {
  const press = trackPress(model, () => draw());
  const answer = (what) => {
    const { id, taskId } = kernelState.value.question;
    press.start("answer", { taskId, question: id, ...what });
  };
  const ui = build(el, answer, () => press.start("cancel"));
  const stateNow = () => (kernelState.kernelLost === null ? kernelState.value : withoutKernel(kernelState.value));
  const tick = () => drawNumbers(ui, stateNow(), kernelState.elapsedMs());
  const draw = () => {
    const state = stateNow();
    const lost = kernelState.kernelLost;
    press.settle(state.press);
    const busy = press.command ?? state.busy;
    put(ui.gone, lost === null ? "" : kernelLostText(state, lost));
    drawTexts(ui, state);
    drawButtons(ui.buttons, state.buttons, { busy, press: press.start });
    put(ui.notice, lost === null && press.isUnanswered ? KERNEL_IS_BUSY : state.notice);
    drawQuestion(state.question, busy);
    const asks = state.question && `${state.question.title}: ${state.question.text}`;
    put(ui.live, sentences(`job ${state.name}: ${state.label}`, asks, ui.gone.textContent, ui.notice.textContent));
    tick();
  };
  const drawQuestion = (question, busy) => {
    const hadFocus = ui.question.box.contains(document.activeElement);
    const isNew = ui.question.draw(question, busy === "answer", busy === "cancel");
    if (hadFocus && question === null) firstButton(ui.buttons)?.focus({ preventScroll: true });
    if (isNew && question.answerable) shown.report(question.id);
  };
  const kernelState = followState(model, "state", () => draw());
  const shown = reportShown(model, () => stateNow().question);
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    for (const part of [press, shown, kernelState]) part.stop();
  };
}

export default { render };
