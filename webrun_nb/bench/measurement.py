"""The protocol of a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import Sample, Target


class Measurement(Protocol):
    """A measurement: prepared once, then asked for one sample per round."""

    name: str
    measures: str
    """One line for people that says what the number is."""
    unit: str
    target: Target
    rounds: int
    """Number of rounds, unless the command line gives another."""

    async def prepare(self, bench: BenchContext) -> None:
        """Start everything that is needed and use it once, so that no round includes a first use.

        Raises
        ------
        NotAvailableError
            This machine lacks something that it needs.
        """

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once: ours, then raw Playwright.

        Raises
        ------
        BenchError
            The work was not done, or not correctly: its time would mean nothing.
        """

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that the numbers count: ours, raw Playwright's."""
