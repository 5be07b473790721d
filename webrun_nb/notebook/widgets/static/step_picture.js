/* The picture of a step, in a row of its own that a button unfolds. It is asked for when it is first unfolded. */

import { element, put, uniqueId } from "./dom.js";

const WIDTH_PX = 320;
const HEIGHT_PX = 188;

/* Adds the button to `cell`. Returns the row to put below the step's, and what shows the picture that has come. */
export function stepPicture(cell, step, columns, ask) {
  const { button, row, place, note } = build(cell, step, columns);
  let canvas = null;
  let isWanted = false;
  button.addEventListener("click", () => {
    row.hidden = !row.hidden;
    button.setAttribute("aria-expanded", String(!row.hidden));
    if (row.hidden || canvas) return;
    put(note, "Asking for the picture…");
    isWanted = true;
    ask();
  });
  const show = async (problem, bytes) => {
    if (!isWanted) return; // another page of this card has asked
    isWanted = false;
    put(note, problem);
    if (!bytes) return;
    try {
      const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      canvas = element("canvas", "", place);
      canvas.width = WIDTH_PX;
      canvas.height = HEIGHT_PX;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `The page right after step ${step.number}`);
      canvas.getContext("2d").drawImage(image, 0, 0, WIDTH_PX, HEIGHT_PX);
      image.close();
      row.scrollIntoView({ block: "nearest" });
    } catch {
      put(note, "The picture can't be shown");
    }
  };
  return { row, show };
}

function build(cell, step, columns) {
  const button = element("button", "webrun-button", cell);
  button.type = "button";
  button.textContent = "Picture";
  button.setAttribute("aria-label", `Picture of step ${step.number}`);
  const row = element("tr", "webrun-step-picture");
  row.id = uniqueId();
  row.hidden = true;
  const place = element("td", "", row);
  place.colSpan = columns;
  const note = element("div", "webrun-note", place);
  note.setAttribute("role", "status");
  button.setAttribute("aria-controls", row.id);
  button.setAttribute("aria-expanded", "false");
  return { button, row, place, note };
}
