"""The look of plots: dark on an opaque light background, as readable on a dark page as on a light one."""

from __future__ import annotations

from typing import Any

PAPER, INK, GRID = "#ffffff", "#222222", "#dddddd"
BLUE, VERMILION, YELLOW, GREY = "#0072b2", "#d55e00", "#f0c000", "#b8b8b8"
"""Colours that colour-blind people can tell apart; marks or hatches tell them apart, too."""

STYLE: dict[Any, Any] = {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": GRID,
    "font.size": 9.0,
    "hatch.linewidth": 0.5,
    "text.parse_math": False,
}
"""Settings for `matplotlib.rc_context`. A `$` is a dollar, and never begins a formula."""
