"""The words of a language model while they arrive: told in whole sentences, not more often than people read them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from pydantic_ai.messages import (
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
)

from webrun_nb.common.text import shortened

Say = Callable[[str], None]
"""Tells people what a model says."""
T = TypeVar("T")

_MOST_CHARS = 500
"""Of an answer's words, and of the thinking before them, what is told."""
_PAUSE_S = 0.5
"""The shortest time between two things that are told of one answer."""
_END = re.compile(r"[.!?…][\"'”’)\]]*\s|\n")
"""The end of a sentence."""
_LONG_CHARS = 200
"""Words without the end of a sentence that are told all the same."""


def _say_nothing(text: str) -> None:
    """Tell nobody."""


class Thoughts:
    """Tells the words and the thinking of a model's answers as they arrive.

    Words from the first brace on are held back until the answer is whole: they may be a call that is written as JSON.
    What has arrived of an answer that broke off is not told any more.

    Parameters
    ----------
    say : callable, optional
        Tells people.
    clock : callable, optional
        The time in seconds.
    """

    def __init__(self, say: Say = _say_nothing, clock: Callable[[], float] = time.monotonic) -> None:
        self.note = say
        """Tells something else, such as why an answer is waited for."""
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Forget what is untold: another answer begins."""
        self._untold = ""
        self._kind: type[TextPart] | type[ThinkingPart] = TextPart
        self._left = _MOST_CHARS
        self._told_at_s = float("-inf")
        self._has_heard = False

    def hear(self, event: ModelResponseStreamEvent) -> None:
        """Take an event of the stream, and tell the sentences that are whole by now."""
        match event:
            case PartStartEvent(part=TextPart(content=text)):
                self._part(TextPart, text)
            case PartStartEvent(part=ThinkingPart(content=text)):
                self._part(ThinkingPart, text)
            case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                self._add(text)
            case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(text))):
                self._add(text)

    def end(self, words: str) -> None:
        """Tell the rest of an answer that has arrived as a whole.

        Parameters
        ----------
        words : str
            Its words, or else its thinking; empty where they were a call.
        """
        if not self._has_heard:
            self._untold = words
        if words:
            self._tell(self._untold)
        self.begin()

    def _part(self, kind: type[TextPart] | type[ThinkingPart], text: str) -> None:
        if kind is not self._kind:
            self._tell(self._untold)
            self._untold, self._kind, self._left = "", kind, _MOST_CHARS
        elif self._untold:
            self._untold += " "
        self._add(text)

    def _add(self, text: str) -> None:
        self._has_heard = self._has_heard or bool(text)
        self._untold += text
        if self._clock() - self._told_at_s < _PAUSE_S:
            return
        whole = self._untold.partition("{")[0]
        ends = [found.end() for found in _END.finditer(whole)]
        end = ends[-1] if ends else whole.rfind(" ") if len(whole) > _LONG_CHARS else 0
        if whole[: max(end, 0)].strip():
            self._tell(whole[:end])
            self._untold = self._untold[end:]
            self._told_at_s = self._clock()

    def _tell(self, text: str) -> None:
        told = shortened(text.strip(), self._left) if self._left > 0 else ""
        if told:
            self.note(told)
            self._left -= len(told)


class Asking(Generic[T]):
    """A question to a model that is under way while what it says is told; it ends at the latest with the block.

    Parameters
    ----------
    ask : callable
        Asks, and tells what is said meanwhile with the function that it is given.
    """

    def __init__(self, ask: Callable[[Say], Awaitable[T]]) -> None:
        self._ask = ask
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._asked(), name="request to a language model")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.exception()  # it is raised by `answer`, or nobody waits for it any more

    async def _asked(self) -> T:
        try:
            return await self._ask(self._said.put_nowait)
        finally:
            self._said.put_nowait(None)

    async def said(self) -> str | None:
        """Wait for the next thing that is said; return None once there is an answer, or an error."""
        return await self._said.get()

    def answer(self) -> T:
        """Return the answer, or raise the error in its place, once all was said."""
        return self._task.result()
