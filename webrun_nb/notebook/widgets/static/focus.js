/* Tells when a widget may move the keyboard's focus. */

/* Tells whether the focus is where keys are typed, in another place than `within`. */
export function isTyping(active, within = null) {
  if (within?.contains(active)) return false;
  return Boolean(active?.isContentEditable || active?.matches("input, textarea, select, iframe"));
}

/* Tells whether the focus may move to `box` on `card`: never from a person who types elsewhere, from a dialog, or to a
   place that is out of view. */
export function mayTakeFocus(card, box) {
  const active = document.activeElement;
  const free = active === null || active === document.body || active.contains(box) || active.matches(".jp-Cell");
  const { top, bottom } = box.getBoundingClientRect();
  const seen = bottom > top && top >= 0 && bottom <= globalThis.innerHeight;
  return document.hasFocus() && (free || card.contains(active)) && !isTyping(active) && seen;
}

/* A card's view is made anew when its saved output is updated: the view that had the focus hands it to the new one. By
   session, as each view gets a model object of its own. */
const focusedViews = new Map();
const REFOCUS_WITHIN_MS = 2000;
const EXCHANGED_AFTER_MS = 50;

/* Has `card`, a view of the session `sessionId()`, take the focus over from a view before it; `target` returns the
   element that then gets it. */
export function keepFocus(card, sessionId, target) {
  const before = focusedViews.get(sessionId());
  const release = () => {
    for (const [key, view] of focusedViews) if (view.card === card) focusedViews.delete(key);
  };
  card.addEventListener("focusin", () => {
    release();
    focusedViews.set(sessionId(), { card });
  });
  // A view that is taken away loses the focus as well: afterwards it is known which of the two it was.
  card.addEventListener("focusout", () => setTimeout(() => {
    if (!card.isConnected) setTimeout(release, REFOCUS_WITHIN_MS);
    else if (document.hasFocus() && !card.contains(document.activeElement)) release();
  }));
  if (!before) return;
  setTimeout(() => {
    const active = document.activeElement;
    const free = active === null || active === document.body || active.contains(card);
    if (free && focusedViews.get(sessionId()) === before && !before.card.isConnected) {
      target()?.focus({ preventScroll: true });
    }
  }, EXCHANGED_AFTER_MS);
}
