/* The end of the kernel behind a widget. A restart ends the widget's comm; where a kernel is shut down or dies, the
   front end lets the comm live, and only the kernel's connection tells. */

const ENDED = { restarting: "was restarted", autorestarting: "was restarted", terminating: "was shut down", dead: "died" };

/* Calls `lost` with what became of the kernel when it is gone, as often as that is said; returns what ends the watch.
   The first word counts. */
function watchKernel(model, lost) {
  const kernel = model.widget_manager?.kernel ?? null; // front ends other than JupyterLab's may have none to watch
  let end = null;
  const lose = () => lost(end ?? "is gone");
  const onStatus = (_, status) => {
    if (!(status in ENDED)) return;
    end ??= ENDED[status];
    lose();
  };
  const onDisposed = lose;
  model.on("comm_live_update", lose);
  kernel?.statusChanged?.connect(onStatus);
  kernel?.disposed?.connect(onDisposed);
  return () => {
    model.off("comm_live_update", lose);
    kernel?.statusChanged?.disconnect(onStatus);
    kernel?.disposed?.disconnect(onDisposed);
  };
}
