import assert from "node:assert/strict";
import { test } from "node:test";

import { reportShown, trackPress } from "../../../../../webrun_nb/notebook/widgets/static/press.js";
import { FakeModel } from "./fake_model.js";

const withTimers = (name, run) => test(name, (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  run(context.mock.timers);
});

withTimers("a command is sent again, with the same id, where nothing answers", (timers) => {
  const model = new FakeModel();
  const press = trackPress(model, () => {});
  press.start("stop");
  timers.tick(10_000);
  assert.equal(model.sent.length, 2);
  assert.deepEqual(model.sent[0], model.sent[1]);
});

withTimers("a command that is answered is sent once", (timers) => {
  const model = new FakeModel();
  const press = trackPress(model, () => {});
  press.start("stop");
  press.settle({ id: model.sent[0].id, command: "stop", state: "sent" });
  timers.tick(10_000);
  assert.deepEqual([model.sent.length, press.command, press.isUnanswered], [1, null, false]);
});

withTimers("after a second without an answer the press is late", (timers) => {
  let changes = 0;
  const press = trackPress(new FakeModel(), () => { changes += 1; });
  press.start("stop");
  timers.tick(999);
  assert.equal(press.isUnanswered, false);
  timers.tick(1);
  assert.deepEqual([press.isUnanswered, changes], [true, 2]);
});

withTimers("an answer is sent once and not kept: it may be a password", (timers) => {
  const model = new FakeModel();
  const press = trackPress(model, () => {});
  press.start("answer", { taskId: "t1", question: "q1", text: "pa55-word" });
  timers.tick(10_000);
  assert.equal(model.sent.length, 1);
  const [{ type, text }] = model.sent;
  assert.deepEqual([type, text], ["answer", "pa55-word"]);
  assert.equal(JSON.stringify(press).includes("pa55-word"), false);
});

withTimers("the same click on another page settles this one; an older one does not", () => {
  const press = trackPress(new FakeModel(), () => {});
  press.start("stop");
  press.settle({ id: "elsewhere", command: "stop", state: "done" });
  assert.equal(press.command, "stop");
  press.settle(null);
  assert.equal(press.command, "stop");
  press.settle({ id: "elsewhere", command: "stop", state: "sent" });
  assert.equal(press.command, null);
});

withTimers("that a form is shown is reported until the kernel knows it", (timers) => {
  const model = new FakeModel();
  const question = { id: "q1", taskId: "t1", shown: false };
  const { report } = reportShown(model, () => question);
  report("q1");
  timers.tick(200);
  timers.tick(400);
  assert.deepEqual(model.sent, Array(3).fill({ type: "shown", taskId: "t1", question: "q1" }));
  question.shown = true;
  timers.tick(60_000);
  assert.equal(model.sent.length, 3);
});

withTimers("a form whose question has gone is not reported", (timers) => {
  const model = new FakeModel();
  let question = { id: "q1", taskId: "t1", shown: false };
  const { report } = reportShown(model, () => question);
  report("q1");
  question = { id: "q2", taskId: "t1", shown: false };
  timers.tick(60_000);
  assert.equal(model.sent.length, 1);
});
