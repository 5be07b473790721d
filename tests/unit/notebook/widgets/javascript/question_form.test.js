import assert from "node:assert/strict";
import { test } from "node:test";

import { typedAnswer, waitingText } from "../../../../../webrun_nb/notebook/widgets/static/question_form.js";

const WAITS = {
  sinceMs: 0, noteFromMs: 60_000, endsAtMs: 300_000, session: "main", rate: "$0.02/min", approximately: "≈\u00a0",
  payer: " (emulated: you pay $0.00)", idleCost: { value: "0.08", perMs: "-0.0000003" },
};

test("a marked choice is sent by its number", () => {
  assert.deepEqual(typedAnswer({ radios: [{ checked: false }, { checked: true }], input: { value: "" } }), { choice: 1 });
});

test("a text is sent as it was typed, blanks around it too", () => {
  assert.deepEqual(typedAnswer({ radios: [{ checked: false }], input: { value: " pa55 " } }), { text: " pa55 " });
});

test("nothing and blanks are no answer", () => {
  assert.equal(typedAnswer({ radios: [], input: { value: "  " } }), null);
  assert.equal(typedAnswer({ radios: [], input: null }), null);
});

test("after a minute the cost of waiting is said", () => {
  assert.equal(waitingText(WAITS, 59_999, 0), "");
  assert.equal(waitingText(WAITS, 62_000, 2_000), "The task has waited for this answer for 1:02. Waiting costs ≈\u00a0$0.02/min; "
    + "idle until the timeout of session main in 3:58: ≈\u00a0$0.08 (emulated: you pay $0.00).");
});

test("where the server tells no timeout, nothing is said", () => {
  assert.equal(waitingText(null, 1e12, 0), "");
});
