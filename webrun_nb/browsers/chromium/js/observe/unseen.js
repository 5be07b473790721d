// Keeps the elements whose own text is there and not seen: of no size, in the colour behind it, too faint. Returns the test,
// and after the walk the texts of elements without that of those. `info` is that of `layout.js`; `hiding` that of `snapshot/hidden.js`.
(hiding, info) => {
  const MAX_ASKED = 200, PICTURES = new Set(["IMG", "VIDEO", "CANVAS", "SVG", "PICTURE"]);
  const unseen = new Set(), holding = new Set(), texts = new Map();
  let asked = 0;

  const groundOf = (about) => {
    if (!about.style) return hiding.groundOf(getComputedStyle(document.documentElement), false, { ground: hiding.white });
    if (about.ground === undefined) {
      const position = about.style.position, isPlaced = position === "absolute" || position === "fixed";
      about.ground = hiding.groundOf(about.style, isPlaced, { get ground() { return groundOf(about.above); } });
    }
    return about.ground;
  };
  // What is painted under a text need not be an element around it. Outside of the view that can't be known.
  const mayLieOnPicture = (el) => {
    if (asked++ >= MAX_ASKED) return true;
    const range = document.createRange();
    range.selectNodeContents(el);
    const box = range.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!(x >= 0 && y >= 0 && x < innerWidth && y < innerHeight)) return true;
    return document.elementsFromPoint(x, y).some((under) => {
      if (under.contains(el) || el.contains(under)) return false;
      const style = getComputedStyle(under);
      return PICTURES.has(under.tagName.toUpperCase()) || style.backgroundImage !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
    });
  };
  const FAINT = /^rgba\(.*, 0(\.0\d*)?\)$/;
  const isUnseen = (el, about) => {
    if (about.faint) return true;
    const reason = hiding.ofText(el, el.localName, about.style, groundOf(about));
    if (reason !== hiding.TRANSPARENT || FAINT.test(about.style.webkitTextFillColor)) return reason !== 0;
    return !mayLieOnPicture(el); // in the colour that the elements around it have
  };
  const add = (el) => {
    unseen.add(el);
    for (let up = el; up && !holding.has(up); up = up.parentNode || up.host) holding.add(up);
  };
  // Blocks are lines of their own, as in the text of an element that hides none.
  const shownText = (el) => {
    if (!holding.has(el)) return el.innerText ?? el.textContent ?? "";
    if (texts.has(el)) return texts.get(el);
    const about = info.get(el), isShown = !unseen.has(el) && about?.style.visibility === "visible";
    let out = "";
    for (const root of el.shadowRoot ? [el.shadowRoot, el] : [el]) {
      for (let child = root.firstChild; child; child = child.nextSibling) {
        if (child.nodeType === 3) out += isShown ? child.data.replace(/\s+/g, " ") : "";
        else if (child.nodeType === 1 && info.has(child)) {
          const said = shownText(child);
          out += info.get(child).style.display.startsWith("inline") ? said : `\n${said}\n`;
        }
      }
    }
    texts.set(el, out);
    return out;
  };
  return { add, isUnseen, holding, shownText };
}
