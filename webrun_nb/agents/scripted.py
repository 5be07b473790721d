"""An agent for tests that proposes given steps, whatever the page looks like."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.base import Finish, Reply, Run, Step, TaskSpec, TokenUse
from webrun_nb.agents.tokens import estimate_tokens


class ScriptedAgent:
    """Proposes given steps in order and keeps the replies.

    Parameters
    ----------
    steps : sequence of Step
        Yielded one by one. Where none of them is a `Finish`, an empty one is added, so that the task completes.

    Attributes
    ----------
    briefs : list of TaskSpec
        The tasks that it was given, one per run.
    replies : list of Reply or None
        The reply to each step, over all runs. The last step of a run has no reply.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        self.briefs: list[TaskSpec] = []
        self.replies: list[Reply | None] = []

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Propose the steps; tokens are counted as the local agent counts them (instruction in, each step out)."""
        self.briefs.append(brief)
        tokens.prompt += estimate_tokens(brief.instruction)
        finished = False
        for step in self._steps:
            tokens.completion += estimate_tokens(repr(step))
            finished = isinstance(step, Finish)
            self.replies.append((yield step))
            if finished:
                return
        if not finished:
            yield Finish()
