import assert from "node:assert/strict";
import { test } from "node:test";

import { elapsedSince, everySecond, valueAt } from "../../../../../webrun_nb/notebook/widgets/static/extrapolation.js";

test("a value is what was sent plus its rate times the time since", () => {
  assert.equal(valueAt({ value: "0.5", perMs: "0.001" }, 250), 0.75);
  assert.equal(valueAt({ value: 1000, perMs: -1 }, 250), 750);
});

test("a value that is unknown stays unknown", () => {
  assert.equal(valueAt(null, 1000), null);
});

test("a state is as old as it has been on the page, and each state has its own age", () => {
  const [first, second] = [{}, {}];
  assert.equal(elapsedSince(first, 1000), 0);
  assert.equal(elapsedSince(second, 4000), 0);
  assert.equal(elapsedSince(first, 6000), 5000);
  assert.equal(elapsedSince(first, 500), 0, "a clock that was set back makes nothing negative");
});

test("all listeners share one timer, which ends with the last and rests while the page is hidden", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  globalThis.document = { hidden: false };
  const calls = [];
  const stopFirst = everySecond(() => calls.push("first"));
  const stopSecond = everySecond(() => calls.push("second"));
  context.mock.timers.tick(1000);
  document.hidden = true;
  context.mock.timers.tick(1000);
  document.hidden = false;
  stopFirst();
  context.mock.timers.tick(1000);
  stopSecond();
  context.mock.timers.tick(5000);
  assert.deepEqual(calls, ["first", "second", "second"]);
});
