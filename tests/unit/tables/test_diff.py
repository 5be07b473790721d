"""Tests of the differences of two frames."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webrun_nb.client.errors import ArgumentError
from webrun_nb.tables.diff import diff_frames

BEFORE = pd.DataFrame({"name": ["A", "B", "C"], "price": pd.array([1, 2, None], dtype="Int64")})
AFTER = pd.DataFrame({"name": ["B", "C", "D"], "price": pd.array([3, None, 4], dtype="Int64")})


def test_rows_are_told_apart_by_their_key():
    found = diff_frames(AFTER, BEFORE, "name")
    assert (list(found.added["name"]), list(found.removed["name"]), found.unchanged) == (["D"], ["A"], 1)


def test_each_value_that_differs_is_a_row_with_both():
    assert diff_frames(AFTER, BEFORE, ["name"]).changed.to_dict("records") == [
        {"name": "B", "column": "price", "before": 2, "after": 3}
    ]


def test_missing_values_are_the_same():
    frame = pd.DataFrame({"k": [1], "a": [None], "t": [pd.NaT], "x": [float("nan")]})
    assert not diff_frames(frame, frame.copy(), "k")


def test_without_a_key_rows_are_compared_as_wholes_and_as_often_as_they_are_there():
    found = diff_frames(pd.DataFrame({"a": [1, 1, 2]}), pd.DataFrame({"a": [2, 1]}))
    assert (list(found.added.index), len(found.removed), len(found.changed), found.unchanged) == ([1], 0, 0, 2)


def test_columns_of_one_frame_alone_are_named_and_not_compared():
    found = diff_frames(BEFORE.assign(new=1), BEFORE.assign(old=2), "name")
    assert (found.columns_added, found.columns_removed, found.changed_rows) == (("new",), ("old",), 0)
    assert found


def test_nested_values_are_compared():
    before = pd.DataFrame({"k": [1, 2], "v": [["a"], {"x": 1}]})
    after = pd.DataFrame({"k": [1, 2], "v": [["b"], {"x": 1}]})
    assert len(diff_frames(after, before, "k").changed) == 1


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("nmae", r"neither table has a column 'nmae' · did you mean name\?"),
        ("new", "the earlier table has no 'new'"),
        ("old", "the later table has no 'old'"),
        ("same", "several rows with same = 1 · add a column to the key"),
    ],
)
def test_a_key_that_tells_no_rows_apart_is_refused(key: str, error: str):
    with pytest.raises(ArgumentError, match=error):
        diff_frames(AFTER.assign(new=1, same=1), BEFORE.assign(old=1, same=1), key)


def test_two_columns_of_one_name_are_refused():
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ArgumentError, match="several columns of one name"):
        diff_frames(twice, BEFORE)


def test_its_text_counts():
    shown = "1 added, 1 removed, 1 changed (price: 1), 1 unchanged"
    found = diff_frames(AFTER, BEFORE, "name")
    assert shown in repr(found)
    assert shown in found._repr_html_()


def test_no_rows_at_all():
    assert not diff_frames(pd.DataFrame(), pd.DataFrame())


ROWS = st.dictionaries(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 3)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_the_differences_lead_from_one_to_the_other(before: dict, after: dict):
    def frame(rows: dict) -> pd.DataFrame:
        return pd.DataFrame({"k": list(rows), "v": pd.array(list(rows.values()), dtype="Int64")})

    found = diff_frames(frame(after), frame(before), "k")
    made = {key: value for key, value in before.items() if key not in set(found.removed["k"])}
    made |= {row["k"]: row["after"] for row in found.changed.to_dict("records")}
    made |= dict(zip(found.added["k"], found.added["v"], strict=True))
    assert {key: None if value is pd.NA else value for key, value in made.items()} == after
