// Reads the data of a page to extract from: uninterpreted candidates. Returns one JSON string.
// Candidates: real tables, groups of alike siblings, JSON-LD, microdata, meta, label/value pairs, headings, the next page.
// Pages are hostile: every size is capped; hidden elements are skipped.
(arg) => {
  const MAX = { text: 20000, cell: 2000, tables: 40, rows: 20000, headRows: 6, cells: 60, groups: 40, items: 2000, fields: 60,
    totalFields: 40000, pairs: 600, jsonLd: 60, jsonLdChars: 300000, microdata: 300, headings: 100, meta: 100 };
  const SKIP = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "SVG", "svg", "HEAD", "LINK", "BR", "HR", "WBR", "IFRAME", "OBJECT"]);
  const INLINE = new Set(["B", "I", "EM", "STRONG", "SUP", "SUB", "SMALL", "U", "MARK", "CODE", "ABBR"]);
  const STATE_CLASS = /^(odd|even|first|last|active|selected|current|hover|visible|open|new|sale|featured|alt\d*|row-?\d+|item-?\d+|.*\d{3,}.*)$/i;
  const OLD_PRICE = /(^|[-_])(old|was|before|original|regular|list|strike|struck|rrp|msrp|crossed)([-_]|$)|old-?price|was-?price|price-?(old|was)/i;
  // A page can make an element's own properties lie (a form's input called "children"): such an element is left out.
  const safely = (work) => { try { return work(); } catch (e) { return null; } };
  const collapse = (s, max = MAX.cell) => String(s ?? "").slice(0, max * 3).replace(/\s+/g, " ").trim().slice(0, max);
  const classesOf = (el) => (typeof el.className === "string" ? el.className : "").split(/\s+/).filter(Boolean).slice(0, 6);
  const shown = (el) => !el.checkVisibility || el.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true });
  const ownText = (el) => {
    let out = "";
    if (invisible.ownText.has(el)) return out;
    for (const node of el.childNodes) if (node.nodeType === 3) out += " " + node.data;
    return collapse(out);
  };
  const isStruck = (el) => {
    if (/^(DEL|S|STRIKE)$/.test(el.tagName)) return true;
    if (classesOf(el).some((c) => OLD_PRICE.test(c))) return true;
    return /\d/.test(el.textContent || "") && getComputedStyle(el).textDecorationLine.includes("line-through");
  };
  const invisible = INVISIBLE_TEXT();
  const visible = (el) => shown(el) && !invisible.elements.has(el);
  // The visible text, without text that is crossed out beside text that is not (the current price counts).
  const textOf = (el, max = MAX.cell) => {
    if (invisible.elements.has(el)) return "";
    const unseen = invisible.contains(el);
    let struck = null;
    if (el.childElementCount) {
      for (const d of el.querySelectorAll("del,s,strike,[class*=old],[class*=was],[class*=strike],[class*=original],[class*=regular]")) {
        if (isStruck(d)) (struck = struck || []).push(d);
      }
    }
    const without = (left) => {
      let out = "";
      const walk = (n, quiet) => {
        if (n.nodeType === 3) { if (!quiet) out += n.data; return; }
        if (n.nodeType !== 1 || SKIP.has(n.tagName) || left.includes(n) || !visible(n)) return;
        const apart = !INLINE.has(n.tagName) && getComputedStyle(n).display !== "inline" ? " " : "";
        out += apart;
        for (const c of n.childNodes) walk(c, invisible.ownText.has(n));
        out += apart;
      };
      walk(el, false);
      return collapse(out, max);
    };
    if (struck) { const text = without(struck); if (text) return text; }
    return unseen ? without([]) : collapse(el.innerText ?? el.textContent, max);
  };
  const step = (el) => {
    let n = 1;
    for (let s = el.previousElementSibling; s; s = s.previousElementSibling) if (s.tagName === el.tagName) n++;
    return el.tagName.toLowerCase() + (n > 1 || hasTwin(el) ? `:nth-of-type(${n})` : "");
  };
  const hasTwin = (el) => {
    for (let s = el.nextElementSibling; s; s = s.nextElementSibling) if (s.tagName === el.tagName) return true;
    return false;
  };
  const paths = new Map();
  const pathOf = (el) => {
    if (!el || el === document.documentElement) return "html";
    if (el === document.body) return "body";
    let path = paths.get(el);
    if (path === undefined) {
      path = el.id && /^[A-Za-z][\w-]*$/.test(el.id) && document.getElementById(el.id) === el
        ? "#" + el.id : pathOf(el.parentElement) + " > " + step(el);
      paths.set(el, path);
    }
    return path;
  };
  const regionOf = (el) => {
    const r = el.closest("nav,[role=navigation],header,[role=banner],footer,[role=contentinfo],aside,[role=complementary],form,main,article,[role=main]");
    if (!r) return "";
    const tag = r.tagName.toLowerCase();
    return r.getAttribute("role") === "navigation" ? "nav" : r.getAttribute("role") === "contentinfo" ? "footer" : tag;
  };

  // --- headings (and which one an element stands under) ---------------------------------------------------------------
  const headingNodes = Array.from(document.querySelectorAll("h1,h2,h3,h4,h5,h6,[role=heading]")).filter(shown).slice(0, 2000);
  const headings = headingNodes.slice(0, MAX.headings)
    .map((h) => ({ level: Number(h.tagName[1]) || 2, text: collapse(h.innerText, 300), path: pathOf(h) })).filter((h) => h.text);
  const headingOf = (el) => {
    let lo = 0, hi = headingNodes.length;  // The last heading before el in document order, which the list is in.
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (headingNodes[mid].compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING) lo = mid + 1; else hi = mid;
    }
    return lo ? collapse(headingNodes[lo - 1].innerText, 200) : "";
  };

  // --- what one element says ---------------------------------------------------------------------------------------
  const valueOf = (el, text) => {
    const out = { t: text };
    // A text that is shortened on the screen is complete in its tooltip.
    if (/(…|\.\.\.)$/.test(text) && el.title && el.title.startsWith(text.replace(/(…|\.\.\.)$/, "").trim())) out.t = collapse(el.title, 500);
    const link = el.matches("a[href]") ? el : el.querySelector("a[href]");
    if (link) out.h = String(link.href).slice(0, 2000);
    const image = el.matches("img") ? el : el.querySelector("img");
    if (image) { out.s = String(image.currentSrc || image.src).slice(0, 2000); if (image.alt) out.a = collapse(image.alt, 300); }
    const time = el.matches("time,data,[content],[datetime]") ? el : el.querySelector("time[datetime]");
    const exact = time && (time.getAttribute("datetime") || time.getAttribute("content") || (time.tagName === "DATA" && time.value));
    if (exact) out.d = collapse(exact, 300);
    const box = el.matches("input[type=checkbox]") ? el : el.querySelector("input[type=checkbox]");
    if (box && !text) out.t = box.checked ? "yes" : "no";
    if (!out.t) {
      const named = el.matches("[aria-label],[title]") ? el : el.querySelector("[aria-label],[title]");
      const name = named && (named.getAttribute("aria-label") || named.getAttribute("title"));
      // A text for screen readers alone counts only as the description of a picture.
      const told = collapse(name || (out.h ? "" : out.a), 300);
      if (told && (told.split(" ").length <= 4 || (/\d/.test(told) && told.length <= 40))) out.t = told;
    }
    return out;
  };

  // --- tables ---------------------------------------------------------------------------------------------------------
  const gridOf = (rows) => {
    const grid = [], carried = [];
    for (const tr of rows) {
      const line = [];
      let col = 0;
      const fill = () => { while (carried[col] && carried[col].left > 0) { line[col] = carried[col].cell; carried[col].left--; col++; } };
      for (const cell of tr.cells) {
        fill();
        const span = Math.min(Math.max(cell.colSpan, 1), MAX.cells), down = Math.min(Math.max(cell.rowSpan, 1), MAX.rows);
        for (let i = 0; i < span && col < MAX.cells; i++, col++) {
          line[col] = cell;
          if (down > 1) carried[col] = { cell, left: down - 1 };
        }
      }
      fill();
      grid.push({ tr, line });
    }
    return grid;
  };
  const isHeaderRow = (line) => line.length > 0 && line.every((c) => c && c.tagName === "TH");
  const cellText = new Map();
  const textOfCell = (cell) => {
    if (!cellText.has(cell)) cellText.set(cell, textOf(cell));
    return cellText.get(cell);
  };
  const readTable = (table) => {
    const allRows = Array.from(table.rows).filter((tr) => visible(tr));
    const rows = allRows.slice(0, MAX.rows + MAX.headRows);
    const grid = gridOf(rows).filter((g) => g.line.length && g.line.some((c) => c && (textOfCell(c) || c.querySelector("img,input,a"))));
    const width = grid.reduce((w, g) => Math.max(w, g.line.length), 0);
    if (!width || !grid.length) return null;
    const spansAll = (g) => new Set(g.line).size === 1 && width > 1;
    let head = 0;
    const headRows = [];
    while (head < grid.length && head < MAX.headRows) {
      const g = grid[head], inHead = g.tr.parentElement.tagName === "THEAD";
      if (!(inHead || isHeaderRow(g.line))) break;
      if (!spansAll(g)) headRows.push(g.line);
      head++;
    }
    let header = headRows.length ? "th" : "none";
    if (!headRows.length && grid.length > 2 && !spansAll(grid[0])) {
      // Old pages mark a header row by bold cells or a background alone; or by words above numbers.
      const texts = grid[0].line.map((c) => (c ? textOfCell(c) : ""));
      const bold = (c) => c && (c.tagName === "TH" || c.querySelector("b,strong") || Number(getComputedStyle(c).fontWeight) >= 600 ||
        (c.bgColor || c.parentElement.bgColor));
      const words = texts.every((t) => t && t.length < 60 && !/\d/.test(t)) && new Set(texts).size === texts.length;
      const numbersBelow = grid.slice(1, 6).some((g) => g.line.some((c, i) => c && texts[i] && /^\W{0,3}\d/.test(textOfCell(c))));
      const boldBelow = grid[1].line.every(bold);
      if (words && width > 1 && ((grid[0].line.every(bold) && !boldBelow) || numbersBelow)) { headRows.push(grid[0].line); head = 1; header = "first row"; }
    }
    const columns = [];
    for (let i = 0; i < width; i++) {
      const labels = [];
      const hints = new Set();
      for (const line of headRows) {
        const cell = line[i];
        if (!cell) continue;
        const label = collapse(textOfCell(cell) || cell.getAttribute("aria-label") || cell.getAttribute("abbr") || "", 200);
        if (label && !labels.includes(label)) labels.push(label);
        for (const c of [cell.id, ...classesOf(cell), cell.getAttribute("data-field"), cell.getAttribute("data-sort"), cell.title]) if (c) hints.add(c);
      }
      columns.push({ label: labels.join(" "), hints: Array.from(hints).slice(0, 8).map((h) => collapse(h, 80)) });
    }
    const out = [];
    let section = "";
    for (const g of grid.slice(head)) {
      if (spansAll(g)) { section = collapse(textOfCell(g.line[0]), 200); continue; }
      if (isHeaderRow(g.line)) continue;  // a header repeated further down
      const cells = [];
      for (let i = 0; i < width; i++) {
        const cell = g.line[i];
        if (!cell) { cells.push({ t: "" }); continue; }
        const value = valueOf(cell, textOfCell(cell));
        value.p = step(cell);
        if (out.length === 0) for (const c of classesOf(cell)) if (columns[i].hints.length < 8) columns[i].hints.push(c);
        cells.push(value);
      }
      out.push({ path: pathOf(g.tr), section, cells });
    }
    if (!out.length) return null;
    const nested = table.querySelector("table");
    return { path: pathOf(table), id: table.id || "", classes: classesOf(table), caption: collapse(table.caption?.innerText || table.getAttribute("aria-label") || table.getAttribute("summary"), 200),
      heading: headingOf(table), region: regionOf(table), header, columns, rows: out, unread: allRows.length - rows.length, nested: !!nested };
  };
  const tableNodes = Array.from(document.querySelectorAll("table")).filter(shown).slice(0, MAX.tables * 4);
  const tables = [];
  const dataTables = new Set();
  for (const [index, node] of tableNodes.entries()) {
    if (tables.length >= MAX.tables) break;
    // A table that holds tables is layout; its cells would repeat everything in them.
    if (node.querySelector("table") && node.getAttribute("role") !== "table") continue;
    const table = safely(() => readTable(node));
    if (!table) continue;
    table.index = index;
    tables.push(table);
    if (table.header !== "none") dataTables.add(node);
  }

  // --- groups of alike siblings ---------------------------------------------------------------------------------------
  const signature = (el) => {
    const classes = classesOf(el).filter((c) => !STATE_CLASS.test(c)).sort();
    return el.tagName + (classes.length ? "." + classes.join(".") : "");
  };
  const fineSignature = (el) => signature(el) + "[" + Array.from(new Set(Array.from(el.querySelectorAll("*")).slice(0, 40).map((c) => c.tagName))).sort().join(",") + "]";
  const usable = (el) => !SKIP.has(el.tagName) && !/^(OPTION|OPTGROUP|TD|TH|THEAD|TBODY|TFOOT|COL|COLGROUP|CAPTION|SOURCE|INPUT)$/.test(el.tagName);
  const candidates = [];  // {parent, records: [[el, ...], ...], how}
  const bySignature = new Map();
  const HEAD = /^(H[1-6]|DT)$/;
  const runsOf = (children) => {
    // Records made of several siblings: rows that alternate, a heading and what follows it.
    const heads = children.filter((c) => HEAD.test(c.tagName));
    if (heads.length >= 2 && heads.every((h) => h.tagName === heads[0].tagName) && children.length > heads.length) {
      const records = [];
      for (const c of children) {
        if (HEAD.test(c.tagName)) records.push([c]); else if (records.length) records[records.length - 1].push(c);
      }
      if (records.every((r) => r.length < 12)) return records;
    }
    const fine = children.slice(0, 1200).map(fineSignature);
    for (let period = 2; period <= 4; period++) {
      for (let start = 0; start < Math.min(fine.length, 4); start++) {
        let end = start + period;
        while (end < fine.length && fine[end] === fine[end - period]) end++;
        const count = Math.floor((end - start) / period);
        if (count >= 3 && count * period >= 0.7 * fine.length && new Set(fine.slice(start, start + period)).size > 1) {
          return Array.from({ length: count }, (_, i) => children.slice(start + i * period, start + (i + 1) * period));
        }
      }
    }
    return null;
  };
  const all = document.body ? document.body.getElementsByTagName("*") : [];
  const collectFrom = (parent) => {
    if (!parent || parent.childElementCount < 1 || SKIP.has(parent.tagName) || parent.tagName === "SELECT" || parent.tagName === "P") return;
    const table = parent.closest("table");
    if (table && dataTables.has(table)) return;
    const children = Array.from(parent.children).slice(0, 3000).filter((c) => usable(c) && (c.textContent || c.querySelector("img")));
    if (!children.length) return;
    const clusters = new Map();
    for (const child of children) {
      const key = signature(child);
      if (!clusters.has(key)) clusters.set(key, []);
      clusters.get(key).push(child);
    }
    for (const [key, members] of clusters) {
      const blank = !key.includes(".");
      if (INLINE.has(members[0].tagName) && blank) continue;
      // The last page of a list may hold one row of it.
      const row = /^(LI|ARTICLE|TR)$/.test(members[0].tagName) || members[0].hasAttribute("itemscope");
      if (members.length >= 2 || (row && members[0].childElementCount)) candidates.push({ parent, records: members.map((m) => [m]), how: "siblings" });
      if (members.length <= 6 && !blank) {
        const global = signature(parent) + ">" + key;
        if (!bySignature.has(global)) bySignature.set(global, []);
        bySignature.get(global).push(...members);
      }
    }
    if (children.length >= 4) {
      const runs = runsOf(children);
      if (runs) candidates.push({ parent, records: runs, how: "runs" });
    }
  };
  for (let i = -1, n = Math.min(all.length, 60000); i < n; i++) {
    const parent = i < 0 ? document.body : all[i];
    safely(() => collectFrom(parent));
  }
  // Cards laid out in rows: the same kind of child under several parents of one kind.
  for (const members of bySignature.values()) {
    const parents = new Set(members.map((m) => m.parentElement));
    if (parents.size >= 2 && members.length >= 3) {
      let common = members[0].parentElement;
      while (common && !members.every((m) => common.contains(m))) common = common.parentElement;
      if (common && !members.some((m) => members.some((o) => o !== m && m.contains(o)))) candidates.push({ parent: common, records: members.map((m) => [m]), how: "across" });
    }
  }
  const weigh = (c) => {
    const sample = c.records.slice(0, 4);
    const leaves = sample.reduce((n, r) => n + r.reduce((k, el) => k + Math.min(el.getElementsByTagName("*").length, 30) + 1, 0), 0) / sample.length;
    const region = regionOf(c.parent);
    const dull = region === "nav" || region === "footer" || region === "header" ? 0.2 : 1;
    return Math.min(c.records.length, 200) * Math.min(leaves, 25) * dull;
  };
  const signatures = candidates.map((c) => [safely(() => weigh(c)) || 0, c]).sort((a, b) => b[0] - a[0]).slice(0, MAX.groups * 2);

  let total = 0;
  const fieldsOf = (record) => {
    const fields = [];
    const walk = (el, key, path, struck, depth, link) => {
      if (fields.length >= MAX.fields || depth > 25 || SKIP.has(el.tagName)) return;
      const isMeta = el.tagName === "META" || el.tagName === "LINK";
      if (!isMeta && !visible(el)) return;
      const itemprop = el.getAttribute("itemprop") || el.getAttribute("property") || "";
      const classes = classesOf(el).filter((c) => !STATE_CLASS.test(c));
      const own = isMeta ? "" : ownText(el);
      const nowStruck = struck || isStruck(el);
      const wraps = !own && (itemprop || classes.length || el.hasAttribute("data-testid")) && el.childElementCount > 0;
      const alone = !own && !el.childElementCount && (el.hasAttribute("aria-label") || el.hasAttribute("title") || el.tagName === "IMG" ||
        el.tagName === "METER" || el.tagName === "PROGRESS" || classes.length > 0 || el.hasAttribute("value"));
      const data = el.hasAttributes() ? Array.from(el.attributes).filter((a) => a.name.startsWith("data-") && a.value && a.value.length < 200).slice(0, 6) : [];
      if (own || isMeta || wraps || alone) {
        const text = isMeta ? "" : textOf(el, wraps && !itemprop ? 400 : MAX.cell);
        const field = valueOf(el, text);
        if (isMeta) field.t = collapse(el.getAttribute("content") || el.getAttribute("href"));
        if (alone && !field.t && (el.tagName === "METER" || el.tagName === "PROGRESS")) field.t = String(el.value);
        field.k = key; field.p = path;
        if (itemprop) field.ip = itemprop;
        if (classes.length) field.c = classes;
        const hint = [el.id, el.getAttribute("data-testid"), el.getAttribute("data-field"), own ? collapse(el.getAttribute("aria-label"), 40) : ""].filter(Boolean).join(" ");
        if (hint) field.n = collapse(hint, 120);
        if (link && !field.h) field.h = link;
        if (wraps) field.w = 1;
        if (own && el.childElementCount && own !== text) field.o = own;
        if (nowStruck) field.st = 1;
        const before = el.previousElementSibling;
        const name = el.tagName === "DD" ? (() => { let b = before; while (b && b.tagName !== "DT") b = b.previousElementSibling; return b; })()
          : before && (/^(LABEL|STRONG|B|DT|TH)$/.test(before.tagName) || /:\s*$/.test(before.textContent || "")) ? before : null;
        if (name) field.lb = collapse(name.textContent, 60).replace(/:$/, "");
        else if (own && el.firstElementChild && /^(B|STRONG|LABEL)$/.test(el.firstElementChild.tagName) && !collapse(el.firstChild.nodeType === 3 ? el.firstChild.data : "")) {
          field.lb = collapse(el.firstElementChild.textContent, 60).replace(/:$/, "");
          field.o = own;
        }
        if (field.t || field.s || field.h || classes.length) fields.push(field);
      }
      for (const a of data) fields.push({ k: key + "@" + a.name, n: a.name.slice(5), t: collapse(a.value, 200), p: path, at: 1 });
      const counts = {};
      const inner = el.tagName === "A" && el.href ? String(el.href).slice(0, 2000) : link;
      for (const child of el.children) {
        const tag = child.tagName;
        counts[tag] = (counts[tag] || 0) + 1;
        const kind = signature(child);
        const childKey = kind.includes(".") ? kind : key + ">" + tag.toLowerCase() + (tag === "LI" || tag === "A" ? "" : counts[tag]);
        walk(child, childKey, path + (path ? " > " : "") + tag.toLowerCase() + `:nth-of-type(${counts[tag]})`, nowStruck, depth + 1, inner);
      }
    };
    record.forEach((el, i) => walk(el, i + ":" + el.tagName.toLowerCase(), record.length > 1 ? `(+${i})` : "", false, 0, ""));
    return fields;
  };
  // A control and its label are no record: they show what can be entered.
  const CONTROL = "input:not([type=hidden]),select,textarea";
  const onlyControls = (record) => record.some((el) => el.matches(CONTROL) || el.querySelector(CONTROL)) &&
    record.some((el) => el.matches("label") || el.querySelector("label")) && record.every((el) => {
      const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (/[\p{L}\p{N}]/u.test(node.data) && !node.parentElement.closest("label,select,textarea,button,datalist,script,style")) return false;
      }
      return true;
    });
  const groups = [];
  const seen = new Set();
  for (const [, c] of signatures) {
    if (groups.length >= MAX.groups || total > MAX.totalFields) break;
    const allRecords = c.records.filter((r) => r.some((el) => visible(el) && (collapse(el.innerText, 50) || el.querySelector("img"))))
      .filter((r) => !safely(() => onlyControls(r)));
    const records = allRecords.slice(0, MAX.items);
    if (!records.length) continue;
    const key = c.how + records.length + pathOf(records[0][0]) + records[0].length;
    if (seen.has(key)) continue;
    seen.add(key);
    const items = [];
    let unread = allRecords.length - records.length;
    for (const [at, record] of records.entries()) {
      if (total > MAX.totalFields) { unread += records.length - at; break; }
      const fields = safely(() => fieldsOf(record));
      if (!fields) continue;
      total += fields.length;
      items.push({ path: pathOf(record[0]), heading: headingOf(record[0]), text: collapse(record.map((el) => textOf(el, 600)).join(" "), 600), fields });
    }
    groups.push({ path: pathOf(c.parent), id: c.parent.id || "", classes: classesOf(c.parent), item_classes: classesOf(records[0][0]), tag: records[0][0].tagName.toLowerCase(),
      how: c.how, heading: headingOf(records[0][0]), label: collapse(c.parent.getAttribute("aria-label"), 100), region: regionOf(c.parent), items, unread });
  }

  // --- what describes the page itself -----------------------------------------------------------------------------------
  const jsonLd = [];
  let chars = 0;
  for (const script of Array.from(document.querySelectorAll("script[type='application/ld+json']")).slice(0, MAX.jsonLd)) {
    const source = script.textContent || "";
    chars += source.length;
    if (chars > MAX.jsonLdChars) break;
    try { const parsed = JSON.parse(source); jsonLd.push(...(Array.isArray(parsed) ? parsed : [parsed])); } catch (e) { /* broken JSON-LD says nothing */ }
  }
  const microdata = [];
  const propsOf = (scope, depth) => {
    const props = {};
    const walk = (el) => {
      for (const child of el.children) {
        const name = child.getAttribute("itemprop");
        const nested = child.hasAttribute("itemscope");
        if (name) {
          const value = nested && depth < 3 ? { type: child.getAttribute("itemtype") || "", props: propsOf(child, depth + 1), t: collapse(child.innerText, 300) }
            : { t: child.getAttribute("content") || (child.tagName === "META" ? "" : textOf(child, 500)) || child.getAttribute("href") || child.getAttribute("src") || "", p: pathOf(child) };
          if (child.href && !nested) value.h = String(child.href).slice(0, 2000);
          if (child.src && !nested) value.s = String(child.src).slice(0, 2000);
          if (child.getAttribute("datetime")) value.d = child.getAttribute("datetime");
          for (const key of name.split(/\s+/)) (props[key] = props[key] || []).push(value);
        }
        if (!nested) walk(child);
      }
    };
    walk(scope);
    return props;
  };
  for (const scope of document.querySelectorAll("[itemscope]:not([itemprop])")) {
    if (microdata.length >= MAX.microdata) break;
    safely(() => microdata.push({ type: scope.getAttribute("itemtype") || "", path: pathOf(scope), props: propsOf(scope, 0) }));
  }
  const meta = {};
  for (const m of Array.from(document.querySelectorAll("meta[content]")).slice(0, MAX.meta)) {
    const name = m.getAttribute("property") || m.getAttribute("name") || m.getAttribute("itemprop");
    if (name && !(name in meta)) meta[name.slice(0, 80)] = collapse(m.content, 1000);
  }
  const canonical = document.querySelector("link[rel=canonical]");
  if (canonical) meta.canonical = canonical.href;

  // --- pairs: definition lists, "Label: value", and elements whose class or id says what they are -------------------------
  const pairs = [];
  const addPair = (label, value, source, el) => { if (label && value.t && pairs.length < MAX.pairs) pairs.push({ label: collapse(label, 100).replace(/\s*:$/, ""), source, path: pathOf(el), ...value }); };
  for (const dt of Array.from(document.querySelectorAll("dt")).filter(visible).slice(0, 300)) {
    const dd = dt.nextElementSibling;
    if (dd && dd.tagName === "DD") addPair(textOf(dt, 100), valueOf(dd, textOf(dd, 500)), "dl", dd);
  }
  for (const table of tables) {
    if (table.columns.length !== 2 || table.rows.length > 100) continue;
    const node = tableNodes[table.index];
    for (const tr of Array.from(node.rows).slice(0, 100)) {
      if (tr.cells.length === 2 && textOfCell(tr.cells[0]).length <= 60) addPair(textOfCell(tr.cells[0]), valueOf(tr.cells[1], textOfCell(tr.cells[1])), "table", tr.cells[1]);
    }
  }
  const LABELLED = /^([^:\n]{2,40}):\s*(\S[^\n]{0,300})$/;
  const counted = new Map();
  const HEADING = /^H[1-6]$/;
  const pairsOf = (el) => {
    if (SKIP.has(el.tagName) || /^(A|TD|TH|TR|SELECT|OPTGROUP|OPTION|DT|DD)$/.test(el.tagName) || el.childElementCount > 6) return;
    if (el.childElementCount && el.querySelector("select,input,textarea,button")) return; // a control is no statement
    const own = ownText(el);
    const leafy = own || (el.childElementCount && el.textContent.length < 200 && /:/.test(el.textContent));
    if (!leafy || el.textContent.length > 400) return;
    if (!visible(el)) return;
    const text = textOf(el, 400);
    const match = LABELLED.exec(text);
    if (match && !/^https?$/i.test(match[1])) {
      const inner = el.lastElementChild && !own.endsWith(collapse(match[2], 20)) ? el.lastElementChild : el;
      addPair(match[1], { ...valueOf(inner, match[2]), t: collapse(match[2], 300) }, "text", inner);
    }
    const itemprop = el.getAttribute("itemprop") || "";
    const names = [itemprop, ...classesOf(el), el.id, el.getAttribute("data-testid")].filter(Boolean);
    if (own && names.length && text.length <= 300 && !HEADING.test(el.tagName)) {
      const key = names.join(" ");
      counted.set(key, (counted.get(key) || 0) + 1);
      if (counted.get(key) <= 2 && !isStruck(el)) addPair(names.join(" "), valueOf(el, text), itemprop ? "itemprop" : "class", el);
    }
  };
  for (let i = 0, n = Math.min(all.length, 20000); i < n && pairs.length < MAX.pairs; i++) safely(() => pairsOf(all[i]));

  // --- the next page of the same list -------------------------------------------------------------------------------------
  const NEXT = /^(next|next page|next\s*[›»→>]+|[›→]|older( posts| entries)?|show more|load more|more results)$/i;
  let next = null;
  const usableNext = (el) => shown(el) && !el.disabled && el.getAttribute("aria-disabled") !== "true" && !/\bdisabled\b/.test(el.className + " " + (el.parentElement?.className || ""));
  for (const el of document.querySelectorAll("a[rel~=next],link[rel~=next],a[href],button")) {
    // A button can do anything: only one whose name says so turns a page.
    const rel = el.tagName !== "BUTTON" && (el.getAttribute("rel") || "").split(/\s+/).includes("next");
    const text = collapse(el.tagName === "LINK" ? "" : el.textContent, 60);
    const name = collapse(el.getAttribute("aria-label") || el.getAttribute("title"), 60);
    const words = text.replace(/[^\w\s›»→>]/g, "").trim();
    if (!(rel || NEXT.test(words) || (NEXT.test(name) && (text.length < 20)))) continue;
    if (el.tagName !== "LINK" && !usableNext(el)) continue;
    const href = el.href && /^https?:/.test(el.href) && el.href.split("#")[0] !== location.href.split("#")[0] ? el.href : null;
    if (el.tagName === "LINK" && !href) continue;
    if (el.tagName === "A" && !href) continue;
    next = { href, text: text || name, rel };
    if (rel) break;
    if (!document.querySelector("a[rel~=next],link[rel~=next]")) break;
  }
  let whole = String(document.body?.innerText || "");
  for (const words of invisible.texts()) if (words && words.trim()) whole = whole.replace(words, () => "");
  const text = whole.slice(0, MAX.text * 2).replace(/[^\S\n]+/g, " ").replace(/\n\s*\n+/g, "\n").trim().slice(0, MAX.text);
  const status = performance.getEntriesByType("navigation")[0]?.responseStatus;
  return JSON.stringify({ url: location.href, status, title: collapse(document.title, 500), lang: document.documentElement.lang || "", tables, groups,
    json_ld: jsonLd, microdata, meta, pairs, headings, next_page: next, text });
}
