"""`webrun-nb bench`: the numbers, beside raw Playwright in the same run where that can do the same."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from webrun_nb.cli.output import complain, pip_line

if TYPE_CHECKING:
    from webrun_nb.bench.base import Result

_DEFAULT_PAGES = Path("..") / "shared" / "pages"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure (default: all; --list names them)")
    parser.add_argument("--list", action="store_true", help="say what can be measured, and measure nothing")
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    how_often = parser.add_mutually_exclusive_group()
    how_often.add_argument("--rounds", type=_positive, metavar="N", help="samples of each (default: its own number)")
    how_often.add_argument("--quick", action="store_true", help="one sample of each, and small crowds: does it work?")
    parser.add_argument(
        "--pages",
        type=Path,
        default=_DEFAULT_PAGES if _DEFAULT_PAGES.is_dir() else None,
        metavar="DIR",
        help="real pages with expected.json and score_records.py (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Measure and print.

    Returns
    -------
    int
        0 where everything was measured, its target met or not: the report says which. 1 where something could not
        be; 2 for a name that does not exist.
    """
    try:
        from webrun_nb.bench.base import BenchError
        from webrun_nb.bench.runner import MEASUREMENTS
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("webrun_nb"):
            raise
        complain("bench", f"{error.name} is not installed; run: {pip_line('webrun-nb[emulator]')}")
        return 1
    if options.list:
        for name, measurement in MEASUREMENTS.items():
            print(f"{name:<24}{measurement.measures} (target: {measurement.target})")
        return 0
    names = options.names or list(MEASUREMENTS)
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        complain("bench", f"there is no {unknown[0]}; there are {', '.join(MEASUREMENTS)}")
        return 2
    try:
        results = asyncio.run(_measure(names, options))
    except BenchError as error:
        complain("bench", str(error))
        return 1
    if options.quick:
        complain("bench", "a quick run: one sample, and smaller crowds than named; nothing to judge by")
    _show(results, as_json=options.json)
    return 0


async def _measure(names: list[str], options: argparse.Namespace) -> list[Result]:
    """Measure, and say on stderr how far it is: the report comes at the end."""
    from webrun_nb.bench.base import NotHereError
    from webrun_nb.bench.harness.context import BenchContext
    from webrun_nb.bench.runner import measure

    results: list[Result] = []
    async with BenchContext(pages=options.pages, quick=options.quick) as rig:
        async for outcome in measure(names, rig, 1 if options.quick else options.rounds):
            if isinstance(outcome, NotHereError):
                complain("bench", f"left out: {outcome}")
                continue
            results.append(outcome)
            print(f"measured {outcome.name}", file=sys.stderr, flush=True)
    return results


def _show(results: list[Result], *, as_json: bool) -> None:
    from webrun_nb.bench import report

    if as_json:
        print(json.dumps([report.as_json(result) for result in results], indent=2, ensure_ascii=False))
        return
    print(report.table(results))
    print(f"\nmedians; counted processes:\n{report.processes(results)}")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
