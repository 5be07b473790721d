"""A run of `map` on a Dask worker: slots that its tasks hold, and rows that are done in sessions of the worker's own.

A slot is a Dask task that takes the place of one thread of a worker for as long as the run lasts. Dask places it, and
starts it elsewhere if its worker is lost. Rows do not go through the task graph: the coordinator sends each to a worker
that holds a slot, so that no row runs twice unless the coordinator decides so.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.preparation import prepare
from webrun_nb.batch.rows import RowAnswer, RowFailure
from webrun_nb.batch.runners.base import NoteIds, RunnerState
from webrun_nb.batch.runners.dask.accounts import Entries, WorkerLedger, place_of
from webrun_nb.batch.runners.dask.messages import (
    Event,
    IdsKnown,
    Refusal,
    RowOrder,
    RowOutcome,
    SessionOpened,
    SlotOpened,
    StartWanted,
    WorkerClosed,
    WorkerSetup,
    to_plain,
)
from webrun_nb.batch.runners.local import LocalRunner
from webrun_nb.client._sync import Call, runtime
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ConnectionLostError, WebRunError
from webrun_nb.client.local_emulator import local_emulator
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord
from webrun_nb.client.secrets import find_key
from webrun_nb.client.tasks.task import STOP_WITHIN_S
from webrun_nb.common.codes import TaskFailureCode

_NOTHING = RunnerState(0, 0, Decimal(0), Decimal(0), emulated=False)


class RunPlugin(WorkerPlugin):
    """The part of a run on one worker. Its methods run on the worker's event loop.

    Parameters
    ----------
    run : WorkerSetup
        The run.
    """

    def __init__(self, run: WorkerSetup) -> None:
        self.name = run.name
        self._run = run

    def setup(self, worker: Worker) -> None:
        """Prepare for the run's slots; nothing is started yet."""
        self._worker = worker
        self._slots: dict[str, asyncio.Event] = {}
        self._running: dict[tuple[int, int], Call[RowOutcome]] = {}
        self._rows = _WorkerRows(self._run, worker.address, worker.state.nthreads, self._tell)

    async def teardown(self, worker: Worker) -> None:
        """Stop the rows that run, and end the sessions."""
        await self.close()

    def transition(self, key: Any, start: str, finish: str, **kwargs: Any) -> None:
        """Let go of a slot that nobody wants any more: its run has ended, or the coordinator's process has."""
        if finish != "executing" and (held := self._slots.get(key)) is not None:
            held.set()

    async def hold(self, slot: str) -> None:
        """Hold a slot until nobody wants it."""
        held = self._slots[slot] = asyncio.Event()
        try:
            refusal = await asyncio.wrap_future(runtime.submit(self._rows.begin()).result)
            self._tell(SlotOpened(slot, self._worker.address) if refusal is None else refusal)
            if refusal is None:
                await held.wait()
        finally:
            del self._slots[slot]
        if not self._slots:  # the coordinator has closed the run, or is gone
            await asyncio.wrap_future(runtime.submit(self._rows.pace.give_up()).result)
            await self._ended()  # what runs may end, for a resume to collect
            await self.close()

    async def do(self, order: RowOrder) -> RowOutcome:
        """Do a row, once."""

        def note_ids(session_id: str, task_id: str) -> None:
            self._tell(IdsKnown(*order.key, session_id, task_id))

        call = self._running[order.key] = runtime.submit(self._rows.run(order, note_ids))
        try:
            return await asyncio.wrap_future(call.result)
        finally:
            del self._running[order.key]

    async def stop(self, key: tuple[int, int]) -> None:
        """Stop a row; return when its task is stopped on its server."""
        if (call := self._running.get(key)) is not None:
            call.cancel()
            await asyncio.wait([asyncio.wrap_future(call.result)])

    async def collect(self, order: RowOrder, session_id: str, task_id: str) -> RowOutcome:
        """Return how an earlier task ended, where this worker's server knows it."""
        return await asyncio.wrap_future(runtime.submit(self._rows.collect(order, session_id, task_id)).result)

    async def allow(self, number: int) -> None:
        """Let the session start that was asked for."""
        await asyncio.wrap_future(runtime.submit(self._rows.pace.allow(number)).result)

    async def close(self) -> WorkerClosed:
        """Stop the rows that run, end the sessions and let go of the slots. Safe twice."""
        for call in self._running.values():
            call.cancel()
        await self._ended()
        closed = await asyncio.wrap_future(runtime.submit(self._rows.close()).result)
        for held in self._slots.values():
            held.set()
        return closed

    async def _ended(self) -> None:
        if self._running:
            await asyncio.wait([asyncio.wrap_future(call.result) for call in self._running.values()])

    def _tell(self, event: Event) -> None:
        self._worker.log_event(self._run.name, to_plain(event))


class _WorkerRows:
    """The rows of a run on one worker, in sessions of one client. Runs on the client's loop thread."""

    def __init__(self, run: WorkerSetup, worker: str, most: int, tell: Callable[[Event], None]) -> None:
        self.pace = _CoordinatorsPace(worker, tell)
        """Asks the coordinator for each start of a session on a shared server."""
        self._ledger = _ledger(run, lambda record: tell(SessionOpened.of(worker, record)))
        self._run = run
        self._worker = worker
        self._most = most
        self._client: Client | None = None
        self._runner: LocalRunner | None = None
        self._beginning = asyncio.Lock()
        self._before = _NOTHING
        """The cost of sessions of emulators that have ended."""

    async def begin(self) -> Refusal | None:
        """Start what rows need: the emulator, or the client of the server that all share."""
        try:
            await self._ready()
        except WebRunError as error:
            return Refusal.of(error, self._worker)
        return None

    async def run(self, order: RowOrder, note_ids: NoteIds) -> RowOutcome:
        """Do a row, once. Cancelled, it stops the task, and returns how that ended."""
        ids: list[str] = []

        def noted(session_id: str, task_id: str) -> None:
            ids[:] = session_id, task_id
            note_ids(session_id, task_id)

        runner: LocalRunner | None = None
        try:
            runner = await self._ready()
            return self._outcome(await runner.run(order.row, order.attempt, noted))
        except asyncio.CancelledError:
            return await self._stopped(ids)
        except WebRunError as error:
            if isinstance(error, ConnectionLostError) and self._run.base_url is None and runner is not None:
                return await self._after_loss(runner, order, ids)
            return self._outcome(None, Refusal.of(error, self._worker))

    async def collect(self, order: RowOrder, session_id: str, task_id: str) -> RowOutcome:
        """Return how an earlier task ended; see `Runner.collect`."""
        try:
            runner = await self._ready()
            return self._outcome(await runner.collect(order.row, order.attempt, session_id, task_id))
        except WebRunError as error:
            return self._outcome(None, Refusal.of(error, self._worker))

    async def close(self) -> WorkerClosed:
        """End the sessions, and return what they cost."""
        runner, client, state = self._runner, self._client, self._state
        if runner is not None and client is not None:
            await runner.close()
            state = self._state
            self._runner = self._client = None
            self._before = state
            await client.aclose()
        return WorkerClosed(state, self._entries())

    def _entries(self) -> Entries:
        return self._ledger.take() if isinstance(self._ledger, WorkerLedger) else Entries()

    @property
    def _state(self) -> RunnerState:
        runner = self._runner
        state = _NOTHING if runner is None else runner.state
        return replace(
            state,
            cost_usd=self._before.cost_usd + state.cost_usd,
            model=ModelUsage.together([self._before.model, state.model]),
        )

    def _outcome(self, outcome: RowAnswer | RowFailure | None, refusal: Refusal | None = None) -> RowOutcome:
        named = None if outcome is None else replace(outcome, worker=self._worker)
        return RowOutcome(named, refusal, self._state, self._entries())

    async def _ready(self) -> LocalRunner:
        """Return the runner of the present client; makes both where there is none.

        Raises
        ------
        WebRunError
            No emulator can be started here, or a key, a secret or an environment is not here.
        """
        async with self._beginning:
            if self._runner is None:
                self._client = client = await _client(self._run.base_url, self._ledger)
                prepared = await prepare(client, self._run.options)
                self._runner = LocalRunner(
                    client,
                    prepared.session,
                    prepared.make_request,
                    self._run.run_id,
                    self._most,
                    StartPace() if self._run.base_url is None else self.pace,
                    waits_for_room=self._run.base_url is None,
                )
            return self._runner

    async def _stopped(self, ids: list[str]) -> RowOutcome:
        """Return how a row ended that was stopped."""
        if not ids:
            return self._outcome(RowFailure(TaskFailureCode.TASK_STOPPED, "stopped before it was sent", acted=False))
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                return self._outcome(await (await self._ready()).stopped(*ids))
        except TimeoutError:
            return self._outcome(None)
        except WebRunError as error:
            return self._outcome(None, Refusal.of(error, self._worker))

    async def _after_loss(self, lost: LocalRunner, order: RowOrder, ids: list[str]) -> RowOutcome:
        """Start another emulator, as the one has ended with all its sessions; return what is recorded of a row."""
        if self._runner is lost and self._client is not None:
            self._before = self._state
            self._runner = None
            await self._client.aclose()
        return await self.collect(order, *ids) if ids else self._outcome(None)


class _CoordinatorsPace:
    """The pace of the server that all workers share: the coordinator allows each start. On the client's loop thread."""

    def __init__(self, worker: str, tell: Callable[[Event], None]) -> None:
        self._worker = worker
        self._tell = tell
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._numbers = itertools.count(1)

    async def next_start(self, refused_for_s: float | None = None) -> None:
        """Return when the coordinator allows it; see `Pace.next_start`.

        Raises
        ------
        ConnectionLostError
            The coordinator is gone.
        """
        number = next(self._numbers)
        allowed = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._tell(StartWanted(self._worker, number, refused_for_s))
        try:
            await allowed
        finally:
            del self._waiting[number]

    async def allow(self, number: int) -> None:
        """Let a start go on; one that is not waited for any more is no error."""
        if (waiting := self._waiting.get(number)) is not None and not waiting.done():
            waiting.set_result(None)

    async def give_up(self) -> None:
        """End all waits: no one will allow a start any more."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionLostError("the process that called map is gone"))


def _ledger(run: WorkerSetup, opened: Callable[[SessionRecord], None]) -> Ledger:
    """Return this process's ledger; one whose entries are sent, where the coordinator has another."""
    own = Ledger()
    return own if run.ledger is None or run.ledger == place_of(own) else WorkerLedger(opened)


async def _client(base_url: str | None, ledger: Ledger) -> Client:
    """Return a client of this process's emulator, or of a server whose key is looked up here.

    Raises
    ------
    WebRunError
        The emulator does not start, or there is no key.
    """
    if base_url is None:
        emulator = await local_emulator()
        return Client(
            emulator.url,
            key=emulator.key,
            explain_loss=emulator.explain_loss,
            emulator_pid=emulator.pid,
            ledger=ledger,
        )
    key = await asyncio.to_thread(find_key, base_url, prompt=lambda _: "")  # no one is there to be asked
    return Client(base_url, key=key.reveal(), ledger=ledger)


async def hold_slot(run: str, slot: str) -> None:
    """Hold a slot of a run on the worker that Dask runs this task on."""
    await _plugin(get_worker(), run).hold(slot)


async def do_row(run: str, order: RowOrder, *, dask_worker: Worker) -> RowOutcome:
    """Do a row on this worker."""
    return await _plugin(dask_worker, run).do(order)


async def stop_row(run: str, key: tuple[int, int], *, dask_worker: Worker) -> None:
    """Stop a row on this worker."""
    await _plugin(dask_worker, run).stop(key)


async def collect_row(run: str, order: RowOrder, session_id: str, task_id: str, *, dask_worker: Worker) -> RowOutcome:
    """Return how an earlier task ended, where this worker's server knows it."""
    return await _plugin(dask_worker, run).collect(order, session_id, task_id)


async def allow_start(run: str, number: int, *, dask_worker: Worker) -> None:
    """Let a session start on this worker."""
    await _plugin(dask_worker, run).allow(number)


async def close_rows(run: str, *, dask_worker: Worker) -> WorkerClosed:
    """End the run on this worker."""
    return await _plugin(dask_worker, run).close()


def _plugin(worker: Worker, run: str) -> RunPlugin:
    plugin = worker.plugins[run]
    assert isinstance(plugin, RunPlugin), "its name is the run's"
    return plugin
