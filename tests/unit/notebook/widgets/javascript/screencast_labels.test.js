import assert from "node:assert/strict";
import { test } from "node:test";

import { screenLabels } from "../../../../../webrun_nb/common/static/screencast_labels.js";

const labels = (changes, session = {}) => screenLabels({
  session: { status: "active", phase: "idle", ...session },
  isMine: false, isRequested: false, problem: "", isGone: false, hasPicture: true, ...changes,
});

test("who is in control is said of each phase", () => {
  const said = ["idle", "stopped", "running", "guardrail", "paused", "manual"].map((phase) => labels({}, { phase }).status);
  assert.deepEqual(said, [
    "No one is in control", "No one is in control", "The agent is in control", "The agent waits for an answer",
    "The task is paused", "Someone else is in control",
  ]);
});

test("the viewer who took over is in control and can release", () => {
  const mine = labels({ isMine: true }, { phase: "manual" });
  assert.deepEqual([mine.controller, mine.status, mine.button], ["you", "You are in control", "Release"]);
  assert.match(mine.help, /Esc leaves the picture/);
});

test("another viewer can take over too", () => {
  const other = labels({}, { phase: "manual" });
  assert.deepEqual([other.controller, other.button, other.isButtonEnabled], ["other", "Take over here", true]);
});

test("while a take-over is on its way, and before the session is active, the button can't be pressed", () => {
  assert.equal(labels({ isRequested: true }).isButtonEnabled, false);
  assert.equal(labels({}, { status: "pending", phase: null }).isButtonEnabled, false);
  assert.equal(labels({}).isButtonEnabled, true);
});

test("without a connection nothing is said of control", () => {
  const cut = labels({ problem: "Connecting…" });
  assert.deepEqual([cut.status, cut.button, cut.overlay, cut.isStale, cut.isOver], ["", "", "Connecting…", true, false]);
  assert.equal(labels({ isMine: true, problem: "Connecting…" }, { phase: "manual" }).controller, "other");
});

test("before the first picture that is said", () => {
  assert.equal(labels({ hasPicture: false }).overlay, "Waiting for the first picture…");
  assert.equal(labels({}).overlay, "");
});

test("once the session has ended the last picture is said to be the last", () => {
  const ended = labels({}, { ended: true, phase: null });
  assert.deepEqual([ended.status, ended.button, ended.overlay], ["", "", ""]);
  assert.equal(ended.help, "The session has ended: this is the last picture.");
  assert.equal(labels({ hasPicture: false }, { ended: true }).overlay, "The session has ended");
});

test("once the kernel is gone the reason stays", () => {
  const gone = labels({ problem: "The kernel died", isGone: true, hasPicture: false });
  assert.deepEqual([gone.overlay, gone.isOver], ["The kernel died", true]);
  assert.equal(labels({ problem: "The kernel died", isGone: true }).help, "The kernel died: this is the last picture.");
});
