from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from helpers.fake_runner import answer
from webrun_nb.batch.frames import failures_frame, status_frame
from webrun_nb.batch.rows import RowAnswer, RowFailure
from webrun_nb.batch.run_table import RunTable
from webrun_nb.tables import schema as schemas

SCHEMA = schemas.from_object("name:str, employees:int?, founded:date?")


def report(*values, shows=None):
    """Return the evidence of an answer: values without a proved reading, and what certain ones show."""
    return {
        "success": True,
        "sessionId": "s",
        "taskId": "t",
        "unused": [],
        "pages": [],
        "lists": [],
        "columns": [{"name": "founded", "label": "", "reading": "", "nulls": {}, "shows": shows or {}}],
        "values": list(values),
        "pictures": [],
        "valuesLeftOut": 0,
    }


def open_date(row, text, **readings):
    return {
        "row": row,
        "column": "founded",
        "url": "http://a.example/1",
        "element": "td",
        "text": text,
        "reading": "",
        "reason": "ambiguous-order",
        "readings": [
            {"value": value, "how": order, "assumes": [["order", order]]} for order, value in readings.items()
        ],
    }


def frame_of(answers, index=None, schema=SCHEMA, meta=None, **columns):
    index = pd.RangeIndex(len(answers)) if index is None else index
    return RunTable(lambda: iter(answers), schema, index, meta or {}, **columns).whole()


def test_one_record_a_row_has_the_index_of_the_input_and_the_types_of_the_schema(make_rows):
    first, second = make_rows(2)
    frame = frame_of(
        [(first, answer(first, {"name": "Aster", "employees": 3})), (second, answer(second, {"name": "Birch"}))],
        pd.Index(["x", "x"], name="key"),
    )
    assert frame.index.tolist() == ["x", "x"]
    assert frame.index.name == "key"
    assert frame.dtypes.astype(str).to_dict() == {"name": "string", "employees": "Int64", "founded": "datetime64[us]"}
    assert frame["employees"].tolist() == [3, pd.NA]


def test_several_records_of_a_row_are_numbered(make_rows):
    first, second = make_rows(2)
    frame = frame_of(
        [(first, answer(first, {"name": "A"}, {"name": "B"})), (second, answer(second, {"name": "C"}))],
        pd.Index(["x", "y"], name="firm"),
    )
    assert frame.index.tolist() == [("x", 0), ("x", 1), ("y", 0)]
    assert frame.index.names == ["firm", "n"]
    assert frame.loc["x", "name"].tolist() == ["A", "B"]


def test_rows_of_an_index_with_levels_keep_them(make_rows):
    first, second = make_rows(2)
    index = pd.MultiIndex.from_tuples([("de", 1), ("fr", 2)], names=["country", "number"])
    frame = frame_of([(first, answer(first, {"name": "A"}, {"name": "B"})), (second, None)], index)
    assert frame.index.names == ["country", "number", "n"]
    assert frame.index.tolist() == [("de", 1, 0), ("de", 1, 1), ("fr", 2, 0)]


def test_a_row_without_a_record_has_a_line_without_values(make_rows):
    rows = make_rows(3)
    frame = frame_of([(rows[0], answer(rows[0], {"name": "A"})), (rows[1], None), (rows[2], answer(rows[2]))])
    assert frame["name"].tolist() == ["A", pd.NA, pd.NA]
    assert frame.attrs["webrun"]["completeness"]["rows"] == 1


def test_dates_that_one_page_leaves_open_are_decided_by_another_of_its_site(make_rows):
    first, second = make_rows(2)
    proves = RowAnswer(
        **{
            **as_dict(answer(first, {"name": "A", "founded": "2001-12-25"})),
            "report": report(shows={"a.example": [["order", "day first"]]}),
        }
    )
    left_open = RowAnswer(
        **{
            **as_dict(answer(second, {"name": "B", "founded": None})),
            "report": report(open_date(0, "03/04/2005", **{"day first": "2005-04-03", "month first": "2005-03-04"})),
        }
    )
    frame = frame_of([(first, proves), (second, left_open)])
    assert frame["founded"].dt.date.astype(str).tolist() == ["2001-12-25", "2005-04-03"]
    alone = frame_of([(second, left_open)], pd.RangeIndex(2))
    assert alone["founded"].isna().all()


def as_dict(made):
    return {name: getattr(made, name) for name in RowAnswer.__dataclass_fields__}


def test_no_row_done_is_a_table_without_values(make_rows):
    frame = frame_of([(row, None) for row in make_rows(2)])
    assert (len(frame), list(frame.columns)) == (2, ["name", "employees", "founded"])
    assert frame.isna().all(axis=None)


def test_columns_of_the_input_stand_in_front_and_give_way_to_those_of_the_answer(make_rows):
    first, second = make_rows(2)
    answers = [(first, answer(first, {"name": "A"}, {"name": "B"})), (second, None)]
    given = {"name": pd.Series(["in 0", "in 1"]), "country": pd.Series(["de", "fr"])}
    joined = frame_of(answers, meta={"run": "r"}, given=given)
    assert list(joined.columns)[:3] == ["name_input", "country", "name"]
    assert joined["country"].tolist() == ["de", "de", "fr"]
    assert joined.attrs["webrun"]["run"] == "r"


def test_the_status_of_each_row_says_how_it_ended(make_rows):
    rows = make_rows(3)
    failed = RowFailure("NAVIGATION_FAILED", "404", task_id="t1", elapsed_s=0.5)
    answers = [(rows[0], answer(rows[0], {"name": "A"}, cost=0.002)), (rows[1], None), (rows[2], None)]
    status = status_frame(answers, {1: failed}, pd.RangeIndex(3), {"t1": Decimal("0.001")})
    assert status["_status"].tolist() == ["done", "failed", "missing"]
    assert status["_cost_usd"].tolist() == [0.002, 0.001, pd.NA]
    assert status["_error"].tolist() == [pd.NA, "NAVIGATION_FAILED: 404", pd.NA]
    assert status["_captured_at"][0] == datetime.fromtimestamp(1_780_000_000, UTC)
    assert status["_url"].tolist() == [row.url for row in rows]


def test_the_failures_have_the_index_of_the_input(make_rows):
    rows = make_rows(3)
    frame = failures_frame([(rows[2], RowFailure("PAGE_CRASH", "crashed", worker="w1"))], pd.Index(list("xyz")))
    assert frame.index.tolist() == ["z"]
    assert frame[["row", "code", "worker"]].iloc[0].tolist() == [2, "PAGE_CRASH", "w1"]
    assert "try again" in frame["hint"].iloc[0]


@pytest.mark.parametrize("schema", [None, schemas.any_records()])
def test_without_columns_of_a_schema_the_records_bring_their_own(make_rows, schema):
    first, second = make_rows(2)
    answers = [(first, answer(first, {"name": "A"})), (second, answer(second, {"city": "Ulm"}))]
    assert list(frame_of(answers, schema=schema).columns) == ["name", "city"]
