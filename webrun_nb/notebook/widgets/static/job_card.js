/* The job card: one line that counts on by itself, and the form where its task asks. What it shows is data, perhaps a
   hostile page's: text only. */

const JOB_SHAPES = {
  queued: "dashes", running: "dot", paused: "bars", guardrail: "question", manual: "hand", complete: "check",
  failed: "cross", stopped: "square",
};

function build(el, act) {
  const card = element("section", "webrun-card webrun-job", el);
  const gone = element("div", "webrun-gone", card);
  const line = element("div", "webrun-head", card);
  const where = element("span", "webrun-state", line);
  const icon = stateIcon(where);
  const state = element("span", "webrun-state-word", where);
  const name = dataElement("webrun-job-name", line);
  const elapsed = element("span", "webrun-job-elapsed", line);
  const cost = element("span", "webrun-job-cost", line);
  const session = element("span", "webrun-job-session", line);
  session.append("session ");
  const sessionName = dataElement("", session);
  const buttons = element("div", "webrun-buttons", line);
  buttons.dataset.lmSuppressShortcuts = "true";
  const cancel = element("button", "webrun-button", buttons);
  cancel.type = "button";
  cancel.title = "Stop the task; a session of its own ends with it";
  cancel.addEventListener("click", () => {
    if (cancel.getAttribute("aria-disabled") !== "true") act.cancel();
  });
  const next = dataElement("webrun-job-next", card);
  const question = questionForm(card, act.answer, act.cancel, () => {});
  const notice = element("div", "webrun-notice", card);
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  return { card, gone, icon, state, name, elapsed, cost, sessionName, buttons, cancel, next, question, notice, live };
}

function render({ model, el }) {
  let kernelEnd = null; // what became of the kernel, and when, once it is gone
  const press = pressing(model, () => draw());
  const ui = build(el, {
    cancel: () => press.start("cancel"),
    answer: (what) => {
      const { id, taskId } = model.get("facts").question;
      press.start("answer", { taskId, question: id, ...what });
    },
  });
  const shown = tellingShown(model, () => (kernelEnd === null ? model.get("facts").question : null));

  const tick = () => {
    const facts = model.get("facts");
    const grownMs = facts.done ? 0 : Math.max(0, (kernelEnd?.atMs ?? Date.now()) - arrivalOf(facts));
    put(ui.elapsed, duration(facts.elapsedMs + grownMs));
    const grownUsd = facts.state === "running" ? (Number(facts.usdPerMinute) * grownMs) / 60_000 : 0;
    const about = facts.emulated ? "≈\u00a0" : "";
    const amount = facts.costUsd === null ? "cost unknown" : about + usd(Number(facts.costUsd) + grownUsd);
    put(ui.cost, facts.emulated ? `${amount} (emulated, you pay $0.00)` : amount);
  };
  const goneWords = (facts) => {
    const end = `The kernel ${kernelEnd.what}`;
    return facts.done ? `${end}, and job ${facts.name} with its result.` : `${end}: job ${facts.name} is lost with it.`;
  };
  const noticeOf = (facts) => {
    if (kernelEnd !== null) return "";
    return press.unanswered ? KERNEL_IS_BUSY : facts.press?.message ?? "";
  };
  const draw = () => {
    const facts = model.get("facts");
    press.settle(facts);
    // It is stopped once its task has ended, which is after the server's word.
    const cancelling = press.command === "cancel" || (facts.press?.command === "cancel" && facts.press.state !== "failed");
    const answering = press.command === "answer" || (facts.press?.command === "answer" && facts.press.state === "sent");
    const lost = kernelEnd !== null && !facts.done;
    ui.card.dataset.tone = lost ? "off" : facts.tone;
    put(ui.gone, kernelEnd === null ? "" : goneWords(facts));
    ui.card.setAttribute("aria-label", `Job ${facts.name}, session ${facts.session}`);
    ui.icon(lost ? "square" : JOB_SHAPES[facts.state]);
    put(ui.name, facts.name);
    put(ui.state, lost ? "lost with the kernel" : facts.state);
    put(ui.sessionName, facts.session);
    put(ui.next, facts.question === null && !lost ? facts.next : "");
    put(ui.cancel, cancelling ? "cancelling…" : "Cancel");
    ui.cancel.setAttribute("aria-disabled", String(cancelling));
    ui.buttons.hidden = facts.done || lost;
    put(ui.notice, noticeOf(facts));
    drawQuestion(lost ? null : facts.question, answering, cancelling);
    const asks = facts.question && !lost ? `${facts.question.title}: ${facts.question.text}` : "";
    put(ui.live, [`job ${facts.name}: ${ui.state.textContent}`, asks, ui.gone.textContent, ui.notice.textContent].filter(Boolean).join(". "));
    tick();
  };
  const drawQuestion = (question, answering, disabled) => {
    const hadFocus = ui.question.box.contains(document.activeElement);
    const isNew = ui.question.draw(question, answering, disabled);
    if (hadFocus && question === null) ui.cancel.focus({ preventScroll: true });
    if (isNew && question.answerable) shown.tell(question.id);
  };
  const onFacts = () => {
    arrivalOf(model.get("facts"));
    kernelEnd = null;
    draw();
  };
  const onKernelLost = (what) => {
    kernelEnd = { what, atMs: kernelEnd?.atMs ?? Date.now() };
    draw();
  };
  model.on("change:facts", onFacts);
  const stopWatching = watchKernel(model, onKernelLost);
  const stopTicking = everySecond(tick);
  arrivalOf(model.get("facts"));
  draw();
  return () => {
    stopTicking();
    press.stop();
    shown.stop();
    model.off("change:facts", onFacts);
    stopWatching();
  };
}

export default { render };
