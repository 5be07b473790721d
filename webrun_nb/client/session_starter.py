"""Opens a client's sessions, and ends one whose start is interrupted or fails halfway: it would cost unseen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webrun_nb.client.budget import Budget
from webrun_nb.client.errors import SessionGoneError, TaskInterruptedError, WebRunError
from webrun_nb.client.ledger_recorder import LedgerRecorder
from webrun_nb.client.monitor import SessionMonitor
from webrun_nb.client.session import Session, SessionOwner
from webrun_nb.client.session_options import SessionOptions
from webrun_nb.client.task import STOP_WITHIN_S

_log = logging.getLogger(__name__)


class SessionStarter:
    """Opens the sessions of one client. Runs on the loop thread.

    Parameters
    ----------
    owner : SessionOwner
        The client.
    recorder : LedgerRecorder, optional
        Records each session in the ledger.
    listen : bool
        Open a socket per session for live events.
    """

    def __init__(self, owner: SessionOwner, recorder: LedgerRecorder | None, *, listen: bool) -> None:
        self._owner = owner
        self._recorder = recorder
        self._listen = listen
        self._monitors: list[SessionMonitor] = []
        self._endings: set[asyncio.Task[TaskInterruptedError]] = set()
        self.interruption: TaskInterruptedError | None = None
        """The error that says what the last interrupt did."""

    async def close(self) -> None:
        """Give sessions that are being ended a moment to end, and stop monitoring all."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=STOP_WITHIN_S)
        for monitor in self._monitors:
            await monitor.close()

    async def start(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None = None
    ) -> tuple[Session, str | None]:
        """Open a session, and end it again where this is cancelled meanwhile.

        Parameters
        ----------
        name : str
            The session's name.
        options : SessionOptions
            Its options.
        task : mapping
            The fields of its initial task, under their wire names; may be empty.
        budget : Budget, optional
            The budget that it counts against, beside that of all sessions.

        Returns
        -------
        tuple
            The session, and the id of its initial task, None where it has none.

        Raises
        ------
        BudgetError
            Nothing is left of a budget; no session was opened.
        """
        self._owner.refuse_if_spent(budget)
        opening = asyncio.create_task(self._open(name, options, task, budget))
        try:
            session, task_id = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self.interruption = await self._roll_back(opening, name)
            raise
        self._owner.sessions[name] = session
        return session, task_id

    async def _open(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None
    ) -> tuple[Session, str | None]:
        http = self._owner.http
        started = await http.start_session(options.to_wire() | ({"initialTask": dict(task)} if task else {}))
        monitor = SessionMonitor(
            http,
            name,
            started.session_id,
            task.get("startingPoint"),
            max_cost_usd=None if budget is None else budget.limit_usd,
            spent_before_usd=Decimal(0) if budget is None else budget.cost_usd,
        )
        try:
            if options.pictures:
                await self._owner.control.apictures(started.session_id)
            await monitor.begin(started.socket_url if self._listen else None)
        except BaseException:  # nobody would know of the session, and it would cost
            await self._abandon(started.session_id)
            raise
        self._monitors = [other for other in self._monitors if not other.done] + [monitor]
        if self._recorder is not None:
            self._recorder.follow(monitor)
        session = Session(self._owner, monitor, started.session_id, name, options, budget)
        for tracking in (budget, self._owner.budget):
            if tracking is not None:
                tracking.start_tracking(session)
        if started.task_id is not None:
            session.runner.seen_ids.add(started.task_id)
        return session, started.task_id

    async def _abandon(self, session_id: str) -> None:
        """End a session that could not be monitored, if the server takes that within `STOP_WITHIN_S`."""
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._owner.http.change_state(session_id, "terminate")
        except SessionGoneError:
            pass
        except (TimeoutError, WebRunError) as error:
            _log.warning("session %s can't be monitored, and could not be ended: %s", session_id, error)

    async def _roll_back(self, opening: asyncio.Task[tuple[Session, str | None]], name: str) -> TaskInterruptedError:
        """End a session whose start was interrupted, now or once it is open; return the error that says so.

        The request that opens it is not cancelled: the server may open the session all the same, and nobody would know
        its id.
        """
        ending = asyncio.create_task(self._end_opened(opening, name))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                return await asyncio.shield(ending)
        except TimeoutError:
            return TaskInterruptedError(
                "interrupted while starting: the session will be ended as soon as it comes up", hint=""
            )

    async def _end_opened(self, opening: asyncio.Task[tuple[Session, str | None]], name: str) -> TaskInterruptedError:
        try:
            session, _ = await opening
        except WebRunError as error:
            return TaskInterruptedError(f"interrupted while starting, which failed: {error.message}", hint="")
        session.monitor.set_end_reason("interrupted")
        try:
            await session.aterminate()
        except WebRunError as error:
            _log.warning("the session of an interrupted start can't be ended: %s", error)
            self._owner.sessions[self._owner.unique_session_name(name)] = session
            return TaskInterruptedError(
                "interrupted while starting: the session could not be ended", hint="end it with `session.terminate()`"
            )
        return TaskInterruptedError("interrupted while starting: the session was ended again", hint="")
