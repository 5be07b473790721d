"""Draws what sessions and tasks cost by day, run and site, with what was wasted: small charts in one picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from webrun_nb.client.monitoring.spending import Expense, Group, Sums, grouped, summed
from webrun_nb.common.money import rounded_dollars
from webrun_nb.common.plot_style import BLUE, GREY, INK, STYLE, VERMILION, YELLOW
from webrun_nb.notebook.syntax.errors import CommandError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 10
"""Runs and sites that have bars of their own; the rest of them share one."""
LONGEST_NAME = 30
SHORTEST_DAYS = 7
"""The least number of days on an axis, so that one day is no wall."""
_PARTS = {
    "useful_usd": ("not wasted", BLUE, ""),
    "failed_usd": ("not completed", VERMILION, "xxx"),
    "repeated_usd": ("repeated", YELLOW, "..."),
    "idle_usd": ("idle", GREY, "///"),
}
"""The parts of a bar: the label, colour (told apart by colour-blind people, too) and hatch of each amount of `Sums`."""


def usage_png(spent: Sequence[Expense]) -> bytes:
    """Return a PNG: a row of charts for emulated money, and one for money that is paid; a chart by day, run and site.

    A chart that had nothing to show is left out: runs where there were none, sites where none is known.

    Raises
    ------
    CommandError
        matplotlib is missing, or there is nothing to draw.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise CommandError("the plot needs matplotlib", "%pip install matplotlib") from error
    rows = [(emulated, drawn) for emulated in (True, False) if (drawn := charts(spent, emulated))]
    if not rows:
        raise CommandError("there is nothing to draw yet", "a session that has cost something makes a bar")
    columns = max(len(drawn) for _, drawn in rows)
    heights = [max(chart.height_in for chart in drawn) for _, drawn in rows]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(max(7.0, 0.5 + 4.2 * columns), sum(heights) + 0.4), dpi=100, layout="constrained")
        parts = figure.subfigures(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
        for (emulated, drawn), part in zip(rows, parts, strict=True):
            part.suptitle(_title(spent, emulated), x=0.01, ha="left")
            places = part.subplots(1, columns, squeeze=False)[0]
            for chart, axes in zip(drawn, places, strict=False):
                _draw(chart, axes)
            for axes in places[len(drawn) :]:
                axes.set_axis_off()
        parts[-1].legend(*places[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(_PARTS))
        png = io.BytesIO()
        figure.savefig(png, format="png")
    return png.getvalue()


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: a bar for each day, run or site."""

    by: str
    bars: Sequence[tuple[str | date, Sums]]
    """Days in their order; else names, by falling cost."""

    @property
    def height_in(self) -> float:
        """The height that it needs, in inches: days are bars side by side, names are below each other."""
        return 2.9 if self.by == "day" else 1.9 + 0.27 * len(self.bars)


def charts(spent: Sequence[Expense], emulated: bool) -> list[Chart]:
    """Return the charts of one kind of money that have something to show."""
    ours = [each for each in spent if each.session.emulated is emulated]
    drawn = []
    for by in ("day", "run", "site"):
        groups = [(group, summed(found), found) for group, found in grouped(ours, by).items()]
        costly = [each for each in groups if each[1].cost_usd]
        if not all(group.key is None for group, _, _ in costly):
            drawn.append(Chart(by, _days(costly) if by == "day" else _names(by, costly)))
    return drawn


_Groups = Sequence[tuple[Group, Sums, Sequence[Expense]]]


def _days(groups: _Groups) -> list[tuple[str | date, Sums]]:
    days = [(group.key, sums) for group, sums, _ in groups if isinstance(group.key, date)]
    return sorted(days, key=itemgetter(0))


def _names(by: str, groups: _Groups) -> list[tuple[str | date, Sums]]:
    """Return runs or sites by falling cost, those of little cost together."""
    costly = sorted(groups, key=lambda each: each[1].cost_usd, reverse=True)
    own, others = (costly, []) if len(costly) <= MOST_BARS else (costly[: MOST_BARS - 1], costly[MOST_BARS - 1 :])
    bars: list[tuple[str | date, Sums]] = [(_name(by, group), sums) for group, sums, _ in own]
    if others:
        bars.append((f"{len(others)} others", summed([each for _, _, found in others for each in found])))
    return bars


def _name(by: str, group: Group) -> str:
    if group.key is not None:
        name = str(group.key)
        return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    if by == "run":
        return "outside of runs"
    return "sessions' own time" if group.own_time else "site not known"


def _title(spent: Sequence[Expense], emulated: bool) -> str:
    unknown = summed([each for each in spent if each.session.emulated is emulated]).unknown
    kind = "emulated: you pay $0.00, the hosted service would take about" if emulated else "paid"
    return f"{kind} (without {unknown:,} of unknown cost)" if unknown else kind


def _draw(chart: Chart, axes: Axes) -> None:
    """Draw the bars of a chart, each in its parts: days upwards, names from the left."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    is_days = chart.by == "day"
    places = [key.toordinal() if isinstance(key, date) else number for number, (key, _) in enumerate(chart.bars)]
    begins = [0.0] * len(chart.bars)
    for part, (label, colour, hatch) in _PARTS.items():
        sizes = [float(getattr(sums, part)) for _, sums in chart.bars]
        look: dict[str, Any] = {"label": label, "color": colour, "hatch": hatch, "edgecolor": INK, "linewidth": 0.4}
        if is_days:
            axes.bar(places, sizes, bottom=begins, **look)
        else:
            axes.barh(places, sizes, left=begins, **look)
        begins = [begin + size for begin, size in zip(begins, sizes, strict=True)]
    axes.set_title(f"by {chart.by}", fontsize="medium")
    axes.grid(axis="y" if is_days else "x")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    amounts = axes.yaxis if is_days else axes.xaxis
    amounts.set_major_formatter(FuncFormatter(lambda amount_usd, _: f"${amount_usd:.6g}"))
    amounts.set_major_locator(MaxNLocator(4))
    if is_days:
        axes.set_xlim(min(places[0], places[-1] - SHORTEST_DAYS + 1) - 0.6, places[-1] + 0.6)
        axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: date.fromordinal(round(day)).isoformat()))
        return
    axes.set_yticks(places, [str(key) for key, _ in chart.bars])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3 * max(begins))  # room for the amounts
    for place, end, (_, sums) in zip(places, begins, chart.bars, strict=True):
        axes.annotate(rounded_dollars(sums.cost_usd), (end, place), (3, 0), va="center", textcoords="offset points")
