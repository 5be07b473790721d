"""Measures whether the tools of the agent of language models are enough: a model scripted by hand does real tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from webrun_nb.bench.harness.applications.application import Application, ApplicationTask
from webrun_nb.bench.harness.applications.driving import Outcome, work_on
from webrun_nb.bench.harness.applications.oracle_scripts import SCRIPTS
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.harness.model_server import ModelServer, model_server
from webrun_nb.bench.harness.oracle import Oracle
from webrun_nb.bench.measurements.real_applications import APPLICATIONS
from webrun_nb.bench.results import Sample, Target

_QUICK = (2,)
_MODEL = "openai:oracle"


class ModelOracle:
    """The share of ten tasks on Datasette, Django's admin and TodoMVC that the scripted model finishes."""

    name = "model-oracle"
    measures = "ten tasks on Datasette, Django's admin and TodoMVC, by a model scripted by hand: share done"
    unit = "of 1"
    target = Target("ours", 1, at_least=True)
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
        emulator = await bench.emulator("context")
        self._outcomes: list[tuple[Outcome, int]] = []
        with model_server() as served:
            for kind in APPLICATIONS:
                await self._work_on(emulator, served, kind(), _QUICK if bench.quick else ())

    async def _work_on(
        self, emulator: Emulator, served: ModelServer, application: Application[Any], only: Sequence[int]
    ) -> None:
        scripted = [number for name, number in SCRIPTS if name == application.name]
        numbers = [number for number in scripted if not only or number in only]
        if not numbers:
            return

        def agent_of(task: ApplicationTask[Any]) -> Mapping[str, Any]:
            number = application.tasks.index(task) + 1
            served.follow(Oracle(SCRIPTS[application.name, number]).answer)
            return {"agent": "llm", "model": _MODEL, "modelUrl": served.url}

        async for outcome in work_on(emulator, application, numbers, agent_of):
            self._outcomes.append((outcome, len(served.requests)))

    async def sample(self, bench: BenchContext) -> Sample:
        """Count what was done."""
        share = sum(outcome.succeeded for outcome, _ in self._outcomes) / len(self._outcomes)
        tasks = [{**asdict(outcome), "requests": requests} for outcome, requests in self._outcomes]
        return Sample(share, details={"tasks": tasks})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []
