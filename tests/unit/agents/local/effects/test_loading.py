"""Tests of what says that a page is loading."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.effects.loading import is_loading, may_be_loading
from webrun_nb.browsers.observation import Observation


def page(text: str, *, busy: bool = False) -> Observation:
    return Observation("https://a.example/", "Tides", (), text, busy=busy)


@pytest.mark.parametrize(
    "line", ["Loading…", "loading", "Loading the tides ...", "Please wait", "Searching...", "Saving…"]
)
def test_a_line_of_a_page_that_is_loading(line: str) -> None:
    assert is_loading(page(f"Tides\n{line}\nImprint"))
    assert is_loading(page("Tides", busy=True))


@pytest.mark.parametrize(
    "line", ["Loading docks", "Loading zone: no parking", "Please wait for the green light", "Wait", ""]
)
def test_other_lines_are_content(line: str) -> None:
    assert not is_loading(page(f"Tides\n{line}\nImprint"))


def test_the_words_alone_are_a_reason_to_look() -> None:
    assert may_be_loading("Tides Loading… Imprint")
    assert not may_be_loading("Tides Imprint")
