"""Tests of frames that display only their most important columns."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pandas as pd
import pytest

from webrun_nb.notebook.display.compact_frame import compact

WHOLE = pd.DataFrame(
    {
        "ended_at": pd.to_datetime([1_700_000_000_123, 1_700_006_400_000], unit="ms", utc=True),
        "session": ["shop", "bank"],
        "session_id": ["abcdefghijkl", "mnopqrstuvwx"],
        "cost_usd": pd.array([0.00412345, None], dtype="Float64"),
        "text": ["List " + 40 * "very " + "long", "short"],
    }
)
FRAME = compact(WHOLE, "ended_at", "session", "cost_usd", "text")


def test_the_most_important_columns_are_displayed() -> None:
    for shown in (repr(FRAME), str(FRAME._repr_html_())):
        assert "2023-11-14 22:13" in shown
        assert "22:13:20" not in shown
        assert "0.0041" in shown
        assert "0.00412" not in shown
        assert 20 * "very " not in shown
        assert "abcdefghijkl" not in shown
        assert "not shown: session_id; .whole shows all" in shown


def test_a_program_has_all_of_it() -> None:
    assert isinstance(FRAME, pd.DataFrame)
    pd.testing.assert_frame_equal(FRAME.whole, WHOLE)
    assert FRAME["text"][0] == WHOLE["text"][0]
    assert type(FRAME.whole) is pd.DataFrame


MADE_OF_IT: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "columns": lambda frame: frame[["session", "session_id"]],
    "a hidden column": lambda frame: frame[["session_id"]],
    "telling columns": lambda frame: frame[["session", "cost_usd"]],
    "head": lambda frame: frame.head(1),
    "a filter": lambda frame: frame[frame.session == "bank"],
    "sorted": lambda frame: frame.sort_values("session"),
    "a merge": lambda frame: frame.merge(pd.DataFrame({"session": ["shop"], "owner": ["Ada"]})),
    "assign": lambda frame: frame.assign(owner="Ada"),
    "a sum": lambda frame: frame.groupby("session")[["cost_usd"]].sum(),
    "a copy": lambda frame: frame.copy(),
}


@pytest.mark.parametrize("made", MADE_OF_IT)
def test_what_is_made_of_it_is_shown_as_pandas_does(made: str) -> None:
    of_ours, of_plain = MADE_OF_IT[made](FRAME), MADE_OF_IT[made](WHOLE)
    assert type(of_ours) is pd.DataFrame
    assert repr(of_ours) == repr(of_plain)
    assert of_ours._repr_html_() == of_plain._repr_html_()  # type: ignore[operator]


def test_a_column_that_was_added_is_shown() -> None:
    frame = compact(WHOLE.copy(), "session")
    frame["owner"] = "Ada"
    shown = str(frame._repr_html_())
    assert "Ada" in shown
    assert "abcdefghijkl" in shown


def test_without_a_choice_of_columns_all_are_displayed() -> None:
    plain = WHOLE.drop(columns="ended_at")
    assert repr(compact(plain, when_empty="nothing yet")) == repr(plain)


def test_without_rows_it_says_how_to_begin() -> None:
    empty = compact(WHOLE.head(0), "session", when_empty="no task was run yet; %%webrun task runs one")
    assert repr(empty) == "no task was run yet; %%webrun task runs one"
    assert empty._repr_html_() == "<p>no task was run yet; %%webrun task runs one</p>"
    assert list(empty.columns) == list(WHOLE.columns)
    assert "Empty DataFrame" in repr(empty[["session"]])


def test_it_travels_with_its_display() -> None:
    assert repr(pickle.loads(pickle.dumps(FRAME))) == repr(FRAME)


def test_two_prices_in_a_text_are_no_formula() -> None:
    assert "mathjax_ignore" in str(FRAME._repr_html_())
