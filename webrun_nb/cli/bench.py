"""The subcommand `webrun-nb bench`: runs measurements, compared with raw Playwright where it can do the same."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from webrun_nb.cli.output import pip_command, print_error

if TYPE_CHECKING:
    from webrun_nb.bench.results import Result

_DEFAULT_SHARED = Path("..") / "shared"
_DEFAULT_PAGES = _DEFAULT_SHARED / "pages"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="what to measure (default: everything but --extraction, --agent and --map; --list shows the names)",
    )
    subject = parser.add_mutually_exclusive_group()
    subject.add_argument(
        "--extraction", action="store_true", help="measure how pages are read: right, wrong and missing values, speed"
    )
    subject.add_argument(
        "--agent",
        action="store_true",
        help="measure the local agent: tasks of MiniWoB++ and on web applications that it does, and its speed",
    )
    subject.add_argument(
        "--map", action="store_true", help="measure map: throughput, memory, kills, hosts in trouble, export"
    )
    parser.add_argument("--list", action="store_true", help="list the measurements and run none")
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    how_often = parser.add_mutually_exclusive_group()
    how_often.add_argument(
        "--rounds", type=_positive, metavar="N", help="samples per measurement (default: each has its own number)"
    )
    how_often.add_argument(
        "--quick", action="store_true", help="one sample each, and fewer sessions, to see whether it works"
    )
    parser.add_argument(
        "--pages",
        type=Path,
        default=_DEFAULT_PAGES if _DEFAULT_PAGES.is_dir() else None,
        metavar="DIR",
        help="real pages with expected.json and score_records.py (default: %(default)s)",
    )
    parser.add_argument(
        "--shared",
        type=Path,
        default=_DEFAULT_SHARED if _DEFAULT_SHARED.is_dir() else None,
        metavar="DIR",
        help="judged pages for --extraction, in the folders cases, pages and products (default: %(default)s)",
    )
    parser.add_argument(
        "--through",
        choices=("task", "reader"),
        default="task",
        help="how the judged pages are read: by tasks, or by the page reader alone, which follows no pages and scrolls"
        " nothing (default: %(default)s)",
    )
    parser.add_argument(
        "--miniwob", type=Path, metavar="DIR", help="the package miniwob for --agent (default: the installed one)"
    )
    parser.add_argument(
        "--task",
        nargs="+",
        dest="miniwob_tasks",
        default=[],
        metavar="NAME",
        help="tasks of MiniWoB++ for --agent (default: a table of 45)",
    )
    parser.add_argument("--seeds", type=_positive, metavar="N", help="episodes of each task of MiniWoB++ (default: 10)")


def run(options: argparse.Namespace) -> int:
    """Run the measurements and print a report.

    Returns
    -------
    int
        0 if everything was measured, whether targets are met or not (the report shows that); 1 if a measurement
        failed; 2 for an unknown name.
    """
    try:
        from webrun_nb.bench.results import BenchError
        from webrun_nb.bench.runner import AGENT, EXTRACTION, MAP, MEASUREMENTS, ORDINARY
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("webrun_nb"):
            raise
        print_error("bench", f"{error.name} is not installed; run: {pip_command('webrun-nb[emulator]')}")
        return 1
    if options.list:
        for name, measurement in MEASUREMENTS.items():
            print(f"{name:<24}{measurement.measures} (target: {measurement.target})")
        return 0
    subjects = ((options.extraction, EXTRACTION), (options.agent, AGENT), (options.map, MAP))
    names = options.names or list(next((those for chosen, those in subjects if chosen), ORDINARY))
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        print_error("bench", f"unknown measurement {unknown[0]}; the measurements are: {', '.join(MEASUREMENTS)}")
        return 2
    try:
        results = asyncio.run(_measure(names, options))
    except BenchError as error:
        print_error("bench", str(error))
        return 1
    if options.quick:
        print_error("bench", "quick run: one sample, and fewer sessions than named. Do not compare these numbers")
    _show(results, as_json=options.json)
    return 0


async def _measure(names: list[str], options: argparse.Namespace) -> list[Result]:
    """Run the measurements, with progress on stderr."""
    from webrun_nb.bench.harness.context import BenchContext
    from webrun_nb.bench.results import NotAvailableError
    from webrun_nb.bench.runner import measure

    results: list[Result] = []
    async with BenchContext(
        pages=options.pages,
        quick=options.quick,
        shared=options.shared,
        through=options.through,
        miniwob=options.miniwob,
        miniwob_tasks=options.miniwob_tasks,
        seeds=options.seeds,
    ) as bench:
        async for outcome in measure(names, bench, 1 if options.quick else options.rounds):
            if isinstance(outcome, NotAvailableError):
                print_error("bench", f"skipped: {outcome}")
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
    print(f"\nValues are medians. Processes counted:\n{report.processes(results)}")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
