"""Tests in a browser of what the local agent says of the effects of what it did."""

from __future__ import annotations

import re
from typing import Any

import pytest

from helpers.agent_runner import work
from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.browsers.protocol import BrowserInstance

Site = Any
"""conftest's; tests are no package, so it has no name to import."""
pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTROLS = """<title>Controls</title><button>Idle</button><a href="/tab" target="_blank">Chart</a>
<label><input type="checkbox" onclick="return false"> Agree</label><input aria-label="Short" maxlength="3">
<input aria-label="Phone" oninput="this.value = this.value.replace(/^(\\d{3})(\\d+)/, '($1) $2')">
<input aria-label="Keys" onkeydown="keys.push(event.key)"
  oninput="if (keys.length < this.value.length) this.value = ''">
<p id="said"></p><button onclick="setTimeout(() => said.textContent = 'Saved', 400)">Save</button>
<button onclick="setTimeout(() => said.textContent = 'It failed: no disk', 400)">Send</button>
<script>const keys = [];</script>"""
LATE = """<title>Late</title><p id="p">Loading…</p><script>setTimeout(() => {
  p.innerHTML = "<button onclick=\\"document.title = 'done'\\">Go</button>"; }, 1200)</script>"""

COVERED = """<title>Shop</title><button onclick="document.title = 'seen'">View</button>
<div id="b" style="position: fixed; inset: 0; background: #eee"><p>We use cookies.</p>
<button>Accept all</button><button onclick="b.remove()">Reject all</button></div>"""

LIST = """<title>Lamps</title><h1>Lamps</h1>
<select aria-label="Price"><option>Any price<option>Price of the highest shelf</select><table><thead><tr><th>Lamp</th>
<th><button onclick="turn = -turn; draw()">Price</button></th></tr></thead><tbody id="t"></tbody></table><script>
let turn = -1; const rows = [["Ada", 7], ["Bo", 3], ["Cy", 9], ["Di", 5]];
const row = ([name, price]) => `<tr><td>${name}</td><td>$${price}.00</td></tr>`;
const draw = () => { t.innerHTML = rows.sort((a, b) => turn * (a[1] - b[1])).map(row).join(""); };
t.innerHTML = rows.map(row).join("");</script>"""

LATE_VALUE = """<title>Lamp</title><h1>Lamp</h1><dl id="d"></dl><script>setTimeout(() => {
  d.innerHTML = "<dt>Price</dt><dd>$48.00</dd><dt>Weight</dt><dd>1.2 kg</dd>"; }, 600)</script>"""


async def told(instance: BrowserInstance, url: str, text: str) -> str:
    try:
        return (await work(instance, TaskSpec(text, starting_url=url))).answer.text
    except AgentError as error:
        return error.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("click Idle", "Done: click Idle (no change of the page was seen)."),
        ("click Chart", "Done: click Chart (a new tab opened: Tab). Ended at Tab"),
        ('type "abcdef" in Short', '"type "abcdef" in Short": "Short" shows "abc" instead of "abcdef".'),
        ('type "5551234" in Phone', 'Done: type "5551234" in Phone.'),
        ('type "abc" in Keys', 'Done: type "abc" in Keys.'),
        ("click Save", 'Done: click Save. The page says: "Saved".'),
        ("click Send", '"click Send": the page did not accept it. The page says: "It failed: no disk"'),
    ],
)
async def test_the_answer_says_what_was_seen(instance: BrowserInstance, site: Site, text: str, said: str) -> None:
    site.page("/tab", "<title>Tab</title>")
    assert (await told(instance, site.page("/", CONTROLS), text)).startswith(said)


async def test_a_page_that_says_that_it_is_loading_is_waited_for(instance: BrowserInstance, site: Site) -> None:
    assert (await told(instance, site.page("/", LATE), "click Go")).startswith("Done: click Go. Ended at done")


async def test_a_consent_banner_in_the_way_is_declined_and_this_is_said(instance: BrowserInstance, site: Site) -> None:
    said = await told(instance, site.page("/", COVERED), "click View")
    assert said.startswith(
        "Done: click View (the cookie banner was declined or closed with “Reject all”). Ended at seen"
    )


async def test_a_list_is_sorted_until_it_is_displayed_in_that_order(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/", LIST)
    assert (await told(instance, url, "sort by price descending")).startswith("Done: sort by price descending.")
    assert re.findall(r"\$(\d)", (await instance.observe()).text) == ["9", "7", "5", "3"]
    assert "was in that order already" in await told(instance, url, "sort by lamp")
    assert "no control that sorts" in await told(instance, url, "sort by weight")


async def test_a_value_that_comes_late_is_read(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/", LATE_VALUE)
    assert await told(instance, url, "get the price") == "$48.00"
