/* The live view of a widget: sends its visibility and input to the kernel, and draws the pictures that the kernel sends. */

import { screenView } from "../../../common/static/screencast.js";
import { element } from "./dom.js";
import { watchKernel } from "./kernel.js";

const ASKED_AGAIN_AFTER_MS = [200, 400, 800, 1600, 3200];

/* Shows the view in `parent`; `stop` reports to the kernel that this page shows it no longer. */
export function kernelView(model, parent) {
  const page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  let isAnswered = false;
  let timer;
  const send = (message) => model.send({ type: "view", page, message });
  // The first message may wait behind a running cell, as a card's does: it is sent again until something comes.
  const ask = (message, pauses) => {
    if (isAnswered) return;
    send(message);
    const [pause, ...rest] = pauses;
    if (pause !== undefined) timer = setTimeout(() => ask(message, rest), pause);
  };
  const screen = screenView(parent, {
    send(message) {
      if (message.type !== "visible") {
        send(message);
        return;
      }
      clearTimeout(timer);
      isAnswered = !message.visible;
      if (message.visible) ask(message, ASKED_AGAIN_AFTER_MS);
      else send(message);
    },
  });
  screen.link("Connecting…");
  const onMessage = (content, buffers) => {
    if (content.type !== "view") return;
    isAnswered = true;
    if (content.picture) screen.picture(buffers[0]);
    if (content.link !== undefined) screen.link(content.link);
    if (content.note) screen.note(content.note);
  };
  model.on("msg:custom", onMessage);
  const stopWatching = watchKernel(model, (what) => screen.link(`The kernel ${what}`, true));
  return {
    screen,
    stop() {
      clearTimeout(timer);
      model.off("msg:custom", onMessage);
      stopWatching();
      screen.stop();
      send({ type: "visible", visible: false });
    },
  };
}

/* Adds a fold-out with the view in it; nothing is asked for before it is opened. */
export function viewFold(model, parent) {
  const fold = element("details", "webrun-fold", parent);
  element("summary", "", fold).textContent = "Live view";
  fold.hidden = true;
  // JupyterLab's own shortcuts would take the keys that open it.
  fold.dataset.lmSuppressShortcuts = "true";
  const body = element("div", "webrun-fold-body", fold);
  let view = null;
  fold.addEventListener("toggle", () => {
    if (fold.open) view ??= kernelView(model, body);
    view?.screen.fold(!fold.open);
  });
  return {
    /* Shows the fold-out where the session has a live view. */
    draw(viewable) {
      if (fold.hidden === !viewable) return;
      fold.hidden = !viewable;
      if (!viewable) fold.open = false;
    },
    /* Unfolds it, for a button elsewhere on the card. */
    open() {
      fold.open = true;
      fold.scrollIntoView({ block: "nearest" });
    },
    stop() { view?.stop(); },
  };
}
