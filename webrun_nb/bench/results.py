"""The results of measurements: samples, medians, targets, and the errors of what could not be measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Compared = Literal["ours", "ratio", "excess"]


class BenchError(Exception):
    """Something could not be measured; the message is one line for people."""


class NotAvailableError(BenchError):
    """The machine lacks something that a measurement needs; the measurement is skipped, and the report says so."""


@dataclass(frozen=True, slots=True)
class Target:
    """The limit that a measurement is to keep.

    Parameters
    ----------
    compared : {"ours", "ratio", "excess"}
        The number that the limit is for: ours, ours divided by raw Playwright's, or ours less raw Playwright's.
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
        """Return whether the numbers keep the limit.

        Raises
        ------
        ValueError
            The target compares with raw Playwright, and there are no raw numbers.
        """
        value = ours if self.compared == "ours" else self._against(ours, raw)
        return value >= self.limit if self.at_least else value <= self.limit

    def _against(self, ours: float, raw: float | None) -> float:
        if raw is None or (self.compared == "ratio" and raw == 0):
            raise ValueError("a comparison with raw Playwright needs raw numbers")
        return ours / raw if self.compared == "ratio" else ours - raw


@dataclass(frozen=True, slots=True)
class Sample:
    """The numbers of one round, in the measurement's unit.

    `raw` is that of raw Playwright, or of the other tool that the measurement names; None where there is no equivalent.
    """

    ours: float
    raw: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a measurement: medians of its rounds."""

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
        """Ours divided by raw Playwright's; None without raw numbers."""
        return self.ours / self.raw if self.raw else None

    @property
    def met(self) -> bool:
        """True if the target is met."""
        return self.target.met(self.ours, self.raw)
