"""Tests of typed frames made from records."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.notebook.text.labels import Cost
from webrun_nb.tables.frames import META_KEYS, to_frame
from webrun_nb.tables.schema import any_records, from_object, resolve

ALL = resolve("s:str?, n:int?, f:float?, b:bool?, d:date?, t:datetime?, u:url?, k:enum(x|y)?, m:money?", {})
ROW = {
    "s": "Aurora",
    "n": 3,
    "f": 1.5,
    "b": True,
    "d": "2026-01-02",
    "t": "2026-01-02T03:04:05+02:00",
    "u": "https://a.example/",
    "k": "y",
    "m": "899.00 USD",
}
DTYPES = {
    "s": "string",
    "n": "Int64",
    "f": "Float64",
    "b": "boolean",
    "d": "datetime64[us]",
    "t": "datetime64[ns, UTC]",
    "u": "string",
    "k": "category",
    "m": "Float64",
}


def column(kind: str, *values: Any) -> pd.Series[Any]:
    frame, _ = to_frame([{"c": value} for value in values], resolve(f"c:{kind}", {}), meta={})
    return frame["c"]


@pytest.mark.parametrize(
    "rows",
    [[ROW, dict.fromkeys(ROW)], [dict.fromkeys(ROW)], [{}], []],
    ids=["full", "null", "absent", "empty"],
)
def test_dtypes_come_from_the_schema_alone(rows: list[Any]) -> None:
    frame, _ = to_frame(rows, ALL, meta={})
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == DTYPES
    assert len(frame) == len(rows)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("s", "Aurora"),
        ("n", 3),
        ("f", 1.5),
        ("b", True),
        ("d", pd.Timestamp("2026-01-02")),
        ("t", pd.Timestamp("2026-01-02 01:04:05", tz="UTC")),
        ("u", "https://a.example/"),
        ("k", "y"),
        ("m", 899.0),
    ],
)
def test_values(name: str, value: object) -> None:
    frame, completeness = to_frame([ROW], ALL, meta={})
    assert frame[name].iloc[0] == value
    assert completeness.complete


@pytest.mark.parametrize(
    ("kind", "unfit"),
    [
        ("str", [1, True, {}, []]),
        ("int", ["3", 3.5, True, 2**63, float("nan"), float("inf")]),
        ("float", ["3.5", True, float("nan"), float("-inf"), 10**400]),
        ("bool", ["true", 1, 0]),
        ("date", ["soon", "2026-13-01", "2026-01-02T00:00:00Z", 20260102]),
        ("datetime", ["soon", "1500-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", 0]),
        ("url", ["/laptops", "a b", "http://a b", "http://[", 1]),
        ("enum(x|y)", ["z", "X", 1, [], {}]),
        ("money", ["$899", "899,00 EUR", "899 usd", "USD 899", 899, "9" * 400]),
    ],
)
def test_what_does_not_fit_is_missing_and_counted(kind: str, unfit: list[Any]) -> None:
    frame, completeness = to_frame([{"c": value} for value in unfit], resolve(f"c:{kind}?", {}), meta={})
    assert frame["c"].isna().all()
    assert (completeness.unfit, completeness.missing, completeness.incomplete_rows) == (
        {"c": len(unfit)},
        {"c": 0},
        len(unfit),
    )


def test_whole_floats_are_integers_as_in_json() -> None:
    assert list(column("int", 3.0, -(2**63), 2**62 + 1)) == [3, -(2**63), 2**62 + 1]


def test_large_integers_keep_every_digit_beside_a_missing_value() -> None:
    assert column("int", 2**62 + 1, None).iloc[0] == 2**62 + 1


@pytest.mark.parametrize("written", ["2026-01-02T01:04:05", "2026-01-02T01:04:05Z", "2026-01-02T03:04:05+02:00"])
def test_times_are_utc_and_naive_ones_are_taken_as_utc(written: str) -> None:
    assert column("datetime", written).iloc[0] == pd.Timestamp("2026-01-02 01:04:05", tz="UTC")


def test_dates_reach_beyond_nanoseconds() -> None:
    assert [stamp.year for stamp in column("date", "0001-01-01", "1492-10-12", "9999-12-31")] == [
        1,
        1492,
        9999,
    ]


def test_enums_keep_their_order_and_unused_choices() -> None:
    assert list(column("enum(z|a|m)", "a").cat.categories) == ["z", "a", "m"]


# --- completeness -------------------------------------------------------------------------------------------


def test_missing_values_count_as_incomplete_only_where_they_are_required() -> None:
    schema = resolve("a:str, b:str?", {})
    _, completeness = to_frame([{"a": "x", "b": None}, {"a": None, "b": "y"}, {"b": "z"}], schema, meta={})
    assert (completeness.missing, completeness.incomplete_rows, completeness.required) == (
        {"a": 2, "b": 1},
        2,
        ("a",),
    )


def test_a_row_counts_once() -> None:
    _, completeness = to_frame([{}], resolve("a:str, b:int", {}), meta={})
    assert completeness.incomplete_rows == 1


def test_fields_without_a_column_are_named() -> None:
    frame, completeness = to_frame([{"a": "x", "z": 1}], resolve("a:str", {}), meta={})
    assert (list(frame.columns), completeness.unexpected) == (["a"], ("z",))


def test_rows_that_are_no_records_fit_nothing() -> None:
    frame, completeness = to_frame(["x", 3], resolve("a:str", {}), meta={})
    assert (len(frame), completeness.unfit) == (2, {"a": 2})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ROW, "z"]), inner, max_size=4),
    max_leaves=12,
)


@given(data=_JSON)
def test_any_answer_becomes_a_frame_whose_counts_are_its_missing_values(data: Any) -> None:
    frame, completeness = to_frame(data, ALL, meta={})
    counted = {name: completeness.missing[name] + completeness.unfit[name] for name in ROW}
    assert {name: int(frame[name].isna().sum()) for name in ROW} == counted


@given(data=_JSON)
def test_any_answer_without_a_schema_becomes_text(data: Any) -> None:
    frame, _ = to_frame(data, None, meta={})
    assert {str(dtype) for dtype in frame.dtypes} <= {"string"}


# --- money --------------------------------------------------------------------------------------------------


def test_one_currency_goes_to_the_attrs() -> None:
    frame, _ = to_frame([{"m": "899.00 USD"}, {"m": None}, {"m": "5 USD"}], resolve("m:money?", {}), meta={})
    assert (list(frame.columns), frame.attrs["webrun"]["currencies"]) == (["m"], {"m": "USD"})


@pytest.mark.parametrize(("other", "code"), [("5 EUR", "EUR"), ("5", None)])
def test_several_currencies_get_a_column(other: str, code: str | None) -> None:
    frame, _ = to_frame([{"m": "899.00 USD"}, {"m": other}], resolve("m:money, x:int?", {}), meta={})
    assert list(frame.columns) == ["m", "m_currency", "x"]
    assert [None if pd.isna(one) else one for one in frame["m_currency"]] == ["USD", code]
    assert frame.attrs["webrun"]["currencies"] == {}


def test_amounts_without_a_currency_get_none() -> None:
    frame, _ = to_frame([{"m": "5"}, {"m": "-1.5"}], resolve("m:money", {}), meta={})
    assert (list(frame["m"]), list(frame.columns), frame.attrs["webrun"]["currencies"]) == (
        [5.0, -1.5],
        ["m"],
        {},
    )


def test_the_currency_column_never_replaces_one_of_the_schema() -> None:
    rows = [{"m": "1 USD", "m_currency": "mine"}, {"m": "1 EUR", "m_currency": "mine"}]
    frame, _ = to_frame(rows, resolve("m:money, m_currency:str", {}), meta={})
    assert list(frame.columns) == ["m", "m_currency_", "m_currency"]
    assert list(frame["m_currency"]) == ["mine", "mine"]


# --- other shapes -------------------------------------------------------------------------------------------


def test_one_record_is_one_row() -> None:
    schema = from_object({"type": "object", "properties": {"a": {"type": "integer"}, "tags": {"type": "array"}}})
    frame, _ = to_frame({"a": 1, "tags": ["x", "y"]}, schema, meta={})
    assert frame.to_dict("records") == [{"a": 1, "tags": ["x", "y"]}]
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {"a": "Int64", "tags": "object"}


def test_bare_values_stand_in_the_column_answer() -> None:
    frame, _ = to_frame([1, 2], from_object({"type": "array", "items": {"type": "integer"}}), meta={})
    assert (list(frame["answer"]), str(frame["answer"].dtype)) == ([1, 2], "Int64")


def test_a_column_that_is_called_answer_is_a_field() -> None:
    frame, _ = to_frame([{"answer": "x"}], resolve("answer:str", {}), meta={})
    assert list(frame["answer"]) == ["x"]


def test_without_a_schema_the_pages_own_columns_are_text() -> None:
    rows = [{"Name": "Aurora", "Price": 3}, {"Name": None, "Stock": True, "Tags": ["ü"]}]
    frame, _ = to_frame(rows, any_records(), meta={})
    assert {str(dtype) for dtype in frame.dtypes} == {"string"}
    assert [[None if pd.isna(v) else v for v in row] for row in frame.to_numpy()] == [
        ["Aurora", "3", None, None],
        [None, None, "true", '["ü"]'],
    ]


@pytest.mark.parametrize(("data", "text"), [("It is **42**.", "It is **42**."), (42, "42"), (["a", "b"], '["a", "b"]')])
def test_what_is_no_table_is_one_row_with_the_column_answer(data: Any, text: str) -> None:
    frame, _ = to_frame(data, None, meta={})
    assert frame.to_dict("records") == [{"answer": text}]


def test_no_records_and_no_schema_is_an_empty_frame() -> None:
    frame, completeness = to_frame([], any_records(), meta={})
    assert (frame.shape, completeness.complete) == ((0, 0), True)


# --- attrs --------------------------------------------------------------------------------------------------

META = {
    "task": "k3j5h6g7f8d9",
    "session": "a1b2c3d4e5f6",
    "url": "https://a.example/",
    "captured_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
    "cost": Cost(Decimal("0.0123"), emulated=True).to_json(),
    "day": date(2026, 1, 2),
    "parts": (Decimal("0.5"), float("nan")),
}


def test_attrs_are_plain_json() -> None:
    frame, completeness = to_frame([ROW], ALL, meta=META)
    kept = frame.attrs["webrun"]
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert kept["captured_at"] == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC).isoformat()
    assert (kept["cost"]["amount_usd"], kept["cost"]["emulated"], kept["parts"]) == (
        0.0123,
        True,
        [0.5, None],
    )
    assert (kept["schema"], kept["completeness"]) == (ALL.json_schema, completeness.to_json())


def test_attrs_always_have_every_key() -> None:
    frame, _ = to_frame([], None, meta={})
    assert {*META_KEYS, "schema", "completeness", "currencies", "units"} == set(frame.attrs["webrun"])


@pytest.mark.parametrize(
    ("columns", "value", "there"),
    [
        ("v:list(int)", [1, 2], True),
        ("v:list(int)", [1, "2"], False),
        ("v:list(money)", ["2.50 EUR"], True),
        ("v:list(int)", 3, False),
        ("v:range(date)", {"low": "2024-05-03", "high": None}, True),
        ("v:range(date)", {"low": "2024-05-33", "high": None}, False),
        ("v:range(int)", {"low": None, "high": None}, False),
        ("v:range(int)", {"low": 1}, False),
    ],
)
def test_what_lists_and_ranges_hold_must_fit(columns: str, value: Any, there: bool) -> None:
    frame, completeness = to_frame([{"v": value}], from_object(columns), meta={})
    assert (frame.at[0, "v"], completeness.unfit) == ((value, {"v": 0}) if there else (None, {"v": 1}))


def test_quantities_have_their_units_beside_them_where_these_differ() -> None:
    rows = [{"a": "0.75 kg", "b": "3 kg"}, {"a": "12 fl oz", "b": "4 kg"}, {"a": "5", "b": None}]
    frame, _ = to_frame(rows, from_object("a:quantity, b:quantity"), meta={})
    assert frame.columns.to_list() == ["a", "a_unit", "b"]
    assert frame["a"].to_list() == [0.75, 12.0, 5.0]
    assert frame["a_unit"].fillna("").to_list() == ["kg", "fl oz", ""]
    assert frame.attrs["webrun"]["units"] == {"b": "kg"}


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        to_frame([], None, meta={"task": object()})


@pytest.mark.parametrize("rows", [[ROW, dict.fromkeys(ROW)], []], ids=["rows", "empty"])
def test_parquet_keeps_types_values_and_attrs(rows: list[Any], tmp_path: Path) -> None:
    frame, _ = to_frame(rows, ALL, meta=META)
    frame.to_parquet(tmp_path / "x.parquet")
    back = pd.read_parquet(tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(back, frame, check_categorical=bool(rows))
    assert back.attrs == frame.attrs


def test_records_within_records_become_dotted_columns_on_request():
    schema = from_object(
        {
            "type": "array",
            "items": {
                "properties": {
                    "name": {"type": "string"},
                    "home": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
                    },
                },
                "required": ["name"],
            },
        }
    )
    data = [{"name": "Ada", "home": {"city": "Ulm", "people": 129000}}, {"name": "Grace", "home": None}]
    frame, completeness = to_frame(data, schema.flattened(), meta={})
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "name": "string",
        "home.city": "string",
        "home.people": "Int64",
    }
    assert frame["home.people"].tolist() == [129000, pd.NA]
    assert completeness.unexpected == ()


def test_a_record_that_contains_itself_has_an_end():
    node = {"type": "object", "properties": {"name": {"type": "string"}, "part": {"$ref": "#/$defs/node"}}}
    schema = from_object({"$ref": "#/$defs/node", "$defs": {"node": node}}).flattened()
    assert [column.name.count(".") for column in schema.columns] == [0, 1, 2, 3, 4, 5, 5]
