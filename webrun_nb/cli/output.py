"""How the subcommands speak: one line per complaint, and nothing of a page's that steers the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from webrun_nb.client.events import (
    ActionDone,
    AgentSaid,
    ConnectionChanged,
    EventStream,
    LiveEvent,
    SessionEnded,
    TaskEnded,
)

_PROGRAM = "webrun-nb"


def complain(command: str, line: str) -> None:
    """Say on stderr, in one line, why a subcommand did not work."""
    print(f"webrun-nb {command}: {printable(' '.join(line.split()))}", file=sys.stderr)


def printable(text: str) -> str:
    """Return text without control characters: what a page says must not move the cursor or set a title."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def pip_line(requirement: str) -> str:
    """Return the command that installs something into the environment this runs in."""
    return f"{sys.executable} -m pip install '{requirement}'"


def called_as() -> str:
    """Return how this program is called from the same shell: an environment need not be on PATH."""
    program = Path(sys.argv[0])
    if program.stem != _PROGRAM:
        return f"{shlex.quote(sys.executable)} -m webrun_nb"
    found = shutil.which(_PROGRAM)
    on_path = found is not None and Path(found).resolve() == program.resolve()
    return _PROGRAM if on_path else shlex.quote(sys.argv[0])


_CONNECT_WITHIN_S = 30.0
_LAST_WORDS_WITHIN_S = 10.0


class StepPrinter:
    """Prints what a session does, from the moment the block is entered. Lives on the client's loop thread.

    Parameters
    ----------
    socket_url : str
        Where the live events are (contract, section 10).
    session_id : str
        The session.
    """

    def __init__(self, socket_url: str, session_id: str) -> None:
        self._live = EventStream(socket_url, session_id, self._tell)
        self._linked = asyncio.Event()
        self._over = asyncio.Event()
        self._began_s = 0.0

    async def __aenter__(self) -> Self:
        self._live.open()
        if not await _within(_CONNECT_WITHIN_S, self._linked):
            print("(the steps can't be shown: no live events from the server)", flush=True)
        self._began_s = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._linked.is_set():  # the answer may have come by before the last event
                await _within(_LAST_WORDS_WITHIN_S, self._over)
        finally:
            await self._live.close()

    def _tell(self, event: LiveEvent) -> None:
        match event:
            case ConnectionChanged(connected=True):
                self._linked.set()
            case TaskEnded() | SessionEnded():
                self._over.set()
            case ActionDone():
                self._print(event.text)
            case AgentSaid():
                self._print(event.content)

    def _print(self, text: str) -> None:
        print(f"{time.monotonic() - self._began_s:6.1f} s  {printable(' '.join(text.split()))}", flush=True)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, but not for ever."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
