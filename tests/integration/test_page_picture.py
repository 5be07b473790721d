"""Tests of pictures of whole pages with real Chromium: where elements are on them, and what pages notice."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from webrun_nb.browsers.actions import Navigate
from webrun_nb.browsers.protocol import BrowserInstance, PagePicture

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALL = b"""<!doctype html><style>body{margin:0} #hero{height:100vh;background:silver} #far{height:2000px}
#red{margin-left:100px;width:50px;height:30px;background:rgb(255,0,0)}</style>
<div id=hero></div><div id=far></div><p id=red>x</p><p id=end style="margin-top:1000px">end</p>
<script>let seen = []; new IntersectionObserver(e => e[0].isIntersecting && seen.push('end')).observe(end);
addEventListener('scroll', () => seen.push('scroll')); new ResizeObserver(() => {
  if (hero.offsetHeight > 600) seen.push('hero ' + hero.offsetHeight) }).observe(hero);
setTimeout(() => document.title = 'before', 50); setInterval(() => document.title = seen.join(), 100)</script>"""


async def opened(instance: BrowserInstance, site, html: bytes) -> PagePicture:
    await instance.perform(Navigate(site.page("/", html)))
    picture = await instance.page_picture()
    assert picture is not None
    return picture


async def test_an_element_below_the_view_is_where_its_box_says(instance: BrowserInstance, site):
    picture = await opened(instance, site, TALL)
    (red,) = [node for node in (await instance.snapshot()).root.find("p") if node.text == "x"]
    assert red.box is not None
    image = Image.open(io.BytesIO(picture.jpeg))
    scale = image.width / picture.width_px
    assert image.height == pytest.approx(picture.height_px * scale, abs=2)
    x, y = red.box.x + red.box.width - 5, red.box.y + red.box.height / 2
    found = image.getpixel((round(x * scale), round(y * scale)))
    assert isinstance(found, tuple)
    assert found[0] > 200 > 90 > found[1]


async def test_the_page_is_neither_scrolled_nor_laid_out_anew(instance: BrowserInstance, site):
    await opened(instance, site, TALL)
    again = await instance.page_picture()
    page = await instance.snapshot()
    assert again is not None
    assert page.title in ("", "before")


async def test_a_huge_page_is_pictured_as_far_as_the_limit(instance: BrowserInstance, site):
    picture = await opened(instance, site, b"<!doctype html><div style='height:90000px;width:9000px'>x</div>")
    assert (picture.width_px, picture.height_px) == (2_048, 8_000)
