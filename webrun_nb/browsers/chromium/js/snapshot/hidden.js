// Tells why an element, or only its own text, is not displayed. The reasons are numbers: see `_HIDDEN` in
// `extraction/snapshot.py`. A frame is what the walk knows about an element: here `hidden`, `ground` (the colour behind its
// text, null where it is not known), `scrollX` and `scrollY` (how far the boxes around it are scrolled), and `isFixed`.
(dom, isLoose) => {
  const DISPLAY = 1, VISIBILITY = 2, OFFSCREEN = 3, CLIPPED = 4, TRANSPARENT = 5, TEMPLATE = 6;
  const MIN_OPACITY = 0.05, MIN_FONT_PX = 2, MIN_INDENT_PX = -900, MIN_SIZE_PX = 1, ALIKE = 12, CLIMBED = 6;
  const SEEN = { visibilityProperty: true };
  const CLIPPED_PATH = /^inset\((50|100)%|^circle\(0|^polygon\(0(px|%)? 0(px|%)?(, 0(px|%)? 0(px|%)?)+\)/;
  const NO_FALLBACK = new Set(["canvas", "video", "audio", "iframe", "meter", "progress", "svg"]);

  const colours = new Map();
  const parts = (colour) => {
    let known = colours.get(colour);
    if (known === undefined) {
      known = /^rgba?\(/.test(colour) ? (colour.match(/[\d.]+/g) || []).map(Number) : null;
      colours.set(colour, known);
    }
    return known;
  };
  const alpha = (c) => (c.length > 3 ? c[3] : 1);
  const alike = (a, b) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) <= ALIKE;
  const cutByClip = (clip) => {
    const sides = /^rect\(/.test(clip) ? clip.match(/-?[\d.]+px|auto/g) : null;
    if (!sides || sides.length !== 4) return false;
    const [top, right, bottom, left] = sides.map(parseFloat);
    return bottom - top <= MIN_SIZE_PX || right - left <= MIN_SIZE_PX;
  };

  // Pages that are written from right to left scroll to the left.
  const root = dom.root(document);
  const leftIsOut = getComputedStyle(root).direction === "ltr", pageWidth = dom.clientWidth(root);
  // Where style sheets have not come, no one knows what colour would be behind a text.
  const isIncomplete = isLoose && dom.all(document, "link[rel~=stylesheet]").length > 0;
  const white = isIncomplete || matchMedia("(prefers-color-scheme: dark)").matches ? null : [255, 255, 255];

  const ofElement = (el, style, isPlaced, box, above) => {
    const display = style.display;
    if (!dom.hasBox(el, SEEN)) {
      if (display !== "contents" && !dom.hasBox(el)) return DISPLAY;
      if (style.visibility !== "visible") return VISIBILITY;
    }
    if (Number(style.opacity) < MIN_OPACITY) return TRANSPARENT;
    if (display === "contents" || !above.above) return 0; // the root, and what has no box of its own
    if (style.clipPath !== "none" && CLIPPED_PATH.test(style.clipPath)) return CLIPPED;
    if (isPlaced && style.clip !== "auto" && cutByClip(style.clip)) return CLIPPED;
    if ((box.width <= MIN_SIZE_PX || box.height <= MIN_SIZE_PX) && display !== "inline") {
      if (box.width <= MIN_SIZE_PX && style.overflowX !== "visible") return CLIPPED;
      if (box.height <= MIN_SIZE_PX && style.overflowY !== "visible") return CLIPPED;
      if (!box.width && !box.height && el instanceof HTMLElement && dom.offsetWidth(el) && dom.offsetHeight(el)) return CLIPPED; // scaled to nothing
    }
    if (leftIsOut && box.width && box.right + above.scrollX <= 0) return OFFSCREEN;
    if (!leftIsOut && isPlaced && box.left + above.scrollX >= pageWidth) return OFFSCREEN;
    return box.height && box.bottom + above.scrollY <= 0 ? OFFSCREEN : 0;
  };

  // The colour behind a text, unless a picture or a layer is there (`isUncertain`).
  const groundOf = (style, isPlaced, above) => {
    const own = parts(style.backgroundColor);
    if (own && alpha(own) === 1) return own;
    return (own && alpha(own) > 0) || isPlaced ? null : above.ground;
  };
  const isUncertain = (el) => {
    for (let up = el; up && dom.nodeType(up) === 1; up = dom.parentNode(up)) {
      const style = getComputedStyle(up), own = parts(style.backgroundColor);
      if (style.backgroundImage !== "none") return true;
      if (own && alpha(own) === 1) return false;
    }
    return false;
  };
  // Letters can be cut out of a background.
  const isCutOut = (el) => {
    for (let up = el, i = 0; up && i < CLIMBED; up = dom.parentNode(up), i++) {
      if (dom.nodeType(up) === 1 && getComputedStyle(up).webkitBackgroundClip === "text") return true;
    }
    return false;
  };
  const ofText = (el, tag, style, ground) => {
    if (NO_FALLBACK.has(tag) || style.contentVisibility === "hidden") return DISPLAY;
    if (tag === "details" && !dom.hasAttribute(el, "open")) return DISPLAY;
    if (parseFloat(style.fontSize) < MIN_FONT_PX) return CLIPPED;
    const indent = parseFloat(style.textIndent);
    if (indent < MIN_INDENT_PX) return OFFSCREEN;
    if (indent >= 100 && style.textIndent.endsWith("%") && style.overflowX !== "visible") return CLIPPED;
    if (style.webkitTextSecurity !== "none") return TRANSPARENT;
    const colour = parts(style.webkitTextFillColor);
    if (!colour) return 0;
    const unseen = alpha(colour) < MIN_OPACITY || (ground && alpha(colour) === 1 && alike(colour, ground) && !isUncertain(el));
    return unseen && style.textShadow === "none" && !isCutOut(el) ? TRANSPARENT : 0;
  };
  return { ofElement, ofText, groundOf, white, DISPLAY, VISIBILITY, TRANSPARENT, TEMPLATE };
}
