// Selects the text of an element, or a phrase in it. `find` returns where the mouse goes from and to (px of its
// document's view); `check` sees to it that exactly this text is selected now, and returns whether it is. Both return
// JSON. In a field the browser itself selects: `find` does it there.
(el, [task, phrase]) => {
  const MAX_NODES = 5000, MAX_CHARS = 200000;
  const isField = el instanceof HTMLInputElement || el instanceof HTMLTextAreaElement;
  const squeezed = (text) => text.replace(/\s+/g, " ").trim();
  const wanted = squeezed(String(phrase)).toLowerCase();

  // The place of the phrase in a text, blanks of any length counted as one.
  const placeIn = (text) => {
    if (!wanted) return [0, text.length];
    let flat = "";
    const at = [];
    for (let i = 0; i < text.length && i < MAX_CHARS; i++) {
      const blank = /\s/.test(text[i]);
      if (blank && flat.endsWith(" ")) continue;
      const lower = blank ? " " : text[i].toLowerCase();
      for (let j = 0; j < lower.length; j++) at.push(i);
      flat += lower;
    }
    const start = flat.indexOf(wanted);
    return start < 0 ? null : [at[start], at[start + wanted.length - 1] + 1];
  };

  if (isField) {
    const place = placeIn(String(el.value));
    if (task === "check") return JSON.stringify(place !== null && el.selectionStart === place[0] && el.selectionEnd === place[1]);
    if (!place || !el.value) return "null";
    el.focus();
    el.setSelectionRange(place[0], place[1]);
    for (const type of ["mouseup", "select"]) el.dispatchEvent(new MouseEvent(type, { bubbles: true }));
    return JSON.stringify({ is_field: true });
  }

  const nodes = [];
  let text = "";
  const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && nodes.length < MAX_NODES && text.length < MAX_CHARS) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!holder || ["SCRIPT", "STYLE"].includes(holder.tagName) || !holder.getClientRects().length) continue;
    nodes.push([node, text.length]);
    text += node.data;
  }
  const first = text.length - text.trimStart().length, last = text.trimEnd().length;
  const place = last <= first ? null : wanted ? placeIn(text) : [first, last];
  if (!place) return "null";
  const pointAt = (offset, isEnd) => {
    let found = nodes[0];
    for (const each of nodes) if (each[1] < offset || (!isEnd && each[1] === offset)) found = each;
    return [found[0], Math.min(offset - found[1], found[0].data.length)];
  };
  const [startNode, startAt] = pointAt(place[0], false), [endNode, endAt] = pointAt(place[1], true);

  if (task === "find") {
    startNode.parentElement.scrollIntoView({ block: "nearest", behavior: "instant" });
    const edge = (node, from, to, isEnd) => {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      const boxes = Array.from(range.getClientRects()), box = isEnd ? boxes[boxes.length - 1] : boxes[0];
      return box ? [isEnd ? box.right - 0.5 : box.left + 0.5, box.top + box.height / 2] : null;
    };
    const from = edge(startNode, startAt, Math.min(startAt + 1, startNode.data.length), false);
    const to = edge(endNode, Math.max(endAt - 1, 0), endAt, true);
    const own = el.getBoundingClientRect();
    return JSON.stringify(from && to ? { is_field: false, from, to, corner: [own.x, own.y] } : null);
  }
  const selection = el.ownerDocument.defaultView.getSelection();
  const holds = () => squeezed(selection.toString()) === squeezed(text.slice(place[0], place[1]));
  if (!holds()) {
    selection.setBaseAndExtent(startNode, startAt, endNode, endAt);
    el.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
  }
  return JSON.stringify(holds());
}
