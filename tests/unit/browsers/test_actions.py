"""Tests of the facts that the action classes declare, and of the policy categories that follow from them."""

from __future__ import annotations

from typing import get_args

import pytest

from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    ElementTarget,
    FocusTarget,
    GoBack,
    Hover,
    Leave,
    Navigate,
    PointerClick,
    PointTarget,
    Press,
    PressKey,
    Scroll,
    ScrollBox,
    Select,
    SelectText,
    Spot,
    SwitchTab,
    Type,
    TypeReleased,
    TypeSecret,
    TypeText,
    Upload,
    WaitFor,
    WaitForChange,
    Wheel,
)
from webrun_nb.browsers.observation import HitElement
from webrun_nb.emulator.execution.action_facts import classify_action

ELEMENT, FOCUS, POINT = ElementTarget(3, "Box"), FocusTarget(), PointTarget(5, 6)
FACTS = [
    (Navigate("http://x/"), "navigateUrl", "Navigation", None, ""),
    (GoBack(), "goBack", "Navigation", None, ""),
    (SwitchTab(2, "http://x/"), "switchTab", "Tab Management", None, ""),
    (Click(3, "Box"), "click", "Click", ELEMENT, ""),
    (Click(3, "Box", "double-click"), "doubleClick", "Click", ELEMENT, ""),
    (Click(3, "Box", "right-click"), "rightClick", "Click", ELEMENT, ""),
    (Click(3, "Box", "middle-click"), "middleClick", "Click", ELEMENT, ""),
    (Click(3, "Box", at=Spot(0.2, 0.3)), "click", "Click", ElementTarget(3, "Box", Spot(0.2, 0.3)), ""),
    (Hover(3, "Box"), "hover", "Mouse Move", ELEMENT, ""),
    (Drag(3, "Box", 4, "Bin"), "drag", "Click", ELEMENT, ""),
    (SelectText(3, "Box", "one phrase"), "selectText", "Click", ELEMENT, ""),
    (Type(3, "s3cret", "Box"), "type", "Type / Keyboard", ELEMENT, ""),
    (Type(3, "s3cret", "Box", submit=True), "type", "Type / Keyboard", ELEMENT, "Enter"),
    (Leave(3, "Box"), "leave", "Type / Keyboard", ELEMENT, ""),
    (TypeSecret(3, "password", "Box", submit=True), "type", "Type / Keyboard", ELEMENT, "Enter"),
    (TypeReleased(3, lambda place: "s3cret", "Box"), "type", "Type / Keyboard", ELEMENT, ""),
    (Select(3, "red", "Box"), "select", "Click", ELEMENT, ""),
    (Select(3, ("red", "blue"), "Box"), "select", "Click", ELEMENT, ""),
    (Press("Escape"), "keyPress", "Type / Keyboard", FOCUS, "Escape"),
    (Press("Escape", 3, "Box"), "keyPress", "Type / Keyboard", ELEMENT, "Escape"),
    (Upload(3, ("cv.pdf",), "Box", ("/home/me/s3cret",)), "uploadFile", "File Upload", ELEMENT, ""),
    (WaitFor("done"), "waitFor", None, None, ""),
    (WaitForChange(), "waitFor", None, None, ""),
    (Scroll(0, 9), "scroll", "Scroll", None, ""),
    (ScrollBox("main > div", "end"), "scroll", "Scroll", None, ""),
    (PointerClick(5, 6), "click", "Click", POINT, ""),
    (PointerClick(5, 6, double=True), "doubleClick", "Click", POINT, ""),
    (TypeText("s3cret"), "type", "Type / Keyboard", FOCUS, ""),
    (TypeText("s3cret\n"), "type", "Type / Keyboard", FOCUS, "Enter"),
    (PressKey("s"), "keyPress", "Type / Keyboard", FOCUS, "s"),
    (Wheel(5, 6, 0, 9), "scroll", "Scroll", POINT, ""),
]
BUTTON = HitElement("Pay", ("Pay",), submits=True, submission="POST http://x/pay", submission_url="http://x/pay")
FIELD = HitElement("Name", ("Name",), enter_submits=True, submission="POST http://x/pay", submission_url="http://x/pay")
LINK = HitElement("Report", ("Report",), href="http://x/r.pdf", downloads=True, enter_activates=True)
FILES = HitElement("CV", ("CV",), picks_file=True)


def test_the_facts_cover_every_action():
    assert {type(action) for action, *_ in FACTS} == set(get_args(Action))


@pytest.mark.parametrize(("action", "name", "category", "aimed_at", "key"), FACTS)
def test_an_action_carries_its_facts(action, name, category, aimed_at, key):
    assert (action.describe()["name"], action.category, action.aimed_at, action.pressed_key) == (
        name,
        category,
        aimed_at,
        key,
    )


@pytest.mark.parametrize("action", [action for action, *_ in FACTS], ids=repr)
def test_no_description_has_what_is_typed_or_where_a_file_is(action):
    assert "s3cret" not in str(action.describe())
    assert "s3cret" not in str(action.policy_words)


def test_a_character_that_a_person_presses_is_not_described():
    assert PressKey("s").describe() == {"name": "keyPress"}
    assert PressKey("Enter").describe() == {"name": "keyPress", "key": "Enter"}


def test_repeatable_are_the_actions_that_change_nothing():
    assert {cls for cls in get_args(Action) if cls.repeatable} == {
        Navigate,
        GoBack,
        SwitchTab,
        WaitFor,
        WaitForChange,
        Scroll,
        ScrollBox,
    }


def test_a_page_that_hangs_can_be_left_and_waited_for():
    assert {cls for cls in get_args(Action) if not cls.needs_page} == {Navigate, GoBack, SwitchTab, WaitFor}


@pytest.mark.parametrize(
    ("action", "hit", "expected"),
    [
        (WaitFor("x"), None, []),
        (WaitForChange(), None, []),
        (Scroll(), None, ["Scroll"]),
        (ScrollBox(), None, ["Scroll"]),
        (Click(0), None, ["Click"]),
        (Click(0), BUTTON, ["Click", "Form Submit", "Navigation"]),
        (PointerClick(1, 2), LINK, ["Click", "File Download", "Navigation"]),
        (Click(0), FILES, ["Click", "File Upload"]),
        (Click(0, "it", "right-click"), BUTTON, ["Click"]),
        (Click(0, "it", "middle-click"), LINK, ["Click", "File Download", "Navigation", "Tab Management"]),
        (Click(0, "it", held=("Control",)), LINK, ["Click", "File Download", "Navigation", "Tab Management"]),
        (Hover(0), LINK, ["Mouse Move"]),
        (Drag(0), LINK, ["Click"]),
        (SelectText(0), FIELD, ["Click"]),
        (Select(0, "x"), BUTTON, ["Click"]),
        (Type(0, "x"), FIELD, ["Type / Keyboard"]),
        (Type(0, "x", submit=True), FIELD, ["Type / Keyboard", "Form Submit", "Navigation"]),
        (TypeText("x\n"), FIELD, ["Type / Keyboard", "Form Submit", "Navigation"]),
        (Press("Enter"), LINK, ["Type / Keyboard", "Click", "File Download", "Navigation"]),
        (Press(" "), BUTTON, ["Type / Keyboard"]),
        (Press("Control+v"), FIELD, ["Type / Keyboard", "Clipboard"]),
        (PressKey("Control+t"), None, ["Type / Keyboard", "Tab Management"]),
        (PressKey("F5"), None, ["Type / Keyboard", "Navigation"]),
        (Upload(0, ("cv.pdf",)), FILES, ["File Upload"]),
    ],
)
def test_an_action_falls_into_its_category_and_those_of_its_effects(action, hit, expected):
    assert [fact.category for fact in classify_action(action, hit, "it")] == expected


def test_a_description_says_where_and_how_often():
    assert Click(0, "Map", at=Spot(0.2, 0.3)).describe() == {"name": "click", "target": "Map", "at": [0.2, 0.3]}
    assert Click(0, "Row", held=("Shift",)).describe() == {"name": "click", "target": "Row", "held": ["Shift"]}
    assert Drag(0, "Card", 1, "Done", by=(5, 0)).describe() == {
        "name": "drag",
        "target": "Card",
        "onto": "Done",
        "by": [5, 0],
    }
    assert Press("Tab", times=3).describe() == {"name": "keyPress", "target": "", "key": "Tab", "times": 3}
    assert Select(0, ("red", "blue"), "Box").describe()["option"] == "red, blue"


def test_rules_look_at_the_words_of_the_target_and_of_the_action():
    (upload,) = classify_action(Upload(0, ("cv.pdf",), "Your CV"), None, "Your CV")
    assert upload.target.text == "Your CV cv.pdf"
    (drag,) = classify_action(Drag(0, "Card", 1, "Bin"), None, "Card")
    assert drag.target.text == "Card Bin"
    (back,) = classify_action(GoBack(), None, "")
    assert (back.target.text, back.url) == ("back", None)
    (opened,) = classify_action(Navigate("http://x/"), None, "http://x/")
    assert (opened.target.text, opened.url) == ("http://x/", "http://x/")
