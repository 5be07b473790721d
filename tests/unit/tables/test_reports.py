"""Tests of frames made with a report: settled values, reasons, completeness, provenance and texts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pydantic
import pytest

from webrun_nb.tables.completeness import MOST_NAMED
from webrun_nb.tables.frames import to_frame
from webrun_nb.tables.provenance import provenance_frame, texts_frame
from webrun_nb.tables.schema import from_object, resolve
from webrun_nb.tables.settling import settle, shown_by
from webrun_nb.wire.report import ReportBody

URL = "https://shop.example/1"
READINGS = [
    {"value": 1250.0, "how": "thousands' mark .", "assumes": [["group", "."]]},
    {"value": 1.25, "how": "decimal mark .", "assumes": [["decimal", "."]]},
]
COMMA = {"shop.example": [["decimal", ","]]}


def value(row: int = 0, column: str = "x", **more: Any) -> dict[str, Any]:
    source = {"url": URL, "element": "td", "text": "1.250", "reading": ""}
    return {"row": row, "column": column, **source, **more}


def unsure(row: int = 0, **more: Any) -> dict[str, Any]:
    return value(row, reason="ambiguous-mark", readings=READINGS, **more)


def report(*values: dict[str, Any], shows: Any = None, **more: Any) -> ReportBody:
    columns = [{"name": "x", "label": "X", "reading": "", "nulls": {"blank": 7}, "shows": shows or {}}]
    known = {"sessionId": "s", "taskId": "t", "unused": [], "pages": [], "columns": columns, "values": [*values]}
    return ReportBody.model_validate({**known, **more})


def a_list(**more: Any) -> dict[str, Any]:
    known = {"url": URL, "title": "", "shown": 24, "collected": 24, "stated": None, "ended": "no next page"}
    return {**known, "repeated": 0, "assumed": False, "whole": True, "enough": False, **more}


def frame_of(records: Any, columns: Any, made_of: ReportBody | None = None) -> tuple[pd.DataFrame, dict[str, Any]]:
    frame, completeness = to_frame(records, from_object(columns), meta={}, report=made_of)
    return frame, completeness.to_json()


# --- settling ---------------------------------------------------------------------------------------------------------


def test_a_null_has_the_reading_that_its_site_proves():
    frame, completeness = frame_of([{"x": None}], "x:float?", report(unsure(), shows=COMMA))
    assert frame.at[0, "x"] == 1250.0
    assert (completeness["settled"], completeness["nulls"], completeness["missing"]) == ({"x": 1}, {}, {"x": 0})


@pytest.mark.parametrize(
    "shows",
    [{}, {"other.example": [["decimal", ","]]}, {"shop.example": [["decimal", ","], ["decimal", "."]]}],
    ids=["nothing proved", "another site", "both marks"],
)
def test_a_null_of_which_nothing_is_proved_stays(shows: Any):
    frame, completeness = frame_of([{"x": None}], "x:float?", report(unsure(), shows=shows))
    assert frame["x"].isna().all()
    assert (completeness["settled"], completeness["nulls"]) == ({}, {"x": {"ambiguous-mark": 1}})


def test_a_value_that_is_there_is_not_changed():
    frame, _ = frame_of([{"x": 1.25}], "x:float?", report(unsure(), shows=COMMA))
    assert frame.at[0, "x"] == 1.25


def test_a_site_is_decided_over_several_answers():
    first, second = report(shows=COMMA), report(unsure())
    settled = settle([{"x": None}], second.values, shown_by([first, second]))
    assert settled.records == [{"x": 1250.0}]


def test_a_value_in_a_nested_record_is_settled():
    made = report(unsure(), shows=COMMA)
    values = [each.model_copy(update={"column": "a.x"}) for each in made.values]
    shown = {("a.x", "shop.example"): frozenset({("decimal", ",")})}
    assert settle([{"a": {"x": None, "y": 1}}], values, shown).records == [{"a": {"x": 1250.0, "y": 1}}]


@pytest.mark.parametrize("records", [[], ["text"], [{"y": 1}], [{"x": {}}], [None]], ids=str)
def test_records_without_the_place_of_a_value_stay_as_they_are(records: list[Any]):
    assert (
        settle(records, report(unsure()).values, {("x", "shop.example"): frozenset({("decimal", ",")})}).records
        == records
    )


# --- completeness -----------------------------------------------------------------------------------------------------


def test_nulls_are_counted_by_column_and_reason():
    values = [
        value(0, reason="blank"),
        value(1, reason="range"),
        value(2, reason="blank"),
        value(3, reason="exact-differs"),
    ]
    records = [{"x": None}, {"x": None}, {"x": None}, {"x": 1.0}]
    assert frame_of(records, "x:float?", report(*values))[1]["nulls"] == {"x": {"blank": 2, "range": 1}}


def test_the_reports_own_counts_are_taken_where_it_lacks_values():
    assert frame_of([{"x": None}], "x:float?", report(valuesLeftOut=3))[1]["nulls"] == {"x": {"blank": 7}}


def test_a_misfit_has_its_row_column_and_reason():
    _, completeness = frame_of([{"x": 1.0}, {"x": None}, {"x": "y"}], "x:float", report(value(1, reason="range")))
    assert completeness["misfits"] == [
        {"row": 1, "column": "x", "why": "no value (range)"},
        {"row": 2, "column": "x", "why": "it is no float"},
    ]
    assert completeness["incomplete_rows"] == 2


def test_misfits_are_named_up_to_a_limit_and_all_counted():
    _, completeness = frame_of([{"x": None}] * (MOST_NAMED + 20), "x:float")
    assert (len(completeness["misfits"]), completeness["incomplete_rows"]) == (MOST_NAMED, MOST_NAMED + 20)


class Laptop(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(ge=0)


def test_a_models_own_schema_is_applied_row_by_row():
    records = [{"name": "A", "price": 1}, {"name": "B", "price": None}, {"name": "C", "price": -1}, {"name": "D"}]
    frame, completeness = frame_of(records, list[Laptop])
    assert len(frame) == 4
    assert [(each["row"], each["column"]) for each in completeness["misfits"]] == [
        (1, "price"),
        (2, "price"),
        (3, "price"),
    ]
    assert "minimum" in completeness["misfits"][1]["why"]
    assert completeness["incomplete_rows"] == 3


def test_the_one_record_of_a_model_is_checked():
    _, completeness = frame_of({"name": "A", "price": -1}, Laptop)
    assert [(each["row"], each["column"]) for each in completeness["misfits"]] == [(0, "price")]


def test_lists_are_summed_up():
    lists = [a_list(stated=120), a_list(collected=20, stated=120, repeated=4, ended="no next page")]
    pages = [
        {"url": URL, "status": 200, "at": 1},
        {"url": f"{URL}?2", "status": 200, "at": 2},
        {"url": URL, "status": 200, "at": 3},
    ]
    found = frame_of([{"x": 1.0}], "x:float", report(lists=lists, pages=pages))[1]
    names = (
        "pages",
        "rows",
        "rows_seen",
        "rows_collected",
        "rows_stated",
        "duplicates",
        "duplicates_assumed",
        "cut_short",
    )
    assert [found[name] for name in names] == [2, 1, 48, 44, 120, 4, False, []]


def test_several_statements_are_none():
    assert frame_of([], "x:float", report(lists=[a_list(stated=30), a_list(stated=45)]))[1]["rows_stated"] is None


@pytest.mark.parametrize(
    ("lists", "complete"),
    [
        ([], True),
        ([a_list(stated=24)], True),
        ([a_list(stated=25)], False),
        ([a_list(whole=False, ended="stopped after 50 pages")], False),
        ([a_list(stated=120, whole=False, enough=True, ended="enough rows")], True),
    ],
    ids=["no list", "all", "the page says more", "cut short", "enough"],
)
def test_a_frame_is_complete_if_its_lists_were_read_to_their_end(lists: list[Any], complete: bool):
    _, completeness = to_frame([{"x": 1.0}], resolve("x:float", {}), meta={}, report=report(lists=lists))
    assert completeness.complete is complete


def test_without_a_report_nothing_is_said_of_pages_and_lists():
    found = frame_of([{"x": 1.0}], "x:float")[1]
    names = (
        "pages",
        "rows_seen",
        "rows_collected",
        "rows_stated",
        "duplicates",
        "duplicates_assumed",
        "enough",
        "cut_short",
    )
    assert {found[name] for name in names} == {None}


# --- frames of a report -----------------------------------------------------------------------------------------------


def test_provenance_has_a_row_per_value():
    known = value(0, reading="decimal mark , by column", at=1_000, box=[1, 2, 3, 4])
    frame = provenance_frame(report(known, unsure(1)), [{"x": 1.0}, {"x": None}])
    assert frame.drop(columns="reason").iloc[0].to_dict() == {
        "row": 0,
        "column": "x",
        "page": URL,
        "time": pd.Timestamp("1970-01-01 00:00:01", tz="UTC"),
        "element": "td",
        "text": "1.250",
        "reading": "decimal mark , by column",
    }
    assert frame["reason"].isna().tolist() == [True, False]


def test_provenance_says_how_a_settled_value_was_read():
    frame = provenance_frame(report(unsure(), shows=COMMA), [{"x": None}])
    assert frame.at[0, "reading"] == "thousands' mark . by other pages of the site"
    assert frame["reason"].isna().all()


def test_the_time_of_a_page_is_that_of_its_first_reading_where_a_value_has_none():
    pages = [{"url": URL, "status": 200, "at": 5}, {"url": URL, "status": 200, "at": 9}]
    assert provenance_frame(report(value(), pages=pages), [{}]).at[0, "time"].timestamp() == 0.005


def test_provenance_without_values_keeps_its_columns():
    assert list(provenance_frame(report(), []).columns)[:2] == ["row", "column"]


def test_texts_are_in_the_shape_of_the_answer():
    frame = pd.DataFrame({"x": [1.0, None], "x_currency": ["EUR", None]})
    texts = texts_frame(report(value(0), unsure(1, text="1.299"), value(0, "y", text="")), frame)
    assert texts["x"].tolist() == ["1.250", "1.299"]
    assert texts["y"].isna().all()
    assert list(texts.columns) == ["x", "y"]


WRAPPED = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"properties": {"x": {"type": "number"}}}}},
}


def test_the_rows_of_a_list_in_an_object_are_those_of_the_report():
    made = report(value(0), value(1, reason="range"))
    frame, completeness = frame_of({"rows": [{"x": 1}, {"x": None}]}, WRAPPED, made)
    assert (len(frame), completeness["nulls"]) == (1, {"x": {"range": 1}})
    assert texts_frame(made, frame)["x"].tolist() == ["1.250", "1.250"]
