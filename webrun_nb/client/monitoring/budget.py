"""Limits the cost of work: tracks the costs of sessions while this process lives, and ends them at the limit.

Neither the contract nor the service has budgets of this kind, so the client keeps them. The cost of time grows at a
known price, which tells when the money will be spent; the cost of tokens is read from the server while a task runs. A
task, a session and all sessions of an account (a notebook) can each have a budget.

A session's budget belongs to the session's name. It outlives the session: a session that is started again with the
same name and the same amount continues with what is left, and so does a task that is given the budget
(`Client.run_task(..., budget=session.budget)`). Another amount, or `new=True`, begins a new budget.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, Protocol

from webrun_nb.client.errors import BudgetError, RequestError, WebRunError
from webrun_nb.client.monitoring.costs import growth_usd, ms_until_spent, usd_per_ms
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.money import exact_dollars, rounded_dollars

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""The interval of status calls while a task runs: the cost of its tokens can't be predicted."""
AT_LEAST_S = 0.05
"""The shortest interval between two checks."""

Amount = Decimal | float | int | str


def limit_usd(given: Amount | None) -> Decimal | None:
    """Return a budget as the decimal number it was written as; None stays None.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it is not an amount, or not more than 0.
    """
    if given is None:
        return None
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise RequestError(
            f"{given!r} is not a valid budget",
            code=ErrorCode.INVALID_PARAMETER,
            hint="write US dollars: max_cost_usd=0.05",
        )
    return amount


@dataclass(frozen=True, slots=True)
class BudgetReading:
    """The state of a budget when a task that counts against it had ended."""

    whose: str
    """`its` (the task's own), `session NAME's`, or `the notebook's`."""
    limit_usd: Decimal
    over_usd: Decimal
    """The amount spent beyond it, at most the task's cost; 0 where it was kept."""

    def __str__(self) -> str:
        return f"{self.whose} budget of {exact_dollars(self.limit_usd)}"

    def overrun(self, *, emulated: bool) -> str:
        """Return `≈ $0.0038 over session b's budget of $0.002`; empty where nothing was spent beyond it."""
        return f"{'≈ ' if emulated else ''}{rounded_dollars(self.over_usd)} over {self}" if self.over_usd else ""


class Spender(Protocol):
    """A session, as its budgets need it."""

    @property
    def session_id(self) -> str:
        """Its id."""

    @property
    def monitor(self) -> SessionMonitor:
        """Keeps its snapshot."""

    async def end_over_budget(self, error: BudgetError) -> None:
        """End it because a budget is spent."""


class Budget:
    """One limit over the sessions that it tracks, ended ones included. It changes on the loop thread only.

    Parameters
    ----------
    account : Budgets
        The budgets of the account that it belongs to.
    scope : str
        `session` or `notebook`: the owner of the limit.
    limit_usd : Decimal, optional
        The limit on the sessions' cost together; None for no limit (it can be set later).
    name : str
        The session's name; empty for a notebook.
    """

    def __init__(
        self,
        account: Budgets,
        scope: Literal["session", "notebook"],
        limit_usd: Decimal | None = None,
        name: str = "",
    ) -> None:
        self.account = account
        self.scope = scope
        self.name = name
        self.limit_usd = limit_usd
        self._seen: dict[Spender, tuple[SessionSnapshot, float]] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        if self.limit_usd is None:
            return f"<no budget: ${self.cost_usd} spent>"
        return f"<budget of {self._whose} {exact_dollars(self.limit_usd)}: ${self.left_usd} left>"

    @property
    def _whose(self) -> str:
        return "the notebook" if self.scope == "notebook" else f"session {self.name}"

    def start_tracking(self, session: Spender) -> None:
        """Count a session's cost from now on, after its end too."""
        monitor = session.monitor
        self._seen[session] = (monitor.snapshot, time.monotonic())
        monitor.subscribe(lambda snapshot: self._see(session, snapshot))
        self.check()

    def check(self) -> None:
        """Check the costs from now on, if there is a limit and a session that costs."""
        self._news.set()
        if self.limit_usd is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def cost_usd(self) -> Decimal:
        """The cost of the sessions, as last read."""
        return sum((snapshot.cost_usd or Decimal(0) for snapshot, _ in self._seen.values()), Decimal(0))

    @property
    def left_usd(self) -> Decimal | None:
        """The rest of the limit, as last read; 0 where more was spent than allowed, None without a limit."""
        return None if self.limit_usd is None else max(Decimal(0), self.limit_usd - self.cost_usd)

    @property
    def model_usd(self) -> Decimal:
        """The cost of the user's own models, as last read and as far as it is known; it is limited by itself."""
        used = (snapshot.model for snapshot, _ in self._seen.values() if snapshot.model is not None)
        return sum((model.cost_usd or Decimal(0) for model in used), Decimal(0))

    @property
    def model_left_usd(self) -> Decimal | None:
        """The rest of the limit for the user's own models, as last read; at least 0, None without a limit."""
        return None if self.limit_usd is None else max(Decimal(0), self.limit_usd - self.model_usd)

    @property
    def exceeded(self) -> bool:
        """True once nothing is left, as last read: of the money for sessions, or of that for the user's own models."""
        return self.left_usd == 0 or self.model_left_usd == 0

    @property
    def is_active(self) -> bool:
        """True while costs are being checked."""
        return self._task is not None and not self._task.done()

    @property
    def emulated(self) -> bool:
        """True where the money is emulated, which is the same for all sessions of an account."""
        return any(snapshot.emulated for snapshot, _ in self._seen.values())

    @property
    def estimated(self) -> bool:
        """True where a server does not say what its sessions cost: their time counts, and the tokens that are known."""
        return any(snapshot.cost_estimated for snapshot, _ in self._seen.values())

    def reading(self, task_usd: Decimal) -> BudgetReading | None:
        """Return the state of the budget, as last read, after a task that cost `task_usd`; None without a limit."""
        if self.limit_usd is None:
            return None
        over_usd = min(task_usd, max(Decimal(0), self.cost_usd - self.limit_usd))
        whose = "the notebook's" if self.scope == "notebook" else f"session {self.name}'s"
        return BudgetReading(whose, self.limit_usd, over_usd)

    def refuse_if_spent(self) -> None:
        """Refuse new work where nothing is left.

        Raises
        ------
        BudgetError
            Nothing is left; the error says how to allow more.
        """
        if self.exceeded:
            raise self.error(refused=True)

    def error(self, session_id: str | None = None, *, refused: bool = False) -> BudgetError:
        """Return the error that says that the budget is spent.

        Parameters
        ----------
        session_id : str, optional
            The session that was ended.
        refused : bool
            Nothing was stopped: new work was refused.
        """
        return BudgetError(
            self.scope,
            limit_usd=self.limit_usd or Decimal(0),
            cost_usd=self.cost_usd,
            model_usd=self.model_usd if self.model_left_usd == 0 else None,
            emulated=self.emulated,
            estimated=self.estimated,
            name=self.name,
            refused=refused,
            session_id=session_id,
        )

    def _see(self, session: Spender, snapshot: SessionSnapshot) -> None:
        before, at_s = self._seen[session]
        # a snapshot that comes from an event has the costs of the status call before it
        self._seen[session] = (snapshot, at_s if before.server_now_ms == snapshot.server_now_ms else time.monotonic())
        self._news.set()

    async def _keep(self) -> None:
        while self.limit_usd is not None and any(not snapshot.ended for snapshot, _ in self._seen.values()):
            self._news.clear()
            if self.limit_usd - self._expected_usd() <= 0 or self.exceeded:
                await self._refresh()
                if self.exceeded:
                    await self._end()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._news.wait()
                await asyncio.sleep(AT_LEAST_S)
                continue
            if self._runs():
                await self._refresh()

    def _pause_s(self) -> float | None:
        assert self.limit_usd is not None, "_keep has looked"
        rate_usd_per_ms = sum((usd_per_ms(snapshot) for snapshot, _ in self._seen.values()), Decimal(0))
        left_ms = ms_until_spent(self.limit_usd - self._expected_usd(), rate_usd_per_ms)
        left_s = None if left_ms is None else max(AT_LEAST_S, left_ms / 1000)
        look_s = LOOK_EVERY_S if self._runs() else None
        return min((pause_s for pause_s in (left_s, look_s) if pause_s is not None), default=None)

    def _runs(self) -> bool:
        return any(snapshot.current_task_id is not None for snapshot, _ in self._seen.values() if not snapshot.ended)

    def _expected_usd(self) -> Decimal:
        """Return the cost by now: as last read, and the time since at its price."""
        now_s = time.monotonic()
        return self.cost_usd + sum(
            (growth_usd(snapshot, (now_s - at_s) * 1000) for snapshot, at_s in self._seen.values()), Decimal(0)
        )

    async def _refresh(self) -> None:
        for session in tuple(self._seen):
            if not session.monitor.snapshot.ended:
                with contextlib.suppress(WebRunError):  # the session's snapshot shows that the server can't be read
                    await session.monitor.refresh()

    async def _end(self) -> None:
        for session in tuple(self._seen):
            try:
                await session.end_over_budget(self.error(session.session_id))
            except WebRunError as error:
                _log.warning("a budget is spent, and session %s can't be ended yet: %s", session.session_id, error)
                await asyncio.sleep(LOOK_EVERY_S)


class Budgets:
    """The budgets of one account: one over all its sessions, and one per name of a session that was given one.

    They outlive the client that created them: each client of the same account gets the same ones, so that the rest of
    a budget carries over a restart of the emulator and a new login.
    """

    def __init__(self) -> None:
        self.notebook = Budget(self, "notebook")
        self._of_sessions: dict[str, Budget] = {}
        self._kept: list[Budget] = []

    def of_session(self, name: str, limit_usd: Decimal | None, *, new: bool = False) -> Budget | None:
        """Return the budget that a session is to be started with; `keep` makes it the one of its name.

        Parameters
        ----------
        name : str
            The name that the session will have.
        limit_usd : Decimal or None
            The amount; that of the name's budget continues it, another one begins a new one.
        new : bool
            Begin a new one in any case.

        Raises
        ------
        BudgetError
            Nothing is left of it.
        """
        if limit_usd is None:
            return None
        known = self._of_sessions.get(name)
        if new or known is None or known.limit_usd != limit_usd:
            return Budget(self, "session", limit_usd, name)
        known.refuse_if_spent()
        return known

    def keep(self, name: str, budget: Budget | None) -> None:
        """Keep the budget that a session of that name was started with; None: the name has none any more."""
        if budget is None:
            self._of_sessions.pop(name, None)
        else:
            self._of_sessions[name] = budget
            self._kept = [each for each in self._kept if each.is_active and each is not budget] + [budget]

    def refuse_if_spent(self, budget: Budget | None) -> None:
        """Refuse new work where nothing is left of `budget`, or of the one over all sessions.

        Raises
        ------
        BudgetError
            Nothing is left.
        RequestError
            `INVALID_PARAMETER`: the budget belongs to another account.
        """
        if budget is not None and budget.account is not self:
            raise RequestError(
                "that budget belongs to another account: emulated and real money are never added",
                code=ErrorCode.INVALID_PARAMETER,
            )
        for each in (budget, self.notebook):
            if each is not None:
                each.refuse_if_spent()

    async def close(self) -> None:
        """Stop checking."""
        for budget in (self.notebook, *self._kept):
            await budget.close()
