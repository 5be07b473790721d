/* The job card: one line that counts on by itself. What it shows is data, perhaps a hostile page's: text only. */

function render({ model, el }) {
  const card = element("section", "webrun-card webrun-job", el);
  const line = element("div", "webrun-head", card);
  const name = dataElement("webrun-job-name", line);
  const state = element("span", "webrun-state-word", line);
  const elapsed = element("span", "webrun-job-elapsed", line);
  const cost = element("span", "webrun-job-cost", line);
  const where = dataElement("webrun-job-session", line);
  const next = dataElement("webrun-job-next", line);
  const buttons = element("div", "webrun-buttons", line);
  buttons.dataset.lmSuppressShortcuts = "true";
  const cancel = element("button", "webrun-button", buttons);
  cancel.type = "button";
  cancel.title = "Stop the task; a session of its own ends with it";
  const live = element("div", "webrun-live", card);
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");

  let goneAtMs = null;
  let asked = false;
  cancel.addEventListener("click", () => {
    if (cancel.getAttribute("aria-disabled") === "true") return;
    asked = true;
    model.send({ type: "cancel" });
    draw();
  });

  const tick = () => {
    const facts = model.get("facts");
    const grownMs = facts.done ? 0 : Math.max(0, (goneAtMs ?? Date.now()) - arrivalOf(facts));
    put(elapsed, duration(facts.elapsedMs + grownMs));
    const grownUsd = facts.state === "running" ? (Number(facts.usdPerMinute) * grownMs) / 60_000 : 0;
    const about = facts.emulated ? "≈\u00a0" : "";
    const amount = facts.costUsd === null ? "cost unknown" : about + usd(Number(facts.costUsd) + grownUsd);
    put(cost, facts.emulated ? `${amount} (emulated, you pay $0.00)` : amount);
  };
  const draw = () => {
    const facts = model.get("facts");
    card.dataset.tone = facts.tone;
    card.setAttribute("aria-label", `Job ${facts.name}`);
    put(name, facts.name);
    put(state, facts.state);
    put(where, `session ${facts.session}`);
    put(next, goneAtMs === null ? facts.next : "The kernel is gone; these are its last known facts.");
    put(cancel, asked ? "cancelling…" : "Cancel");
    cancel.setAttribute("aria-disabled", String(asked || goneAtMs !== null));
    buttons.hidden = facts.done;
    put(live, `job ${facts.name}: ${facts.state}`);
    tick();
  };
  const onFacts = () => {
    arrivalOf(model.get("facts"));
    draw();
  };
  const onCommLost = () => {
    goneAtMs = Date.now();
    draw();
  };
  model.on("change:facts", onFacts);
  model.on("comm_live_update", onCommLost);
  const stopTicking = everySecond(tick);
  arrivalOf(model.get("facts"));
  draw();
  return () => {
    stopTicking();
    model.off("change:facts", onFacts);
    model.off("comm_live_update", onCommLost);
  };
}

export default { render };
