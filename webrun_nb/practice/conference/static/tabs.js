// Turns links to the days into tabs that show one day at a time. Without scripts all days are shown, one below the other.
const list = document.querySelector(".tabs");
const days = [...document.querySelectorAll(".day")];

const tabs = [...list.querySelectorAll("a")].map((link, index) => {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.textContent = link.textContent;
  tab.id = `tab-${index + 1}`;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", days[index].id);
  tab.addEventListener("click", () => select(index));
  link.replaceWith(tab);
  days[index].setAttribute("role", "tabpanel");
  days[index].setAttribute("aria-labelledby", tab.id);
  return tab;
});

function select(chosen) {
  tabs.forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(index === chosen));
    tab.tabIndex = index === chosen ? 0 : -1;
    days[index].hidden = index !== chosen;
  });
}

list.setAttribute("role", "tablist");
list.setAttribute("aria-label", "Days");
list.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
  select(next);
  tabs[next].focus();
});
select(0);
