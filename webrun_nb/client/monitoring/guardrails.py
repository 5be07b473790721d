"""Finds an answer to the question of a task: from a handler, a form that a person sees, or a prompt."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from enum import Enum

from webrun_nb.client._sync import has_caller, run_in_caller_thread
from webrun_nb.client.errors import ArgumentError
from webrun_nb.client.snapshot import Question

GuardrailHandler = Callable[[Question], str | None] | Callable[[Question], Awaitable[str | None]]
"""Answers a question: text to go on with, None to have the task stopped."""
FormShown = Callable[[str, str], bool]
"""Takes session and task id; waits a little for a form, in a thread of its own."""
FindPrompt = Callable[[], GuardrailHandler | None]
"""Returns the prompt that asks a person where no form is shown; None where no one can be asked."""


class NoAnswer(Enum):
    """The reason why there is no answer yet."""

    SEEN = "a person sees the question, and may answer it elsewhere"
    UNSEEN = "no one is there to answer"


AskPerson = Callable[[str, Question], Awaitable[str | NoAnswer | None]]
"""Returns the answer to the question of a session's task, the reason why there is none, or None to stop the task."""


def checked_handler(handler: GuardrailHandler | None) -> GuardrailHandler | None:
    """Check the handler of questions.

    Raises
    ------
    ArgumentError
        It can't be called.
    """
    if not (handler is None or callable(handler)):  # a notebook's cells are not type-checked
        raise ArgumentError(
            f"on_guardrail() takes a function or None, not {type(handler).__name__}",
            "the function takes a Question and returns the answer",
        )
    return handler


async def resolve_guardrail(
    session_id: str,
    question: Question,
    handler: GuardrailHandler | None,
    form_shown: FormShown | None,
    find_prompt: FindPrompt | None = None,
) -> str | NoAnswer | None:
    """Ask the handler for the answer; without one, find out if a person sees the question elsewhere.

    If there is no form either, and a call waits in this process, the person who made it is asked.

    Raises
    ------
    TypeError
        The handler returned neither text nor None.
    """
    if handler is None:
        seen = form_shown is not None and await asyncio.to_thread(form_shown, session_id, question.task_id)
        if seen:
            return NoAnswer.SEEN
        handler = find_prompt() if find_prompt is not None and has_caller() else None
        if handler is None:
            return NoAnswer.UNSEEN
    if inspect.iscoroutinefunction(handler):
        answer = await handler(question)
    else:
        answer = await run_in_caller_thread(lambda: handler(question))
    if answer is not None and not isinstance(answer, str):
        raise TypeError(f"the guardrail handler has to return text or None, not {type(answer).__name__}")
    return answer
