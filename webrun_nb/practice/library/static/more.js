// Adds further results to the list. After the last ones that can be had, the button goes away.
const list = document.querySelector(".results");
const button = document.getElementById("more");
const limit = Number(list.dataset.limit);

button.addEventListener("click", async () => {
  button.disabled = true;
  const answer = await fetch(`/more?from=${list.children.length}`);
  if (answer.ok) list.insertAdjacentHTML("beforeend", await answer.text());
  document.getElementById("said").textContent = `${list.children.length} results are shown.`;
  button.disabled = false;
  button.hidden = list.children.length >= limit;
});
