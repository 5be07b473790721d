"""The rows that a model's conditions choose, by the values as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from webrun_nb.agents.llm.row_choice import chosen_rows
from webrun_nb.agents.llm.tools import Finish, ToolCallError

ROWS: dict[str, list[Any]] = {
    "name": ["Aurora", "Bolt", "Comet", None],
    "price": [899, {"amount": "1299.50", "currency": "USD"}, None, 450.5],
    "since": ["2024-03-05", "2023-01-01", "2025-12-31", None],
}


def values(name: str, is_number: bool) -> Sequence[Any]:
    if name not in ROWS:
        raise ToolCallError(f"no column {name}")
    return ROWS[name]


def chosen(**call: Any) -> tuple[list[int], list[str]]:
    return chosen_rows(4, Finish.model_validate(call), values)


def where(column: str, is_: str, value: object) -> dict[str, object]:
    return {"where": [{"column": column, "is": is_, "value": value}]}


@pytest.mark.parametrize(
    ("call", "places"),
    [
        ({}, [0, 1, 2, 3]),
        (where("price", "<", 900), [0, 3]),
        (where("price", ">=", "899"), [0, 1]),
        (where("name", "=", "bolt"), [1]),
        (where("name", "!=", "Bolt"), [0, 2]),
        (where("name", "contains", "OM"), [2]),
        (where("since", ">", "2024-01-01"), [0, 2]),
        ({"order_by": "price"}, [3, 0, 1, 2]),
        ({"order_by": "price", "descending": True, "limit": 1}, [1]),
        ({"order_by": "name", "limit": 2}, [0, 1]),
        ({"rows": [3, "[1]", 3]}, [2, 0]),
    ],
)
def test_rows_are_chosen_by_their_values(call: dict[str, Any], places: list[int]) -> None:
    assert chosen(**call)[0] == places


def test_rows_without_a_value_to_compare_are_left_out_and_said() -> None:
    assert chosen(**where("price", "<", 900))[1] == ["1 row without a value of price to compare were left out."]
    assert chosen(order_by="price")[1] == ["1 row without a value of price stand last."]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"rows": [9]}, "There is no row 9: 4 rows were read"),
        (where("cost", "<", 9), "no column cost"),
        (where("name", "<", 9), "name has values such as Aurora, which can't be compared with 9"),
    ],
)
def test_a_choice_that_can_not_be_made_is_told(call: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolCallError, match=message):
        chosen(**call)
