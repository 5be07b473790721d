"""The agent that is a language model: it proposes what the model calls, each call as steps of the worker.

The loop asks the model once, does its calls, tells it what came of them, and asks again. It is a loop of its own over
the model's classes, and not pydantic-ai's agent, because each request has to be checked against the limits before it is
made, and each call has to become steps that the worker can refuse, pause and record between.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Generator
from functools import partial
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Finish,
    Log,
    ModelOptions,
    Reply,
    Run,
    SettledByHandError,
    Step,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.acting import Acting
from webrun_nb.agents.llm.connection import Connect, connected
from webrun_nb.agents.llm.conversation import Call, Conversation
from webrun_nb.agents.llm.extracting import Extracting
from webrun_nb.agents.llm.requests import USUAL_PATIENCE, NoToolsError, Patience, Requester, Sleep, TooLongError
from webrun_nb.agents.llm.spending import Spending
from webrun_nb.agents.llm.thoughts import Asking, Say, Thoughts
from webrun_nb.agents.llm.tools import ToolCallError, parsed
from webrun_nb.agents.llm.worded_answer import WordedAnswer
from webrun_nb.common.codes import ModelFault, TaskFailureCode
from webrun_nb.common.text import counted, shortened

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_MOST_SILENT = 3
"""Answers in a row that call nothing, or nothing that can be done, before the model is asked for JSON, or given up."""
_MOST_SAME = 2
"""How often the same may be done on the same page; then it is refused."""
_MOST_REFUSED = 2
"""How often that may be before the task ends."""
_MOST_UNFINISHED = 4
"""How often in a row an answer may be refused before the task ends."""


class LlmAgent:
    """Do tasks with a language model.

    Parameters
    ----------
    options : ModelOptions
        The model and its limits.
    connect : callable, optional
        Opens the connection to the model.
    sleep : callable, optional
        Waits some seconds before a request is made again.
    whole_answers : set of str, optional
        The models that are known not to stream their answers; see `Requester`.
    patience : Patience, optional
        The limits on the attempts at each request.
    """

    def __init__(
        self,
        options: ModelOptions,
        connect: Connect = connected,
        sleep: Sleep = asyncio.sleep,
        whole_answers: set[str] | None = None,
        patience: Patience = USUAL_PATIENCE,
    ) -> None:
        self._options = options
        self._connect = connect
        self._sleep = sleep
        self._whole_answers = set[str]() if whole_answers is None else whole_answers
        self._patience = patience

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Work on a task; see `Agent.run`."""
        tokens.estimated = tokens.estimated and tokens.prompt + tokens.completion > 0
        spending = Spending(self._options, tokens)
        task = _Task(brief, self._options)
        try:
            async with self._connect(self._options) as model:
                requester = Requester(model, self._options, spending, self._sleep, self._whole_answers, self._patience)
                work: Work[Finish | None] = task.begin()
                while True:
                    # In a thread: a large page takes long to be read, and other sessions go on meanwhile.
                    step = await asyncio.to_thread(_sent, work, None)
                    while not isinstance(step, _Ended):
                        step = await asyncio.to_thread(_sent, work, (yield step))
                    if step.value is not None:
                        yield step.value
                        return
                    async with Asking(partial(_asked, requester, task)) as asking:
                        while (said := await asking.said()) is not None:
                            yield Log(said)
                    work = task.follow(*asking.answer())
        except AgentError:
            raise
        except Exception as error:  # the outermost edge: a defect here must end the task in one line
            logger.exception("the agent of language models failed")
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, "The agent of language models failed by a defect of its own; see the log."
            ) from error


async def _asked(requester: Requester, task: _Task, say: Say) -> tuple[str, list[Call]]:
    """Ask the model for its next calls; in a shorter or another form where it can't take the first."""
    conversation, thoughts = task.conversation, Thoughts(say)
    while True:
        try:
            response = await requester.ask(conversation.messages(), conversation.parameters(), thoughts)
            words, calls = conversation.take(response)
            thoughts.end(words)
            return words, calls
        except NoToolsError:
            conversation.as_json = True
        except TooLongError as error:
            if not conversation.shorten():
                raise AgentError(
                    TaskFailureCode.MODEL_LIMIT_REACHED,
                    f"The task is longer than the model can read: {error}.",
                    {"fault": ModelFault.CONTEXT},
                ) from error


class _Ended:
    """The end of a part of a run, with its result."""

    def __init__(self, value: Finish | None) -> None:
        self.value = value


def _sent(work: Work[Finish | None], reply: Reply | None) -> Step | _Ended:
    """Send a reply; return the next step or the end: no future can hold a `StopIteration`."""
    try:
        return work.send(reply)
    except StopIteration as ended:
        return _Ended(ended.value)


class _Task:
    """One run: the page, the data, and the conversation about them."""

    def __init__(self, brief: TaskSpec, options: ModelOptions) -> None:
        self.conversation = Conversation(brief)
        self._model = options.model
        self._has_vision = options.vision
        self._pictured = 0
        self._acting = Acting(brief)
        self._extracting = Extracting(brief, self._acting.view, is_allowed=self._acting.destinations.is_allowed)
        self._worded = WordedAnswer(brief, self._acting.view, self._extracting)
        self._silent = 0
        self._refused = 0
        self._unfinished = 0
        self._done: Counter[tuple[int, str]] = Counter()

    def begin(self) -> Work[Finish | None]:
        """Look at the page for the first time."""
        yield from self._acting.look()
        self.conversation.begin(self._acting.view.told())
        yield from self._show()
        return None

    def _show(self) -> Work[None]:
        """Show the model the page as it looks, where it is shown pictures and the page is another one by now."""
        if self._has_vision and self._pictured != self._acting.view.state:
            self._pictured = self._acting.view.state
            self.conversation.picture = yield from self._acting.picture()

    def follow(self, words: str, calls: list[Call]) -> Work[Finish | None]:
        """Do the calls of an answer; return the task's answer where one of them is it.

        Raises
        ------
        AgentError
            `MODEL_UNSUITABLE`: the model calls nothing that can be done. `AGENT_ERROR`: it repeats itself, or gives up.
        """
        is_useful = False
        for place, call in enumerate(calls):
            try:
                tool = parsed(call.name, call.arguments)
                is_useful = True
                finish = yield from self._done_once(tool, call)
            except ToolCallError as error:
                call.told = self.conversation.fenced(str(error))
                for other in calls[place + 1 :]:
                    other.told = "Not done: a call before it failed."
                break
            if finish is not None:
                return finish
        yield from self._show()
        self._silent = 0 if is_useful else self._silent + 1
        if not calls:
            self.conversation.remind("Call one of the tools. To end the task, call finish, or give_up with the reason.")
        if self._silent >= _MOST_SILENT:
            self._silent = 0
            if self.conversation.as_json:
                said = f": it said “{shortened(words, 100)}”" if words else ""
                raise AgentError(
                    TaskFailureCode.MODEL_UNSUITABLE,
                    f"{self._model} calls none of its tools rightly, {counted(_MOST_SILENT, 'time')} in a row{said}.",
                )
            self.conversation.as_json = True
        return None

    def _finished(self, call: tools.Finish) -> Finish:
        """Return the answer of a model.

        Raises
        ------
        ToolCallError
            It can't be the answer, and the model may go on.
        AgentError
            `AGENT_ERROR`: the model has given such an answer several times in a row.
        """
        try:
            if self._extracting.wants_data or not call.answer:
                return self._extracting.finished(call, self._acting.remarks)
            return self._worded.finished(call, self._acting.remarks)
        except ToolCallError as error:
            self._unfinished += 1
            if self._unfinished < _MOST_UNFINISHED:
                raise
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f"{self._model} ended {counted(_MOST_UNFINISHED, 'time')} in a row without an answer: {error}",
            ) from error

    def _done_once(self, tool: tools.Tool, call: Call) -> Work[Finish | None]:
        """Do a call, unless it has been done on the same page several times; keep what the model is told of it."""
        match tool:
            case tools.GiveUp(reason=reason):
                raise AgentError(TaskFailureCode.AGENT_ERROR, f"{self._model} gave up: {shortened(reason, 300)}")
            case tools.Finish():
                return self._finished(tool)
        key = (self._acting.view.state, f"{type(tool).__name__} {tool.model_dump_json()}")
        self._done[key] += 1
        if self._done[key] > _MOST_SAME:
            self._refused += 1
            if self._refused > _MOST_REFUSED:
                raise AgentError(
                    TaskFailureCode.AGENT_ERROR,
                    f"{self._model} repeats itself: {call.name} on the same page, without an effect.",
                )
            raise ToolCallError(
                f"Not done: this was done {_MOST_SAME} times, and the page is the same. Do something else, or give up."
            )
        try:
            match tool:
                case tools.Lists():
                    told = yield from self._extracting.lists()
                case tools.Extract():
                    self._acting.is_stale = tool.all_pages
                    told = yield from self._extracting.extract(tool)
                case _:
                    told = yield from self._acting.done(tool)
        except SettledByHandError:
            yield from self._acting.look(again=True)
            told = f"A person did this by hand. The page now:\n{self._acting.view.told()}"
        call.told = self.conversation.fenced(told)
        self._unfinished = 0
        return None
