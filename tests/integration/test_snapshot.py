"""Tests of snapshots with real Chromium: what is displayed, the reasons for what is not, and what hostile pages get."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
import pytest_asyncio

from webrun_nb.browsers.actions import Navigate, TypeReleased
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.extraction.snapshot import Node, Snapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def seen(browsers: ChromiumPool):
    """A function that returns the snapshot of HTML without scripts."""
    return browsers.snapshot_of_html


@pytest.fixture
def visited(instance: BrowserInstance, site):
    """A function that returns the snapshot of a page of the test site, after its scripts."""

    async def visit(html: str | bytes, script: str = "", **answer: object) -> Snapshot:
        body = html.encode() if isinstance(html, str) else html
        await instance.perform(Navigate(site.page("/", body + f"<script>{script}</script>".encode(), **answer)))
        return await instance.snapshot()

    return visit


def the(page: Snapshot, tag: str) -> Node:
    (node,) = [each for each in page.root.walk() if each.tag == tag]
    return node


async def displayed(browsers: ChromiumPool, pieces: Sequence[str]) -> Sequence[Node]:
    """Display pieces of HTML in one page: each test with a page of its own would take a minute of CPU."""
    page = await browsers.snapshot_of_html("".join(f"<section>{piece}</section>\n" for piece in pieces))
    return page.root.find("section")


def reasons(page: Snapshot) -> Sequence[str | None]:
    return [each.hidden for each in page.root.walk() if each.is_text and each.content.strip()]


# --- what is displayed ------------------------------------------------------------------------------------------------


HIDDEN = [
    ("<p style='display:none'>x</p>", "display"),
    ("<p hidden>x</p>", "display"),
    ("<details><summary></summary><b>x</b></details>", "display"),
    ("<details><summary></summary>x</details>", "display"),
    ("<p hidden=until-found>x</p>", "display"),
    ("<canvas>x</canvas>", "display"),
    ("<svg><title>x</title></svg>", "display"),
    ("<svg><text y=9>x</text></svg>", None),
    ("<select><option selected>&nbsp;<option>x</select>", "display"),
    ("<p style='visibility:hidden'>x</p>", "visibility"),
    ("<p style='visibility:hidden'><b style='visibility:visible'>x</b></p>", None),
    ("<span style='position:absolute;left:-9999px'>x</span>", "offscreen"),
    ("<div style='width:200px;transform:translateX(-110%)'>x</div>", "offscreen"),
    ("<h1 style='text-indent:-9999px'>x</h1>", "offscreen"),
    ("<h1 style='text-indent:100%;white-space:nowrap;overflow:hidden'>x</h1>", "clipped"),
    ("<span style='position:absolute;clip:rect(0 0 0 0);overflow:hidden;width:1px;height:1px'>x</span>", "clipped"),
    ("<span style='position:absolute;clip:rect(1px,1px,1px,1px)'>x</span>", "clipped"),
    ("<span style='position:absolute;clip-path:inset(50%)'>x</span>", "clipped"),
    ("<div style='max-height:0;overflow:hidden'>x</div>", "clipped"),
    ("<div style='transform:scale(0)'>x</div>", "clipped"),
    ("<p style='font-size:0'>x</p>", "clipped"),
    ("<p style='font-size:0'><span style='font-size:16px'>x</span></p>", None),
    ("<p style='opacity:0.01'>x</p>", "transparent"),
    ("<p style='color:transparent'>x</p>", "transparent"),
    ("<p style='color:#fff'>x</p>", "transparent"),
    ("<p style='color:#fff;background:#000'>x</p>", None),
    ("<p style='color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text'>x</p>", None),
    ("<p style='-webkit-text-security:disc'>x</p>", "transparent"),
    ("<template>x</template>", "template"),
    ("<div style='display:contents'>x</div>", None),
    ("<p aria-hidden=true>x</p>", None),
    ("<div style='overflow:hidden;width:50px;height:0'><div style='display:none'>x</div></div>", "clipped"),
]
"""Pieces of HTML, and why the last text of each is not displayed."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(browsers: ChromiumPool) -> Sequence[Node]:
    """All of them, displayed in one page."""
    return await displayed(browsers, [html for html, _ in HIDDEN])


@pytest.mark.parametrize(("number", "reason"), [(number, reason) for number, (_, reason) in enumerate(HIDDEN)])
async def test_what_is_not_displayed_has_its_reason(hidden, number, reason):
    texts = [node for node in hidden[number].walk() if node.is_text and node.content.strip()]
    assert texts[-1].hidden == reason, HIDDEN[number]


async def test_without_its_style_sheets_no_colour_hides_a_text(seen):
    page = await seen("<link rel=stylesheet href=x.css><p style='color:#fff'>x")
    assert page.root.text == "x"


async def test_rows_that_are_scrolled_out_of_their_box_are_displayed(visited):
    page = await visited(
        "<div id=b style='height:40px;overflow:auto'>" + "".join(f"<p>{i}</p>" for i in range(40)) + "</div>",
        "b.scrollTop = 1e6",
    )
    assert reasons(page)[:40] == [None] * 40


async def test_a_page_that_is_scrolled_down_is_the_same_page(visited):
    html = "<p>first</p><div style='height:5000px'></div><p>last</p>"
    before, after = await visited(html), await visited(html, "scrollTo(0, 1e6)")
    assert [node.box for node in before.root.walk()] == [node.box for node in after.root.walk()]


async def test_a_page_written_from_right_to_left_scrolls_to_the_left(seen):
    page = await seen(
        "<html dir=rtl lang=ar><body><div style='width:4000px;text-align:left'><p style='width:90px;float:left'>نص"
    )
    assert page.root.text == "نص"
    assert (page.language, page.root.attributes["dir"]) == ("ar", "rtl")


async def test_a_page_written_from_right_to_left_hides_to_the_right(seen):
    page = await seen("<html dir=rtl><body><b style='position:absolute;right:-9999px'>x</b><i>y</i>")
    assert page.root.text == "y"


@pytest.mark.parametrize(
    "css",
    [
        "body{display:none !important}",
        "html{visibility:hidden}",
        "body{opacity:0 !important}",
        "p{animation:in 60s both}@keyframes in{from{opacity:0}}",
    ],
)
async def test_html_without_scripts_does_not_wait_for_them(seen, css):
    assert (await seen(f"<style>{css}</style><p>x</p>")).root.text == "x"


async def test_a_sessions_page_is_not_changed(visited):
    assert (await visited("<style>body{opacity:0}</style><p>x</p>")).root.text == ""


# --- texts that touch and texts that stand apart ----------------------------------------------------------------------


BESIDE = [
    ("<p>a<b>b</b></p>c", "ab c"),
    ("<p style='display:flex'><span>$</span><span>59</span><span>.99</span></p>", "$59.99"),
    ("<p style='display:flex'> <span>$</span> <span>59</span> </p>", "$59"),
    ("<p style='display:flex;gap:8px'><span>5</span><span>9</span></p>", "5 9"),
    ("<p style='display:flex;justify-content:space-between'><b>Size</b><b>4</b></p>", "Size 4"),
    ("<p style='display:flex;flex-direction:row-reverse'><span>99</span><span>59</span></p>", "99 59"),
    ("<p style='display:flex;flex-direction:column'><span>99</span><span>59</span></p>", "99 59"),
    ("<span style='margin-right:1em'>12</span><span>34</span>", "12 34"),
    ("<span style='display:inline-block'>12</span><span style='display:inline-block'>34</span>", "1234"),
    ("<span style='display:block'>12</span><span style='display:block'>34</span>", "12 34"),
    ("<span style='float:left'>12</span><span style='float:left'>34</span>", "1234"),
    ("<span>12</span><span style='float:right'>34</span>", "12 34"),
    ("5<img width=30>3", "5 3"),
    ("<div style='width:3em'>日本語日本語<b>日本語</b></div>", "日本語日本語日本語"),
    ("<p dir=rtl>مرح<b>با</b></p>", "مرحبا"),
    ("<b style='unicode-bidi:bidi-override;direction:rtl'>99.95</b>", "59.99"),
    ("<bdo dir=rtl>99.95</bdo>", "59.99"),
    ("<bdo dir=rtl>مرحبا</bdo>", "مرحبا"),
    ("<p dir=rtl>السعر 59.99</p>", "السعر 59.99"),
    ("<div role=row style='display:flex'><i role=cell>1</i><i role=cell>2</i></div>", "1 2"),
    ("<table><tr><td style='display:inline-block'>1</td><td style='display:inline-block'>2</td></table>", "1 2"),
    ("<p>one<br>two", "one two"),
    ("<select><option>one<option selected>two</select>", "two"),
    ("<pre>one\ntwo</pre>", "one two"),
]
"""Pieces of HTML, and their displayed texts."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside(browsers: ChromiumPool) -> Sequence[Node]:
    """All of them, displayed in one page."""
    return await displayed(browsers, [html for html, _ in BESIDE])


@pytest.mark.parametrize(("number", "text"), [(number, text) for number, (_, text) in enumerate(BESIDE)])
async def test_texts_are_apart_where_they_are_displayed_apart(beside, number, text):
    assert beside[number].text == text, BESIDE[number]


@pytest.mark.parametrize(
    "html",
    [
        "63<sup>07</sup>",
        "<span>63</span><span style='font-size:50%;vertical-align:super'>07</span>",
        "<p style='font-size:40px;display:flex'><span>63</span><span style='font-size:50%'>07</span></p>",
        "<p style='font-size:40px'>63<small style='position:relative;top:-.6em'>07</small></p>",
    ],
)
async def test_raised_cents_are_told(seen, html):
    page = await seen(html)
    assert [node.text for node in page.root.walk() if node.is_raised] == ["07"]


@pytest.mark.parametrize(
    "html", ["H<sub>2</sub>O", "<b>63</b><small>07</small>", "63<span style='font-weight:bold'>07</span>"]
)
async def test_other_texts_are_not_raised(seen, html):
    assert not any(node.is_raised for node in (await seen(html)).root.walk())


@pytest.mark.parametrize("html", ["<del>9</del>", "<s>9</s>", "<p style='text-decoration:red line-through'><b>9</b>"])
async def test_struck_text_is_told(seen, html):
    page = await seen(html)
    assert [node.content for node in page.root.walk() if node.is_struck and node.is_text] == ["9"]


@pytest.mark.parametrize(
    ("line", "is_struck"),
    [
        ("top:50%;left:0;width:100%;border-top:1px solid", True),
        ("top:8px;left:-2px;right:-2px;height:2px;background:red;transform:rotate(-10deg)", True),
        ("bottom:0;left:0;width:100%;border-top:1px solid", False),
        ("top:50%;left:0;width:4px;height:1px;background:red", False),
        ("top:0;left:0;width:100%;height:100%;background:rgba(0,0,0,.1)", False),
    ],
)
async def test_a_line_that_is_drawn_through_a_price_strikes_it(seen, line, is_struck):
    style = f"<style>b{{position:relative;display:inline-block}}b::after{{content:'';position:absolute;{line}}}</style>"
    page = await seen(f"{style}<p><b>80.00</b> <i>59.99</i></p>")
    assert [node.content for node in page.root.walk() if node.is_struck and node.is_text] == ["80.00"] * is_struck


async def test_generated_text_that_means_something_is_an_attribute(seen):
    page = await seen(
        "<style>.eur::after{content:' €'} td::before{content:attr(data-label) ': '} i::before{content:'\\e001'}"
        "@media screen{dd{&::after{content:' kg'}}}u::before{content:'★★★'}</style><u></u>"
        "<p class=eur>5<i>x</i></p><table><td data-label=Name>v</table><dd>7"
    )
    found = {node.tag: dict(node.attributes) for node in page.root.walk() if not node.is_text}
    assert found["p"]["::after"] == " €"
    assert found["td"]["::before"] == "Name: "
    assert found["dd"]["::after"] == " kg"
    assert found["u"]["::before"] == "★★★"
    assert found["i"] == {}


# --- shadow trees and frames ------------------------------------------------------------------------------------------

_SHADOW = """
customElements.define("x-card", class extends HTMLElement { connectedCallback() {
  this.attachShadow({mode: "open"}).innerHTML =
    `<p>Name: <slot name=n>none</slot></p><x-inner><slot></slot></x-inner><p>end`;
}});
customElements.define("x-inner", class extends HTMLElement { connectedCallback() {
  this.attachShadow({mode: "open"}).innerHTML = `<b>[<slot></slot>]</b>`;
}});
"""


async def test_slotted_content_is_where_it_is_displayed(visited):
    page = await visited("<x-card><em>rest</em><i slot=n>Ann</i><u slot=missing>unshown</u></x-card>", _SHADOW)
    assert page.root.text == "Name: Ann [rest] end"
    assert the(page, "u").hidden == "display"


async def test_the_path_of_slotted_content_finds_it(visited, instance):
    page = await visited("<x-card><i slot=n>Ann</i><i>a</i></x-card><x-card><i>b</i></x-card>", _SHADOW)
    paths = [node.path for node in page.root.walk() if node.tag in ("i", "b")]
    assert paths == [
        "body > x-card:nth-of-type(1) > i:nth-of-type(1)",
        "body > x-card:nth-of-type(1) > x-inner > b",
        "body > x-card:nth-of-type(1) > i:nth-of-type(2)",
        "body > x-card:nth-of-type(2) > x-inner > b",
        "body > x-card:nth-of-type(2) > i",
    ]
    for path in paths:
        assert await instance._tabs.current().locator(path).count() == 1


async def test_paths_are_selectors_of_one_element_each(visited, instance):
    page = await visited(
        "<table><tr><td>1<td>2<tr><td>3<td><p>4<p>5</table><svg><path d=M0/><path><title>6</title></path><g/></svg>"
        "<details><summary>7</summary><b>8</b></details><select><option>9<option>10</select><br><p>11<br>12"
    )
    paths = [node.path for node in page.root.walk() if not node.is_text]
    count = "paths => paths.map(path => document.querySelectorAll(path).length)"
    assert await instance._tabs.current().evaluate(count, paths) == [1] * len(paths)


async def test_a_declared_shadow_tree_needs_no_script(seen):
    page = await seen("<div>light<template shadowrootmode=open><p>shadow</p></template></div>")
    assert page.root.text == "shadow"


async def test_visible_frames_are_read_and_hidden_ones_are_not(seen):
    frame = "<iframe srcdoc='<p>{}</p>' style='{}'></iframe>"
    page = await seen(frame.format("shown", "width:200px;height:100px") + frame.format("hidden", "display:none"))
    assert [each.root.text for each in page.frames] == ["shown"]


async def test_a_frame_of_another_site_is_read_with_its_own_url(visited, site):
    site.page("/frame", "<title>F</title><p>inside <a href=x>link</a>")
    url = site.url("/frame", "other.localhost")
    page = await visited(f"<p>outside</p><iframe src='{url}' width=300 height=200></iframe>")
    (frame,) = page.frames
    assert (frame.url, frame.title, frame.root.text) == (url, "F", "inside link")
    assert the(frame, "a").attributes["href"] == site.url("/x", "other.localhost")
    assert page.root.text == "outside"


# --- attributes -------------------------------------------------------------------------------------------------------


async def test_links_are_absolute(seen):
    html = "<a href='../x?y=1#z'>a</a><img src=i.png>"
    page = await seen(html, url="https://shop.example/de/list/")
    assert the(page, "a").attributes["href"] == "https://shop.example/de/x?y=1#z"
    assert the(page, "img").attributes["src"] == "https://shop.example/de/list/i.png"
    assert page.url == "https://shop.example/de/list/"


async def test_links_of_html_without_a_url_are_as_they_are_written(seen):
    page = await seen("<a href='../x?y=1'>a</a><img src=i.png>")
    assert (the(page, "a").attributes["href"], the(page, "img").attributes["src"], page.url) == (
        "../x?y=1",
        "i.png",
        "",
    )


async def test_fields_show_their_values_now(visited):
    page = await visited(
        "<input id=a value=old><input type=checkbox id=c value=v><textarea id=t>old</textarea>",
        "a.value = 'new'; c.checked = true; t.value = 'typed'",
    )
    text, box = [node.attributes for node in page.root.find("input")]
    assert (text["value"], box["checked"], the(page, "textarea").attributes["value"]) == ("new", "true", "typed")
    assert "old" not in page.root.text


@pytest.mark.parametrize(
    "field",
    [
        "<input type=password value=s3cret>",
        "<input type=hidden value=s3cret>",
        "<input autocomplete='section-a cc-number' value=s3cret>",
        "<input style='-webkit-text-security:disc' value=s3cret>",
        "<input style='display:none' value=s3cret>",
    ],
)
async def test_a_secret_is_not_in_a_snapshot(seen, field):
    page = await seen(f"<form>{field}</form>")
    assert not any("s3cret" in value for node in page.root.walk() for value in node.attributes.values())


async def test_what_was_typed_in_confidence_is_not_in_a_snapshot_even_if_the_page_uncovers_it(instance, visited):
    await visited("<input id=a>", "a.oninput = () => { a.style = '' }")
    await instance.observe()
    await instance.perform(TypeReleased(0, lambda place: "s3cret"))
    page = await instance.snapshot()
    assert "value" not in the(page, "input").attributes


async def test_what_markup_says_is_kept(seen):
    page = await seen(
        "<head><meta property=product:price:amount content=5>"
        "<script type='application/ld+json'>{\"sku\": 1,}</script></head>"
        "<p itemscope itemtype='https://schema.org/Offer' role=row aria-rowindex=3 data-sort=17 lang=de-CH"
        " onclick='x()'>"
    )
    assert dict(the(page, "p").attributes) == {
        "itemscope": "",
        "itemtype": "https://schema.org/Offer",
        "role": "row",
        "aria-rowindex": "3",
        "data-sort": "17",
        "lang": "de-CH",
    }
    assert dict(the(page, "meta").attributes) == {"property": "product:price:amount", "content": "5"}
    assert page.embedded == ('{"sku": 1,}',)


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "text", "encoding", "charset"),
    [
        ("<meta charset=iso-8859-1>", "Größe 5 £", "iso-8859-1", ""),
        ("<meta charset=utf-8>", "Größe 5 £", "iso-8859-1", "iso-8859-1"),
        ("<meta http-equiv=content-type content='text/html; charset=shift_jis'>", "価格 ￥1,200", "shift_jis", ""),
        ("", "価格 ￥1,200", "euc_jp", "euc-jp"),
        ("", "\ufeffЦена 5 ₽", "utf-16-le", ""),
        ("", "Цена товара двадцать рублей, доставка бесплатно", "windows-1251", ""),
    ],
)
async def test_bytes_are_read_in_their_encoding(seen, head, text, encoding, charset):
    page = await seen(
        f"{head}<p>{text}".removeprefix("\ufeff").encode(encoding) if "\ufeff" not in text else text.encode(encoding),
        charset=charset,
    )
    assert page.root.text == text.removeprefix("\ufeff")


# --- HTML without its site --------------------------------------------------------------------------------------------


async def test_html_asks_no_network_and_runs_no_script(seen, site):
    to = site.url("/asked")
    page = await seen(
        f"<link rel=stylesheet href='{to}'><link rel=preload as=image href='{to}'><link rel=prefetch href='{to}'>"
        f"<meta http-equiv=refresh content='0;url={to}'><body background='{to}'>stays<img src='{to}'>"
        f"<iframe src='{to}'></iframe>"
        f"<object data='{to}'></object><video src='{to}' autoplay></video><script src='{to}'></script>"
        "<noscript>without</noscript>"
        "<script>document.body.textContent = 'changed'</script>",
        url=site.url("/page"),
    )
    assert page.root.text == "stays without"
    assert site.asked == []
    assert page.status is None


async def test_a_url_that_is_none_of_the_web_is_refused(seen):
    with pytest.raises(BrowserError, match="http or https"):
        await seen("<p>x", url="file:///etc/passwd")


# --- hostile pages ----------------------------------------------------------------------------------------------------


async def test_a_forms_fields_do_not_hide_what_is_in_it(seen):
    names = (
        "children",
        "firstChild",
        "nextSibling",
        "attributes",
        "localName",
        "getAttribute",
        "nodeType",
        "shadowRoot",
    )
    page = await seen("<form><p>text</p>" + "".join(f"<input name={name}>" for name in names) + "</form>")
    assert (the(page, "form").text, len(page.root.find("input"))) == ("text", len(names))


async def test_names_of_fields_do_not_replace_the_documents_own(seen):
    page = await seen("<form name=documentElement><p>x</p></form><form name=querySelectorAll></form>")
    assert page.root.text == "x"


async def test_named_elements_do_not_replace_the_documents_own(visited):
    page = await visited("<title>T</title><img name=title><img name=documentElement><img name=styleSheets><p>x")
    assert (page.title, page.root.text) == ("T", "x")


async def test_old_libraries_do_not_spoil_the_answer(visited):
    spoil = "Array.prototype.toJSON = Object.prototype.toJSON = function () { return 'spoilt' }; Array.from = null"
    assert (await visited("<p>x</p>", spoil)).root.text == "x"


async def test_elements_of_other_namespaces_are_no_fields(visited):
    tags = "select option input textarea a area img slot template details script style iframe"
    script = f"for (const tag of '{tags}'.split(' ')) for (const ns of ['http://www.w3.org/2000/svg', 'x:y'])"
    make = "document.body.appendChild(document.createElementNS(ns, tag)).append('t')"
    assert "top" in (await visited("<p>top</p>", f"{script} {make}")).root.text


@pytest.mark.parametrize("what", ["var scrollX = {}", "getComputedStyle = null", "performance.getEntriesByType = null"])
async def test_a_page_that_replaces_what_is_called_does_not_end_its_browser(visited, instance, what):
    with contextlib.suppress(BrowserError):
        await visited("<p>x</p>", what)
    assert (await visited("<p>next</p>")).root.text == "next"


@pytest.mark.parametrize("answer", ["'x'", "'{}'", "'[1]'", '\'{"url":"","title":"","tags":["p"],"nodes":[[0,5]]}\''])
async def test_a_page_that_replaces_functions_is_refused(visited, answer):
    with pytest.raises(BrowserError, match="does not let itself be read"):
        await visited("<p>x</p>", f"JSON.stringify = () => {answer}")


async def test_a_deep_page_is_cut(visited):
    page = await visited(
        "<p>top</p>",
        "let at = document.body; for (let i = 0; i < 3000; i++) at = at.appendChild(document.createElement('b'))",
    )
    assert page.is_cut
    assert page.root.text == "top"


async def test_a_huge_page_is_cut(visited):
    page = await visited("<p>top</p>", "document.body.innerHTML += '<b>x</b>'.repeat(150000)")
    assert page.is_cut
    assert sum(1 for _ in page.root.walk()) <= 200_000


async def test_a_long_text_is_cut(visited):
    page = await visited("<p>top</p>", "document.body.append('y'.repeat(3e6))")
    assert page.is_cut
    assert len(page.root.text) < 200_000


async def test_a_small_page_is_not_cut(seen):
    assert not (await seen("<p>x")).is_cut


async def test_an_error_page_has_its_status(visited):
    assert (await visited("<p>no", status=404)).status == 404


async def test_direction_marks_are_left_out(seen):
    assert (await seen("<p>1\u200b2\u202e3")).root.text == "123"
