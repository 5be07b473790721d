"""What the local agent does with a sentence, tried on stored pages."""

from __future__ import annotations

import pytest
from agent_work import work_on
from stored_pages import stored

from webrun_nb.agents.base import Act, AgentError, Ask, Brief, Step
from webrun_nb.browsers.base import Action, Click, Press


def acts(steps: list[Step]) -> list[Action]:
    return [step.action for step in steps if isinstance(step, Act)]


def clicked(steps: list[Step]) -> list[str]:
    return [action.target for action in acts(steps) if isinstance(action, Click)]


# --- press ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "control"),
    [("press Submit", "Submit"), ("press the Save draft button", "Save draft"), ("press on Prices", "Prices")],
)
async def test_press_with_a_controls_name_clicks_it(sentence: str, control: str) -> None:
    assert clicked(await work_on(stored("form"), Brief(sentence))) == [control]


@pytest.mark.parametrize(
    ("sentence", "key"),
    [("press Enter", "Enter"), ("press the escape button", "Escape"), ("press the Delete key", "Delete")],
)
async def test_press_with_a_keys_name_presses_it(sentence: str, key: str) -> None:
    assert acts(await work_on(stored("form"), Brief(sentence))) == [Press(key)]


async def test_a_name_that_a_key_and_a_control_have_is_asked_about() -> None:
    *_, asked = await work_on(stored("form"), Brief("press Delete"))
    assert isinstance(asked, Ask)
    assert asked.candidates[0] == "1. the Delete key"
    assert asked.candidates[1].startswith('2. the button "Delete"')
    assert acts(await work_on(stored("form"), Brief("press Delete"), ["1"])) == [Press("Delete")]
    assert acts(await work_on(stored("programme"), Brief("press Delete"))) == [Press("Delete")]


async def test_signs_name_only_what_is_called_so() -> None:
    with pytest.raises(AgentError) as caught:
        await work_on(stored("product"), Brief('click the "×" button'))
    assert caught.value.code == "ELEMENT_NOT_FOUND"


async def test_an_address_that_can_not_be_read_is_asked_about() -> None:
    *_, asked = await work_on(stored("form"), Brief("http://[::1"))
    assert isinstance(asked, Ask)


async def test_words_of_any_script_are_words() -> None:
    *_, asked = await work_on(stored("regions"), Brief("list 製品"))
    assert isinstance(asked, Ask)
    assert 'Nothing on the page answers to "製品"' in asked.question
