/* The table of sessions. Python sends `rows` (a session's facts each) when something changes; the page ticks by itself.
   Everything shown is data: it gets into the document as text only. */

const HEADINGS = ["Session", "State", "Task", "Elapsed", "Cost", "Inactivity", ""];
const AMBER_MS = 60_000;

function buildTable(el) {
  const card = element("section", "webrun-card webrun-sessions", el);
  card.setAttribute("aria-label", "Sessions");
  card.dataset.lmSuppressShortcuts = "true";
  const gone = element("div", "webrun-gone", card);
  const scroll = element("div", "webrun-scroll", card);
  // A region that scrolls has to be reachable with the keyboard.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Table of sessions");
  const table = element("table", "webrun-table", scroll);
  const head = element("tr", "", element("thead", "", table));
  for (const title of HEADINGS) {
    const cell = element("th", "", head);
    cell.scope = "col";
    if (title) cell.textContent = title;
    else element("span", "webrun-live", cell).textContent = "Buttons";
  }
  const body = element("tbody", "", table);
  const total = element("div", "webrun-total", card);
  const notice = element("div", "webrun-notice", card);
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  return { gone, body, total, notice, live };
}

function buildRow(body, sessionId, press) {
  const row = element("tr", "webrun-session", body);
  row.dataset.session = sessionId;
  const name = element("th", "", row);
  name.scope = "row";
  const label = dataElement("", name);
  const state = element("td", "", row);
  const where = element("span", "webrun-state", state);
  const icon = stateIcon(where);
  const word = element("span", "webrun-state-word", where);
  const task = dataElement("webrun-task", element("td", "", row));
  const cell = (className) => element("td", className, row);
  const parts = { row, label, icon, word, task, elapsed: cell("webrun-number"), cost: cell("webrun-number"), countdown: cell("webrun-number") };
  const buttons = element("div", "webrun-buttons", cell(""));
  parts.buttons = ["stop", "terminate"].map((command) => {
    const button = element("button", "webrun-button", buttons);
    button.type = "button";
    button.dataset.command = command;
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") press.start(command);
    });
    return button;
  });
  return parts;
}

function renderRow(parts, facts, busy) {
  parts.row.dataset.tone = facts.tone;
  parts.icon(facts.shape);
  put(parts.label, facts.name);
  put(parts.word, facts.label);
  put(parts.task, facts.task);
  for (const button of parts.buttons) {
    const wish = facts.buttons.find((each) => each.command === button.dataset.command);
    button.hidden = wish === undefined;
    if (!wish) continue;
    put(button, busy === wish.command ? wish.busyLabel : wish.label);
    button.title = wish.title;
    button.setAttribute("aria-label", `${wish.label} ${facts.name}`);
    button.setAttribute("aria-disabled", String(!wish.enabled || busy === wish.command));
  }
}

/* Returns what the session costs now; null where that is not known. */
function tickRow(parts, facts, nowMs) {
  const until = facts.ended ? facts.endedAtMs : nowMs;
  const costs = costsAt(facts, nowMs);
  const leftMs = facts.countdown === null ? null : Math.max(0, facts.countdown.endsAtMs - nowMs);
  put(parts.elapsed, until === null ? "–" : duration(until - facts.createdAtMs));
  put(parts.cost, costs.total === null ? "unknown" : (facts.emulated ? "≈\u00a0" : "") + usd(costs.total));
  put(parts.countdown, facts.ended ? facts.ending : leftMs === null ? facts.hold : duration(leftMs));
  parts.row.classList.toggle("webrun-amber", leftMs !== null && leftMs < AMBER_MS);
  return costs.total;
}

/* Emulated and real money are never added up. */
function totalOf(rows, costs) {
  const sum = (emulated) => {
    const known = rows.map((facts, i) => (facts.emulated === emulated ? costs[i] : null)).filter((cost) => cost !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const parts = [`${rows.filter((facts) => !facts.ended).length} live of ${rows.length}`];
  const [emulated, real] = [sum(true), sum(false)];
  if (real !== null) parts.push(`you pay ${usd(real)}`);
  if (emulated !== null) parts.push(`emulated: you pay $0.00, ≈\u00a0${usd(emulated)} on the hosted service`);
  return parts.join(" · ");
}

function render({ model, el }) {
  const ui = buildTable(el);
  const shown = new Map();
  let kernelEnd = null; // what became of the kernel, and when, once it is gone

  const parts = (facts) => {
    const id = facts.sessionId;
    if (!shown.has(id)) {
      const press = pressing({ send: (message) => model.send({ ...message, session: id }) }, () => draw());
      shown.set(id, { press, ...buildRow(ui.body, id, press) });
    }
    return shown.get(id);
  };
  const nowOf = (facts) => {
    const still = !facts.clockRunning || facts.ended;
    return facts.serverNowMs + (still ? 0 : Math.max(0, (kernelEnd?.atMs ?? Date.now()) - arrivalOf(facts)));
  };
  const rowsShown = () => model.get("rows").map((facts) => (kernelEnd === null ? facts : factsWithoutKernel(facts, nowOf(facts))));
  const tick = () => {
    const times = model.get("rows").map(nowOf);
    const rows = rowsShown();
    put(ui.total, totalOf(rows, rows.map((facts, i) => tickRow(parts(facts), facts, times[i]))));
  };
  const draw = () => {
    const rows = rowsShown();
    const words = kernelEnd === null ? [] : model.get("rows").map((facts) => kernelGoneWords(facts, kernelEnd.what));
    put(ui.gone, words.join(" "));
    for (const facts of rows) {
      const row = parts(facts);
      row.press.settle(facts);
      renderRow(row, facts, row.press.command ?? (facts.press?.state === "sent" ? facts.press.command : null));
    }
    const late = [...shown.values()].some(({ press }) => press.unanswered);
    const failed = rows.filter((facts) => facts.press?.state === "failed").map((facts) => `${facts.name}: ${facts.press.message}`);
    put(ui.notice, kernelEnd !== null ? "" : late ? KERNEL_IS_BUSY : failed.join(" · "));
    put(ui.live, [...rows.map((facts) => `${facts.name}: ${facts.label}`), ui.gone.textContent, ui.notice.textContent].filter(Boolean).join(". "));
    tick();
  };
  const onRows = () => { kernelEnd = null; draw(); };
  const onKernelLost = (what) => { kernelEnd = { what, atMs: kernelEnd?.atMs ?? Date.now() }; draw(); };

  model.on("change:rows", onRows);
  const stopWatching = watchKernel(model, onKernelLost);
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    for (const { press } of shown.values()) press.stop();
    model.off("change:rows", onRows);
    stopWatching();
  };
}

export default { render };
