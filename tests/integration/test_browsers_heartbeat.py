"""Tests of the heartbeat: a browser that hangs is reported, one that is only slow is not."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

import psutil
import pytest

from webrun_nb.browsers.processes import heartbeat
from webrun_nb.browsers.processes.heartbeat import wait_until_unresponsive

QUIET_PID = 1
"""A process that neither runs nor waits for a disk."""


@pytest.fixture(autouse=True)
def quick_heartbeat(monkeypatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.01)
    monkeypatch.setattr(heartbeat, "SUSPICIOUS_S", 0.1)
    monkeypatch.setattr(heartbeat, "BROWSER_SILENT_S", 0.2)
    monkeypatch.setattr(heartbeat, "DRIVER_SILENT_S", 0.1)
    monkeypatch.setattr(heartbeat, "_SLICE_S", 0.05)


@pytest.fixture
def busy_pid() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def ten_slices(monkeypatch) -> asyncio.Event:
    """Set once the heartbeat has waited ten slices for an answer; a process that is not busy gets six."""
    event = asyncio.Event()
    looked = itertools.count(1)

    class CountedProcess(psutil.Process):
        def status(self) -> str:
            if next(looked) == 10:
                event.set()
            return super().status()

    monkeypatch.setattr(heartbeat.psutil, "Process", CountedProcess)
    return event


async def at_once() -> None:
    pass


async def never() -> None:
    await asyncio.Event().wait()


async def unresponsive_process(
    ping: Callable[[], Awaitable[None]],
    *,
    pid: int = QUIET_PID,
    driver: Callable[[], Awaitable[None]] = at_once,
    heard: Callable[[], int] = lambda: 0,
) -> str | None:
    """Return the process that the heartbeat reports; None where three questions were answered."""
    answers = 0
    enough = asyncio.Event()

    async def counted() -> None:
        nonlocal answers
        await ping()
        answers += 1
        if answers == 3:
            enough.set()

    asking = asyncio.create_task(wait_until_unresponsive((pid, counted), (QUIET_PID, driver), heard))
    answered = asyncio.create_task(enough.wait())
    await asyncio.wait({asking, answered}, return_when=asyncio.FIRST_COMPLETED)
    result = asking.result() if asking.done() else None
    for task in (asking, answered):
        task.cancel()
    await asyncio.gather(asking, answered, return_exceptions=True)
    return result


async def test_a_browser_that_answers_is_responsive():
    assert await unresponsive_process(at_once) is None


async def test_a_browser_that_never_answers_is_unresponsive():
    assert await unresponsive_process(never) == "browser"


async def test_where_the_driver_does_not_answer_either_the_driver_is_unresponsive():
    assert await unresponsive_process(never, driver=never) == "driver"


async def test_an_answer_that_the_driver_delayed_is_an_answer():
    is_answered = asyncio.Event()

    async def driver() -> None:
        is_answered.set()

    assert await unresponsive_process(lambda: is_answered.wait(), driver=driver) is None


async def test_time_in_which_our_own_loop_is_blocked_does_not_count():
    async def ping() -> None:
        time.sleep(0.4)  # noqa: ASYNC251 - a blocked loop is what is tested
        for _ in range(3):  # turns of the loop, in which the waiting notices that its time is over
            await asyncio.sleep(0)

    assert await unresponsive_process(ping) is None


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only Linux tells which process is ready to run")  # noqa: PTH110
async def test_a_busy_browser_gets_more_time(busy_pid, ten_slices):
    async def ping() -> None:
        await ten_slices.wait()

    assert await unresponsive_process(ping, pid=busy_pid) is None


async def test_a_browser_that_stays_busy_is_unresponsive(busy_pid):
    assert await unresponsive_process(never, pid=busy_pid) == "browser"


async def test_a_browser_whose_pages_send_events_gets_time_to_answer():
    events = itertools.count()
    many = asyncio.Event()

    def heard() -> int:
        if (number := next(events)) == 60:
            many.set()
        return number

    async def ping() -> None:
        await many.wait()

    assert await unresponsive_process(ping, driver=ping, heard=heard) is None
