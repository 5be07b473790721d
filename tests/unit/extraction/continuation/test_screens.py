"""Tests of lists that were scrolled: each row counts once, whatever the screens have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.sources import table
from webrun_nb.extraction.continuation.screens import Screens, overlap
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, SourceRow

NODE = Node("tr")


def row(text: str, index: int | None = None, more: str = "") -> SourceRow:
    return SourceRow(NODE, (Cell(NODE, text), Cell(NODE, more or text)), index=index)


def names(rows: list[SourceRow]) -> list[str]:
    return [each.cells[0].text for each in rows if each.cells[0] is not None]


def taken(*screens: list[SourceRow]) -> Screens:
    made = Screens()
    for each in screens:
        made.add(each)
    return made


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(2, 9))
def test_all_rows_are_collected_once_by_their_index_in_any_order(offsets, size):
    screens = [[row(f"r{n % 3}", n) for n in range(offset, offset + size)] for offset in offsets]
    made = taken(*screens)
    wanted = sorted({n for offset in offsets for n in range(offset, offset + size)})
    assert [each.index for each in made.in_order()] == wanted


@given(st.integers(1, 60), st.integers(2, 9), st.integers(1, 8))
def test_distinct_rows_are_collected_once_by_the_overlap_of_screens(count, size, step):
    step = min(step, size - 1)
    screens = [[row(f"r{n}") for n in range(at, min(count, at + size))] for at in range(0, count, step)]
    made = taken(*screens)
    assert (names(made.rows), made.is_parted) == ([f"r{n}" for n in range(count)], False)


@given(st.lists(st.sampled_from("ab"), max_size=12), st.lists(st.sampled_from("ab"), max_size=12))
def test_the_overlap_is_the_longest(old, new):
    before, after = [((each, "", ""),) for each in old], [((each, "", ""),) for each in new]
    longest = max(size for size in range(min(len(old), len(new)) + 1) if old[len(old) - size :] == new[:size])
    assert overlap(before, after) == longest


def test_screens_without_an_overlap_are_parted():
    assert taken([row("a"), row("b")], [row("d"), row("e")]).is_parted


def test_missing_indices_are_counted():
    assert taken([row("a", 1), row("b", 2)], [row("e", 5)]).missing == 2


def test_indices_of_the_screen_instead_of_the_list_drop_no_rows():
    made = taken([row("a", 1), row("b", 2), row("c", 3)], [row("c", 1), row("d", 2), row("e", 3)])
    assert (names(made.in_order()), made.is_by_index) == (["a", "b", "c", "d", "e"], False)


def test_one_index_for_all_rows_drops_none():
    made = taken([row("a", 1), row("b", 1)], [row("b", 1), row("c", 1)])
    assert names(made.in_order()) == ["a", "b", "c"]


def test_a_value_that_changes_meanwhile_is_no_contradiction():
    made = taken([row("a", 1, "9.1"), row("b", 2, "5.0")], [row("b", 2, "5.2"), row("c", 3, "7.7")])
    assert (names(made.in_order()), made.is_by_index) == (["a", "b", "c"], True)


def test_a_table_without_rows_adds_nothing():
    assert Screens().add(list(table(["Name"]).rows)) == []
