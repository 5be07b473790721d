"""A map of many rows in a kernel with its own emulator: its speed, its memory, and what it leaves open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.directory_pages import COLUMNS, TASK, DirectoryPage, directory_pages
from webrun_nb.bench.harness.kernels import Kernel, running_kernel
from webrun_nb.bench.harness.memory import MemorySeries, followed
from webrun_nb.bench.results import BenchError

AT_ONCE = 4
ROWS, QUICK_ROWS = 1_000, 16
WARM_UP_ROWS = 16
LONGEST_S = 3_600.0
_REST_WITHIN_S = 20.0

MAP_CELL = f"""
import time
def run_map(urls, **options):
    began_s = time.perf_counter()
    run = webrun.map(urls, {TASK!r}, schema={COLUMNS!r}, concurrency={AT_ONCE}, new=True, **options)
    took_s = time.perf_counter() - began_s
    lines = {{position: [] for position in range(len(urls))}}
    frame = run.df.reset_index(level="n", drop=True) if run.df.index.nlevels > 1 else run.df
    for position, *line in frame.astype(object).itertuples(name=None):
        lines[position].append(line)
    return {{"took_s": took_s, "rows": [lines[position] for position in range(len(urls))]}}
"""
"""Defines `run_map` in a kernel that has imported `webrun`: it runs a map and returns its time and its rows."""


@dataclass(frozen=True, slots=True)
class OpenThings:
    """The things that a kernel's map may leave open."""

    contexts: int
    files: int
    """Files and sockets of kernel and emulator."""

    def more_than(self, before: OpenThings) -> int:
        """Return the number of things that were not open before."""
        return max(0, self.contexts - before.contexts) + max(0, self.files - before.files)


@dataclass(frozen=True, slots=True)
class MeasuredMap:
    """The numbers of one map."""

    rows: int
    rows_per_s: float
    kernel: MemorySeries
    emulator: MemorySeries
    before: OpenThings
    after: OpenThings
    processes: Sequence[str]


async def measured_map(bench: BenchContext, after_ms: int = 0) -> MeasuredMap:
    """Run a map in a kernel, whose emulator has been used before; each kind of pages once for all measurements.

    Raises
    ------
    BenchError
        A row failed, or brought other lines than its page has.
    """

    async def run() -> MeasuredMap:
        pages = await directory_pages(bench.site, QUICK_ROWS if bench.quick else ROWS, after_ms=after_ms)
        folder = bench.folder / f"map-{after_ms}"
        folder.mkdir()
        async with running_kernel(folder) as kernel:
            return await _measure(kernel, pages)

    return await bench.once(f"map of pages after {after_ms} ms", run)


async def _measure(kernel: Kernel, pages: Sequence[DirectoryPage]) -> MeasuredMap:
    await kernel.run("import os, webrun_nb as webrun")
    await kernel.run(MAP_CELL)
    warm_up = [page.url for page in pages[:WARM_UP_ROWS]]
    kernel_pid = await kernel.run(f"run_map({json.dumps(warm_up)}); tell(os.getpid())", LONGEST_S)
    [emulator_pid] = processes.pids_of(kernel_pid, "emulator")
    await processes.until_at_rest(kernel_pid)
    before = await _open_things(kernel, kernel_pid, emulator_pid)
    urls = json.dumps([page.url for page in pages])
    async with followed(lambda: [kernel_pid]) as of_kernel, followed(lambda: [emulator_pid]) as of_emulator:
        told = await kernel.run(f"tell(run_map({urls}))", LONGEST_S)
    check_rows(told["rows"], pages)
    after = await _open_things(kernel, kernel_pid, emulator_pid)
    deadline = time.monotonic() + _REST_WITHIN_S
    while after.more_than(before) and time.monotonic() < deadline:  # connections close a moment after their use
        await asyncio.sleep(1)
        after = await _open_things(kernel, kernel_pid, emulator_pid)
    names = processes.names(kernel_pid)
    return MeasuredMap(len(pages), len(pages) / told["took_s"], of_kernel, of_emulator, before, after, names)


async def _open_things(kernel: Kernel, *pids: int) -> OpenThings:
    contexts = await kernel.run(
        "from webrun_nb.notebook.api import toolkit\ntell(len(toolkit.client().control.state()['instances']))"
    )
    return OpenThings(contexts, processes.open_files(pids))


def check_rows(rows: Sequence[Sequence[Sequence[object]]], pages: Sequence[DirectoryPage]) -> None:
    """Refuse rows that are not those of their pages' tables, in the order of the pages.

    Raises
    ------
    BenchError
        One is not; it names the first.
    """
    for number, (found, page) in enumerate(zip(rows, pages, strict=True)):
        if [tuple(line) for line in found] != [*page.offices]:
            raise BenchError(f"row {number} ({page.url}) brought {found[:2]}, its page has {page.offices[:2]}")
