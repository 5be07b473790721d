/* A session's screen: its pictures, where the agent acts, and the hands of whoever takes over.
   What a session's page says (targets, messages) is data, perhaps a hostile page's: it gets into the document as text
   only, and its pictures onto a canvas. */

const SCREEN_WIDTH_PX = 1024;
const SCREEN_HEIGHT_PX = 600;
const BROWSER_BAR_PX = 155; // the contract counts a browser's bar above the page
const MARKED_FOR_MS = 1500;
const WHEEL_EVERY_MS = 50;
const LONGEST_TYPED = 10_000;
const LINE_PX = 16;

const OVER = new Set(["The session has ended", "There is no such session"]);
const AGENT = { running: "The agent drives", guardrail: "The agent asks", paused: "The agent is held" };

/* What the browser that shows this keeps for itself, with Ctrl or ⌘ and alone. */
const OWN_COMBINATIONS = new Set(["r", "w", "t", "n", "l", "q", "v", "+", "-", "=", "0", "Tab"]);
const OWN_KEYS = new Set(["F5", "F6", "F11", "F12"]);
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "NumLock", "Fn"]);
const NOT_YET_A_KEY = new Set(["Process", "Dead", "Unidentified"]); // an input method's: its text follows

/* A point of the window → the contract's coordinates, whatever size the picture has. */
function screenPoint(box, clientX, clientY) {
  const at = (value, start, size, whole) => {
    const share = size > 0 ? (value - start) / size : 0;
    return Math.round(Math.min(1, Math.max(0, share)) * whole * 100) / 100;
  };
  return {
    x: at(clientX, box.left, box.width, SCREEN_WIDTH_PX),
    y: at(clientY, box.top, box.height, SCREEN_HEIGHT_PX) + BROWSER_BAR_PX,
  };
}

/* What a key does in the session's page; null: nothing, it stays with the browser that shows this. */
function screenKey(event) {
  const { key } = event;
  if (event.isComposing || MODIFIERS.has(key) || NOT_YET_A_KEY.has(key) || OWN_KEYS.has(key)) return null;
  const third = event.getModifierState?.("AltGraph") ?? false; // Ctrl+Alt on some keyboards, for @ and the like
  const control = (event.ctrlKey || event.metaKey) && !third;
  const letter = [...key].length === 1;
  if (event.altKey && !third) return null;
  if (control && OWN_COMBINATIONS.has(letter ? key.toLowerCase() : key)) return null;
  if (letter && !control) return { type: "TYPE", text: key };
  const shift = event.shiftKey && !letter ? "Shift+" : "";
  return { type: "KEY_PRESS", key: `${control ? "Control+" : ""}${shift}${letter ? key.toLowerCase() : key}` };
}

/* `port.send` takes {type: "ack"}, {type: "visible", visible} and {type: "input", action}. Gives what to tell it with:
   `picture(bytes)`, `note(message)`, `link(text, gone)` (why nothing comes; "" when it does; `gone`: and never will),
   `fold(folded)`, `stop()`. */
function screenView(parent, port, { announce = false } = {}) {
  const make = (tag, className, into) => {
    const node = document.createElement(tag);
    node.className = `webrun-screen-${className}`;
    into?.append(node);
    return node;
  };
  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = text === "";
  };
  const root = document.createElement("div");
  root.className = "webrun-screen";
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own shortcuts would take what is typed here
  parent.append(root);
  const bar = make("div", "bar", root);
  const who = make("span", "who", bar);
  if (announce) who.setAttribute("role", "status");
  const doing = make("bdi", "doing", bar);
  const button = make("button", "button", bar);
  button.type = "button";
  const frame = make("div", "frame", root);
  const canvas = make("canvas", "canvas", frame);
  canvas.width = SCREEN_WIDTH_PX;
  canvas.height = SCREEN_HEIGHT_PX;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The session's browser, live");
  const mark = make("div", "mark", frame);
  mark.setAttribute("aria-hidden", "true");
  mark.hidden = true;
  const word = make("div", "word", frame);
  // Takes the keys, so that input methods, dead keys and paste work; it lies over the picture and is always empty.
  const hands = make("textarea", "hands", frame);
  for (const [name, value] of Object.entries({
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", rows: "1", "data-1p-ignore": "",
    "data-lpignore": "true", "data-bwignore": "", "data-gramm": "false",
  })) hands.setAttribute(name, value);
  const help = make("div", "help", root);
  help.id = `webrun-screen-${Math.random().toString(36).slice(2)}`;
  hands.setAttribute("aria-describedby", help.id);
  const fault = make("div", "fault", root);

  let state = { status: "", phase: null };
  let mine = false; // whoever took over here drives from here; others first say that they want to
  let asked = false;
  let link = "…";
  let gone = false;
  let pictured = false;
  let folded = false;
  let seen = false;
  let told = null;
  let marking;
  let turning;
  let turned = null;

  const driving = () => mine && state.phase === "manual" && link === "";
  const input = (action) => port.send({ type: "input", action });

  const draw = () => {
    const manual = state.phase === "manual";
    const ended = state.ended === true;
    root.dataset.driver = driving() ? "you" : manual ? "other" : "agent";
    const words = driving() ? "You drive" : manual ? "Driven by hand, elsewhere" : AGENT[state.phase] ?? "Nobody drives";
    const over = ended || gone || OVER.has(link); // then nobody drives, and what is shown is the last picture, or nothing
    write(who, over || link !== "" ? "" : words);
    if (over) write(doing, "");
    write(button, ended || link !== "" ? "" : driving() ? "Release" : manual ? "Drive from here" : "Take over");
    button.title = driving() ? "Give the browser back; a task that waited goes on" : "Drive the browser yourself; a running task waits";
    button.setAttribute("aria-disabled", String(asked || !(manual || state.status === "active")));
    hands.readOnly = !driving();
    hands.tabIndex = driving() ? 0 : -1;
    hands.setAttribute("aria-label", driving() ? "The session's page: keys and clicks go to it" : "The session's page: click to take over");
    const keys = "Clicks and keys go to the page, Tab too. Esc leaves the picture, Shift+Esc sends Esc to the page.";
    const last = `${link || "The session has ended"}: this is the last picture.`;
    write(help, driving() ? keys : over && pictured ? last : "");
    root.classList.toggle("webrun-screen-empty", over && !pictured);
    write(word, over && pictured ? "" : link !== "" ? link : pictured ? "" : ended ? "The session has ended" : "Waiting for the first picture…");
    root.classList.toggle("webrun-screen-stale", link !== "" || ended);
  };

  const takeOver = () => {
    if (button.getAttribute("aria-disabled") === "true" || button.hidden) return;
    write(fault, "");
    if (state.phase === "manual") {
      mine = true;
    } else {
      asked = true;
      input({ type: "takeOverControl" });
    }
    draw();
    if (driving()) hands.focus({ preventScroll: true });
  };
  const release = () => {
    mine = false;
    input({ type: "releaseControl" });
    draw();
    button.focus({ preventScroll: true });
  };
  button.addEventListener("click", () => (driving() ? release() : takeOver()));

  // A click knows whole pixels only, of which a small picture has few; the press before it knows parts of them.
  let pressed = null;
  hands.addEventListener("pointerdown", (event) => { pressed = { x: event.clientX, y: event.clientY }; });
  hands.addEventListener("click", (event) => {
    if (!driving()) {
      takeOver(); // this click is no word to the page: the agent may just have changed what is under it
      return;
    }
    const exact = pressed && Math.hypot(pressed.x - event.clientX, pressed.y - event.clientY) < 2;
    const { x, y } = exact ? pressed : { x: event.clientX, y: event.clientY };
    const second = event.detail > 0 && event.detail % 2 === 0;
    input({ type: "CLICK", ...screenPoint(frame.getBoundingClientRect(), x, y), ...(second ? { count: 2 } : {}) });
  });
  hands.addEventListener("wheel", (event) => {
    if (!driving() || event.ctrlKey) return; // else the page around it scrolls, or zooms
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? SCREEN_HEIGHT_PX : 1;
    const before = turned ?? { deltaX: 0, deltaY: 0 };
    turned = {
      ...screenPoint(frame.getBoundingClientRect(), event.clientX, event.clientY),
      deltaX: before.deltaX + event.deltaX * unit,
      deltaY: before.deltaY + event.deltaY * unit,
    };
    turning ??= setTimeout(() => {
      turning = undefined;
      const action = { type: "SCROLL", ...turned };
      turned = null;
      if (driving()) input(action);
    }, WHEEL_EVERY_MS);
  }, { passive: false });
  hands.addEventListener("keydown", (event) => {
    if (!driving()) return;
    event.stopPropagation();
    if (event.key === "Escape" && !event.shiftKey) {
      event.preventDefault();
      button.focus({ preventScroll: true });
      return;
    }
    const action = event.key === "Escape" ? { type: "KEY_PRESS", key: "Escape" } : screenKey(event);
    if (action === null) return;
    event.preventDefault();
    input(action);
  });
  const typed = () => {
    const text = hands.value;
    hands.value = "";
    if (driving() && text !== "") input({ type: "TYPE", text: text.slice(0, LONGEST_TYPED) });
  };
  hands.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
  hands.addEventListener("compositionend", typed);
  hands.addEventListener("paste", (event) => {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (driving() && text !== "") input({ type: "TYPE", text: text.slice(0, LONGEST_TYPED) });
  });

  /* Frames the element that is acted on, in shares of the picture: right at any size. */
  const point = (box, held = false) => {
    clearTimeout(marking);
    mark.hidden = true;
    mark.classList.toggle("webrun-screen-held", held);
    if (!box || ![box.x, box.y, box.width, box.height].every(Number.isFinite)) return;
    const percent = (value, whole) => `${(100 * value) / whole}%`;
    mark.style.left = percent(box.x, SCREEN_WIDTH_PX);
    mark.style.top = percent(box.y, SCREEN_HEIGHT_PX);
    mark.style.width = percent(box.width, SCREEN_WIDTH_PX);
    mark.style.height = percent(box.height, SCREEN_HEIGHT_PX);
    void mark.offsetWidth; // starts its animation anew
    mark.hidden = false;
    if (!held) marking = setTimeout(() => { mark.hidden = true; }, MARKED_FOR_MS);
  };

  const show = () => {
    const visible = seen && !folded && !document.hidden;
    if (visible === told) return;
    told = visible;
    port.send({ type: "visible", visible });
  };
  const observer = new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
    show();
  });
  observer.observe(frame);
  document.addEventListener("visibilitychange", show);
  draw();

  return {
    root,
    async picture(bytes) {
      try {
        const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
        canvas.getContext("2d").drawImage(image, 0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX);
        image.close();
        pictured = true;
        root.dataset.pictures = String(Number(root.dataset.pictures ?? 0) + 1);
        draw();
      } finally {
        port.send({ type: "ack" }); // one that can't be drawn must not be the last
      }
    },
    note(message) {
      if (message.type === "state") {
        const was = driving();
        // What a question is about stays framed as long as it is asked.
        if (message.about || state.about) point(message.about, true);
        state = message;
        if (state.phase === "manual" && asked) mine = true;
        if (state.phase !== "manual") mine = false;
        if (state.phase === "manual") asked = false;
        draw();
        if (driving() && !was && root.contains(document.activeElement)) hands.focus({ preventScroll: true });
        if (was && !driving() && document.activeElement === hands) button.focus({ preventScroll: true });
      } else if (message.type === "action") {
        write(doing, [message.name, message.target].filter((each) => typeof each === "string").join(" "));
        point(message.box);
      } else if (message.type === "error") {
        asked = false;
        write(fault, String(message.message ?? message.code ?? ""));
        draw();
      }
    },
    link(text, isGone = false) {
      link = text;
      gone = isGone;
      if (text !== "") asked = false;
      draw();
    },
    fold(isFolded) {
      folded = isFolded;
      show();
    },
    /* Says again whether it is seen: to a socket that is new. */
    tell() {
      told = null;
      show();
    },
    stop() {
      observer.disconnect();
      document.removeEventListener("visibilitychange", show);
      clearTimeout(marking);
      clearTimeout(turning);
    },
  };
}
