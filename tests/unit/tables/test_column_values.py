"""Tests of the conversion of a column: a whole column gives what its values give one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.column_types import Column, ColumnType, parse_columns
from webrun_nb.tables.column_values import NO_RECORD, convert

TEXTS = {
    "str": st.text(max_size=5),
    "int": st.integers(-(2**65), 2**65) | st.integers(-5, 5),
    "float": st.floats() | st.integers(-5, 5),
    "bool": st.booleans(),
    "date": st.dates().map(str) | st.sampled_from(["2024-02-30", "20240203", "2024-1-5", ""]),
    "money": st.from_regex(r"\A-?[0-9]{0,4}\.?[0-9]{0,2}( [A-Z]{3}| )?\Z")
    | st.sampled_from(["1e5", "nan", "-inf", "1_0", "٣", "12 eur", "12  EUR", "1-2", "9" * 400, "5 EUR\n"]),
    "enum(a|b)": st.sampled_from(["a", "b", "c", ""]),
}
ODD = st.sampled_from([None, NO_RECORD, 3, 3.0, True, "x", [], {}])


@st.composite
def columns(draw: st.DrawFn) -> tuple[Column, list[Any]]:
    kind = draw(st.sampled_from(sorted(TEXTS)))
    usual = st.lists(TEXTS[kind] | st.none(), max_size=8)
    return parse_columns(f"x:{kind}")[0], draw(usual | st.lists(TEXTS[kind] | ODD, max_size=8))


@given(columns())
def test_a_whole_column_gives_what_its_values_give(drawn: tuple[Column, list[Any]]) -> None:
    column, values = drawn
    # two of a kind that never fit keep the fast way out of the reference
    alone = [convert(column, [value, NO_RECORD]) for value in values]
    expected = [converted[0] for converted, _ in alone], [row for row, (_, unfit) in enumerate(alone) if 0 in unfit]
    assert repr(convert(column, values)) == repr(expected)


@pytest.mark.parametrize(
    ("text", "value"), [("12.50 EUR", (12.5, "EUR")), ("-3", (-3.0, None)), (".5", None), ("5.", None), ("-.5", None)]
)
def test_money(text: str, value: object) -> None:
    assert convert(Column("x", ColumnType.MONEY), [text])[0] == [value]


@pytest.mark.parametrize("kind", [kind for kind in ColumnType if kind.label != "range"])
def test_a_column_without_values(kind: ColumnType) -> None:
    assert convert(Column("x", kind), [None, None]) == ([None, None], [])


def test_values_are_json_unchanged() -> None:
    values = json.loads('[{"a": [1]}, 5, "x", null]')
    assert convert(Column("x", ColumnType.JSON), values) == (values, [])
