"""Detects browsers and drivers that have stopped answering, by asking them again and again.

A stopped browser sends no event and its calls hang; a driver that hangs blocks the answers of all its browsers. So each
browser is asked for its version over a session with the browser itself, never with a page: a page may be slow. The
limits below add up to 4.25 s at most from the beginning of a hang; the contract allows 5 s.

A slow process is not a hanging one. Time is counted in slices of this event loop, so that a machine (or a loop) that is
too busy to run it is not counted; slices in which the asked process was itself ready to run or waiting for a disk count
a quarter, so that a busy machine gets four times as long. Slices in which an event of the browser's pages came count
not at all: a page whose script makes requests without end keeps both processes, and this loop, from answering in time,
and what sends events does not hang.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psutil
from playwright.async_api import Error

BEAT_S = 1.5
"""Pause between an answer and the next question, which costs about 1.5 ms of CPU per browser in all processes."""
SUSPICIOUS_S = 0.75
"""Time a browser may be silent before its driver is asked as well."""
BROWSER_SILENT_S = 1.5
"""Further time it may be silent. On two cores under a load of 14 the slowest of 400 answers took 0.54 s."""
DRIVER_SILENT_S = 0.5
"""Further time the driver may be silent: 2 s in all, because all its browsers are lost with it."""
_SLICE_S = 0.25
_BUSY_SHARE = 0.25
_BUSY = frozenset({psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP})

Ping = Callable[[], Awaitable[None]]


Heard = Callable[[], int]


async def wait_until_unresponsive(browser: tuple[int, Ping], driver: tuple[int, Ping], heard: Heard = lambda: 0) -> str:
    """Ask a browser until it, or the driver through which it is asked, has stopped answering.

    Parameters
    ----------
    browser, driver : tuple of int and callable
        Its main process, and a function that makes a cheap request.
    heard : callable
        Returns how many events of the browser's pages have come so far, through the driver.

    Returns
    -------
    str
        `browser` or `driver`: the one that does not answer; `closed` where the browser has ended (reported elsewhere).
    """
    while True:
        await asyncio.sleep(BEAT_S)
        question = asyncio.ensure_future(browser[1]())
        other: asyncio.Future[None] | None = None
        try:
            if await _answered(question, browser[0], SUSPICIOUS_S, heard):
                continue
            other = asyncio.ensure_future(driver[1]())
            if await _answered(question, browser[0], BROWSER_SILENT_S, heard):
                continue
            if not await _answered(other, driver[0], DRIVER_SILENT_S, heard):
                return "driver"
            if not question.done():  # else the driver had kept its answer waiting
                return "browser"
        except Error:
            return "closed"
        finally:
            for each in filter(None, (question, other)):
                _give_up(each)


async def _answered(question: asyncio.Future[None], pid: int, patience_s: float, heard: Heard) -> bool:
    """Wait for an answer until `pid` has had `patience_s` to give one; return whether it came."""
    had_s = 0.0
    while had_s < patience_s:
        before = heard()
        await asyncio.wait({question}, timeout=_SLICE_S)
        if question.done():
            question.result()
            return True
        if heard() == before:
            had_s += _SLICE_S * (_BUSY_SHARE if _is_busy(pid) else 1)
    return False


def _is_busy(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() in _BUSY
    except psutil.NoSuchProcess:
        return False


def _give_up(question: asyncio.Future[None]) -> None:
    """Stop waiting for an answer, and ignore its later failure."""
    question.add_done_callback(lambda done: done.cancelled() or done.exception())
    question.cancel()
