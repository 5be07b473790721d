"""Measures how the small judged pages are read: exact tables, wrong values and missing ones."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.judged_pages import PageReading, Read, part_of, scorer
from webrun_nb.bench.results import Sample, Target

CONTROLS = ("23-", "25-")
"""Cases about controls of a page rather than its data: their values must not be wrong, and need not be there."""
_FILES = ("check.py", "trust.py", "serve.py")


class _OfCases:
    """The base of what is counted in the cases. They are read once for all of it."""

    name: str
    unit: str
    rounds = 1

    _folder: Path
    _reading: PageReading

    async def prepare(self, bench: BenchContext) -> None:
        """Find the cases.

        Raises
        ------
        NotAvailableError
            They are not there.
        """
        self._folder = part_of(bench.shared, "cases", *_FILES)
        self._reading = await PageReading.start(bench)

    async def _counts(self, bench: BenchContext) -> dict[str, Any]:
        async def read_all() -> dict[str, Any]:
            return await _read_cases(self._folder, self._reading)

        return await bench.once("cases", read_all)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []


class CasesExact(_OfCases):
    """The share of the cases whose table is exactly right; not those about controls."""

    name = "cases-exact"
    measures = "small judged pages: share that is exactly right"
    unit = "of 1"
    target = Target("ours", 1.0, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the cases."""
        counts = await self._counts(bench)
        judged = [each for name, each in counts.items() if not name.startswith(CONTROLS)]
        return Sample(sum(each["exact"] for each in judged) / max(1, len(judged)), details=counts)


class CasesWrong(_OfCases):
    """Values that are not the right ones, and invented rows, of all values that were returned; in all cases."""

    name = "cases-wrong"
    measures = "small judged pages: wrong share of the values returned"
    unit = "of 1"
    target = Target("ours", 0.0)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the cases."""
        counts = (await self._counts(bench)).values()
        wrong = sum(each["wrong"] for each in counts)
        return Sample(wrong / max(1, wrong + sum(each["right"] for each in counts)))


class CasesMissing(_OfCases):
    """Values that are on the page and not in the answer, of all; not in the cases about controls."""

    name = "cases-missing"
    measures = "small judged pages: missing share of the values"
    unit = "of 1"
    target = Target("ours", 0.1)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the cases."""
        counts = [each for name, each in (await self._counts(bench)).items() if not name.startswith(CONTROLS)]
        missing = sum(each["missing"] for each in counts)
        return Sample(missing / max(1, sum(each["right"] + each["missing"] + each["wrong"] for each in counts)))


async def _read_cases(folder: Path, reading: PageReading) -> dict[str, Any]:
    check, trust, serve = (scorer(folder / file) for file in _FILES)
    counts: dict[str, Any] = {}
    with serve.serving() as base:
        for name, task in _tasks(folder, base):
            began_s = time.perf_counter()
            read = await reading.served(task["text"], f"{base}/{name}/{task.get('page', 'page.html')}", task["schema"])
            took_s = round(time.perf_counter() - began_s, 2)
            counts[name] = {**_judged(task, read, check, trust), "took_s": took_s}
    return counts


def _tasks(folder: Path, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the cases that have a right answer, by name."""
    for path in sorted(folder.glob("*/task.json")):
        name = path.parent.name
        task = json.loads(path.read_text(encoding="utf-8").replace("{base}", f"{base}/{name}"))
        if task.get("expected") is not None and task.get("schema"):
            yield name, task


def _judged(task: Mapping[str, Any], read: Read, check: ModuleType, trust: ModuleType) -> dict[str, Any]:
    if read.frame is not None:
        differences = check.differences(task, read.frame)
        return {**trust.count(task, read.frame), "exact": not differences, "note": "; ".join(differences[:2])[:200]}
    quoted = re.findall(r"'([^']+)'", task.get("accept_instead", ""))  # the words that such an outcome has to name
    accepted = bool(quoted) and all(each in read.error for each in quoted)
    lost = 0 if accepted else sum(len(trust.cells(row)) for row in task["expected"])
    return {"right": 0, "missing": lost, "wrong": 0, "exact": accepted, "note": read.error[:200]}
