// Walks what is visible of a document once, and returns its layout: `groups` (parts that belong together), `texts` (blocks
// that are no controls), `clickable` (elements that scripts make clickable, with the reason), and for every visited node
// its order, its style, its innermost group, its column of a table and the overlay that it is in.
// Every number is capped, and each node is looked at once; the text of a block is read where it begins.
// `hiding` tells what text is there and not seen (see `snapshot/hidden.js`): `shownText` is the text of an element without it.
(SELECTOR, hiding, UNSEEN) => {
  const MAX_NODES = 30000, MAX_DEPTH = 250, MAX_TEXTS = 1000, MAX_GROUPS = 600, MAX_CLICKABLE = 1000, MAX_SHAPES = 400;
  const MAX_TEXT = 1000, MAX_NAME = 120, MIN_OVERLAY = 0.15, MIN_FIXED = 0.04, ICON_PX = 64, MIN_SHAPE_PX = 8, MAX_OVERLAYS = 8;
  const SPACED = /^\s|\s$|\s\s|[^\S ]/; // what a text with single spaces between words has none of
  const collapse = (s, max) => {
    const cut = s ? String(s).slice(0, max * 4) : "";
    return (SPACED.test(cut) ? cut.replace(/\s+/g, " ").trim() : cut).slice(0, max);
  };
  const attribute = (el, name) => Element.prototype.getAttribute.call(el, name);
  const KINDS = { TABLE: "table", TR: "row", UL: "list", OL: "list", DL: "list", MENU: "list", LI: "item", FORM: "form",
    FIELDSET: "fieldset", DIALOG: "dialog", ARTICLE: "article", SECTION: "section", DETAILS: "section", NAV: "nav",
    HEADER: "header", FOOTER: "footer", MAIN: "main", ASIDE: "aside" };
  const ROLE_KINDS = { table: "table", grid: "table", treegrid: "table", row: "row", list: "list", feed: "list",
    listitem: "item", listbox: "list", menu: "menu", menubar: "menu", tree: "tree", treeitem: "item", tablist: "tabs",
    tabpanel: "panel", dialog: "dialog", alertdialog: "dialog", group: "fieldset", radiogroup: "fieldset",
    article: "article", region: "section", form: "form", search: "form", navigation: "nav", banner: "header",
    contentinfo: "footer", main: "main", complementary: "aside" };
  const LABELS = new Set(["LABEL", "LEGEND", "CAPTION", "DT", "FIGCAPTION"]);
  const PARAGRAPHS = new Set(["P", "BLOCKQUOTE", "PRE"]);
  const SKIPPED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "OPTION", "OPTGROUP", "BR", "HR", "IFRAME", "OBJECT", "HEAD"]);
  const TABLE_PARTS = new Set(["TR", "TD", "TH", "TBODY", "THEAD", "TFOOT", "COLGROUP", "COL"]);
  const SHAPES = "circle,rect,ellipse,polygon,polyline,path,line,text,image";
  const ATOMIC = "a,button,select,textarea,input,summary,[role=button],[role=link],[role=tab],[role=option],[role=menuitem]," +
    "[role=checkbox],[role=radio],[role=switch],[contenteditable=''],[contenteditable=true],[contenteditable=plaintext-only]";
  const FIELDS = "button,input,select,textarea,[role=button]";
  const ROWS = "tr,li,article,[role=row],[role=listitem],fieldset";
  const ROW_TAGS = new Set(["TR", "LI", "ARTICLE", "FIELDSET"]);
  const BLOCKS = "h1,h2,h3,h4,h5,h6,p,li,td,dd,article";

  const groups = [], texts = [], clickable = [], overlays = [];
  const info = new Map();
  const viewArea = innerWidth * innerHeight;
  const unseen = UNSEEN(hiding, info);
  let visited = 0, shapes = 0;

  const levelOf = (el) => {
    const tag = el.tagName;
    if (tag.length === 2 && tag[0] === "H" && tag[1] >= "1" && tag[1] <= "6") return Number(tag[1]);
    return attribute(el, "role") === "heading" ? Number(attribute(el, "aria-level")) || 2 : 0;
  };
  const startsWithHeading = (el) => {
    // As a direct child it begins a section of its own below; here it heads what stands beside its wrapper.
    let first = el.firstElementChild;
    for (let i = 0; first && i < 3; first = first.firstElementChild, i++) if (levelOf(first)) return i > 0;
    return false;
  };
  const textOf = (el, max) => collapse(el.childElementCount ? el.innerText : el.textContent, max);
  const byIds = (el, name) => {
    const ids = (attribute(el, name) || "").split(/\s+/).filter(Boolean).slice(0, 3);
    return ids.map((id) => el.getRootNode().getElementById?.(id)?.textContent || "").join(" ");
  };
  const nameOf = (el, kind) => {
    let named = attribute(el, "aria-label") || byIds(el, "aria-labelledby");
    const own = { fieldset: "LEGEND", table: "CAPTION", section: "SUMMARY" }[kind];
    if (!named && own) for (const child of Array.from(el.children).slice(0, 3)) if (child.tagName === own) named = child.textContent;
    return collapse(named, MAX_NAME);
  };
  const add = (kind, parent, el, name, extra) => {
    if (groups.length >= MAX_GROUPS) return parent;
    groups.push({ kind, parent, el, name, ...extra });
    return groups.length - 1;
  };
  const HEADED = /^(section|card|item|article|dialog|panel|form|list|table)$/;
  const name = (group, heading, el) => {
    for (let up = group; up >= 0; up = groups[up].parent) {
      if (!groups[up].name && HEADED.test(groups[up].kind)) Object.assign(groups[up], { name: heading, heading: el });
      if (groups[up].kind !== "header") return;
    }
  };
  const hasOwnText = (el) => {
    for (let node = el.firstChild; node; node = node.nextSibling) if (node.nodeType === 3 && /\S/.test(node.data)) return true;
    return false;
  };
  // A text that is set letter by letter, each in an element of its own, is one text.
  const INLINE = new Set(["SPAN", "B", "I", "EM", "STRONG", "FONT"]), MAX_LETTERS = 200;
  const isSpelled = (el) => {
    if (el.childElementCount < 2 || el.childElementCount > MAX_LETTERS) return false;
    for (let child = el.firstElementChild; child; child = child.nextElementSibling) {
      if (!INLINE.has(child.tagName) || child.firstElementChild || (child.textContent || "").trim().length > 2) return false;
    }
    return /\S\S/.test(el.textContent || "");
  };
// Parts of the same form: of the same class, or else with the same tags in them.
  const signature = (el) => {
    const named = (attribute(el, "class") || "").trim().split(/\s+/)[0];
    return named ? `${el.localName}.${named}` : `${el.localName}#${Array.from(el.children).slice(0, 4).map((child) => child.localName)}`;
  };
  const alikeOf = (el) => {
    const counts = new Map();
    let n = 0;
    for (let child = el.firstElementChild; child && n < 300; child = child.nextElementSibling, n++) {
      if (!child.childElementCount && !(child.tagName === "DIV" && child.hasAttribute("class"))) continue;
      const sign = signature(child);
      counts.set(sign, (counts.get(sign) || 0) + 1);
    }
    for (const [sign, count] of counts) if (count < (sign.includes("#") ? 3 : 2)) counts.delete(sign);
    return counts;
  };
  // The header of each column: that of the row with the most header cells, looked for in the first two rows.
  const headersOf = (table) => {
    for (const row of Array.from(table.rows).slice(0, 2)) {
      const cells = Array.from(row.cells).slice(0, 60);
      if (cells.length < 2 || cells.filter((c) => c.tagName === "TH").length * 2 < cells.length) continue;
      const names = [];
      for (const cell of cells) for (let i = 0; i < Math.min(cell.colSpan, 20); i++) names.push(collapse(cell.textContent, MAX_NAME));
      return names;
    }
    return [];
  };
  const gridHeadersOf = (grid) => Array.from(grid.querySelectorAll("[role=columnheader]")).slice(0, 60).map((c) => collapse(c.textContent, MAX_NAME));
  const say = (el, role, text, about, extra) => {
    if (texts.length < MAX_TEXTS) texts.push({ el, role, text, ...extra });
    about.said = text;
  };
  const drawing = (svg, about) => {
    for (const shape of Array.from(svg.querySelectorAll(SHAPES)).slice(0, MAX_SHAPES)) {
      if (shapes++ >= MAX_SHAPES) return;
      const box = shape.getBoundingClientRect();
      if (box.width < 1 && box.height < 1) continue;
      const style = getComputedStyle(shape);
      if (style.visibility !== "visible" || style.display === "none" || Number(style.opacity) === 0) continue;
      info.set(shape, { ...about, style, box, order: visited++ });
      clickable.push({ el: shape, why: "shape" });
    }
  };

  // A page can make an element's own properties lie (a form's input called "tagName"): such an element is left out.
  const walk = (el, above, depth) => {
    try { enter(el, above, depth); } catch (error) { if (!(error instanceof TypeError)) throw error; }
  };
  const enter = (el, above, depth) => {
    if (visited >= MAX_NODES || depth > MAX_DEPTH || SKIPPED.has(el.tagName)) return;
    const style = getComputedStyle(el), box = el.getBoundingClientRect(), tag = el.tagName.toUpperCase();
    const flat = box.width < 1 || box.height < 1;
    if (flat && (style.display === "none" || (style.overflowY !== "visible" && tag !== "BODY" && tag !== "INPUT"))) return;
    if (el.inert || (el.hidden && style.contentVisibility === "hidden")) return;
    const isBranch = el.firstElementChild !== null, isTablePart = TABLE_PARTS.has(tag);
    const faint = above.faint || style.opacity < 0.05;
    const about = { ...above, above, style, box, faint, ground: undefined, order: visited++ };
    const shown = !flat && !faint && style.visibility === "visible";
    info.set(el, about);
    const hasText = hasOwnText(el);
    if (hasText && style.visibility === "visible" && unseen.isUnseen(el, about)) unseen.add(el);
    const given = attribute(el, "role"), role = given ? given.trim().split(/\s+/)[0].toLowerCase() : "";
    const level = levelOf(el);
    if (ROW_TAGS.has(tag) || role === "row" || role === "listitem") about.row = el;
    if (tag === "FORM") about.isInForm = true;

    // --- groups
    const kept = ROLE_KINDS[role] || (role && role !== "presentation" && role !== "none" && role !== "group" ? "" : KINDS[tag]) || "";
    let kind = kept || (attribute(el, "aria-modal") === "true" ? "dialog" : "");
    const scrolls = isBranch && !isTablePart && tag !== "BODY" && /auto|scroll/.test(style.overflowY) && el.scrollHeight > el.clientHeight + 4;
    const alike = isBranch && !isTablePart && tag !== "TABLE" && el.childElementCount > 1 ? alikeOf(el) : null;
    if (!kind && above.alike?.has(signature(el)) && !isTablePart && !level && style.display !== "inline" && !el.matches(FIELDS)) kind = "card";
    if (!kind && isBranch && tag !== "BODY" && !level && startsWithHeading(el)) kind = "section";
    if (!kind && alike?.size && tag !== "BODY" && tag !== "SVG") kind = "list";
    if (!kind && scrolls) kind = "box";
    if (kind && shown) {
      about.group = add(kind, above.group, el, nameOf(el, kind), scrolls ? { scrolls: true } : {});
      if (kind === "table") about.headers = tag === "TABLE" ? headersOf(el) : gridHeadersOf(el);
      if (kind === "dialog" && !about.overlay) overlays.push(about.overlay = { el, box });
    }
    about.alike = alike?.size ? alike : null;
    if (kind === "nav" || kind === "header" || kind === "footer") about.area = about.area || kind;
    const share = box.width * box.height / viewArea;
    if (share > MIN_FIXED && shown && !about.overlay && overlays.length < MAX_OVERLAYS && !isTablePart && share > (style.position === "fixed" ? MIN_FIXED : MIN_OVERLAY)) {
      const lies = style.position === "fixed" || (style.position === "absolute" && Number(style.zIndex) > 0);
      if (lies && style.pointerEvents !== "none") overlays.push(about.overlay = { el, box });
    }

    // --- columns of tables
    if (above.headers && (tag === "TD" || tag === "TH" || role === "cell" || role === "gridcell")) {
      let at = 0;
      for (let before = el.previousElementSibling, i = 0; before && i < 60; before = before.previousElementSibling, i++) at += before.colSpan || 1;
      about.column = above.headers[at] || "";
    }

    // --- what can be acted on, and texts
    const isControl = el.matches(SELECTOR);
    const atomic = (isControl || tag === "A") && el.matches(ATOMIC) && !(tag === "A" && isBranch && el.querySelector(BLOCKS));
    if (tag === "SVG") {
      if (shown && !above.control) {
        if (box.width > ICON_PX || box.height > ICON_PX) drawing(el, about);
        else say(el, "img", collapse(attribute(el, "aria-label") || el.querySelector("title")?.textContent, MAX_NAME), {});
      }
      return;
    }
    if (!isControl && shown && !above.control && clickable.length < MAX_CLICKABLE && tag !== "BODY" && tag !== "HTML") {
      const pointer = style.cursor === "pointer", tabindex = attribute(el, "tabindex");
      const grab = style.cursor === "grab" || style.cursor === "move" || attribute(el, "draggable") === "true";
      const hiddenField = tag === "LABEL" && el.control && !el.control.checkVisibility?.() && /^(checkbox|radio|file)$/.test(el.control.type);
      let why = "";
      if (hiddenField) why = "label";
      else if (tag === "LABEL" && el.control) why = "";
      else if (grab) why = "drag";
      else if (pointer && !above.pointer) why = "pointer";
      else if (tag === "A" && !el.hasAttribute("href") && !el.hasAttribute("name") && !el.id) why = "anchor"; // a script's
      else if (tabindex !== null && Number(tabindex) >= 0 && !scrolls) why = "tabindex";
      else if (pointer && !el.childElementCount && collapse(el.textContent, MAX_NAME) !== above.region) why = "pointer";
      if (why) {
        clickable.push({ el, why });
        about.isClickable = true;
        about.region = textOf(el, MAX_NAME);
      }
      about.pointer = pointer;
    }
    if (atomic) about.control = true;
    if (shown && !above.control && !isControl) {
      const isCell = tag === "TD" || tag === "TH" || role === "cell" || role === "gridcell" || role === "columnheader";
      about.isSpelled = isSpelled(el);
      if (!about.isClickable && !above.isSpelled && (hasText || level || about.isSpelled || (isCell && isBranch && !el.querySelector(FIELDS)))) {
        const text = textOf(el, MAX_TEXT);
        const kindOfText = level ? "heading" : isCell ? (tag === "TH" || role === "columnheader" ? "columnheader" : "cell")
          : LABELS.has(tag) ? "label" : tag === "LI" || role === "listitem" ? "listitem" : PARAGRAPHS.has(tag) ? "paragraph" : "text";
        if (text && text !== above.said) say(el, kindOfText, text, about, level ? { level } : {});
      } else if (!about.isClickable && !isBranch && box.width >= MIN_SHAPE_PX && box.height >= MIN_SHAPE_PX) {
        if (tag === "IMG") say(el, "img", collapse(attribute(el, "alt") || attribute(el, "title"), MAX_NAME), {});
        else if (tag !== "INPUT" && (style.backgroundImage !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)") && shapes++ < MAX_SHAPES)
          say(el, "graphic", collapse(attribute(el, "aria-label") || attribute(el, "title"), MAX_NAME), {});
      }
    }
    if (tag === "SELECT" || tag === "TEXTAREA" || tag === "INPUT" || !isBranch && !el.shadowRoot) return;

    // --- what is in it; a heading begins a section that ends at the next one of its level, a term begins an entry
    const open = [];
    const step = (child) => {
      const rank = levelOf(child), isTerm = child.tagName === "DT";
      const inside = open.length ? open[open.length - 1].about : about;
      if ((rank || isTerm) && about.control !== true) {
        const own = rank || 7;
        while (open.length && open[open.length - 1].rank >= own) open.pop();
        const parent = open.length ? open[open.length - 1].about : about;
        const heading = collapse(child.textContent, MAX_NAME);
        if (rank) name(parent.group, heading, child);
        const group = add(isTerm ? "row" : "section", parent.group, null, heading, { heading: child });
        open.push({ rank: own, about: { ...about, group } });
        walk(child, open[open.length - 1].about, depth + 1);
      } else walk(child, inside, depth + 1);
    };
    if (tag === "DETAILS" && !el.open) { for (const child of Array.from(el.children).slice(0, 2)) if (child.tagName === "SUMMARY") walk(child, about, depth + 1); return; }
    if (el.shadowRoot) for (const child of Array.from(el.shadowRoot.children)) step(child);
    for (let child = el.firstElementChild; child; child = child.nextElementSibling) step(child);
  };
  if (document.body instanceof HTMLElement) walk(document.body, { group: -1, column: "" }, 0);
  const { holding, shownText } = unseen;
  if (holding.size) {
    for (const each of texts) if (holding.has(each.el)) each.text = collapse(shownText(each.el), MAX_TEXT);
    for (const each of groups) if (holding.has(each.heading)) each.name = collapse(shownText(each.heading), MAX_NAME);
  }
  const said = texts.filter((each) => each.text || each.role === "img" || each.role === "graphic");
  return { groups, texts: said, clickable, overlays, info, ROWS, holding, shownText };
}
