import assert from "node:assert/strict";
import { test } from "node:test";

import { cents, duration, shortDuration, usd } from "../../../../../webrun_nb/notebook/widgets/static/format.js";

test("durations are whole seconds, never negative", () => {
  const shown = [-5, 999, 83_000, 3_600_000, 36_061_000].map(duration);
  assert.deepEqual(shown, ["0:00", "0:00", "1:23", "1:00:00", "10:01:01"]);
});

test("below a minute, seconds stand alone", () => {
  assert.deepEqual([-1, 4_200, 59_900, 64_000].map(shortDuration), ["0 s", "4 s", "59 s", "1:04"]);
});

test("costs have four decimals", () => {
  assert.deepEqual([0, 0.00005, 12.5].map(usd), ["$0.0000", "$0.0001", "$12.5000"]);
});

test("forecasts are in cents, and what is less is not rounded to nothing", () => {
  assert.deepEqual([0.0985, 0.096, 0.0049, 0].map(cents), ["$0.10", "$0.10", "less than $0.01", "$0.00"]);
});
