"""A program that runs a map in a process of its own, which may be killed; and our end of its pipes.

Run as `python -m webrun_nb.bench.harness.map_process`. It reads one JSON object from stdin: the `urls` and the
`options` of the map. It prints a line with the run's id and the emulator's pid once the run has begun, and another with
its rows, or with the reason why it ended early.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from webrun_nb import config
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapKeywords, MapOptions
from webrun_nb.batch.run import MapRun
from webrun_nb.bench.harness.directory_pages import COLUMNS, TASK
from webrun_nb.bench.results import BenchError
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.notebook.display.result_frames import NotebookFrames

_LINE_WITHIN_S = 1_200.0
_LONGEST_LINE = 10_000_000


class MapProcess:
    """A process that begins a map, or goes on with it.

    Parameters
    ----------
    process : Process
    run_id : str
        The id of its run.
    emulator_pid : int
        Its emulator.
    """

    def __init__(self, process: Process, run_id: str, emulator_pid: int) -> None:
        self._process = process
        self.run_id = run_id
        self.emulator_pid = emulator_pid
        self.told = asyncio.create_task(_line(process))
        """The line that it prints at its end; empty where it is killed."""

    @classmethod
    async def start(cls, folder: Path, urls: Sequence[str], options: Mapping[str, Any]) -> Self:
        """Start a process with its data in a folder; return once the run has begun.

        Raises
        ------
        BenchError
            It can't begin.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "webrun_nb.bench.harness.map_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            env=config.child_environment(WEBRUN_DATA_DIR=str(folder)),
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"urls": urls, "options": dict(options)}).encode() + b"\n")
        begun = await _line(process)
        if "run" not in begun:
            await process.wait()
            raise BenchError(f"the map did not begin: {begun}")
        return cls(process, begun["run"], begun["emulator"])

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    async def ended(self) -> dict[str, Any]:
        """Return what it said at its end, and wait for that.

        Raises
        ------
        BenchError
            It does not end.
        """
        try:
            async with asyncio.timeout(_LINE_WITHIN_S):
                return await self.told
        except TimeoutError:
            raise BenchError(f"the map did not end within {_LINE_WITHIN_S:.0f} s") from None
        finally:
            if not self.told.done() or self.told.cancelled():
                self.kill()
            await self._process.wait()


async def _line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    told: dict[str, Any] = json.loads(line) if line else {}
    return told


# --- in the process ---------------------------------------------------------------------------------------------------


def _main(urls: list[str], options: MapKeywords) -> None:
    emulator = runtime.run(LocalEmulator.start("--limits", "none"))
    client = Client(emulator.url, key=emulator.key, explain_loss=emulator.explain_loss, frames=NotebookFrames())
    wanted = MapOptions.of({"schema": COLUMNS, **options})
    try:
        began_s = time.perf_counter()
        run = runtime.run(abegin_map(client, urls, TASK, wanted))
        done_s: list[float] = []
        run.subscribe(lambda: done_s.extend([time.perf_counter()] * (run.progress.done - len(done_s))))
        _tell(run=run.id, emulator=emulator.pid)
        run.result()
        failed = [int(position) for position in run.failures["row"]]
        _tell(rows=_rows(run), took_s=done_s[-1] - began_s, failed=failed)
    except WebRunError as error:
        _tell(ended=f"{error.code}: {error.message}")
    finally:
        client.close()
        emulator.stop()


def _rows(run: MapRun) -> list[list[list[Any]]]:
    """Return the lines of each row of the input."""
    frame = run.df.reset_index(level="n", drop=True) if run.df.index.nlevels > 1 else run.df
    lines: list[list[list[Any]]] = [[] for _ in range(run.progress.total)]
    for position, *line in frame.astype(object).where(frame.notna(), None).itertuples(name=None):
        lines[position].append(line)
    return lines


def _tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    order = json.loads(sys.stdin.readline())
    _main(order["urls"], order["options"])
