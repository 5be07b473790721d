"""Measures the cost of a Dask cluster of two workers on this machine: the same map with and without it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.directory_pages import DirectoryPage, directory_pages
from webrun_nb.bench.harness.kernels import Kernel, running_kernel
from webrun_nb.bench.harness.map_runs import LONGEST_S, MAP_CELL, QUICK_ROWS, WARM_UP_ROWS, check_rows
from webrun_nb.bench.results import Sample, Target

_ROWS = 300
_CLUSTER = """
from distributed import Client, LocalCluster
cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL")
workers = Client(cluster, set_as_default=False)
"""


class MapOnDask:
    """Rows of `map` on two Dask workers, four at once; each worker has an emulator and browsers of its own.

    Raw: the same rows without Dask, with the kernel's own emulator. On both sides the emulators and browsers have been
    used before.
    """

    name = "map-dask"
    measures = f"map over {_ROWS} pages on two Dask workers, four at once (raw: without Dask)"
    unit = "rows/s"
    target = Target("ratio", 0.9, at_least=True)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: both maps have one kernel."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Run the map without and with the cluster.

        Raises
        ------
        BenchError
            A row failed, or brought other lines than its page has.
        """
        pages = await directory_pages(bench.site, QUICK_ROWS if bench.quick else _ROWS)
        folder = bench.folder / "map-dask"
        folder.mkdir()
        async with running_kernel(folder) as kernel:
            await kernel.run("import webrun_nb as webrun")
            await kernel.run(MAP_CELL)
            local = await _rows_per_s(kernel, pages, "")
            await kernel.run(_CLUSTER)
            ours = await _rows_per_s(kernel, pages, ", client=workers")
            await kernel.run("workers.close(); cluster.close()")
        return Sample(ours, local, {"rows": len(pages)})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return ["kernel", "scheduler", "workers", "emulators", "browsers"], ["kernel", "emulator", "browser"]


async def _rows_per_s(kernel: Kernel, pages: Sequence[DirectoryPage], options: str) -> float:
    urls = [page.url for page in pages]
    await kernel.run(f"run_map({json.dumps(urls[:WARM_UP_ROWS])}{options})", LONGEST_S)
    told = await kernel.run(f"tell(run_map({json.dumps(urls)}{options}))", LONGEST_S)
    check_rows(told["rows"], pages)
    return len(pages) / float(told["took_s"])
