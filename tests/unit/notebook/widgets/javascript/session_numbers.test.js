import assert from "node:assert/strict";
import { test } from "node:test";

import { costParts, costText, countdownAt, lifetimeText, nowAt, totalText } from "../../../../../webrun_nb/notebook/widgets/static/session_numbers.js";

const PER_MS = "0.000001";
const IDLE = {
  emulated: true, ended: false, approximately: "≈\u00a0", estimated: " estimated", rate: "$0.06/min", budget: "",
  computeKind: "measured",
  now: { value: 1_000_000, perMs: 1 },
  lifetime: { value: 83_000, perMs: 1 },
  cost: { value: "0.0300", perMs: PER_MS },
  compute: { value: "0.0200", perMs: PER_MS },
  idle: { value: "0.0100", perMs: PER_MS },
  tokens: { value: "0.0100", perMs: "0" },
  countdown: {
    label: "Inactivity", text: "", endsAtMs: 1_070_000, soonAtMs: 1_010_000, spanMs: 140_000,
    until: "until it ends", idle: "Idle until the timeout", idleCost: { value: "0.07", perMs: "-" + PER_MS },
  },
};

test("cost and lifetime are extrapolated", () => {
  assert.equal(nowAt(IDLE, 2_000), 1_002_000);
  assert.equal(lifetimeText(IDLE, 2_000), "1:25");
  assert.equal(costText(IDLE, 2_000), "≈\u00a0$0.0320");
});

test("what is unknown is said to be, and not 0", () => {
  assert.equal(lifetimeText({ ...IDLE, lifetime: null }, 2_000), "–");
  assert.equal(costText({ ...IDLE, cost: null }, 2_000), "unknown");
  assert.equal(costParts({ ...IDLE, compute: null, idle: null, tokens: null }, 0), "$0.06/min");
});

test("compute is divided into working and idle", () => {
  const parts = costParts({ ...IDLE, budget: "budget $1.00" }, 10_000);
  assert.equal(parts, "compute $0.0300 measured: working $0.0100, idle $0.0200 (67\u00a0%)"
    + " · tokens ≈\u00a0$0.0100 estimated · $0.06/min · budget $1.00");
});

test("without idle time known, compute stands alone", () => {
  assert.equal(costParts({ ...IDLE, idle: null, tokens: null, rate: "" }, 0), "compute $0.0200 measured");
});

test("what was not measured is not called so", () => {
  const estimated = { ...IDLE, emulated: false, computeKind: "estimated", idle: null, tokens: null, rate: "" };
  assert.equal(costParts(estimated, 0), "compute $0.0200 estimated");
});

test("the countdown runs with its cost, its share and its last minute", () => {
  const at = (elapsedMs) => countdownAt(IDLE, nowAt(IDLE, elapsedMs), elapsedMs);
  assert.deepEqual(at(0), {
    value: "1:10", note: "until it ends", idleCost: "Idle until the timeout: ≈\u00a0$0.07", share: 0.5, isSoon: false,
  });
  assert.deepEqual([at(35_000).value, at(35_000).share, at(35_000).isSoon], ["0:35", 0.25, true]);
  assert.deepEqual(at(80_000), { value: "0:00", note: "time is up", idleCost: "", share: 0, isSoon: true });
});

test("where nothing counts down, a text says why", () => {
  const held = { ...IDLE, countdown: { label: "Inactivity", text: "a task runs", endsAtMs: null } };
  assert.deepEqual(countdownAt(held, 0, 0), { value: "a task runs", note: "", idleCost: "", share: null, isSoon: false });
});

test("emulated and real money are never added up", () => {
  const billed = { ...IDLE, emulated: false, cost: { value: "1.5", perMs: "0" } };
  const ended = { ...IDLE, ended: true, cost: { value: "0.02", perMs: "0" } };
  assert.equal(totalText([IDLE, billed, ended], 0),
    "2 live of 3 · you pay $1.5000 · emulated: you pay $0.00, ≈\u00a0$0.0500 on the hosted service");
});

test("a total with an estimate in it is one", () => {
  const billed = { ...IDLE, emulated: false, approximately: "", cost: { value: "1", perMs: "0" } };
  const estimated = { ...billed, computeKind: "estimated" };
  assert.equal(totalText([billed, estimated], 0), "2 live of 2 · you pay ≈\u00a0$2.0000 (estimated)");
});

test("a total is of the costs that are known", () => {
  assert.equal(totalText([{ ...IDLE, cost: null }], 0), "1 live of 1");
});
