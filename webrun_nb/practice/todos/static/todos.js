// Keeps the list in localStorage and draws it anew after every change.
const KEY = "daybook";
const field = document.querySelector(".new");
const list = document.querySelector(".entries");
const below = document.querySelector(".below");
const left = document.querySelector(".left");
const clear = document.querySelector(".clear");
const views = [...document.querySelectorAll(".views a")];
const FITS = { "": () => true, "#/": () => true, "#/open": (entry) => !entry.done, "#/done": (entry) => entry.done };

let entries = JSON.parse(localStorage.getItem(KEY) ?? "[]");

function changed() {
  localStorage.setItem(KEY, JSON.stringify(entries));
  draw();
}

function draw() {
  const fits = FITS[location.hash] ?? FITS[""];
  list.replaceChildren(...entries.filter(fits).map(drawn));
  const open = entries.filter((entry) => !entry.done).length;
  left.textContent = `${open} ${open === 1 ? "task" : "tasks"} left`;
  below.hidden = entries.length === 0;
  clear.hidden = open === entries.length;
  for (const view of views) {
    if (view.hash === (location.hash || "#/")) view.setAttribute("aria-current", "page");
    else view.removeAttribute("aria-current");
  }
}

function drawn(entry) {
  const item = document.createElement("li");
  item.classList.toggle("done", entry.done);

  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = entry.done;
  box.setAttribute("aria-label", entry.text);
  box.addEventListener("change", () => { entry.done = box.checked; changed(); });

  const text = document.createElement("span");
  text.textContent = entry.text;
  text.addEventListener("dblclick", () => edit(entry, text));

  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet";
  remove.textContent = "Remove";
  remove.setAttribute("aria-label", `Remove ${entry.text}`);
  remove.addEventListener("click", () => { entries = entries.filter((other) => other !== entry); changed(); });

  item.append(box, text, remove);
  return item;
}

function edit(entry, text) {
  const input = document.createElement("input");
  input.className = "edit";
  input.value = entry.text;
  input.setAttribute("aria-label", "Edit");
  let ended = false;
  const end = (keep) => {
    if (ended) return;
    ended = true;
    const said = input.value.trim();
    if (keep && said) entry.text = said;
    else if (keep) entries = entries.filter((other) => other !== entry);
    changed();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  input.addEventListener("blur", () => end(true));
  text.replaceWith(input);
  input.focus();
}

field.addEventListener("keydown", (event) => {
  const said = field.value.trim();
  if (event.key !== "Enter" || !said) return;
  entries.push({ text: said, done: false });
  field.value = "";
  changed();
});
clear.addEventListener("click", () => { entries = entries.filter((entry) => !entry.done); changed(); });
addEventListener("hashchange", draw);
draw();
