/* The end of the kernel behind a widget, and the state of a widget with and without its kernel. */

import { elapsedSince } from "./extrapolation.js";

const ENDINGS = { restarting: "was restarted", autorestarting: "was restarted", terminating: "was shut down", dead: "died" };

/* Calls `lost` with what became of the kernel when it is gone, as often as that is reported; returns what ends the
   watch. The first report counts. A restart ends the widget's comm; where a kernel is shut down or dies, the front end
   lets the comm live, and only the kernel's connection reports it. */
export function watchKernel(model, lost) {
  const kernel = model.widget_manager?.kernel ?? null; // front ends other than JupyterLab's may have none to watch
  let ending = null;
  const lose = () => lost(ending ?? "is gone");
  const onStatus = (_, status) => {
    if (!(status in ENDINGS)) return;
    ending ??= ENDINGS[status];
    lose();
  };
  model.on("comm_live_update", lose);
  kernel?.statusChanged?.connect(onStatus);
  kernel?.disposed?.connect(lose);
  return () => {
    model.off("comm_live_update", lose);
    kernel?.statusChanged?.disconnect(onStatus);
    kernel?.disposed?.disconnect(lose);
  };
}

/* Follows the trait `name` of a model; `changed` is called when it, or the kernel, has changed. Once the kernel is gone,
   time stands still, and `kernelLost` says what became of it. */
export function followState(model, name, changed) {
  let lost = null;
  const onChange = () => {
    lost = null;
    elapsedSince(model.get(name));
    changed();
  };
  const onLost = (what) => {
    lost = { what, atMs: lost?.atMs ?? Date.now() };
    changed();
  };
  model.on(`change:${name}`, onChange);
  const stopWatching = watchKernel(model, onLost);
  elapsedSince(model.get(name));
  return {
    get value() { return model.get(name); },
    get kernelLost() { return lost?.what ?? null; },
    elapsedMs: () => elapsedSince(model.get(name), lost?.atMs),
    stop() {
      model.off(`change:${name}`, onChange);
      stopWatching();
    },
  };
}

/* Returns the state to show once the kernel is gone: Python has sent what then changes in it. */
export const withoutKernel = (state) => ({ ...state, ...state.withoutKernel.changes });

/* Returns the sentence for it; `what` is what became of the kernel. */
export const kernelLostText = (state, what) => `The kernel ${what}${state.withoutKernel.text}`;
