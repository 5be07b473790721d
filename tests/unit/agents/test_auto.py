"""The agent `auto`: what it hands over, what it does not, and what it says and counts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from webrun_nb.agents.auto import BY_LOCAL_AGENT, AutoAgent
from webrun_nb.agents.base import (
    Agent,
    AgentError,
    Answered,
    Ask,
    Failed,
    Finish,
    Log,
    PartialResult,
    Perform,
    Performed,
    Reply,
    Run,
    Step,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.scripted import ScriptedAgent
from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.common.codes import TaskFailureCode

NOT_UNDERSTOOD = Ask("ambiguous", "What is this?", is_not_understood=True)
MODEL = "openai:x"


class ModelAgent:
    """An agent that has asked a model once, and finishes or fails."""

    def __init__(self, failure: AgentError | None = None) -> None:
        self.briefs: list[TaskSpec] = []
        self._failure = failure

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        self.briefs.append(brief)
        tokens.estimated = tokens.prompt > 0
        tokens.prompt, tokens.completion = tokens.prompt + 100, tokens.completion + 10
        tokens.model_requests, tokens.model_cost_usd = 1, Decimal("0.002")
        if self._failure is not None:
            raise self._failure
        yield Finish("by the model")


class GivingUp(ScriptedAgent):
    """A scripted agent that fails after its steps."""

    def __init__(self, *steps: Step, code: TaskFailureCode) -> None:
        super().__init__(steps)
        self._code = code

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        for step in self._steps:
            yield step
        raise AgentError(self._code, "It cannot be done.")


def _answered(step: Step) -> Reply:
    return Answered("yes") if isinstance(step, Ask) else Performed()


async def run_auto(
    local: Agent,
    model: ModelAgent,
    tokens: TokenUse | None = None,
    replies: Callable[[Step], Reply] = _answered,
) -> list[Step]:
    """Run a task with `auto`; by default actions succeed, and each question is answered with "yes"."""
    run = AutoAgent(local, lambda: model, MODEL).run(TaskSpec("Do it."), tokens or TokenUse())
    steps, reply = list[Step](), None
    try:
        while True:
            steps.append(await run.asend(reply))
            reply: Reply | None = replies(steps[-1])
    except StopAsyncIteration:
        return steps


async def test_a_task_that_is_understood_is_done_without_the_model() -> None:
    model = ModelAgent()
    steps = await run_auto(ScriptedAgent([Perform(Click(1)), Finish("done")]), model)
    assert steps[1:] == [Log(BY_LOCAL_AGENT), Finish("done")]
    assert model.briefs == []


async def test_a_sentence_that_is_not_understood_is_handed_over_and_no_one_is_asked() -> None:
    model = ModelAgent()
    steps = await run_auto(ScriptedAgent([Perform(Navigate("https://example.org/")), NOT_UNDERSTOOD]), model)
    assert not any(isinstance(step, Ask) for step in steps)
    assert Log("openai:x does this task, as the local agent cannot. What is this?") in steps
    assert steps[-1] == Finish("by the model")
    assert [brief.instruction for brief in model.briefs] == ["Do it."]


async def test_the_partial_answer_of_the_local_agent_is_dropped_with_its_work() -> None:
    partial = PartialResult(lambda: Finish("half"))
    steps = await run_auto(ScriptedAgent([partial, NOT_UNDERSTOOD]), ModelAgent())
    last = [step for step in steps if isinstance(step, PartialResult)][-1]
    assert last.finish() is None


async def test_a_local_agent_that_gives_up_before_it_has_acted_hands_over() -> None:
    model = ModelAgent()
    steps = await run_auto(GivingUp(code=TaskFailureCode.AGENT_ERROR), model)
    assert steps[0] == Log("openai:x does this task, as the local agent cannot. It cannot be done.")
    assert len(model.briefs) == 1


@pytest.mark.parametrize("code", [TaskFailureCode.NAVIGATION_FAILED, TaskFailureCode.BLOCKED_BY_POLICY])
async def test_what_a_model_cannot_change_is_not_handed_over(code: TaskFailureCode) -> None:
    model = ModelAgent()
    with pytest.raises(AgentError, match="It cannot be done"):
        await run_auto(GivingUp(code=code), model)
    assert model.briefs == []


async def test_nothing_is_handed_over_after_an_action_that_may_have_changed_something() -> None:
    model = ModelAgent()
    steps = await run_auto(ScriptedAgent([Perform(Click(1)), NOT_UNDERSTOOD, Finish("done")]), model)
    assert NOT_UNDERSTOOD in steps  # a person is asked, as ever
    with pytest.raises(AgentError, match="It cannot be done"):
        await run_auto(GivingUp(Perform(Click(1)), code=TaskFailureCode.AGENT_ERROR), model)
    assert model.briefs == []


async def test_a_link_that_was_followed_has_changed_nothing() -> None:
    model = ModelAgent()
    script = ScriptedAgent([Perform(Click(1)), NOT_UNDERSTOOD])
    steps = await run_auto(script, model, replies=lambda step: Performed(only_looked=isinstance(step, Perform)))
    assert steps[-1] == Finish("by the model")


async def test_an_action_that_failed_may_have_changed_something_all_the_same() -> None:
    model = ModelAgent()
    failed = Failed(TaskFailureCode.ELEMENT_NOT_FOUND, "gone")
    script = ScriptedAgent([Perform(Click(1)), NOT_UNDERSTOOD, Finish("done")])
    steps = await run_auto(script, model, replies=lambda step: failed if isinstance(step, Perform) else Answered("yes"))
    assert NOT_UNDERSTOOD in steps
    assert model.briefs == []


async def test_tokens_of_both_are_added_and_count_as_estimated() -> None:
    tokens = TokenUse()
    await run_auto(ScriptedAgent([NOT_UNDERSTOOD]), ModelAgent(), tokens)
    assert tokens.prompt > 100
    assert tokens.estimated
    assert (tokens.model_requests, tokens.model_cost_usd) == (1, Decimal("0.002"))


async def test_what_the_model_cost_counts_also_where_it_fails() -> None:
    tokens = TokenUse()
    failure = AgentError(TaskFailureCode.MODEL_REFUSED, "No.")
    with pytest.raises(AgentError, match="No"):
        await run_auto(GivingUp(code=TaskFailureCode.AGENT_ERROR), ModelAgent(failure), tokens)
    assert (tokens.prompt, tokens.estimated, tokens.model_cost_usd) == (100, False, Decimal("0.002"))
