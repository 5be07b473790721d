"""The agent that is a language model of the user's own (extra `llm`): `create_agent` makes it.

The packages that it needs are imported here, so that they are needed only where a task asks for this agent.
"""

from __future__ import annotations

from webrun_nb.agents.base import Agent, ModelOptions
from webrun_nb.agents.llm.agent import LlmAgent

__all__ = ["LlmAgent", "create_agent"]


def create_agent(options: ModelOptions) -> Agent:
    """Return the agent that does tasks with a language model.

    Parameters
    ----------
    options : ModelOptions
        The model, its key and its limits.
    """
    return LlmAgent(options)
