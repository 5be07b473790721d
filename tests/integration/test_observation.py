"""Tests of the observation of a page: states, groups, texts, shapes, and acting on each of them by its number."""

from __future__ import annotations

import pytest
import pytest_asyncio

from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.browsers.observation import Element, Group, Observation
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = """<title>Harbour</title><style>.hand {cursor: pointer}
.bin {width: 16px; height: 16px; background: #ccc}</style>
<h1>Berths</h1>
<div class=boat><span class=hand>Anna</span><div class="hand bin icon-trash"></div></div>
<div class=boat><span class=hand>Berta</span><div class="hand bin icon-trash"></div></div>
<h2>Booking</h2><form><label><input type=checkbox style="display:none"> Shore power</label>
<fieldset><legend>Stay</legend><input type=number min=1 max=9 step=2 required readonly aria-label=Nights></fieldset>
<select multiple aria-label=Piers><option selected>North<option selected>South<option>West</select></form>
<h2>Prices</h2><table><tr><th>Boat<th>Price</tr><tr><td>Skiff<td>$8 <button>Drop</button></tr></table>
<button aria-expanded=false aria-haspopup=menu aria-pressed=true disabled>More</button>
<svg width=100 height=80><polygon points="10,10 40,10 25,40" fill="rgb(250,0,10)"/></svg>
<p onclick="document.title = 'hit'">Ropes <b>remember</b> knots</p>
<details><summary>Terms</summary><p>Nobody reads this</p></details>
<dialog><p>Not open</p></dialog>"""
LAYER = """<button>Under</button><div role=dialog style="position:fixed;inset:0;background:white">
<button>Yes</button></div>"""

HIDDEN = """<title>Cards</title><style>.card {width: 60px; height: 80px; background: #36c; cursor: pointer}</style>
<h2>Game <span style="font-size: 0">Answer</span></h2><div class=card style="font-size: 0">Ace</div>
<div class=card><b style="color: #36c">King</b></div><div class=card style="color: transparent">Queen</div>
<div class=card>Jack</div><button style="font-size: 0; width: 40px; background-image: linear-gradient(red, blue)">Delete
</button><p>Seen <i style="opacity: 0">faint</i> words</p><div style="position: relative; height: 60px"><canvas
width=300 height=60 style="position: absolute"></canvas><h3 style="position: relative; color: #fff">Banner</h3></div>"""


def named(seen: Observation, name: str) -> Element:
    return next(each for each in seen.all_things if name in (each.name, each.label))


def around(seen: Observation, element: Element) -> list[Group]:
    found, at = [], element.group
    while at >= 0:
        found.append(seen.groups[at])
        at = found[-1].parent
    return found


@pytest_asyncio.fixture(loop_scope="module")
async def seen(instance: BrowserInstance, site) -> Observation:
    await instance.perform(Navigate(site.page("/", PAGE)))
    return await instance.observe()


async def test_states_are_seen(seen):
    more, nights, piers = named(seen, "More"), named(seen, "Nights"), named(seen, "Piers")
    assert (more.expanded, more.pressed, more.has_popup, more.enabled) == (False, True, True, False)
    assert (nights.minimum, nights.maximum, nights.step, nights.required, nights.readonly) == (
        "1",
        "9",
        "2",
        True,
        True,
    )
    assert (piers.multiple, piers.selected_options) == (True, ("North", "South"))
    assert named(seen, "Terms").expanded is False


async def test_what_scripts_make_clickable_is_an_element(seen):
    assert [(each.role, each.name, each.icon) for each in seen.elements[:2]] == [
        ("clickable", "Anna", ""),
        ("clickable", "", "hand bin icon-trash"),
    ]
    power = named(seen, "Shore power")
    assert (power.role, power.tag, power.checked) == ("checkbox", "label", False)


async def test_groups_hold_what_belongs_together(seen):
    assert [(group.kind, group.name) for group in around(seen, named(seen, "Drop"))] == [
        ("row", ""),
        ("table", ""),
        ("section", "Prices"),
        ("section", "Berths"),
    ]
    assert [group.kind for group in around(seen, named(seen, "Berta"))][:2] == ["card", "section"]
    assert around(seen, named(seen, "Nights"))[0].name == "Stay"
    assert named(seen, "Drop").column == "Price"


async def test_texts_are_the_visible_ones(seen):
    texts = {each.name: each for each in seen.texts}
    assert {"Berths", "Ropes remember knots", "remember", "Skiff"} <= texts.keys() | {e.name for e in seen.elements}
    assert (texts["Berths"].role, texts["Berths"].level) == ("heading", 1)
    assert not {"Nobody reads this", "Not open"} & texts.keys()


async def test_drawn_shapes_have_a_form_and_a_colour(seen):
    (shape,) = [each for each in seen.elements if each.role == "graphic"]
    assert (shape.shape, shape.color) == ("triangle", "red")


async def test_texts_and_groups_are_acted_on_by_their_number(instance, seen):
    word = named(seen, "remember")
    await instance.perform(Click(word.ref, "remember"))
    assert (await instance.observe()).title == "hit"


async def test_what_a_layer_lies_over_is_covered(instance, site):
    await instance.perform(Navigate(site.page("/", LAYER)))
    seen = await instance.observe()
    assert [(each.name, each.covered) for each in seen.elements] == [("Under", True), ("Yes", False)]


async def test_numbers_go_on_in_frames(instance, site):
    inner = site.page("/inner", "<p>Inside</p><button onclick=\"this.textContent='Pressed'\">Press</button>")
    await instance.perform(
        Navigate(site.page("/", f"<p>Outside</p><button>Outer</button><iframe src='{inner}'></iframe>"))
    )
    seen = await instance.observe()
    assert len({each.ref for each in seen.all_things}) == len(seen.all_things)
    assert named(seen, "Inside").frame == 1
    await instance.perform(Click(named(seen, "Press").ref, "Press"))
    assert named(await instance.observe(), "Pressed").frame == 1


async def test_text_that_is_not_seen_is_not_read(instance, site):
    await instance.perform(Navigate(site.page("/hidden", HIDDEN)))
    seen = await instance.observe()
    assert [each.name for each in seen.elements if each.role == "clickable"] == ["", "", "", "Jack"]
    assert [each.name for each in seen.texts if each.role in ("heading", "paragraph")] == [
        "Game",
        "Seen words",
        "Banner",  # it may be seen: a picture lies under it
    ]
    assert seen.groups[0].name == "Game"
    assert seen.text.split() == ["Game", "Jack", "Seen", "words", "Banner"]
    assert named(seen, "Delete").role == "button"  # a picture stands for the name of a control
