// Returns the position of a frame's view in the view of the document that contains it, or null for a frame that a person
// does not see: hidden, far off the page, without size, or almost transparent.
(el) => {
  const MIN_PX = 24, MIN_OPACITY = 0.5;
  if (!(el instanceof HTMLIFrameElement || el instanceof HTMLFrameElement)) return null;
  if (!Element.prototype.checkVisibility.call(el, { visibilityProperty: true, checkVisibilityCSS: true })) return null;
  if (Element.prototype.closest.call(el, "[inert]")) return null;
  const box = Element.prototype.getBoundingClientRect.call(el);
  if (box.width < MIN_PX || box.height < MIN_PX) return null;
  if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return null;
  let opacity = 1;
  for (let up = el; up instanceof Element; up = up.assignedSlot || up.parentElement || up.getRootNode().host) {
    opacity *= Number(getComputedStyle(up).opacity);
  }
  if (opacity < MIN_OPACITY) return null;
  const style = getComputedStyle(el);
  return [box.x + el.clientLeft + parseFloat(style.paddingLeft), box.y + el.clientTop + parseFloat(style.paddingTop)];
}
