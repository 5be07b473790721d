"""Tests of the description of elements, and of the search for them on a page that has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.recording.targets import describe, find, is_in_state_after
from webrun_nb.browsers.observation import Element, Group, Observation


def page(*things: Element, groups: tuple[Group, ...] = ()) -> Observation:
    numbered = tuple(replace(thing, ref=number, order=number) for number, thing in enumerate(things))
    return Observation("http://x/", "", numbered, "", groups=groups)


def button(name: str, **fields: object) -> Element:
    return replace(Element(0, "button", name, "button"), **fields)  # type: ignore[arg-type]


def text(name: str, group: int = -1) -> Element:
    return Element(0, "text", name, "span", group=group)


ROWS = (Group("row"), Group("row"))
TWO = page(text("Apple", 0), button("Add", group=0), text("Pear", 1), button("Add", group=1), groups=ROWS)


def target_of(seen: Observation, ref: int):
    described = describe(seen, ref)
    assert described is not None
    return described


def test_one_of_several_is_found_by_the_texts_of_its_row_in_any_order():
    moved = page(text("Pear", 0), button("Add", group=0), text("Apple", 1), button("Add", group=1), groups=ROWS)
    found = find(moved, target_of(TWO, 3))
    assert found.element is not None
    assert found.element.ref == 1


def test_the_button_of_another_row_is_not_taken_where_the_row_is_gone():
    left = page(text("Apple", 0), button("Add", group=0), groups=ROWS[:1])
    found = find(left, target_of(TWO, 3))
    assert (found.element, "no button “Add” beside “Pear”" in found.why) == (None, True)


def test_a_button_with_another_name_is_another_button_wherever_it_stands():
    before = page(button("Add to cart", hint="buy", path="body > button"))
    found = find(page(button("Remove from cart", hint="buy", path="body > button")), target_of(before, 0))
    assert found.element is None
    assert "the page has no button “Add to cart”" in found.why


def test_a_count_in_a_name_may_change():
    before = page(button("Cart (2)", path="body > button"))
    assert find(page(button("Cart (13)", path="body > button")), target_of(before, 0)).element is not None


@pytest.mark.parametrize(
    "now", [{"label": "Mail", "hint": "f9"}, {"placeholder": "you@x", "hint": "f9"}, {"hint": "mail"}]
)
def test_a_field_is_found_by_its_label_placeholder_or_id_as_well(now):
    field = Element(0, "textbox", "E-mail", "input", label="Mail", placeholder="you@x", hint="mail")
    other = Element(0, "textbox", "Elsewhere", "input")
    fields = {"label": "", "placeholder": "", **now}
    assert find(page(other, replace(field, name="Post", **fields)), target_of(page(field), 0)).element.ref == 1


def test_what_has_no_name_is_found_by_its_path():
    before = page(button("", path="body > button:nth-of-type(2)"))
    now = page(button("", path="body > button:nth-of-type(1)"), button("", path="body > button:nth-of-type(2)"))
    assert find(now, target_of(before, 0)).element.ref == 1


def test_likes_that_nothing_tells_apart_are_counted_where_there_are_as_many():
    three = page(button("Go"), button("Go"), button("Go"))
    assert find(three, target_of(three, 1)).element.ref == 1
    found = find(page(button("Go"), button("Go")), target_of(three, 1))
    assert (found.element, "nothing tells which" in found.why) == (None, True)


def test_the_group_tells_likes_apart():
    groups = (Group("section", name="Home"), Group("section", name="Work"))
    before = page(button("Save", group=0), button("Save", group=1), groups=groups)
    now = page(button("Save", group=0), button("Save", group=1), button("Save"), groups=groups[::-1])
    assert find(now, target_of(before, 1)).element.ref == 0


def test_a_click_that_would_undo_itself_is_known():
    box = Element(0, "checkbox", "Gift", "input", checked=False)
    before = target_of(page(box), 0)
    assert is_in_state_after(replace(box, checked=True), before)
    assert not is_in_state_after(box, before)
