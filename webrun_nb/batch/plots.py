"""Draws a run: the time and the cost of each row, with the failed ones marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webrun_nb.client.errors import ArgumentError
from webrun_nb.common.plot_style import BLUE, INK, STYLE, VERMILION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MANY_ROWS = 500
"""The number of rows from which on their marks are small."""
_FOOT = 0.03
"""The height of the marks of rows whose value is not known, as a part of the axes."""


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A number of each row that is drawn."""

    column: str
    """Its column in the run's status."""
    label: str
    unit: str


def plot_run(status: pd.DataFrame, *, run_id: str, emulated: bool) -> Sequence[Axes]:
    """Draw time and cost by row; return the two axes, below each other in one figure.

    Rows are counted from 0 in the order of the input. A failed row is a cross; one whose time or cost is not known is a
    bar at the foot. Rows that have not ended are left out, and counted in the title.

    Parameters
    ----------
    status : DataFrame
        The run's status, a line per row.
    run_id : str
        Its id.
    emulated : bool
        The cost is what the hosted service would take.

    Raises
    ------
    ArgumentError
        matplotlib is missing, or no row has ended.
    """
    try:
        import matplotlib
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ArgumentError("plot needs matplotlib, which is not installed", "%pip install matplotlib") from error
    counts = status["_status"].value_counts()
    done, failed = int(counts.get("done", 0)), int(counts.get("failed", 0))
    if not done + failed:
        raise ArgumentError("there is nothing to draw: no row has ended yet", "draw it again later")
    quantities = (
        _Quantity("_seconds", "time of a row", "s"),
        _Quantity("_cost_usd", "emulated cost of a row" if emulated else "cost of a row", "US dollars"),
    )
    with matplotlib.rc_context(STYLE):
        figure, axes = pyplot.subplots(2, 1, sharex=True, figsize=(8, 4.6), layout="constrained")
        left = len(status) - done - failed
        title = f"run {run_id}: {done:,} of {len(status):,} rows done, {failed:,} failed"
        figure.suptitle(title + (f", {left:,} not ended" if left else ""), x=0.01, ha="left")
        for each, place in zip(quantities, axes, strict=True):
            _draw(status, each, place)
        axes[-1].set_xlabel("row")
        axes[-1].set_xlim(-0.02 * len(status) - 0.5, 1.02 * len(status) - 0.5)
    return [*axes]


def _draw(status: pd.DataFrame, quantity: _Quantity, axes: Axes) -> None:
    positions = range(len(status))
    values = status[quantity.column].astype("float64").set_axis(positions)
    states = status["_status"].set_axis(positions)
    size = 5 if len(status) >= _MANY_ROWS else 18
    marks: dict[str, dict[str, Any]] = {
        "done": {"color": BLUE, "marker": "o", "s": size, "linewidths": 0},
        "failed": {"color": VERMILION, "marker": "x", "s": 1.6 * size, "linewidths": 1.2},
    }
    for state, look in marks.items():
        found = values[states == state]
        known, unknown = found.dropna(), found[found.isna()]
        if len(known):
            axes.scatter(known.index, known, label=state, **look)
        if len(unknown):
            heights, foot = [_FOOT] * len(unknown), axes.get_xaxis_transform()
            label = f"{state}, {'time' if quantity.unit == 's' else 'cost'} not known"
            axes.scatter(
                unknown.index, heights, transform=foot, label=label, **{**look, "marker": "|", "linewidths": 1.2}
            )
    if len(done := values[states == "done"].dropna()):
        median = float(done.median())
        axes.axhline(median, color=INK, linewidth=0.8, linestyle="--", label=f"median of those done: {median:.3g}")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(quantity.unit)
    axes.set_title(quantity.label, loc="left", fontsize="medium")
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
