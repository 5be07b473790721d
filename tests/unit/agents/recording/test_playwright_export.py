"""Tests of the scripts that recordings are written as: they compile, and hold no more than they need."""

from __future__ import annotations

import ast

import pytest

from webrun_nb.agents.recording.choices import ColumnDescription, ListChoice, RowsChoice, WordsChoice
from webrun_nb.agents.recording.playwright_export import playwright_script
from webrun_nb.agents.recording.recording import (
    ActionStep,
    ChosenStep,
    ReadStep,
    RecordedStep,
    RecordedTask,
    Recording,
    RecordingError,
)
from webrun_nb.agents.recording.targets import ElementDescription

BUTTON = ElementDescription(role="button", name="Add", beside=("Pear",), ordinal=2, count=2, path="body > button")
FIELD = ElementDescription(role="textbox", name='Your "name"', label="Name", placeholder="Ada")


def script_of(*steps: RecordedStep, text: str = "Do it") -> str:
    script = playwright_script(Recording(task=RecordedTask(text=text), steps=steps))
    compile(script, "script", "exec")
    return script


def step(action: str, element: ElementDescription | None = None, **details: object) -> ActionStep:
    return ActionStep(action=action, element=element, details=details)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (step("Navigate", url="http://x/'a'"), """await page.goto("http://x/'a'")"""),
        (step("GoBack"), "await page.go_back()"),
        (step("SwitchTab", number=1), "page = context.pages[0]"),
        (step("Click", BUTTON, manner="right-click", held=["Shift"]), "click(button=\"right\", modifiers=['Shift'])"),
        (
            step("Click", ElementDescription(role="checkbox", name="Gift", checked=False)),
            "await element.set_checked(True)",
        ),
        (step("Hover", BUTTON), "await element.hover()"),
        (step("Type", FIELD, text="Ada", submit=True), 'await element.press("Enter")'),
        (step("Type", FIELD, text="Ada", by_keys=True), "await element.press_sequentially('Ada')"),
        (step("TypeSecret", FIELD, field="password"), "await element.fill(secret('password'))"),
        (step("TypeSecret", FIELD, field="otp_secret"), "await element.fill(secret('otp_code'))"),
        (step("Select", FIELD, option="Large"), "await element.select_option(label=['Large'])"),
        (step("Press", key="Escape", times=2), "await page.keyboard.press('Escape')"),
        (step("WaitFor", text="Ready"), "await page.get_by_text('Ready').first.wait_for(timeout=10000)"),
        (step("ScrollBox", path="#list", goal="end"), "await page.locator('#list').evaluate("),
        (step("Upload", FIELD, names=["cv.pdf"]), "await element.set_input_files(['cv.pdf'])"),
        (
            ActionStep(action="Click", element=BUTTON, dialog_text=""),
            "page.once(\"dialog\", lambda dialog: dialog.accept(''))",
        ),
    ],
)
def test_an_action_is_a_line_of_playwright(written, line):
    assert line in script_of(written)


def test_one_of_several_is_found_by_its_row_first_and_then_by_its_place():
    script = script_of(step("Click", BUTTON))
    by_row, by_place = script.index("filter(has="), script.index("get_by_role('button', name='Add', exact=True), 2, 2)")
    assert by_row < by_place


def test_a_script_has_no_more_than_it_needs():
    script = script_of(step("Navigate", url="http://x/"))
    assert [name for name in ("find", "secret", "json", "re.", "webrun_nb") if name in script] == []
    assert "playwright install chromium" in script
    reading = script_of(ReadStep(read="List the fruits"))
    assert "await launch_found_browser(playwright.chromium)" in reading
    assert [name for name in ("import os", "WEBRUN_BROWSER") if name in reading] == []


def test_what_a_task_says_ends_no_string():
    said = 'List "it" \\ \'now\'"""'
    tree = ast.parse(script_of(ReadStep(read=said), text='List """it""" \\'))
    assert said in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def test_the_choices_of_one_answer_are_read_together():
    choice = ColumnDescription("Price", ("label", "Price"))
    steps = (ListChoice("table", "Fruits", {"price": choice}), RowsChoice(limit=1), WordsChoice("It costs $3."))
    script = script_of(*(ChosenStep.of(each, "") for each in steps))
    assert (script.count("chosen = ChosenValues(None)"), script.count("print(")) == (2, 2)
    assert "import ChosenValues\n" in script


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (ActionStep(action="Type", problem="it held a secret"), "it held a secret"),
        (step("Drag", BUTTON, by=[1, 2]), "it drags by a distance"),
        (step("SelectText", BUTTON, phrase="a b"), "it selects a phrase"),
        (step("Click", ElementDescription(role="button")), "its element has no name, label or path"),
    ],
)
def test_what_cannot_be_written_names_the_step(written, why):
    with pytest.raises(RecordingError, match=f"step 2 of 2 can't be written: {why}"):
        script_of(step("GoBack"), written)
