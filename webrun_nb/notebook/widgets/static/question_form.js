/* The form that answers a task's question. What is typed in it goes to the kernel in one message and into no trait; a
   password or a code is taken out of the page with it. The question is data, perhaps a hostile page's: text only. */

import { dataElement, element, put, uniqueId } from "./dom.js";
import { valueAt } from "./extrapolation.js";
import { isTyping, mayTakeFocus } from "./focus.js";
import { cents, duration } from "./format.js";
import { buildControls } from "./question_controls.js";

const KEPT_UNTIL_ANSWERED = new Set(["text"]);

/* Adds the form, hidden until there is a question. `send` takes {choice} or {text}; `stop` ends the task, `show` shows
   the page that the question is about. */
export function questionForm(parent, send, stop, show = () => {}) {
  const { box, title, text, controls, note, waiting } = buildForm(parent);
  let shown = null;
  let parts = null;
  let busy = false;

  const sendTyped = () => {
    if (busy) return;
    const answer = typedAnswer(parts);
    put(note, answer === null ? missingAnswer(parts) : "");
    if (answer === null) return;
    send(answer);
    if (parts.input && !KEPT_UNTIL_ANSWERED.has(shown.field)) parts.input.value = "";
  };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" && event.key !== "Escape") event.stopPropagation();
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    sendTyped();
  });
  const clear = () => {
    if (parts?.input) parts.input.value = "";
    controls.replaceChildren();
    parts = null;
  };

  return {
    box,
    /* Draws the form, nothing for null. Returns whether `question` differs from the last one. */
    draw(question, answering, disabled = false) {
      const isNew = question !== null && question.id !== shown?.id;
      if (question === null || isNew) clear();
      shown = question;
      box.hidden = question === null;
      if (question === null) return false;
      busy = answering || disabled;
      put(title, question.title);
      put(text, question.text);
      if (isNew) {
        parts = buildControls(controls, question, { send: (answer) => busy || send(answer), sendTyped, stop, show });
        put(note, question.answerable ? "" : `Answer with ${question.otherWay}`);
      }
      for (const button of parts.buttons) button.setAttribute("aria-disabled", String(busy));
      if (parts.answer) put(parts.answer, answering ? "sending…" : "Answer");
      return isNew;
    },
    /* Shows what waiting costs, once the question has waited long. `nowMs` is of the server's clock. */
    tick(nowMs, elapsedMs) {
      put(waiting, waitingText(shown?.waits ?? null, nowMs, elapsedMs));
    },
    /* Moves the focus here unless the user is working elsewhere; never onto a choice, which a stray key would select. */
    focus(card) {
      if (!mayTakeFocus(card, box)) return;
      const target = shown.choices.length === 0 && parts.input ? parts.input : box;
      target.focus({ preventScroll: true });
    },
    /* Scrolls here and moves the focus here, unless the person types elsewhere. */
    bringIntoView(card) {
      if (isTyping(document.activeElement, card)) return;
      box.scrollIntoView({ block: "nearest" });
      this.focus(card);
    },
  };
}

function buildForm(parent) {
  const box = element("div", "webrun-question", parent);
  box.setAttribute("role", "group");
  box.tabIndex = -1;
  // JupyterLab's own shortcuts would take the keys that are typed here.
  box.dataset.lmSuppressShortcuts = "true";
  const title = element("div", "webrun-question-title", box);
  const text = dataElement("webrun-question-text", box);
  title.id = uniqueId();
  text.id = uniqueId();
  box.setAttribute("aria-labelledby", `${title.id} ${text.id}`);
  const controls = element("div", "webrun-controls", box);
  const note = element("div", "webrun-note", box);
  const waiting = element("div", "webrun-note webrun-waiting", box);
  return { box, title, text, controls, note, waiting };
}

/* Returns the marked choice or the typed text; null where there is neither. */
export function typedAnswer({ radios, input }) {
  const choice = radios.findIndex((radio) => radio.checked);
  if (choice >= 0) return { choice };
  const text = input?.value ?? "";
  return text.trim() === "" ? null : { text };
}

const missingAnswer = ({ radios }) => (radios.length > 0 ? "Choose or write an answer first." : "Write an answer first.");

/* Returns the sentence on a long wait; empty before `waits.noteFromMs`, and where the server reports no timeout. */
export function waitingText(waits, nowMs, elapsedMs) {
  if (waits === null || nowMs < waits.noteFromMs) return "";
  const leftMs = Math.max(0, waits.endsAtMs - nowMs);
  const restUsd = Math.max(0, valueAt(waits.idleCost, elapsedMs));
  return `The task has waited for this answer for ${duration(nowMs - waits.sinceMs)}. Waiting costs `
    + `${waits.approximately}${waits.rate}; idle until the timeout of session ${waits.session} in ${duration(leftMs)}: `
    + `${waits.approximately}${cents(restUsd)}${waits.payer}.`;
}
