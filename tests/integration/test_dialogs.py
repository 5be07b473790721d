"""Tests of native dialogs: a person answers them, and the answer of a task says what became of them."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.agent_runner import AgentRun, work
from webrun_nb.agents.base import TaskSpec
from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.browsers.observation import DialogAnswer
from webrun_nb.browsers.protocol import BrowserInstance

Site = Any
"""conftest's; tests are no package, so it has no name to import."""
pytestmark = pytest.mark.asyncio(loop_scope="module")

GAMES = """<title>Games</title><h1>Games</h1><ul><li>Amber Line <button>Remove</button></li></ul><p id="said"></p>
<script>document.querySelector("button").onclick = (event) => {
  if (!confirm("Remove this game?")) return;
  if (TWICE && !confirm("Really?")) return;
  event.target.closest("li").remove(); said.textContent = "Removed";
}</script>"""
NAME = """<title>Name</title><button>Rename</button><p id="name">old</p>
<script>document.querySelector("button").onclick = () => {
  const text = prompt("New name"); if (text !== null) name_.textContent = text;
}; const name_ = document.getElementById("name");</script>"""
MESSAGE = """<title>Message</title><button>Save</button>
<script>document.querySelector("button").onclick = () => alert("It was not saved.");</script>"""


@pytest.fixture
def pages(site: Site) -> Site:
    site.page("/once", GAMES.replace("TWICE", "false"))
    site.page("/twice", GAMES.replace("TWICE", "true"))
    site.page("/name", NAME)
    site.page("/message", MESSAGE)
    return site


async def run(instance: BrowserInstance, url: str, text: str, *answers: str) -> AgentRun:
    return await work(instance, TaskSpec(text, starting_url=url), answers)


async def test_a_question_of_the_page_is_put_to_a_person_in_its_words(instance: BrowserInstance, pages: Site) -> None:
    done = await run(instance, pages.url("/once"), "click Remove", "OK")
    assert [question.question for question in done.asked] == [
        '"click Remove": the page asks “Remove this game?”. "OK" or "Cancel"?'
    ]
    assert "Removed" in (await instance.observe()).text


async def test_what_a_person_declined_is_not_done_and_the_answer_says_so(
    instance: BrowserInstance, pages: Site
) -> None:
    done = await run(instance, pages.url("/once"), "click Remove", "Cancel")
    assert "The page asked “Remove this game?” and was answered Cancel." in done.answer.text
    assert "Removed" not in (await instance.observe()).text


async def test_a_second_question_is_not_accepted_with_the_first(instance: BrowserInstance, pages: Site) -> None:
    done = await run(instance, pages.url("/twice"), "click Remove", "OK", "Cancel")
    assert "“Really?”" in done.asked[1].question
    assert "Removed" not in (await instance.observe()).text


async def test_one_answer_that_is_for_any_dialog_is_for_the_first_alone(instance: BrowserInstance, pages: Site) -> None:
    await instance.perform(Navigate(pages.url("/twice")))
    button = (await instance.observe()).elements[0]
    await instance.perform(Click(button.ref), dialog_answer=DialogAnswer(None))
    assert [dialog.is_accepted for dialog in instance.take_dialogs()] == [True, False]


async def test_a_text_that_the_page_asks_for_is_given(instance: BrowserInstance, pages: Site) -> None:
    await run(instance, pages.url("/name"), "click Rename", "Ada")
    assert "Ada" in (await instance.observe()).text


async def test_a_message_is_closed_and_told(instance: BrowserInstance, pages: Site) -> None:
    done = await run(instance, pages.url("/message"), "click Save")
    assert "The page said “It was not saved.”." in done.answer.text


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("/once", "click Remove and accept the dialog", "The page asked “Remove this game?” and was answered OK."),
        ("/once", "click Remove, then click Cancel", "The page asked “Remove this game?” and was answered Cancel."),
        ("/name", 'click Rename and answer "Ada"', "The page asked “New name” and was answered “Ada”."),
    ],
)
async def test_a_dialog_is_answered_as_the_sentence_says(
    instance: BrowserInstance, pages: Site, path: str, text: str, said: str
) -> None:
    done = await run(instance, pages.url(path), text)
    assert said in done.answer.text
    assert not done.asked
