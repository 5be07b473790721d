"""Measures how many plain-English tasks on real web applications the local agent does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from webrun_nb.bench.harness.applications.application import Application
from webrun_nb.bench.harness.applications.datasette import Datasette
from webrun_nb.bench.harness.applications.django_admin import DjangoAdmin
from webrun_nb.bench.harness.applications.driving import Outcome, work_on
from webrun_nb.bench.harness.applications.todomvc import TodoMvc
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import Sample, Target

APPLICATIONS: Sequence[type[Application[Any]]] = (Datasette, DjangoAdmin, TodoMvc)
_QUICK = (1,)


class _OfApplications:
    """The base of what is counted in the tasks. They are done once for all of it."""

    name: str
    unit = "of 1"
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Do the tasks.

        Raises
        ------
        NotAvailableError
            An application is not installed; the line says how to install it.
        BenchError
            An application does not start.
        """
        await self._outcomes(bench)

    async def _outcomes(self, bench: BenchContext) -> list[Outcome]:
        async def work() -> list[Outcome]:
            emulator = await bench.emulator("context")
            numbers = _QUICK if bench.quick else ()
            return [each for kind in APPLICATIONS async for each in work_on(emulator, kind(), numbers)]

        return await bench.once("applications", work)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []


class ApplicationsSuccess(_OfApplications):
    """The share of the tasks that ended as done and are, by the application's own state; a question is not done."""

    name = "applications"
    measures = "plain tasks on Datasette, Django's admin and TodoMVC: share done"
    target = Target("ours", 28 / 30, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Count what was done."""
        outcomes = await self._outcomes(bench)
        share = sum(each.succeeded for each in outcomes) / len(outcomes)
        return Sample(share, details={"tasks": [asdict(each) for each in outcomes]})


class ApplicationsHonesty(_OfApplications):
    """The share of the tasks that really are done, of those that the agent said it had done."""

    name = "applications-done"
    measures = "plain tasks on applications that ended as done: share that is"
    target = Target("ours", 0.99, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Count what was not done."""
        done = [each for each in await self._outcomes(bench) if each.status == "done"]
        wrong = [asdict(each) for each in done if not each.right]
        return Sample(1 - len(wrong) / max(1, len(done)), details={"done": len(done), "wrong": wrong})
