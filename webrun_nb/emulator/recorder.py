"""Writes down what a task does, step by step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from webrun_nb.browsers.base import BrowserError
from webrun_nb.emulator.domain.audit import Actor
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.facts import NOTHING, Facts
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.steps import MAX_FACT_CHARS, MAX_STEPS, Step, StepKind
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.pictures import Pictures

MAX_TARGET = 500


class Recorder:
    """Keeps the steps of a session's tasks with them.

    Parameters
    ----------
    session : Session
        Its meter knows what each step cost.
    clock : Clock
        When, and how long.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self.pictures = Pictures(session)

    @contextlib.contextmanager
    def step(
        self, task: Task | None, kind: StepKind, name: str = "", target: str = "", *, by: Actor = "agent", url: str = ""
    ) -> Iterator[Step]:
        """Record what the block does; it may say more on the step. Without a task nobody keeps it."""
        step = Step(kind, name or kind, target[:MAX_TARGET], by, self._clock.now(), url[:MAX_TARGET])
        if task is not None and len(task.steps) < MAX_STEPS:
            task.steps.append(step)
            step.number = len(task.steps)
        try:
            yield step
        except BrowserError as error:
            step.outcome = "blocked" if error.code == "BLOCKED_BY_POLICY" else "failed"
            step.error = f"{error.code}: {error.message}"[:MAX_TARGET]
            raise
        except BaseException:  # the task ended meanwhile
            step.outcome = "failed"
            raise
        else:
            if step.outcome == "running":
                step.outcome = "done"
        finally:
            step.duration_ms = self._clock.now() - step.at_ms
            if task is not None:
                step.cost_usd = self._cost(task)

    def keep_facts(self, task: Task | None, step: Step, facts: Facts) -> None:
        """Keep what a policy would have to know, as far as there is room for the page's text."""
        step.url = facts.page.url[:MAX_TARGET]
        if task is None:
            return
        before = next((s.facts for s in reversed(task.steps) if s.facts is not None), None)
        if before is not None and before.page.seen == facts.page.seen:  # most steps stay on their page
            facts = replace(facts, page=before.page)
        else:
            task.fact_chars += len(facts.page.seen.text)
            if task.fact_chars > MAX_FACT_CHARS:
                facts = replace(facts, page=replace(facts.page, seen=NOTHING))
        step.facts = facts

    def _cost(self, task: Task) -> Decimal:
        now_usd = self._session.task_usage(task).cost_usd
        cost_usd, task.recorded_usd = now_usd - task.recorded_usd, now_usd
        return cost_usd
