"""Opens a client's sessions, and ends one whose start is interrupted or fails halfway: it would cost unseen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webrun_nb.client.errors import SessionGoneError, TaskInterruptedError, WebRunError
from webrun_nb.client.monitoring.budget import Budget
from webrun_nb.client.monitoring.ledger_recorder import LedgerRecorder
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.sessions.session import Session, SessionOwner
from webrun_nb.client.tasks.task import STOP_WITHIN_S
from webrun_nb.common.codes import ToolkitErrorCode

_log = logging.getLogger(__name__)

DEFAULT_NAME = "main"
SINGLE_TASK = "single task"
"""The name of a session that was opened for one task."""


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
        self._starting = asyncio.Lock()
        self._monitors: list[SessionMonitor] = []
        self._endings: set[asyncio.Task[TaskInterruptedError]] = set()
        self.sessions: dict[str, Session] = {}
        """All sessions that were started, ended ones too, by name; a name used again is its latest session."""
        self.interruption: TaskInterruptedError | None = None
        """The error that says what the last interrupt did."""

    async def close(self) -> None:
        """Give sessions that are being ended a moment to end, and stop monitoring all."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=STOP_WITHIN_S)
        for monitor in self._monitors:
            await monitor.close()

    async def start_or_return(self, name: str, options: SessionOptions, *, new: bool, run_id: str = "") -> Session:
        """Start a session, or return the live one of that name and the same options.

        Parameters
        ----------
        name : str
            The session's name.
        options : SessionOptions
            Its options.
        new : bool
            Start another session in any case, with a budget of its own; a name in use gets a number.
        run_id : str
            The id of the run of `map` that it is for, for the ledger; empty for none.

        Raises
        ------
        BudgetError
            Nothing is left of the budget of that name and amount; no session was opened.
        WebRunError
            `NAME_IN_USE`: a live session of that name has other options.
        """
        async with self._starting:
            if new:
                name = self._unique_name(name)
            elif (session := self.sessions.get(name)) is not None and not session.ended:
                return _with_same_options(session, options)
            budget = self._owner.budgets.of_session(name, options.max_cost_usd, new=new)
            session, _ = await self._start(name, options, options.first_task(), budget, run_id)
            self._owner.budgets.keep(name, budget)
        return session

    async def restart(self, session: Session) -> Session:
        """Start a session with the options of another one, under the same name where that one has ended."""
        name = DEFAULT_NAME if session.name.startswith(SINGLE_TASK) else session.name
        async with self._starting:
            name, options = self._unique_name(name), session.options
            restarted, _ = await self._start(name, options, options.first_task(), session.budget)
            self._owner.budgets.keep(name, session.budget)
        return restarted

    async def start_for_task(
        self, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None
    ) -> tuple[Session, str]:
        """Start a session for one task; return it with the task's id.

        Where the server names none it is the session's: the documentation's own example polls with that.

        Parameters
        ----------
        options : SessionOptions
            The session's options.
        task : mapping
            The task's fields, under their wire names.
        budget : Budget or None
            A budget that the session counts against, beside that of all sessions.

        Raises
        ------
        BudgetError
            Nothing is left of a budget; no session was opened.
        """
        session, task_id = await self._start(self._unique_name(SINGLE_TASK), options, task, budget)
        return session, task_id or session.runner.unnamed.name()

    def _unique_name(self, name: str) -> str:
        """Return a name, with a number added where a live session has it."""
        taken = {known for known, session in self.sessions.items() if not session.ended}
        numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
        return name if name not in taken else next(other for other in numbered if other not in taken)

    async def _start(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None, run_id: str = ""
    ) -> tuple[Session, str | None]:
        """Open a session, and end it again where this is cancelled meanwhile."""
        self._owner.refuse_if_spent(budget)
        opening = asyncio.create_task(self._open(name, options, task, budget, run_id))
        try:
            session, task_id = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self.interruption = await self._roll_back(opening, name)
            raise
        self.sessions[name] = session
        return session, task_id

    async def _open(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None, run_id: str
    ) -> tuple[Session, str | None]:
        http = self._owner.http
        started = await http.start_session(options.to_wire() | ({"task": dict(task)} if task else {}))
        monitor = SessionMonitor(
            http,
            name,
            started.session_id,
            task.get("startingUrl"),
            max_cost_usd=None if budget is None else budget.limit_usd,
            spent_before_usd=Decimal(0) if budget is None else budget.cost_usd,
        )
        try:
            if options.pictures:
                await self._owner.control.apictures(started.session_id)
            await monitor.begin(started.socket_url if self._listen else None)
        except BaseException:  # no one would know of the session, and it would cost
            await self._abandon(started.session_id)
            raise
        self._monitors = [other for other in self._monitors if not other.done] + [monitor]
        if self._recorder is not None:
            self._recorder.follow(monitor, run_id)
        session = Session(self._owner, monitor, started.session_id, name, options, budget, started.web_view_url)
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

        The request that opens it is not cancelled: the server may open the session all the same, and no one would know
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
            self.sessions[self._unique_name(name)] = session
            return TaskInterruptedError(
                "interrupted while starting: the session could not be ended", hint="end it with `session.terminate()`"
            )
        return TaskInterruptedError("interrupted while starting: the session was ended again", hint="")


def _with_same_options(session: Session, options: SessionOptions) -> Session:
    """Return an open session, if its options are those.

    Raises
    ------
    WebRunError
        `NAME_IN_USE`: it has other options.
    """
    if session.options != options:
        others = ", ".join(session.options.differences(options))
        raise WebRunError(
            f"session {session.name} is open with other options ({others})",
            code=ToolkitErrorCode.NAME_IN_USE,
            session_id=session.session_id,
        )
    return session
