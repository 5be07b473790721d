"""The signals that end the emulator's process, and the limit to how long its end may take."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

_PARENT_CHECK_S = 0.2


class ShutdownSignal:
    """An event that is set when the process is to end: by SIGTERM or SIGINT, or with its parent.

    Parameters
    ----------
    lifeline : bool
        End when stdin ends, or when the parent process is gone.
    """

    def __init__(self, *, lifeline: bool) -> None:
        self._ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        if lifeline:
            self._parent_watch = loop.create_task(self._watch_parent(), name="parent")
            threading.Thread(target=self._read_stdin, args=(loop,), daemon=True, name="lifeline").start()

    async def wait(self) -> None:
        """Wait until the process is to end."""
        await self._ending.wait()

    def _read_stdin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the end of stdin, which the parent process holds open."""
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(self._ending.set)

    async def _watch_parent(self) -> None:
        """Watch the parent's pid, too: a forked worker of it can hold stdin open."""
        parent = os.getppid()
        while os.getppid() == parent:  # noqa: ASYNC110 (the system sends no event)
            await asyncio.sleep(_PARENT_CHECK_S)
        self._ending.set()


def end_process_after(seconds: float) -> None:
    """End the process even if a browser that hangs keeps it from closing; its guardian ends the browsers."""
    timer = threading.Timer(seconds, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
