"""The state of a background job at one moment, as its card and its line of text show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.client.budget import BudgetReading
from webrun_nb.notebook.text import labels as words


@dataclass(frozen=True, slots=True)
class JobState:
    """One moment of a job. Money is US dollars; texts are clean, on one line."""

    name: str
    state: str
    """`queued`, `running`, `paused`, `guardrail`, `manual`, `complete`, `failed`, or `stopped`."""
    session: str
    session_id: str
    task_id: str
    elapsed_ms: int
    cost_usd: Decimal | None
    emulated: bool
    usd_per_minute: Decimal
    budget: BudgetReading | None = None
    """The one of its budgets that was exceeded most."""
    action: str = ""
    asks: str = ""
    answer_with: str = ""
    """How its question is answered without a form."""
    error: str = ""

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.state in ("complete", "failed", "stopped")

    @property
    def cost(self) -> str:
        """What it has cost, in words: `≈ $0.0041`."""
        if self.cost_usd is None:
            return "cost unknown"
        return self._about(self.cost_usd)

    def _about(self, amount_usd: Decimal) -> str:
        return f"{'≈ ' if self.emulated else ''}{words.usd(amount_usd)}"

    @property
    def next(self) -> str:
        """What there is to do now: how its question is answered, or how its result is read."""
        if self.asks:
            return f"asks: {self.asks} – answer on its card, or with {self.answer_with}"
        if self.error:
            return self.error
        if self.state != "complete":
            return self.action
        over = "" if self.budget is None else self.budget.overrun(emulated=self.emulated)
        return f"read it with {self.name}.df{'; ' if over else ''}{over}"

    def line(self) -> str:
        """Return all of it in one line."""
        pays = f"{self.cost} (emulated, you pay $0.00)" if self.emulated else self.cost
        parts = [f"job {self.name}", self.state, words.duration(self.elapsed_ms), pays, f"session {self.session}"]
        return " · ".join([*parts, *([self.next] if self.next else [])])
