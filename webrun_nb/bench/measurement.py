"""The protocol of a measurement, and the base class of those that compare the emulator with raw Playwright."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator, Isolation, PlaywrightBaseline
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


class Comparison(Measurement):
    """A measurement of the emulator's sessions and of the same work in raw Playwright, each with a running browser."""

    isolation: Isolation
    """The kind of the emulator's sessions."""
    warm_ups: int
    """Number of samples before the first round."""

    _emulator: Emulator
    _raw: PlaywrightBaseline

    async def prepare(self, bench: BenchContext) -> None:
        """Start both, and do the work on each as in a round."""
        self._emulator = await bench.emulator(self.isolation)
        self._raw = await bench.raw()
        for _ in range(self.warm_ups):
            await self.sample(bench)
        await bench.until_at_rest()

    @abstractmethod
    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once: ours, then raw Playwright."""

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side between rounds; the emulator's include its spare browser."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)
