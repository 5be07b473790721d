"""The text in which a model is shown a page: its size, what comes first, and the way to what is left out."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.browsers.observation import Element, Group, Observation, PageMessage

MANY = 2_000
CHARS_PER_TOKEN = 3
"""Fewer than an English text has: lines of short words and signs cost more."""


def page(things: list[Element], **fields: object) -> Observation:
    texts = tuple(each for each in things if each.role == "text")
    elements = tuple(each for each in things if each.role != "text")
    return Observation("https://shop.example/", "Shop", elements, "", texts=texts, **fields)  # type: ignore[arg-type]


def large() -> list[Element]:
    """A page of 2,000 things: a search box, a heading, and rows of a name, a price and a button."""
    things = [
        Element(0, "heading", "Everything we sell", "h1", path="h1", level=1, order=0),
        Element(1, "searchbox", "Search", "input", path="input", order=1),
    ]
    for row in range((MANY - 2) // 3):
        for kind, name in (
            ("link", f"Article {row} of the winter catalogue"),
            ("text", f"${row}.99"),
            ("button", "Buy"),
        ):
            at = len(things)
            things.append(
                Element(at, kind, name, kind, path=f"li:nth-of-type({row}) > {kind}", order=at, group=row + 1)
            )
    return things


def groups() -> tuple[Group, ...]:
    return (Group("list"), *(Group("item", 0) for _ in range(MANY)))


def told(view: PageView, seen: Observation) -> str:
    view.take(seen)
    return view.told()


def test_the_first_look_at_a_large_page_is_small_and_has_what_matters() -> None:
    first = told(PageView(), page(large(), groups=groups()))
    assert len(first) / CHARS_PER_TOKEN <= 3_000
    assert "# Everything we sell" in first
    assert "searchbox 'Search'" in first
    assert "Article 0 of" in first
    assert "Use find or read for the others." in first


def test_changes_are_small_and_name_what_is_new_and_gone() -> None:
    view, things = PageView(), large()
    told(view, page(things, groups=groups()))
    changed = [replace(each, name=f"New {each.name}") if each.role == "link" else each for each in things[:-3]]
    after = told(view, page(changed, groups=groups(), fresh=False, messages=(PageMessage("success", "Saved"),)))
    assert len(after) / CHARS_PER_TOKEN <= 800
    assert "Message: Saved" in after
    assert "Shown:" in after


def test_a_page_that_stays_the_same_costs_a_line() -> None:
    view = PageView()
    told(view, page(large()))
    assert told(view, page(large(), fresh=False)).endswith("Nothing has changed on the page.")


def test_each_of_the_things_of_a_large_page_is_found_by_one_call() -> None:
    view, things = PageView(), large()
    told(view, page(things, groups=groups()))
    for thing in random.Random(7).sample([each for each in things if each.role == "link"], 40):
        assert f"link {thing.name!r}" in view.found(thing.name, 0)


def test_each_of_many_that_are_called_the_same_is_found_with_skip() -> None:
    view = PageView()
    told(view, page(large(), groups=groups()))
    first = view.found("Buy", 0).splitlines()
    assert first[-1].startswith(f"{(MANY - 2) // 3 - len(first) + 1} more: find the same with skip={len(first) - 1}")
    assert view.found("Buy", (MANY - 2) // 3 - 1).count("button 'Buy'") == 1


def test_a_page_is_read_in_its_order_to_its_end() -> None:
    view, lines, after = PageView(), list[str](), 0
    told(view, page(large()))
    for _ in range(60):
        *part, last = view.read(after).splitlines()
        lines += part
        if last == "That is the end of the page.":
            break
        after = int(last.rstrip(".").rpartition(" ")[2])
    assert len(lines) == len(large())


def test_numbers_stay_with_their_things_and_are_never_given_again() -> None:
    view = PageView()
    one, other = (Element(0, "button", name, "button", path=f"#{name}", order=0) for name in ("Save", "Send"))
    told(view, page([one]))
    told(view, page([replace(other, ref=0)], fresh=False))
    assert view.thing(1) is None
    assert view.text_of(1) == "Save"
    again = replace(one, ref=5)
    told(view, page([again], fresh=False))
    assert view.thing(1) == again


def test_another_thing_in_the_same_place_has_another_number() -> None:
    view = PageView()
    told(view, page([Element(0, "link", "Delete Anna", "a", path="li > a", order=0)]))
    told(view, page([Element(0, "link", "Delete Bob", "a", path="li > a", order=0)], fresh=False))
    assert view.thing(1) is None


def test_a_new_document_has_new_numbers() -> None:
    view = PageView()
    told(view, page([Element(0, "link", "Next", "a", path="a", order=0)]))
    told(view, page([Element(0, "link", "Next", "a", path="a", order=0)], fresh=True))
    assert view.thing(1) is None
    assert view.thing(2) is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=400), max_size=30))
def test_words_of_a_page_never_make_lines_of_their_own(names: list[str]) -> None:
    things = [Element(at, "link", name, "a", path=f"a{at}", order=at) for at, name in enumerate(names)]
    first = told(PageView(), page(things))
    shown = [line for line in first.splitlines()[2:] if line != "…"]
    assert all(line.startswith(("[", "Shown: ", "The page shows nothing.")) for line in shown)
