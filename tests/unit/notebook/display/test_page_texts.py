"""Tests that every HTML of a notebook shows texts of pages unchanged, and never as a formula."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.fake_cards import RUNNING
from webrun_nb.client.snapshot import Question
from webrun_nb.notebook.display import results
from webrun_nb.notebook.jobs import JobState
from webrun_nb.notebook.widgets import job_card
from webrun_nb.notebook.widgets.static_card import card_html
from webrun_nb.tables.schema import resolve

PAGE = "<img src=x> was $1,299, now $899"
FORMULA = re.compile(r"\$[^<]*\$")
IGNORED = re.compile(r'<(?:div|table)[^>]* class="[^"]*\bmathjax_ignore\b')


def card(**changes: Any) -> str:
    return card_html(replace(RUNNING, **changes))


def job(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(JobState, "line", lambda _: PAGE)
    return job_card._html(PAGE)


def displayed(monkeypatch: pytest.MonkeyPatch, show: Callable[[], None]) -> str:
    """Return the HTML that a function displays, as IPython formats it at that time."""
    found: list[str] = []
    shell = InteractiveShell.instance()

    def display(shown: object) -> None:
        forms, _ = shell.display_formatter.format(shown)
        assert "text/markdown" not in forms
        found.append(forms["text/html"])

    monkeypatch.setattr(results, "display", display)
    show()
    InteractiveShell.clear_instance()
    (one,) = found
    return one


def partial_text(monkeypatch: pytest.MonkeyPatch) -> str:
    return displayed(monkeypatch, lambda: results.show_partial(PAGE, None, rows=5))


def partial_rows(monkeypatch: pytest.MonkeyPatch) -> str:
    rows = json.dumps([{"price": PAGE}])
    return displayed(monkeypatch, lambda: results.show_partial(rows, resolve("price:str", {}), rows=5))


PLACES: dict[str, Callable[[pytest.MonkeyPatch], str]] = {
    "the card's task": lambda _: card(current_task=PAGE),
    "the card's last action": lambda _: card(last_action=PAGE),
    "the card's question": lambda _: card(question=Question("t1", PAGE, "clarification")),
    "the job's card": job,
    "a partial text": partial_text,
    "partial rows": partial_rows,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_pages_words_are_shown_as_they_are_written(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = PLACES[place](monkeypatch)
    assert "<img" not in shown
    assert PAGE in html.unescape(re.sub(r"</?span[^>]*>", "", shown))
    assert IGNORED.search(shown), "MathJax 3 reads the rest"
    if place != "partial rows":  # pandas writes its cells itself
        assert not FORMULA.search(shown)
