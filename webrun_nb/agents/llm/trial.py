"""A trial of a language model: one small request that shows whether it can call tools, and if not, write JSON."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from webrun_nb.agents.base import AgentError, ModelOptions, TokenUse
from webrun_nb.agents.llm.connection import Connect, connected
from webrun_nb.agents.llm.conversation import written_call
from webrun_nb.agents.llm.requests import NoToolsError, Patience, Requester, TooLongError
from webrun_nb.agents.llm.spending import Spending
from webrun_nb.agents.llm.thoughts import Thoughts
from webrun_nb.common.codes import TaskFailureCode

_TOOL = "report_sum"
_QUESTION = f"Call the tool {_TOOL} with the sum of 2 and 3."
_AS_JSON = f'Answer with this JSON object alone: {{"tool": "{_TOOL}", "arguments": {{"sum": 5}}}}'
TRIAL_PATIENCE = Patience(attempts=1, silence_s=30.0, whole_s=120.0)
"""Someone waits for the result, and can repeat the trial."""
_SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}


@dataclass(frozen=True, slots=True)
class ModelTrial:
    """The result of a trial: what the model can do, and what finding out has cost."""

    calls_tools: bool
    writes_json: bool | None
    """None where it was not asked, as the model calls tools."""
    requests: int
    cost_usd: Decimal | None
    """The amount that the user pays to its provider; None if the price is unknown."""

    @property
    def is_suitable(self) -> bool:
        """True if the model can do tasks."""
        return self.calls_tools or bool(self.writes_json)


async def try_model(
    options: ModelOptions, connect: Connect = connected, patience: Patience = TRIAL_PATIENCE
) -> ModelTrial:
    """Ask a model to call a tool; where it does not, ask it once more for the same call as JSON.

    Parameters
    ----------
    options : ModelOptions
        The model.
    connect : callable, optional
        Opens the connection to the model.
    patience : Patience, optional
        The limits on the attempts at each of the two requests.

    Raises
    ------
    AgentError
        It cannot be asked; the code and the message say why.
    """
    tokens = TokenUse(estimated=False)
    async with connect(options) as model:
        requester = Requester(model, options, Spending(options, tokens), asyncio.sleep, set(), patience)
        try:
            calls_tools = await _calls_tools(requester)
            writes_json = None if calls_tools else await _writes_json(requester)
        except TooLongError as error:
            raise AgentError(
                TaskFailureCode.MODEL_UNSUITABLE, f"{options.model} can't read even a short question: {error}."
            ) from error
    return ModelTrial(calls_tools, writes_json, tokens.model_requests, tokens.model_cost_usd)


async def _calls_tools(requester: Requester) -> bool:
    """Ask the model to call a tool; False also where it says itself that it calls none."""
    tool = ToolDefinition(name=_TOOL, parameters_json_schema=_SCHEMA, description="Reports a sum.")
    try:
        answer = await requester.ask(_asking(_QUESTION), ModelRequestParameters(function_tools=[tool]), Thoughts())
    except NoToolsError:
        return False
    return any(isinstance(part, ToolCallPart) and part.tool_name == _TOOL for part in answer.parts)


async def _writes_json(requester: Requester) -> bool:
    """Ask the model for the same call as JSON."""
    call = written_call(_words(await requester.ask(_asking(_AS_JSON), ModelRequestParameters(), Thoughts())))
    return call is not None and call.name == _TOOL


def _asking(text: str) -> list[ModelMessage]:
    return [ModelRequest([UserPromptPart(text)])]


def _words(answer: ModelResponse) -> str:
    return "\n".join(part.content for part in answer.parts if isinstance(part, TextPart))
