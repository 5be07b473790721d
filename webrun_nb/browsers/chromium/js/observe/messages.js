// Finds the messages that a page displays to its reader, and whether it says that it is still loading, or can't change.
// `collapse`, `visible` and `safely` are those of `observe.js`. `toneOf` is for `since.js`.
(collapse, visible, safely) => {
  const MAX_MESSAGES = 12, MAX_SAID = 200, MAX_LOOKED_AT = 400, LEVELS = 3;
  const ERROR = /(^|[-_\s])(\w*error\w*|invalid|danger|fail(ed|ure)?|wrong|rejected)([-_\s]|$)/i;
  const SUCCESS = /(^|[-_\s])(success\w*|saved|confirmation)([-_\s]|$)/i;
  const NOTICE = /(^|[-_\s])(alert|warning|toast|flash|flashes|snackbar|message|messages|notice|notification|status|banner|feedback)([-_\s]|$)/i;
  const BOXES = "[role=alert],[role=status],[role=alertdialog],[aria-live],[class*=error i],[class*=invalid i],[class*=danger i]," +
    "[class*=fail i],[class*=success i],[class*=alert i],[class*=warning i],[class*=toast i],[class*=flash i],[class*=snackbar i]," +
    "[class*=message i],[class*=notice i],[class*=notif i],[class*=status i],[class*=feedback i],[id*=error i],[id*=message i],font[color],[style*=color i]";
  const isRed = (el) => {
    const [r, g, b] = (getComputedStyle(el).color.match(/[\d.]+/g) || []).map(Number);
    return r > 130 && r > 1.8 * g && r > 1.8 * b;
  };
  // "error", "success" or "notice" by what marks an element or what it is in; "" where nothing does.
  const toneOf = (el) => {
    let notice = "";
    for (let up = el, i = 0; up && up !== document.body && i < LEVELS; up = up.parentElement, i++) {
      const marks = `${String(up.getAttribute("class") || "").slice(0, 300)} ${String(up.id).slice(0, 100)}`;
      if (ERROR.test(marks)) return "error";
      if (SUCCESS.test(marks)) return "success";
      if (NOTICE.test(marks) || up.hasAttribute("aria-live") || /^(alert|status|alertdialog)$/.test(up.getAttribute("role") || "")) notice = "notice";
    }
    return notice || (isRed(el) ? "red" : "");
  };
  const CONTROLS = "input,select,textarea";
  const messages = [], said = new Set();
  for (const el of Array.from(document.querySelectorAll(BOXES)).slice(0, MAX_LOOKED_AT)) {
    if (messages.length >= MAX_MESSAGES) break;
    safely(() => {
      if (el.tagName === "SCRIPT" || el.matches(CONTROLS) || (el.textContent || "").length > 4 * MAX_SAID) return;
      const tone = toneOf(el);
      if (!tone || !visible(el) || el.querySelector(CONTROLS)) return;
      const words = collapse(el.innerText, MAX_SAID + 1);
      if (!words || words.length > MAX_SAID || said.has(words)) return;
      said.add(words);
      messages.push({ tone, said: words });
    });
  }

  // A picture of waiting is one that moves without an end; other things have such names too.
  const WAITS = /(^|[-_])(skeleton|spinner|loader|loading|shimmer)([-_]|$)/i, MAX_WAITING = 50;
  const isSeen = (el) => visible(el) && el.checkVisibility?.({ opacityProperty: true }) !== false;
  const moves = (el) => el.getAnimations({ subtree: true }).some((each) => each.playState === "running" && each.effect?.getTiming().iterations === Infinity);
  const waiting = (selector, really) => Array.from(document.querySelectorAll(selector)).slice(0, MAX_WAITING).some((el) => safely(() => isSeen(el) && really(el)));
  const busy = waiting("[aria-busy=true]", () => true) ||
    waiting("[class*=skeleton i],[class*=spinner i],[class*=load i],[class*=shimmer i],[role=progressbar]:not([aria-valuenow])",
      (el) => (el.matches("[role=progressbar]") || Array.from(el.classList).slice(0, 30).some((name) => WAITS.test(name))) && moves(el));

  // A page without scripts changes by nothing but what is done to it, and at once.
  const runs = (script) => !script.type || script.type === "module" || /(java|ecma)script/i.test(script.type);
  const CHANGING = "meta[http-equiv=refresh i],iframe,frame,object,embed,[onload],[onerror],[onclick],[onchange],[oninput]," +
    "[onsubmit],[onfocus],[onblur],[onkeydown],[onkeyup],[onmousedown],[onmouseover],[ontoggle],a[href^='javascript:' i]";
  const still = !Array.from(document.scripts).some(runs) && !document.querySelector(CHANGING);
  return { messages, busy: busy === true, still, toneOf };
}
