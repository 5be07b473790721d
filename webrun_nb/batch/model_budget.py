"""The budget that the language models of a run's rows share: all together never spend more than it."""

from __future__ import annotations

import asyncio
from decimal import ROUND_DOWN, Decimal

from webrun_nb.batch.errors import RunError, go_on_with
from webrun_nb.batch.rows import RowAnswer, RowFailure
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.money import exact_dollars

MODEL_COST_LIMIT = "emulator.maxModelCost"
"""The limit that a task has reached whose model needs more than its share, in the details of its failure."""
_SMALLEST_USD = Decimal("0.000000001")
"""The smallest part of a share: a number of JSON keeps it as it is."""


class ModelBudget:
    """Gives each row that starts a share of what is left, and takes back what the row did not need.

    The emulator spends no more on a row than its share, so that the sum is never more than the limit.

    Parameters
    ----------
    limit_usd : Decimal, optional
        The most that the models of all rows may cost, in US dollars; None for no limit.
    spent_usd : Decimal
        Their cost in earlier processes, as far as it is known.
    """

    def __init__(self, limit_usd: Decimal | None = None, spent_usd: Decimal = Decimal(0)) -> None:
        self._limit_usd = limit_usd
        self._spent_usd = spent_usd
        self._shares_usd = Decimal(0)
        self._holders = 0
        """The rows that have a share now."""
        self._settled = asyncio.Event()

    async def share(self, at_once: int) -> Decimal | None:
        """Set aside an equal share for a row; None without a limit, 0 where nothing is left.

        Waits while rows that run have all that is left.

        Parameters
        ----------
        at_once : int
            The number of rows that may run at once, with this one.
        """
        if self._limit_usd is None:
            return None
        while (share := self._equal_share(self._limit_usd, at_once)) <= 0 and self._shares_usd > 0:
            self._settled.clear()
            await self._settled.wait()
        self._shares_usd += share
        self._holders += 1
        return share

    def _equal_share(self, limit_usd: Decimal, at_once: int) -> Decimal:
        left_usd = max(limit_usd - self._spent_usd - self._shares_usd, Decimal(0))
        return (left_usd / max(at_once - self._holders, 1)).quantize(_SMALLEST_USD, ROUND_DOWN)

    @property
    def of_the_run(self) -> str:
        """The limit that shares are parts of, for the message on one that is too small; empty without a limit."""
        if self._limit_usd is None:
            return ""
        return f" The run's budget of {exact_dollars(self._limit_usd)} has left it no larger share."

    def spent_error(self, run_id: str) -> RunError:
        """Return the error for a row that nothing is left for."""
        limit = "" if self._limit_usd is None else f" of {exact_dollars(self._limit_usd)}"
        return RunError(
            f"the run's budget{limit} may be spent by its language models, some of whose costs are not known: no more "
            "rows were started",
            code=ToolkitErrorCode.BUDGET_REACHED,
            hint=f"{go_on_with(run_id)} and more with max_cost_usd=",
        )

    def settle(self, share_usd: Decimal | None, outcome: RowAnswer | RowFailure | None) -> None:
        """Replace a share by the cost of its row's model: all of it, where the cost is not known.

        Parameters
        ----------
        share_usd : Decimal or None
            The share, as `share` gave it.
        outcome : RowAnswer, RowFailure or None
            The end of the row; None where it has none, as it was stopped.
        """
        if share_usd is None:
            return
        cost_usd = None if outcome is None else outcome.model_usd
        self._holders -= 1
        self._shares_usd -= share_usd
        self._spent_usd += share_usd if cost_usd is None else cost_usd
        self._settled.set()

    def note(self, outcome: RowAnswer | RowFailure | None) -> None:
        """Count the row of an earlier process, as far as its cost is known."""
        self._spent_usd += (None if outcome is None else outcome.model_usd) or Decimal(0)
