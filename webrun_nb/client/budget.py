"""What work may cost at most: followed while this process lives, and the work stopped once it has cost that much.

Neither the contract nor the service knows a budget of this kind, so that the client keeps it: compute grows with time
at a known price, so it is known when the money will be gone; what tokens take is read from the server while a task
runs. A task, a session and all sessions of a client (a notebook) can each have one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation

from webrun_nb.client.errors import BudgetError, RequestError, WebRunError
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.watch import Watch

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""While a task runs: its tokens cost what no clock tells."""
AT_LEAST_S = 0.05
"""Between two looks."""

Amount = Decimal | float | int | str


def limit_usd(given: Amount | None) -> Decimal | None:
    """Return a budget as the decimal number it was written as; None stays None.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it is no amount, or not more than nothing.
    """
    if given is None:
        return None
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise RequestError(
            f"{given!r} can't be a budget", code="INVALID_PARAMETER", hint="write US dollars: max_cost_usd=0.05"
        )
    return amount


def seconds_left(left_usd: Decimal, usd_per_minute: Decimal) -> float | None:
    """Return how long `left_usd` lasts, or None where nothing grows."""
    return None if usd_per_minute <= 0 else max(AT_LEAST_S, float(left_usd / usd_per_minute) * 60)


class Budget:
    """One limit over some sessions. Lives on the loop thread.

    Parameters
    ----------
    limit_usd : Decimal or None
        What they may cost together; None for no limit (it can be set later).
    spent : callable
        Called once they have cost that much; ends what costs, and is called again where that did not work.
    """

    def __init__(self, limit_usd: Decimal | None, spent: Callable[[], Awaitable[None]]) -> None:
        self.limit_usd = limit_usd
        self._spent = spent
        self._seen: dict[Watch, tuple[SessionSnapshot, float]] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def cover(self, watch: Watch) -> None:
        """Count a session's cost from now on, after its end too."""
        self._seen[watch] = (watch.snapshot, time.monotonic())
        watch.subscribe(lambda snapshot: self._see(watch, snapshot))
        self.look()

    def look(self) -> None:
        """Follow the costs, where there is a limit and something that costs."""
        self._news.set()
        if self.limit_usd is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def cost_usd(self) -> Decimal:
        """What they have cost, as last read."""
        return sum((snapshot.cost_usd or Decimal(0) for snapshot, _ in self._seen.values()), Decimal(0))

    @property
    def exceeded(self) -> bool:
        """Whether nothing is left, as last read."""
        return self.limit_usd is not None and self.cost_usd >= self.limit_usd

    @property
    def follows(self) -> bool:
        """Whether there is something left to follow."""
        return self._task is not None and not self._task.done()

    @property
    def emulated(self) -> bool:
        """Whether nobody pays; all sessions of a client are alike in that."""
        return any(snapshot.emulated for snapshot, _ in self._seen.values())

    def error(self, scope: str, session_id: str | None = None) -> BudgetError:
        """Return the error that says that it is spent."""
        return BudgetError(
            scope,
            limit_usd=self.limit_usd or Decimal(0),
            cost_usd=self.cost_usd,
            emulated=self.emulated,
            session_id=session_id,
        )

    def _see(self, watch: Watch, snapshot: SessionSnapshot) -> None:
        before, at_s = self._seen[watch]
        # what only an event told carries the figures of the status before it
        self._seen[watch] = (snapshot, at_s if before.server_now_ms == snapshot.server_now_ms else time.monotonic())
        self._news.set()

    async def _keep(self) -> None:
        while self.limit_usd is not None and any(not snapshot.ended for snapshot, _ in self._seen.values()):
            self._news.clear()
            if self.limit_usd - self._expected_usd() <= 0:
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
        per_minute_usd = sum((_growth_usd(snapshot) for snapshot, _ in self._seen.values()), Decimal(0))
        left_s = seconds_left(self.limit_usd - self._expected_usd(), per_minute_usd)
        look_s = LOOK_EVERY_S if self._runs() else None
        return min((pause_s for pause_s in (left_s, look_s) if pause_s is not None), default=None)

    def _runs(self) -> bool:
        return any(snapshot.current_task_id is not None for snapshot, _ in self._seen.values() if not snapshot.ended)

    def _expected_usd(self) -> Decimal:
        """Return what they have cost by now, by the clock."""
        now_s = time.monotonic()
        return self.cost_usd + sum(
            (_growth_usd(snapshot) * Decimal(now_s - at_s) / 60 for snapshot, at_s in self._seen.values()), Decimal(0)
        )

    async def _refresh(self) -> None:
        for watch in self._seen:
            if not watch.snapshot.ended:
                with contextlib.suppress(WebRunError):  # the watch itself shows that the server can't be read
                    await watch.refresh()

    async def _end(self) -> None:
        try:
            await self._spent()
        except WebRunError as error:
            _log.warning("a budget is spent, and what costs can't be ended yet: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)


def _growth_usd(snapshot: SessionSnapshot) -> Decimal:
    """Return what a session's cost grows by in a minute."""
    return Decimal(0) if snapshot.ended or not snapshot.clock_running else snapshot.prices.compute_usd_per_minute
