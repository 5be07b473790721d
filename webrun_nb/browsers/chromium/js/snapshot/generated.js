// Finds the texts that style sheets add before and after elements (`content`), such as a currency or a unit.
(dom) => {
  const MAX_RULES = 20000, MAX_ELEMENTS = 20000, MAX_ASKED = 4000, MAX_CHARS = 200;
  const MEANS = /[\p{L}\p{N}\p{Sc}%‰°]/u; // not the icons of a font, which are private characters
  const PSEUDO = /::?(before|after)\b/gi;
  const found = new Set();
  let left = MAX_RULES, asked = 0;
  // Elements of which a text may be added by a rule that can't be read (a sheet of another site, a nested rule).
  let mayBeAny = false;

  const add = (rule) => {
    const content = rule.style.content;
    if (!content || !(MEANS.test(content.replace(/^(none|normal|inherit|initial|unset|(no-)?(open|close)-quote)$/, "")))) return;
    try {
      for (const el of dom.all(document, rule.selectorText.replace(PSEUDO, ""))) {
        if (found.size >= MAX_ELEMENTS) return;
        found.add(el);
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
  // Writes the texts of an element into its attributes.
  return (el, inShadow, attributes) => {
    if (!found.has(el) && !((mayBeAny || inShadow) && asked++ < MAX_ASKED)) return;
    const before = textOf(el, "::before"), after = textOf(el, "::after");
    if (before) attributes["::before"] = before;
    if (after) attributes["::after"] = after;
  };
}
