"""The progress of a map at one moment: the one source of its card, of the bar in a terminal, and of its repr."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from webrun_nb.client.answers.tasks import ModelUsage

MapState = Literal[
    "starting", "running", "paused", "stopping", "complete", "sampled", "stopped", "interrupted", "budget", "failed"
]
"""The states of a run in this process. The last six are final; all but `complete` can be resumed.

`sampled`: the rows that it was to run have ended, and others are left."""
FINAL: frozenset[MapState] = frozenset({"complete", "sampled", "stopped", "interrupted", "budget", "failed"})
RATE_OVER_S = 60.0
"""The time over which the rate of rows is measured."""
SHOWN_FAILURES = 5


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """A failed row, as a card shows it. Texts are on one line."""

    position: int
    label: str
    code: str
    message: str
    url: str


@dataclass(frozen=True, slots=True)
class MapProgress:
    """One moment of a run. Money is US dollars; unknown is None."""

    run_id: str
    state: MapState
    total: int
    """The rows of the run (`limit` applied)."""
    done: int
    """Rows with a stored answer, those of earlier processes included."""
    failed: int
    running: int
    resumed: int
    """Rows that had been done when this process took the run up."""
    cached: int
    """Rows with a kept answer, for which nothing ran."""
    repeated: int
    """Rows that ran twice, as their first attempt was lost with its process."""
    retried: int
    """Attempts beyond the first, after a failure that may pass."""
    held: int
    """Rows that wait for their host: its limit, its delay, or a time it asked for."""
    cost_usd: Decimal
    """The cost of the run's sessions so far, as last read, those of earlier processes included."""
    emulated: bool
    max_cost_usd: Decimal | None
    elapsed_s: float
    """The time in this process."""
    rows_per_s: float | None
    """The rate of rows over the last minute; None before the first has ended."""
    left_s: float | None
    """The time that the rest will take at that rate."""
    sessions: int
    idle_usd_per_minute: Decimal
    """The cost of a minute while it is paused: its sessions stay open."""
    workers: int
    failures: tuple[ShownFailure, ...]
    """The latest failed rows, the latest first; at most `SHOWN_FAILURES`."""
    model: ModelUsage | None = None
    """The use of the user's own language models so far, earlier processes included; no part of `cost_usd`."""
    message: str = ""
    """The reason for its end, in one line; empty while it runs and where it is complete."""

    @property
    def model_usd(self) -> Decimal:
        """The cost of the user's own models, as far as it is known."""
        return Decimal(0) if self.model is None or self.model.cost_usd is None else self.model.cost_usd

    @property
    def is_final(self) -> bool:
        """True once nothing more will change."""
        return self.state in FINAL

    @property
    def waiting(self) -> int:
        """The rows that have neither ended nor started."""
        return max(0, self.total - self.done - self.failed - self.running)


class RateMeter:
    """Measures the rate of rows over the last `RATE_OVER_S` seconds."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._ends_s: deque[float] = deque()

    def note(self, now_s: float) -> None:
        """Note that a row has ended."""
        self._ends_s.append(now_s)

    def rows_per_s(self, now_s: float) -> float | None:
        """Return the rate; None before the first row has ended, and where none has for the whole time."""
        while self._ends_s and self._ends_s[0] < now_s - RATE_OVER_S:
            self._ends_s.popleft()
        over_s = min(RATE_OVER_S, now_s - self._began_s)
        return len(self._ends_s) / over_s if self._ends_s and over_s > 0 else None
