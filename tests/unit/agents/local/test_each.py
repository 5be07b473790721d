"""Tests of the things that "for each …" goes through."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from helpers.agent_runner import FakeWorker
from helpers.stored_pages import stored
from webrun_nb.agents.base import Reply, TaskSpec, TokenUse
from webrun_nb.agents.local.each import names_of_each
from webrun_nb.agents.local.language.nouns import thing_of
from webrun_nb.agents.local.task import Task


def names(page: str, words: str) -> Sequence[str]:
    """Return the names of the things that words stand for on a stored page."""
    target = thing_of(words)
    assert target is not None
    worker, reply = FakeWorker(stored(page)), None
    work = names_of_each(Task(TaskSpec("for each"), TokenUse()), target)
    try:
        while True:
            answer: Reply | None = worker.reply(work.send(reply))
            reply = answer
    except StopIteration as done:
        found: Sequence[str] = done.value
        return found


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("members", "each name", ["Ada", "Bo", "Cy", "Di"]),
        ("members", "each of the first two names", ["Ada", "Bo"]),
        ("members", "the last two names", ["Cy", "Di"]),
        ("cards", "each check box", ["Meal", "Bag"]),
        ("product", "each boat", []),
        ("members", "each boat", []),
    ],
)
def test_names_of_each(page: str, words: str, found: list[str]) -> None:
    assert list(names(page, words)) == found
