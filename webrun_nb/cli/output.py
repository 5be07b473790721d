"""Terminal output of the subcommands: error lines, text without control characters, and the steps of a task."""

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

from webrun_nb.client.monitoring.events import (
    ActionDone,
    AgentSaid,
    ConnectionChanged,
    EventStream,
    LiveEvent,
    SessionEnded,
    TaskEnded,
)

_PROGRAM = "webrun-nb"


def print_error(command: str, line: str) -> None:
    """Print an error of a subcommand on stderr, as one line."""
    print(f"webrun-nb {command}: {printable(' '.join(line.split()))}", file=sys.stderr)


def printable(text: str) -> str:
    """Return a text with control characters replaced, so that a page cannot move the cursor or set a title."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def pip_command(requirement: str) -> str:
    """Return the command that installs a requirement into the current environment."""
    return f"{sys.executable} -m pip install '{requirement}'"


def program_name() -> str:
    """Return how to call this program from the same shell, whose PATH may not contain the environment."""
    program = Path(sys.argv[0])
    if program.stem != _PROGRAM:
        return f"{shlex.quote(sys.executable)} -m webrun_nb"
    found = shutil.which(_PROGRAM)
    on_path = found is not None and Path(found).resolve() == program.resolve()
    return _PROGRAM if on_path else shlex.quote(sys.argv[0])


_CONNECT_WITHIN_S = 30.0
_LAST_EVENT_WITHIN_S = 10.0


class StepPrinter:
    """Context manager that prints the steps of a session while it is open. Runs on the client's loop thread.

    Parameters
    ----------
    socket_url : str
        URL of the server's live events (contract, section 10).
    session_id : str
        Id of the session.
    """

    def __init__(self, socket_url: str, session_id: str) -> None:
        self._live = EventStream(socket_url, session_id, self._on_event)
        self._connected = asyncio.Event()
        self._task_ended = asyncio.Event()
        self._began_s = 0.0

    async def __aenter__(self) -> Self:
        self._live.open()
        if not await _wait_at_most(_CONNECT_WITHIN_S, self._connected):
            print("(steps cannot be shown: the server sends no live events)", flush=True)
        self._began_s = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._connected.is_set():  # the answer may arrive before the last event
                await _wait_at_most(_LAST_EVENT_WITHIN_S, self._task_ended)
        finally:
            await self._live.close()

    def _on_event(self, event: LiveEvent) -> None:
        match event:
            case ConnectionChanged(connected=True):
                self._connected.set()
            case TaskEnded() | SessionEnded():
                self._task_ended.set()
            case ActionDone():
                self._print(event.text)
            case AgentSaid():
                self._print(event.content)

    def _print(self, text: str) -> None:
        print(f"{time.monotonic() - self._began_s:6.1f} s  {printable(' '.join(text.split()))}", flush=True)


async def _wait_at_most(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event for a limited time; return whether it is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
