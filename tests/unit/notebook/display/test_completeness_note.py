"""Tests of the line under a cell that says what its table lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from webrun_nb.notebook.display.completeness_note import completeness_note
from webrun_nb.tables.completeness import Collected, Completeness, Misfit

WHOLE = Collected(2, 48, 48, 48, 4, False, False, ())
COMPLETE = Completeness(48, 0, {"a": 3}, {"a": 0}, nulls={"a": {"blank": 2, "absent": 1}}, collected=WHOLE)


def test_nothing_is_said_where_nothing_is_off() -> None:
    assert completeness_note(COMPLETE) == ""


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"rows_stated": 120}, "48 of 120 rows collected"),
        ({"cut_short": ("stopped after 50 pages",)}, "not all rows: stopped after 50 pages"),
        ({"cut_short": ("",)}, "it is not known if these are all rows"),
        ({"duplicates_assumed": True}, "4 rows taken for repeated, by the overlap of screens alone"),
        ({"duplicates_assumed": True, "duplicates": 0}, ""),
        ({"rows_stated": None}, ""),
        ({"rows_stated": 120, "enough": True}, ""),
        ({"rows_stated": 12}, ""),
        ({"short_answers": 2}, "2 answers with fewer rows than the page says there are"),
    ],
    ids=str,
)
def test_lists_that_were_not_read_to_their_end_are_named(changes: dict[str, Any], note: str) -> None:
    assert completeness_note(replace(COMPLETE, collected=replace(WHOLE, **changes))) == note


@pytest.mark.parametrize(
    ("nulls", "note"),
    [
        ({"ambiguous-mark": 2}, "a: 2 null [ambiguous-mark], shown as <NA>"),
        ({"ambiguous-mark": 2, "blank": 9, "range": 1}, "a: 3 null [2 ambiguous-mark, 1 range], shown as <NA>"),
    ],
    ids=str,
)
def test_nulls_that_the_page_has_a_text_for_are_named_with_their_reason(nulls: dict[str, int], note: str) -> None:
    assert completeness_note(replace(COMPLETE, nulls={"a": nulls})) == note


def test_a_required_column_has_its_reasons_and_rows() -> None:
    misfits = (Misfit(3, "a", "no value (blank)"), Misfit(7, "a", "no value (range)"))
    found = replace(
        COMPLETE,
        incomplete_rows=2,
        missing={"a": 2},
        required=("a",),
        nulls={"a": {"blank": 1, "range": 1}},
        misfits=misfits,
    )
    assert completeness_note(found) == "2 rows incomplete, rows 3, 7 (a: 2 missing [1 blank, 1 range]), shown as <NA>"


def test_many_rows_are_not_named() -> None:
    misfits = tuple(Misfit(row, "a", "no value") for row in range(6))
    found = replace(COMPLETE, incomplete_rows=6, missing={"a": 6}, required=("a",), nulls={}, misfits=misfits)
    assert completeness_note(found) == "6 rows incomplete (a: 6 missing), shown as <NA>"


def test_a_row_that_breaks_the_users_schema_alone_is_named() -> None:
    found = replace(COMPLETE, incomplete_rows=1, misfits=(Misfit(2, "a", "-1 is less than the minimum of 0"),))
    assert completeness_note(found).startswith("1 row incomplete, row 2 (a: 1 that the schema does not allow)")


def test_it_is_one_line() -> None:
    found = replace(COMPLETE, nulls={"a": {"range": 1}}, collected=replace(WHOLE, rows_stated=120))
    assert completeness_note(found) == "48 of 120 rows collected · a: 1 null [range], shown as <NA>"
