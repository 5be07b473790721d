// Shows what waits for scripts that never run: pages hide themselves until their scripts have come, and fade their parts in.
// For HTML that was loaded by itself; a session's page is never changed.
(dom) => {
  for (const animation of Document.prototype.getAnimations.call(document)) {
    try { animation.finish(); } catch (e) { /* an endless one */ }
  }
  const root = dom.root(document);
  const shown = [root, ...dom.all(document, "html > body")].slice(0, 2).filter((el) => el instanceof HTMLElement);
  for (const el of shown) {
    const style = getComputedStyle(el), show = (name, value) => el.style.setProperty(name, value, "important");
    if (style.display === "none") show("display", "block");
    if (style.visibility !== "visible") show("visibility", "visible");
    if (Number(style.opacity) < 1) show("opacity", "1");
  }
}
