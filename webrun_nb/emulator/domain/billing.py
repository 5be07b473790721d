"""The usage of a session and its cost (contract, section 5).

The record is append-only: intervals in which tasks ran, counts of tokens, and of bytes. Every cost is a pure function
of the record, the prices and a moment, in `Decimal`, rounded once, at the very end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

MICRO_USD = Decimal("0.000001")
_MS_PER_MINUTE = Decimal(60_000)
_MILLION = Decimal(1_000_000)
_BYTES_PER_GB = Decimal(1_000_000_000)


class PriceList(Protocol):
    """Prices in US dollars; `wire.prices.Prices` is an implementation."""

    def usd_per_minute(self, *, idle: bool) -> Decimal: ...  # noqa: D102
    @property
    def input_usd_per_million_tokens(self) -> Decimal: ...  # noqa: D102
    @property
    def output_usd_per_million_tokens(self) -> Decimal: ...  # noqa: D102
    @property
    def proxy_usd_per_gb(self) -> Decimal: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval in which a task ran: half-open, unix ms; `end_ms` is None while it runs."""

    task_id: str
    start_ms: float
    end_ms: float | None = None

    def duration_ms(self, now_ms: float) -> float:
        """Return its length so far."""
        return (now_ms if self.end_ms is None else self.end_ms) - self.start_ms


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens that one step of a task used."""

    task_id: str
    prompt: int
    completion: int
    is_estimated: bool = True
    """False if a model's provider counted them."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Requests to a language model of the user's own, and their cost, which the user pays: it is on no bill here."""

    requests: int
    cost_usd: Decimal | None
    """None if it is unknown."""


@dataclass(frozen=True, slots=True)
class _ModelCount:
    task_id: str
    use: ModelUse


@dataclass(frozen=True, slots=True)
class ByteCount:
    """The bytes that the browser sent and received, and how many of them went through a managed proxy."""

    up: int
    down: int
    billed: int


@dataclass(frozen=True, slots=True)
class Usage:
    """The bill of one task, or of a whole session, in US dollars; unrounded except for `cost_usd`."""

    prompt_tokens: int
    completion_tokens: int
    running_ms: float
    compute_usd: Decimal
    """Costs of the time in which a task ran."""
    idle_usd: Decimal
    """Costs of all other time of the session: idle, paused, waiting, orphaned, starting."""
    tokens_usd: Decimal
    proxy_usd: Decimal = Decimal(0)
    are_tokens_estimated: bool = True
    """False if all of its tokens were counted by a model's provider."""
    model: ModelUse | None = None
    """The use of the user's own model; None where none was asked. Not a part of the cost."""

    @property
    def cost_usd(self) -> Decimal:
        """The sum, rounded to a millionth of a dollar."""
        total = self.compute_usd + self.idle_usd + self.tokens_usd + self.proxy_usd
        return total.quantize(MICRO_USD, rounding=ROUND_HALF_EVEN)


class Meter:
    """The usage record of one session: append-only.

    Parameters
    ----------
    started_ms : float
        Time at which the session was created, unix ms: billing starts there.
    prices : PriceList
        US dollars.
    """

    def __init__(self, started_ms: float, prices: PriceList) -> None:
        self._started_ms = started_ms
        self._ended_ms: float | None = None
        self._prices = prices
        self._intervals: list[Interval] = []
        self._tokens: list[TokenCount] = []
        self._models: list[_ModelCount] = []
        self._bytes: list[ByteCount] = []

    def work_started(self, task_id: str, at_ms: float) -> None:
        """Open an interval."""
        self._intervals.append(Interval(task_id, at_ms))

    def work_stopped(self, at_ms: float) -> None:
        """Close the open interval; nothing happens where none is open."""
        if self._intervals and self._intervals[-1].end_ms is None:
            last = self._intervals[-1]
            self._intervals[-1] = Interval(last.task_id, last.start_ms, at_ms)

    def count_tokens(self, task_id: str, prompt: int, completion: int, *, is_estimated: bool = True) -> None:
        """Add the tokens of a step."""
        self._tokens.append(TokenCount(task_id, prompt, completion, is_estimated))

    def count_model_use(self, task_id: str, use: ModelUse) -> None:
        """Add requests to the user's own model."""
        self._models.append(_ModelCount(task_id, use))

    def count_bytes(self, up: int, down: int, billed: int) -> None:
        """Add bytes; those that went through the user's own proxy, or none, are free (`billed` is 0)."""
        self._bytes.append(ByteCount(up, down, billed))

    @property
    def bytes_moved(self) -> tuple[int, int]:
        """The bytes that the session's browser has sent and received, in this order."""
        return sum(count.up for count in self._bytes), sum(count.down for count in self._bytes)

    def ended(self, at_ms: float) -> None:
        """Stop billing for good."""
        self.work_stopped(at_ms)
        self._ended_ms = at_ms

    def running_ms(self, task_id: str, now_ms: float) -> float:
        """Return how long a task has run, pauses and guardrails excluded."""
        return sum(i.duration_ms(now_ms) for i in self._intervals if i.task_id == task_id)

    @property
    def usd_per_minute(self) -> Decimal:
        """The price of the session's time as it is spent now: idle, or with a task that runs; 0 after its end."""
        if self._ended_ms is not None:
            return Decimal(0)
        runs = bool(self._intervals) and self._intervals[-1].end_ms is None
        return self._prices.usd_per_minute(idle=not runs)

    def task_usage(self, task_id: str, now_ms: float) -> Usage:
        """Bill one task: its tokens and its own running time."""
        tokens = [count for count in self._tokens if count.task_id == task_id]
        used = [count.use for count in self._models if count.task_id == task_id]
        return self._bill(self.running_ms(task_id, now_ms), 0.0, tokens, used)

    def session_usage(self, now_ms: float) -> Usage:
        """Bill the session: all of its time, all tokens, and what went through a managed proxy."""
        end_ms = now_ms if self._ended_ms is None else self._ended_ms
        running_ms = sum(interval.duration_ms(end_ms) for interval in self._intervals)
        used = [count.use for count in self._models]
        return self._bill(running_ms, (end_ms - self._started_ms) - running_ms, self._tokens, used, self._bytes)

    def _bill(
        self,
        running_ms: float,
        idle_ms: float,
        tokens: Sequence[TokenCount],
        used: Sequence[ModelUse],
        moved: Sequence[ByteCount] = (),
    ) -> Usage:
        prompt = sum(count.prompt for count in tokens)
        completion = sum(count.completion for count in tokens)
        return Usage(
            prompt_tokens=prompt,
            completion_tokens=completion,
            running_ms=running_ms,
            compute_usd=Decimal(str(running_ms)) * self._prices.usd_per_minute(idle=False) / _MS_PER_MINUTE,
            idle_usd=Decimal(str(max(0.0, idle_ms))) * self._prices.usd_per_minute(idle=True) / _MS_PER_MINUTE,
            tokens_usd=(
                prompt * self._prices.input_usd_per_million_tokens
                + completion * self._prices.output_usd_per_million_tokens
            )
            / _MILLION,
            proxy_usd=sum(count.billed for count in moved) * self._prices.proxy_usd_per_gb / _BYTES_PER_GB,
            are_tokens_estimated=any(count.is_estimated for count in tokens),
            model=_added_up(used),
        )


def _added_up(used: Sequence[ModelUse]) -> ModelUse | None:
    """Return the use of models together; the cost is unknown as soon as that of one request is."""
    if not used:
        return None
    costs = [use.cost_usd for use in used]
    known = [cost for cost in costs if cost is not None]
    return ModelUse(sum(use.requests for use in used), sum(known, Decimal(0)) if len(known) == len(costs) else None)
