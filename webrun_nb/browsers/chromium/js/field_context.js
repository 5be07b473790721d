// Describes the field that a secret is about to be typed into: its type, and the URLs that its form can be sent to.
// Form fields can hide a form's own properties (an input called "action"), so all is read through the prototypes.
(el) => {
  const MAX_TARGETS = 200, MAX_URL = 2000;
  const attribute = (node, name) => Element.prototype.getAttribute.call(node, name);
  const getter = (proto, name) => Object.getOwnPropertyDescriptor(proto, name).get;
  const absolute = (url) => {
    try { return new URL(url || location.href, getter(Node.prototype, "baseURI").call(el)).href.slice(0, MAX_URL); }
    catch (e) { return "unreadable:"; }
  };
  const owner = el instanceof HTMLInputElement ? HTMLInputElement.prototype
    : el instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : null;
  const form = owner ? getter(owner, "form").call(el) : null;
  const targets = [];
  if (form) {
    const goes = (url) => { const to = absolute(url); if (!targets.includes(to)) targets.push(to); };
    goes(attribute(form, "action"));
    for (const part of getter(HTMLFormElement.prototype, "elements").call(form)) {
      const other = attribute(part, "formaction");
      if (other !== null) goes(other);
    }
    // Image buttons are no part of a form's elements.
    for (const part of Element.prototype.querySelectorAll.call(form, "[formaction]")) goes(attribute(part, "formaction"));
  }
  const type = el instanceof HTMLInputElement ? getter(HTMLInputElement.prototype, "type").call(el) : el.localName;
  return JSON.stringify({ at: location.href, opaque: origin === "null", targets: targets.slice(0, MAX_TARGETS), more: targets.length > MAX_TARGETS, type });
}
