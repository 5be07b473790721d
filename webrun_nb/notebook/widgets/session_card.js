/* The session card. Python sends `facts` when something changes; from there the page counts on by itself, so that it
   goes on while a cell runs and costs no kernel message. Everything shown is data, perhaps a hostile page's: it gets
   into the document as text only. */

const UNANSWERED_MS = 1000;
const AMBER_MS = 60_000;
const MINUTE_MS = 60_000;
const SVG = "http://www.w3.org/2000/svg";

/* Drawn in a 12×12 box; every state has a shape of its own. */
const SHAPES = {
  dot: { d: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9", filled: true },
  ring: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8" },
  dashes: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8", dashed: true },
  bars: { d: "M3.8 2v8M8.2 2v8" },
  question: { d: "M6 1L11 6L6 11L1 6Z M6 3.8v2.6M6 8v.3" },
  hand: { d: "M2.5 2L9.5 6.2L6.2 7L4.6 10Z", filled: true },
  square: { d: "M2.5 2.5h7v7h-7z" },
  check: { d: "M1.8 6.4L4.8 9.2L10.2 3" },
  cross: { d: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5" },
};

/* One timer for all cards of the page, whichever copy of this module they came with. */
function everySecond(listener) {
  const key = Symbol.for("webrun_nb.every-second");
  const shared = (globalThis[key] ??= { listeners: new Set(), timer: undefined });
  shared.listeners.add(listener);
  shared.timer ??= setInterval(() => {
    if (!document.hidden) for (const each of shared.listeners) each();
  }, 1000);
  return () => {
    shared.listeners.delete(listener);
    if (shared.listeners.size > 0) return;
    clearInterval(shared.timer);
    shared.timer = undefined;
  };
}

const arrivals = new WeakMap();

/* When these facts reached the page (its own clock, ms). Noted once per model, so that a second view does not start late. */
function arrivalOf(facts) {
  if (!arrivals.has(facts)) arrivals.set(facts, Date.now());
  return arrivals.get(facts);
}

function element(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (parent) parent.append(node);
  return node;
}

/* Data gets a direction of its own, so that right-to-left text in it does not turn its surroundings. */
function dataElement(className, parent) {
  const node = element("bdi", className, parent);
  node.dir = "auto";
  return node;
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
  const hidden = text === "";
  if (node.hidden !== hidden) node.hidden = hidden;
}

function duration(spanMs) {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const usd = (amount) => `$${amount.toFixed(4)}`;

/* What the facts come to at a moment of the server's clock. Compute, idle time and the total grow alike. */
function costsAt(facts, nowMs) {
  const growth = facts.ended ? 0 : (Number(facts.rateUsdPerMinute) * Math.max(0, nowMs - facts.costAtMs)) / MINUTE_MS;
  const grown = (amount, by) => (amount === null ? null : Number(amount) + by);
  return {
    total: grown(facts.costUsd, growth),
    compute: grown(facts.computeUsd, growth),
    idle: grown(facts.idleUsd, facts.idles ? growth : 0),
    tokens: grown(facts.tokensUsd, 0),
  };
}

function stateIcon(parent) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", "webrun-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  svg.append(path);
  parent.append(svg);
  return (name) => {
    const shape = SHAPES[name] ?? SHAPES.dot;
    if (path.getAttribute("d") === shape.d && svg.dataset.shape === name) return;
    svg.dataset.shape = name;
    path.setAttribute("d", shape.d);
    path.setAttribute("fill", shape.filled ? "currentColor" : "none");
    path.setAttribute("stroke-dasharray", shape.dashed ? "2.2 2" : "none");
    path.setAttribute("stroke-linecap", shape.dashed ? "butt" : "round");
  };
}

function statistic(parent, name, title) {
  const box = element("div", `webrun-stat webrun-stat-${name}`, parent);
  const label = element("div", "webrun-label", box);
  label.textContent = title;
  return { box, label, value: element("div", "webrun-value", box), note: element("div", "webrun-note", box) };
}

function build(el) {
  const card = element("section", "webrun-card", el);
  const head = element("div", "webrun-head", card);
  const state = element("span", "webrun-state", head);
  const icon = stateIcon(state);
  const label = element("span", "webrun-state-word", state);
  const name = dataElement("webrun-name", head);
  const id = element("code", "webrun-id", head);
  const queue = element("span", "webrun-queue", head);
  const buttons = element("div", "webrun-buttons", head);
  buttons.setAttribute("role", "group");
  // JupyterLab's own shortcuts would take Enter from a focused button in command mode.
  buttons.dataset.lmSuppressShortcuts = "true";

  const work = element("div", "webrun-work", card);
  const task = dataElement("webrun-task", work);
  const action = element("div", "webrun-action", work);
  element("span", "webrun-arrow", action).textContent = "↳";
  action.firstChild.setAttribute("aria-hidden", "true");
  const actionText = dataElement("", action);

  const question = element("div", "webrun-question", card);
  const questionText = dataElement("webrun-question-text", question);
  const candidates = element("ul", "webrun-candidates", question);
  const questionHint = element("div", "webrun-note", question);

  const stats = element("div", "webrun-stats", card);
  const elapsed = statistic(stats, "elapsed", "Elapsed");
  const cost = statistic(stats, "cost", "Cost");
  const countdown = statistic(stats, "countdown", "Inactivity");
  const bar = element("div", "webrun-bar", countdown.box);
  bar.setAttribute("aria-hidden", "true");
  countdown.value.after(bar);
  const fill = element("div", "webrun-bar-fill", bar);

  const costBadge = element("span", "webrun-badge", cost.value);
  const costPays = element("span", "webrun-pays", cost.value);
  const costAmount = element("strong", "webrun-amount", cost.value);
  const costWhere = element("span", "webrun-where", cost.value);

  const notice = element("div", "webrun-notice", card);
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  return {
    card, icon, label, name, id, buttons, work, task, action, actionText, question, questionText, candidates, questionHint,
    elapsed, cost, countdown, queue, bar, fill, costBadge, costPays, costAmount, costWhere, notice, live,
  };
}

function renderTexts(ui, facts) {
  ui.card.dataset.tone = facts.tone;
  ui.card.setAttribute("aria-label", `Session ${facts.name}`);
  ui.buttons.setAttribute("aria-label", `Session ${facts.name}`);
  ui.icon(facts.shape);
  put(ui.label, facts.label);
  put(ui.name, facts.name);
  put(ui.id, facts.sessionId);
  put(ui.task, facts.task);
  put(ui.actionText, facts.action);
  ui.action.hidden = facts.action === "";
  ui.work.hidden = facts.task === "" && facts.action === "";
  put(ui.queue, facts.ended ? "" : `queue ${facts.queued}`);
  ui.queue.classList.toggle("webrun-waiting", facts.queued > 0);
  ui.cost.box.classList.toggle("webrun-emulated", facts.emulated);
  put(ui.costBadge, facts.emulated ? "emulated" : "");
  put(ui.costPays, facts.emulated ? "you pay $0.00" : "");
  put(ui.costWhere, facts.emulated ? "on the hosted service" : "");
  renderQuestion(ui, facts.question);
}

function renderQuestion(ui, question) {
  ui.question.hidden = question === null;
  put(ui.questionText, question?.text ?? "");
  put(ui.questionHint, question ? `Answer with ${question.hint}` : "");
  const wanted = question?.candidates ?? [];
  ui.candidates.hidden = wanted.length === 0;
  ui.candidates.replaceChildren(
    ...wanted.map((candidate) => {
      const item = element("li");
      dataElement("", item).textContent = candidate;
      return item;
    }),
  );
}

function renderNumbers(ui, facts, nowMs, ticking) {
  const until = facts.ended ? facts.endedAtMs : nowMs;
  put(ui.elapsed.value, until === null ? "–" : duration(until - facts.createdAtMs));
  put(ui.elapsed.note, facts.ended || ticking ? "" : "clock stopped");

  const costs = costsAt(facts, nowMs);
  const about = facts.emulated ? "≈\u00a0" : "";
  put(ui.costAmount, costs.total === null ? "unknown" : about + usd(costs.total));
  const parts = [];
  if (costs.compute !== null) parts.push(`compute ${usd(costs.compute)} measured`);
  if (costs.tokens !== null) parts.push(facts.emulated ? `tokens ≈\u00a0${usd(costs.tokens)} estimated` : `tokens ${usd(costs.tokens)}`);
  if (costs.idle !== null && costs.compute > 0) parts.push(`idle ${Math.round((100 * costs.idle) / costs.compute)}\u00a0%`);
  if (!facts.ended) parts.push(facts.rate);
  put(ui.cost.note, parts.join(" · "));
  return renderCountdown(ui, facts, nowMs, about);
}

/* Returns whether less than a minute is left. */
function renderCountdown(ui, facts, nowMs, about) {
  const counts = facts.expiresAtMs !== null;
  const leftMs = counts ? Math.max(0, facts.expiresAtMs - nowMs) : 0;
  const amber = counts && leftMs < AMBER_MS;
  put(ui.countdown.label, facts.ended ? "Ended" : "Inactivity");
  put(ui.countdown.value, facts.ended ? facts.ending : counts ? duration(leftMs) : facts.hold);
  ui.countdown.box.classList.toggle("webrun-words", !counts);
  ui.card.classList.toggle("webrun-amber", amber);
  ui.bar.hidden = !counts;
  let note = "";
  if (counts) note = leftMs > 0 ? "until it ends by itself" : "time is up";
  if (amber && leftMs > 0) {
    const price = (Number(facts.rateUsdPerMinute) * leftMs) / MINUTE_MS;
    note = `waiting it out costs ${about}${usd(price)}`;
  }
  put(ui.countdown.note, note);
  const share = counts ? Math.min(1, leftMs / facts.inactivityTimeoutMs).toFixed(3) : "0";
  if (ui.fill.style.getPropertyValue("--webrun-left") !== share) ui.fill.style.setProperty("--webrun-left", share);
  return amber;
}

/* Buttons are kept, not made anew: the keyboard's focus stays where it is. `busy` names the command under way. */
function renderButtons(ui, facts, busy, press) {
  const known = new Map([...ui.buttons.children].map((button) => [button.dataset.command, button]));
  const wanted = facts.buttons.map((wish) => {
    let button = known.get(wish.command);
    if (!button) {
      button = element("button", "webrun-button");
      button.type = "button";
      button.dataset.command = wish.command;
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") !== "true") press(wish.command);
      });
    }
    put(button, busy === wish.command ? wish.busyLabel : wish.label);
    button.title = wish.title;
    // Not `disabled`: a disabled button loses the focus, and with it the reader's place.
    button.setAttribute("aria-disabled", String(!wish.enabled || busy === wish.command));
    return button;
  });
  const same = wanted.length === ui.buttons.children.length && wanted.every((each, i) => ui.buttons.children[i] === each);
  if (!same) {
    const focused = wanted.find((button) => button === document.activeElement);
    ui.buttons.replaceChildren(...wanted);
    focused?.focus();
  }
  ui.buttons.hidden = wanted.length === 0;
}

/* A click, from the press to the kernel's word that it has it. */
function pressing(model, changed) {
  let pending = null;
  let timer;
  return {
    get command() { return pending?.command ?? null; },
    get unanswered() { return pending !== null && pending.late; },
    start(command) {
      const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      pending = { id, command, late: false };
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (pending?.id === id) pending.late = true;
        changed();
      }, UNANSWERED_MS);
      model.send({ type: "command", command, id });
      changed();
    },
    settle(facts) {
      if (pending && facts.press?.id === pending.id) pending = null;
    },
    stop() { clearTimeout(timer); },
  };
}

function noticeOf(facts, unanswered, kernelGone) {
  if (kernelGone) return "The kernel is gone; these are its last known facts.";
  if (unanswered) return "The kernel is busy: use Interrupt (■). The click takes effect when it is free again.";
  if (facts.press?.state === "failed") return facts.press.message;
  if (!facts.connected && !facts.ended) return "The server can't be reached; the figures are carried on from its last word.";
  return "";
}

function initialize({ model }) {
  const note = () => arrivalOf(model.get("facts"));
  note();
  model.on("change:facts", note);
  return () => model.off("change:facts", note);
}

function render({ model, el }) {
  const ui = build(el);
  let kernelGoneAtMs = null;
  let said = "";
  let speaking;
  const press = pressing(model, () => draw());

  const pageNowMs = () => kernelGoneAtMs ?? Date.now();
  const tick = () => {
    const facts = model.get("facts");
    const ticking = facts.clockRunning && !facts.ended && kernelGoneAtMs === null;
    const grownMs = facts.clockRunning && !facts.ended ? Math.max(0, pageNowMs() - arrivalOf(facts)) : 0;
    const amber = renderNumbers(ui, facts, facts.serverNowMs + grownMs, ticking);
    announce(facts, amber);
  };
  /* Only changes of state are said, never a tick. A live region speaks of what changes in it after it is on the page. */
  const announce = (facts, amber) => {
    const asks = facts.question ? `. It asks: ${facts.question.text}` : "";
    const words = `${facts.name}: ${facts.label}${asks}${amber ? ". Less than a minute until it ends" : ""}`;
    if (words === said) return;
    said = words;
    clearTimeout(speaking);
    speaking = setTimeout(() => put(ui.live, words), 100);
  };
  const draw = () => {
    const facts = model.get("facts");
    press.settle(facts);
    const answering = facts.press?.state === "sent" ? facts.press.command : null;
    renderTexts(ui, facts);
    renderButtons(ui, facts, press.command ?? answering, press.start);
    const notice = noticeOf(facts, press.unanswered, kernelGoneAtMs !== null);
    put(ui.notice, notice);
    tick();
  };
  const onFacts = () => {
    kernelGoneAtMs = null;
    draw();
  };
  const onCommLost = () => {
    kernelGoneAtMs = Date.now();
    draw();
  };

  model.on("change:facts", onFacts);
  model.on("comm_live_update", onCommLost);
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    press.stop();
    clearTimeout(speaking);
    model.off("change:facts", onFacts);
    model.off("comm_live_update", onCommLost);
  };
}

export default { initialize, render };
