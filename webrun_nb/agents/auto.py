"""The agent `auto`: the local agent does what it understands, and a language model does the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from webrun_nb.agents.base import (
    Agent,
    AgentError,
    Ask,
    Failed,
    Finish,
    Log,
    PartialResult,
    Perform,
    Performed,
    Reply,
    Run,
    SettledByHand,
    Step,
    TaskSpec,
    TokenUse,
)
from webrun_nb.common.codes import TaskFailureCode

BY_LOCAL_AGENT = "The local agent did this task; the model was not asked."


class AutoAgent:
    """The local agent for the tasks that it understands, and a language model for the others.

    A task is handed over when the local agent does not understand a sentence or gives up, as long as nothing that was
    done may have changed anything: the model begins with the whole task, and must not do a thing twice.

    Parameters
    ----------
    local : Agent
        The agent that works first.
    create_model_agent : callable
        Makes the agent that takes over; called only then, in a thread: the first time imports take a second.
    model : str
        The name of the model, for people.
    """

    def __init__(self, local: Agent, create_model_agent: Callable[[], Agent], model: str) -> None:
        self._local = local
        self._create_model_agent = create_model_agent
        self._model = model

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Work on a task; see `Agent.run`."""
        run = self._local.run(brief, tokens)
        reply: Reply | None = None
        may_have_changed = False
        try:
            while True:
                step = await run.asend(reply)
                if isinstance(step, Ask) and step.is_not_understood and not may_have_changed:
                    reason = step.question
                    break
                if isinstance(step, Finish):
                    yield Log(BY_LOCAL_AGENT)
                    yield step
                    return
                reply = yield step
                may_have_changed = may_have_changed or _may_have_changed(step, reply)
        except StopAsyncIteration:
            return
        except AgentError as error:
            if may_have_changed or error.code != TaskFailureCode.AGENT_ERROR:
                raise
            reason = error.message
        finally:
            await run.aclose()
        yield Log(f"{self._model} does this task, as the local agent cannot. {reason}")
        yield PartialResult(lambda: None)  # in place of the local agent's
        by_model = await asyncio.to_thread(self._create_model_agent)
        steps = by_model.run(brief, tokens)
        reply = None
        try:
            while True:
                reply = yield await steps.asend(reply)
        except StopAsyncIteration:
            return
        finally:
            await steps.aclose()


def _may_have_changed(step: Step, reply: Reply | None) -> bool:
    """Return whether a step may have changed something: an action that does not only look, or a person's own."""
    if isinstance(reply, SettledByHand):
        return True
    if not isinstance(step, Perform) or not isinstance(reply, Performed | Failed):
        return False
    only_looked = isinstance(reply, Performed) and reply.only_looked
    return not (step.action.repeatable or only_looked)
