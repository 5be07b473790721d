/* A person's input on the picture, as the actions of the wire contract (section 12): pure functions and one listener. */

export const SCREEN_WIDTH_PX = 1024;
export const SCREEN_HEIGHT_PX = 600;

const BROWSER_BAR_PX = 155; // the contract counts a browser's bar above the page
const WHEEL_INTERVAL_MS = 50;
const MAX_TYPED_CHARACTERS = 10_000;
const LINE_PX = 16;
const SAME_POINT_PX = 2;

/* Keys that the browser of the viewer keeps for itself, with Ctrl or ⌘ and alone. */
const OWN_COMBINATIONS = new Set(["r", "w", "t", "n", "l", "q", "v", "+", "-", "=", "0", "Tab"]);
const OWN_KEYS = new Set(["F5", "F6", "F11", "F12"]);
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "NumLock", "Fn"]);
const NOT_YET_A_KEY = new Set(["Process", "Dead", "Unidentified"]); // an input method's: its text follows

/* Converts a point of the window to the contract's coordinates, whatever size the picture has. */
export function screenPoint(box, clientX, clientY) {
  const at = (value, start, size, whole) => {
    const share = size > 0 ? (value - start) / size : 0;
    return Math.round(Math.min(1, Math.max(0, share)) * whole * 100) / 100;
  };
  return {
    x: at(clientX, box.left, box.width, SCREEN_WIDTH_PX),
    y: at(clientY, box.top, box.height, SCREEN_HEIGHT_PX) + BROWSER_BAR_PX,
  };
}

/* Returns the action of a keyboard event; null where the key stays with the browser of the viewer. */
export function keyAction(event) {
  const { key } = event;
  if (event.isComposing || MODIFIERS.has(key) || NOT_YET_A_KEY.has(key) || OWN_KEYS.has(key)) return null;
  const third = event.getModifierState?.("AltGraph") ?? false; // Ctrl+Alt on some keyboards, for @ and the like
  const control = (event.ctrlKey || event.metaKey) && !third;
  const letter = [...key].length === 1;
  if (event.altKey && !third) return null;
  if (control && OWN_COMBINATIONS.has(letter ? key.toLowerCase() : key)) return null;
  if (letter && !control) return { type: "TYPE", text: key };
  const shift = event.shiftKey && !letter ? "Shift+" : "";
  return { type: "KEY_PRESS", key: `${control ? "Control+" : ""}${shift}${letter ? key.toLowerCase() : key}` };
}

/* Returns the distance of a wheel event in CSS pixels, whatever unit the browser reports. */
export function wheelDistance({ deltaX, deltaY, deltaMode }) {
  const unit = deltaMode === 1 ? LINE_PX : deltaMode === 2 ? SCREEN_HEIGHT_PX : 1;
  return { deltaX: deltaX * unit, deltaY: deltaY * unit };
}

/* Sends what is done on `field`, which lies over the picture in `frame`, as actions. `isInControl` tells whether this
   viewer controls the browser; `takeControl` and `leave` are called for the click and the key that ask for it. Returns
   what stops it. */
export function listenForInput(field, frame, { isInControl, send, takeControl, leave }) {
  const at = (x, y) => screenPoint(frame.getBoundingClientRect(), x, y);
  const type = (text) => {
    if (isInControl() && text !== "") send({ type: "TYPE", text: text.slice(0, MAX_TYPED_CHARACTERS) });
  };
  listenForClicks(field, at, { isInControl, send, takeControl });
  const stopWheel = listenForWheel(field, at, { isInControl, send });
  field.addEventListener("keydown", (event) => {
    if (!isInControl()) return;
    event.stopPropagation();
    if (event.key === "Escape" && !event.shiftKey) {
      event.preventDefault();
      leave();
      return;
    }
    const action = event.key === "Escape" ? { type: "KEY_PRESS", key: "Escape" } : keyAction(event);
    if (action === null) return;
    event.preventDefault();
    send(action);
  });
  const takeText = () => {
    const text = field.value;
    field.value = "";
    type(text);
  };
  field.addEventListener("input", (event) => { if (!event.isComposing) takeText(); });
  field.addEventListener("compositionend", takeText);
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    type(event.clipboardData?.getData("text/plain") ?? "");
  });
  return stopWheel;
}

function listenForClicks(field, at, { isInControl, send, takeControl }) {
  // A click knows whole pixels only, of which a small picture has few; the press before it knows parts of them.
  let pressed = null;
  field.addEventListener("pointerdown", (event) => { pressed = { x: event.clientX, y: event.clientY }; });
  field.addEventListener("click", (event) => {
    if (!isInControl()) {
      takeControl(); // this click does not go to the page: the agent may just have changed what is under it
      return;
    }
    const exact = pressed && Math.hypot(pressed.x - event.clientX, pressed.y - event.clientY) < SAME_POINT_PX;
    const { x, y } = exact ? pressed : { x: event.clientX, y: event.clientY };
    const second = event.detail > 0 && event.detail % 2 === 0;
    send({ type: "CLICK", ...at(x, y), ...(second ? { count: 2 } : {}) });
  });
}

function listenForWheel(field, at, { isInControl, send }) {
  let timer;
  let turned = null;
  field.addEventListener("wheel", (event) => {
    if (!isInControl() || event.ctrlKey) return; // else the page around it scrolls, or zooms
    event.preventDefault();
    const { deltaX, deltaY } = wheelDistance(event);
    turned = {
      ...at(event.clientX, event.clientY),
      deltaX: (turned?.deltaX ?? 0) + deltaX,
      deltaY: (turned?.deltaY ?? 0) + deltaY,
    };
    timer ??= setTimeout(() => {
      timer = undefined;
      const action = { type: "SCROLL", ...turned };
      turned = null;
      if (isInControl()) send(action);
    }, WHEEL_INTERVAL_MS);
  }, { passive: false });
  return () => clearTimeout(timer);
}
