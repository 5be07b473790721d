/* Messages from a page to the kernel that may wait behind a running cell: JupyterLab sends them past it only once it has
   a second channel, which it opens when the first widget comes. So commands are sent again until something answers. */

const SENT_AGAIN_AFTER_MS = 500;
const UNANSWERED_MS = 1000;
const SHOWN_AGAIN_AFTER_MS = [200, 400, 800, 1600, 3200];

export const KERNEL_IS_BUSY = "The kernel is busy. Your click takes effect when the running cell ends; to end it now, use Interrupt (■).";

/* Follows a click from the press to the kernel's confirmation. A command is sent twice where nothing answers; the kernel
   takes each id once. An answer is sent once: it may be a password, of which nothing is kept here. */
export function trackPress(model, changed) {
  let pending = null;
  let timers = [];
  const clear = () => timers.forEach(clearTimeout);
  return {
    get command() { return pending?.command ?? null; },
    get isUnanswered() { return pending !== null && pending.isLate; },
    start(command, answer = null) {
      const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      pending = { id, command, isLate: false };
      const ifUnanswered = (act) => () => { if (pending?.id === id) act(); };
      clear();
      timers = [setTimeout(ifUnanswered(() => { pending.isLate = true; changed(); }), UNANSWERED_MS)];
      if (answer) {
        model.send({ ...answer, type: "answer", id });
      } else {
        const message = { type: "command", command, id };
        model.send(message);
        timers.push(setTimeout(ifUnanswered(() => model.send(message)), SENT_AGAIN_AFTER_MS));
      }
      changed();
    },
    /* Ends it where the state says that the kernel has the click. Another page may have been first with the same one. */
    settle(press) {
      const isSame = press?.state === "sent" && press.command === pending?.command;
      if (pending && (isSame || press?.id === pending.id)) pending = null;
    },
    stop: clear,
  };
}

/* Reports to the kernel that a person can answer here, until its state says that it knows. `questionNow` returns the
   question that the page shows, or null. */
export function reportShown(model, questionNow) {
  let timer;
  const report = (id, pauses = SHOWN_AGAIN_AFTER_MS) => {
    const question = questionNow();
    if (question?.id !== id || question.shown) return;
    model.send({ type: "shown", taskId: question.taskId, question: id });
    const [pause, ...rest] = pauses;
    clearTimeout(timer);
    if (pause !== undefined) timer = setTimeout(() => report(id, rest), pause);
  };
  return { report, stop: () => clearTimeout(timer) };
}
