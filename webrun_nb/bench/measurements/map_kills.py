"""Measures what is lost when the kernel, the emulator or the browser of a map is killed at random moments."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Self

from webrun_nb.batch.store import COMPLETE, DATABASE, FOLDER, LOST
from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.directory_pages import directory_pages
from webrun_nb.bench.harness.map_process import MapProcess
from webrun_nb.bench.harness.map_runs import AT_ONCE
from webrun_nb.bench.results import BenchError, Sample, Target

KILLS, QUICK_KILLS = 20, 3
_VICTIMS = ("kernel", "emulator", "browser")
_ROWS_PER_KILL = 25
_FIRST_S, _LAST_S = 0.2, 4.0
"""The time after which something is killed, from the start of the map or from the last kill."""


class MapKills:
    """A map whose kernel, emulator or browser is killed in turn, at random moments, and which then goes on.

    Ours: the number of violations: rows without a result, rows whose result is not that of their page, rows that ran
    again although their result was stored, and rows that ran twice beyond the concurrency of each kill. The kernel is a
    Python process that runs the map, and is killed as a kernel is.
    """

    name = "map-kills"
    measures = f"{KILLS} kills of kernel, emulator and browser: rows lost, run again or out of order"
    unit = "rows"
    target = Target("ours", 0)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: each process starts an emulator of its own."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Run a map that is killed again and again, and look at what it has.

        Raises
        ------
        BenchError
            It ends before everything was killed, or not at all.
        """
        victims = list(islice(cycle(_VICTIMS), QUICK_KILLS if bench.quick else KILLS))
        pages = await directory_pages(bench.site, len(victims) * _ROWS_PER_KILL)
        urls, folder = [page.url for page in pages], bench.folder / "kills"
        random_s = random.Random(len(pages))
        killed: Counter[str] = Counter()
        run_id, told = "", {}
        while "rows" not in told:
            options = {"concurrency": AT_ONCE, "resume": run_id or None}
            mapping = await MapProcess.start(folder, urls, options)
            run_id = mapping.run_id
            while victims and not mapping.told.done():
                await asyncio.wait([mapping.told], timeout=random_s.uniform(_FIRST_S, _LAST_S))
                if not mapping.told.done() and _kill_part(mapping, victims[0]):
                    killed[victims.pop(0)] += 1
            told = await mapping.ended()
        if victims:
            raise BenchError(f"the map ended before {len(victims)} of the kills")
        counted = _Counted.of(folder / FOLDER / run_id / DATABASE)
        wrong = sum(
            [tuple(line) for line in found] != [*page.offices] for found, page in zip(told["rows"], pages, strict=True)
        )
        too_many = max(0, counted.repeated - AT_ONCE * sum(killed.values()))
        details = {"kills": dict(killed), "rows": len(pages), "not_of_their_page": wrong, **asdict(counted)}
        return Sample(counted.lost + wrong + counted.run_again + too_many, details=details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that are killed."""
        return list(_VICTIMS), []


def _kill_part(mapping: MapProcess, part: str) -> bool:
    """Kill the kernel, the emulator or the browser of a map; return whether it was there."""
    match part:
        case "kernel":
            mapping.kill()
            return True
        case "emulator":
            return _kill(mapping.emulator_pid)
        case _:
            return sum(map(_kill, processes.main_browsers(mapping.emulator_pid))) > 0


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Counted:
    """The state of a run's rows on disk."""

    lost: int
    """Rows without a result."""
    run_again: int
    """Rows that were run again although their result was stored."""
    repeated: int
    """Rows that ran twice, as no one knew how the first attempt ended."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a run's database."""
        with closing(sqlite3.connect(path)) as database:
            (lost,) = database.execute("SELECT count(*) FROM rows WHERE state != 'done'").fetchone()
            later = (
                "SELECT count(DISTINCT a.position) FROM attempts a JOIN attempts b"
                " ON a.position = b.position AND b.number > a.number WHERE a.outcome = ?"
            )
            (run_again,) = database.execute(later, (COMPLETE,)).fetchone()
            (repeated,) = database.execute(later, (LOST,)).fetchone()
        return cls(lost, run_again, repeated)
