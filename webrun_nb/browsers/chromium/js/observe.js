// Observes a page: the elements that can be acted on, its texts, and the groups that both are in. Returns one JSON string,
// and the nodes (refs are indexes into them: those of elements, then of texts, then of groups).
// Pages are hostile: every size is capped, and nothing a page defines (overridden prototypes aside) is called.
// `arg` is the result of `later` of the last observation, null where its document is gone.
(arg) => {
  const MAX_ELEMENTS = 3000, MAX_TEXT = 20000, MAX_NAME = 200, MAX_NEARBY = 160, MAX_OPTIONS = 200, MAX_VALUE = 2000, MAX_BARE = 3;
  const SPACED = /^\s|\s$|\s\s|[^\S ]/; // what a text with single spaces between words has none of
  const collapse = (s, max) => {
    const cut = s ? String(s).slice(0, max * 4) : "";
    return (SPACED.test(cut) ? cut.replace(/\s+/g, " ").trim() : cut).slice(0, max);
  };
  const SELECTOR = "a[href],area[href],button,input,select,textarea,summary,[contenteditable=''],[contenteditable=true]," +
    "[contenteditable=plaintext-only],canvas,[role=slider],[role=spinbutton],[role=listbox],[role=button],[role=link],[role=tab],[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],[role=checkbox]," +
    "[role=radio],[role=option],[role=switch],[role=combobox],[role=textbox],[role=searchbox],[role=treeitem],[onclick]";
  const INPUT_ROLES = { button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox",
    radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", file: "file" };
  const TAG_ROLES = { A: "link", AREA: "link", BUTTON: "button", TEXTAREA: "textbox", SUMMARY: "button" };

  const roleOf = (el) => {
    const given = (el.getAttribute("role") || "").trim().split(/\s+/)[0];
    if (given && given !== "presentation" && given !== "none") return given.toLowerCase();
    if (el.tagName === "INPUT") return INPUT_ROLES[el.type] || "textbox";
    if (el.tagName === "SELECT") return el.multiple || el.size > 1 ? "listbox" : "combobox";
    if (TAG_ROLES[el.tagName]) return TAG_ROLES[el.tagName];
    if (el.isContentEditable) return "textbox";
    if (el.tagName === "CANVAS" || el instanceof SVGElement) return "graphic";
    if (el.tagName === "LABEL" && el.control) return INPUT_ROLES[el.control.type] || "button";
    return el.hasAttribute("onclick") || el.matches(LIKELY) ? "button" : "clickable";
  };
  const byIds = (el, attribute) => {
    const ids = (el.getAttribute(attribute) || "").split(/\s+/).filter(Boolean).slice(0, 5);
    return ids.map((id) => el.getRootNode().getElementById?.(id)?.textContent || "").join(" ");
  };
  const labelOf = (el) => {
    if (!el.labels?.length) return "";
    let out = "";
    for (const label of el.labels) {
      let text = label.textContent || "";
      // A label that wraps its select contains the options' texts; they are not its name.
      if (el.tagName === "SELECT" && label.contains(el)) text = text.replace(el.textContent || "", " ");
      out += " " + text;
    }
    return collapse(out, MAX_NAME);
  };
  const textOf = (el) => layout.holding.has(el) ? layout.shownText(el) : el.innerText ?? el.textContent;
  // Where a picture stands for the text of a control, that text is not seen, and is its name all the same.
  const replacedBy = (el) => {
    if (!layout.holding.has(el) || !el.matches("a[href],button,summary,[role=button],[role=link],[role=tab],[role=menuitem]")) return "";
    const before = getComputedStyle(el, "::before").content, isPictured = infoOf(el)?.style.backgroundImage !== "none" ||
      el.querySelector("img,svg,i,picture") !== null || (before !== "none" && before !== "normal");
    return isPictured ? collapse(el.textContent, MAX_NAME) : "";
  };
  // The text of a node of a tree or menu without that of the nodes below it.
  const NESTED = "[role=group],[role=menu],[role=tree],ul,ol";
  const ownText = (el) => {
    if (!el.childElementCount || !el.querySelector(NESTED)) return textOf(el);
    let out = "";
    for (const node of Array.from(el.childNodes).slice(0, 50)) {
      if (node.nodeType === 3) out += node.data;
      else if (node.nodeType === 1 && !node.matches(NESTED) && !node.querySelector(NESTED)) out += ` ${textOf(node) ?? ""}`;
    }
    return out;
  };
  const imageNames = (el) => Array.from(el.querySelectorAll("img[alt],svg[aria-label],svg>title,[aria-label]")).slice(0, 3)
    .map((n) => n.getAttribute("alt") || n.getAttribute("aria-label") || n.textContent || "").join(" ");

  const containers = new Map();
  const textOfContainer = (el) => {
    if (!containers.has(el)) containers.set(el, collapse(textOf(el), 600));
    return containers.get(el);
  };
  const nearbyOf = (el, own) => {
    const about = infoOf(el), row = about ? about.row : el.closest(layout.ROWS);
    const long = (t) => t.length > own.length + 1;
    if (row && row !== el) {
      const text = textOfContainer(row);
      if (long(text)) return text.slice(0, MAX_NEARBY);
    }
    for (let up = el.parentElement, i = 0; up && i < 4 && up.childElementCount <= 30; up = up.parentElement, i++) {
      if (up.tagName === "BODY" || up.tagName === "MAIN" || up.tagName === "FORM") break;
      const text = textOfContainer(up);
      if (long(text)) return text.slice(0, MAX_NEARBY);
    }
    const before = el.previousElementSibling;
    return before ? collapse(layout.holding.has(before) ? layout.shownText(before) : before.textContent, MAX_NEARBY) : "";
  };
  const visible = (el) => {
    if (el.tagName === "INPUT" && el.type === "hidden") return false;
    // Pages hide the real file field behind a styled label or button; it can be given files all the same.
    if (el.tagName === "INPUT" && el.type === "file") return !el.closest("[inert]");
    const about = infoOf(el);
    if (about ? about.style.visibility !== "visible" : el.checkVisibility && !el.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true })) return false;
    if (!about && el.closest("[inert]")) return false;
    const box = about ? about.box : el.getBoundingClientRect();
    // Custom check boxes keep the real one at no size under a styled label; it can still be acted on.
    if (box.width < 1 || box.height < 1) return el.type === "checkbox" || el.type === "radio";
    return true;
  };

  // Selectors as those of snapshots (see `snapshot.js` and `extraction/snapshot.py`), as a table: each is that of an element
  // around, by its index (-1 for none), and a step.
  const siblings = new Map(), paths = [], pathOfElement = new Map();
  const stepOf = (el, parent) => {
    let known = siblings.get(parent);
    if (!known) {
      siblings.set(parent, known = { counts: new Map(), places: new Map() });
      for (let each = parent.firstElementChild; each; each = each.nextElementSibling) {
        const count = (known.counts.get(each.localName) || 0) + 1;
        known.counts.set(each.localName, count);
        known.places.set(each, count);
      }
    }
    const tag = el.localName;
    return known.counts.get(tag) === 1 ? tag : `${tag}:nth-of-type(${known.places.get(el)})`;
  };
  const MAX_DEPTH = 300;
  const pathOf = (el, depth = 0) => {
    if (!el || el === document.documentElement || depth > MAX_DEPTH) return -1;
    let path = pathOfElement.get(el);
    if (path === undefined) {
      const parent = el.parentNode, above = pathOf(parent instanceof ShadowRoot ? parent.host : parent, depth + 1);
      path = paths.push([above, stepOf(el, parent)]) - 1;
      pathOfElement.set(el, path);
    }
    return path;
  };

  // Scripts make buttons of anything. Of those that a hand for a pointer shows, some are buttons by their class.
  const LIKELY = "a:not([href]):not([name]),div[class*=more i],div[class*=next i],div[class*=pag i],div[class*=load i]," +
    "span[class*=more i],span[class*=next i],span[class*=pag i],span[class*=load i],li[class*=more i],li[class*=next i],li[class*=pag i]";

  const layout = LAYOUT(SELECTOR, HIDING(DOM(), false), UNSEEN), infoOf = (el) => layout.info.get(el);
  const found = [], shadowRoots = [];
  let hasClosedRoots = false;
  const collect = (root, depth) => {
    for (const el of root.querySelectorAll(SELECTOR)) {
      if (found.length >= MAX_ELEMENTS) return;
      found.push(el);
    }
    if (depth > 4) return;
    // Open shadow roots hold real controls; closed ones can't be read. Only custom elements are checked.
    for (const host of root.querySelectorAll("*")) {
      hasClosedRoots = hasClosedRoots || (!host.shadowRoot && host.localName.includes("-"));
      if (!host.shadowRoot || found.length >= MAX_ELEMENTS) continue;
      shadowRoots.push(host.shadowRoot);
      collect(host.shadowRoot, depth + 1);
    }
  };
  collect(document, 0);
  for (const { el } of layout.clickable) if (found.length < MAX_ELEMENTS) found.push(el);
  // In the order of the page. What the walk has not visited keeps its place after what stands before it.
  let last = 0;
  const order = new Map(found.map((el) => [el, last = infoOf(el)?.order ?? last]));
  found.sort((a, b) => order.get(a) - order.get(b));
  const reasons = new Map(layout.clickable.map(({ el, why }) => [el, why]));

  // A page can make an element's own properties lie (a form's input called "children"): such an element is left out.
  const safely = (work) => { try { return work(); } catch (e) { return null; } };
  const describe = (el) => {
    if (!visible(el)) return null;
    const role = roleOf(el), tag = el.tagName.toLowerCase(), type = tag === "input" ? el.type : "";
    const field = tag === "input" || tag === "select" || tag === "textarea";
    const editable = role === "textbox" && !field, listed = role === "listbox";
    const text = field || editable || listed ? "" : collapse(role === "treeitem" || role === "menuitem" ? ownText(el) : textOf(el), MAX_NAME);
    const label = labelOf(el);
    const button = type === "submit" || type === "button" || type === "reset" || type === "image";
    const buttonValue = button ? el.value || el.alt || (type === "submit" ? "Submit" : type === "reset" ? "Reset" : "") : "";
    const placeholder = el.getAttribute("placeholder") || el.getAttribute("aria-placeholder") || "";
    const name = collapse(byIds(el, "aria-labelledby"), MAX_NAME) || collapse(el.getAttribute("aria-label"), MAX_NAME) ||
      (field ? label || collapse(buttonValue, MAX_NAME) : text || replacedBy(el) || collapse(imageNames(el), MAX_NAME)) ||
      collapse(el.getAttribute("title"), MAX_NAME) || collapse(placeholder, MAX_NAME);
    const about = infoOf(el), box = about?.box || el.getBoundingClientRect();
    const checkable = type === "checkbox" || type === "radio";
    const ariaChecked = el.getAttribute("aria-checked");
    const item = { role, name, tag, path: pathOf(el), box: [box.x, box.y, box.width, box.height] };
    if (text && text !== name) item.text = text;
    if (label) item.label = label;
    if (placeholder) item.placeholder = collapse(placeholder, MAX_NAME);
    const nearby = nearbyOf(el, name);
    if (nearby && nearby !== name) item.nearby = nearby;
    if (field && type !== "password" && !button) {
      item.value = tag === "select" ? collapse(el.selectedOptions[0]?.label, MAX_NAME)
        : tag === "textarea" ? String(el.value).slice(0, MAX_VALUE) : collapse(el.value, MAX_NAME);
    }
    if (type) item.input_type = type;
    const hint = collapse([el.getAttribute("name"), el.id, el.getAttribute("autocomplete"), el.getAttribute("data-testid")]
      .filter(Boolean).join(" "), MAX_NAME);
    if (hint) item.hint = hint;
    if (el.tagName === "A" || el.tagName === "AREA") item.href = String(el.href).slice(0, 2000);
    if (tag === "select") item.options = Array.from(el.options).slice(0, MAX_OPTIONS).map((o) => collapse(o.label || o.text, MAX_NAME));
    if (checkable) item.checked = !!el.checked;
    else if (tag === "label" && /^(checkbox|radio)$/.test(el.control?.type)) [item.checked, item.input_type] = [el.control.checked, el.control.type];
    else if (ariaChecked) item.checked = ariaChecked === "true";
    if (el.disabled === true || el.getAttribute("aria-disabled") === "true") item.enabled = false;
    if (about ? about.isInForm : el.closest("form")) item.in_form = true;
    if (el.form && (type === "submit" || type === "image" || (tag === "button" && el.type === "submit"))) item.submits = true;
    const elsewhere = el.form ? foreignTarget(el) : "";
    if (elsewhere) item.form_url = elsewhere;
    if (about) { if (about.area) item.region = about.area; }
    else if (el.closest("nav,[role=navigation]")) item.region = "nav";
    else if (el.closest("header,[role=banner]")) item.region = "header";
    else if (el.closest("footer,[role=contentinfo]")) item.region = "footer";
    STATES(el, item, tag, !field && text.length <= MAX_BARE, collapse);
    if (reasons.get(el) === "drag") item.draggable = true;
    if (el instanceof SVGElement) item.shape = shapeOf(el);
    place(el, item);
    return item;
  };
  const foreignTarget = (el) => {
    const read = (of, name) => Element.prototype.getAttribute.call(of, name);  // a field of a form can be called getAttribute
    try {
      const to = new URL(read(el, "formaction") || read(el.form, "action") || "", document.baseURI);
      return to.origin === location.origin ? "" : to.href.slice(0, 2000);
    } catch { return ""; }  // a form without a usable address is not sent
  };
  const shapeOf = (el) => el.localName === "polygon" ? `polygon ${el.points?.numberOfItems ?? 0}` : el.localName;
  const paints = new Map();
  const paint = (color) => {
    if (!paints.has(color)) {
      const parts = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(color);
      paints.set(color, parts && Number(parts[4] ?? 1) > 0.1 ? parts.slice(1, 4).map(Number) : null);
    }
    return paints.get(color);
  };
  const colorOf = (el, style, role) => {
    if (el instanceof SVGElement) return paint(style.fill) || paint(style.stroke);
    const back = paint(style.backgroundColor), fore = paint(style.color);
    const isChromatic = (rgb) => rgb && Math.max(...rgb) - Math.min(...rgb) > 60;
    return role === "graphic" || isChromatic(back) ? back : isChromatic(fore) ? fore : null;
  };
  // What lies under an overlay: only what is in its box is asked about.
  let asked = 0;
  const MAX_ASKED = 400;
  const isCovered = (el, own, box) => {
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!(x >= 0 && y >= 0 && x < innerWidth && y < innerHeight)) return false;
    const over = layout.overlays.some((o) => o !== own && x >= o.box.left && x <= o.box.right && y >= o.box.top && y <= o.box.bottom);
    if (!over || asked++ >= MAX_ASKED) return false;
    const hit = el.getRootNode().elementFromPoint?.(x, y);
    return !!hit && hit !== el && !el.contains(hit) && !hit.contains(el) && !Array.from(el.labels || []).some((l) => l.contains(hit));
  };
  const place = (el, item, isText) => {
    const about = infoOf(el);
    item.order = order.get(el) ?? about?.order ?? 0;
    if (!about) return;
    // A control that is a group itself belongs to the group around it; a text is within its own.
    const own = layout.groups[about.group];
    const group = own && own.el === el && !isText ? own.parent : about.group;
    if (group >= 0) item.group = group;
    if (about.column) item.column = about.column;
    const color = colorOf(el, about.style, item.role);
    if (color) item.color = color;
    const box = { x: item.box[0], y: item.box[1], width: item.box[2], height: item.box[3] };
    if (about.overlay) item.layer = layout.overlays.indexOf(about.overlay) + 1;
    if (layout.overlays.length && isCovered(el, about.overlay, box)) item.covered = true;
    if (box.x + box.width <= 0 || box.y + box.height <= 0 || box.x >= innerWidth || box.y >= innerHeight) item.offscreen = true;
  };
  const round = (box) => [box.x, box.y, box.width, box.height].map(Math.round);
  const nodes = [], elements = [];
  for (const el of found) {
    const item = safely(() => describe(el));
    if (!item) continue;
    elements.push(item);
    nodes.push(el);
  }
  const listed = new Set(nodes), texts = [], groups = [];
  for (const { el, role, text, level } of layout.texts) {
    const item = listed.has(el) ? null : safely(() => {
      const item = { role, name: text, tag: el.localName, path: pathOf(el), box: round(infoOf(el).box) };
      if (level) item.level = level;
      if (infoOf(el).style.textDecorationLine.includes("line-through")) item.struck = true;
      if (role === "img" || role === "graphic") STATES(el, item, el.localName, true, collapse);
      const title = collapse(el.getAttribute("title"), MAX_NAME);
      if (title && title !== text) item.title = title;
      place(el, item, true);
      return item;
    });
    if (!item) continue;
    item.ref = nodes.length;
    texts.push(item);
    nodes.push(el);
  }
  for (const { kind, parent, el, name, scrolls } of layout.groups) {
    const item = { kind, parent, name };
    if (el) safely(() => {
      Object.assign(item, { path: pathOf(el), box: round(infoOf(el).box), ref: nodes.length });
      for (const state of ["expanded", "selected", "current"]) {
        const value = el.getAttribute(`aria-${state}`);
        if (value) item[state] = value !== "false";
      }
    });
    if (scrolls) item.scrolls = true;
    if (el) nodes.push(el);
    groups.push(item);
  }

  // The page's form errors: marked fields, and alerts, each with the field beside it.
  const MAX_FORM_ERRORS = 8, MAX_SAID = 200, MAX_LOOKED_AT = 300;
  const FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]),select,textarea";
  const nameOf = (el) => labelOf(el) || collapse(el.getAttribute("aria-label"), MAX_NAME) ||
    collapse(byIds(el, "aria-labelledby"), MAX_NAME) || collapse(el.getAttribute("placeholder") || el.getAttribute("name"), MAX_NAME);
  const saidBy = (el) => el.tagName !== "SCRIPT" && visible(el) && collapse(el.innerText, MAX_SAID);
  const besideOf = (el) => {
    if (el.id) {
      const id = CSS.escape(el.id), field = document.querySelector(`[aria-describedby~="${id}"],[aria-errormessage~="${id}"]`);
      if (field) return field;
    }
    for (let up = el.parentElement, i = 0; up && i < 3 && up.tagName !== "FORM" && up.tagName !== "BODY"; up = up.parentElement, i++) {
      const fields = up.querySelectorAll(FIELDS);
      if (fields.length) return fields.length === 1 ? fields[0] : null;
    }
    return null;
  };
  const formErrors = [];
  const complain = (kind, label, said) => {
    if (formErrors.length < MAX_FORM_ERRORS && !formErrors.some((c) => c.said === said && c.label === label)) formErrors.push({ kind, label, said });
  };
  const some = (selector) => Array.from(document.querySelectorAll(selector)).slice(0, MAX_LOOKED_AT);
  for (const el of some("[aria-invalid=true]")) safely(() => {
    if (visible(el)) complain("field", nameOf(el), collapse(byIds(el, "aria-errormessage"), MAX_SAID) || collapse(byIds(el, "aria-describedby"), MAX_SAID));
  });
  for (const el of some("[role=alert],[role=alertdialog],[aria-live=assertive]")) safely(() => {
    const said = saidBy(el), field = besideOf(el);
    if (said) complain("alert", field ? nameOf(field) : "", said);
  });
  for (const el of some("form [class*=error i],form .invalid-feedback")) safely(() => {
    const said = el.matches(FIELDS) || el.querySelector(FIELDS) ? "" : saidBy(el), field = besideOf(el);
    if (said) complain("styled", field ? nameOf(field) : "", said);
  });

  const told = MESSAGES(collapse, visible, safely);
  const later = SINCE(collapse, nameOf, safely, told.toneOf, shadowRoots, hasClosedRoots, MAX_FORM_ERRORS, MAX_SAID);

  const text = String((document.body && textOf(document.body)) || "").slice(0, MAX_TEXT * 2).replace(/[^\S\n]+/g, " ").replace(/\n\s*\n+/g, "\n").trim();
  return { json: JSON.stringify({ url: location.href, status: performance.getEntriesByType("navigation")[0]?.responseStatus, title: collapse(document.title, 500), elements, texts, groups, paths, form_errors: [...(arg?.held || []), ...formErrors], messages: [...(arg?.appeared || []), ...told.messages], busy: told.busy, still: told.still, untouched: arg?.untouched === true, fresh: !arg, text: text.slice(0, MAX_TEXT) }), nodes, later };
}
