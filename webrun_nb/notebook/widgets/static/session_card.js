/* The session card. Python sends `state` when something happens; between that the page extrapolates. */

import { buttonBox, drawButtons, firstButton } from "./buttons.js";
import { announcementElement, dataElement, element, put, sentences } from "./dom.js";
import { elapsedSince, everySecond } from "./extrapolation.js";
import { keepFocus } from "./focus.js";
import { stateIcon } from "./icons.js";
import { followState, kernelLostText, withoutKernel } from "./kernel.js";
import { viewFold } from "./live_view.js";
import { KERNEL_IS_BUSY, reportShown, trackPress } from "./press.js";
import { questionForm } from "./question_form.js";
import { costParts, costText, countdownAt, lifetimeText, nowAt } from "./session_numbers.js";
import { stepsLog } from "./steps_log.js";

const ANNOUNCED_AFTER_MS = 100; // a live region announces what changes in it after it is on the page
const SOON = "Less than a minute left";

function build(model, el, press, answer) {
  const card = element("section", "webrun-card", el);
  const gone = element("div", "webrun-gone", card);
  const head = element("div", "webrun-head", card);
  const state = element("span", "webrun-state", head);
  const icon = stateIcon(state);
  const label = element("span", "webrun-state-word", state);
  const name = dataElement("webrun-name", head);
  const id = element("code", "webrun-id", head);
  const queue = element("span", "webrun-queue", head);
  const buttons = buttonBox(head);
  buttons.setAttribute("role", "group");
  const work = buildWork(card);
  const question = questionForm(card, answer, () => press("stop"), () => view.open());
  const stats = buildStats(card);
  const view = viewFold(model, card);
  const steps = stepsLog(card, (message) => model.send(message));
  const before = dataElement("webrun-before webrun-note", card);
  const notice = element("div", "webrun-notice", card);
  const live = announcementElement(card);
  return { card, gone, icon, label, name, id, queue, buttons, work, question, stats, view, steps, before, notice, live };
}

function buildWork(card) {
  const box = element("div", "webrun-work", card);
  const task = dataElement("webrun-task", box);
  const action = element("div", "webrun-action", box);
  element("span", "webrun-arrow", action).textContent = "↳";
  action.firstChild.setAttribute("aria-hidden", "true");
  return { box, task, action, actionText: dataElement("", action) };
}

function buildStats(card) {
  const box = element("div", "webrun-stats", card);
  const elapsed = statistic(box, "elapsed", "Elapsed");
  const cost = statistic(box, "cost", "Session cost");
  cost.badge = element("span", "webrun-badge", cost.value);
  cost.pays = element("span", "webrun-pays", cost.value);
  cost.amount = element("strong", "webrun-amount", cost.value);
  cost.where = element("span", "webrun-where", cost.value);
  const countdown = statistic(box, "countdown", "");
  countdown.bar = element("div", "webrun-bar", countdown.box);
  countdown.bar.setAttribute("aria-hidden", "true");
  countdown.value.after(countdown.bar);
  countdown.fill = element("div", "webrun-bar-fill", countdown.bar);
  countdown.idleCost = element("div", "webrun-note webrun-waste", countdown.box);
  return { elapsed, cost, countdown };
}

function statistic(parent, name, title) {
  const box = element("div", `webrun-stat webrun-stat-${name}`, parent);
  const label = element("div", "webrun-label", box);
  label.textContent = title;
  return { box, label, value: element("div", "webrun-value", box), note: element("div", "webrun-note", box) };
}

function drawTexts(ui, state) {
  const { work, stats } = ui;
  ui.card.dataset.tone = state.tone;
  ui.card.setAttribute("aria-label", `Session ${state.name}`);
  ui.buttons.setAttribute("aria-label", `Session ${state.name}`);
  ui.icon(state.shape);
  put(ui.label, state.label);
  put(ui.name, state.name);
  put(ui.id, state.sessionId);
  put(ui.queue, state.queue);
  put(work.task, state.task);
  put(work.actionText, state.action);
  work.action.hidden = state.action === "";
  work.box.hidden = state.task === "" && state.action === "";
  stats.cost.box.classList.toggle("webrun-emulated", state.emulated);
  put(stats.cost.badge, state.payer.badge);
  put(stats.cost.pays, state.payer.pays);
  put(stats.cost.where, state.payer.where);
  put(stats.elapsed.note, state.clockNote);
  put(stats.countdown.label, state.countdown.label);
  put(ui.before, state.before && `Started again. Before it: ${state.before}`);
  ui.view.draw(state.viewable);
}

/* Returns whether the countdown soon ends. */
function drawNumbers(ui, state, elapsedMs) {
  const { elapsed, cost, countdown } = ui.stats;
  put(elapsed.value, lifetimeText(state, elapsedMs));
  put(cost.amount, costText(state, elapsedMs));
  put(cost.note, costParts(state, elapsedMs));
  const counts = countdownAt(state, nowAt(state, elapsedMs), elapsedMs);
  put(countdown.value, counts.value);
  put(countdown.note, counts.note);
  put(countdown.idleCost, counts.idleCost);
  countdown.box.classList.toggle("webrun-words", counts.share === null);
  countdown.bar.hidden = counts.share === null;
  const share = (counts.share ?? 0).toFixed(3);
  if (countdown.fill.style.getPropertyValue("--webrun-left") !== share) {
    countdown.fill.style.setProperty("--webrun-left", share);
  }
  ui.card.classList.toggle("webrun-amber", counts.isSoon);
  return counts.isSoon;
}

/* Announces changes, never a tick, and each question once: not again to a reader who was taken to its form, which is
   named after it. */
function announcer(live, form) {
  let said = "";
  let asked = null;
  let timer;
  return {
    say(state, isSoon, notice) {
      const label = `${state.name}: ${state.label}`;
      const words = [label, state.question?.id ?? "", isSoon, notice].join("\n");
      if (words === said) return;
      said = words;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const isKnown = state.question?.id === asked || form.contains(document.activeElement);
        const question = isKnown ? null : state.question;
        asked = state.question?.id ?? null;
        put(live, sentences(label, question && `${question.title}: ${question.text}`, isSoon && SOON, notice));
      }, ANNOUNCED_AFTER_MS);
    },
    stop() { clearTimeout(timer); },
  };
}

/* Called once per model: a view that is shown later must not start late. */
function initialize({ model }) {
  const note = () => elapsedSince(model.get("state"));
  note();
  model.on("change:state", note);
  return () => model.off("change:state", note);
}

function render({ model, el }) {
  const press = trackPress(model, () => draw());
  const answer = (what) => {
    const { id, taskId } = kernelState.value.question;
    press.start("answer", { taskId, question: id, ...what });
  };
  const ui = build(model, el, press.start, answer);
  const announcements = announcer(ui.live, ui.question.box);
  keepFocus(ui.card, () => model.get("state").sessionId, () => firstButton(ui.buttons));

  const stateNow = () => (kernelState.kernelLost === null ? kernelState.value : withoutKernel(kernelState.value));
  const tick = () => {
    const state = stateNow();
    const elapsedMs = kernelState.elapsedMs();
    const isSoon = drawNumbers(ui, state, elapsedMs);
    ui.question.tick(nowAt(state, elapsedMs), elapsedMs);
    announcements.say(state, isSoon, [ui.gone.textContent, ui.notice.textContent].filter(Boolean).join(" "));
  };
  const draw = () => {
    const state = stateNow();
    const lost = kernelState.kernelLost;
    press.settle(state.press);
    const busy = press.command ?? state.busy;
    put(ui.gone, lost === null ? "" : kernelLostText(state, lost));
    drawTexts(ui, state);
    drawButtons(ui.buttons, state.buttons, { busy, press: press.start });
    put(ui.notice, lost === null && press.isUnanswered ? KERNEL_IS_BUSY : state.notice);
    drawQuestion(state.question, busy === "answer");
    ui.steps.draw(state);
    tick();
  };
  const drawQuestion = (question, answering) => {
    const hadFocus = ui.question.box.contains(document.activeElement);
    const isNew = ui.question.draw(question, answering);
    if (hadFocus && question === null) firstButton(ui.buttons)?.focus({ preventScroll: true });
    if (!isNew || !question.answerable) return;
    shown.report(question.id);
    // After the page has laid it out.
    requestAnimationFrame(() => {
      if (stateNow().question?.id === question.id) ui.question.focus(ui.card);
    });
  };
  const kernelState = followState(model, "state", () => draw());
  const shown = reportShown(model, () => stateNow().question);
  const onMessage = (message, buffers) => {
    if (message.type === "steps") ui.steps.take(message);
    if (message.type === "step_picture") ui.steps.picture(message, buffers);
  };
  model.on("msg:custom", onMessage);
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    model.off("msg:custom", onMessage);
    stopTicking();
    for (const part of [press, ui.view, announcements, shown, ui.steps, kernelState]) part.stop();
  };
}

export default { initialize, render };
