"""Browsers that end while something is being opened in them."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from webrun_nb.browsers.chromium.launcher import RunningBrowser
from webrun_nb.browsers.chromium.warm_pages import BrowserProcess


@pytest.fixture
def process() -> BrowserProcess:
    """A browser of which nothing is asked."""
    return BrowserProcess(cast(RunningBrowser, None))


async def test_what_is_being_opened_ends_with_the_browser(process: BrowserProcess) -> None:
    asked = asyncio.Event()

    async def open_page() -> None:
        async with process.limited(3600):
            asked.set()
            await asyncio.Event().wait()  # Playwright leaves the request of a new page without an answer

    opening = asyncio.create_task(open_page())
    await asked.wait()
    process.give_up()
    with pytest.raises(TimeoutError):
        await opening


async def test_what_has_been_opened_is_not_ended(process: BrowserProcess) -> None:
    async with process.limited(3600):
        pass
    process.give_up()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_browser_may_be_given_up_twice(process: BrowserProcess) -> None:
    async def open_page() -> None:
        async with process.limited(3600):
            process.give_up()
            process.give_up()
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await open_page()
