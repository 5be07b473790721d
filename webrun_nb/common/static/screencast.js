/* The live view of a session: its pictures, where the agent acts, and the input of the person who takes over. Shown in
   notebooks and on the page of `webViewURL`. What a session's page says (targets, messages) is data, perhaps a hostile
   page's: it gets into the document as text only, and its pictures onto a canvas. */

import { SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, listenForInput } from "./screencast_input.js";
import { screenLabels } from "./screencast_labels.js";

const MARKED_FOR_MS = 1500;
const FIELD_ATTRIBUTES = {
  autocomplete: "off", autocapitalize: "off", spellcheck: "false", rows: "1", "data-1p-ignore": "",
  "data-lpignore": "true", "data-bwignore": "", "data-gramm": "false",
};

/* Shows the live view in `parent`. `port.send` takes {type: "ack"}, {type: "visible", visible} and
   {type: "input", action}. Returns an object to feed it with:
   - `picture(bytes)` and `note(message)`: what the server sends;
   - `link(problem, isGone)`: why no picture comes, "" when they do; `isGone`: and none will;
   - `fold(isFolded)`; `tell()` reports again whether it is seen, to a socket that is new; `stop()`. */
export function screenView(parent, port, { announce = false } = {}) {
  const ui = buildScreen(parent, announce);
  const showMark = marker(ui.mark);
  const state = {
    session: { status: "", phase: null },
    isMine: false, // the viewer who took over here is in control here; others first say that they want to
    isRequested: false,
    problem: "…",
    isGone: false,
    hasPicture: false,
  };
  const isInControl = () => ui.root.dataset.controller === "you";
  const draw = () => drawLabels(ui, state);
  const send = (action) => port.send({ type: "input", action });
  const { takeControl, release } = controls(ui, state, draw, send);
  ui.button.addEventListener("click", () => (isInControl() ? release() : takeControl()));
  const leave = () => ui.button.focus({ preventScroll: true });
  const stopInput = listenForInput(ui.field, ui.frame, { isInControl, send, takeControl, leave });
  const visibility = reportVisibility(ui.root, port);
  draw();
  return {
    root: ui.root,
    async picture(bytes) {
      try {
        await drawPicture(ui, bytes);
        state.hasPicture = true;
        draw();
      } finally {
        port.send({ type: "ack" }); // one that can't be drawn must not be the last
      }
    },
    note(message) {
      if (message.type === "state") {
        // What a question is about stays framed as long as it is asked.
        if (message.about || state.session.about) showMark(message.about, true);
        takeSessionState(ui, state, message, draw);
      } else if (message.type === "action") {
        write(ui.doing, [message.name, message.target].filter((each) => typeof each === "string").join(" "));
        showMark(message.box);
      } else if (message.type === "error") {
        state.isRequested = false;
        write(ui.fault, String(message.message ?? message.code ?? ""));
        draw();
      }
    },
    link(problem, isGone = false) {
      Object.assign(state, { problem, isGone });
      if (problem !== "") state.isRequested = false;
      draw();
    },
    fold: visibility.fold,
    tell: visibility.tell,
    stop() {
      visibility.stop();
      stopInput();
      showMark(null);
    },
  };
}

function buildScreen(parent, announce) {
  const make = (tag, className, into) => {
    const node = document.createElement(tag);
    node.className = `webrun-screen-${className}`;
    into?.append(node);
    return node;
  };
  const root = document.createElement("div");
  root.className = "webrun-screen";
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own shortcuts would take what is typed here
  parent.append(root);
  const bar = make("div", "bar", root);
  const status = make("span", "status", bar);
  if (announce) status.setAttribute("role", "status");
  const doing = make("bdi", "doing", bar);
  const button = make("button", "button", bar);
  button.type = "button";
  const frame = make("div", "frame", root);
  const canvas = make("canvas", "canvas", frame);
  canvas.width = SCREEN_WIDTH_PX;
  canvas.height = SCREEN_HEIGHT_PX;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The session's browser, live");
  const mark = make("div", "mark", frame);
  mark.setAttribute("aria-hidden", "true");
  mark.hidden = true;
  const overlay = make("div", "overlay", frame);
  // Takes the keys, so that input methods, dead keys and paste work; it lies over the picture and is always empty.
  const field = make("textarea", "field", frame);
  for (const [name, value] of Object.entries(FIELD_ATTRIBUTES)) field.setAttribute(name, value);
  const help = make("div", "help", root);
  help.id = `webrun-screen-${Math.random().toString(36).slice(2)}`;
  field.setAttribute("aria-describedby", help.id);
  const fault = make("div", "fault", root);
  return { root, status, doing, button, frame, canvas, mark, overlay, field, help, fault };
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}

function drawLabels(ui, state) {
  const labels = screenLabels(state);
  const isInControl = labels.controller === "you";
  ui.root.dataset.controller = labels.controller;
  write(ui.status, labels.status);
  if (labels.isOver) write(ui.doing, "");
  write(ui.button, labels.button);
  ui.button.title = labels.buttonTitle;
  ui.button.setAttribute("aria-disabled", String(!labels.isButtonEnabled));
  ui.field.readOnly = !isInControl;
  ui.field.tabIndex = isInControl ? 0 : -1;
  ui.field.setAttribute("aria-label", labels.fieldLabel);
  write(ui.help, labels.help);
  write(ui.overlay, labels.overlay);
  ui.root.classList.toggle("webrun-screen-empty", labels.isOver && !state.hasPicture);
  ui.root.classList.toggle("webrun-screen-stale", labels.isStale);
}

function controls(ui, state, draw, send) {
  const takeControl = () => {
    if (ui.button.getAttribute("aria-disabled") === "true" || ui.button.hidden) return;
    write(ui.fault, "");
    if (state.session.phase === "manual") {
      state.isMine = true;
    } else {
      state.isRequested = true;
      send({ type: "takeOverControl" });
    }
    draw();
    if (ui.root.dataset.controller === "you") ui.field.focus({ preventScroll: true });
  };
  const release = () => {
    state.isMine = false;
    send({ type: "releaseControl" });
    draw();
    ui.button.focus({ preventScroll: true });
  };
  return { takeControl, release };
}

function takeSessionState(ui, state, message, draw) {
  const before = ui.root.dataset.controller;
  state.session = message;
  if (message.phase !== "manual") {
    state.isMine = false;
  } else {
    if (state.isRequested) state.isMine = true;
    state.isRequested = false;
  }
  draw();
  const after = ui.root.dataset.controller;
  const gained = after === "you" && before !== "you";
  const lost = before === "you" && after !== "you";
  if (gained && ui.root.contains(document.activeElement)) ui.field.focus({ preventScroll: true });
  if (lost && document.activeElement === ui.field) ui.button.focus({ preventScroll: true });
}

async function drawPicture(ui, bytes) {
  const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  ui.canvas.getContext("2d").drawImage(image, 0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX);
  image.close();
  ui.root.dataset.pictures = String(Number(ui.root.dataset.pictures ?? 0) + 1);
}

/* Returns a function that frames the element that is acted on, in shares of the picture: right at any size. */
function marker(mark) {
  let timer;
  return (box, isHeld = false) => {
    clearTimeout(timer);
    mark.hidden = true;
    mark.classList.toggle("webrun-screen-held", isHeld);
    if (!box || ![box.x, box.y, box.width, box.height].every(Number.isFinite)) return;
    const percent = (value, whole) => `${(100 * value) / whole}%`;
    mark.style.left = percent(box.x, SCREEN_WIDTH_PX);
    mark.style.top = percent(box.y, SCREEN_HEIGHT_PX);
    mark.style.width = percent(box.width, SCREEN_WIDTH_PX);
    mark.style.height = percent(box.height, SCREEN_HEIGHT_PX);
    void mark.offsetWidth; // restarts its animation
    mark.hidden = false;
    if (!isHeld) timer = setTimeout(() => { mark.hidden = true; }, MARKED_FOR_MS);
  };
}

/* Reports to the port when the screen comes into view or leaves it, so that a page that shows none gets no pictures. The
   bar counts too: its button waits for the state of the session, which is sent with the pictures. */
function reportVisibility(screen, port) {
  let isFolded = false;
  let isSeen = false;
  let reported = null;
  const report = () => {
    const visible = isSeen && !isFolded && !document.hidden;
    if (visible === reported) return;
    reported = visible;
    port.send({ type: "visible", visible });
  };
  const observer = new IntersectionObserver((entries) => {
    isSeen = entries.at(-1).isIntersecting;
    report();
  });
  observer.observe(screen);
  document.addEventListener("visibilitychange", report);
  return {
    fold(folded) {
      isFolded = folded;
      report();
    },
    tell() {
      reported = null;
      report();
    },
    stop() {
      observer.disconnect();
      document.removeEventListener("visibilitychange", report);
    },
  };
}
