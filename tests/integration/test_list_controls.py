"""Tests with real Chromium of the seam between a snapshot and actions: boxes that scroll, and paths of controls."""

from __future__ import annotations

import pytest
import pytest_asyncio

from webrun_nb.browsers.actions import Click, Navigate, ScrollBox, WaitForChange
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Scrolling, Snapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = """<!doctype html><title>Scroll</title><style>body,p{margin:0} .box{height:100px;overflow-y:auto}</style>
<div class="box"><div style="height:1000px"><p>row</p><p>row</p></div></div><div style="height:3000px"></div>
<x-pager></x-pager><p><a href="#1">One</a><button>More</button></p><script>
const host = document.querySelector("x-pager"), root = host.attachShadow({mode: "open"});
root.innerHTML = "<div><button>Next</button></div>";
const more = document.querySelector("p button");
more.onclick = () => setTimeout(() => more.textContent = "Most", 300);
</script>"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(instance: BrowserInstance, site):
    await instance.perform(Navigate(site.page("/", PAGE)))
    return instance


def scrollings(page: Snapshot) -> list[tuple[str, Scrolling]]:
    return [(each.path, each.scrolling) for each in page.root.walk() if each.scrolling is not None]


async def test_a_snapshot_has_the_boxes_that_scroll(page: BrowserInstance):
    window, box = scrollings(await page.snapshot())
    assert (window[0], window[1].view_px, window[1].is_at_end) == ("html", 600, False)
    assert box[1] == Scrolling(0, 1000, 100)


@pytest.mark.parametrize(("goal", "offset"), [("on", 80), ("end", 900)])
async def test_a_box_is_scrolled(page: BrowserInstance, goal, offset):
    (_, (path, _)) = scrollings(await page.snapshot())
    await page.perform(ScrollBox(path, goal))
    assert [each.offset_px for _, each in scrollings(await page.snapshot())] == [0, offset]


async def test_the_page_is_scrolled(page: BrowserInstance):
    await page.perform(ScrollBox("", "end"))
    (window, _) = scrollings(await page.snapshot())
    assert window[1].is_at_end


async def test_a_box_that_is_gone_is_said(page: BrowserInstance):
    with pytest.raises(BrowserError) as raised:
        await page.perform(ScrollBox("main > div"))
    assert raised.value.code == TaskFailureCode.ELEMENT_NOT_FOUND


async def test_controls_have_the_paths_of_their_nodes(page: BrowserInstance):
    snapshot, seen = await page.snapshot(), await page.observe()
    controls = snapshot.root.find("a", "button")
    assert {node.path for node in controls} == {each.path for each in seen.elements}


async def test_a_change_is_waited_for(page: BrowserInstance):
    seen = await page.observe()
    (more,) = [each for each in seen.elements if each.name == "More"]
    await page.perform(Click(more.ref, more.name))
    await page.perform(WaitForChange(2_000))
    assert "Most" in (await page.snapshot()).root.text
