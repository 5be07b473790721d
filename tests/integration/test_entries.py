"""Tests of the local agent on the entries of lists and tables: adding, removing, renaming and changing them."""

from __future__ import annotations

import json

import pytest

from helpers.agent_runner import work
from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOMS_BEFORE = [["Attic", 2, "70", False], ["Cellar", 1, "30", False], ["Attic Studio", 3, "90", True]]
ERRANDS = """<title>Errands</title><style>li button {display: none} li:hover button {display: inline}</style>
<h1>Errands</h1><form id=add><input placeholder="What else?" aria-label="New errand"></form><ul id=list></ul>
<script>
let errands = ["Post the letter", "Fetch bread", "Ring Ida"];
const list = document.getElementById("list");
const show = () => {
  list.innerHTML = errands.map(text => `<li><input type=checkbox><span>${text}</span>
    <button class="icon-trash"></button></li>`).join("");
  document.title = errands.join("; ");
};
list.onclick = event => {
  if (event.target.tagName !== "BUTTON") return;
  errands.splice([...list.children].indexOf(event.target.parentNode), 1);
  show();
};
list.ondblclick = event => {
  if (event.target.tagName !== "SPAN") return;
  const at = [...list.children].indexOf(event.target.parentNode);
  event.target.outerHTML = `<input value="${errands[at]}">`;
  const field = list.children[at].children[1];
  field.focus();
  field.onkeydown = pressed => { if (pressed.key === "Enter") { errands[at] = field.value; show(); } };
};
document.getElementById("add").onsubmit = event => {
  event.preventDefault();
  errands.push(event.target[0].value);
  event.target.reset();
  show();
};
show();
</script>"""

ROOMS = """<title>Rooms</title><main><h1>Rooms</h1><a href="#" id=new>New room</a><table><thead><tr><th>Room<th>Beds
<th>Price<th></tr></thead><tbody id=rows></tbody></table><form id=form hidden><h2>Room</h2><label>Name <input></label>
<label>Beds <input type=number></label><label>Price per night <input></label>
<label><input type=checkbox> Has a balcony</label><button>Cancel and go back</button><button>Save</button></form>
<div id=ask hidden><p>Are you sure that this room goes?</p><button>Yes, delete it</button></div></main>
<script>
const $ = id => document.getElementById(id);
let rooms = [["Attic", 2, "70", false], ["Cellar", 1, "30", false], ["Attic Studio", 3, "90", true]], at = 0;
const show = () => {
  $("rows").innerHTML = rooms.map(([name, beds, price]) => `<tr><td>${name}<td>${beds}<td>${price}<td>
    <a href="#">Edit</a> <a href="#">Delete</a></tr>`).join("");
  document.title = JSON.stringify(rooms);
  $("form").hidden = $("ask").hidden = true;
};
const open_ = row => {
  at = row;
  const [name, beds, price, balcony] = rooms[row] || ["", "", "", false], form = $("form");
  [form[0].value, form[1].value, form[2].value, form[3].checked] = [name, beds, price, balcony];
  form.hidden = false;
};
$("new").onclick = () => open_(rooms.length);
$("rows").onclick = event => {
  const row = [...$("rows").children].indexOf(event.target.closest("tr"));
  if (event.target.textContent === "Edit") open_(row);
  if (event.target.textContent === "Delete") { at = row; $("ask").hidden = false; }
};
$("ask").onclick = event => { if (event.target.tagName === "BUTTON") { rooms.splice(at, 1); show(); } };
$("form").onsubmit = event => {
  event.preventDefault();
  const form = event.target;
  if (event.submitter.textContent === "Save") {
    rooms[at] = [form[0].value, +form[1].value, form[2].value, form[3].checked];
  }
  show();
};
show();
</script>"""


FILES = """<title>Files</title>
<div id=bar hidden><button>Duplicate</button><button>Rename</button><button>Delete</button></div>
<ul id=list></ul><div id=ask role=dialog hidden><p>Are you sure?</p><button>Cancel</button><button>Delete</button></div>
<script>
let names = ["alpha.txt", "beta.txt", "gamma.txt"];
const $ = id => document.getElementById(id), chosen = () => [...$("list").querySelectorAll(":checked")];
const show = () => {
  $("list").innerHTML = names.map(name =>
    `<li><input type=checkbox aria-label="Select ${name}"> <span>${name}</span> <small>2 kB</small></li>`).join("");
  document.title = names.join(" ");
  $("bar").hidden = $("ask").hidden = true;
};
const places = () => chosen().map(box => [...$("list").children].indexOf(box.parentNode));
$("list").onchange = () => { $("bar").hidden = !chosen().length; };
$("bar").onclick = event => {
  const said = event.target.textContent, [at] = places();
  if (said === "Duplicate") { names.push(`copy of ${names[at]}`); show(); }
  if (said === "Delete") $("ask").hidden = false;
  if (said === "Rename") {
    $("list").children[at].innerHTML = `<input value="${names[at]}">`;
    const field = $("list").children[at].firstChild;
    field.focus();
    field.onkeydown = pressed => { if (pressed.key === "Enter") { names[at] = field.value; show(); } };
  }
};
$("ask").onclick = event => {
  if (event.target.textContent === "Delete") names = names.filter((_, at) => !places().includes(at));
  if (event.target.tagName === "BUTTON") show();
};
show();
</script>"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Delete the file beta.txt.", "alpha.txt gamma.txt"),
        ("Select alpha.txt and gamma.txt and delete both.", "beta.txt"),
        ("Rename beta.txt to delta.txt", "alpha.txt delta.txt gamma.txt"),
        ("Duplicate beta.txt", "alpha.txt beta.txt gamma.txt copy of beta.txt"),
    ],
)
async def test_controls_that_show_for_what_is_selected(instance: BrowserInstance, site, text: str, names: str) -> None:
    await work(instance, TaskSpec(text, starting_url=site.page("/", FILES)))
    assert (await instance.observe()).title == names


@pytest.mark.parametrize(
    ("text", "errands"),
    [
        ('Add "Buy stamps" to the list.', "Post the letter; Fetch bread; Ring Ida; Buy stamps"),
        (
            "Add two errands: oil the gate and fix the bell",
            "Post the letter; Fetch bread; Ring Ida; oil the gate; fix the bell",
        ),
        ("Delete the errand Fetch bread.", "Post the letter; Ring Ida"),
        ("Rename Ring Ida to Visit Ida.", "Post the letter; Fetch bread; Visit Ida"),
        ("Delete everything on the list", ""),
        ("Tick Fetch bread and delete it", "Post the letter; Ring Ida"),
        ("Complete Fetch bread. Then remove all the completed errands.", "Post the letter; Ring Ida"),
    ],
)  # fmt: skip
async def test_a_list_that_is_worked_where_it_stands(instance: BrowserInstance, site, text: str, errands: str) -> None:
    await work(instance, TaskSpec(text, starting_url=site.page("/", ERRANDS)))
    assert (await instance.observe()).title == errands


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Add a room called Loft: 4 beds, price 120, has a balcony", lambda rooms: [*rooms, ["Loft", 4, "120", True]]),
        ("Delete the room Attic.", lambda rooms: rooms[1:]),
        ("Change the price of the Cellar to 35.", lambda rooms: [rooms[0], ["Cellar", 1, "35", False], rooms[2]]),
        ("Edit the room Cellar: set the beds to 2 and the price to 40, then save.",
         lambda rooms: [rooms[0], ["Cellar", 2, "40", False], rooms[2]]),
    ],
)  # fmt: skip
async def test_a_table_with_a_form(instance: BrowserInstance, site, text: str, change) -> None:
    await work(instance, TaskSpec(text, starting_url=site.page("/", ROOMS)))
    assert json.loads((await instance.observe()).title) == change(ROOMS_BEFORE)


async def test_days_are_compared_whatever_their_column_is_called(instance: BrowserInstance, site) -> None:
    rows = "".join(f"<tr><td>Bill {day}<td>2026-02-{day:02}</tr>" for day in range(1, 9))
    url = site.page("/", f"<title>Bills</title><table><tr><th>What<th>When</tr>{rows}</table>")
    worked = await work(
        instance, TaskSpec("Filter the bills from 2026-02-03 to 2026-02-05. Which ones are there?", starting_url=url)
    )
    assert [f"Bill {day}" in worked.answer.text for day in range(1, 9)] == [2 < day < 6 for day in range(1, 9)]


@pytest.mark.parametrize(
    "text",
    [
        "Delete the room Garret.",
        "Change the colour of the Cellar to red.",
        "List the rooms with price, then delete them.",
    ],
)
async def test_what_is_not_there_changes_nothing(instance: BrowserInstance, site, text: str) -> None:
    with pytest.raises(AgentError):
        await work(instance, TaskSpec(text, starting_url=site.page("/", ROOMS)))
    assert json.loads((await instance.observe()).title) == ROOMS_BEFORE
