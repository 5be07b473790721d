"""Formats results for people (an aligned table) and for programs (plain JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.results import Result

_COLUMNS = ("measure", "ours", "raw", "ratio", "target", "met")


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as plain JSON values.

    Returns
    -------
    dict
        `name`, `measures`, `unit`; `ours`, `raw`, `ratio` (medians; null where raw Playwright has nothing like it);
        `target` (`compared`: `ours`, `ratio` or `excess`, `limit`, `at_least`), `met`; `rounds`; `processes` (`ours`,
        `raw`: lists of names); `samples`, one per round (`ours`, `raw`, `details`).
    """
    return {
        "name": result.name,
        "measures": result.measures,
        "unit": result.unit,
        "ours": _rounded(result.ours),
        "raw": _rounded(result.raw),
        "ratio": _rounded(result.ratio),
        "target": {
            "compared": result.target.compared,
            "limit": result.target.limit,
            "at_least": result.target.at_least,
        },
        "met": result.met,
        "rounds": result.rounds,
        "processes": {"ours": list(result.ours_processes), "raw": list(result.raw_processes)},
        "samples": [
            {"ours": _rounded(sample.ours), "raw": _rounded(sample.raw), "details": _plain(sample.details)}
            for sample in result.samples
        ],
    }


def table(results: Sequence[Result]) -> str:
    """Return an aligned table, one line per result."""
    lines = [_COLUMNS, *(_line(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def processes(results: Sequence[Result]) -> str:
    """Return the names of the processes that each result counts."""
    lines = []
    for result in results:
        sides = [("ours", result.ours_processes), ("raw", result.raw_processes)]
        named = "; ".join(f"{side}: {', '.join(names)}" for side, names in sides if names)
        lines.append(f"{result.name} ({result.rounds} rounds): {named}")
    return "\n".join(lines)


def _line(result: Result) -> tuple[str, ...]:
    return (
        f"{result.name}: {result.measures}",
        f"{_short(result.ours)} {result.unit}",
        "–" if result.raw is None else f"{_short(result.raw)} {result.unit}",
        "–" if result.ratio is None else f"{result.ratio:.2f}",
        str(result.target),
        "yes" if result.met else "NO",
    )


def _short(value: float) -> str:
    return f"{value:g}" if value == int(value) else f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _plain(value: Any) -> Any:
    """Round the numbers in nested details."""
    match value:
        case float():
            return _rounded(value)
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value
