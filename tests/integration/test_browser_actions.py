"""Tests of what an agent's actions do to elements of a page in a real browser: mouse, keys, selections, choices."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from integration.conftest import Site

from helpers.chromium import FakeListener
from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    Hover,
    Navigate,
    Press,
    Select,
    SelectText,
    Spot,
    Type,
)
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.common.codes import TaskFailureCode

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOG = "<p id=log></p><script>const say = text => { log.textContent += text + ' '; };</script>"


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


class Shown:
    """One page in the browser: its elements by name, and what it logs."""

    def __init__(self, browser: BrowserInstance, seen: Observation) -> None:
        self._browser, self._seen = browser, seen

    def __getitem__(self, name: str) -> int:
        return self.element(name).ref

    def element(self, name: str) -> Element:
        (found,) = (each for each in self._seen.all_elements if each.name == name)
        return found

    async def after(self, *actions: Action) -> str:
        """Perform actions and return the visible text of the page then."""
        for action in actions:
            await self._browser.perform(action)
        self._seen = await self._browser.observe()
        return " ".join(part.text for part in self._seen.parts)


@pytest.fixture
def show(browser, pages):
    async def show(body: str) -> Shown:
        await browser.perform(Navigate(pages.page("/", f"<!doctype html><body>{LOG}{body}")))
        return Shown(browser, await browser.observe())

    return show


BUTTON = """<button id=b>Go</button><script>
  for (const type of ["click", "dblclick", "contextmenu", "auxclick"]) b.addEventListener(type, event =>
    say([type, event.button, event.ctrlKey && "ctrl", event.shiftKey && "shift"].filter(x => x !== false).join("-")));
</script>"""


@pytest.mark.parametrize(
    ("click", "expected"),
    [
        ({"manner": "right-click"}, "contextmenu-2"),
        ({"manner": "middle-click"}, "auxclick-1"),
        ({"held": ("Control", "Shift")}, "click-0-ctrl-shift"),
    ],
)
async def test_an_element_is_clicked_in_other_ways(show, click, expected):
    page = await show(BUTTON)
    assert set(expected.split()) <= set((await page.after(Click(page["Go"], "Go", **click))).split())


async def test_a_point_of_an_element_is_clicked(show):
    page = await show("""<div style='height:3000px'></div><div role=button aria-label=Map id=m
      style='width:400px;height:200px;border:7px solid' onclick='say(`at ${event.offsetX} ${event.offsetY}`)'></div>""")
    text = await page.after(Click(page["Map"], "Map", at=Spot(0.25, 0.5)))
    x, y = (int(word) for word in text.split("at ")[1].split()[:2])
    assert (x, y) == (pytest.approx(0.25 * 414 - 7, abs=1), pytest.approx(100, abs=1))


async def test_what_is_at_a_point_is_what_a_policy_is_asked_about(show, browser):
    page = await show("""<div role=button aria-label=Card onclick=0 style='width:200px;height:50px'>
      <form action=/pay><button style='float:right'>Pay</button></form></div>""")
    card = page["Card"]
    inner = (await browser.hit_test(Click(card, "Card", at=Spot(0.95, 0.2)))).element
    outer = (await browser.hit_test(Click(card, "Card", at=Spot(0.1, 0.9)))).element
    assert (inner.submits, inner.name, outer.submits) == (True, "Pay", False)


@pytest.mark.parametrize(
    "style", ["opacity:0;position:absolute;width:1px;height:1px", "width:0;height:0;appearance:none"]
)
async def test_a_check_box_behind_its_label_is_clicked_by_the_label(show, style):
    page = await show(f"""<input type=checkbox id=c style='{style}' onchange='say("now " + this.checked)'>
      <label for=c style='position:relative;z-index:1'>Agree</label>""")
    assert "now true" in await page.after(Click(page["Agree"], "Agree"))


async def test_a_menu_opens_under_the_mouse(show):
    page = await show("""<style>ul{display:none} div:hover ul{display:block}</style>
      <div><button>File</button><ul><li>Print</ul></div>""")
    assert "Print" in await page.after(Hover(page["File"], "File"))


HTML5_DRAG = """<div draggable=true role=button aria-label=Card style='width:80px;height:30px'
    ondragstart='event.dataTransfer.setData("text/plain", "the card")'>card</div>
  <div style='height:900px'></div><div role=button aria-label=Bin style='width:80px;height:80px'
    ondragover='event.preventDefault()' ondrop='say("got " + event.dataTransfer.getData("text/plain"))'>bin</div>"""
POINTER_DRAG = """<div role=button aria-label=Knob id=k style='position:relative;width:20px;height:20px'>o</div><script>
  k.onpointerdown = down => {
    k.setPointerCapture(down.pointerId);
    let moves = 0;
    k.onpointermove = () => moves++;
    k.onpointerup = up => say(`moved ${up.clientX - down.clientX} ${up.clientY - down.clientY} ${moves > 4}`);
  };
</script>"""


async def test_an_element_is_dragged_onto_another_one_out_of_view(show):
    page = await show(HTML5_DRAG)
    assert "got the card" in await page.after(Drag(page["Card"], "Card", page["Bin"], "Bin"))


async def test_an_element_is_dragged_by_a_distance(show):
    page = await show(POINTER_DRAG)
    assert "moved 60 -5 true" in await page.after(Drag(page["Knob"], "Knob", by=(60, -5)))


async def test_what_is_dragged_to_has_to_be_there(show):
    page = await show(HTML5_DRAG)
    with pytest.raises(BrowserError) as failure:
        await page.after(Drag(page["Card"], "Card", 99, "Basket"))
    assert failure.value.code == TaskFailureCode.ELEMENT_NOT_FOUND


SELECTED = """<script>document.addEventListener("mouseup", () => say("[" + getSelection() + "]"))</script>"""


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("", "[One two, three. Four five.]"), ("THREE.  four", "[three. Four]"), ("e", "[e]")],
)
async def test_text_is_selected_with_the_mouse(show, phrase, expected):
    page = await show(f"""{SELECTED}<div role=button aria-label=Text style='width:90px'>
      One two, <b>three.</b> Four five.</div>""")
    assert expected in " ".join((await page.after(SelectText(page["Text"], "Text", phrase))).split())


async def test_text_in_a_field_is_selected(show):
    page = await show("""<textarea aria-label=Note onselect='say("has " + this.selectionStart + this.selectionEnd)'
      onmouseup='say("has " + this.selectionStart + this.selectionEnd)'>abc def</textarea>""")
    assert "has 47" in await page.after(SelectText(page["Note"], "Note", "def"))


async def test_a_phrase_that_is_not_there_is_not_selected(show):
    page = await show("<p role=button aria-label=Text>One two</p>")
    with pytest.raises(BrowserError, match='Text has no text "three" to select'):
        await page.after(SelectText(page["Text"], "Text", "three"))


KEYS = """<input aria-label=City id=f value=old><script>
  f.onkeydown = event => say("down-" + event.key);
  f.oninput = () => say("has-" + f.value);
</script>"""


async def test_text_is_typed_key_by_key(show):
    page = await show(KEYS)
    text = await page.after(Type(page["City"], "ab", "City", by_keys=True))
    assert "down-a has-a down-b has-ab" in text


async def test_text_is_added_and_removed(show):
    page = await show(KEYS)
    await page.after(Type(page["City"], " town", "City", adds=True))
    assert page.element("City").value == "old town"
    await page.after(Type(page["City"], "", "City", by_keys=True))
    assert page.element("City").value == ""


async def test_line_breaks_are_text_and_send_nothing(show):
    page = await show("<form action=/sent><textarea aria-label=Note onkeydown='say(event.key)'>a</textarea></form>")
    text = await page.after(Type(page["Note"], "b\nc", "Note", by_keys=True))
    assert "Enter" not in text
    await page.after(Type(page["Note"], "\nd", "Note", adds=True))
    assert page.element("Note").value.split() == ["b", "c", "d"]


async def test_an_editable_element_is_typed_into(show):
    page = await show("<div contenteditable=true aria-label=Letter><p>Dear Ada,</p></div>")
    await page.after(Type(page["Letter"], " hello", "Letter", adds=True))
    assert page.element("Letter").value == "Dear Ada, hello"
    await page.after(Type(page["Letter"], "Bye", "Letter", by_keys=True))
    assert page.element("Letter").value == "Bye"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "2011-03-05"),
        ("time", "19:32"),
        ("month", "2011-03"),
        ("week", "2011-W09"),
        ("datetime-local", "2011-03-05T19:32"),
        ("color", "#ff8800"),
        ("range", "40"),
    ],
)
async def test_native_fields_take_values_in_their_own_format(show, kind, value):
    page = await show(f"<input type={kind} aria-label=F oninput='say(`has ${{this.value}}`)' onchange='say(`done`)'>")
    text = await page.after(Type(page["F"], value, "F"))
    assert f"has {value} done" in text


SEVERAL = """<select multiple aria-label=Colours onchange='say("has " + [...this.selectedOptions].map(o => o.text))'>
  <option selected>red<option>green<option>blue</select>"""


async def test_several_options_take_the_place_of_those_before(show):
    page = await show(SEVERAL)
    assert "has green,blue" in await page.after(Select(page["Colours"], ("green", "blue"), "Colours"))
    assert "blue has\n" in await page.after(Select(page["Colours"], (), "Colours"))


async def test_one_missing_option_leaves_all_as_it_was(show):
    page = await show(SEVERAL)
    with pytest.raises(BrowserError, match='has no option "pink"'):
        await page.after(Select(page["Colours"], ("green", "pink"), "Colours"))


async def test_a_key_is_pressed_repeatedly(show):
    page = await show("<input type=range aria-label=Size min=0 max=9 value=2 oninput='say(`at${this.value}`)'>")
    assert "at5" in await page.after(Press("ArrowRight", page["Size"], "Size", times=3))
    assert json.loads(page.element("Size").value) == 5
