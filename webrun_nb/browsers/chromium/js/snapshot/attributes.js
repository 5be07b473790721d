// Returns the attributes that stages of the extraction engine use: URLs absolute, and the values that fields show now.
// An attribute that is too long is left out, never cut. A secret is never read: no password, no masked field, no value that
// the page keeps in a hidden field.
(dom, unknownUrl) => {
  const MAX_CHARS = 5000, MAX_CLASS_CHARS = 500, MAX_DATA = 10, MAX_DATA_CHARS = 200;
  const KEPT = new Set(("role alt title datetime content value lang dir colspan rowspan scope headers abbr id class name type " +
    "rel property typeof vocab resource about datatype prefix start placeholder for open label summary hreflang min max " +
    "http-equiv charset slot hidden bgcolor itemscope itemtype itemprop itemid itemref disabled contenteditable").split(" "));
  const UNKEPT_TYPES = new Set(["password", "hidden", "file"]);
  const SECRET = /\b(current-password|new-password|one-time-code|cc-[a-z-]+)\b/i;

  const base = dom.baseUrl(document);
  const absolute = (written) => {
    let url = written;
    try { url = new URL(written, base).href; } catch (e) { return written; }
    return unknownUrl && url.startsWith(unknownUrl) ? written : url;
  };
  const href = (el, tag, written) => {
    if (unknownUrl) return absolute(written);
    return (tag === "a" && dom.linkHref(el)) || (tag === "area" && dom.areaHref(el)) || absolute(written);
  };
  const src = (el, tag, written) => (tag === "img" && !unknownUrl && (dom.pictureSource(el) || dom.pictureSrc(el))) || absolute(written);

  const ofField = (el, tag, style, found) => {
    delete found.value;
    if (tag === "textarea") {
      if (style && style.webkitTextSecurity === "none") found.value = dom.textareaValue(el) || "";
      return;
    }
    const type = dom.inputType(el);
    if (type === undefined) return;
    if (type === "checkbox" || type === "radio") {
      if (dom.checked(el)) found.checked = "true";
      if (dom.hasAttribute(el, "value")) found.value = dom.attribute(el, "value");
    } else if (!UNKEPT_TYPES.has(type) && style && style.webkitTextSecurity === "none" && !SECRET.test(dom.attribute(el, "autocomplete") || "")) {
      found.value = dom.inputValue(el);
    }
  };

  // `style` is null for an element that is not displayed: its fields show no value.
  return (el, tag, style) => {
    const found = {};
    let data = 0;
    if (dom.hasAttributes(el)) {
      for (const name of dom.attributeNames(el)) {
        const isData = name.startsWith("data-");
        if (name === "href" || name === "src") {
          const written = dom.attribute(el, name);
          if (written.length <= MAX_CHARS) found[name] = name === "href" ? href(el, tag, written) : src(el, tag, written);
        } else if (KEPT.has(name) || name.startsWith("aria-") || (isData && data < MAX_DATA)) {
          const value = dom.attribute(el, name);
          if (value.length > (isData ? MAX_DATA_CHARS : name === "class" ? MAX_CLASS_CHARS : MAX_CHARS)) continue;
          found[name] = value;
          data += isData ? 1 : 0;
        }
      }
    }
    if (tag === "input" || tag === "textarea") ofField(el, tag, style, found);
    else if (tag === "option" && dom.selected(el)) found.selected = "true";
    if (found.value !== undefined && (!found.value || found.value.length > MAX_CHARS)) delete found.value;
    return found;
  };
}
