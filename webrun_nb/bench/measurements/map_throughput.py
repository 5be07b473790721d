"""Measures how many rows `map` does in a second, whether its memory stays flat, and what it leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, PlaywrightBaseline
from webrun_nb.bench.harness.directory_pages import directory_pages
from webrun_nb.bench.harness.map_runs import AT_ONCE, QUICK_ROWS, ROWS, MeasuredMap, check_rows, measured_map
from webrun_nb.bench.results import Sample, Target


class MapThroughput:
    """Rows of `map` over pages of the practice directory, four at once: each opens a page and reads its table.

    Ours: `webrun.map` in a kernel with its own emulator, from the call to the end of the run, every result on disk.

    Raw: a script that opens the same pages and reads the same tables in four pages of one browser, each in a context
    whose proxy is the egress listener that a session has. The details have the same without any proxy, as `bare`.
    """

    name = "map"
    measures = f"map over {ROWS:,} pages, four at once (raw: through the same egress)"
    unit = "rows/s"
    target = Target("ratio", 0.75, at_least=True)
    rounds = 1
    answers_after_ms = 0

    _raw: PlaywrightBaseline
    _ours: MeasuredMap

    async def prepare(self, bench: BenchContext) -> None:
        """Start raw Playwright; a map has a kernel of its own."""
        self._raw = await bench.raw()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once: ours, raw through the egress, bare raw.

        Raises
        ------
        BenchError
            A row failed or brought other lines than its page has.
        """
        self._ours = ours = await measured_map(bench, self.answers_after_ms)
        raw = await self._by_script(bench, through_egress=True)
        bare = await self._by_script(bench, through_egress=False)
        details = {"rows": ours.rows, "bare": bare, "of_bare": ours.rows_per_s / bare}
        return Sample(ours.rows_per_s, raw, details)

    async def _by_script(self, bench: BenchContext, *, through_egress: bool) -> float:
        """Return the number of pages per second; each of the script's pages has been used before."""
        pages = await directory_pages(bench.site, QUICK_ROWS if bench.quick else ROWS, after_ms=self.answers_after_ms)
        await self._raw.do("open_pages", count=AT_ONCE, through_egress=through_egress)
        await self._raw.do("read_tables", urls=[page.url for page in pages[:AT_ONCE]])
        answer = await self._raw.do("read_tables", urls=[page.url for page in pages])
        read = [[(row[0], row[1], int(row[2])) for row in rows] for rows in answer["rows"]]
        check_rows(read, pages)
        return len(pages) / (float(answer["ms"]) / 1000)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return self._ours.processes, processes.names(self._raw.pid)


class MapThroughputOfSlowPages(MapThroughput):
    """The same on pages that answer after 300 ms."""

    name = "map-300"
    measures = "the same on pages that answer after 300 ms"
    target = Target("ratio", 0.95, at_least=True)
    answers_after_ms = 300


class MapMemory:
    """The growth of memory while the map of `map` runs: the larger of the kernel's and the emulator's.

    Ours: the median of the last quarter of the time, divided by that of the second quarter.
    """

    name = "map-memory"
    measures = "memory of kernel and emulator at the end of that map by that before"
    unit = "×"
    target = Target("ours", 1.05)
    rounds = 1

    _ours: MeasuredMap

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: the map is that of `map`."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Return the growth of the memory."""
        self._ours = ours = await measured_map(bench)
        details = {
            "kernel": ours.kernel.growth,
            "emulator": ours.emulator.growth,
            "kernel_peak_mib": ours.kernel.peak_mib,
            "emulator_peak_mib": ours.emulator.peak_mib,
        }
        return Sample(max(ours.kernel.growth, ours.emulator.growth), details=details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the two processes."""
        return ["kernel", "emulator"], []


class MapLeaks:
    """Things that are open after the map of `map` and were not before: contexts, files and sockets."""

    name = "map-leaks"
    measures = "contexts, files and sockets of kernel and emulator that stay open after that map"
    unit = "left"
    target = Target("ours", 0)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: the map is that of `map`."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Return the number of things left open."""
        ours = await measured_map(bench)
        details = {
            "contexts": [ours.before.contexts, ours.after.contexts],
            "files_and_sockets": [ours.before.files, ours.after.files],
        }
        return Sample(ours.after.more_than(ours.before), details=details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the two processes."""
        return ["kernel", "emulator"], []
