/* The numbers of a session at a moment, as texts: pure functions of its state and the time since that was sent. */

import { valueAt } from "./extrapolation.js";
import { cents, duration, usd } from "./format.js";

/* Returns the server's clock, unix ms. */
export const nowAt = (state, elapsedMs) => valueAt(state.now, elapsedMs);

export const lifetimeText = (state, elapsedMs) => (state.lifetime === null ? "–" : duration(valueAt(state.lifetime, elapsedMs)));

export function costText(state, elapsedMs) {
  const amount = valueAt(state.cost, elapsedMs);
  return amount === null ? "unknown" : state.approximately + usd(amount);
}

/* Returns what the cost consists of, as far as that is known. */
export function costParts(state, elapsedMs) {
  const compute = valueAt(state.compute, elapsedMs);
  const idle = valueAt(state.idle, elapsedMs);
  const tokens = valueAt(state.tokens, elapsedMs);
  const parts = [];
  if (compute !== null) parts.push(`compute ${usd(compute)} ${state.computeKind}${idleShare(compute, idle)}`);
  if (tokens !== null) parts.push(`tokens ${state.approximately}${usd(tokens)}${state.estimated}`);
  return [...parts, state.model, state.rate, state.budget].filter(Boolean).join(" · ");
}

function idleShare(compute, idle) {
  if (idle === null || !(compute > 0)) return "";
  const working = usd(Math.max(0, compute - idle));
  return `: working ${working}, idle ${usd(idle)} (${Math.round((100 * idle) / compute)}\u00a0%)`;
}

/* Returns the countdown: its value, what comes after it, the cost of waiting, the share that is left, and whether it
   soon ends. While nothing counts down, the value is a text that says why. */
export function countdownAt({ countdown, approximately }, nowMs, elapsedMs) {
  if (countdown.endsAtMs === null) return { value: countdown.text, note: "", idleCost: "", share: null, isSoon: false };
  const leftMs = Math.max(0, countdown.endsAtMs - nowMs);
  const idleUsd = Math.max(0, valueAt(countdown.idleCost, elapsedMs));
  return {
    value: duration(leftMs),
    note: leftMs > 0 ? countdown.until : "time is up",
    idleCost: leftMs > 0 ? `${countdown.idle}: ${approximately}${cents(idleUsd)}` : "",
    share: Math.min(1, leftMs / countdown.spanMs),
    isSoon: nowMs >= countdown.soonAtMs,
  };
}

/* Returns the line below a table of sessions. Emulated and real money are never added up. */
export function totalText(states, elapsedMs) {
  const sum = (emulated) => {
    const amounts = states.filter((state) => state.emulated === emulated).map((state) => valueAt(state.cost, elapsedMs));
    const known = amounts.filter((amount) => amount !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const [emulated, real] = [sum(true), sum(false)];
  const parts = [`${states.filter((state) => !state.ended).length} live of ${states.length}`];
  const estimated = states.some((state) => !state.emulated && state.computeKind === "estimated");
  if (real !== null) parts.push(`you pay ${estimated ? `≈\u00a0${usd(real)} (estimated)` : usd(real)}`);
  if (emulated !== null) parts.push(`emulated: you pay $0.00, ≈\u00a0${usd(emulated)} on the hosted service`);
  return parts.join(" · ");
}
