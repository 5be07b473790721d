"""Tests of the skills that work controls, on small pages in a real browser: each way, and what a control refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from integration.conftest import Site

from helpers.chromium import FakeListener
from helpers.skill_runner import element_named, run_skill
from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import Condition, Style, Target
from webrun_nb.agents.local.skills.choices import choose_options
from webrun_nb.agents.local.skills.comboboxes import choose_suggestion, wish_for
from webrun_nb.agents.local.skills.dragging import drag_along, drag_beside, drag_onto, drag_to_end
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.menus import follow_path, search_closed, set_open
from webrun_nb.agents.local.skills.styles import set_style
from webrun_nb.browsers.actions import Navigate
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def pages() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(browsers) -> AsyncIterator[BrowserInstance]:
    instance = await browsers.open("context", FakeListener())
    yield instance
    await instance.close()


@pytest.fixture
def on(browser, pages):
    """A function that opens a page and runs a skill on the element of a name: `skill(task, element)`."""

    async def on(body: str, name: str, skill, **options):
        await browser.perform(Navigate(pages.page("/", f"<!doctype html><body>{body}")))

        def steps(task):
            seen = yield from task.look()
            return (yield from skill(task, element_named(seen, name) if name else None))

        return await run_skill(browser, steps, **options)

    return on


def entering(value: str, **options):
    return lambda task, element: enter(task, element, value, f"enter {value}", **options)


# --- fields -----------------------------------------------------------------------------------------------------------

SWITCH = """<div role=switch aria-label=F aria-checked=false tabindex=0
  onclick="this.ariaChecked = this.ariaChecked === 'true' ? 'false' : 'true'">.</div>"""
MASKED = """<input aria-label=F oninput="const d = this.value.replace(/\\D/g, '');
  this.value = d.slice(0, 3) + '-' + d.slice(3)">"""
KEYS_ONLY = """<input aria-label=F oninput="if (!this.keyed) this.value = ''; this.keyed = false"
  onkeydown="this.keyed = true">"""


@pytest.mark.parametrize(
    ("body", "value", "shown"),
    [
        ("<input aria-label=F value=old>", "new text", "new text"),
        ("<textarea aria-label=F></textarea>", "two\nlines", "two\nlines"),
        ("<div contenteditable=true aria-label=F>old</div>", "new", "new"),
        (MASKED, "55501099", "555-01099"),
        (KEYS_ONLY, "ab", "ab"),
        ("<input aria-label=F placeholder=dd.mm.yyyy>", "March 5, 2011", "05.03.2011"),
        ("<input type=number aria-label=F>", "1,250", "1250"),
        ("<input type=date aria-label=F>", "5 March 2011", "2011-03-05"),
        ("<input type=time aria-label=F>", "7:32 PM", "19:32"),
        ("<input type=month aria-label=F>", "March 2011", "2011-03"),
        ("<input type=color aria-label=F>", "orange", "#ffa500"),
        ("<input type=range aria-label=F min=-10 max=60>", "-7", "-7"),
        ("<select aria-label=F><option>Low<option>High</select>", "high", "High"),
    ],
)
async def test_a_control_holds_a_value(on, body, value, shown):
    assert (await on(body, "F", entering(value))).value("F") == shown


@pytest.mark.parametrize("body", ["<input type=checkbox aria-label=F>", "<input type=radio aria-label=F>", SWITCH])
async def test_what_is_ticked_stays_ticked(on, body):
    run = await on(body, "F", entering("yes"))
    assert element_named(run.page, "F").checked is True
    assert len(run.actions) == 1


async def test_text_is_added_to_a_field(on):
    assert (await on("<input aria-label=F value=old>", "F", entering(" and new", adds=True))).value(
        "F"
    ) == "old and new"


async def test_the_order_of_day_and_month_that_is_assumed_is_said(on):
    run = await on("<input type=date aria-label=F>", "F", entering("03/05/2011"))
    assert run.value("F") == "2011-03-05"
    assert run.notes == ['"03/05/2011" is read as month/day/year: 2011-03-05.']


@pytest.mark.parametrize(
    ("body", "value", "said"),
    [
        ("<input aria-label=F maxlength=3>", "abcdef", '"F" shows "abc" instead of "abcdef"'),
        ("<input aria-label=F oninput='this.value = \"\"'>", "abc", '"F" stays empty instead of "abc"'),
        ("<input type=date aria-label=F max=2010-12-31>", "5 March 2011", "goes from … to 2010-12-31"),
        ("<input type=date aria-label=F>", "soon", '"F" takes a date, and "soon" is none'),
        ("<input type=range aria-label=F min=0 max=10>", "11", '"F" goes from 0 to 10, and 11 is not in between'),
        ("<select aria-label=F><option>Low<option>High</select>", "Medium", 'no option "Medium"; it has "Low", "High"'),
        ("<input type=checkbox aria-label=F onclick='return false'>", "yes", '"F" stays unticked'),
        ("<input type=radio checked aria-label=F>", "no", "it is left by choosing another one"),
    ],
)
async def test_what_a_control_does_not_take_is_said(on, body, value, said):
    with pytest.raises(AgentError) as failure:
        await on(body, "F", entering(value))
    assert said in failure.value.message


# --- sliders and spinners ---------------------------------------------------------------------------------------------

ARIA_SLIDER = """<div role=slider aria-label=F tabindex=0 aria-valuenow=20 aria-valuemin=0 aria-valuemax=100 onkeydown="
  const by = {ArrowRight: 5, ArrowLeft: -5}[event.key] || 0;
  this.ariaValueNow = Math.min(100, Math.max(0, +this.ariaValueNow + by))">.</div>"""
DRAWN_SLIDER = """<p>Volume: <b id=v>0</b></p><div style='width:200px;height:20px;background:#ccc;position:relative'>
  <span class=slider-knob id=F style='position:absolute;left:0;width:20px;height:20px;background:#333;cursor:pointer'>
  </span></div><script>const k = document.getElementById("F");
  k.onpointerdown = down => { const from = k.offsetLeft; k.setPointerCapture(down.pointerId);
    k.onpointermove = at => { const x = Math.min(180, Math.max(0, from + at.clientX - down.clientX));
      k.style.left = x + "px"; v.textContent = Math.round(x / 1.8); };
    k.onpointerup = () => k.onpointermove = null; };</script>"""
BUTTONS = """<div><button onclick='n.value--'>−</button><input id=n aria-label=F role=spinbutton readonly value=2>
  <button onclick='n.value++'>+</button></div>"""


async def test_a_slider_is_moved_by_keys(on):
    assert (await on(ARIA_SLIDER, "F", entering("75"))).value("F") == "75"


async def test_a_slider_that_is_only_drawn_is_dragged_to_the_number_that_it_shows(on):
    assert "Volume: 70" in (await on(DRAWN_SLIDER, "F", entering("70"))).page.text


async def test_a_slider_that_cannot_show_a_number_says_where_it_stays(on):
    with pytest.raises(AgentError, match="stays at 75"):
        await on(ARIA_SLIDER, "F", entering("77"))


async def test_a_spinner_is_counted_up_by_its_buttons(on):
    assert (await on(BUTTONS, "F", entering("6"))).value("F") == "6"


# --- suggestions ------------------------------------------------------------------------------------------------------

LATE = """<input aria-label=F id=f role=combobox aria-autocomplete=list><ul id=list role=listbox></ul><p id=took></p>
  <script>
  const all = ["Senegal", "Serbia", "Seychelles", "Sweden"];
  f.onkeyup = () => setTimeout(() => {
    list.innerHTML = all.filter(name => name.toLowerCase().startsWith(f.value.toLowerCase()))
      .map(name => `<li role=option>${name}</li>`).join("");
  }, 200);
  list.onclick = event => { f.value = event.target.textContent; list.innerHTML = "";
    took.textContent = "took " + f.value; };
  </script>"""
DROPDOWN = """<div role=combobox aria-label=F tabindex=0 aria-expanded=false id=f>Small</div><div id=menu hidden>
  <div role=option>Small</div><div role=option>Medium</div><div role=option>Large</div></div><script>
  f.onclick = () => menu.hidden = !menu.hidden;
  menu.onclick = event => { f.textContent = event.target.textContent; menu.hidden = true; };</script>"""


async def test_a_suggestion_that_comes_late_is_picked(on):
    run = await on(LATE, "F", entering("serbia"))
    assert "took Serbia" in run.page.text


async def test_a_suggestion_that_fits_conditions_is_picked(on):
    wish = wish_for("an item", [Condition("", "starts", "Se"), Condition("", "ends", "s")])
    run = await on(LATE, "F", lambda task, e: choose_suggestion(task, e, wish, "pick", free=False))
    assert (run.result, "took Seychelles" in run.page.text) == ("Seychelles", True)


async def test_what_is_not_suggested_is_not_picked(on):
    wish = wish_for("one that ends with q", [Condition("", "starts", "Se"), Condition("", "ends", "q")])
    with pytest.raises(AgentError, match='offers nothing like "one that ends with q"; it offers "Senegal"'):
        await on(LATE, "F", lambda task, e: choose_suggestion(task, e, wish, "pick", free=False))


async def test_a_list_of_other_elements_opens_and_takes_the_option(on):
    assert element_named((await on(DROPDOWN, "F", entering("Large"))).page, "F").text == "Large"


async def test_several_options_of_a_native_list_are_chosen(on):
    body = "<select multiple aria-label=F><option selected>a<option>b<option>c</select>"
    run = await on(body, "F", lambda task, e: choose_options(task, e, ("b", "c"), "choose"))
    assert element_named(run.page, "F").selected_options == ("b", "c")


# --- calendars --------------------------------------------------------------------------------------------------------

CALENDAR = """<input aria-label=F id=f readonly><div id=c hidden style='position:absolute;background:#eee'>
  <a title=Prev onclick='turn(-1)'>‹</a> <span id=m></span> <a title=Next onclick='turn(1)'>›</a>
  <table><tbody id=t></tbody></table></div><script>
  let y = 2016, n = 11;
  const draw = () => {
    m.textContent = new Date(y, n, 1).toLocaleString("en", {month: "long"}) + " " + y;
    const first = new Date(y, n, 1).getDay(), days = new Date(y, n + 1, 0).getDate();
    const cells = Array.from({length: 42}, (_, i) => i - first + 1).map(d => {
      const shown = d < 1 ? 30 + d : d > days ? d - days : d;
      return d < 1 || d > days ? `<td>${shown}</td>` : `<td><a href="#" onclick="took(${d})">${d}</a></td>`; });
    t.innerHTML = [0, 1, 2, 3, 4, 5].map(r => `<tr>${cells.slice(r * 7, r * 7 + 7).join("")}</tr>`).join("");
  };
  const turn = by => { n += by; if (n < 0) { n = 11; y--; } if (n > 11) { n = 0; y++; } draw(); };
  const took = d => { f.value = `${n + 1}/${d}/${y}`; c.hidden = true; };
  f.onfocus = () => { c.hidden = false; draw(); };</script>"""


@pytest.mark.parametrize(("day", "shown"), [("30 October 2016", "10/30/2016"), ("01/02/2017", "1/2/2017")])
async def test_a_day_is_chosen_in_the_calendar_of_a_field(on, day, shown):
    assert (await on(CALENDAR, "F", entering(day))).value("F") == shown


async def test_a_field_without_a_calendar_says_so(on):
    with pytest.raises(AgentError, match="cannot be typed into, and opens no calendar"):
        await on("<input aria-label=F readonly>", "F", entering("5 March 2011"))


# --- what opens -------------------------------------------------------------------------------------------------------

MENU = """<style>li ul{display:none} li:hover>ul{display:block}</style><ul role=menubar><li role=menuitem>File<ul>
  <li role=menuitem>New</li><li role=menuitem>Save as<ul><li role=menuitem onclick='log.textContent = "saved"'>PDF</li>
  </ul></li></ul></li><li role=menuitem>Edit</li></ul><p id=log></p>"""
SECTIONS = """<script>const flip = b => { const open = b.ariaExpanded !== "true"; b.ariaExpanded = open;
  b.nextElementSibling.hidden = !open; };</script>
  <button aria-expanded=false onclick='flip(this)'>One</button><p hidden>first</p>
  <button aria-expanded=false onclick='flip(this)'>Two</button><p hidden>second <a href='#'>Inner link</a></p>"""


async def test_a_menu_is_followed_by_its_path(on):
    run = await on(MENU, "", lambda task, _: follow_path(task, ["File", "Save as", "PDF"], "save"))
    assert "saved" in run.page.text


async def test_a_level_that_is_not_there_is_said_with_those_that_are(on):
    with pytest.raises(AgentError, match=r'there is no "Print" in the menu; it has .*"New"'):
        await on(MENU, "", lambda task, _: follow_path(task, ["File", "Print"], "print"))


async def test_a_section_is_opened_and_closed_once(on):
    run = await on(SECTIONS, "One", lambda task, e: set_open(task, e, True, "open One"))
    assert (element_named(run.page, "One").expanded, len(run.actions)) == (True, 1)
    again = await on(SECTIONS, "One", lambda task, e: set_open(task, e, False, "close One"))
    assert again.actions == []


async def test_closed_sections_are_searched(on):
    def inner(seen):
        return next((e for e in seen.elements if e.name == "Inner link"), None)

    run = await on(SECTIONS, "", lambda task, _: search_closed(task, inner, "find it"))
    assert run.result.name == "Inner link"


EDITOR = """<div><span id=arrow style='cursor:pointer;display:inline-block;width:20px;height:20px'>▾</span>
  <div id=colours hidden><span style='background:red' onclick='paint("red")'></span>
  <span style='background:green' onclick='paint("green")'></span></div></div>
  <div id=text contenteditable=true>Some text to paint</div><button>Send green</button><p id=log></p>
  <style>#colours span{display:inline-block;width:20px;height:20px;cursor:pointer}</style><script>
  document.onmousedown = event => event.target === document.getElementById("text") || event.preventDefault();
  arrow.onclick = () => colours.hidden = false;
  const paint = c => { log.textContent = `${getSelection()} is ${c}`; colours.hidden = true; };</script>"""


async def test_a_colour_is_chosen_from_what_the_editor_opens(on):
    style = Style("make it green", Target(words="text"), "green")
    assert "text is green" in (await on(EDITOR, "", lambda task, _: set_style(task, style))).page.text


# --- dragging ---------------------------------------------------------------------------------------------------------

SORTED = """<ul id=l>{}</ul><script>
  let held; for (const li of l.children) {{ li.draggable = true; li.ondragstart = () => held = li;
    li.ondragover = event => {{ event.preventDefault(); const box = li.getBoundingClientRect();
      const late = l.matches(".row") ? event.clientX > box.x + box.width / 2 : event.clientY > box.y + box.height / 2;
      if (li !== held) li[late ? "after" : "before"](held); }}; }}</script>"""
LIST = SORTED.format("".join(f"<li>{name}</li>" for name in ("Ash", "Birch", "Cedar", "Date")))
BINS = """<div draggable=true role=button aria-label=Card id=card style='width:60px'>card</div>
  <div aria-label=Bin role=button style='width:90px;height:60px' ondragover='event.preventDefault()'
  ondrop='this.append(card)'>bin</div><div role=button aria-label=Wall>wall</div>"""


@pytest.mark.parametrize(
    ("name", "skill", "order"),
    [
        ("Ash", lambda t, e, other: drag_beside(t, e, other("Cedar"), "after", "d"), "Birch Cedar Ash Date"),
        ("Date", lambda t, e, other: drag_beside(t, e, other("Ash"), "before", "d"), "Date Ash Birch Cedar"),
        ("Birch", lambda t, e, other: drag_to_end(t, e, "last", "d"), "Ash Cedar Date Birch"),
        ("Cedar", lambda t, e, other: drag_along(t, e, "up", "d"), "Ash Cedar Birch Date"),
    ],
)
async def test_an_item_is_dragged_to_its_place_in_a_list(on, name, skill, order):
    run = await on(LIST, name, lambda task, e: skill(task, e, lambda other: element_named(task.seen, other)))
    assert run.page.text.split() == order.split()


async def test_a_drop_without_effect_is_said(on):
    dropped = await on(BINS, "Card", lambda task, e: drag_onto(task, e, element_named(task.seen, "Bin"), "drop it"))
    assert "bin\ncard" in dropped.page.text
    with pytest.raises(AgentError, match='"Card" was dragged onto "Wall", and nothing on the page changed'):
        await on(BINS, "Card", lambda task, e: drag_onto(task, e, element_named(task.seen, "Wall"), "drop it"))
