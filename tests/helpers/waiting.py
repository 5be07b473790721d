"""Waiting for conditions in tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from webrun_nb.client.sessions.session import Session
    from webrun_nb.client.snapshot import SessionSnapshot

T = TypeVar("T")
WITHIN_S = 60.0
PAUSE_S = 0.01
"""Pause between two calls of `ask`; without it, a test would take the processor from the process that it waits for."""


def wait_until(
    ask: Callable[[], T],
    wanted: Callable[[T], object] = bool,
    within_s: float = WITHIN_S,
    pause: Callable[[], object] = lambda: time.sleep(PAUSE_S),
) -> T:
    """Call `ask` repeatedly until its result is as wanted; return that result.

    Parameters
    ----------
    ask : callable
        Returns the value to judge.
    wanted : callable, optional
        Judges it; by default it has to be truthy.
    within_s : float
        Seconds after which the last result fails the test.
    pause : callable, optional
        Passes the time between two calls; a test that drives a page lets the page handle its events.
    """
    deadline_s = time.monotonic() + within_s
    while not wanted(answer := ask()):
        assert time.monotonic() < deadline_s, answer
        pause()
    return answer


async def wait_until_async(ask: Callable[[], T], wanted: Callable[[T], object] = bool, within_s: float = WITHIN_S) -> T:
    """Do the same as `wait_until` on an event loop, which runs other tasks meanwhile."""

    async def answer() -> T:
        return ask()

    return await poll_until(answer, wanted, within_s)


async def poll_until(
    ask: Callable[[], Awaitable[T]],
    wanted: Callable[[T], object] = bool,
    within_s: float = WITHIN_S,
    pause_s: float = PAUSE_S,
) -> T:
    """Do the same as `wait_until_async` with a coroutine function, such as a request to a server."""
    deadline_s = time.monotonic() + within_s
    while not wanted(answer := await ask()):
        assert time.monotonic() < deadline_s, answer
        await asyncio.sleep(pause_s)
    return answer


def wait_for_snapshot(
    session: Session, wanted: Callable[[SessionSnapshot], object], within_s: float = WITHIN_S
) -> SessionSnapshot:
    """Return the first snapshot of a client's session that is as wanted, however soon the next one follows."""
    found: list[SessionSnapshot] = []
    is_found = threading.Event()

    def look(snapshot: SessionSnapshot) -> None:
        if wanted(snapshot):
            found.append(snapshot)
            is_found.set()

    unsubscribe = session.subscribe(look)
    look(session.snapshot)
    assert is_found.wait(within_s), session.snapshot
    unsubscribe()
    return found[0]
