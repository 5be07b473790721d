"""Estimates the time and the money of a map, from a sample of its rows that is run (`--dry-run`).

The sample is the first rows of the run itself: their answers are stored, and the map that follows goes on with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask, named_row
from webrun_nb.batch.run import MapRun
from webrun_nb.common.credentials.finding import masked
from webrun_nb.common.hosted_limits import REQUESTS_PER_MINUTE, SESSIONS_AT_ONCE
from webrun_nb.common.money import rounded_dollars, rounded_to_cents
from webrun_nb.common.text import shortened

SAMPLE_ROWS = 3
_SHOWN_TEXT = 300
_SHOWN_URL = 120


@dataclass(frozen=True, slots=True)
class SampledRow:
    """A row of the sample, with how it ended."""

    row: RowTask
    outcome: RowAnswer | RowFailure

    @property
    def elapsed_s(self) -> float | None:
        """The time that its task ran; None where it is not known, and for a kept answer, for which nothing ran.

        The server's own count, where it says one: that is without the start of the session, which few rows wait for.
        """
        if isinstance(self.outcome, RowFailure):
            return self.outcome.elapsed_s
        if self.outcome.cached_age_s is not None:
            return None
        usage = self.outcome.task().usage
        ran_s = None if usage is None else usage.completion_time_s
        return self.outcome.elapsed_s if ran_s is None else ran_s

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost of its task; None likewise."""
        return None if self.elapsed_s is None else self.outcome.cost_usd

    def lines(self) -> list[str]:
        """Return its page, its text and how it ended, for people."""
        name = named_row(self.row.position, self.row.label)
        facts = [
            _outcome_text(self.outcome),
            "" if self.elapsed_s is None else f"{self.elapsed_s:.1f} s",
            "" if self.cost_usd is None else rounded_dollars(self.cost_usd),
        ]
        return [
            f"{name}: {shortened(masked(self.row.url), _SHOWN_URL)}",
            f"  {shortened(masked(self.row.text), _SHOWN_TEXT)}",
            f"  {' · '.join(filter(None, facts))}",
        ]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The time and money that the rest of a run takes if its rows are as those of the sample.

    A range is from "all rows as the least of the sample" to "all rows as the most". None where no row of the sample
    tells. Money is US dollars.
    """

    run_id: str
    total: int
    """The rows of the run."""
    left: int
    """The rows that have not ended."""
    concurrency: int
    emulated: bool
    """The sample ran on the emulator: its money is what the hosted service would take."""
    sample: tuple[SampledRow, ...]

    @property
    def time_s(self) -> tuple[float, float] | None:
        """The time where the sample ran, in seconds."""
        return self._time_s(self.concurrency)

    @property
    def hosted_time_s(self) -> tuple[float, float] | None:
        """The time on the hosted service, in seconds, if pages take as long there."""
        return self._time_s(min(self.concurrency, SESSIONS_AT_ONCE))

    @property
    def cost_usd(self) -> tuple[Decimal, Decimal] | None:
        """The money on the hosted service, without the time in which sessions start or wait."""
        known = [each.cost_usd for each in self.sample if each.cost_usd is not None]
        return (self.left * min(known), self.left * max(known)) if known else None

    def _time_s(self, at_once: int) -> tuple[float, float] | None:
        known = [each.elapsed_s for each in self.sample if each.elapsed_s is not None]
        if not known:
            return None
        rounds = self.left / min(at_once, max(1, self.left))
        return rounds * min(known), rounds * max(known)

    def lines(self) -> list[str]:
        """Return the sample and the estimate for people, a line each."""
        lines = [line for each in self.sample for line in each.lines()]
        lines.append(
            f"run {self.run_id}: a sample of {len(self.sample):,} of its {self.total:,} rows has run and is kept; "
            f"{self.left:,} are left"
        )
        if not self.left:
            return lines
        told = sum(each.elapsed_s is not None for each in self.sample)
        if not told:
            return [*lines, "time and money are not known: no row of the sample tells them"]
        lines.append(f"the rest, if its rows are as {'this one' if told == 1 else f'these {told}'}:")
        if self.emulated:
            at_once = min(self.concurrency, self.left)
            lines.append(f"  on the emulator, {at_once:,} at once: {_times(self.time_s)}; you pay $0.00")
        lines.append(
            f"  on the hosted service, {min(self.concurrency, SESSIONS_AT_ONCE, self.left):,} at once "
            f"({SESSIONS_AT_ONCE} sessions are allowed, and {REQUESTS_PER_MINUTE} starts of sessions a minute): "
            f"{_times(self.hosted_time_s)}; {_amounts(self.cost_usd)}"
        )
        if 0 < (priced := sum(each.cost_usd is not None for each in self.sample)) < told:
            lines.append(f"  the money is from {priced} of them: of the others it is not known")
        return lines


def estimate_of(run: MapRun) -> Estimate:
    """Return the estimate from the first rows of a run that have ended."""
    failures = {row.position: failure for row, failure in run.store.failures()}
    ended = (
        SampledRow(row, outcome)
        for row, answer in run.answers()
        if (outcome := answer or failures.get(row.position)) is not None
    )
    told = run.progress
    return Estimate(
        run_id=run.id,
        total=told.total,
        left=told.total - told.done - told.failed,
        concurrency=run.options.concurrency,
        emulated=told.emulated,
        sample=tuple(islice(ended, SAMPLE_ROWS)),
    )


def _outcome_text(outcome: RowAnswer | RowFailure) -> str:
    if isinstance(outcome, RowFailure):
        return f"failed: {shortened(outcome.line, _SHOWN_TEXT)}"
    if outcome.cached_age_s is not None:
        return "a kept answer: nothing ran"
    found = len(outcome.records())
    return "1 record" if found == 1 else f"{found:,} records"


def _times(span_s: tuple[float, float] | None) -> str:
    if span_s is None:
        return "time not known"
    least, most = map(_duration, span_s)
    return f"about {least}" if least == most else f"{least} to {most}"


def _duration(span_s: float) -> str:
    """Return a time with no more digits than an estimate has.

    >>> _duration(48.2), _duration(130), _duration(7000)
    ('48 s', '2 min', '1 h 57 min')
    """
    if span_s < 90:
        return f"{max(1, round(span_s))} s"
    hours, minutes = divmod(round(span_s / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _amounts(span_usd: tuple[Decimal, Decimal] | None) -> str:
    if span_usd is None:
        return "money not known"
    least, most = map(rounded_to_cents, span_usd)
    return f"about {least}" if least == most else f"{least} to {most}"
