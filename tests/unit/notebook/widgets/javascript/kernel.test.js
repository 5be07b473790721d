import assert from "node:assert/strict";
import { test } from "node:test";

import { followState, kernelLostText, watchKernel, withoutKernel } from "../../../../../webrun_nb/notebook/widgets/static/kernel.js";
import { FakeModel } from "./fake_model.js";

const kernelOf = (model) => model.widget_manager.kernel;

test("the first report of the kernel's end counts", () => {
  const model = new FakeModel();
  const said = [];
  watchKernel(model, (what) => said.push(what));
  kernelOf(model).statusChanged.emit(null, "busy");
  kernelOf(model).statusChanged.emit(null, "restarting");
  kernelOf(model).statusChanged.emit(null, "dead");
  model.emit("comm_live_update");
  assert.deepEqual(said, ["was restarted", "was restarted", "was restarted"]);
});

test("a kernel that went without a word is gone", () => {
  const model = new FakeModel();
  const said = [];
  watchKernel(model, (what) => said.push(what));
  kernelOf(model).disposed.emit();
  assert.deepEqual(said, ["is gone"]);
});

test("nothing is watched any more once the watch has ended", () => {
  const model = new FakeModel();
  const stop = watchKernel(model, () => assert.fail("it was ended"));
  stop();
  model.emit("comm_live_update");
  kernelOf(model).statusChanged.emit(null, "dead");
  kernelOf(model).disposed.emit();
});

test("a front end that tells nothing of its kernel is watched through the widget alone", () => {
  const model = new FakeModel();
  model.widget_manager = undefined;
  const said = [];
  watchKernel(model, (what) => said.push(what));
  model.emit("comm_live_update");
  assert.deepEqual(said, ["is gone"]);
});

test("time stands still once the kernel is gone, until Python sends a state again", (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const model = new FakeModel({ state: {} });
  let changes = 0;
  const state = followState(model, "state", () => { changes += 1; });
  context.mock.timers.tick(3000);
  kernelOf(model).statusChanged.emit(null, "dead");
  context.mock.timers.tick(4000);
  assert.deepEqual([state.kernelLost, state.elapsedMs(), changes], ["died", 3000, 1]);
  model.set("state", {});
  context.mock.timers.tick(500);
  assert.deepEqual([state.kernelLost, state.elapsedMs(), changes], [null, 500, 2]);
});

test("without its kernel a state has the changes that Python has sent for that case", () => {
  const state = { label: "active · idle", name: "demo", withoutKernel: { text: ": session demo ended with it.", changes: { label: "ended" } } };
  assert.equal(withoutKernel(state).label, "ended");
  assert.equal(withoutKernel(state).name, "demo");
  assert.equal(kernelLostText(state, "died"), "The kernel died: session demo ended with it.");
});
