"""Tests of what a result says of the pages that its answer rests on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from helpers.fake_service import USAGE, FakeService, completed
from webrun_nb.client.client import Client
from webrun_nb.client.errors import NoReportWarning
from webrun_nb.client.tasks import result as results
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.notebook.display.results import show_result

URL = "https://shop.example/"
VALUES = [
    {"row": 0, "column": "x", "url": URL, "element": "td", "text": "1,5", "reading": "decimal mark ,"},
    {
        "row": 1,
        "column": "x",
        "url": URL,
        "element": "td:nth-of-type(2)",
        "text": "1.250",
        "reading": "",
        "reason": "ambiguous-mark",
        "readings": [{"value": 1250.0, "how": "thousands' mark .", "assumes": [["group", "."]]}],
    },
]
SHOWS = {"shop.example": [["decimal", ","]]}
COLUMNS = [{"name": "x", "label": "X", "reading": "", "nulls": {}, "shows": {}}]
LISTS = [
    {"url": URL, "title": "", "shown": 2, "collected": 2, "stated": 9, "ended": "", "repeated": 0, "assumed": False}
    | {"whole": True, "enough": False}
]


@pytest.fixture
def answered(service: FakeService, client: Client) -> Callable[..., TaskResult]:
    """Return a function that runs a task of two rows, and has a report of them."""
    service.report = {"values": VALUES, "columns": COLUMNS, "lists": LISTS}

    def ask(**usage: Any) -> TaskResult:
        service.task = {**completed('[{"x": 1.5}, {"x": null}]'), "usage": {**USAGE, **usage}}
        return client.start("shop").task("List them.", schema="x:float?")

    return ask


@pytest.fixture
def _unwarned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_without_reports", set())


def test_it_has_the_source_of_each_value(answered: Callable[..., TaskResult]) -> None:
    found = answered().provenance
    assert found is not None
    assert found["text"].tolist() == ["1,5", "1.250"]
    assert found["reason"].fillna("").tolist() == ["", "ambiguous-mark"]


def test_it_has_the_texts_of_the_page(answered: Callable[..., TaskResult]) -> None:
    texts = answered().raw
    assert texts is not None
    assert texts["x"].tolist() == ["1,5", "1.250"]


def test_its_completeness_has_lists_and_reasons(answered: Callable[..., TaskResult]) -> None:
    found = answered().completeness
    assert (found["nulls"], found["rows_collected"], found["rows_stated"]) == ({"x": {"ambiguous-mark": 1}}, 2, 9)


def test_the_table_has_what_other_values_of_the_site_prove(
    service: FakeService, answered: Callable[..., TaskResult]
) -> None:
    service.report["columns"] = [{**COLUMNS[0], "shows": SHOWS}]
    result = answered()
    assert result.df["x"].tolist() == [1.5, 1250.0]
    assert result.df.attrs["webrun"]["completeness"]["settled"] == {"x": 1}


def test_the_server_is_asked_once(service: FakeService, answered: Callable[..., TaskResult]) -> None:
    result = answered()
    for _ in range(2):
        assert [*result.df.columns, *result.unused] == ["x"]
        assert result.provenance is not None
        assert result.raw is not None
    assert len(service.reports) == 2  # the values with a reason, and all values


def test_a_line_under_the_cell_says_what_is_off(
    answered: Callable[..., TaskResult], capsys: pytest.CaptureFixture[str]
) -> None:
    show_result(answered(), name=None, rows=5, quiet=True)
    assert "2 of 9 rows collected · x: 1 null [ambiguous-mark], shown as <NA>" in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("_unwarned")
def test_without_reports_there_is_none_which_is_said_once(
    service: FakeService, answered: Callable[..., TaskResult]
) -> None:
    result = answered(emulated=False)
    with pytest.warns(NoReportWarning, match=r"^http://127.0.0.1:9 does not say what an answer rests on"):
        assert result.provenance is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (result.raw, answered(emulated=False).provenance) == (None, None)
    assert (result.completeness["rows"], result.completeness["pages"], service.reports) == (2, None, [])


def test_it_says_what_has_changed_since_another(answered: Callable[..., TaskResult]) -> None:
    result = answered()
    assert not result.diff(answered(), key="x")
    assert result.diff(result.df.iloc[:1], key="x").added.index.tolist() == [1]
