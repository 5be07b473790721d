/* The end of the kernel behind a widget. A restart ends the widget's comm; where a kernel is shut down or dies, the
   front end lets the comm live, and only the kernel's connection tells. */

const ENDED = new Set(["autorestarting", "terminating", "dead"]);

/* Calls `lost` when the kernel is gone, as often as that is said; returns what ends the watch. */
function watchKernel(model, lost) {
  const kernel = model.widget_manager?.kernel ?? null; // front ends other than JupyterLab's may have none to watch
  const onStatus = (_, status) => { if (ENDED.has(status)) lost(); };
  const onDisposed = () => lost();
  model.on("comm_live_update", lost);
  kernel?.statusChanged?.connect(onStatus);
  kernel?.disposed?.connect(onDisposed);
  return () => {
    model.off("comm_live_update", lost);
    kernel?.statusChanged?.disconnect(onStatus);
    kernel?.disposed?.disconnect(onDisposed);
  };
}
