/* `%webrun view`: the live view alone. */

import { dataElement, element } from "./dom.js";
import { kernelView } from "./live_view.js";

function render({ model, el }) {
  const box = element("section", "webrun-card webrun-view", el);
  box.setAttribute("aria-label", `Live view of session ${model.get("name")}`);
  const head = element("div", "webrun-view-head", box);
  dataElement("webrun-view-name", head).textContent = model.get("name");
  const view = kernelView(model, box);
  return () => view.stop();
}

export default { render };
