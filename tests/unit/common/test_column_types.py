"""Tests of the column types that hold a unit or other values."""

from __future__ import annotations

import jsonschema_rs
import pytest

from webrun_nb.common.column_types import ColumnListError, ColumnType, column_schema, parse_columns


def test_types_with_an_argument_hold_a_column_of_it() -> None:
    tags, when, kinds = parse_columns("tags:list(str), when:range(date)?, kinds:list(enum(a|b))")
    assert (tags.type, tags.item and tags.item.type) == (ColumnType.LIST, ColumnType.STR)
    assert (when.type, when.nullable, when.item and when.item.type) == (ColumnType.RANGE, True, ColumnType.DATE)
    assert kinds.item is not None
    assert kinds.item.choices == ("a", "b")


@pytest.mark.parametrize(
    ("columns", "fits", "misfits"),
    [
        ("p:percent", [5.5, 0, None], ["5.5 %"]),
        ("q:quantity", ["0.75 kg", "3", "-2 fl oz", None], [3, "kg", "3 ", "1,5 kg"]),
        ("l:list(int)", [[1, 2], [], None], [["1"], 1]),
        ("r:range(int)", [{"low": 1, "high": None}, None], [{"low": 1}, [1, 2], {"low": "1", "high": 2}]),
        ("k:list(enum(a|b))", [["a"]], [["c"]]),
    ],
)
def test_the_wire_form_of_a_type(columns: str, fits: list[object], misfits: list[object]) -> None:
    (column,) = parse_columns(columns)
    validator = jsonschema_rs.Draft202012Validator(column_schema(column))
    assert [value for value in fits if not validator.is_valid(value)] == []
    assert [value for value in misfits if validator.is_valid(value)] == []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("a:range(str)", "a str has no order"),
        ("a:list(list(int))", "a list of lists"),
        ("a:list", "'list' is not a column type"),
        ("a:list(foo)", "'foo' is not a column type"),
    ],
)
def test_a_type_with_an_argument_that_does_not_fit_is_refused(columns: str, message: str) -> None:
    with pytest.raises(ColumnListError, match=message):
        parse_columns(columns)
