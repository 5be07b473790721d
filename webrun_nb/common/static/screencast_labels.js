/* The texts of the live view, as a pure function of its state. */

const ENDED = "The session has ended";
const FINAL_PROBLEMS = new Set([ENDED, "There is no such session"]);
const IN_CONTROL = {
  running: "The agent is in control",
  guardrail: "The agent waits for an answer",
  paused: "The task is paused",
};
const TAKE_OVER_TITLE = "Control the browser yourself; a running task is paused";
const RELEASE_TITLE = "Give control back; a paused task continues";
const KEYS_HELP = "Clicks and keys go to the page, Tab too. Esc leaves the picture, Shift+Esc sends Esc to the page.";

/* Returns who controls the browser: "you", "other" (a person elsewhere) or "agent". */
export function controllerOf({ session, isMine, problem }) {
  if (session.phase !== "manual") return "agent";
  return isMine && problem === "" ? "you" : "other";
}

/* Returns the texts; an empty one is not shown.

   `session` is the state message of the server, `isMine` tells whether this viewer took over, `isRequested` whether it
   asked to; `problem` says why no picture comes, `isGone` that none will; `hasPicture` tells whether one has come. */
export function screenLabels({ session, isMine, isRequested, problem, isGone, hasPicture }) {
  const controller = controllerOf({ session, isMine, problem });
  const isManual = session.phase === "manual";
  const hasEnded = session.ended === true;
  const isOver = hasEnded || isGone || FINAL_PROBLEMS.has(problem); // what is shown is the last picture, or nothing
  const isLive = !isOver && problem === "";
  return {
    controller,
    isOver,
    isStale: problem !== "" || hasEnded,
    status: isLive ? statusText(controller, session.phase) : "",
    button: hasEnded || problem !== "" ? "" : buttonText(controller),
    buttonTitle: controller === "you" ? RELEASE_TITLE : TAKE_OVER_TITLE,
    isButtonEnabled: !isRequested && (isManual || session.status === "active"),
    fieldLabel: controller === "you" ? "The session's page: keys and clicks go to it" : "The session's page: click to take over",
    help: controller === "you" ? KEYS_HELP : isOver && hasPicture ? `${problem || ENDED}: this is the last picture.` : "",
    overlay: overlayText({ problem, hasEnded, isOver, hasPicture }),
  };
}

function statusText(controller, phase) {
  if (controller === "you") return "You are in control";
  if (controller === "other") return "Someone else is in control";
  return IN_CONTROL[phase] ?? "No one is in control";
}

function buttonText(controller) {
  return { you: "Release", other: "Take over here", agent: "Take over" }[controller];
}

function overlayText({ problem, hasEnded, isOver, hasPicture }) {
  if (isOver && hasPicture) return "";
  if (problem !== "") return problem;
  if (hasPicture) return "";
  return hasEnded ? ENDED : "Waiting for the first picture…";
}
