"""Does the rows of a map on the workers of a Dask cluster, for the coordinator in this process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import distributed

from webrun_nb.batch.errors import go_on_with
from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.runners.base import NoteIds, RunnerState
from webrun_nb.batch.runners.dask.accounts import WorkersAccounts
from webrun_nb.batch.runners.dask.messages import (
    IdsKnown,
    RowOrder,
    RowOutcome,
    SessionOpened,
    SlotOpened,
    StartWanted,
    WorkerClosed,
    WorkerSetup,
    from_plain,
)
from webrun_nb.batch.runners.dask.worker import (
    RunPlugin,
    allow_start,
    close_rows,
    collect_row,
    do_row,
    hold_slot,
    stop_row,
)
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.errors import ConnectionLostError, WebRunError
from webrun_nb.client.tasks.task import STOP_WITHIN_S
from webrun_nb.common.codes import ToolkitErrorCode

_log = logging.getLogger(__name__)

CLOSE_WITHIN_S = 10.0
"""The time that workers have to end their sessions."""
LAST_ANSWERS_WITHIN_S = 1.0
"""The time after that in which workers may still say how rows ended that were stopped."""
_ALL = "all"
"""The topic of the scheduler's own events."""
_PRINTED = ("print", "warn")
"""The topics that a client prints; the user's own client prints them already."""


@dataclass(eq=False, slots=True)
class _Slot:
    """Room for one row at a time on a worker."""

    worker: str
    busy: bool = False


class _WorkerLostError(Exception):
    """The worker that a call was for is gone."""


class DaskRunner:
    """Does rows on the workers of a cluster. Runs on the loop thread.

    Parameters
    ----------
    cluster : distributed.Client
        A client of the cluster on this loop, which is closed with the runner; see `cluster.connect`.
    run : WorkerSetup
        The facts that the workers need of the run.
    concurrency : int
        The most rows at once on all workers together.
    pace : StartPace
        The pace of the server, where all workers share one.
    accounts : WorkersAccounts
        Keeps the sessions and tasks of workers whose ledger is another one.
    """

    def __init__(
        self,
        cluster: distributed.Client,
        run: WorkerSetup,
        concurrency: int,
        pace: StartPace,
        accounts: WorkersAccounts,
    ) -> None:
        self._cluster = cluster
        self._address = cluster.scheduler_info()["address"]
        self._run = run
        self._concurrency = concurrency
        self._pace = pace
        self._accounts = accounts
        self._asking: set[asyncio.Task[RowOutcome]] = set()
        self._allowing: set[asyncio.Task[None]] = set()
        self._slots: dict[str, _Slot] = {}
        self._keys = (f"{run.name}-slot-{number}" for number in itertools.count(1))
        self._keeping: set[asyncio.Task[None]] = set()
        self._noting: dict[tuple[int, int], NoteIds] = {}
        self._states: dict[str, RunnerState] = {}
        """By the addresses of workers, lost ones too: their sessions have cost what they have cost."""
        self._refused: WebRunError | None = None
        self._calls: dict[str, set[asyncio.Task[Any]]] = {}
        """The calls that wait, by worker."""
        self._news = asyncio.Event()
        self._changed: Callable[[], None] = lambda: None

    async def begin(self) -> None:
        """Tell the workers of the run, those that are still to come too, and ask Dask for slots.

        Raises
        ------
        WebRunError
            A worker can't import this package, or the scheduler is gone.
        """
        for topic in _PRINTED:
            self._cluster.unsubscribe_topic(topic)
        self._cluster.subscribe_topic(self._run.name, self._see)
        self._cluster.subscribe_topic(_ALL, self._see_cluster)
        await self._cluster.register_plugin(RunPlugin(self._run), name=self._run.name)
        self._keeping = {asyncio.create_task(self._keep_slot()) for _ in range(self._concurrency)}

    @property
    def notes(self) -> tuple[str, ...]:
        """No notes: what workers find out is in the rows."""
        return ()

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function whenever the slots or the state change; see `Runner.watch`."""
        self._changed = changed

    @property
    def slots(self) -> int:
        """The slots that workers hold now; at least one once a worker has refused, so that a row brings the error."""
        return len(self._slots) or int(self._refused is not None)

    @property
    def state(self) -> RunnerState:
        """The sessions of all workers and their cost, as the workers last said."""
        present = {slot.worker for slot in self._slots.values()}
        states = [self._states[worker] for worker in present if worker in self._states]
        return RunnerState(
            sessions=sum(state.sessions for state in states),
            idle_sessions=sum(state.idle_sessions for state in states),
            cost_usd=sum((state.cost_usd for state in self._states.values()), Decimal(0)),
            idle_usd_per_minute=sum((state.idle_usd_per_minute for state in states), Decimal(0)),
            emulated=any(state.emulated for state in self._states.values()),
            model=ModelUsage.together(state.model for state in self._states.values()),
            workers=len(present),
        )

    # --- rows ---------------------------------------------------------------------------------------------------------

    async def run(self, row: RowTask, attempt: int, note_ids: NoteIds) -> RowAnswer | RowFailure:
        """Do the task of one row on a worker with a free slot; see `Runner.run`."""
        slot = await self._take()
        order, ids = RowOrder(row, attempt), list[str]()

        def noted(session_id: str, task_id: str) -> None:
            ids[:] = session_id, task_id
            note_ids(session_id, task_id)

        self._noting[order.key] = noted
        try:
            outcome = await self._ask(slot.worker, do_row, order)
        except asyncio.CancelledError:
            await self._stop(slot.worker, order)
            raise
        except _WorkerLostError:
            self._forget(slot.worker)
            return await self._after_loss(slot.worker, order, ids)
        finally:
            del self._noting[order.key]
            slot.busy = False
            self._tell()
        if outcome.refusal is not None:
            raise outcome.refusal.error()
        if outcome.outcome is None:
            return _lost(slot.worker, ids, "the emulator of ")
        return outcome.outcome

    async def collect(self, row: RowTask, attempt: int, session_id: str, task_id: str) -> RowAnswer | RowFailure | None:
        """Return how a task of an earlier process ended, where the server of any worker knows it."""
        while not self._slots:
            await self._wait()
        for worker in {slot.worker for slot in self._slots.values()}:
            with contextlib.suppress(_WorkerLostError):
                order = RowOrder(row, attempt)
                said = await self._ask(worker, collect_row, order, session_id, task_id)
                if said.outcome is not None:
                    return said.outcome
        return None

    async def _after_loss(self, worker: str, order: RowOrder, ids: list[str]) -> RowAnswer | RowFailure:
        """Return how a row ended whose worker is lost, as far as another worker's server has a record of it."""
        recorded = await self.collect(order.row, order.attempt, ids[0], ids[1]) if ids else None
        if isinstance(recorded, RowAnswer) or (recorded is not None and recorded.acted):
            return recorded
        return _lost(worker, ids)

    async def _stop(self, worker: str, order: RowOrder) -> None:
        """Stop a row's task on its server."""
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._call(worker, stop_row, order.key)
        except (TimeoutError, _WorkerLostError, WebRunError) as error:
            _log.warning("row %s can't be stopped on Dask worker %s: %r", order.row.position, worker, error)

    async def _ask(self, worker: str, function: Callable[..., Any], *arguments: object) -> RowOutcome:
        """Return what a worker says of a row. If this is cancelled, its sessions and tasks are noted all the same."""

        async def ask() -> RowOutcome:
            said: RowOutcome = await self._call(worker, function, *arguments)
            self._states[worker] = said.state
            self._accounts.note(worker, said.entries)
            return said

        asking = asyncio.create_task(ask())
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        return await asyncio.shield(asking)

    async def _call(self, worker: str, function: Callable[..., Any], *arguments: object) -> Any:
        """Call a function on a worker, through the scheduler.

        Raises
        ------
        _WorkerLostError
            The worker is gone.
        ConnectionLostError
            The scheduler is.
        """
        called = self._cluster.run(function, self._run.name, *arguments, workers=[worker], on_error="return")
        calling = asyncio.create_task(called)
        self._calls.setdefault(worker, set()).add(calling)
        try:
            answer = (await calling)[worker]
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise _WorkerLostError from error
        except OSError as error:
            raise self._scheduler_lost() from error
        finally:
            self._calls[worker].discard(calling)
        if isinstance(answer, OSError):
            raise _WorkerLostError from answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    # --- slots --------------------------------------------------------------------------------------------------------

    async def _keep_slot(self) -> None:
        """Keep one slot on the cluster: a task of Dask, which starts elsewhere when its worker is lost."""
        while self._refused is None:
            key = next(self._keys)
            future = self._cluster.submit(hold_slot, self._run.name, key, key=key, pure=False, retries=0)
            try:
                await distributed.wait(future)
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                if self._cluster.status != "running":
                    self._refuse(self._scheduler_lost())
            self._slots.pop(key, None)
            if future.status == "error" and not isinstance(error := await future.exception(), distributed.KilledWorker):
                self._refuse(_unexpected(error))

    def _see(self, event: tuple[float, Any]) -> None:
        """Take an event of a worker."""
        said = from_plain(event[1])
        if isinstance(said, IdsKnown):
            if (noted := self._noting.get((said.position, said.attempt))) is not None:
                noted(said.session_id, said.task_id)
        elif isinstance(said, SlotOpened):
            self._slots[said.slot] = _Slot(said.worker)
            self._tell()
        elif isinstance(said, SessionOpened):
            self._accounts.note(said.worker, said.entries())
        elif isinstance(said, StartWanted):
            allowing = asyncio.create_task(self._allow(said))
            self._allowing.add(allowing)
            allowing.add_done_callback(self._allowing.discard)
        else:
            self._refuse(said.error())

    async def _allow(self, wanted: StartWanted) -> None:
        """Let a worker start a session once the server takes another one from all workers together."""
        await self._pace.next_start(wanted.refused_for_s)
        try:
            await self._call(wanted.worker, allow_start, wanted.number)
        except _WorkerLostError:
            _log.info("Dask worker %s was lost before it could start a session", wanted.worker)
        except ConnectionLostError as error:
            self._refuse(error)

    def _see_cluster(self, event: tuple[float, Any]) -> None:
        """Take an event of the scheduler: a worker that is lost answers no call."""
        said = event[1]
        if said.get("action") == "remove-worker":
            self._forget(said["worker"])
            if not said["expected"]:  # one that is closed in order says how its rows ended
                for call in self._calls.get(said["worker"], ()):
                    call.cancel()
            self._accounts.note_gone(said["worker"])

    def _forget(self, worker: str) -> None:
        """Drop the slots of a worker that is gone; Dask opens them elsewhere."""
        self._slots = {key: slot for key, slot in self._slots.items() if slot.worker != worker}
        self._tell()

    async def _take(self) -> _Slot:
        while True:
            for slot in self._slots.values():
                if not slot.busy:
                    slot.busy = True
                    return slot
            await self._wait()

    async def _wait(self) -> None:
        """Wait until something changes.

        Raises
        ------
        WebRunError
            No row can be done any more.
        """
        if self._refused is not None:
            raise self._refused
        self._news.clear()
        await self._news.wait()

    def _refuse(self, error: WebRunError) -> None:
        """End the run with an error that every row would have."""
        self._refused = self._refused or error
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._changed()

    def _scheduler_lost(self) -> ConnectionLostError:
        return ConnectionLostError(
            f"the Dask scheduler at {self._address} can't be reached any more",
            hint=f"what is done is kept; {go_on_with(self._run.run_id)}",
        )

    # --- its end ------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """End the sessions on all workers, and let go of the slots."""
        stopping = (*self._keeping, *self._allowing)
        for each in stopping:
            each.cancel()
        await asyncio.gather(*stopping, return_exceptions=True)
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                said = await self._cluster.run(close_rows, self._run.name, on_error="return")
                await self._cluster.unregister_worker_plugin(self._run.name)
        except (OSError, TimeoutError) as error:
            _log.warning("run %s: its sessions on Dask workers could not be ended: %r", self._run.run_id, error)
        else:
            for worker, closed in said.items():
                if isinstance(closed, WorkerClosed):
                    self._states[worker] = closed.state
                    self._accounts.note(worker, closed.entries)
                else:
                    _log.warning("run %s: its sessions on %s could not be ended: %r", self._run.run_id, worker, closed)
        await self._last_answers()
        try:
            await self._accounts.end_left()
        except WebRunError as error:  # the ledger has them: the next %load_ext names them
            _log.warning("run %s: sessions of lost workers could not be ended: %s", self._run.run_id, error)
        self._slots = {}
        for topic in (self._run.name, _ALL):
            self._cluster.unsubscribe_topic(topic)
        await self._cluster.close()

    async def _last_answers(self) -> None:
        """Take what workers still say of rows that were stopped."""
        asking = [*self._asking]
        if asking:
            _, late = await asyncio.wait(asking, timeout=LAST_ANSWERS_WITHIN_S)
            for each in late:
                each.cancel()
            for ended in await asyncio.gather(*asking, return_exceptions=True):
                if isinstance(ended, BaseException):
                    _log.info("run %s: the end of a row that was stopped is not known: %r", self._run.run_id, ended)


def _lost(worker: str, ids: Sequence[str], what: str = "") -> RowFailure:
    """Return the failure of an attempt that was lost with its worker."""
    session_id, task_id = ids or (None, None)
    return RowFailure(
        ToolkitErrorCode.WORKER_LOST,
        f"{what}Dask worker {worker} was lost while the row ran",
        session_id=session_id,
        task_id=task_id,
        worker=worker,
    )


def _unexpected(error: BaseException | None) -> WebRunError:
    return WebRunError(f"a Dask worker can't run rows: {error}", code=ToolkitErrorCode.CLUSTER)
