"""Waiting for conditions in tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from webrun_nb.client.sessions.session import Session
    from webrun_nb.client.snapshot import SessionSnapshot

T = TypeVar("T")
WITHIN_S = 60.0
PAUSE_S = 0.01
"""Between two questions: without a pause, a test would take the processor from the process that it waits for."""


def wait_until(
    ask: Callable[[], T],
    wanted: Callable[[T], object] = bool,
    within_s: float = WITHIN_S,
    pause: Callable[[], object] = lambda: time.sleep(PAUSE_S),
) -> T:
    """Ask repeatedly until the answer is as wanted; return that answer.

    Parameters
    ----------
    ask : callable
        Gives the value to judge.
    wanted : callable, optional
        Judges it; by default it has to be truthy.
    within_s : float
        Seconds after which the last answer fails the test.
    pause : callable, optional
        Passes the time between two questions; a test that drives a page lets the page's events in.
    """
    deadline_s = time.monotonic() + within_s
    while not wanted(answer := ask()):
        assert time.monotonic() < deadline_s, answer
        pause()
    return answer


async def wait_until_async(ask: Callable[[], T], wanted: Callable[[T], object] = bool, within_s: float = WITHIN_S) -> T:
    """Do the same as `wait_until` on an event loop, which goes on meanwhile."""
    deadline_s = time.monotonic() + within_s
    while not wanted(answer := ask()):
        assert time.monotonic() < deadline_s, answer
        await asyncio.sleep(PAUSE_S)
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
