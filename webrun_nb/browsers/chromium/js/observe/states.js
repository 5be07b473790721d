// Adds to an element's facts the states that a person sees on it, and the limits of its value; where it shows a picture
// in place of a text (`isBare`), the page's own words for that picture.
(el, item, tag, isBare, collapse) => {
  const MAX = 200, MAX_SELECTED = 50, MAX_ICON = 120;
  const attribute = (name) => Element.prototype.getAttribute.call(el, name);
  const flag = (key, value) => { if (value === "true") item[key] = true; else if (value === "false") item[key] = false; };
  flag("expanded", attribute("aria-expanded"));
  flag("selected", attribute("aria-selected"));
  flag("pressed", attribute("aria-pressed"));
  if (tag === "summary" && el.parentElement?.tagName === "DETAILS") item.expanded = el.parentElement.open;
  if (el.readOnly === true || attribute("aria-readonly") === "true") item.readonly = true;
  if (el.required === true || attribute("aria-required") === "true") item.required = true;
  const current = attribute("aria-current");
  if (current && current !== "false") item.current = true;
  if (el.getRootNode().activeElement === el && el.tagName !== "BODY") item.focused = true;
  const popup = attribute("aria-haspopup");
  if ((popup && popup !== "false") || attribute("list")) item.has_popup = true;
  if (attribute("draggable") === "true") item.draggable = true;
  for (const [key, own, aria] of [["minimum", "min", "aria-valuemin"], ["maximum", "max", "aria-valuemax"], ["step", "step", ""]]) {
    const limit = attribute(own) ?? (aria && attribute(aria));
    if (limit) item[key] = collapse(limit, 40);
  }
  const now = attribute("aria-valuetext") || attribute("aria-valuenow");
  if (now && !item.value) item.value = collapse(now, MAX);
  if (tag === "select") {
    if (el.multiple) item.multiple = true;
    item.selected_options = Array.from(el.selectedOptions).slice(0, MAX_SELECTED).map((o) => collapse(o.label || o.text, MAX));
  } else if (attribute("aria-multiselectable") === "true") item.multiple = true;
  if (el.isContentEditable && item.role === "textbox") item.value = collapse(el.innerText, MAX);
  const title = collapse(attribute("title"), MAX);
  if (title && title !== item.name) item.title = title;
  if (isBare) {
    const words = [el, ...(el.firstElementChild ? Array.from(el.querySelectorAll("i,span,svg,img,use")).slice(0, 3) : [])].map((each) =>
      [Element.prototype.getAttribute.call(each, "class"), Element.prototype.getAttribute.call(each, "href"),
        String(Element.prototype.getAttribute.call(each, "src") || "").slice(0, 300).split(/[?#]/)[0].split("/").pop()].filter(Boolean).join(" "));
    const icon = collapse(words.join(" "), MAX_ICON);
    if (icon) item.icon = icon;
  }
}
