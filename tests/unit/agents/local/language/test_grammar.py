"""Tests of the reading of clauses by the grammar: one reading for all that is quoted, and no explosion of trees."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language.grammar import readings
from webrun_nb.agents.local.language.parse import plan


@pytest.mark.parametrize(
    "clause",
    [
        'type "Ada Lovelace" into the "Full name" field next to “Crew”',
        'type "" into Name',
        "click Next",
        'press "Go" twice',
    ],
)
def test_tokens_stand_where_they_stand_in_the_clause(clause: str) -> None:
    for reading in readings(clause):
        tokens = list(reading.tree.scan_values(lambda _: True))
        assert tokens
        assert all(clause[token.start_pos : token.end_pos] == token for token in tokens)


def test_the_same_clause_with_other_names_is_read_alike() -> None:
    one, other = readings('type "Ada" into "Name"'), readings('type "Jonas Weil, Ulm" into "Full name"')
    assert [reading.cost for reading in one] == [reading.cost for reading in other]
    assert '"Jonas Weil, Ulm"' in list(other[0].tree.scan_values(lambda _: True))


def test_a_clause_of_many_trees_is_read() -> None:
    clause = "double-click the digit in the card of the cell in 1,2,3 and is the every center of the list of the item"
    assert all(reading.cost > 0 for reading in readings(clause))


@pytest.mark.parametrize(
    "sentence",
    ["in the picture below the button, click Save", "with the list over the card, select Ada", "in 3 below the, click"],
)
def test_a_place_that_makes_no_sense_is_no_defect(sentence: str) -> None:
    assert plan(sentence)
