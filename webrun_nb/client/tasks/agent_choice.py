"""The agent and the language model of a task: its own, those of its session, or of all tasks of its client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from webrun_nb import config
from webrun_nb.client.errors import RequestError
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.language_models import (
    PROVIDERS,
    AgentName,
    ModelNameError,
    endpoint_of,
    split_model,
    variables_of_key,
)
from webrun_nb.common.redacted import Secret
from webrun_nb.wire.limits import MIN_MODEL_KEY_CHARS


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """The agent that does a task, and its language model; what is None is left to the next wider choice."""

    agent: AgentName | None = None
    model: str | None = None
    """`provider:name`."""
    model_url: str | None = None

    def __bool__(self) -> bool:
        return self != NO_CHOICE

    @property
    def asks_model(self) -> bool:
        """True if a language model may be asked."""
        return self.agent != "local" and (self.model is not None or self.agent is not None)

    def over(self, wider: AgentChoice) -> AgentChoice:
        """Return this choice, completed by a wider one: that of the session, or of all tasks.

        A model that is named replaces the wider model and the agent `local`; its address is the wider one only for a
        model of the same provider.
        """
        if self.agent == "local":
            return self
        if self.model is None and self.model_url is None:
            if self.agent is None:
                return wider
            return AgentChoice(self.agent, wider.model, wider.model_url)
        model, url = self.model or wider.model, self.model_url
        if url is None and wider.model is not None and model is not None:
            url = wider.model_url if model.partition(":")[0] == wider.model.partition(":")[0] else None
        agent = self.agent or (None if wider.agent == "local" else wider.agent)
        return AgentChoice(agent, model, url)

    def check(self) -> AgentChoice:
        """Return the choice, if it can be used.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: there is no such agent, model or provider, or a part is missing.
        """
        if self.agent is not None and self.agent not in get_args(AgentName):
            raise _invalid(f"agent={self.agent!r}: there are {', '.join(get_args(AgentName))}", "")
        if self.agent == "local" and (self.model is not None or self.model_url is not None):
            raise _invalid("the local agent asks no model", "leave out model= and model_url=, or take agent='auto'")
        if self.model is None:
            if self.asks_model or self.model_url is not None:
                needs = "an address of a model" if self.agent is None else f"the agent {self.agent}"
                raise _invalid(f"{needs} needs a model", "name one: model='openai:gpt-4.1-mini', model='ollama:qwen3'")
            return self
        try:
            endpoint_of(self.model, self.model_url)
        except ModelNameError as error:
            raise _invalid(str(error), "") from None
        return self

    def read_key(self) -> Secret | None:
        """Return the key for the model, from the environment of this process; None where it needs none.

        The key of a provider is for that provider. A model at another address gets `WEBRUN_MODEL_KEY`, if that is set.

        Raises
        ------
        RequestError
            `SECRET_NOT_FOUND`: the provider needs a key, and there is none.
        """
        if self.model is None or not self.asks_model:
            return None
        variables = variables_of_key(self.model, self.model_url)
        for variable in variables:
            if (key := _key(variable)) is not None:
                return key
        if not variables or self.model_url is not None:
            return None
        raise RequestError(
            f"{self.model} needs a key of {PROVIDERS[split_model(self.model)[0]].title}: "
            f"{' or '.join(variables)} is not set",
            code=ToolkitErrorCode.SECRET_NOT_FOUND,
        )


NO_CHOICE = AgentChoice()
"""All is left to the wider choice."""


def _key(variable: str) -> Secret | None:
    """Return the key that an environment variable holds; None where it holds none.

    Raises
    ------
    RequestError
        `SECRET_NOT_FOUND`: it holds something that cannot be one.
    """
    value = config.model_key(variable)
    if value is not None and len(value) < MIN_MODEL_KEY_CHARS:
        raise RequestError(
            f"{variable} is no key: it has less than {MIN_MODEL_KEY_CHARS} characters",
            code=ToolkitErrorCode.SECRET_NOT_FOUND,
        )
    return None if value is None else Secret(value)


def _invalid(message: str, hint: str) -> RequestError:
    return RequestError(message, code=ErrorCode.INVALID_PARAMETER, hint=hint or None)
