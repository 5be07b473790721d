// Takes a snapshot of the page as it is displayed, in the form that `extraction.snapshot.read_snapshot` documents; returns
// one JSON string. Open shadow roots are in the tree as they are displayed: what is slotted is where its slot is.
// What is not displayed is in the tree too, with the reason. Pages are hostile: every size is capped (`cut` says that
// something is missing), and an element's own properties can lie (see `snapshot/dom.js`).
// `arg`: `nodes`, the most nodes; `isLoose`, true for HTML that came without its site, and so without its style sheets;
// `unknownUrl`, the beginning of URLs that mean nothing where it came without its own.
(arg) => {
  const { nodes: maxNodes = 200000, unknownUrl = "", isLoose = false } = arg || {};
  const MAX = { nodes: maxNodes, depth: 300, text: 100000, allText: 8e6, allAttributes: 12e6, embedded: 100, embeddedText: 500000, title: 1000 };
  const BLOCK = 1, STRUCK = 2, RAISED = 4, BOLD = 8;
  const TEXTLESS = new Set(["script", "style", "iframe", "noembed", "noframes", "textarea"]);
  // Inline as long as no style says otherwise: where one does, measuring tells whether their texts stand apart.
  const PHRASES = new Set(("span a b i u s em strong small big sup sub bdi bdo del ins mark font data time abbr label " +
    "code cite q var output").split(" "));
  // They hold values of their own, however they are displayed.
  const APART = new Set("td th li dt dd option cell gridcell columnheader rowheader row listitem".split(" "));
  // Drawings without a title: thousands of them are in the icons of a page.
  const SHAPES = new Set("path circle ellipse line polygon polyline rect stop".split(" "));
  const FLEXIBLE = /^(inline-)?(flex|grid)$/;
  const SPACELESS = /^(inline-)?(flex|grid)$|^(inline-)?table$|^table-(row|row-group|header-group|footer-group|column-group)$/;
  const RUN = /[\t\n\r\f ]+/g, ONLY_SPACE = /^[\t\n\r\f ]*$/, LAID_OUT = /\S[ \t]*\n/;

  const dom = DOM();
  if (isLoose) SHOW_LOOSE(dom);
  const hiding = HIDING(dom, isLoose), gaps = GAPS(dom), attributesOf = ATTRIBUTES(dom, unknownUrl), generated = GENERATED(dom);
  // A page can replace these by its own.
  const pageX = Number(scrollX) || 0, pageY = Number(scrollY) || 0;
  const tags = [], tagNumbers = new Map(), nodes = [], embedded = [];
  let cut = false, textLeft = MAX.allText, attributesLeft = MAX.allAttributes;

  const numberOf = (tag) => {
    let number = tagNumbers.get(tag);
    if (number === undefined) tagNumbers.set(tag, number = tags.push(tag) - 1);
    return number;
  };

  // Selectors of elements whose place in the tree does not tell them; as in `extraction/snapshot.py`.
  const steps = new Map();
  const stepOf = (el) => {
    const parent = dom.parentNode(el);
    let known = steps.get(parent);
    if (!known) {
      const counts = new Map();
      known = new Map();
      for (let each = dom.firstChild(parent); each; each = dom.nextSibling(each)) {
        if (dom.nodeType(each) !== 1) continue;
        const tag = dom.localName(each), count = (counts.get(tag) || 0) + 1;
        counts.set(tag, count);
        known.set(each, [tag, count]);
      }
      for (const [each, [tag, count]] of known) known.set(each, counts.get(tag) === 1 ? tag : `${tag}:nth-of-type(${count})`);
      steps.set(parent, known);
    }
    return known.get(el);
  };
  const pathOf = (el) => {
    const path = [];
    for (let up = el; up && dom.nodeType(up) === 1 && up !== dom.root(document);) {
      path.push(stepOf(up));
      const parent = dom.parentNode(up);
      up = parent instanceof ShadowRoot ? dom.host(parent) : parent;
    }
    return path.reverse().join(" > ");
  };

  const takeEmbedded = (el) => {
    if (!/^\s*application\/ld\+json/i.test(dom.attribute(el, "type") || "")) return;
    const text = dom.textContent(el);
    if (embedded.length < MAX.embedded && text.length <= MAX.embeddedText && text.length <= textLeft) embedded.push(text);
    else cut = true;
    textLeft -= text.length;
  };

  // Found out for the first text of an element: most elements have none of their own.
  const textHidden = (frame) => {
    if (frame.textHidden < 0) frame.textHidden = hiding.ofText(frame.el, frame.tag, frame.style, frame.ground);
    return frame.textHidden;
  };
  // A style can turn a text round: `59.99` in the document is `99.95` to a reader.
  const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
  const asRead = (text, style) => {
    const isTurned = style && /override$/.test(style.unicodeBidi) && style.direction === "rtl" && !RIGHT_TO_LEFT.test(text);
    return isTurned ? [...text].reverse().join("") : text;
  };
  const takeText = (node, above) => {
    let text = dom.data(node);
    if (!text || above.isTextless) return;
    if (ONLY_SPACE.test(text)) {
      if (above.hidden || above.isSpaceless || gaps.isCut() || textHidden(above)) return;
      gaps.cut();
      nodes.push([" ", above.index]);
      return;
    }
    const hidden = above.hidden || textHidden(above);
    if (!(text.includes("\n") && LAID_OUT.test(text) && above.style && /^pre|^break/.test(above.style.whiteSpace))) {
      text = text.replace(RUN, " ");
    }
    if (text.length > Math.min(MAX.text, textLeft)) {
      text = text.slice(0, Math.max(0, Math.min(MAX.text, textLeft)));
      cut = true;
    }
    textLeft -= text.length;
    if (!text) return;
    if (hidden) {
      nodes.push([text, above.index, hidden]);
      return;
    }
    const beside = gaps.next(node, dom.data(node), above.depth);
    if (beside && beside.raised) {
      let around = above;
      while (around.depth > beside.lowest + 1) around = around.above;
      if (around.depth > beside.lowest) around.entry[3] |= RAISED;
    }
    text = asRead(text, above.style);
    nodes.push([beside && beside.apart ? " " + text : text, above.index, 0, above.isStruck ? STRUCK : 0]);
  };

  // A drop-down list shows the option that is chosen, and no other.
  const isDropDown = (el, tag) => tag === "select" && dom.isMultiple(el) === false && dom.listSize(el) <= 1;
  const hiddenReason = (el, tag, style, box, isPlaced, above) => {
    if (!style) return tag === "template" ? hiding.TEMPLATE : above.hidden;
    if (above.dropDown && tag === "optgroup") return above.dropDown.hidden;
    if (above.dropDown && tag === "option") return dom.selected(el) ? above.dropDown.hidden : hiding.DISPLAY;
    if (style.display === "none") return tag === "template" ? hiding.TEMPLATE : hiding.DISPLAY;
    return hiding.ofElement(el, style, isPlaced, box, above);
  };

  // Hard edges part texts for certain. Soft ones are those of boxes that may touch their neighbours: they are measured.
  const edgesOf = (tag, role, display, above) => {
    if (tag === "br" || tag === "text" || APART.has(tag) || APART.has(role)) return { isHard: true, isSoft: false, isBlock: true };
    const isInline = display.startsWith("inline") || display.startsWith("ruby") || display === "contents";
    if (isInline) return { isHard: false, isSoft: display !== "inline" && display !== "contents", isBlock: false };
    const isSoft = above.isFlexible || PHRASES.has(tag);
    return { isHard: !isSoft, isSoft, isBlock: true };
  };
  const NO_EDGES = { isHard: false, isSoft: false, isBlock: false };

  const affordable = (attributes) => {
    let given = 0;
    for (const name in attributes) {
      attributesLeft -= name.length + attributes[name].length + 6;
      given = attributes;
    }
    if (attributesLeft >= 0) return given;
    cut = true;
    return 0;
  };
  const boxOf = (box) => (box.width || box.height
    ? [Math.round(box.x + pageX), Math.round(box.y + pageY), Math.round(box.width), Math.round(box.height)] : 0);

  const takeElement = (el, above, isElsewhere) => {
    const tag = dom.localName(el).toLowerCase();
    if (SHAPES.has(tag)) {
      if (!dom.firstChild(el)) return;
      isElsewhere = true; // its number among its likes has gone
    }
    if (tag === "script") takeEmbedded(el);
    const isDecided = above.hidden && above.hidden !== hiding.VISIBILITY;
    const style = isDecided ? null : getComputedStyle(el);
    const display = style ? style.display : "", position = style ? style.position : "";
    const isPlaced = position === "absolute" || position === "fixed";
    const box = display && display !== "none" ? dom.rect(el) : null;
    const hidden = hiddenReason(el, tag, style, box, isPlaced, above), isShown = !hidden;

    const attributes = attributesOf(el, tag, isShown ? style : null);
    if (isElsewhere) attributes["#path"] = pathOf(el);
    if (isShown) generated.addTexts(el, above.inShadow, attributes);
    const edges = isShown ? edgesOf(tag, attributes.role, display, above) : NO_EDGES;
    const isStruck = above.isStruck ||
      (isShown && (style.textDecorationLine.includes("line-through") || generated.isLinedThrough(el, box)));
    const isBold = isShown && style.fontWeight >= 600;
    const flags = (edges.isBlock ? BLOCK : 0) | (isStruck ? STRUCK : 0) | (isShown && tag === "sup" ? RAISED : 0) | (isBold ? BOLD : 0);
    const entry = [numberOf(tag), above.index, hidden, flags, affordable(attributes), isShown && box ? boxOf(box) : 0];
    const index = nodes.push(entry) - 1;

    const isFixed = above.isFixed || position === "fixed";
    const ground = isShown ? hiding.groundOf(style, isPlaced, above) : null;
    const first = dom.firstChild(el), mayScroll = isShown && first && (dom.nodeType(first) !== 3 || dom.nextSibling(first));
    // Of boxes that scroll, and of the window: how far it is scrolled, the height of its content and that of its view.
    if (mayScroll && (tag === "html" || /^(auto|scroll|overlay)$/.test(style.overflowY))) {
      const isWindow = el === dom.root(document), view = isWindow ? Number(innerHeight) || 0 : dom.clientHeight(el);
      const height = dom.scrollHeight(el);
      if (view > 0 && height > view + 1) {
        entry[4] = entry[4] || {};
        entry[4]["#scroll"] = `${Math.round(isWindow ? pageY : dom.scrollTop(el))} ${height} ${Math.round(view)}`;
      }
    }
    const frame = {
      el, tag, above, index, entry, depth: above.depth + 1, hidden, style: isShown ? style : null, ground, isStruck, isFixed,
      textHidden: isShown && tag !== "text" ? -1 : 0,
      isTextless: TEXTLESS.has(tag) || (tag === "noscript" && !isShown),
      isFlexible: FLEXIBLE.test(display), isSpaceless: SPACELESS.test(display),
      inShadow: above.inShadow, dropDown: above.dropDown,
      scrollX: isFixed ? 0 : above.scrollX + (mayScroll ? dom.scrollLeft(el) : 0),
      scrollY: isFixed ? 0 : above.scrollY + (mayScroll ? dom.scrollTop(el) : 0),
    };
    if (isDropDown(el, tag)) frame.dropDown = frame;
    passEdge(edges, entry);
    takeChildren(el, tag, frame);
    passEdge(edges, entry);
    gaps.left(above.depth);
  };
  const passEdge = (edges, entry) => {
    if (edges.isHard) gaps.cut();
    else if (edges.isSoft) gaps.cross(entry);
  };

  const take = (node, above, isElsewhere) => {
    if (nodes.length >= MAX.nodes) { cut = true; return; }
    const type = dom.nodeType(node);
    if (type === 3) takeText(node, above);
    else if (type === 1 && above.depth < MAX.depth) takeElement(node, above, isElsewhere);
    else if (type === 1) cut = true;
  };
  const takeAll = (first, above, isElsewhere) => {
    for (let node = first; node; node = dom.nextSibling(node)) {
      if (nodes.length >= MAX.nodes) { cut = true; return; }
      take(node, above, isElsewhere);
    }
  };
  const takeChildren = (el, tag, frame) => {
    if (tag === "textarea") return;
    const shadow = dom.shadowRoot(el);
    if (shadow) {
      takeAll(dom.firstChild(shadow), { ...frame, inShadow: true }, true);
      const unshown = { ...frame, hidden: frame.hidden || hiding.DISPLAY };
      for (let node = dom.firstChild(el); node; node = dom.nextSibling(node)) {
        const type = dom.nodeType(node);
        if (type === 1 ? !dom.slotOf(node) : type === 3 && !dom.slotOfText(node)) take(node, unshown, true);
      }
      return;
    }
    const assigned = tag === "slot" && el instanceof HTMLSlotElement ? dom.assignedTo(el) : [];
    if (assigned.length) {
      for (const node of assigned) take(node, { ...frame, inShadow: false }, true);
      return;
    }
    const content = tag === "template" ? dom.templateContent(el) : null;
    if (content) takeAll(dom.firstChild(content), frame, true);
    takeAll(dom.firstChild(el), frame, false);
  };

  takeElement(dom.root(document), {
    el: null, tag: "", above: null, index: -1, entry: null, depth: -1, hidden: 0, style: null, textHidden: 0, isStruck: false, isTextless: false,
    ground: hiding.white, isFixed: false, isFlexible: false, isSpaceless: true, inShadow: false, dropDown: null,
    scrollX: 0, scrollY: 0,
  }, false);
  for (const entry of nodes) while (entry.length > 2 && entry[entry.length - 1] === 0) entry.pop();

  // Old libraries give arrays a `toJSON` that makes texts of them.
  const write = (answer) => {
    const spoilt = [Array.prototype, Object.prototype].map((each) => [each, Object.getOwnPropertyDescriptor(each, "toJSON")]);
    for (const [each, own] of spoilt) if (own) delete each.toJSON;
    try { return JSON.stringify(answer); } finally {
      for (const [each, own] of spoilt) if (own) Object.defineProperty(each, "toJSON", own);
    }
  };
  const status = performance.getEntriesByType("navigation")[0]?.responseStatus;
  const url = unknownUrl && location.href.startsWith(unknownUrl) ? "" : location.href;
  return write({ url, title: dom.title(document).slice(0, MAX.title), status, captured: Date.now(), embedded, cut, tags, nodes });
}
