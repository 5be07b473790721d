from collections.abc import Callable
from typing import Any

import pytest

from helpers.virtual_time import VirtualTime
from webrun_nb.batch.pace import StartPace


def starts(per_minute: int | None, ask: Callable[[StartPace, list[float], VirtualTime], Any]) -> list[float]:
    time, times = VirtualTime(), list[float]()
    pace = StartPace(per_minute, now_s=time.now_s, sleep=time.sleep)
    time.run(ask(pace, times, time))
    return times


@pytest.mark.parametrize(("per_minute", "expected"), [(None, [0] * 5), (2, [0, 0, 60, 60, 120])])
def test_so_many_starts_are_allowed_in_any_minute(per_minute: int | None, expected: list[float]) -> None:
    async def ask(pace: StartPace, times: list[float], time: VirtualTime) -> None:
        for _ in range(5):
            await pace.next_start()
            times.append(time.now_s())

    assert starts(per_minute, ask) == expected


def test_a_refusal_holds_back_all_that_ask() -> None:
    async def ask(pace: StartPace, times: list[float], time: VirtualTime) -> None:
        await pace.next_start()
        times.append(time.now_s())
        await pace.next_start(refused_for_s=7.5)
        times.append(time.now_s())
        await pace.next_start()
        times.append(time.now_s())

    assert starts(None, ask) == [0, 7.5, 7.5]
