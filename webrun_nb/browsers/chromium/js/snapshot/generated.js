// Finds what style sheets add before and after elements (`content`): texts, such as a currency or a unit, and lines that are
// drawn through an old price.
(dom) => {
  const MAX_RULES = 20000, MAX_ELEMENTS = 20000, MAX_ASKED = 4000, MAX_CHARS = 200;
  const MAX_LINE_PX = 4, MIN_LINE_WIDTH = 0.6, LINE_PLACE = [0.25, 0.75];
  const MEANS = /[\p{L}\p{N}\p{Sc}%‰°★☆✓✔✗✘✕✖]/u; // not the icons of a font, which are private characters
  const PSEUDO = /::?(before|after)\b/gi;
  const found = new Set(), lined = new Set();
  let left = MAX_RULES, asked = 0;
  // Elements of which a text may be added by a rule that can't be read (a sheet of another site, a nested rule).
  let mayBeAny = false;

  const drawsLine = (style) => style.position === "absolute" &&
    (style.height || style.borderTopWidth || style.borderBottomWidth || style.backgroundColor || style.background);
  const add = (rule) => {
    const content = rule.style.content;
    const isText = content && MEANS.test(content.replace(/^(none|normal|inherit|initial|unset|(no-)?(open|close)-quote)$/, ""));
    if (!isText && !drawsLine(rule.style)) return;
    const into = isText ? found : lined;
    try {
      for (const el of dom.all(document, rule.selectorText.replace(PSEUDO, ""))) {
        if (into.size >= MAX_ELEMENTS) return;
        into.add(el);
      }
    } catch (e) { mayBeAny = true; }
  };
  const scan = (rules, depth) => {
    for (const rule of rules) {
      if (left-- <= 0 || depth > 8) { mayBeAny = true; return; }
      if (rule.selectorText && rule.selectorText.search(PSEUDO) >= 0) {
        if (rule.selectorText.includes("&")) mayBeAny = true; else add(rule);
      }
      if (rule.cssRules && rule.cssRules.length) scan(rule.cssRules, depth + 1);
      if (rule.styleSheet) scanSheets([rule.styleSheet], depth + 1); // an @import
    }
  };
  const scanSheets = (sheets, depth) => {
    for (const sheet of sheets) {
      try { scan(sheet.cssRules, depth); } catch (e) { mayBeAny = true; }
    }
  };
  scanSheets(dom.styleSheets(document), 0);
  if (document.adoptedStyleSheets) scanSheets(document.adoptedStyleSheets, 0);

  const textOf = (el, which) => {
    const content = getComputedStyle(el, which).content;
    // `"…"`, perhaps several, perhaps with an alternative text behind a slash.
    const texts = content.startsWith('"') ? content.split(' / ')[0].match(/"((?:[^"\\]|\\.)*)"/g) : null;
    const text = texts ? texts.map((each) => each.slice(1, -1).replace(/\\(.)/g, "$1")).join("") : "";
    return text.length <= MAX_CHARS && MEANS.test(text) ? text : "";
  };
  // A thin line across most of the width of a text, at half of its height: `box` is the element's.
  const isLineThrough = (el, which, box) => {
    const style = getComputedStyle(el, which);
    if (style.content !== '""' || style.position !== "absolute" || style.display === "none" || style.visibility !== "visible") return false;
    const px = (value) => parseFloat(value) || 0;
    const line = px(style.height) + px(style.borderTopWidth) + px(style.borderBottomWidth);
    const middle = px(style.top) + line / 2;
    return line > 0 && line <= MAX_LINE_PX && px(style.width) >= MIN_LINE_WIDTH * box.width &&
      middle > LINE_PLACE[0] * box.height && middle < LINE_PLACE[1] * box.height;
  };
  const isLinedThrough = (el, box) => lined.has(el) && box.width > 0 &&
    (isLineThrough(el, "::before", box) || isLineThrough(el, "::after", box));
  // Writes the texts of an element into its attributes.
  const addTexts = (el, inShadow, attributes) => {
    if (!found.has(el) && !((mayBeAny || inShadow) && asked++ < MAX_ASKED)) return;
    const before = textOf(el, "::before"), after = textOf(el, "::after");
    if (before) attributes["::before"] = before;
    if (after) attributes["::after"] = after;
  };
  return { addTexts, isLinedThrough };
}
