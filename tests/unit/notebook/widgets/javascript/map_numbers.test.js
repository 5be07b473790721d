import assert from "node:assert/strict";
import { test } from "node:test";

import { announcedShare, elapsedText, leftText, shares } from "../../../../../webrun_nb/notebook/widgets/static/map_numbers.js";

test("each part of the bar has its share of all rows, and none of no rows", () => {
  assert.deepEqual(shares({ total: 200, done: 100, failed: 20, running: 4 }), { done: 0.5, failed: 0.1, running: 0.02 });
  assert.deepEqual(shares({ total: 0, done: 0, failed: 0, running: 0 }), { done: 0, failed: 0, running: 0 });
});

test("elapsed and remaining time go on without a message", () => {
  const state = { elapsed: { value: 83_000, perMs: 1 }, left: { value: 37_000, perMs: -1 } };
  assert.deepEqual([elapsedText(state, 2000), leftText(state, 2000)], ["1:25", "about 0:35 left"]);
});

test("an unknown remaining time, and one that is over, are not shown", () => {
  assert.equal(leftText({ left: null }, 0), "");
  assert.equal(leftText({ left: { value: 3000, perMs: -1 } }, 4000), "");
});

test("only quarters are announced", () => {
  const at = (done, failed = 0) => announcedShare({ total: 100, done, failed });
  assert.deepEqual([at(0), at(24), at(25), at(40, 11), at(99), at(100)],
    ["", "", "25 % of the rows", "50 % of the rows", "75 % of the rows", ""]);
});
