"""Tests of requested columns that do not exist: the agent asks instead of returning everything."""

from __future__ import annotations

import pytest

from webrun_nb.agents.extract.mapping import Mapping, Match
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.sources import Field, Row, Source
from webrun_nb.agents.extract.values import Cell
from webrun_nb.agents.extract.wishes import no_column

ROLE = Field("role", "Role", names=[(("role",), 1.0)])
ROWS = [Row({"role": [Cell(text)]}) for text in ("Admin", "Member")]


def mapped(column: str) -> Mapping:
    return Mapping(Source("table", ROWS, [ROLE]), {column: Match(ROLE, 1.0)}, 1.0)


@pytest.mark.parametrize(
    ("column", "wish", "subject", "error"),
    [
        ("role admin", "role admin", "users", "role admin"),
        ("role", "role admin", "users", "role admin"),
        ("role", "role name", "users", ""),
        ("role", "role", "users", ""),
        ("role", "fans", "", "fans"),
        ("role", "the role", "", ""),
        ("part", "role", "", ""),
    ],
)
def test_a_requested_column_exists_or_is_reported(column: str, wish: str, subject: str, error: str) -> None:
    assert no_column(mapped(column), [Column(column, wish=wish)], subject=subject) == error
