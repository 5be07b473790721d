/* The fold-out log of what the session's latest task did. Nothing is asked for while it is folded; open, it is asked for
   anew when something has happened, and a step's picture when somebody wants to see it. Every text in it is data. */

const ASKED_AGAIN_AFTER_MS = 400;
const UNANSWERED_AFTER_MS = [1000, 2000, 4000, 8000];
const STEP_COLUMNS = ["#", "What", "Where", "Policy", "Time", "Cost", "Picture"];
const PICTURE_WIDTH_PX = 320;
const PICTURE_HEIGHT_PX = 188;

/* `send` has the kernel send the steps, or a picture. */
function stepsLog(parent, send) {
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
  let repeating;
  let task = "";
  let rows = new Map(); // by the step's number: rows are kept, so that the focus and what is unfolded stay

  /* The first word may wait behind a running cell, as a live view's does: it is said again until something comes. */
  const ask = (pauses) => {
    send({ type: "steps" });
    const [pause, ...rest] = pauses;
    if (pause !== undefined) repeating = setTimeout(() => ask(rest), pause);
  };
  const stop = () => {
    clearTimeout(waiting);
    clearTimeout(repeating);
  };
  const askSoon = () => {
    stop();
    waiting = setTimeout(() => ask(UNANSWERED_AFTER_MS), asked === "" ? 0 : ASKED_AGAIN_AFTER_MS);
  };
  box.addEventListener("toggle", () => {
    asked = "";
    if (box.open) askSoon();
  });
  const rowOf = (step) => {
    const known = rows.get(step.number);
    const said = JSON.stringify(step);
    if (known?.said === said) return known;
    return { ...stepRow(step, (number) => send({ type: "step_picture", task, step: number })), said };
  };
  return {
    /* Whatever may have made a step since: then they are asked for again. */
    draw(facts) {
      box.hidden = !facts.hasSteps;
      const now = [facts.action, facts.task, facts.label].join("\n");
      if (!box.open || now === asked) return;
      askSoon();
      asked = now;
    },
    take({ task: its, steps, said }) {
      clearTimeout(repeating);
      put(note, said);
      scroll.hidden = steps.length === 0;
      if (its !== task) rows = new Map();
      task = its;
      const follows = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 8 || rows.size === 0;
      rows = new Map(steps.map((step) => [step.number, rowOf(step)]));
      const wanted = [...rows.values()].flatMap(({ row, under }) => (under ? [row, under] : [row]));
      const same = new Set(wanted);
      for (const old of [...body.children]) if (!same.has(old)) old.remove();
      wanted.forEach((each, at) => { if (body.children[at] !== each) body.insertBefore(each, body.children[at] ?? null); });
      if (follows) scroll.scrollTop = scroll.scrollHeight;
    },
    picture({ task: its, step, said }, buffers) {
      if (its === task) rows.get(step)?.show?.(said, buffers?.[0]);
    },
    stop,
  };
}

/* The row of a step; with a picture also the row under it, that a button unfolds, and what shows the picture in it. */
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
  return step.picture ? { row, ...stepPicture(last, step, () => ask(step.number)) } : { row };
}

function stepPicture(cell, step, ask) {
  const button = element("button", "webrun-button", cell);
  button.type = "button";
  button.textContent = "Picture";
  button.setAttribute("aria-label", `Picture of step ${step.number}`);
  const under = element("tr", "webrun-step-picture");
  under.id = uniqueId();
  under.hidden = true;
  const place = element("td", "", under);
  place.colSpan = STEP_COLUMNS.length;
  const note = element("div", "webrun-note", place);
  note.setAttribute("role", "status");
  button.setAttribute("aria-controls", under.id);
  button.setAttribute("aria-expanded", "false");
  let canvas = null;
  let wanted = false;
  button.addEventListener("click", () => {
    under.hidden = !under.hidden;
    button.setAttribute("aria-expanded", String(!under.hidden));
    if (under.hidden || canvas) return;
    put(note, "Asking for the picture…");
    wanted = true;
    ask();
  });
  const show = async (said, bytes) => {
    if (!wanted) return; // another page of this card has asked
    wanted = false;
    put(note, said);
    if (!bytes) return;
    try {
      const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      canvas = element("canvas", "", place);
      canvas.width = PICTURE_WIDTH_PX;
      canvas.height = PICTURE_HEIGHT_PX;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `The page right after step ${step.number}`);
      canvas.getContext("2d").drawImage(image, 0, 0, PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX);
      image.close();
      under.scrollIntoView({ block: "nearest" });
    } catch {
      put(note, "The picture can't be shown");
    }
  };
  return { under, show };
}
