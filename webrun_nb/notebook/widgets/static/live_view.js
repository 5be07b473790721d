/* The live view of a widget: between its page and the kernel. The kernel is told who looks; what it sends is drawn. */

const LOOKED_AGAIN_AFTER_MS = [200, 400, 800, 1600, 3200];

/* Shows the view in `parent`; `stop` says goodbye. */
function kernelView(model, parent) {
  const page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  let answered = false;
  let asking;
  const send = (message) => model.send({ type: "view", page, message });
  /* The first word may wait behind a running cell, as a card's does: it is said again until something comes. */
  const ask = (message, pauses) => {
    if (answered) return;
    send(message);
    const [pause, ...rest] = pauses;
    if (pause !== undefined) asking = setTimeout(() => ask(message, rest), pause);
  };
  const screen = screenView(parent, {
    send(message) {
      if (message.type === "visible") {
        clearTimeout(asking);
        answered = !message.visible;
        if (message.visible) ask(message, LOOKED_AGAIN_AFTER_MS);
        else send(message);
      } else {
        send(message);
      }
    },
  });
  screen.link("Connecting…");
  const hear = (content, buffers) => {
    if (content.type !== "view") return;
    answered = true;
    if (content.picture) screen.picture(buffers[0]);
    if (content.link !== undefined) screen.link(content.link);
    if (content.note) screen.note(content.note);
  };
  const lost = (what) => screen.link(`The kernel ${what}`, true);
  model.on("msg:custom", hear);
  const stopWatching = watchKernel(model, lost);
  return {
    screen,
    stop() {
      clearTimeout(asking);
      model.off("msg:custom", hear);
      stopWatching();
      screen.stop();
      send({ type: "visible", visible: false });
    },
  };
}

/* A fold-out with the view in it; nothing is asked for before it is opened. `draw` shows it where there is one. */
function viewFold(model, parent) {
  const fold = element("details", "webrun-fold", parent);
  element("summary", "", fold).textContent = "Live view";
  fold.hidden = true;
  // JupyterLab's own shortcuts would take the keys that open it.
  fold.dataset.lmSuppressShortcuts = "true";
  const place = element("div", "webrun-fold-body", fold);
  let view = null;
  fold.addEventListener("toggle", () => {
    if (fold.open) view ??= kernelView(model, place);
    view?.screen.fold(!fold.open);
  });
  return {
    draw(viewable) {
      if (fold.hidden === !viewable) return;
      fold.hidden = !viewable;
      if (!viewable) fold.open = false;
    },
    /* Shows the view to who asked for it elsewhere on the card. */
    open() {
      fold.open = true;
      fold.scrollIntoView({ block: "nearest" });
    },
    stop() { view?.stop(); },
  };
}
