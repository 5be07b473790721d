/* What widgets share. Joined with the files of a widget into one module by sources.py. */

/* One timer for all cards of the page, whichever copy of this module they came with. */
function everySecond(listener) {
  const key = Symbol.for("webrun_nb.every-second");
  const shared = (globalThis[key] ??= { listeners: new Set(), timer: undefined });
  shared.listeners.add(listener);
  shared.timer ??= setInterval(() => {
    if (!document.hidden) for (const each of shared.listeners) each();
  }, 1000);
  return () => {
    shared.listeners.delete(listener);
    if (shared.listeners.size > 0) return;
    clearInterval(shared.timer);
    shared.timer = undefined;
  };
}

const arrivals = new WeakMap();

/* When these facts reached the page (its own clock, ms). Noted once per model, so that a second view does not start late. */
function arrivalOf(facts) {
  if (!arrivals.has(facts)) arrivals.set(facts, Date.now());
  return arrivals.get(facts);
}

function element(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (parent) parent.append(node);
  return node;
}

let names = 0;

/* An id for labels to refer to; of this copy of the module alone. */
const COPY = Math.random().toString(36).slice(2);
const uniqueId = () => `webrun-${COPY}-${++names}`;

/* Data gets a direction of its own, so that right-to-left text in it does not turn its surroundings. */
function dataElement(className, parent) {
  const node = element("bdi", className, parent);
  node.dir = "auto";
  return node;
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
  const hidden = text === "";
  if (node.hidden !== hidden) node.hidden = hidden;
}

function duration(spanMs) {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const usd = (amount) => `$${amount.toFixed(4)}`;
