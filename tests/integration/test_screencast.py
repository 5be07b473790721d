"""Tests of an instance's screencast and thumbnails, over Chromium."""

from __future__ import annotations

import asyncio
import time

import pytest

from helpers.waiting import wait_until_async
from webrun_nb.browsers.actions import Navigate, PointerClick, TypeReleased, WaitFor
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANGES = "<body style='margin:0;height:600px;background:#eee' onclick=\"document.body.style.background='#%s'\"></body>"


QUIET_S = 0.7


class Watcher:
    """A recipient of pictures that keeps them, and takes the next one while `may` is set."""

    def __init__(self, instance: BrowserInstance) -> None:
        self.pictures: list[bytes] = []
        self._last_at_s = 0.0
        self.may = asyncio.Event()
        self.may.set()
        self._instance = instance

    def start(self) -> None:
        self._instance.screen.start(self._take, self.may.wait)  # type: ignore[arg-type] # what it returns is not looked at

    def _take(self, picture: bytes) -> None:
        self.pictures.append(picture)
        self._last_at_s = time.monotonic()

    async def quiet(self) -> None:
        """Wait until a picture has come, and none after it for `QUIET_S`."""
        await wait_until_async(lambda: self.pictures and time.monotonic() - self._last_at_s > QUIET_S)


@pytest.fixture
def watcher(instance: BrowserInstance) -> Watcher:
    return Watcher(instance)


async def test_nothing_runs_before_it_is_started_and_after_it_is_stopped(instance, watcher, site):
    await instance.perform(Navigate(site.page("/", CHANGES % "123")))
    await instance.thumbnail()  # a frame of the page was painted
    assert watcher.pictures == []
    watcher.start()
    await wait_until_async(lambda: watcher.pictures)
    instance.screen.stop()
    count = len(watcher.pictures)
    await instance.perform(PointerClick(5, 5))
    await instance.thumbnail()
    assert len(watcher.pictures) == count


async def test_it_shows_the_document_that_replaces_another(instance, watcher, site):
    await instance.perform(Navigate(site.page("/", "<h1>one</h1>")))
    watcher.start()
    await watcher.quiet()
    before = watcher.pictures[-1]
    await instance.perform(Navigate(site.page("/two", "<h1>two</h1>")))
    await wait_until_async(lambda: watcher.pictures[-1] != before)


async def test_what_changed_while_no_picture_was_wanted_is_shown_in_the_end(instance, watcher, site):
    counter = "<h1>count <span id=n>0</span></h1><script>onclick = () => n.textContent++</script>"
    await instance.perform(Navigate(site.page("/", counter)))
    watcher.start()
    await watcher.quiet()
    watcher.may.clear()
    for count in range(1, 9):
        await instance.perform(PointerClick(5, 5))
        await instance.perform(WaitFor(f"count {count}"))
    seen = len(watcher.pictures)
    watcher.may.set()
    await wait_until_async(lambda: len(watcher.pictures) > seen)
    await watcher.quiet()
    last = watcher.pictures[-1]
    instance.screen.stop()
    fresh = Watcher(instance)
    fresh.start()
    await fresh.quiet()
    assert fresh.pictures[-1] == last


async def test_a_thumbnail_is_small_and_follows_the_page(instance, site):
    await instance.perform(Navigate(site.page("/", "<h1>one</h1>")))
    one = await instance.thumbnail()
    assert b"\x00\xbc\x01\x40" in one  # its header: 188 by 320
    await instance.perform(Navigate(site.page("/two", "<h1>two</h1>")))
    assert await instance.thumbnail() != one


async def test_a_thumbnail_leaves_the_page_as_it_is(instance, site):
    counts = "<script>onresize = () => { document.title = 'resized' }</script><h1>still</h1>"
    await instance.perform(Navigate(site.page("/", counts)))
    assert await instance.thumbnail()
    assert await instance.thumbnail()
    assert (await instance.observe()).title != "resized"


async def test_a_browser_that_hangs_or_is_gone_gives_no_thumbnail(browsers, recorder, site):
    instance = await browsers.open("process", recorder())
    await instance.perform(Navigate(site.page("/", "<h1>one</h1>")))
    await instance.hang()
    assert await instance.thumbnail() is None
    await instance.unhang()
    assert await instance.thumbnail()
    await instance.close()
    assert await instance.thumbnail() is None


async def test_a_field_that_a_secret_was_typed_into_shows_dots(instance, watcher, site):
    """Two secrets of one length look the same."""
    html = "<input aria-label=user style='font:40px monospace;caret-color:transparent;width:900px'>"
    shown = []
    for secret in ("ilililil", "WMWMWMWM"):
        await instance.perform(Navigate(site.page("/", html)))
        seen = await instance.observe()
        await instance.perform(TypeReleased(seen.elements[0].ref, release=lambda place, text=secret: text))
        watcher.pictures.clear()
        watcher.start()
        await wait_until_async(lambda: len(watcher.pictures) > 2)  # the invisible caret's blinking makes more of them
        shown.append(watcher.pictures[-1])
        instance.screen.stop()
    assert shown[0] == shown[1]
