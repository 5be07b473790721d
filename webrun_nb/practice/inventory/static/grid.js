// A virtualised grid: a few row elements, used again for whichever rows are in view.
const ROW_PX = 36;
const BEYOND = 3; // rows above and below the view that have elements as well
const COLUMNS = 6;

const grid = document.querySelector(".grid");
const body = grid.querySelector(".rows");
const count = Number(grid.dataset.count);
const chunk = Number(grid.dataset.chunk);
const chunks = new Map(); // the rows of each chunk, or null while they are being fetched
const elements = [];

body.style.height = `${count * ROW_PX}px`;

function makeRow() {
  const row = document.createElement("div");
  row.className = "row";
  row.setAttribute("role", "row");
  for (let column = 1; column <= COLUMNS; column++) {
    const cell = document.createElement("div");
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-colindex", column);
    row.append(cell);
  }
  body.append(row);
  return row;
}

function textsOf(index) {
  const number = Math.floor(index / chunk);
  if (!chunks.has(number)) fetchChunk(number);
  return chunks.get(number)?.[index % chunk];
}

async function fetchChunk(number) {
  chunks.set(number, null);
  try {
    const answer = await fetch(`/parts.json?from=${number * chunk}`);
    chunks.set(number, await answer.json());
  } catch {
    chunks.delete(number); // asked for again when the grid is next scrolled
    return;
  }
  draw();
}

function draw() {
  const first = Math.max(0, Math.floor(grid.scrollTop / ROW_PX) - BEYOND);
  const last = Math.min(count, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW_PX) + BEYOND);
  while (elements.length < last - first) elements.push(makeRow());
  let isWhole = true;
  elements.forEach((row, place) => {
    const index = first + ((place - first) % elements.length + elements.length) % elements.length;
    row.hidden = index >= last;
    if (row.hidden) return;
    const texts = textsOf(index);
    isWhole &&= Boolean(texts);
    row.style.top = `${index * ROW_PX}px`;
    row.setAttribute("aria-rowindex", index + 2);
    [...row.children].forEach((cell, column) => (cell.textContent = texts?.[column] ?? ""));
  });
  grid.setAttribute("aria-busy", String(!isWhole));
}

grid.addEventListener("scroll", () => requestAnimationFrame(draw));
new ResizeObserver(draw).observe(grid);
