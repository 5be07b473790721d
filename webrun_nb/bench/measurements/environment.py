"""Measures the cost of an environment: saving a session's state at the end, restoring it at the start."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, PlaywrightBaseline
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.browsers.actions import Navigate, WaitFor
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import BrowserInstance, Checkpoint
from webrun_nb.emulator.domain.clock import Clock, system_time
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.services.environments import Environments
from webrun_nb.emulator.services.files import Files
from webrun_nb.emulator.storage.data_folder import DataFolder
from webrun_nb.emulator.storage.database import Database

_LEAST_BYTES = 1_000_000


class _IgnoringListener:
    def requested(self, url: str) -> None:
        """Ignore the event."""

    def lost(self, reason: str) -> None:
        """Ignore the event."""

    def downloading(self, url: str, name: str) -> Path | None:
        """Refuse the download."""
        return None

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Ignore the event."""


class EnvironmentState:
    """1 MB of local storage and IndexedDB goes from one session to the next, by way of an environment.

    Ours, in this process: the first browser exports its state, it is written (fsync and database included), read
    again, and given to a new context, with all that a session's context has (its proxy, its page, its listeners).
    Raw: `storage_state(indexed_db=True)` and `new_context(storage_state=…)`, nothing on disk.
    """

    name = "environment"
    measures = "environment: save and load 1 MB of state, against storage_state + new_context"
    unit = "ms"
    target = Target("ours", 150)
    rounds = 9

    _pool: ChromiumPool
    _raw: PlaywrightBaseline
    _environments: Environments
    _environment_id: str
    _full: BrowserInstance

    async def prepare(self, bench: BenchContext) -> None:
        """Start both browsers, have a session's storages filled, and pass them on once."""
        folder = tempfile.TemporaryDirectory(prefix="webrun-bench-")
        bench.at_end(lambda: asyncio.to_thread(folder.cleanup))
        clock = Clock(system_time())
        database = await Database.open(Path(folder.name))
        bench.at_end(database.close)
        data, ids = DataFolder(database.folder), IdSource()
        self._environments = Environments(database, data, clock, ids, Files(database, data, clock, ids))
        self._environment_id = (await self._environments.create("bench", "bench", None)).id
        self._pool = ChromiumPool()
        bench.at_end(self._pool.close)
        self._raw = await bench.raw()
        egress_route = EgressRoute()
        egress_route.destinations.allowlist(["127.0.0.1"])
        self._full = await self._pool.open("context", _IgnoringListener(), egress_route=egress_route)
        await self._full.perform(Navigate(bench.site.full_url))
        await self._full.perform(WaitFor("full", 10_000))
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            The restored state differs from the saved one.
        """
        began_s = time.perf_counter()
        left = await self._full.checkpoint()
        read_s = time.perf_counter()
        await self._environments.save(self._environment_id, left.storage_state, time.time())
        saved_s = time.perf_counter()
        state = await self._environments.load(self._environment_id)
        loaded_s = time.perf_counter()
        assert state is not None, "it was saved"
        heir = await self._pool.open("context", _IgnoringListener(), restore=Checkpoint(state, ""))
        ended_s = time.perf_counter()
        await self._check(heir, left.storage_state)
        await heir.close()
        raw = await self._raw.do("hand_over", url=bench.site.full_url)
        details = {
            "state_ms": (read_s - began_s) * 1000,
            "save_ms": (saved_s - read_s) * 1000,
            "load_ms": (loaded_s - saved_s) * 1000,
            "open_ms": (ended_s - loaded_s) * 1000,
            "bytes": len(json.dumps(left.storage_state)),
        }
        return Sample((ended_s - began_s) * 1000, raw["ms"], details)

    async def _check(self, heir: BrowserInstance, left: Any) -> None:
        found = (await heir.checkpoint()).storage_state
        if len(json.dumps(left)) < _LEAST_BYTES or _things(found) != _things(left):
            raise BenchError("the state that came back is not the one that was saved")

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side; ours is in the bench's own process."""
        return ["this process, its driver, a browser"], processes.names(self._raw.pid)


def _things(state: Any) -> list[str]:
    """Return all that a state holds, in an order of ours: local storage has none."""
    (origin,) = state["origins"]
    records = [record for base in origin["indexedDB"] for store in base["stores"] for record in store["records"]]
    return sorted(json.dumps(thing, sort_keys=True) for thing in [*origin["localStorage"], *records])
