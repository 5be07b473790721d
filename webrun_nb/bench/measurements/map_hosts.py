"""Measures that hosts in trouble do not slow down the rows of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.many_hosts import ManyHosts, host_name
from webrun_nb.bench.harness.map_process import MapProcess
from webrun_nb.bench.harness.map_runs import AT_ONCE
from webrun_nb.bench.results import BenchError, Sample, Target

HOSTS, QUICK_HOSTS = 100, 8
_PAGES_EACH = 3
_DEAD_PORT = 9
"""The port of "discard", on which nothing listens; Chromium would not even ask."""


class MapHosts:
    """Rows on a hundred hosts, with the limits of politeness: one host answers 429, one does not answer at all.

    Ours: rows per second of the other hosts, until the last of them is done. Raw: the same with the two left out.
    """

    name = "map-hosts"
    measures = f"rows on {HOSTS} hosts of which one answers 429 and one is dead (raw: without the two)"
    unit = "rows/s"
    target = Target("ratio", 0.95, at_least=True)
    rounds = 1

    _hosts: ManyHosts

    async def prepare(self, bench: BenchContext) -> None:
        """Start the hosts; each map has a process and an emulator of its own."""
        self._hosts = await asyncio.to_thread(ManyHosts, host_name(1))
        bench.at_end(lambda: asyncio.to_thread(self._hosts.close))

    async def sample(self, bench: BenchContext) -> Sample:
        """Run the rows with the two hosts, then without them.

        Raises
        ------
        BenchError
            A row of a host without trouble failed.
        """
        healthy = [host_name(number) for number in range(3, 1 + (QUICK_HOSTS if bench.quick else HOSTS))]
        good = [self._hosts.url(host, page) for page in range(_PAGES_EACH) for host in healthy]
        busy = [self._hosts.url(self._hosts.busy, page) for page in range(_PAGES_EACH)]
        dead = [f"http://{host_name(2)}:{_DEAD_PORT}/{page}" for page in range(_PAGES_EACH)]
        ours = await self._rows_per_s(bench.folder / "troubled", [*busy, *dead], good)
        raw = await self._rows_per_s(bench.folder / "healthy", [], good)
        return Sample(ours, raw, {"hosts": len(healthy) + 2, "rows": len(good)})

    async def _rows_per_s(self, folder: Path, bad: Sequence[str], good: Sequence[str]) -> float:
        """Return the rows per second of the good addresses, until the last of them is done; the bad ones come first."""
        mapping = await MapProcess.start(folder, [*bad, *good], {"concurrency": AT_ONCE, "polite": True})
        told = await mapping.ended()
        if told.get("failed") != [*range(len(bad))]:
            raise BenchError(f"other rows failed than those of the two hosts: {told.get('failed', told)}")
        return len(good) / float(told["took_s"])

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes of a map."""
        return ["kernel", "emulator", "browser"], ["kernel", "emulator", "browser"]
