/* What shows a session in any widget: the shape of its state, what it costs at a moment, and a click on a button. */

const SENT_AGAIN_AFTER_MS = 500;
const UNANSWERED_MS = 1000;
const MINUTE_MS = 60_000;
const KERNEL_IS_BUSY = "The kernel is busy: use Interrupt (■). What you asked for takes effect when it is free again.";
const SVG = "http://www.w3.org/2000/svg";

/* Drawn in a 12×12 box; every state has a shape of its own. */
const SHAPES = {
  dot: { d: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9", filled: true },
  ring: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8" },
  dashes: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8", dashed: true },
  bars: { d: "M3.8 2v8M8.2 2v8" },
  question: { d: "M6 1L11 6L6 11L1 6Z M6 3.8v2.6M6 8v.3" },
  hand: { d: "M2.5 2L9.5 6.2L6.2 7L4.6 10Z", filled: true },
  halted: { d: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M4.8 4.8h2.4v2.4h-2.4z" },
  square: { d: "M2.5 2.5h7v7h-7z" },
  check: { d: "M1.8 6.4L4.8 9.2L10.2 3" },
  cross: { d: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5" },
};

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

/* What a page says first of a session once the kernel is gone: `end` is what became of the kernel. */
function kernelGoneWords(facts, end) {
  if (facts.ended) return `The kernel ${end}. Session ${facts.name} had ended before.`;
  if (facts.endsWithKernel) return `The kernel ${end}: session ${facts.name} ended with it.`;
  const costs = facts.emulated ? "" : " and be billed";
  return `The kernel ${end}. Session ${facts.name} may still be open${costs} until its inactivity timeout; `
    + "%load_ext webrun_nb tells how to end it.";
}

/* The facts of a session once the kernel is gone, which was at `nowMs` of the server's clock: nothing in them may read
   as if the session went on. */
function factsWithoutKernel(facts, nowMs) {
  if (facts.ended) return { ...facts, buttons: [], question: null };
  const costs = costsAt(facts, nowMs);
  const text = (amount) => (amount === null ? null : String(amount));
  const ended = facts.endsWithKernel;
  return {
    ...facts, ended: true, connected: true, endedAtMs: ended ? nowMs : null, countdown: null, question: null,
    label: ended ? "ended with the kernel" : "not known",
    ending: ended ? "with the kernel" : "not known",
    tone: ended ? "off" : "warn", shape: ended ? "square" : "dashes", action: "", queued: 0, buttons: [], viewable: false,
    costUsd: text(costs.total), computeUsd: text(costs.compute), idleUsd: text(costs.idle), tokensUsd: text(costs.tokens),
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

/* A click, from the press to the kernel's word that it has it. A command is sent twice where nothing answers, as the
   first may wait behind a running cell (see tellShown); the kernel takes each id once. An answer is sent once: it may be
   a password, of which nothing is kept here. */
function pressing(model, changed) {
  let pending = null;
  let timers = [];
  const clear = () => timers.forEach(clearTimeout);
  return {
    get command() { return pending?.command ?? null; },
    get unanswered() { return pending !== null && pending.late; },
    start(command, answer = null) {
      const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      pending = { id, command, late: false };
      const ifUnanswered = (act) => () => { if (pending?.id === id) act(); };
      clear();
      timers = [setTimeout(ifUnanswered(() => { pending.late = true; changed(); }), UNANSWERED_MS)];
      if (answer) {
        model.send({ ...answer, type: "answer", id });
      } else {
        const message = { type: "command", command, id };
        model.send(message);
        timers.push(setTimeout(ifUnanswered(() => model.send(message)), SENT_AGAIN_AFTER_MS));
      }
      changed();
    },
    settle(facts) {
      // Another page may have been first with the same click: then that one is under way.
      const same = facts.press?.state === "sent" && facts.press.command === pending?.command;
      if (pending && (same || facts.press?.id === pending.id)) pending = null;
    },
    stop: clear,
  };
}
