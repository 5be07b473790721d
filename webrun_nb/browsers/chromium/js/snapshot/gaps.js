// Compares texts that follow each other without white space: are they displayed apart, or do they touch?
// Markup does not tell. `$`, `59` and `99` may be items of a flexible box and be displayed as one price; two labels may be
// inline and a finger apart; cents may be raised by a style alone.
(dom) => {
  const MAX_MEASURED = 20000, MIN_GAP = 0.15, MAX_RAISED_GAP = 0.4, MAX_RAISED_HEIGHT = 0.87, MIN_RAISED_BY = 0.12;
  const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
  const ENDS_APART = /[\t\n\r\f \u00a0]$/, BEGINS_APART = /^[\t\n\r\f \u00a0]/;
  const range = dom.range(document);
  let last = null; // the text before, unless something certain stands between
  let measured = 0;

  const isLowSurrogate = (code) => code >= 0xdc00 && code <= 0xdfff;
  const place = (node, start, end) => {
    dom.rangeStart(range, node, start);
    dom.rangeEnd(range, node, end);
    return dom.rangeRect(range);
  };
  const firstPlace = (node, text) => place(node, 0, text.length > 1 && isLowSurrogate(text.charCodeAt(1)) ? 2 : 1);
  const lastPlace = (node, text) => {
    const end = text.length;
    return place(node, end > 1 && isLowSurrogate(text.charCodeAt(end - 1)) ? end - 2 : end - 1, end);
  };
  const compare = (node, text) => {
    const a = lastPlace(last.node, last.text), b = firstPlace(node, text);
    if (!a.height || !b.height) return { apart: last.soft.length > 0, raised: false };
    const low = Math.min(a.height, b.height);
    const gap = Math.max(b.left - a.right, a.left - b.right);
    const raised = b.height < MAX_RAISED_HEIGHT * a.height && b.bottom < a.bottom - MIN_RAISED_BY * a.height &&
      b.bottom > a.top - b.height && gap < MAX_RAISED_GAP * low;
    const sameLine = raised || Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.3 * low;
    // An inline text may be broken over lines anywhere in some scripts: only boxes of their own stand apart there.
    if (!sameLine) return { apart: last.soft.length > 0, raised: false };
    const backwards = last.soft.length > 0 && b.left < a.left && !RIGHT_TO_LEFT.test(last.text + text);
    return { apart: backwards || gap > MIN_GAP * low, raised };
  };

  return {
    // Something certain stands between: the edge of a block, a line break.
    cut() { last = null; },
    // White space would not be displayed here: there is nothing before it that it could be apart from.
    isCut() { return last === null; },
    // The edge of a box that may touch its neighbours all the same; `entry` is the element's in the answer.
    cross(entry) { if (last) last.soft.push(entry); },
    // An element ended: `depth` is its own.
    left(depth) { if (last && depth < last.lowest) last.lowest = depth; },
    // Takes the next displayed text. Returns whether it is displayed apart from the one before although nothing says so, and
    // whether it is raised; `lowest` is then the depth of the deepest element around both.
    next(node, text, depth) {
      let answer = null;
      if (last && !BEGINS_APART.test(text)) {
        const { apart, raised } = ++measured > MAX_MEASURED ? { apart: last.soft.length > 0, raised: false } : compare(node, text);
        if (!apart) for (const entry of last.soft) entry[3] &= ~1;
        answer = { apart, raised, lowest: Math.min(last.lowest, depth) };
      }
      last = ENDS_APART.test(text) ? null : { node, text, soft: [], lowest: depth };
      return answer;
    },
  };
}
