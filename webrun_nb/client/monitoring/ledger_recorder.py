"""Writes a client's sessions to the ledger as they change, and its tasks as they end."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from dataclasses import dataclass, replace
from decimal import Decimal

from webrun_nb import config
from webrun_nb.client.errors import SessionGoneError, WebRunError
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord, TaskOutcome, TaskRecord
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import EndReason, ErrorCode
from webrun_nb.common.processes import process_token
from webrun_nb.wire.limits import MAX_DURATION_MS

WRITE_EVERY_MS = 30_000
"""The interval at which a session is written while only its cost changes."""


class LedgerRecorder:
    """Records the sessions and tasks of one client in the ledger. Runs on the loop thread.

    Parameters
    ----------
    ledger : Ledger
        The ledger to write to.
    base_url : str
        The client's server, without a password and a slash at its end.
    emulator_pid : int, optional
        The process of the emulator, where that ends with this one.
    """

    def __init__(self, ledger: Ledger, base_url: str, emulator_pid: int | None) -> None:
        self.ledger = ledger
        self.base_url = base_url
        self._emulator = None if emulator_pid is None else process_token(emulator_pid)
        self._kernel = process_token(os.getpid())
        self._notebook = config.notebook_path()
        self._followed: dict[str, _Follower] = {}

    @property
    def followed(self) -> frozenset[str]:
        """The sessions whose end has not been recorded."""
        return frozenset(self._followed)

    def follow(self, watch: SessionMonitor, run_id: str = "") -> None:
        """Record a session now, and whenever it changes in a way that matters; `run_id` is the run it is opened for."""
        first = replace(self.record_of(watch.snapshot, None), run_id=run_id)
        self.ledger.write(first)
        if first.ended_at_ms is None:
            follower = self._followed[watch.snapshot.session_id] = _Follower(self, first, watch.snapshot)
            watch.subscribe(follower.see)

    def reconcile(self, snapshot: SessionSnapshot) -> None:
        """Record a session now, whatever has changed, unless its end was recorded."""
        if (follower := self._followed.get(snapshot.session_id)) is not None:
            follower.write(snapshot)

    def end_written(self, session_id: str) -> None:
        """Stop following a session that has nothing left to record."""
        self._followed.pop(session_id, None)

    def note_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a session's task, with its cost as last known."""
        self._note_task(self.base_url, session_id, ended)

    def note_earlier_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a task that an earlier process began, beside its session, in place of an earlier record.

        The emulator of that process had another address than this one's.
        """
        self._note_task(self.ledger.server_of(session_id) or self.base_url, session_id, ended)

    def _note_task(self, base_url: str, session_id: str, ended: TaskOutcome) -> None:
        record = TaskRecord(
            base_url=base_url,
            session_id=session_id,
            task_id=ended.task_id,
            ended_at_ms=now_ms(),
            outcome=ended.outcome,
            cost_usd=ended.cost_usd,
            max_cost_usd=ended.max_cost_usd,
            over_budget_usd=ended.over_budget_usd,
            site=ended.site,
            model_requests=0 if ended.model is None else ended.model.requests,
            model_usd=None if ended.model is None else ended.model.cost_usd,
        )
        if (run := ended.run) is not None:
            record = replace(record, run_id=run.run_id, row=run.row, attempt=run.attempt)
        self.ledger.write_task(record)

    def record_of(self, snapshot: SessionSnapshot, before: SessionRecord | None) -> SessionRecord:
        """Return the record to write for a session; `before` is the one written last."""
        now = now_ms()
        return SessionRecord(
            base_url=self.base_url,
            session_id=snapshot.session_id,
            name=snapshot.name,
            emulated=snapshot.emulated,
            host=platform.node(),
            kernel=self._kernel,
            emulator=self._emulator,
            opened_at_ms=now if before is None else before.opened_at_ms,
            seen_at_ms=now,
            lasts_until_ms=_lasts_until_ms(snapshot, now),
            ended_at_ms=now if snapshot.ended else None,
            reason=(snapshot.reason or snapshot.status_word) if snapshot.ended else None,
            cost_usd=None if snapshot.cost_estimated else snapshot.cost_usd,
            idle_usd=snapshot.idle_usd,
            run_id="" if before is None else before.run_id,
            notebook=self._notebook,
        )


class _Follower:
    """One session's entry: what was written last, and when the next writing is due."""

    def __init__(self, recorder: LedgerRecorder, written: SessionRecord, snapshot: SessionSnapshot) -> None:
        self._recorder = recorder
        self._written = written
        self._state = _state(snapshot)

    def see(self, snapshot: SessionSnapshot) -> None:
        """Write the snapshot where it says something that matters."""
        due = now_ms() - self._written.seen_at_ms >= WRITE_EVERY_MS
        if due or _state(snapshot) != self._state:
            self.write(snapshot)

    def write(self, snapshot: SessionSnapshot) -> None:
        """Write the snapshot, unless the session's end has been written."""
        if self._written.ended_at_ms is not None:
            return
        self._state = _state(snapshot)
        self._written = self._recorder.record_of(snapshot, self._written)
        self._recorder.ledger.write(self._written)
        if snapshot.ended:
            self._recorder.end_written(snapshot.session_id)


def now_ms() -> int:
    """Return the time of this machine, unix ms: the ledger compares the sessions of many servers."""
    return round(time.time() * 1000)


def _state(snapshot: SessionSnapshot) -> SessionSnapshot:
    """Return the snapshot without what changes all the time."""
    return replace(
        snapshot,
        server_now_ms=0,
        last_activity_at_ms=0,
        expires_at_ms=None,
        last_action="",
        status_line="",
        current_task="",
        cost_usd=None,
        compute_usd=None,
        idle_usd=None,
        tokens_usd=None,
        model=None,
        question=None,
        connected=True,
    )


def _lasts_until_ms(snapshot: SessionSnapshot, now: int) -> int | None:
    """Return the latest time at which a session ends if it is left alone (contract, section 3).

    Each queued task takes at most `maxDuration`, then the inactivity timeout ends the session. Where the server's clock
    is stopped, it is unknown.
    """
    if not snapshot.clock_running:
        return None
    tasks = snapshot.queued_tasks + (snapshot.current_task_id is not None)
    return now + tasks * MAX_DURATION_MS + snapshot.inactivity_timeout_ms + WRITE_EVERY_MS


@dataclass(frozen=True, slots=True)
class ClosedSession:
    """A session that had been left open, after its end."""

    record: SessionRecord
    reason: str
    """`terminated` where it was still open; else why it had ended already."""
    cost_usd: Decimal | None
    """All of it; None where the server does not say it, or no longer knows the session."""


async def close_orphaned_sessions(http: ApiTransport, recorder: LedgerRecorder) -> list[ClosedSession]:
    """End the sessions on this server that were left open, according to the ledger.

    Raises
    ------
    AuthenticationError, LimitError, ConnectionLostError
        The server does not take it; what was ended before stays so.
    """
    ended = []
    for record in recorder.ledger.left_open(now_ms()):
        if record.base_url != recorder.base_url:
            continue
        ended.append(await close_recorded(http, recorder.ledger, record))
    return ended


async def close_recorded(http: ApiTransport, ledger: Ledger, record: SessionRecord) -> ClosedSession:
    """End a session that the ledger has as open on this server, and record its end.

    Raises
    ------
    AuthenticationError, LimitError, ConnectionLostError
        The server does not take it.
    """
    outcome = await _end(http, record)
    ledger.close_session(record.base_url, record.session_id, outcome.reason, now_ms(), outcome.cost_usd)
    return outcome


async def _end(http: ApiTransport, record: SessionRecord) -> ClosedSession:
    with contextlib.suppress(SessionGoneError):  # then its status says why
        await http.change_state(record.session_id, "terminate")
    try:
        state = await http.session_status(record.session_id)
    except SessionGoneError as error:
        return ClosedSession(record, error.code.lower().replace("_", " "), None)
    except WebRunError as error:
        if error.code not in (ErrorCode.NOT_FOUND, ErrorCode.METHOD_NOT_ALLOWED):
            raise
        return ClosedSession(record, EndReason.TERMINATED, None)  # the server has no status, and has taken the command
    cost_usd = None if state.usage is None else state.usage.cost_usd
    return ClosedSession(record, state.reason or state.status or state.own_word, cost_usd)
