// Records what happens in a document from now on; returns the function that tells it to the next observation, once.
// `roots` are the open shadow roots, and `hasClosedRoots` is true if there may be others; the other arguments are those of `observe.js` and `messages.js`.
(collapse, nameOf, safely, toneOf, roots, hasClosedRoots, maxErrors, maxSaid) => {
  const MAX_CHANGED = 80, MAX_APPEARED = 12;
  const listening = new AbortController(), quietly = { capture: true, passive: true, signal: listening.signal };

  // The fields because of which the browser has held a form back.
  const invalid = new Set(), sent = new Set();
  document.addEventListener("invalid", (e) => { if (e.isTrusted && invalid.size < 100) invalid.add(e.target); }, quietly);
  document.addEventListener("submit", (e) => { if (sent.size < 100) sent.add(e.target); }, quietly);

  // Whether anything at all has changed. What can change unnoticed (pictures, frames, closed shadow roots) counts as changed.
  let touched = hasClosedRoots || document.querySelector("iframe,frame,canvas,object,embed,video,audio") !== null;
  // A change of a text alone is reported by "input"; "change" comes again with whatever takes the focus away from it.
  for (const kind of ["input", "scroll", "toggle", "close", "fullscreenchange", "copy", "cut"]) {
    document.addEventListener(kind, () => { touched = true; }, quietly);
  }
  const changed = new Set();
  const note = (records) => {
    touched = touched || records.length > 0;
    for (const record of records) {
      if (changed.size >= MAX_CHANGED) return;
      if (record.type === "childList") record.addedNodes.forEach((node) => changed.size < MAX_CHANGED && changed.add(node.nodeType === 1 ? node : node.parentElement));
      else changed.add(record.type === "attributes" ? record.target : record.target.parentElement);
    }
  };
  const observer = new MutationObserver(note);
  for (const root of [document, ...roots.slice(0, 50)]) {
    observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  }

  const isShown = (el) => el.isConnected && el.getClientRects().length > 0 && (!el.checkVisibility || el.checkVisibility({ visibilityProperty: true }));
  // Short texts in what has changed, the outermost element that is short enough for each.
  const appeared = () => {
    changed.delete(null);
    const out = [], said = new Set();
    const isShort = (el) => (el.textContent || "").length <= 4 * maxSaid;
    for (const el of changed) {
      if (out.length >= MAX_APPEARED) break;
      safely(() => {
        if (!isShort(el) || !isShown(el) || /^(SCRIPT|STYLE|OPTION|SELECT|TEXTAREA|INPUT|TITLE|HEAD)$/.test(el.tagName)) return;
        for (let up = el.parentElement; up; up = up.parentElement) if (changed.has(up) && isShort(up)) return;
        const words = collapse(el.innerText, maxSaid + 1);
        if (!words || words.length > maxSaid || said.has(words)) return;
        said.add(words);
        out.push({ tone: toneOf(el), said: words, appeared: true });
      });
    }
    return out;
  };

  return () => {
    listening.abort();
    note(observer.takeRecords());
    observer.disconnect();
    const held = Array.from(invalid).filter((el) => el.isConnected && el.willValidate && !el.validity.valid && !sent.has(el.form));
    return {
      held: held.slice(0, maxErrors).map((el) => safely(() => ({ kind: "held", label: nameOf(el), said: collapse(el.validationMessage, maxSaid) }))),
      appeared: appeared(),
      untouched: !touched,
    };
  };
}
