"""Tests of what sentences are read as: every rule of the grammar, and every part of a noun phrase."""

from __future__ import annotations

from dataclasses import fields

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import (
    Choose,
    ClickOn,
    Condition,
    Copy,
    CopyValues,
    DragTo,
    Either,
    Fill,
    FillForm,
    Find,
    Focus,
    FollowPath,
    Hover,
    Intent,
    Like,
    NamedAction,
    PressKey,
    Request,
    Result,
    ScrollPage,
    SelectText,
    SetChecked,
    SetOpen,
    Solve,
    Style,
    Superlative,
    Target,
    Tell,
    ValueOf,
)


def likeliest(text: str) -> Intent:
    """Read a text of one step, by its likeliest reading."""
    (intent,) = plan(text)
    return intent.readings[0] if isinstance(intent, Either) else intent


def thing(text: str) -> dict[str, object]:
    """Return the fields of the thing that "click …" names, apart from its words as they were said."""
    step = likeliest(f"click {text}")
    assert isinstance(step, ClickOn), step
    return shown(step.target)


def shown(value: Target | Condition) -> dict[str, object]:
    """Return the fields of a value that are not as they are by default."""
    found = {each.name: getattr(value, each.name) for each in fields(value) if each.name != "said"}
    empty = {each.name: each.default for each in fields(value)}
    return {
        name: shown(field) if isinstance(field, Target) else field
        for name, field in found.items()
        if field != empty[name]
    }


# --- steps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("click Save", ClickOn),
        ("tap the Save button", ClickOn),
        ("press the Save button", ClickOn),
        ("press Enter twice", PressKey),
        ("right-click the second row", ClickOn),
        ("hover over the Products menu", Hover),
        ("focus on the search box", Focus),
        ("expand the third section", SetOpen),
        ("collapse Shipping", SetOpen),
        ("find the message from Ada and click Reply", Find),
        ("highlight the second paragraph", SelectText),
        ("solve the equation and click OK", Solve),
        ("scroll to the Contact section", ScrollPage),
        ("submit the form", ClickOn),
        ("submit the answer", NamedAction),
        ("like the second post", NamedAction),
        ("enter the value that corresponds to each label into the form", CopyValues),
    ],
)
def test_a_verb_says_the_kind_of_step(text: str, kind: type) -> None:
    first = plan(text)[0]
    assert isinstance(first.readings[0] if isinstance(first, Either) else first, kind)


@pytest.mark.parametrize(
    ("text", "value", "words", "role"),
    [
        ('type "Ada" into the Name field', "Ada", "Name", "field"),
        ("type Ada in the name box", "Ada", "name", "field"),
        ('enter "Ada" as the name', "Ada", "name", "field"),
        ('fill the email with "ada@example.org"', "ada@example.org", "email", "field"),
        ("set Country to Germany", "Germany", "Country", ""),
        ("set the size to Large", "Large", "size", ""),
        ('type "ada" into Name in upper case', "ADA", "Name", "field"),
        ("move the volume slider to 30", "30", "volume", "slider"),
        ("select 5 with the slider", "5", "", "slider"),
        ("enter the time 15:45", "15:45", "time", "field"),
        ("enter the quantity 3", "3", "quantity", "field"),
        ("enter the number 7", "7", "", "field"),
        ('enter the number "-7"', "-7", "", "field"),
        ("clear the Notes field", "", "Notes", "field"),
        ('copy "Ada" to the Name field', "Ada", "Name", "field"),
    ],
)
def test_values_and_their_fields(text: str, value: str, words: str, role: str) -> None:
    step = likeliest(text)
    assert isinstance(step, Fill)
    assert (step.text, step.target.words, step.target.role) == (value, words, role)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('enter the user name "ada" and the code "x"', ('user name "ada"', 'code "x"')),
        (
            "enter Ada in the first name field and Lovelace in the last name field",
            ('first name "Ada"', 'last name "Lovelace"'),
        ),
        ("fill in Name with Ada, Email with ada@x.org", ('Name "Ada"', 'Email "ada@x.org"')),
        ("fill in the form with name Ada, age 30", ("name Ada", "age 30")),
    ],
)
def test_several_values_of_one_clause(text: str, values: tuple[str, ...]) -> None:
    step = likeliest(text)
    assert isinstance(step, FillForm)
    assert step.values == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("type the answer into Result", Result("the answer")),
        ("paste it into Notes", Result("the copied text", "copied")),
        (
            "type the third word of the paragraph into Word",
            ValueOf(
                "the third word of the paragraph", Target(within=Target(role="paragraph", said="paragraph")), "word", 3
            ),
        ),
        (
            "enter a number greater than 5 into Amount",
            Like("a number greater than 5", (Condition("greater than 5", ">", "5"),)),
        ),
    ],
)
def test_values_that_the_page_or_an_earlier_step_gives(text: str, value: object) -> None:
    step = likeliest(text)
    assert isinstance(step, Fill)
    assert step.text == value


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ('select "Germany" from Country', ("Germany",), "Country"),
        ("choose Large as the size", ("Large",), "size"),
        ('select the size "Large"', ("Large",), "size"),
        ('choose "A" and "B" from the list of letters', ("A", "B"), ""),
        ("select Ham, Eggs and Milk", ("Ham", "Eggs", "Milk"), ""),
    ],
)
def test_options_and_their_lists(text: str, options: tuple[str, ...], words: str) -> None:
    step = likeliest(text)
    assert isinstance(step, Choose)
    assert ((step.option, *step.others), step.target.words) == (options, words)


@pytest.mark.parametrize(
    ("text", "checked", "words", "near"),
    [
        ('tick the "Gift wrap" box', True, "Gift wrap", ""),
        ("turn off dark mode", False, "dark mode", ""),
        ('mark "Buy milk" as done', True, "", "Buy milk"),
        ('mark "Buy milk" as not done', False, "", "Buy milk"),
        ('mark "Buy milk" as active', False, "", "Buy milk"),
    ],
)
def test_boxes(text: str, checked: bool, words: str, near: str) -> None:
    step = likeliest(text)
    assert isinstance(step, SetChecked)
    assert (step.checked, step.target.words, step.target.near) == (checked, words, near)


@pytest.mark.parametrize(
    ("text", "place", "to"),
    [
        ("drag Milk to the second list", "onto", {"role": "list", "ordinal": 2}),
        ("move Milk below Eggs", "after", {"words": "Eggs"}),
        ("move Milk above Eggs", "before", {"words": "Eggs"}),
        ("move Milk to the top", "first", None),
        ("drag the red square to the left", "left", None),
    ],
)
def test_places_that_things_are_dragged_to(text: str, place: str, to: dict[str, object] | None) -> None:
    step = likeliest(text)
    assert isinstance(step, DragTo)
    assert (step.place, shown(step.destination) if step.destination else None) == (place, to)


def test_levels_of_a_menu_may_end_with_any_word() -> None:
    assert likeliest("select File > Save as > PDF") == FollowPath(
        "select File > Save as > PDF", ("File", "Save as", "PDF")
    )


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [('make "Ada" bold', "bold", "Ada"), ('give the text "Ada" the color red', "red", "Ada")],
)
def test_styles(text: str, style: str, words: str) -> None:
    step = likeliest(text)
    assert isinstance(step, Style)
    assert (step.style, step.target.words) == (style, words)


def test_parts_of_a_request() -> None:
    step = likeliest("book the cheapest flight from LAX to Boston on 10/25/2016")
    assert isinstance(step, Request)
    assert step.what.superlative == Superlative("cheapest", "price", descending=False)
    assert step.parts == (("from", "LAX"), ("to", "Boston"), ("on", "10/25/2016"))


def test_a_named_action_has_a_thing_a_text_and_a_receiver() -> None:
    reply, forward = (
        likeliest('reply to the message from Ada with "Thanks"'),
        likeliest("forward the email from Bob to Ada"),
    )
    assert isinstance(reply, NamedAction)
    assert isinstance(forward, NamedAction)
    assert (reply.verb, reply.target.role, reply.target.near, reply.text) == ("reply", "item", "Ada", "Thanks")
    assert (forward.verb, forward.target.near, forward.to) == ("forward", "Bob", Target("Ada"))


def test_what_is_copied_is_read_from_the_page() -> None:
    second, order = likeliest("copy the second paragraph"), likeliest("copy the order number")
    assert isinstance(second, Copy)
    assert isinstance(order, Copy)
    assert isinstance(second.value, ValueOf)
    assert isinstance(order.value, ValueOf)
    assert shown(second.value.target) == {"role": "paragraph", "ordinal": 2}
    assert shown(order.value.target) == {"role": "text", "near": "order number"}


@pytest.mark.parametrize(
    "text", ["does the page say “Sold out”?", 'is there a "Next" button?', "is the News box ticked?"]
)
def test_questions_for_yes_or_no(text: str) -> None:
    assert isinstance(likeliest(text), Tell)


# --- things -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields_of_it"),
    [
        ("Save", {"words": "Save"}),
        ('"Save"', {"words": "Save", "is_quoted": True}),
        ("the Save button", {"words": "Save", "role": "button"}),
        ("Log in", {"words": "Log in"}),
        ("Do not track", {"words": "Do not track"}),
        ("the Color link", {"words": "Color", "role": "link"}),
        ("it", {"reference": "it"}),
        # which one, how many
        ("the third link", {"role": "link", "ordinal": 3}),
        ("the 22nd link", {"role": "link", "ordinal": 22}),
        ("the last button", {"role": "button", "ordinal": -1}),
        ("the second to last row", {"role": "row", "ordinal": -2}),
        ("all links", {"role": "link", "every": True}),
        ("each link", {"role": "link", "every": True}),
        ("three links", {"role": "link", "count": 3}),
        ("the first three links", {"role": "link", "ordinal": 1, "count": 3}),
        # places
        ("Delete next to Milk", {"words": "Delete", "near": "Milk"}),
        ("Delete in the row of Milk", {"words": "Delete", "near": "Milk"}),
        ("the button below the picture", {"role": "button", "near": "picture"}),
        ('"Delete" in the second row', {"words": "Delete", "is_quoted": True, "within": {"role": "row", "ordinal": 2}}),
        ("OK in the dialog", {"words": "OK", "within": {"role": "dialog"}}),
        # conditions
        ('the link that starts with "Hel"', {"role": "link", "conditions": ("starts", "Hel", "")}),
        ('the link ending in "pdf"', {"role": "link", "conditions": ("ends", "pdf", "")}),
        ('the link that contains "privacy"', {"role": "link", "conditions": ("contains", "privacy", "")}),
        ("the row with state = HI", {"role": "row", "conditions": ("is", "HI", "state")}),
        ("the item whose price is less than $50", {"role": "item", "conditions": ("<", "$50", "price")}),
        ("the items below 50", {"role": "item", "every": True, "conditions": ("<", "50", "")}),
        ("the field that is not empty", {"role": "field", "conditions": ("state", "empty", "")}),
        # looks and comparisons
        ("the large blue circle", {"role": "graphic", "qualities": ("large", "blue")}),
        ("the empty field", {"role": "field", "qualities": ("empty",)}),
        ("the greatest number", {"role": "number", "superlative": ("", True)}),
        ("the cheapest flight", {"words": "flight", "superlative": ("price", False)}),
        ("the flight with the lowest price", {"words": "flight", "superlative": ("price", False)}),
    ],
)
def test_noun_phrases(text: str, fields_of_it: dict[str, object]) -> None:
    found = thing(text)
    if "conditions" in found:
        (condition,) = found["conditions"]  # type: ignore[misc]
        found["conditions"] = (condition.test, condition.value, condition.field)
    if isinstance(most := found.get("superlative"), Superlative):
        found["superlative"] = (most.by, most.descending)
    assert found == fields_of_it


@pytest.mark.parametrize(
    ("text", "others", "besides"),
    [
        ('tick the boxes "A" and "B"', [{"words": "B", "is_quoted": True}], []),
        ("tick Milk, Bread and Eggs", [{"words": "Bread"}, {"words": "Eggs"}], []),
        ("untick everything except News", [], [{"words": "News"}]),
        ("tick all boxes except Milk and Eggs", [], [{"words": "Milk"}, {"words": "Eggs"}]),
        ("tick all boxes except the second", [], [{"role": "checkbox", "ordinal": 2}]),
    ],
)
def test_several_things_and_exceptions(text: str, others: list[object], besides: list[object]) -> None:
    step = likeliest(text)
    assert isinstance(step, SetChecked)
    assert [shown(each) for each in step.target.besides] == besides
    assert [{k: v for k, v in shown(each).items() if k != "role"} for each in step.target.others] == others


def test_the_page_decides_where_a_name_ends() -> None:
    (step,) = plan("click Delete for Ada")
    assert isinstance(step, Either)
    assert {shown(each.target)["words"] for each in step.readings if isinstance(each, ClickOn)} == {
        "Delete",
        "Delete for Ada",
    }


@pytest.mark.parametrize(("text", "times"), [("click Next three times", 3), ("click Next twice", 2), ("click Next", 1)])
def test_times(text: str, times: int) -> None:
    step = likeliest(text)
    assert isinstance(step, ClickOn)
    assert step.times == times


def test_a_place_before_the_step_is_where_its_thing_is() -> None:
    step = likeliest("in the dialog, click OK")
    assert isinstance(step, ClickOn)
    assert shown(step.target) == {"words": "OK", "within": {"role": "dialog"}}
