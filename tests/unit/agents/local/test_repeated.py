"""Tests of pages that repeat the task's text."""

from __future__ import annotations

from webrun_nb.agents.local.repeated import without_instruction
from webrun_nb.browsers.observation import Element, Observation


def text(ref: int, words: str, path: str) -> Element:
    return Element(ref, "text", words, "div", words, path=path)


def seen(*texts: Element) -> Observation:
    return Observation("https://a.example", "A", (), "\n".join(t.text for t in texts), texts=texts)


def test_the_task_on_the_page_and_its_parts_are_no_things_of_the_page() -> None:
    page = seen(
        text(0, "Find the mail by Ada  and open it.", "body > p"),
        text(1, "Ada", "body > p > b"),
        text(2, "Ada", "body > ul > li"),
    )
    assert [t.ref for t in without_instruction(page, "find the mail by Ada and open it.").texts] == [2]


def test_a_page_that_does_not_repeat_it_stays_as_it_is() -> None:
    page = seen(text(0, "Ada", "body > p"))
    assert without_instruction(page, "Find the mail by Ada and open it.") is page


def test_a_short_text_may_be_the_thing_itself() -> None:
    page = seen(text(0, "Log in", "body > h1"))
    assert without_instruction(page, "Log in") is page
