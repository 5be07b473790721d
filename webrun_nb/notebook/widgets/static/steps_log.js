/* The fold-out log of the steps of the session's latest task. Nothing is asked for while it is folded; open, it is asked
   for again when something has happened. Every text in it is data. */

import { dataElement, element, put } from "./dom.js";
import { stepPicture } from "./step_picture.js";

const ASKED_AGAIN_AFTER_MS = 400;
const UNANSWERED_AFTER_MS = [1000, 2000, 4000, 8000];
const FOLLOWS_WITHIN_PX = 8;
const COLUMNS = ["#", "What", "Where", "Policy", "Time", "Cost", "Picture"];

/* Adds the log. `send` asks the kernel for the steps, or for a picture. */
export function stepsLog(parent, send) {
  const { box, scroll, body, note } = buildLog(parent);
  const requests = repeatedRequest(() => send({ type: "steps" }));
  let asked = "";
  let task = "";
  let rows = new Map(); // by the step's number: rows are kept, so that the focus and what is unfolded stay

  box.addEventListener("toggle", () => {
    asked = "";
    if (box.open) requests.ask(0);
  });
  const rowOf = (step) => {
    const known = rows.get(step.number);
    const content = JSON.stringify(step);
    if (known?.content === content) return known;
    return { ...stepRow(step, () => send({ type: "step_picture", task, step: step.number })), content };
  };
  return {
    /* Asks for the steps again where `state` says that there may be another. */
    draw(state) {
      box.hidden = !state.hasSteps;
      const now = [state.action, state.task, state.label].join("\n");
      if (!box.open || now === asked) return;
      requests.ask(asked === "" ? 0 : ASKED_AGAIN_AFTER_MS);
      asked = now;
    },
    /* Shows the steps that have come. */
    take({ task: taskOfSteps, steps, said }) {
      requests.answered();
      put(note, said);
      scroll.hidden = steps.length === 0;
      if (taskOfSteps !== task) rows = new Map();
      task = taskOfSteps;
      const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < FOLLOWS_WITHIN_PX || rows.size === 0;
      rows = new Map(steps.map((step) => [step.number, rowOf(step)]));
      replaceRows(body, [...rows.values()].flatMap(({ row, picture }) => (picture ? [row, picture.row] : [row])));
      if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
    },
    /* Shows the picture that has come. */
    picture({ task: taskOfPicture, step, said }, buffers) {
      if (taskOfPicture === task) rows.get(step)?.picture?.show(said, buffers?.[0]);
    },
    stop: requests.stop,
  };
}

function buildLog(parent) {
  const box = element("details", "webrun-steps", parent);
  element("summary", "", box).textContent = "Steps";
  box.dataset.lmSuppressShortcuts = "true";
  const scroll = element("div", "webrun-scroll", box);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Steps of the latest task");
  const table = element("table", "webrun-table", scroll);
  const head = element("tr", "", element("thead", "", table));
  for (const title of COLUMNS) {
    const cell = element("th", "", head);
    cell.scope = "col";
    cell.textContent = title;
  }
  return { box, scroll, body: element("tbody", "", table), note: element("div", "webrun-note", box) };
}

/* Sends a request some time from now, and again until it is answered: the first may wait behind a running cell. */
function repeatedRequest(send) {
  let timer;
  const repeat = (pauses) => {
    send();
    const [pause, ...rest] = pauses;
    if (pause !== undefined) timer = setTimeout(() => repeat(rest), pause);
  };
  let waiting;
  const answered = () => clearTimeout(timer);
  const stop = () => {
    clearTimeout(waiting);
    answered();
  };
  return {
    ask(afterMs) {
      stop();
      waiting = setTimeout(() => repeat(UNANSWERED_AFTER_MS), afterMs);
    },
    answered,
    stop,
  };
}

function stepRow(step, ask) {
  const row = element("tr", "");
  row.dataset.decision = step.decision;
  const cell = (text, className = "") => { dataElement("", element("td", className, row)).textContent = text; };
  cell(String(step.number), "webrun-number");
  cell(step.what);
  cell(step.where);
  cell(step.policy);
  cell(step.time, "webrun-number");
  cell(step.cost, "webrun-number");
  const last = element("td", "", row);
  return { row, picture: step.picture ? stepPicture(last, step, COLUMNS.length, ask) : null };
}

/* Makes `wanted` the rows of `body`; those that are there stay where they are. */
function replaceRows(body, wanted) {
  const kept = new Set(wanted);
  for (const old of [...body.children]) if (!kept.has(old)) old.remove();
  wanted.forEach((row, at) => {
    if (body.children[at] !== row) body.insertBefore(row, body.children[at] ?? null);
  });
}
