"""The agent that is a language model of the user's own (extra `llm`): `create_agent` makes it."""

from __future__ import annotations

from webrun_nb.agents.base import Agent, AgentError, ModelOptions
from webrun_nb.common.codes import TaskFailureCode


def create_agent(options: ModelOptions) -> Agent:
    """Return the agent that does tasks with a language model.

    Raises
    ------
    AgentError
        `MODEL_SUPPORT_MISSING`: this version has none.
    """
    raise AgentError(TaskFailureCode.MODEL_SUPPORT_MISSING, f"{options.model} cannot be asked by this version.")
