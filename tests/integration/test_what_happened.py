"""Tests of what a browser reports about a page beside its elements: messages, waiting, and that nothing happened."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.browsers.observation import Observation, PageMessage
from webrun_nb.browsers.protocol import BrowserInstance

Site = Any
"""conftest's; tests are no package, so it has no name to import."""
pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = """<title>Harbour</title><p style="color:#c00">Wrong tide</p><div class="flash error">No such berth</div>
<button>Nothing</button><button onclick="add('<div class=toast>Saved</div>')">Save</button>
<button onclick="add('<p>Plain words</p>')">Say</button><button onclick="fetch('/x')">Ask</button>
<button onclick="root.innerHTML = 'inside'">Shadow</button><button onclick="window.open('/tab')">Tab</button>
<div id="host"></div>
<script>const add = (html) => document.body.insertAdjacentHTML("beforeend", html);
const root = document.getElementById("host").attachShadow({mode: "open"});</script>"""
WAITING = """<title>Tides</title><style>@keyframes turn { to { transform: rotate(360deg) } }
.spinner { animation: turn 1s infinite; width: 9px; height: 9px }</style><div class="spinner"></div>"""


async def after_click(instance: BrowserInstance, name: str) -> Observation:
    seen = await instance.observe()
    await instance.perform(Click(next(element.ref for element in seen.elements if element.name == name)))
    return await instance.observe()


async def test_what_happened_since_the_last_look_is_told(instance: BrowserInstance, site: Site) -> None:
    site.page("/tab", "<title>Tab</title>")
    await instance.perform(Navigate(site.page("/", PAGE)))
    seen = await instance.observe()
    assert [(m.tone, m.said) for m in seen.messages] == [("red", "Wrong tide"), ("error", "No such berth")]
    assert not seen.untouched
    assert (await after_click(instance, "Nothing")).untouched
    assert PageMessage("notice", "Saved", appeared=True) in (await after_click(instance, "Save")).messages
    assert PageMessage("", "Plain words", appeared=True) in (await after_click(instance, "Say")).messages
    for name in ("Ask", "Shadow"):
        assert not (await after_click(instance, name)).untouched, name
    opened = await after_click(instance, "Tab")
    assert (opened.title, len(opened.tab_urls), opened.untouched) == ("Tab", 2, False)


async def test_a_page_that_shows_a_spinner_is_busy(instance: BrowserInstance, site: Site) -> None:
    await instance.perform(Navigate(site.page("/", WAITING)))
    assert (await instance.observe()).busy
    await instance.perform(Navigate(site.page("/", WAITING.replace("infinite", "1"))))
    assert not (await instance.observe()).busy
