/* The fold-out log of what the session's latest task did. Nothing is asked for while it is folded; open, it is asked for
   anew when something has happened. Every text in it is data. */

const ASKED_AGAIN_AFTER_MS = 400;
const STEP_COLUMNS = ["#", "What", "Where", "Policy", "Time", "Cost"];

/* `ask` has the kernel send the steps. */
function stepsLog(parent, ask) {
  const box = element("details", "webrun-steps", parent);
  element("summary", "", box).textContent = "Steps";
  box.dataset.lmSuppressShortcuts = "true";
  const scroll = element("div", "webrun-scroll", box);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Steps of the latest task");
  const table = element("table", "webrun-table", scroll);
  const head = element("tr", "", element("thead", "", table));
  for (const title of STEP_COLUMNS) {
    const cell = element("th", "", head);
    cell.scope = "col";
    cell.textContent = title;
  }
  const body = element("tbody", "", table);
  const note = element("div", "webrun-note", box);
  let asked = "";
  let waiting;

  const askSoon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, asked === "" ? 0 : ASKED_AGAIN_AFTER_MS);
  };
  box.addEventListener("toggle", () => {
    asked = "";
    if (box.open) askSoon();
  });
  return {
    /* Whatever may have made a step since: then they are asked for again. */
    draw(facts) {
      box.hidden = !facts.hasSteps;
      const now = [facts.action, facts.task, facts.label].join("\n");
      if (!box.open || now === asked) return;
      askSoon();
      asked = now;
    },
    take({ steps, said }) {
      put(note, said);
      scroll.hidden = steps.length === 0;
      body.replaceChildren(...steps.map(stepRow));
      scroll.scrollTop = scroll.scrollHeight;
    },
    stop: () => clearTimeout(waiting),
  };
}

function stepRow(step) {
  const row = element("tr", "");
  row.dataset.decision = step.decision;
  const cell = (text, className = "") => { dataElement("", element("td", className, row)).textContent = text; };
  cell(String(step.number), "webrun-number");
  cell(step.what);
  cell(step.where);
  cell(step.policy);
  cell(step.time, "webrun-number");
  cell(step.cost, "webrun-number");
  return row;
}
