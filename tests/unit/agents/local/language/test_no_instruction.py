"""Tests of texts that are no instruction: each gives one clear line, and none takes long or raises."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intended import preview
from webrun_nb.agents.local.language.intents import Unclear

ESSAY = "Yesterday I went to the market with my sister and we bought apples, pears and plums for the cake. " * 120


def problem(text: str) -> str:
    """Return what is said of the first sentence that is not understood."""
    return preview(text, None, has_page=True).problems[0]


@pytest.mark.parametrize("text", ["", "   \n ", "...", "12345", "!@#$%^&*()", "🙂🙂", "<b>hello</b>"])
def test_what_says_nothing_is_one_line_with_the_forms_of_sentences(text: str) -> None:
    (said,) = preview(text, None, has_page=True).problems
    assert said.startswith("I did not understand any of this")
    assert "`click" in said


@pytest.mark.parametrize(
    "text",
    [
        "Klicke auf die Schaltfläche und gib den Namen ein",
        "Cliquez sur le bouton puis ouvrez les réglages",
        "Haz clic en el botón y abre los ajustes",
        "Fare clic sul pulsante e aprire il menu della pagina",
        "Нажмите кнопку",
        "点击提交按钮",
        "انقر على الزر",
    ],
)
def test_another_language_is_named_as_the_reason(text: str) -> None:
    assert problem(text).startswith("I follow English sentences only")


@pytest.mark.parametrize(
    "text", ["click Über uns", "click «Сохранить»", 'type "点击" into Name', "visit Café de la Paix"]
)
def test_names_in_another_language_are_names(text: str) -> None:
    assert not any(isinstance(step, Unclear) for step in plan(text))


def test_an_essay_is_refused_as_a_whole_and_not_repeated() -> None:
    assert len(ESSAY) > 10_000
    assert "120 sentences; I follow at most 60" in problem(ESSAY)
    assert len(problem(ESSAY)) < 600


def test_a_long_quoted_text_is_no_essay() -> None:
    assert preview(f'type "{"word. " * 300}" into Notes', None, has_page=True).problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tick and untick the box", "It does not say what to tick"),
        ("open and close the dialog", "It does not say what to open"),
        ("click", "It does not say what to click"),
        ("do not click Save", "It says only what is not to be done (click Save)"),
        ("never press Enter", "It says only what is not to be done (press Enter)"),
    ],
)
def test_a_sentence_without_a_thing_and_one_that_forbids_are_told(text: str, said: str) -> None:
    assert problem(text).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "click " + '"a" ' * 300,
        'click "' + '"' * 301,
        "click " + "(" * 300 + ")" * 300,
        "if " * 200 + "x",
        "click " + " and ".join(["Save"] * 200),
        "tick " + ", ".join(["Milk"] * 200),
        "click the button " + "of the list " * 14,
        "click " + "Save next to " * 14 + "Ada",
        "click x " + "until y " * 100,
        "unless the box is checked, " * 6 + "click Save",
        "type " + "x " * 5_000,
        "a" * 2_000,
        "\x00\x01 click \ue000" + "\ue0001\ue001" * 50,
    ],
    ids=lambda text: f"{text[:12]}…",
)
def test_nothing_takes_long_or_raises(text: str) -> None:
    assert preview(text, None, has_page=True).steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Type Ada into Name. Do not submit.", 1),
        ("Don't log in, just tell me the price of the Umbra Lamp.", 1),
        ("Do not press Buy; open the Lamps page and list the names", 2),
    ],
)
def test_what_is_forbidden_beside_steps_that_do_not_do_it_is_kept_by_doing_nothing(text: str, steps: int) -> None:
    found = plan(text)
    assert len(found) == steps
    assert not any(isinstance(each, Unclear) for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "Do not submit.",
        "Click Submit. Do not click Submit.",
        "Add a book called Emma. Do not save.",
        "Type Ada into Name. I don't want the newsletter.",
    ],
)
def test_what_is_forbidden_is_asked_about_where_it_is_alone_or_a_step_may_do_it(text: str) -> None:
    assert any(isinstance(each, Unclear) for each in plan(text))
