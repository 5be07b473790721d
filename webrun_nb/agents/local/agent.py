"""The local agent: plain English, no language model.

It reads the instruction once as steps (`language`), then takes them one after the other (`program`), looking at the
page only when a thing has to be found and reading it only when values are asked for. What it can't follow or find it
asks or says; it never makes a value up.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Finish,
    Log,
    PartialResult,
    Reply,
    Run,
    Step,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.effects.statuses import answered
from webrun_nb.agents.local.messages import defect, written
from webrun_nb.agents.local.program import Program
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.common.codes import TaskFailureCode

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_FIRST_WORD = re.compile(r"\w+\s+")


class LocalAgent:
    """Follow plain English; deterministic, offline, free."""

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Work on a task; see `Agent.run`."""
        task = Task(brief, tokens)
        try:
            work = Program(task).work()
            step: Step | None = next(work)
            while step is not None:
                if isinstance(step, Finish) and (error_page := task.statuses.error_page):
                    yield Log(f"{answered(*error_page)}.")
                    step = replace(step, text=f"{step.text}\n\n{answered(*error_page)}.")
                if not isinstance(step, PartialResult):  # a model's answer so far is in what it has written
                    tokens.completion += estimate_tokens(written(step, brief))
                # In a thread: a large page takes seconds to be read, and other sessions go on meanwhile.
                step = await asyncio.to_thread(_next_step, work, (yield step))
        except StopIteration:
            return
        except AgentError as error:
            error_page = task.statuses.error_page
            if error_page is None or "status" in error.details:  # it says so itself
                raise
            raise AgentError(error.code, f"{error.message} {answered(*error_page)}.", error.details) from error
        except Exception as error:  # the outermost edge: a defect here must be told in the task's own words
            logger.exception("the local agent failed at %r", task.sentence)
            raise AgentError(TaskFailureCode.AGENT_ERROR, defect(task.sentence), {"sentence": task.sentence}) from error


def _next_step(work: Work[None], reply: Reply | None) -> Step | None:
    """Send a reply to a run; return its next step, or None at its end: no future can hold a `StopIteration`."""
    try:
        return work.send(reply)
    except StopIteration:
        return None
