"""Tests of the applications that `webrun-nb bench --agent` drives: their checks. No agent works on them here."""

from __future__ import annotations

from pathlib import Path

import pytest

from webrun_nb.bench.harness.applications import datasette_tasks, todomvc_tasks
from webrun_nb.bench.harness.applications.application import Answered
from webrun_nb.bench.harness.applications.django_admin import DjangoAdmin
from webrun_nb.bench.measurements.real_applications import APPLICATIONS

NOTHING_SAID = Answered("Done.")


def test_there_are_thirty_different_sentences() -> None:
    assert len({task.text for kind in APPLICATIONS for task in kind.tasks}) == 30


@pytest.mark.parametrize(
    ("message", "words", "but_not", "says"),
    [
        ("437 orders (on 5 pages)", ["437"], [], True),
        ("1,204 rows at €9.5", ["1204", "9.50"], [], True),
        ("1437 orders", ["437"], [], False),
        ("pending: 74", ["Pending", "74"], ["shipped"], True),
        ("pending: 74, shipped: 2", ["pending", "74"], ["shipped"], False),
        ("Annika Lund", ["Anni"], [], False),
    ],
)
def test_words_and_numbers_of_an_answer(message: str, words: list[str], but_not: list[str], says: bool) -> None:
    assert Answered(message).says(*words, but_not=but_not) is says


def test_records_of_an_answer() -> None:
    assert Answered('[{"a": 1}, 2]').records == [{"a": 1}]
    assert NOTHING_SAID.records == []


def test_todos_that_were_left_alone_pass_no_check() -> None:
    for task, seed in zip(todomvc_tasks.TASKS, todomvc_tasks.SEEDS, strict=True):
        assert not task.done(todomvc_tasks.TodoState(seed, "SHOW_ALL"), NOTHING_SAID), task.text


def test_a_shop_of_which_nothing_was_read_passes_no_check(tmp_path: Path) -> None:
    datasette_tasks.fill(tmp_path / "shop.db")
    shop = datasette_tasks.Shop(tmp_path / "shop.db")
    everything = Answered(" ".join(shop.words("select * from products join customers join orders limit 5000")))
    for task in datasette_tasks.TASKS:
        assert not task.done(shop, NOTHING_SAID), task.text
    assert datasette_tasks.TASKS[0].done(shop, Answered("There are 437 orders."))
    assert not datasette_tasks.TASKS[1].done(shop, everything)


def test_a_library_that_was_left_alone_passes_no_check() -> None:
    application = DjangoAdmin()
    with application:
        for number, task in enumerate(application.tasks, start=1):
            application.reset(number)
            assert not task.done(application.state(), NOTHING_SAID), task.text
