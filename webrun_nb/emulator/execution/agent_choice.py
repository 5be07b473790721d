"""The choice of the agent that does a task: the local one, a language model, or the one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import assert_never

from webrun_nb.agents.auto import AutoAgent
from webrun_nb.agents.base import Agent, AgentError, ModelOptions
from webrun_nb.agents.recording.recording import Recording
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.language_models import DEFAULT_MAX_STEPS, PROVIDERS, key_name, split_model
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.wire.requests import TaskFields

CreateModelAgent = Callable[[ModelOptions, set[str]], Agent]
"""Makes an agent that asks a language model, and adds to the models that are known not to stream their answers.

It raises `AgentError` where that cannot be done, such as for a provider that needs a key and has none.
"""


def create_local_agent() -> Agent:
    """Return the local agent. It is imported with its language and the extraction engine, which takes a second."""
    from webrun_nb.agents.local.agent import LocalAgent

    return LocalAgent()


def create_replay_agent(recording: Recording, healer: Agent | None, model: str | None) -> Agent:
    """Return the agent that takes the steps of a recording, with the agent that mends them and its model, if any.

    The local agent, which reads values, is imported with it.
    """
    from webrun_nb.agents.recording.replay import ReplayAgent

    return ReplayAgent(recording, healer, model)


def create_model_agent(options: ModelOptions, whole_answers: set[str]) -> Agent:
    """Return the agent that asks a language model.

    Parameters
    ----------
    options : ModelOptions
        The model.
    whole_answers : set of str
        The models that are known not to stream their answers; those that are found to be so are added.

    Raises
    ------
    AgentError
        `MODEL_SUPPORT_MISSING`: the packages that it needs are not installed.
    """
    try:
        from webrun_nb.agents.llm.agent import LlmAgent  # it imports packages that take a second, and may be missing
    except ModuleNotFoundError as error:
        raise AgentError(
            TaskFailureCode.MODEL_SUPPORT_MISSING,
            f"Language models need {error.name}, which is not installed; run: pip install 'webrun-nb[llm]'",
        ) from error
    return LlmAgent(options, whole_answers=whole_answers)


@dataclass(frozen=True, slots=True)
class Agents:
    """The agents of an emulator."""

    create_local_agent: Callable[[], Agent]
    """Called in a thread when a task needs the agent: the first time it is imported."""
    create_model_agent: CreateModelAgent
    whole_answers: set[str] = field(default_factory=set)
    """The models that are known not to stream their answers."""

    async def agent_of(self, fields: TaskFields, vault: Vault) -> Agent:
        """Return the agent for a task; its model's key is in the session's vault.

        Raises
        ------
        AgentError
            The language model cannot be asked.
        """
        asked = fields.emulator
        if asked.chosen_agent == "local" or asked.model is None:
            return await asyncio.to_thread(self.create_local_agent)
        options = ModelOptions(
            model=asked.model,
            url=asked.model_url,
            key=vault.model_key(key_name(asked.model, asked.model_url)),
            max_steps=asked.max_steps or DEFAULT_MAX_STEPS,
            vision=asked.vision,
            max_input_tokens=_whole(fields.max_input_tokens),
            max_output_tokens=_whole(fields.max_output_tokens),
            max_cost_usd=None if asked.max_model_cost is None else Decimal(str(asked.max_model_cost)),
        )
        match asked.chosen_agent:
            case "llm":
                return await asyncio.to_thread(self._model_agent, options)
            case "auto":
                local = await asyncio.to_thread(self.create_local_agent)
                return AutoAgent(local, partial(self._model_agent, options), asked.model)
            case _:
                assert_never(asked.chosen_agent)

    def _model_agent(self, options: ModelOptions) -> Agent:
        provider = PROVIDERS[split_model(options.model)[0]]
        if provider.key_variables and options.url is None and not options.key:
            raise AgentError(TaskFailureCode.MODEL_KEY_INVALID, f"{provider.title} needs a key, and none was given.")
        return self.create_model_agent(options, self.whole_answers)


def _whole(tokens: float | None) -> int | None:
    return None if tokens is None else int(tokens)
