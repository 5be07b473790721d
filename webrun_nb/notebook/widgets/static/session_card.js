/* The session card. Python sends `facts` when something changes; from there the page counts on by itself, so that it
   goes on while a cell runs and costs no kernel message. Everything shown is data, perhaps a hostile page's: it gets
   into the document as text only. */

const AMBER_MS = 60_000;
function statistic(parent, name, title) {
  const box = element("div", `webrun-stat webrun-stat-${name}`, parent);
  const label = element("div", "webrun-label", box);
  label.textContent = title;
  return { box, label, value: element("div", "webrun-value", box), note: element("div", "webrun-note", box) };
}

function build(model, el, press, answer) {
  const card = element("section", "webrun-card", el);
  const gone = element("div", "webrun-gone", card);
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

  const question = questionForm(card, answer, () => press("stop"), () => view.open());

  const stats = element("div", "webrun-stats", card);
  const elapsed = statistic(stats, "elapsed", "Elapsed");
  const cost = statistic(stats, "cost", "Session cost");
  const countdown = statistic(stats, "countdown", "Inactivity");
  const bar = element("div", "webrun-bar", countdown.box);
  bar.setAttribute("aria-hidden", "true");
  countdown.value.after(bar);
  const fill = element("div", "webrun-bar-fill", bar);
  const waste = element("div", "webrun-note webrun-waste", countdown.box);

  const costBadge = element("span", "webrun-badge", cost.value);
  const costPays = element("span", "webrun-pays", cost.value);
  const costAmount = element("strong", "webrun-amount", cost.value);
  const costWhere = element("span", "webrun-where", cost.value);

  const view = viewFold(model, card);
  const steps = stepsLog(card, (message) => model.send(message));
  const before = dataElement("webrun-before webrun-note", card);
  const notice = element("div", "webrun-notice", card);
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  return {
    card, gone, icon, label, name, id, buttons, work, task, action, actionText, question, elapsed, cost, countdown,
    queue, bar, fill, waste, costBadge, costPays, costAmount, costWhere, before, notice, live, view, steps,
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
  put(ui.queue, facts.queued > 0 && !facts.ended ? `queue ${facts.queued}` : "");
  ui.cost.box.classList.toggle("webrun-emulated", facts.emulated);
  put(ui.costBadge, facts.emulated ? "emulated" : "");
  put(ui.costPays, facts.emulated ? "you pay $0.00" : "");
  put(ui.costWhere, facts.emulated ? "on the hosted service" : "");
  ui.view.draw(facts.viewable);
  put(ui.before, facts.before && `Started again. Before it: ${facts.before}`);
}

function renderNumbers(ui, facts, nowMs, ticking) {
  const until = facts.ended ? facts.endedAtMs : nowMs;
  put(ui.elapsed.value, until === null ? "–" : duration(until - facts.createdAtMs));
  put(ui.elapsed.note, facts.ended || ticking ? "" : "clock stopped");

  const costs = costsAt(facts, nowMs);
  const about = facts.emulated ? "≈\u00a0" : "";
  put(ui.costAmount, costs.total === null ? "unknown" : about + usd(costs.total));
  const parts = [];
  if (costs.compute !== null) parts.push(`compute ${usd(costs.compute)} measured${idleOf(costs)}`);
  if (costs.tokens !== null) parts.push(facts.emulated ? `tokens ≈\u00a0${usd(costs.tokens)} estimated` : `tokens ${usd(costs.tokens)}`);
  if (!facts.ended) parts.push(facts.rate);
  if (facts.budget) parts.push(facts.budget);
  put(ui.cost.note, parts.join(" · "));
  return renderCountdown(ui, facts, nowMs, about);
}

/* Tells what worked from what was waste. */
function idleOf(costs) {
  if (costs.idle === null || !(costs.compute > 0)) return "";
  const working = usd(Math.max(0, costs.compute - costs.idle));
  return `: working ${working}, idle ${usd(costs.idle)} (${Math.round((100 * costs.idle) / costs.compute)}\u00a0%)`;
}

/* Returns whether less than a minute is left. */
function renderCountdown(ui, facts, nowMs, about) {
  const counts = facts.countdown !== null;
  const leftMs = counts ? Math.max(0, facts.countdown.endsAtMs - nowMs) : 0;
  const amber = counts && leftMs < AMBER_MS;
  put(ui.countdown.label, facts.ended ? "Ended" : (facts.countdown?.label ?? "Inactivity"));
  put(ui.countdown.value, facts.ended ? facts.ending : counts ? duration(leftMs) : facts.hold);
  ui.countdown.box.classList.toggle("webrun-words", !counts);
  ui.card.classList.toggle("webrun-amber", amber);
  ui.bar.hidden = !counts;
  let note = "";
  if (counts) note = leftMs > 0 ? facts.countdown.until : "time is up";
  put(ui.countdown.note, note);
  const price = (Number(facts.rateUsdPerMinute) * leftMs) / MINUTE_MS;
  put(ui.waste, leftMs > 0 ? `waiting it out costs ${about}${usd(price)}` : "");
  const share = counts ? Math.min(1, leftMs / facts.countdown.spanMs).toFixed(3) : "0";
  if (ui.fill.style.getPropertyValue("--webrun-left") !== share) ui.fill.style.setProperty("--webrun-left", share);
  return amber;
}

const firstButton = (ui) => ui.buttons.querySelector("button:not([aria-disabled=true])");

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
    const focused = ui.buttons.contains(document.activeElement) ? document.activeElement : null;
    ui.buttons.replaceChildren(...wanted);
    if (focused) (wanted.includes(focused) ? focused : firstButton(ui))?.focus({ preventScroll: true });
  }
  ui.buttons.hidden = wanted.length === 0;
}

function noticeOf(facts, unanswered) {
  if (unanswered) return KERNEL_IS_BUSY;
  if (facts.press?.message) return facts.press.message;
  if (!facts.connected && !facts.ended) return "The server can't be reached; the figures are carried on from its last word.";
  return "";
}

function initialize({ model }) {
  const note = () => arrivalOf(model.get("facts"));
  note();
  model.on("change:facts", note);
  return () => model.off("change:facts", note);
}

/* A card's view is made anew when its saved output is updated. Who had the focus in the old one gets it in the new.
   By session, as each view gets a model object of its own. */
const focusedIn = new Map();
const REFOCUS_WITHIN_MS = 2000;

function keepFocus(ui, sessionId) {
  const before = focusedIn.get(sessionId());
  const release = () => {
    for (const [key, { owner }] of focusedIn) if (owner === ui) focusedIn.delete(key);
  };
  ui.card.addEventListener("focusin", () => {
    release();
    focusedIn.set(sessionId(), { owner: ui });
  });
  // A view that is taken away loses the focus as well: afterwards it is known which of the two it was.
  ui.card.addEventListener("focusout", () => setTimeout(() => {
    if (!ui.card.isConnected) setTimeout(release, REFOCUS_WITHIN_MS);
    else if (document.hasFocus() && !ui.card.contains(document.activeElement)) release();
  }));
  if (!before) return;
  setTimeout(() => { // when the page has exchanged the two
    const active = document.activeElement;
    const free = active === null || active === document.body || active.contains(ui.card);
    if (free && focusedIn.get(sessionId()) === before && !before.owner.card.isConnected) {
      firstButton(ui)?.focus({ preventScroll: true });
    }
  }, 50);
}

function render({ model, el }) {
  let kernelEnd = null; // what became of the kernel, and when, once it is gone
  const press = pressing(model, () => draw());
  const answer = (what) => {
    const { id, taskId } = model.get("facts").question;
    press.start("answer", { taskId, question: id, ...what });
  };
  const ui = build(model, el, (command) => press.start(command), answer);
  const announcer = announcing(ui.live, ui.question.box);
  keepFocus(ui, () => model.get("facts").sessionId);

  /* What is shown, and the server's time. */
  const now = () => {
    const facts = model.get("facts");
    const grownMs = facts.clockRunning && !facts.ended ? Math.max(0, (kernelEnd?.atMs ?? Date.now()) - arrivalOf(facts)) : 0;
    const nowMs = facts.serverNowMs + grownMs;
    return { facts: kernelEnd === null ? facts : factsWithoutKernel(facts, nowMs), nowMs };
  };
  const tick = () => {
    const { facts, nowMs } = now();
    const amber = renderNumbers(ui, facts, nowMs, facts.clockRunning && !facts.ended);
    ui.question.tick(nowMs);
    announcer.say(facts, amber, [ui.gone.textContent, ui.notice.textContent].filter(Boolean).join(" "));
  };
  const draw = () => {
    const { facts } = now();
    press.settle(facts);
    const busy = kernelEnd === null ? press.command ?? (facts.press?.state === "sent" ? facts.press.command : null) : null;
    put(ui.gone, kernelEnd === null ? "" : kernelGoneWords(model.get("facts"), kernelEnd.what));
    renderTexts(ui, facts);
    renderButtons(ui, facts, busy, (command) => press.start(command));
    put(ui.notice, kernelEnd === null ? noticeOf(facts, press.unanswered) : "");
    drawQuestion(facts.question, busy === "answer");
    ui.steps.draw(facts);
    tick();
  };
  const drawQuestion = (question, answering) => {
    const hadFocus = ui.question.box.contains(document.activeElement);
    const isNew = ui.question.draw(question, answering);
    if (hadFocus && question === null) firstButton(ui)?.focus({ preventScroll: true });
    if (!isNew || !question.answerable) return;
    shown.tell(question.id);
    // After the page has laid it out.
    requestAnimationFrame(() => {
      if (model.get("facts").question?.id === question.id) ui.question.focus(ui.card);
    });
  };
  const shown = tellingShown(model, () => (kernelEnd === null ? model.get("facts").question : null));
  const onFacts = () => {
    kernelEnd = null;
    draw();
  };
  const onKernelLost = (what) => {
    kernelEnd = { what, atMs: kernelEnd?.atMs ?? Date.now() };
    draw();
  };

  const onMessage = (message, buffers) => {
    if (message.type === "steps") ui.steps.take(message);
    if (message.type === "step_picture") ui.steps.picture(message, buffers);
  };
  model.on("change:facts", onFacts);
  model.on("msg:custom", onMessage);
  const stopWatching = watchKernel(model, onKernelLost);
  const stopTicking = everySecond(tick);
  draw();
  return () => {
    stopTicking();
    press.stop();
    ui.view.stop();
    announcer.stop();
    shown.stop();
    ui.steps.stop();
    model.off("change:facts", onFacts);
    model.off("msg:custom", onMessage);
    stopWatching();
  };
}

/* Only changes are said, never a tick, and each question once: not again to who was taken to its form, which is named
   after it. A live region speaks of what changes in it after it is
   on the page. */
function announcing(live, form) {
  let said = "";
  let asked = null;
  let timer;
  return {
    say(facts, amber, notice) {
      const state = `${facts.name}: ${facts.label}`;
      const words = [state, facts.question?.id ?? "", amber ? "Less than a minute left" : "", notice].join("\n");
      if (words === said) return;
      said = words;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const isKnown = facts.question?.id === asked || form.contains(document.activeElement);
        const question = isKnown ? null : facts.question;
        const asks = question ? `${question.title}: ${question.text}` : "";
        asked = facts.question?.id ?? null;
        put(live, [state, asks, amber ? "Less than a minute left" : "", notice].filter(Boolean).join(". "));
      }, 100);
    },
    stop() { clearTimeout(timer); },
  };
}

export default { initialize, render };
