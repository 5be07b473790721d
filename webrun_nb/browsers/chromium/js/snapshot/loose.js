// Shows what waits for scripts that never run: pages hide themselves until their scripts have come, and fade their parts in.
// For HTML that was loaded by itself; a session's page is never changed.
() => {
  for (const animation of Document.prototype.getAnimations.call(document)) {
    try { animation.finish(); } catch (e) { /* an endless one */ }
  }
  const root = document.documentElement, body = root.querySelector(":scope > body");
  for (const el of body ? [root, body] : [root]) {
    const style = getComputedStyle(el), show = (name, value) => el.style.setProperty(name, value, "important");
    if (style.display === "none") show("display", "block");
    if (style.visibility !== "visible") show("visibility", "visible");
    if (Number(style.opacity) < 1) show("opacity", "1");
  }
}
