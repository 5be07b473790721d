/* The form that answers what a task asks. What is typed in it goes to the kernel in one message and into no trait; a
   password or a code is taken out of the page with it. The question is data, perhaps a hostile page's: text only. */

const FIELD_ATTRIBUTES = {
  text: { type: "text", autocomplete: "off" },
  code: { type: "text", inputmode: "numeric", autocomplete: "one-time-code" },
  // The last three ask password managers not to offer to keep it.
  password: { type: "password", autocomplete: "off", "data-1p-ignore": "", "data-lpignore": "true", "data-bwignore": "" },
};
const WAITS_LONG_MS = 60_000;
const KEPT_UNTIL_ANSWERED = new Set(["text"]);
const SHOWN_AGAIN_AFTER_MS = [200, 400, 800, 1600, 3200];

/* `send` takes {choice} or {text}; `stop` ends the task, `show` shows the page that it is about. */
function questionForm(parent, send, stop, show) {
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
  let shown = null;
  let parts = null;
  let busy = false;

  const sendTyped = () => {
    if (busy) return;
    const typed = parts.input?.value ?? "";
    const marked = parts.radios.findIndex((radio) => radio.checked);
    if (typed.trim() === "" && marked < 0) {
      put(note, parts.radios.length > 0 ? "Choose or write an answer first." : "Write an answer first.");
      return;
    }
    put(note, "");
    send(marked >= 0 ? { choice: marked } : { text: typed });
    if (parts.input && !KEPT_UNTIL_ANSWERED.has(shown.field)) parts.input.value = "";
  };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" && event.key !== "Escape") event.stopPropagation();
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    sendTyped();
  });

  return {
    box,
    /* Whether `question` is another one than before. */
    draw(question, answering, disabled = false) {
      const isNew = question !== null && question.id !== shown?.id;
      if (question === null || isNew) {
        parts?.input && (parts.input.value = "");
        controls.replaceChildren();
        parts = null;
      }
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
    /* After a minute without an answer, says what waiting costs. `nowMs` is of the server's clock. */
    tick(nowMs) {
      const waits = shown?.waits ?? null;
      put(waiting, waits !== null && nowMs - waits.sinceMs >= WAITS_LONG_MS ? waitingWords(waits, nowMs) : "");
    },
    /* Moves the focus here where that takes it from nobody; never onto a choice, which a stray key would make. */
    focus(card) {
      if (!mayTakeFocus(card, box)) return;
      const target = shown.choices.length === 0 && parts.input ? parts.input : box;
      target.focus({ preventScroll: true });
    },
    /* Scrolls here and moves the focus here, unless somebody types elsewhere. */
    bringIntoView(card) {
      if (isTyping(document.activeElement, card)) return;
      box.scrollIntoView({ block: "nearest" });
      this.focus(card);
    },
  };
}

function waitingWords(waits, nowMs) {
  const leftMs = Math.max(0, waits.endsAtMs - nowMs);
  const about = waits.emulated ? "≈\u00a0" : "";
  const rest = `${about}${usd((Number(waits.usdPerMinute) * leftMs) / 60_000)}`;
  const pays = waits.emulated ? " (emulated: you pay $0.00)" : "";
  return `The task has waited for this answer for ${duration(nowMs - waits.sinceMs)}. Waiting costs ${about}${waits.rate}, `
    + `${rest} until session ${waits.session} ends by itself in ${duration(leftMs)}${pays}.`;
}

/* The kernel has to know that a person can answer here. The first word may wait behind a running cell: JupyterLab sends
   messages past it only once it has a second channel, which it opens when the card comes. So it is said again. */
function tellingShown(model, questionNow) {
  let telling;
  const tell = (id, pauses = SHOWN_AGAIN_AFTER_MS) => {
    const question = questionNow();
    if (question?.id !== id || question.shown) return;
    model.send({ type: "shown", taskId: question.taskId, question: id });
    const [pause, ...rest] = pauses;
    clearTimeout(telling);
    if (pause !== undefined) telling = setTimeout(() => tell(id, rest), pause);
  };
  return { tell, stop: () => clearTimeout(telling) };
}

function buildControls(controls, question, act) {
  const parts = { radios: [], buttons: [], input: null, answer: null };
  if (!question.answerable) {
    if (question.choices.length > 0) choiceList(controls, question);
    return parts;
  }
  const newRow = () => element("div", "webrun-row", controls);
  let row = null;
  if (question.atOnce) {
    row = newRow();
    question.choices.forEach((label, choice) => {
      parts.buttons.push(formButton(row, label, () => act.send({ choice })));
    });
  } else if (question.choices.length > 0) {
    parts.radios = radioList(controls, question);
  }
  if (question.field) {
    row = newRow();
    parts.input = inputField(row, question);
    parts.input.addEventListener("input", () => {
      if (parts.input.value !== "") for (const radio of parts.radios) radio.checked = false;
    });
    for (const radio of parts.radios) radio.addEventListener("change", () => { parts.input.value = ""; });
  }
  row ??= newRow();
  if (question.field || parts.radios.length > 0) {
    parts.answer = formButton(row, "Answer", act.sendTyped);
    parts.answer.classList.add("webrun-primary");
    parts.buttons.push(parts.answer);
  }
  if (question.stoppable) parts.buttons.push(formButton(row, "Stop the task", act.stop));
  if (question.viewable) formButton(row, "Show the page", act.show);
  return parts;
}

function formButton(parent, label, press) {
  const button = element("button", "webrun-button", parent);
  button.type = "button";
  dataElement("", button).textContent = label;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") press();
  });
  return button;
}

function inputField(parent, question) {
  const label = element("label", "webrun-field", parent);
  element("span", "webrun-label", label).textContent = question.fieldLabel;
  const input = element("input", "webrun-input", label);
  for (const [name, value] of Object.entries(FIELD_ATTRIBUTES[question.field])) input.setAttribute(name, value);
  input.spellcheck = false;
  input.dir = "auto";
  return input;
}

function radioList(parent, question) {
  const list = element("div", "webrun-choices", parent);
  list.setAttribute("role", "radiogroup");
  list.setAttribute("aria-label", "Choices");
  const name = uniqueId();
  const radios = question.choices.map((choice) => {
    const label = element("label", "webrun-choice", list);
    const radio = element("input", "", label);
    radio.type = "radio";
    radio.name = name;
    dataElement("", label).textContent = choice;
    return radio;
  });
  leftOut(parent, question);
  return radios;
}

function choiceList(parent, question) {
  const list = element("ul", "webrun-choices", parent);
  for (const choice of question.choices) dataElement("", element("li", "webrun-choice", list)).textContent = choice;
  leftOut(parent, question);
}

function leftOut(parent, question) {
  if (question.leftOut > 0) element("div", "webrun-note", parent).textContent = `and ${question.leftOut} more`;
}

/* Whether the focus is where keys are typed, in another place than `within`. */
function isTyping(active, within = null) {
  if (within?.contains(active)) return false;
  return Boolean(active?.isContentEditable || active?.matches("input, textarea, select, iframe"));
}

/* Never from somebody who types elsewhere, from a dialog, or to a place that is out of view. */
function mayTakeFocus(card, box) {
  const active = document.activeElement;
  const free = active === null || active === document.body || active.contains(box) || active.matches(".jp-Cell");
  const typing = isTyping(active);
  const { top, bottom } = box.getBoundingClientRect();
  const seen = bottom > top && top >= 0 && bottom <= globalThis.innerHeight;
  return document.hasFocus() && (free || card.contains(active)) && !typing && seen;
}
