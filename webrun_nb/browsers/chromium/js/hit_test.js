// Describes the element that an action is about to hit: its names on the page, its link, the form that it submits.
// Run right before the action, because a page may have changed since it was observed. Pages are hostile: form fields
// can hide a form's own properties, so attributes are read through the prototype; every size is capped.
(hit) => {
  const MAX_WORDS = 300, MAX_NAME = 120, MAX_URL = 2000;
  const attribute = (el, name) => Element.prototype.getAttribute.call(el, name) || "";
  const has = (el, name) => Element.prototype.hasAttribute.call(el, name);
  const collapse = (s, max) => String(s || "").slice(0, max * 4).replace(/\s+/g, " ").trim().slice(0, max);
  const absolute = (url) => {
    try { return new URL(url, String(el.baseURI)).href.slice(0, MAX_URL); } catch (e) { return ""; }
  };
  const ACTIVE = "a[href],area[href],button,input,select,textarea,summary,label,[onclick],[role=button],[role=link]," +
    "[role=tab],[role=menuitem],[role=checkbox],[role=radio],[role=option],[role=switch],[contenteditable='']," +
    "[contenteditable=true]";
  const closest = (el, selector) => Element.prototype.closest.call(el, selector);
  const el = hit instanceof Element ? hit : hit?.parentElement;
  if (!el) return null;
  let active = closest(el, ACTIVE) || el;
  if (active instanceof HTMLLabelElement && active.control) active = active.control;
  const tag = active.tagName.toLowerCase();
  const type = active instanceof HTMLInputElement || active instanceof HTMLButtonElement ? active.type : "";
  const button = tag === "button" || ["submit", "image", "button", "reset"].includes(type);
  const link = closest(active, "a[href],area[href]");
  const form = active.form instanceof HTMLFormElement ? active.form : null;
  const ownText = (node) => collapse(node.innerText ?? node.textContent, MAX_WORDS);

  const words = [];
  const say = (text) => { const said = collapse(text, MAX_WORDS); if (said && !words.includes(said)) words.push(said); };
  say(attribute(active, "aria-label"));
  for (const id of attribute(active, "aria-labelledby").split(/\s+/).slice(0, 5)) {
    if (id) say(active.getRootNode().getElementById?.(id)?.textContent);
  }
  if (active.labels) for (const label of Array.from(active.labels).slice(0, 3)) say(label.textContent);
  if (!["input", "select", "textarea"].includes(tag)) say(ownText(active));
  if (el !== active && !(closest(el, "label"))) say(ownText(el));
  if (button) say(active.value);
  if (type === "submit" && !active.value) say("Submit");
  for (const name of ["title", "alt", "placeholder", "name", "id"]) say(attribute(active, name));
  for (const inner of active.querySelectorAll("img[alt],[aria-label],svg>title")) {
    if (words.length >= 12) break;
    say(attribute(inner, "alt") || attribute(inner, "aria-label") || inner.textContent);
  }
  const name = collapse(words[0] || tag, MAX_NAME);

  const submits = form !== null && (type === "submit" || type === "image");
  const enterSubmits = form !== null && tag === "input" && !button && type !== "file";
  let submission = "", submissionUrl = "";
  if (form !== null && (submits || enterSubmits)) {
    const from = submits ? active : form.querySelector("button:not([type]),[type=submit],[type=image]") || active;
    const method = attribute(from, "formmethod") || attribute(form, "method") || "get";
    submissionUrl = absolute(attribute(from, "formaction") || attribute(form, "action") || location.href);
    submission = `${method.toUpperCase()} ${submissionUrl}`;
  }
  const target = attribute(link || form || active, "target").toLowerCase();
  return JSON.stringify({
    name, words, tag, type, submission, submits,
    submission_url: submissionUrl,
    enter_submits: enterSubmits,
    href: link ? absolute(attribute(link, "href")) : "",
    opens_tab: !!target && !["_self", "_parent", "_top"].includes(target) && (link !== null || submits || enterSubmits),
    downloads: link !== null && has(link, "download"),
    enter_activates: link === active || button || tag === "summary" || type === "checkbox" || type === "radio",
    picks_file: type === "file",
  });
}
