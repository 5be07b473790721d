"""The heartbeat tells a browser that hangs from one that is only slow."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

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


async def at_once() -> None:
    pass


async def never() -> None:
    await asyncio.Event().wait()


async def outcome(
    ping: Callable[[], Awaitable[None]], *, pid: int = QUIET_PID, driver: Callable[[], Awaitable[None]] = at_once
) -> str:
    """Return who was silent; `nobody` where three questions were answered."""
    answers = 0
    enough = asyncio.Event()

    async def counted() -> None:
        nonlocal answers
        await ping()
        answers += 1
        if answers == 3:
            enough.set()

    asking = asyncio.create_task(wait_until_unresponsive((pid, counted), (QUIET_PID, driver)))
    answered = asyncio.create_task(enough.wait())
    await asyncio.wait({asking, answered}, return_when=asyncio.FIRST_COMPLETED)
    result = asking.result() if asking.done() else "nobody"
    for task in (asking, answered):
        task.cancel()
    await asyncio.gather(asking, answered, return_exceptions=True)
    return result


async def test_who_answers_is_not_silent():
    assert await outcome(at_once) == "nobody"


async def test_who_never_answers_is_silent():
    assert await outcome(never) == "browser"


async def test_where_the_driver_is_silent_too_it_is_the_driver():
    assert await outcome(never, driver=never) == "driver"


async def test_a_driver_that_kept_the_answer_waiting_makes_nobody_silent():
    kept = asyncio.Event()

    async def ping() -> None:
        await kept.wait()

    async def driver() -> None:
        kept.set()
        await asyncio.sleep(0.01)

    assert await outcome(ping, driver=driver) == "nobody"


async def test_time_in_which_our_own_loop_stands_still_does_not_count():
    async def ping() -> None:
        time.sleep(0.4)  # noqa: ASYNC251 - it is what is tested
        await asyncio.sleep(0.01)

    assert await outcome(ping) == "nobody"


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only Linux tells who is ready to run")  # noqa: PTH110
async def test_who_is_busy_gets_more_time(busy_pid):
    async def ping() -> None:
        await asyncio.sleep(0.6)

    assert await outcome(ping, pid=busy_pid) == "nobody"


async def test_who_is_busy_for_good_is_silent(busy_pid):
    assert await outcome(never, pid=busy_pid) == "browser"
