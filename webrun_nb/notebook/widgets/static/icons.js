/* The icon of a session's or a job's state, drawn in a 12×12 box. Python names the shape; every state has its own. */

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  dot: { d: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9", filled: true },
  ring: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8" },
  dashes: { d: "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8", dashed: true },
  bars: { d: "M3.8 2v8M8.2 2v8" },
  question: { d: "M6 1L11 6L6 11L1 6Z M6 3.8v2.6M6 8v.3" },
  hand: { d: "M2.5 2L9.5 6.2L6.2 7L4.6 10Z", filled: true },
  halted: { d: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M4.8 4.8h2.4v2.4h-2.4z" },
  square: { d: "M2.5 2.5h7v7h-7z" },
  check: { d: "M1.8 6.4L4.8 9.2L10.2 3" },
  cross: { d: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5" },
};

/* Adds an icon; returns what changes its shape. */
export function stateIcon(parent) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", "webrun-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  svg.append(path);
  parent.append(svg);
  return (name) => {
    const shape = SHAPES[name];
    if (svg.dataset.shape === name) return;
    svg.dataset.shape = name;
    path.setAttribute("d", shape.d);
    path.setAttribute("fill", shape.filled ? "currentColor" : "none");
    path.setAttribute("stroke-dasharray", shape.dashed ? "2.2 2" : "none");
    path.setAttribute("stroke-linecap", shape.dashed ? "butt" : "round");
  };
}
