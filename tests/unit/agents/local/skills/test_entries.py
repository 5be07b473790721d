"""Finding the entries of a list by the words of a person, and giving values to the fields of a form."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.skills.entries import find_entries, main_entries, name_forms
from webrun_nb.agents.local.skills.form_fields import Detail, assign, save_button
from webrun_nb.browsers.observation import Element, Group, Observation

GROUPS = (
    Group("table"),
    *(Group("row", parent=0) for _ in range(4)),
    Group("nav"),
    Group("list", parent=5),
    Group("item", parent=6),
)
PEOPLE = ("Mia Ott", "Karl Moor", "Mia Otterbach")


def page() -> Observation:
    texts = [Element(0, "columnheader", "Guest", "th", text="Guest", group=1, column="Guest")]
    texts += [
        Element(1 + at, "cell", name, "td", text=name, group=2 + at, column="Guest") for at, name in enumerate(PEOPLE)
    ]
    texts.append(Element(9, "text", "Mia Ott", "a", text="Mia Ott", group=7))
    return Observation("http://x.test/bookings/", "Bookings", (), "", texts=tuple(texts), groups=GROUPS)


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("Mia Ott", [2]),
        ("the booking of Karl Moor", [3]),
        ("Karl Moor's booking", [3]),
        ("booking Mia Otterbach", [4]),
        ("Mia", [2, 4]),
        ("Anna Moor", []),
        ("Franz Karl Moor", []),
    ],
)
def test_entries_are_found_by_their_names(words: str, groups: list[int]) -> None:
    assert [entry.group for entry in find_entries(page(), words)] == groups


def test_the_head_of_a_table_and_the_navigation_are_no_entries() -> None:
    assert [entry.group for entry in main_entries(page())] == [2, 3, 4]


def test_names_that_words_may_hold() -> None:
    assert name_forms("the loan of Tom Becker") == ["loan of tom becker", "tom becker"]
    assert name_forms("taxi to the station", lambda _: False) == ["taxi to the station"]


def field(ref: int, label: str, role: str = "textbox", **more: object) -> Element:
    return Element(ref, role, label, "input", label=label, path=f"p{ref}", **more)  # type: ignore[arg-type]


FIELDS = (
    field(0, "Title:"),
    field(1, "Author:", "combobox", options=("Ann Lee", "Bo Ek")),
    field(2, "Year of birth"),
    field(3, "Pages", input_type="number"),
    field(4, "Kind", "combobox", options=("Novel", "Play")),
    field(5, "In print", "checkbox"),
    field(6, "Date of publication"),
)


@pytest.mark.parametrize(
    ("details", "name", "values"),
    [
        (["312 pages", "by Bo Ek", "in print"], "Emma", {0: "Emma", 1: "Bo Ek", 3: "312", 5: "yes"}),
        (["Emma", "born 1961", "not in print"], "", {0: "Emma", 2: "1961", 5: "no"}),
        (["title: Emma", "kind is Play", "published on 14 March 2019"], "", {0: "Emma", 4: "Play", 6: "14 March 2019"}),
        (["Novel"], "", {4: "Novel"}),
    ],
)
def test_values_find_their_fields(details: list[str], name: str, values: dict[int, str]) -> None:
    found = assign(FIELDS, [Detail(each) for each in details], name)
    assert {each.ref: value for each, value in found.entries} == values
    assert not found.left


def test_a_text_without_a_field_is_put_nowhere() -> None:
    found = assign(FIELDS, [Detail("for everyone")], "Emma")
    assert [each.ref for each, _ in found.entries] == [0]
    assert [str(each) for each in found.left] == ["for everyone"]


def test_what_fits_no_field_is_left() -> None:
    found = assign((FIELDS[5],), [Detail("colour green")])
    assert [str(each) for each in found.left] == ["colour green"]


def test_the_button_that_saves_only_this_form() -> None:
    groups = (Group("form"), Group("form"))
    buttons = (
        Element(0, "button", "Search", "button", submits=True, in_form=True, group=1),
        Element(1, "button", "Save and add another", "button", submits=True, in_form=True, group=0),
        Element(2, "button", "Save", "button", submits=True, in_form=True, group=0),
    )
    inside = Element(3, "textbox", "Title", "input", in_form=True, group=0)
    found = save_button(Observation("http://x.test/", "", (*buttons, inside), "", groups=groups), [inside])
    assert found is buttons[2]
