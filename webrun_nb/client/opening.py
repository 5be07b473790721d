"""Opening a session so that none is ever left to cost money unknown: interrupted halfway, it is ended again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from webrun_nb.client.bookkeeping import Bookkeeper
from webrun_nb.client.budget import Budget
from webrun_nb.client.errors import SessionGoneError, TaskInterruptedError, WebRunError
from webrun_nb.client.session import Session, SessionOptions
from webrun_nb.client.tasks import STOP_WITHIN_S
from webrun_nb.client.watch import Watch

if TYPE_CHECKING:
    from webrun_nb.client.api import Client

_log = logging.getLogger(__name__)


class Opener:
    """Opens a client's sessions. Lives on the loop thread.

    Parameters
    ----------
    client : Client
        Whose sessions they are.
    books : Bookkeeper, optional
        Follows each.
    listen : bool
        Open a socket per session for live events.
    """

    def __init__(self, client: Client, books: Bookkeeper | None, *, listen: bool) -> None:
        self._client = client
        self._books = books
        self._listen = listen
        self._watches: list[Watch] = []
        self._endings: set[asyncio.Task[TaskInterruptedError]] = set()
        self.interruption: TaskInterruptedError | None = None
        """What the last interrupt did."""

    async def close(self) -> None:
        """Let what is being ended end, for a moment, and stop watching."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=STOP_WITHIN_S)
        for watch in self._watches:
            await watch.close()

    async def _open(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None
    ) -> tuple[Session, str | None]:
        given = {
            "environmentId": options.environment_id,
            "policyId": options.policy_id,
            "proxy": None if options.proxy is None else dict(options.proxy),
            "initialTask": dict(task) or None,
        }
        body = {key: value for key, value in given.items() if value is not None}
        started = await self._client.http.start_session(body)
        watch = Watch(
            self._client.http,
            name,
            started.session_id,
            task.get("startingPoint"),
            max_cost_usd=None if budget is None else budget.limit_usd,
            spent_before_usd=Decimal(0) if budget is None else budget.cost_usd,
        )
        try:
            if options.pictures:
                await self._client.control.apictures(started.session_id)
            await watch.begin(started.socket_url if self._listen else None)
        except BaseException:  # nobody would know of it, and it would cost
            await self._give_up(started.session_id)
            raise
        self._watches = [other for other in self._watches if not other.done] + [watch]
        if self._books is not None:
            self._books.follow(watch)
        session = Session(self._client, watch, started.session_id, name, options, budget)
        for covering in (budget, self._client.budget):
            if covering is not None:
                covering.cover(session)
        if started.task_id is not None:
            session.seen_task_ids.add(started.task_id)
        return session, started.task_id

    async def _give_up(self, session_id: str) -> None:
        """End a session that could not be watched, as far as the server takes it within `STOP_WITHIN_S`."""
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._client.http.change_state(session_id, "terminate")
        except SessionGoneError:
            pass
        except (TimeoutError, WebRunError) as error:
            _log.warning("session %s, of which nothing is known, could not be ended: %s", session_id, error)

    async def opened(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None = None
    ) -> tuple[Session, str | None]:
        """Open a session that counts against `budget`; cancelled meanwhile, it is ended again rather than left to cost.

        Raises
        ------
        BudgetError
            As `Client.refuse_beyond`; nothing was opened.
        """
        self._client.refuse_beyond(budget)
        opening = asyncio.create_task(self._open(name, options, task, budget))
        try:
            session, task_id = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self.interruption = await self._undone(opening, name)
            raise
        self._client.sessions[name] = session
        return session, task_id

    async def _undone(self, opening: asyncio.Task[tuple[Session, str | None]], name: str) -> TaskInterruptedError:
        """End a session that nobody waits for any more, now or once it is there; return the line that says so.

        The request that opens it is let through: cut off, the server may open the session all the same, and nobody
        would know its id.
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
        session.watch.ends_for("interrupted")
        try:
            await session.aterminate()
        except WebRunError as error:
            _log.warning("an interrupted start: %s", error)
            self._client.sessions[self._client.free_name(name)] = session
            return TaskInterruptedError(
                "interrupted while starting: the session could not be ended", hint="end it with `%webrun terminate`"
            )
        return TaskInterruptedError("interrupted while starting: the session was ended again", hint="")
