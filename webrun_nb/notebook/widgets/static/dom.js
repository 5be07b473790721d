/* Builds elements. Texts from Python are data, perhaps a hostile page's: they get into the document as text only. */

export function element(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (parent) parent.append(node);
  return node;
}

/* Data gets a direction of its own, so that right-to-left text in it does not turn its surroundings. */
export function dataElement(className, parent) {
  const node = element("bdi", className, parent);
  node.dir = "auto";
  return node;
}

/* A live region: what changes in it is announced by screen readers. */
export function announcementElement(parent) {
  const node = element("div", "webrun-live", parent);
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  return node;
}

/* Sets the text of a node, which is hidden while it has none. */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
  const hidden = text === "";
  if (node.hidden !== hidden) node.hidden = hidden;
}

const COPY = Math.random().toString(36).slice(2); // of this copy of the module alone: each widget has one
let count = 0;

/* Returns an id for labels to refer to. */
export const uniqueId = () => `webrun-${COPY}-${++count}`;

/* Returns the sentences that are not empty, in one text. */
export const sentences = (...parts) => parts.filter(Boolean).join(". ");
