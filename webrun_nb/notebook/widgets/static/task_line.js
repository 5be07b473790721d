/* The line under a cell that waits for tasks: a row for each, with the form where one asks. It counts the seconds by
   itself. What it shows is data, perhaps a hostile page's: text only. */

const elapsed = (spanMs) => (spanMs < MINUTE_MS ? `${Math.max(0, Math.floor(spanMs / 1000))} s` : duration(spanMs));

function buildRow(parent, act) {
  const card = element("div", "webrun-card webrun-line", parent);
  card.setAttribute("role", "group"); // no landmark: one cell may wait for several tasks of one session
  const gone = element("div", "webrun-gone", card);
  const line = element("div", "webrun-line-head", card);
  const icon = stateIcon(line);
  const what = dataElement("webrun-line-what", line);
  const seconds = element("span", "webrun-line-seconds", line);
  const question = questionForm(card, act.answer, act.stop, () => {});
  const notice = element("div", "webrun-notice", card);
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  return { card, gone, line, icon, what, seconds, question, notice, live };
}

function goneWords(facts, what) {
  if (facts.endsWithKernel) return `The kernel ${what}: the task of this cell ended with it.`;
  return `The kernel ${what}. This cell no longer waits for its task, which may go on.`;
}

/* One task's row; `factsNow` returns its facts, null once it is waited for no more. */
function taskRow(parent, model, row, factsNow, arrivedAtMs, kernelEnd) {
  const send = (message) => model.send({ ...message, row });
  const press = pressing({ send }, () => draw());
  const ui = buildRow(parent, {
    answer: (what) => {
      const { id, taskId } = factsNow().question;
      press.start("answer", { taskId, question: id, ...what });
    },
    stop: () => press.start("stop"),
  });
  const shown = tellingShown({ send }, () => (kernelEnd() === null ? factsNow()?.question ?? null : null));

  const tick = () => {
    const facts = factsNow();
    const grownMs = Math.max(0, (kernelEnd()?.atMs ?? Date.now()) - arrivedAtMs());
    put(ui.seconds, elapsed(facts.elapsedMs + grownMs));
    ui.question.tick(facts.serverNowMs + (facts.clockRunning ? grownMs : 0));
  };
  const draw = () => {
    const facts = factsNow();
    const end = kernelEnd();
    press.settle(facts);
    const sent = facts.press?.state === "sent" ? facts.press.command : null;
    const busy = press.command ?? sent;
    ui.card.dataset.tone = end !== null ? "off" : facts.held ? "warn" : "busy";
    ui.card.setAttribute("aria-label", facts.session ? `Task in session ${facts.session}` : "Task");
    put(ui.gone, end === null ? "" : goneWords(facts, end.what));
    ui.line.hidden = end !== null;
    ui.icon(facts.held ? "question" : "dot");
    put(ui.what, facts.what);
    put(ui.notice, press.unanswered ? KERNEL_IS_BUSY : facts.press?.state === "failed" ? facts.press.message : "");
    drawQuestion(end === null ? facts.question : null, busy);
    const asks = facts.question ? `${facts.question.title}: ${facts.question.text}` : "";
    put(ui.live, [facts.held ? facts.what : "", asks, ui.gone.textContent, ui.notice.textContent].filter(Boolean).join(". "));
    ui.live.hidden = false; // what is hidden is not announced once it is filled
    tick();
  };
  const drawQuestion = (question, busy) => {
    const isNew = ui.question.draw(question, busy === "answer", busy === "stop");
    if (!isNew || !question.answerable) return;
    shown.tell(question.id);
    // After the page has laid it out: what waits for a person has to be seen.
    requestAnimationFrame(() => {
      if (factsNow()?.question?.id === question.id) ui.question.bringIntoView(ui.card);
    });
  };
  return {
    draw,
    tick,
    stop() {
      press.stop();
      shown.stop();
      ui.card.remove();
    },
  };
}

function render({ model, el }) {
  const rows = new Map();
  let end = null; // what became of the kernel, and when, once it is gone
  const draw = () => {
    const facts = model.get("facts");
    arrivalOf(facts);
    const wanted = new Set(facts.tasks.map((task) => task.row));
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.stop();
      rows.delete(id);
    }
    for (const { row: id } of facts.tasks) {
      if (!rows.has(id)) {
        const factsNow = () => model.get("facts").tasks.find((task) => task.row === id) ?? null;
        rows.set(id, taskRow(el, model, id, factsNow, () => arrivalOf(model.get("facts")), () => end));
      }
      rows.get(id).draw();
    }
  };
  const onFacts = () => {
    end = null;
    draw();
  };
  const onKernelLost = (what) => {
    end = { what, atMs: end?.atMs ?? Date.now() };
    draw();
  };
  model.on("change:facts", onFacts);
  const stopWatching = watchKernel(model, onKernelLost);
  const stopTicking = everySecond(() => { for (const row of rows.values()) row.tick(); });
  draw();
  return () => {
    stopTicking();
    stopWatching();
    model.off("change:facts", onFacts);
    for (const row of rows.values()) row.stop();
  };
}

export default { render };
