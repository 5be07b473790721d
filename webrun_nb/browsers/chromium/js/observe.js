// Lists the elements of a page that can be acted on: returns one JSON string, and the nodes (refs are indexes into them).
// Pages are hostile: every size is capped, and nothing a page defines (overridden prototypes aside) is called.
// `arg` is the result of `later` of the last observation, null where its document is gone.
(arg) => {
  const MAX_ELEMENTS = 3000, MAX_TEXT = 20000, MAX_NAME = 200, MAX_NEARBY = 160, MAX_OPTIONS = 200;
  const collapse = (s, max) => String(s || "").slice(0, max * 4).replace(/\s+/g, " ").trim().slice(0, max);
  const SELECTOR = "a[href],area[href],button,input,select,textarea,summary,[contenteditable=''],[contenteditable=true]," +
    "[role=button],[role=link],[role=tab],[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],[role=checkbox]," +
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
    return el.isContentEditable ? "textbox" : "button";
  };
  const byIds = (el, attribute) => {
    const ids = (el.getAttribute(attribute) || "").split(/\s+/).filter(Boolean).slice(0, 5);
    return ids.map((id) => el.getRootNode().getElementById?.(id)?.textContent || "").join(" ");
  };
  const labelOf = (el) => {
    if (!el.labels) return "";
    let out = "";
    for (const label of el.labels) {
      let text = label.textContent || "";
      // A label that wraps its select contains the options' texts; they are not its name.
      if (el.tagName === "SELECT" && label.contains(el)) text = text.replace(el.textContent || "", " ");
      out += " " + text;
    }
    return collapse(out, MAX_NAME);
  };
  const imageNames = (el) => Array.from(el.querySelectorAll("img[alt],svg[aria-label],svg>title,[aria-label]")).slice(0, 3)
    .map((n) => n.getAttribute("alt") || n.getAttribute("aria-label") || n.textContent || "").join(" ");

  const containers = new Map();
  const textOfContainer = (el) => {
    if (!containers.has(el)) containers.set(el, collapse(el.innerText, 600));
    return containers.get(el);
  };
  const nearbyOf = (el, own) => {
    const row = el.closest("tr,li,article,[role=row],[role=listitem],fieldset");
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
    return before ? collapse(before.textContent, MAX_NEARBY) : "";
  };
  const visible = (el) => {
    if (el.tagName === "INPUT" && el.type === "hidden") return false;
    // Pages hide the real file field behind a styled label or button; it can be given files all the same.
    if (el.tagName === "INPUT" && el.type === "file") return !el.closest("[inert]");
    if (el.checkVisibility && !el.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true })) return false;
    if (el.closest("[inert]")) return false;
    const box = el.getBoundingClientRect();
    // Custom check boxes keep the real one at no size under a styled label; it can still be acted on.
    if (box.width < 1 || box.height < 1) return el.type === "checkbox" || el.type === "radio";
    return true;
  };

  // Selectors as those of snapshots: see `snapshot.js` and `extraction/snapshot.py`.
  const steps = new Map(), paths = new Map();
  const stepOf = (el, parent) => {
    let known = steps.get(parent);
    if (!known) {
      const counts = new Map();
      steps.set(parent, known = new Map());
      for (const each of Array.from(parent.children)) {
        const tag = each.localName, count = (counts.get(tag) || 0) + 1;
        counts.set(tag, count);
        known.set(each, [tag, count]);
      }
      for (const [each, [tag, count]] of known) known.set(each, counts.get(tag) === 1 ? tag : `${tag}:nth-of-type(${count})`);
    }
    return known.get(el);
  };
  const MAX_DEPTH = 300;
  const pathOf = (el, depth = 0) => {
    if (!el || el === document.documentElement || depth > MAX_DEPTH) return "";
    if (paths.has(el)) return paths.get(el);
    const parent = el.parentNode;
    const above = pathOf(parent instanceof ShadowRoot ? parent.host : parent, depth + 1);
    const path = `${above ? above + " > " : ""}${stepOf(el, parent)}`;
    paths.set(el, path);
    return path;
  };

  // Scripts make buttons of anything. Listeners cannot be seen; a hand for a pointer and a telling class can.
  const LIKELY = "a:not([href]):not([name]),div[class*=more i],div[class*=next i],div[class*=pag i],div[class*=load i]," +
    "span[class*=more i],span[class*=next i],span[class*=pag i],span[class*=load i],li[class*=more i],li[class*=next i],li[class*=pag i]";
  const MAX_LIKELY = 200, MAX_LIKELY_NAME = 60;
  const isLikely = (el) => {
    const text = el.textContent || "";
    return (el.tagName === "A" || !el.childElementCount) && text.length <= MAX_LIKELY_NAME &&
      !el.closest(SELECTOR) && getComputedStyle(el).cursor === "pointer";
  };

  const found = [], shadowRoots = [];
  let likely = 0, hasClosedRoots = false;
  const collect = (root, depth) => {
    for (const el of root.querySelectorAll(`${SELECTOR},${LIKELY}`)) {
      if (found.length >= MAX_ELEMENTS) return;
      if (el.matches(SELECTOR) || (likely++ < MAX_LIKELY && isLikely(el))) found.push(el);
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

  // A page can make an element's own properties lie (a form's input called "children"): such an element is left out.
  const safely = (work) => { try { return work(); } catch (e) { return null; } };
  const describe = (el) => {
    if (!visible(el)) return null;
    const role = roleOf(el), tag = el.tagName.toLowerCase(), type = tag === "input" ? el.type : "";
    const field = tag === "input" || tag === "select" || tag === "textarea";
    const text = field ? "" : collapse(el.innerText ?? el.textContent, MAX_NAME);
    const label = labelOf(el);
    const button = type === "submit" || type === "button" || type === "reset" || type === "image";
    const buttonValue = button ? el.value || el.alt || (type === "submit" ? "Submit" : type === "reset" ? "Reset" : "") : "";
    const placeholder = el.getAttribute("placeholder") || el.getAttribute("aria-placeholder") || "";
    const name = collapse(byIds(el, "aria-labelledby"), MAX_NAME) || collapse(el.getAttribute("aria-label"), MAX_NAME) ||
      (field ? label || collapse(buttonValue, MAX_NAME) : text || collapse(imageNames(el), MAX_NAME)) ||
      collapse(el.getAttribute("title"), MAX_NAME) || collapse(placeholder, MAX_NAME);
    const box = el.getBoundingClientRect();
    const checkable = type === "checkbox" || type === "radio";
    const ariaChecked = el.getAttribute("aria-checked");
    const item = { role, name, tag, path: pathOf(el), box: [box.x, box.y, box.width, box.height] };
    if (text && text !== name) item.text = text;
    if (label) item.label = label;
    if (placeholder) item.placeholder = collapse(placeholder, MAX_NAME);
    const nearby = nearbyOf(el, name);
    if (nearby && nearby !== name) item.nearby = nearby;
    if (field && type !== "password" && !button) {
      item.value = tag === "select" ? collapse(el.selectedOptions[0]?.label, MAX_NAME) : collapse(el.value, MAX_NAME);
    }
    if (type) item.input_type = type;
    const hint = collapse([el.getAttribute("name"), el.id, el.getAttribute("autocomplete"), el.getAttribute("data-testid")]
      .filter(Boolean).join(" "), MAX_NAME);
    if (hint) item.hint = hint;
    if (el.tagName === "A" || el.tagName === "AREA") item.href = String(el.href).slice(0, 2000);
    if (tag === "select") item.options = Array.from(el.options).slice(0, MAX_OPTIONS).map((o) => collapse(o.label || o.text, MAX_NAME));
    if (checkable) item.checked = !!el.checked;
    else if (ariaChecked) item.checked = ariaChecked === "true";
    if (el.disabled === true || el.getAttribute("aria-disabled") === "true") item.enabled = false;
    if (el.closest("form")) item.in_form = true;
    if (el.form && (type === "submit" || type === "image" || (tag === "button" && el.type === "submit"))) item.submits = true;
    if (el.closest("nav,[role=navigation]")) item.region = "nav";
    else if (el.closest("header,[role=banner]")) item.region = "header";
    else if (el.closest("footer,[role=contentinfo]")) item.region = "footer";
    return item;
  };
  const nodes = [], elements = [];
  for (const el of found) {
    const item = safely(() => describe(el));
    if (!item) continue;
    elements.push(item);
    nodes.push(el);
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

  const text = String(document.body?.innerText || "").slice(0, MAX_TEXT * 2).replace(/[^\S\n]+/g, " ").replace(/\n\s*\n+/g, "\n").trim();
  return { json: JSON.stringify({ url: location.href, status: performance.getEntriesByType("navigation")[0]?.responseStatus, title: collapse(document.title, 500), elements, form_errors: [...(arg?.held || []), ...formErrors], messages: [...(arg?.appeared || []), ...told.messages], busy: told.busy, untouched: arg?.untouched === true, fresh: !arg, text: text.slice(0, MAX_TEXT) }), nodes, later };
}
