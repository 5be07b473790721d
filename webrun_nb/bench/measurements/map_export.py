"""Measures the memory of writing a long run of `map` to a file."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from webrun_nb import config
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.memory import followed
from webrun_nb.bench.results import BenchError, Sample, Target

ROWS, QUICK_ROWS = 1_000_000, 20_000
_MODULE = "webrun_nb.bench.harness.stored_map"


class MapExport:
    """A stored run of a million rows, written to Parquet in a process of its own: the growth of that process's memory.

    Ours: its memory in the last quarter of the time, divided by that in the second quarter. The rows were made by
    multiplying the answers of a thousand; the details have the peak, the rate and the size of the file.
    """

    name = "map-export"
    measures = f"{ROWS:,} stored rows to Parquet: memory at the end by that before"
    unit = "×"
    target = Target("ours", 1.05)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: the sample stores its own run."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Store a run, and write it.

        Raises
        ------
        BenchError
            The file lacks rows, or could not be written.
        """
        rows = QUICK_ROWS if bench.quick else ROWS
        environment = config.child_environment(WEBRUN_DATA_DIR=str(bench.folder / "stored"))
        run_id = (await _output(environment, "fill", str(rows))).strip()
        path = bench.folder / "export.parquet"
        began_s = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _MODULE, "export", run_id, str(path)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        async with followed(lambda: [process.pid]) as memory:
            told, said = await process.communicate()
        took_s = time.perf_counter() - began_s
        if told.decode().strip() != str(rows):
            raise BenchError(f"the file has {told.decode().strip() or 'no'} rows: {said.decode()[-300:]}")
        details = {
            "rows": rows,
            "peak_mib": memory.peak_mib,
            "mib": [round(each) for each in memory.mib[:: max(1, len(memory.mib) // 20)]],
            "rows_per_s": rows / took_s,
            "file_mib": path.stat().st_size / 2**20,
        }
        path.unlink()
        return Sample(memory.growth, details=details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the name of the process whose memory it is."""
        return ["Python"], []


async def _output(environment: dict[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    told, said = await process.communicate()
    if process.returncode:
        raise BenchError(f"the run could not be stored: {said.decode()[-300:]}")
    return told.decode()
