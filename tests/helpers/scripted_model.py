"""A language model that says given things, and runs of the LLM agent with it on stored pages, without a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import CompletedStreamedResponse, Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext
from pydantic_ai.usage import RequestUsage

from helpers.agent_runner import FakeWorker
from helpers.stored_pages import StoredPage
from webrun_nb.agents.base import Ask, Finish, ModelOptions, Perform, Performed, Reply, Step, TaskSpec, TokenUse
from webrun_nb.agents.llm.agent import LlmAgent

Said = ModelResponse | Exception
"""An answer of the model, or the error of its provider."""


def call(tool: str, saying: str = "", **arguments: Any) -> ModelResponse:
    """An answer that calls one tool."""
    parts = [TextPart(saying)] if saying else []
    return ModelResponse(
        [*parts, ToolCallPart(tool, arguments)],
        usage=RequestUsage(input_tokens=100, output_tokens=10),
        finish_reason="tool_call",
    )


def says(words: str) -> ModelResponse:
    """An answer in words that calls nothing."""
    return ModelResponse(
        [TextPart(words)], usage=RequestUsage(input_tokens=100, output_tokens=10), finish_reason="stop"
    )


class _Streaming(FunctionModel):
    """A model of a function that streams what the function returns, with its usage."""

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        response = await self.request(messages, model_settings, model_request_parameters)
        yield CompletedStreamedResponse(response, model_request_parameters=model_request_parameters, replay_events=True)


@dataclass
class ScriptedModel:
    """A model that gives its answers in order; each is an answer, an error, or made of what it was asked.

    Parameters
    ----------
    script : sequence
        The answers. Once they are used up, the last one is given again.
    """

    script: Sequence[Said | Callable[[str], Said]]
    asked: list[list[ModelMessage]] = field(default_factory=list)
    tools: list[tuple[str, ...]] = field(default_factory=list)
    """The names of the tools that it was given, for each request."""

    @asynccontextmanager
    async def connected(self, options: ModelOptions) -> AsyncIterator[Model]:
        """Take the place of a connection to a provider."""
        yield _Streaming(self._answer)

    def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.asked.append(list(messages))
        self.tools.append(tuple(tool.name for tool in info.function_tools))
        entry = self.script[min(len(self.asked), len(self.script)) - 1]
        said = entry(last_told(messages)) if callable(entry) else entry
        if isinstance(said, Exception):
            raise said
        return said


def last_told(messages: Sequence[ModelMessage]) -> str:
    """Return what a model was told last."""
    last = messages[-1]
    assert isinstance(last, ModelRequest)
    return "\n".join(str(getattr(part, "content", "")) for part in last.parts)


def number_of(text: str, told: str) -> int:
    """Return the number of the first line that has a text, as the model is shown it."""
    line = next(line for line in told.splitlines() if text in line and line.startswith("["))
    return int(line[1 : line.index("]")])


@dataclass
class LlmRun:
    """The steps of a run, its answer and its tokens."""

    steps: list[Step]
    tokens: TokenUse
    waits_s: list[float]

    @property
    def answer(self) -> Finish:
        assert isinstance(self.steps[-1], Finish), self.steps[-1]
        return self.steps[-1]

    @property
    def acts(self) -> list[object]:
        return [step.action for step in self.steps if isinstance(step, Perform)]

    @property
    def asked(self) -> list[Ask]:
        return [step for step in self.steps if isinstance(step, Ask)]


async def run_llm(
    model: ScriptedModel,
    page: StoredPage,
    brief: TaskSpec,
    replies: Iterable[str] = (),
    outcomes: Callable[[object], Reply] | None = None,
    options: ModelOptions | None = None,
    tokens: TokenUse | None = None,
) -> LlmRun:
    """Run the LLM agent with a scripted model on a stored page; a question without a reply ends the run."""
    worker = FakeWorker(page, replies, outcomes or (lambda action: Performed()))
    waits_s: list[float] = []

    async def sleep(seconds: float) -> None:
        waits_s.append(seconds)

    agent = LlmAgent(options or ModelOptions("openai:gpt-4.1-mini", key="k"), model.connected, sleep)
    tokens, steps = tokens or TokenUse(), list[Step]()
    run = agent.run(brief, tokens)
    reply: Reply | None = None
    try:
        while len(steps) < 300:
            step = await run.asend(reply)
            steps.append(step)
            reply = worker.reply(step)
            if reply is None:
                break
    finally:
        await run.aclose()
    return LlmRun(steps, tokens, waits_s)
