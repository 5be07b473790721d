// Adds the sightings of the next page to the list whenever its end comes near the view, and moves the link to the page
// after it. After a failed request the link still leads on.
const list = document.querySelector(".results");
const next = document.getElementById("next");
let page = Number(list.dataset.page);

const watcher = new IntersectionObserver(async ([end]) => {
  if (!end.isIntersecting) return;
  watcher.disconnect();
  list.ariaBusy = "true";
  const answer = await fetch(`/sightings?page=${page + 1}`);
  list.ariaBusy = "false";
  if (!answer.ok) return;
  list.insertAdjacentHTML("beforeend", await answer.text());
  page += 1;
  next.href = `/?page=${page + 1}`;
  watcher.observe(next); // reports at once if the link is still near the view
}, { rootMargin: "300px" });
watcher.observe(next);
