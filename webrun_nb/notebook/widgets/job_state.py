"""The state of a background job: at one moment, as a line of text, and as JSON for its card."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.monitoring.budget import BudgetReading
from webrun_nb.common.money import rounded_dollars
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.button_press import Button, ButtonPress, busy_command
from webrun_nb.notebook.widgets.card_state import APPROXIMATELY
from webrun_nb.notebook.widgets.extrapolation import quantity

# (tone, shape) by state: a state is shown by its word and its shape, never by its colour alone.
_LOOKS = {
    "queued": ("busy", "dashes"),
    "running": ("busy", "dot"),
    "paused": ("warn", "bars"),
    "guardrail": ("warn", "question"),
    "manual": ("warn", "hand"),
    "complete": ("good", "check"),
    "failed": ("bad", "cross"),
    "stopped": ("off", "square"),
}
_CANCEL = Button("cancel", "Cancel", "cancelling…", "Stop the task; a session of its own ends with it")


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
    """As last read from the server."""
    emulated: bool
    usd_per_ms: Decimal
    """The rate at which its session's cost grows."""
    model: ModelUsage | None = None
    """The use of the user's own language model."""
    budget: BudgetReading | None = None
    """The one of its budgets that was exceeded most."""
    action: str = ""
    asks: str = ""
    answer_with: str = ""
    """The command that answers its question without a form."""
    error: str = ""

    @property
    def done(self) -> bool:
        """True once it has ended."""
        return self.state in ("complete", "failed", "stopped")

    @property
    def cost(self) -> str:
        """Its cost as text: `≈ $0.0041`."""
        if self.cost_usd is None:
            return "cost unknown"
        return f"{'≈ ' if self.emulated else ''}{rounded_dollars(self.cost_usd)}"

    @property
    def next(self) -> str:
        """The next step: how its question is answered, or how its result is read."""
        if self.asks:
            return f"asks: {self.asks} – answer on its card, or with {self.answer_with}"
        if self.error:
            return self.error
        if self.state != "complete":
            return self.action
        over = "" if self.budget is None else self.budget.overrun(emulated=self.emulated)
        return f"read it with {self.name}.df{'; ' if over else ''}{over}"

    @property
    def payer(self) -> str:
        """The note on who pays, behind the cost."""
        return words.payer(self.model, emulated=self.emulated)

    def line(self) -> str:
        """Return all of it in one line."""
        cost, elapsed = f"{self.cost}{self.payer}", words.duration(self.elapsed_ms)
        parts = [f"job {self.name}", self.state, elapsed, cost, f"session {self.session}"]
        return " · ".join([*parts, *([self.next] if self.next else [])])


def job_card_state(
    job: JobState, *, cost_age_ms: float, press: ButtonPress | None, question: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the state of the job's card, as JSON.

    Parameters
    ----------
    job : JobState
    cost_age_ms : float
        The age of its cost.
    press : ButtonPress, optional
        The last click.
    question : dict, optional
        The state of the form, where its task asks and there is one.
    """
    tone, shape = _LOOKS[job.state]
    rate_usd = job.usd_per_ms if job.state == "running" else Decimal(0)
    cost_usd = None if job.cost_usd is None else job.cost_usd + rate_usd * round(cost_age_ms)
    return {
        "name": job.name,
        "label": job.state,
        "tone": tone,
        "shape": shape,
        "session": job.session,
        "next": job.next,
        "elapsed": quantity(job.elapsed_ms, int(not job.done)),
        "cost": quantity(cost_usd, rate_usd),
        "approximately": APPROXIMATELY if job.emulated else "",
        "payer": job.payer,
        "question": question,
        "buttons": [] if job.done else [_CANCEL.to_json()],
        "press": None if press is None else press.to_json(),
        "busy": _busy(press),
        "notice": "" if press is None else press.message,
        "withoutKernel": _without_kernel(job),
    }


def _busy(press: ButtonPress | None) -> str | None:
    """Return the command under way; a cancelled job ends some time after the server has confirmed it."""
    if press is not None and press.command == _CANCEL.command:
        return None if press.state == "failed" else press.command
    return busy_command(press)


def _without_kernel(job: JobState) -> dict[str, Any]:
    """Return what changes on the page once the kernel is gone; `text` follows "The kernel was restarted"."""
    changes: dict[str, Any] = {"buttons": [], "question": None, "notice": ""}
    if job.done:
        return {"text": f", and job {job.name} with its result.", "changes": changes}
    changes |= {"label": "lost with the kernel", "tone": "off", "shape": "square", "next": ""}
    return {"text": f": job {job.name} is lost with it.", "changes": changes}
