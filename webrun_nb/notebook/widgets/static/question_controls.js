/* The controls of a question's form: choices, a text field, and its buttons, as Python lists them. */

import { dataElement, element, uniqueId } from "./dom.js";

const FIELD_ATTRIBUTES = {
  text: { type: "text", autocomplete: "off" },
  code: { type: "text", inputmode: "numeric", autocomplete: "one-time-code" },
  // The last three ask password managers not to offer to keep it.
  password: { type: "password", autocomplete: "off", "data-1p-ignore": "", "data-lpignore": "true", "data-bwignore": "" },
};

/* Adds the controls for `question`. `act` has `send({choice})`, `sendTyped()`, `stop()` and `show()`. Returns the radio
   buttons, the buttons that wait while an answer is sent, the text field or null, and the "Answer" button or null. */
export function buildControls(parent, question, act) {
  const parts = { radios: [], buttons: [], input: null, answer: null };
  if (!question.answerable) {
    if (question.choices.length > 0) choiceList(parent, question);
    return parts;
  }
  const newRow = () => element("div", "webrun-row", parent);
  let row = null;
  if (question.atOnce) {
    row = newRow();
    parts.buttons = question.choices.map((label, choice) => formButton(row, label, () => act.send({ choice })));
  } else if (question.choices.length > 0) {
    parts.radios = radioList(parent, question);
  }
  if (question.field) {
    row = newRow();
    parts.input = inputField(row, question);
    clearEachOther(parts.input, parts.radios);
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

/* There is one answer: typing takes a choice back, and choosing empties the field. */
function clearEachOther(input, radios) {
  input.addEventListener("input", () => {
    if (input.value !== "") for (const radio of radios) radio.checked = false;
  });
  for (const radio of radios) radio.addEventListener("change", () => { input.value = ""; });
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
