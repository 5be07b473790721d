/* Values that change with time alone. Python sends `{value, perMs}` when something happens; until then the page shows
   `value + perMs × elapsed`, which goes on while a cell runs and costs no message. */

/* Returns a value some time after it was sent; null stays unknown. */
export function valueAt(quantity, elapsedMs) {
  return quantity === null ? null : Number(quantity.value) + Number(quantity.perMs) * elapsedMs;
}

const arrivals = new WeakMap();

/* Returns how long ago a state reached the page, at `nowMs` of the page's clock. The first call notes its arrival, by
   the state object, so that a second view of the same model does not start late. */
export function elapsedSince(state, nowMs = Date.now()) {
  if (!arrivals.has(state)) arrivals.set(state, nowMs);
  return Math.max(0, nowMs - arrivals.get(state));
}

/* Calls `listener` once a second while the page is visible; returns what ends that. All widgets of a page share one
   timer, whichever copy of this module they came with. */
export function everySecond(listener) {
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
