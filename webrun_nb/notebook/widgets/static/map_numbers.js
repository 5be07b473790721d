/* The numbers of a map at a moment: pure functions of its state and the time since that was sent. */

import { valueAt } from "./extrapolation.js";
import { duration } from "./format.js";

const MILESTONES_PERCENT = [25, 50, 75];

/* Returns the share of all rows, 0 … 1, that each part of the bar has. */
export function shares({ total, done, failed, running }) {
  const share = (count) => (total > 0 ? Math.min(1, count / total) : 0);
  return { done: share(done), failed: share(failed), running: share(running) };
}

export const elapsedText = (state, elapsedMs) => duration(valueAt(state.elapsed, elapsedMs));

/* Returns the time that the rest will take; empty while it is not known, and once it should be over. */
export function leftText(state, elapsedMs) {
  const leftMs = valueAt(state.left, elapsedMs);
  return leftMs === null || leftMs < 1000 ? "" : `about ${duration(leftMs)} left`;
}

/* Returns what screen readers announce of the progress: quarters alone, so that they do not speak all the time. */
export function announcedShare({ total, done, failed }) {
  const percent = total > 0 ? (100 * (done + failed)) / total : 0;
  const reached = MILESTONES_PERCENT.filter((milestone) => percent >= milestone).pop();
  return reached === undefined || percent >= 100 ? "" : `${reached} % of the rows`;
}
