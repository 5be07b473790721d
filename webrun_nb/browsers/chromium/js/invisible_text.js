// Finds the text of a page that a person cannot see: transparent, without size, clipped, far off the page, or in the
// colour of its background. It may be meant for screen readers or for machines; a person who reads the page has not read it.
// Returns the elements that are invisible with everything in them (`elements`), and those of which only their own text
// is invisible (`ownText`).
() => {
  const MAX_ELEMENTS = 30000, FAR_PX = 3000, ALIKE = 12;
  const elements = new Set(), ownText = new Set();
  const known = new Map();
  const parts = (colour) => {
    if (!known.has(colour)) known.set(colour, /^rgba?\(/.test(colour) ? (colour.match(/[\d.]+/g) || []).map(Number) : null);
    return known.get(colour);
  };
  const alpha = (c) => (c && c.length > 3 ? c[3] : 1);
  const alike = (a, b) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) <= ALIKE;
  const hasWords = (el) => {
    for (const node of el.childNodes) if (node.nodeType === 3 && /\S/.test(node.data)) return true;
    return false;
  };
  const cut = (style, box, placed) => {
    if (style.clipPath !== "none" && /^inset\((50|100)%|^circle\(0|^polygon\(0(px|%)? 0(px|%)?(, 0(px|%)? 0(px|%)?)+\)/.test(style.clipPath)) return true;
    if (placed && /^rect\(([01]px,? ?){4}\)/.test(style.clip)) return true;
    return (box.width <= 1 || box.height <= 1) && (style.overflowX !== "visible" || style.overflowY !== "visible");
  };
  const isInvisible = (el, style, placed) => {
    if (Number(style.opacity) < 0.05) return true;
    const box = el.getBoundingClientRect();
    if (cut(style, box, placed)) return true;
    if (!box.width && !box.height && el.offsetWidth > 0 && el.offsetHeight > 0) return true; // scaled to nothing
    return box.right + scrollX < -FAR_PX || box.bottom + scrollY < -FAR_PX;
  };
  // The background of a text: null where pictures, layers or half transparent colours leave it unknown.
  const grounds = new Map();
  const white = matchMedia("(prefers-color-scheme: dark)").matches ? null : [255, 255, 255];
  const groundOf = (el, style, placed) => {
    const own = parts(style.backgroundColor);
    if (style.backgroundImage !== "none") return null;
    if (own && alpha(own) === 1) return own;
    if ((own && alpha(own) > 0) || placed) return null;
    const above = el.parentElement;
    return above && grounds.has(above) ? grounds.get(above) : above ? null : white;
  };
  const isInvisibleText = (el, style) => {
    if (parseFloat(style.fontSize) < 2 || parseFloat(style.textIndent) < -900) return true;
    const colour = parts(style.color), ground = grounds.get(el);
    if (!colour || !(alpha(colour) < 0.05 || (alpha(colour) === 1 && !!ground && alike(colour, ground)))) return false;
    return style.webkitTextFillColor === style.color && style.textShadow === "none";
  };
  const all = document.documentElement ? [document.documentElement, ...Array.from(document.body ? document.body.getElementsByTagName("*") : []).slice(0, MAX_ELEMENTS)] : [];
  if (document.body) all.splice(1, 0, document.body);
  for (const el of all) {
    try {
      if (elements.has(el.parentElement)) { elements.add(el); continue; }
      const style = getComputedStyle(el);
      if (style.display === "none") continue;
      const words = hasWords(el), root = el === document.body || el === document.documentElement;
      if (!words && !el.childElementCount) continue;
      const position = style.position, placed = position === "absolute" || position === "fixed";
      grounds.set(el, groundOf(el, style, placed));
      if (!root && isInvisible(el, style, placed)) elements.add(el);
      else if (words && isInvisibleText(el, style)) ownText.add(el);
    } catch (e) { /* a page can make an element's own properties lie: such an element counts as visible */ }
  }
  // Only the topmost elements count: their content is invisible with them.
  const tops = Array.from(elements).filter((el) => !elements.has(el.parentElement));
  const holders = new Set();
  for (const el of [...tops, ...ownText]) for (let up = el; up && !holders.has(up); up = up.parentElement) holders.add(up);
  const contains = (el) => holders.has(el);
  const texts = () => [...tops.map((t) => t.innerText), ...Array.from(ownText).map((m) => Array.from(m.childNodes).filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" "))];
  return { elements, ownText, contains, texts };
}
