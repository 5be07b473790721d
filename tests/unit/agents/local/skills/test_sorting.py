"""Tests of the controls that may sort a page's list, and of the order of a list."""

from __future__ import annotations

import pytest

from helpers.stored_pages import stored
from webrun_nb.agents.local.language.intents import Order
from webrun_nb.agents.local.lists.rows import UntiedError, is_in_order
from webrun_nb.agents.local.lists.view import views_of
from webrun_nb.agents.local.skills.sorting import _ways
from webrun_nb.browsers.observation import Element, Observation

DOWN = Order("by price descending", "price", descending=True)
UP = Order("by price", "price")
LOW, HIGH = "Price: low to high", "Price: high to low"
SORT = Element(0, "combobox", "Sort by", "select", options=("Name", LOW, HIGH), value="Name")
HEADER = Element(0, "button", "Price ▲", "button", path="table > thead > tr > th > button")
FILTER = Element(0, "combobox", "Filter", "select", options=("All", "Price descending offers"))


def ways(order: Order, *elements: Element, texts: tuple[Element, ...] = ()) -> list[str]:
    seen = Observation("https://a.example/", "Shop", elements, "", texts=texts)
    return [name for name, _ in _ways(seen, order)]


def button(name: str, role: str = "button") -> Element:
    return Element(0, role, name, "button")


@pytest.mark.parametrize(
    ("order", "element", "name"),
    [
        (DOWN, SORT, f"the option “{HIGH}”"),
        (UP, SORT, f"the option “{LOW}”"),
        (UP, Element(0, "combobox", "", "select", options=(LOW, HIGH)), f"the option “{LOW}”"),
        (DOWN, Element(0, "combobox", "Sort", "select", options=("Name", "Cost")), "the option “Cost”"),
        (DOWN, Element(0, "combobox", "", "select", options=("Ascending", "Descending")), "the option “Descending”"),
        (DOWN, HEADER, "the header “Price ▲”"),
        (DOWN, button(HIGH, "link"), f"“{HIGH}”"),
        (UP, button("Sort by price"), "“Sort by price”"),
        (UP, button("Price", "menuitem"), "“Price”"),
        (UP, button("Sort"), "opens “Sort”"),
        (DOWN, button("Reverse order"), "“Reverse order”"),
    ],
)
def test_what_sorts_is_known_by_its_words(order: Order, element: Element, name: str) -> None:
    assert name in ways(order, element)


@pytest.mark.parametrize(
    ("order", "element"),
    [(DOWN, FILTER), (UP, button("Price alert")), (DOWN, button(LOW, "link")), (UP, button("Order now"))],
)
def test_what_filters_or_sorts_otherwise_is_not_used(order: Order, element: Element) -> None:
    assert ways(order, element) == []


def test_a_header_that_nothing_shows_to_be_pressed_is_the_last_way() -> None:
    header = Element(9, "columnheader", "Price", "th", path="table > tr > th")
    assert ways(DOWN, button("Sort"), texts=(header,)) == ["opens “Sort”", "the header “Price”"]


def test_the_order_of_a_list_is_told_by_its_values() -> None:
    [members, *_] = views_of(stored("members").snapshot)  # ages 41, 29, 33, 30; names Ada, Bo, Cy, Di
    assert is_in_order(members, Order("by name", "name"))
    assert not is_in_order(members, Order("by name", "name", descending=True))
    assert not is_in_order(members, Order("by age", "age"))
    with pytest.raises(UntiedError):
        is_in_order(members, Order("by shoe", "shoe"))
