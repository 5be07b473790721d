"""A plot shows the time and the cost of each row, with the failed ones marked."""

import sys

import pandas as pd
import pytest

from webrun_nb.batch.plots import plot_run
from webrun_nb.client.errors import ArgumentError


@pytest.fixture(autouse=True)
def no_window():
    from matplotlib import pyplot  # here: each worker imports this module, and one of them runs its tests

    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


def status(*rows: tuple[str, float | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["_status", "_seconds", "_cost_usd"], index=list("abcdef")[: len(rows)])
    return frame.astype({"_status": "string", "_seconds": "Float64", "_cost_usd": "Float64"})


ROWS = status(
    ("done", 1.0, 0.001), ("failed", 9.0, None), ("done", 3.0, 0.002), ("failed", None, None), ("missing", None, None)
)


def points(axes) -> dict[str, list[tuple[float, float]]]:
    return {each.get_label(): [tuple(map(float, point)) for point in each.get_offsets()] for each in axes.collections}


def test_each_row_has_a_mark_that_says_how_it_ended():
    time_axes, cost_axes = plot_run(ROWS, run_id="r7k2m9", emulated=True)
    assert points(time_axes) == {
        "done": [(0, 1.0), (2, 3.0)],
        "failed": [(1, 9.0)],
        "failed, time not known": [(3, pytest.approx(0.03))],
    }
    assert points(cost_axes) == {
        "done": [(0, 0.001), (2, 0.002)],
        "failed, cost not known": [(1, pytest.approx(0.03)), (3, pytest.approx(0.03))],
    }
    assert time_axes.figure.get_suptitle() == "run r7k2m9: 2 of 5 rows done, 2 failed, 1 not ended"


def test_emulated_money_is_said_to_be_so():
    titles = [plot_run(ROWS, run_id="r", emulated=emulated)[1].get_title(loc="left") for emulated in (True, False)]
    assert titles == ["emulated cost of a row", "cost of a row"]


def test_nothing_to_draw_is_said():
    with pytest.raises(ArgumentError, match="no row has ended yet"):
        plot_run(status(("missing", None, None)), run_id="r", emulated=True)


def test_a_missing_library_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ArgumentError, match="needs matplotlib"):
        plot_run(ROWS, run_id="r", emulated=True)
