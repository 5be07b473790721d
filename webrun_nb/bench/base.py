"""What a measurement is: a name, a unit, a target, and rounds that give one sample each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from webrun_nb.bench.harness.context import BenchContext

Compared = Literal["ours", "ratio", "excess"]


class BenchError(Exception):
    """Something could not be measured; the message is one line for people."""


class NotHereError(BenchError):
    """What would be measured is not on this machine: left out, and said so."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised.

    Parameters
    ----------
    compared : {"ours", "ratio", "excess"}
        What the limit holds for: our own number, ours divided by raw Playwright's, or ours less raw Playwright's.
    limit : float
    at_least : bool
        The limit is the smallest allowed rather than the largest.
    """

    compared: Compared
    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        match self.compared:
            case "ratio":
                return f"{sign} {self.limit:g} × raw"
            case "excess":
                return f"{sign} raw + {self.limit:g}"
            case "ours":
                return f"{sign} {self.limit:g}"

    def met(self, ours: float, raw: float | None) -> bool:
        """Tell whether the numbers keep the promise.

        Raises
        ------
        ValueError
            The promise compares with raw Playwright, and there are no raw numbers.
        """
        value = ours if self.compared == "ours" else self._against(ours, raw)
        return value >= self.limit if self.at_least else value <= self.limit

    def _against(self, ours: float, raw: float | None) -> float:
        if raw is None or (self.compared == "ratio" and raw == 0):
            raise ValueError("a promised comparison needs raw numbers")
        return ours / raw if self.compared == "ratio" else ours - raw


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round gave, in the measurement's unit; `raw` is None where raw Playwright has nothing like it."""

    ours: float
    raw: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Measurement(Protocol):
    """One thing to measure. Prepared once, then asked for a sample per round."""

    name: str
    measures: str
    """What is measured, in a line for people."""
    unit: str
    target: Target
    rounds: int
    """How many, unless told otherwise."""

    async def prepare(self, rig: BenchContext) -> None:
        """Start what is needed and use it once, so that no round pays for a first time.

        Raises
        ------
        NotHereError
            It can't be measured on this machine.
        """

    async def sample(self, rig: BenchContext) -> Sample:
        """Measure once: ours, then raw.

        Raises
        ------
        BenchError
            The work was not done, or not rightly: its time would mean nothing.
        """

    def processes(self, rig: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name the processes that the numbers count: ours, raw's."""


@dataclass(frozen=True, slots=True)
class Result:
    """A measurement's outcome: medians of its rounds."""

    name: str
    measures: str
    unit: str
    ours: float
    raw: float | None
    target: Target
    rounds: int
    ours_processes: tuple[str, ...]
    raw_processes: tuple[str, ...]
    samples: tuple[Sample, ...]
    """One per round."""

    @property
    def ratio(self) -> float | None:
        """Ours divided by raw's; None without raw numbers."""
        return self.ours / self.raw if self.raw else None

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.target.met(self.ours, self.raw)
