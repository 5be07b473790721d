/* Draws the buttons that a state lists: {command, label, busyLabel, title, enabled} each. */

import { element, put } from "./dom.js";

/* Adds the box that `drawButtons` draws into. */
export function buttonBox(parent) {
  const box = element("div", "webrun-buttons", parent);
  // JupyterLab's own shortcuts would take Enter from a focused button in command mode.
  box.dataset.lmSuppressShortcuts = "true";
  return box;
}

export const firstButton = (box) => box.querySelector("button:not([aria-disabled=true])");

/* Draws the listed buttons. Existing ones are kept, so that the keyboard focus stays. `busy`
   names the command under way; `of` names the thing that they act on, where there are several. */
export function drawButtons(box, buttons, { busy, press, of = "" }) {
  const known = new Map([...box.children].map((button) => [button.dataset.command, button]));
  const wanted = buttons.map(({ command, label, busyLabel, title, enabled }) => {
    const button = known.get(command) ?? newButton(command, press);
    const isBusy = busy === command;
    put(button, isBusy ? busyLabel : label);
    button.title = title;
    if (of) button.setAttribute("aria-label", `${label} ${of}`);
    // Not `disabled`: a disabled button loses the focus, and with it the reader's place.
    button.setAttribute("aria-disabled", String(!enabled || isBusy));
    return button;
  });
  const same = wanted.length === box.children.length && wanted.every((each, i) => box.children[i] === each);
  if (!same) {
    const focused = box.contains(document.activeElement) ? document.activeElement : null;
    box.replaceChildren(...wanted);
    if (focused) (wanted.includes(focused) ? focused : firstButton(box))?.focus({ preventScroll: true });
  }
  box.hidden = wanted.length === 0;
}

function newButton(command, press) {
  const button = element("button", "webrun-button");
  button.type = "button";
  button.dataset.command = command;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") press(command);
  });
  return button;
}
