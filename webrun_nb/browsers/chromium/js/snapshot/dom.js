// Reads nodes by the getters of their prototypes: a page can make an element's own properties lie (a form's input that is
// called "children", a picture that is called "title").
() => {
  const getter = (type, name) => {
    const get = Object.getOwnPropertyDescriptor(type.prototype, name).get;
    return (node) => get.call(node);
  };
  // Undefined for an element that is none of the type, whatever its tag: `select` of another namespace.
  const ifAny = (type, name) => {
    const get = getter(type, name);
    return (node) => { try { return get(node); } catch (e) { return undefined; } };
  };
  const method = (type, name) => {
    const work = type.prototype[name];
    return (node, ...rest) => work.apply(node, rest);
  };
  // A document that a script has opened anew (`document.open()`) has no element: an empty one stands for it.
  const documentElement = getter(Document, "documentElement"), createElement = method(Document, "createElement");
  return {
    nodeType: getter(Node, "nodeType"), firstChild: getter(Node, "firstChild"), nextSibling: getter(Node, "nextSibling"),
    parentNode: getter(Node, "parentNode"), textContent: getter(Node, "textContent"), data: getter(CharacterData, "data"),
    localName: getter(Element, "localName"), shadowRoot: getter(Element, "shadowRoot"), host: getter(ShadowRoot, "host"),
    slotOf: getter(Element, "assignedSlot"), slotOfText: getter(Text, "assignedSlot"),
    assignedTo: method(HTMLSlotElement, "assignedNodes"), templateContent: ifAny(HTMLTemplateElement, "content"),
    attribute: method(Element, "getAttribute"), attributeNames: method(Element, "getAttributeNames"),
    hasAttributes: method(Element, "hasAttributes"), hasAttribute: method(Element, "hasAttribute"),
    rect: method(Element, "getBoundingClientRect"), hasBox: method(Element, "checkVisibility"),
    clientWidth: getter(Element, "clientWidth"), clientHeight: getter(Element, "clientHeight"), scrollHeight: getter(Element, "scrollHeight"), scrollLeft: getter(Element, "scrollLeft"), scrollTop: getter(Element, "scrollTop"),
    offsetWidth: getter(HTMLElement, "offsetWidth"), offsetHeight: getter(HTMLElement, "offsetHeight"),
    linkHref: ifAny(HTMLAnchorElement, "href"), areaHref: ifAny(HTMLAreaElement, "href"),
    pictureSource: ifAny(HTMLImageElement, "currentSrc"), pictureSrc: ifAny(HTMLImageElement, "src"),
    inputType: ifAny(HTMLInputElement, "type"), inputValue: ifAny(HTMLInputElement, "value"),
    checked: ifAny(HTMLInputElement, "checked"), textareaValue: ifAny(HTMLTextAreaElement, "value"),
    isMultiple: ifAny(HTMLSelectElement, "multiple"), listSize: ifAny(HTMLSelectElement, "size"),
    selected: ifAny(HTMLOptionElement, "selected"),
    title: getter(Document, "title"), root: (node) => documentElement(node) || createElement(node, "html"), baseUrl: getter(Node, "baseURI"),
    styleSheets: getter(Document, "styleSheets"), all: method(Document, "querySelectorAll"),
    range: method(Document, "createRange"), rangeStart: method(Range, "setStart"), rangeEnd: method(Range, "setEnd"),
    rangeRect: method(Range, "getBoundingClientRect"),
  };
}
