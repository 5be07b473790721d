"""Tests of browser instances over Chromium: actions, settling, failures, isolation, loss."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import threading
from typing import Any

import psutil
import pytest

from helpers.hosts import LOCAL_HOSTS
from webrun_nb.browsers.actions import Action, Click, GoBack, Navigate, Press, Scroll, Select, SwitchTab, Type, WaitFor
from webrun_nb.browsers.chromium import instance as chromium
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.protocol import (
    BrowserError,
    BrowserInstance,
    Checkpoint,
    CheckpointRefusedError,
    InstanceKind,
    InstanceUnavailableError,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ref_of(instance: BrowserInstance, name: str) -> int:
    elements = (await instance.observe()).elements
    found = [each.ref for each in elements if name in (each.name, each.label, each.placeholder, each.tag)]
    assert found, f"no {name!r} among {[each.name for each in elements]}"
    return found[0]


async def click(instance: BrowserInstance, name: str, *, timeout_ms: int = 60_000) -> None:
    await instance.perform(Click(await ref_of(instance, name), name), timeout_ms=timeout_ms)


async def text_of(instance: BrowserInstance) -> str:
    return (await instance.observe()).text


async def failure(instance: BrowserInstance, action: Action, *, timeout_ms: int = 30_000) -> BrowserError:
    with pytest.raises(BrowserError) as caught:
        await instance.perform(action, timeout_ms=timeout_ms)
    return caught.value


def renderers(group: int) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter()
        if each.status() != psutil.STATUS_ZOMBIE
        and os.getpgid(each.pid) == group
        and "--type=renderer" in each.cmdline()
    ]


# --- opening pages ----------------------------------------------------------------------------------------------------


async def test_a_page_is_opened(instance, site):
    await instance.perform(Navigate(site.page("/", "<title>Home</title><p>Hello")))
    assert (await instance.observe()).title == "Home"


async def test_an_error_page_is_a_page(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>Gone away", status=404)))
    assert await text_of(instance) == "Gone away"


async def test_an_error_without_a_body_is_no_failure(instance, site):
    await instance.perform(Navigate(site.page("/", status=500)))
    text = await text_of(instance)  # full Chromium shows a page of its own there
    assert text == "" or "HTTP ERROR 500" in text


async def test_an_unknown_host_fails(instance):
    error = await failure(instance, Navigate("http://nowhere.invalid/"), timeout_ms=60_000)
    assert (error.code, error.message) == (
        "NAVIGATION_FAILED",
        "http://nowhere.invalid/ could not be opened: there is no such host",
    )


async def test_a_refused_connection_fails(instance):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        error = await failure(instance, Navigate(f"http://127.0.0.1:{taken.getsockname()[1]}/"))
    assert error.code == "NAVIGATION_FAILED"


async def test_a_port_that_browsers_do_not_open_is_said_to_be_one(instance):
    error = await failure(instance, Navigate("http://127.0.0.1:6000/"))
    assert error.code == "NAVIGATION_FAILED"
    assert "browsers open no pages on this port" in error.message
    assert "ERR_" not in error.message


async def test_no_answer_times_out(instance, site):
    error = await failure(instance, Navigate(site.silent("/")), timeout_ms=300)
    assert error.code == "NAVIGATION_TIMEOUT"


async def test_an_endless_document_times_out(instance, site):
    error = await failure(instance, Navigate(site.page("/", "<p>And then", endless=True)), timeout_ms=300)
    assert error.code == "NAVIGATION_TIMEOUT"


async def test_an_image_that_never_comes_is_not_waited_for(instance, site):
    site.silent("/image.png")
    await instance.perform(Navigate(site.page("/", "<img src=/image.png><p>Here")), timeout_ms=60_000)
    assert await text_of(instance) == "Here"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "javascript:1", "about:blank", "http:", "x"])
async def test_only_the_web_is_opened(instance, url):
    assert (await failure(instance, Navigate(url))).code == "NAVIGATION_FAILED"


async def test_a_download_is_said_to_be_one(instance, site):
    url = site.page("/a.zip", b"PK", headers={"content-disposition": "attachment"})
    assert (await failure(instance, Navigate(url))).message == f"{url} is a file to download, not a page"


async def test_the_redirect_of_a_script_is_followed(instance, site):
    site.page("/second", "<p>Second")
    await instance.perform(Navigate(site.page("/", "<script>location.replace('/second')</script>")))
    assert await text_of(instance) == "Second"


async def test_what_a_script_fetches_is_waited_for(instance, site):
    held = threading.Event()
    site.page("/data", "Fetched", held=held)
    script = "fetch('/data').then(r => r.text()).then(t => setTimeout(() => document.body.append(t), 5))"
    threading.Timer(0.3, held.set).start()
    await instance.perform(Navigate(site.page("/", f"<body><script>{script}</script>")))
    assert await text_of(instance) == "Fetched"


async def test_a_browser_speaks_english_in_utc_with_the_agreed_view(instance, site):
    script = "[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, innerWidth, innerHeight]"
    await instance.perform(Navigate(site.page("/", f"<body><script>document.body.append({script})</script>")))
    assert await text_of(instance) == "en-US,UTC,1024,600"


# --- the User-Agent ---------------------------------------------------------------------------------------------------

SAYS_AGENT = "<p>Agent <b></b></p><script>document.querySelector('b').textContent = `${navigator.userAgent}, "
SAYS_AGENT += "${navigator.languages}`</script>"
HEARS_FRAME = (
    "<p>Frame <i></i></p><script>onmessage = ({ data }) => { document.querySelector('i').textContent = data; }"
)
HEARS_FRAME += "</script>"


async def test_another_user_agent_is_sent_and_reported_everywhere_until_it_is_reset(instance, site):
    """A frame of another site is in a process of its own; a popup is a page of its own."""
    site.page("/popup", SAYS_AGENT)
    site.page("/frame", "<script>parent.postMessage(navigator.userAgent + '.', '*')</script>")
    frame = f"<iframe src={site.url('/frame', 'other.localhost')}></iframe>"
    home = site.page("/", f"{SAYS_AGENT}{HEARS_FRAME}{frame}<a href=/popup target=_blank>Open</a>")

    async def assert_told(expected: str) -> None:
        await instance.perform(Navigate(home))
        await instance.perform(WaitFor(text=f"Frame {expected}."))
        assert f"Agent {expected}, en-US" in await text_of(instance)
        await click(instance, "Open")
        await instance.perform(Navigate(site.url("/popup")))
        assert await text_of(instance) == f"Agent {expected}, en-US"
        assert {site.user_agents[path] for path in ("/", "/frame", "/popup")} == {expected}

    await instance.perform(Navigate(home))
    own = site.user_agents["/"]
    await assert_told(own)
    await instance.set_user_agent("webrun-nb/0.2")
    await assert_told("webrun-nb/0.2")
    await instance.set_user_agent(None)
    await assert_told(own)


# --- acting -----------------------------------------------------------------------------------------------------------


async def test_a_click_waits_for_the_page_it_leads_to(instance, site):
    held = threading.Event()
    site.page("/next", "<p>Next", held=held)
    await instance.perform(Navigate(site.page("/", "<a href=/next>Go</a>")))
    threading.Timer(0.2, held.set).start()
    await click(instance, "Go")
    assert await text_of(instance) == "Next"


async def test_a_click_waits_for_a_page_that_a_script_opens_after_fetching(instance, site):
    site.page("/login", "ok")
    site.page("/next", "<p>Next")
    script = "fetch('/login').then(() => { location.href = '/next' })"
    await instance.perform(Navigate(site.page("/", f'<button onclick="{script}">Go</button>')))
    await click(instance, "Go")
    assert await text_of(instance) == "Next"


async def test_a_click_to_a_page_that_never_comes_times_out(instance, site):
    site.silent("/next")
    await instance.perform(Navigate(site.page("/", "<a href=/next>Go</a>")))
    assert (await failure(instance, Click(await ref_of(instance, "Go")), timeout_ms=4_000)).code == "NAVIGATION_TIMEOUT"


async def test_a_click_to_a_host_that_refuses_fails(instance, site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        target = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        await instance.perform(Navigate(site.page("/", f"<a href={target}>Go</a>")))
        assert (await failure(instance, Click(await ref_of(instance, "Go")))).code == "NAVIGATION_FAILED"


async def test_a_click_on_a_download_leaves_the_page(instance, site):
    site.page("/a.zip", b"PK", headers={"content-disposition": "attachment"})
    await instance.perform(Navigate(site.page("/", "<a href=/a.zip>Get</a>")))
    await click(instance, "Get")
    assert instance.url == site.url("/")


async def test_a_click_that_downloads_waits_until_its_file_comes(browsers, recorder, site, monkeypatch):
    """No page sees the request of a link with `download`, so the page is settled before the file comes."""
    settled = threading.Event()

    async def settle(*args: Any, **options: Any) -> None:
        await wait_until_settled(*args, **options)
        settled.set()

    wait_until_settled = chromium.settle
    monkeypatch.setattr(chromium, "settle", settle)
    site.page("/towns.csv", "town,people", held=settled)
    listener = recorder()
    instance = await browsers.open("context", listener)
    url = site.page("/", "<a href=/towns.csv download>Get the towns</a>")
    await instance.perform(Navigate(url))
    settled.clear()
    await instance.perform(Click(await ref_of(instance, "Get the towns"), downloads=True))
    await instance.close()
    assert listener.downloads == ["towns.csv"]


async def test_a_click_that_was_to_download_and_does_not_fails(instance, site, monkeypatch):
    monkeypatch.setattr("webrun_nb.browsers.chromium.downloads.BEGINS_WITHIN_S", 0.05)
    await instance.perform(Navigate(site.page("/", "<button>Export</button>")))
    error = await failure(instance, Click(await ref_of(instance, "Export"), "Export", downloads=True))
    assert (error.code, error.message) == ("NAVIGATION_TIMEOUT", '"Export" was clicked, and no download began')


async def test_a_click_that_was_to_download_may_open_a_page(instance, site):
    site.page("/report", "<h1>The report</h1>")
    await instance.perform(Navigate(site.page("/", "<a href=/report>Download the report</a>")))
    await instance.perform(Click(await ref_of(instance, "Download the report"), downloads=True))
    assert instance.url == site.url("/report")


async def test_a_double_click(instance, site):
    body = "<button ondblclick=\"document.body.append('twice')\">Go</button>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.perform(Click(await ref_of(instance, "Go"), manner="double-click"))
    assert "twice" in await text_of(instance)


async def test_a_covered_element_can_not_be_clicked(instance, site):
    cover = "<div id=cover style='position:fixed;inset:0;display:none'></div>"
    script = "<script>onkeydown = () => { cover.style.display = 'block' }</script>"
    await instance.perform(Navigate(site.page("/", f"<button>Go</button>{cover}{script}")))
    ref = await ref_of(instance, "Go")
    await instance.perform(Press("x"))
    error = await failure(instance, Click(ref, 'the button "Go"'), timeout_ms=300)
    assert (error.code, error.message[:30]) == ("ELEMENT_NOT_FOUND", 'The button "Go" can\'t be used:')


async def test_an_element_that_went_away_is_not_found(instance, site):
    body = "<button onclick='this.remove()'>Go</button>"
    await instance.perform(Navigate(site.page("/", body)))
    ref = await ref_of(instance, "Go")
    await instance.perform(Click(ref))
    assert (await failure(instance, Click(ref))).code == "ELEMENT_NOT_FOUND"


async def test_refs_end_with_their_page(instance, site):
    await instance.perform(Navigate(site.page("/", "<button>Go</button>")))
    ref = await ref_of(instance, "Go")
    await instance.perform(Navigate(site.page("/other", "<button>Go</button>")))
    assert (await failure(instance, Click(ref))).code == "ELEMENT_NOT_FOUND"


async def test_refs_end_with_the_next_observation(instance, site):
    await instance.perform(Navigate(site.page("/", "<button>Go</button>")))
    await instance.observe()
    await instance.observe()
    assert (await failure(instance, Click(1))).code == "ELEMENT_NOT_FOUND"


async def test_typing_replaces_and_submits(instance, site):
    site.page("/search", "<p>Results")
    form = "<form action=/search><input name=q placeholder=Search value=old></form>"
    await instance.perform(Navigate(site.page("/", form)))
    await instance.perform(Type(await ref_of(instance, "Search"), "new words", submit=True))
    assert instance.url == site.url("/search?q=new+words")


async def test_what_was_typed_is_in_no_error(instance, site):
    await instance.perform(Navigate(site.page("/", "<button>Go</button>")))
    error = await failure(instance, Type(await ref_of(instance, "Go"), "hunter2", "the button"), timeout_ms=300)
    assert "hunter2" not in error.message


async def test_an_option_is_selected_by_its_text(instance, site):
    body = "<select onchange='document.title = this.value'><option value=a>Apple<option value=b>Big  pear</select>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.perform(Select(await ref_of(instance, "select"), "big pear"))
    assert (await instance.observe()).title == "b"


async def test_an_unknown_option_is_named(instance, site):
    await instance.perform(Navigate(site.page("/", "<select><option>Apple</select>")))
    error = await failure(instance, Select(await ref_of(instance, "select"), "Plum", "the fruit"))
    assert (error.code, error.message) == ("ELEMENT_NOT_FOUND", 'The fruit has no option "Plum"')


async def test_a_key_is_pressed_where_the_focus_is(instance, site):
    site.page("/search", "<p>Results")
    form = "<form action=/search><input name=q id=field></form><script>field.focus()</script>"
    await instance.perform(Navigate(site.page("/", form)))
    await instance.perform(Press("Enter"))
    assert instance.url == site.url("/search?q=")


async def test_an_unknown_key_fails(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>Page")))
    assert (await failure(instance, Press("Hyper+Q"))).code == "ELEMENT_NOT_FOUND"


async def test_text_is_waited_for(instance, site):
    script = "setTimeout(() => document.body.append('Ready  now'), 200)"
    await instance.perform(Navigate(site.page("/", f"<body><script>{script}</script>")))
    await instance.perform(WaitFor("ready now"))
    assert "Ready" in await text_of(instance)


async def test_text_that_is_hidden_does_not_come(instance, site):
    await instance.perform(Navigate(site.page("/", "<p hidden>Secret")))
    assert (await failure(instance, WaitFor("Secret", timeout_ms=200))).code == "ELEMENT_NOT_FOUND"


@pytest.mark.parametrize("box", ["", "overflow:auto;height:600px"])
async def test_the_page_scrolls_or_the_box_in_its_middle(instance, site, box):
    script = "document.addEventListener('scroll', () => document.title = 'scrolled', true)"
    body = f"<body style=margin:0><div style='{box}'><p style=height:5000px></div><script>{script}</script>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.perform(Scroll(delta_y=500))
    assert (await instance.observe()).title == "scrolled"


async def test_one_page_back(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>First")))
    await instance.perform(Navigate(site.page("/second", "<p>Second")))
    await instance.perform(GoBack())
    assert await text_of(instance) == "First"


async def test_there_is_nothing_before_the_first_page(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>First")))
    assert (await failure(instance, GoBack())).code == "NAVIGATION_FAILED"


# --- tabs and dialogs -------------------------------------------------------------------------------------------------


async def test_a_new_tab_becomes_the_page(instance, site):
    site.page("/tab", "<p>Tab")
    await instance.perform(Navigate(site.page("/", "<a href=/tab target=_blank>Open</a>")))
    await click(instance, "Open")
    assert await text_of(instance) == "Tab"


async def test_back_from_a_new_tab_is_the_page_that_opened_it(instance, site):
    site.page("/tab", "<p>Tab")
    await instance.perform(Navigate(site.page("/", "<a href=/tab target=_blank>Open</a>")))
    await click(instance, "Open")
    await instance.perform(GoBack())
    assert instance.url == site.url("/")


async def test_another_tab_is_shown_again_and_acted_on(instance, site):
    site.page("/tab", "<p>Tab")
    await instance.perform(Navigate(site.page("/", "<a href=/tab target=_blank>Open</a><button>More</button>")))
    await click(instance, "Open")
    opened = await instance.observe()
    assert (opened.tab_urls, opened.tab) == ((site.url("/"), site.url("/tab")), 2)
    await instance.perform(SwitchTab(1))
    assert instance.url == site.url("/")
    await click(instance, "More")
    assert (await instance.observe()).tab == 1


async def test_a_tab_that_is_not_open_is_not_shown(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>First")))
    failed = await failure(instance, SwitchTab(2))
    assert (failed.code, failed.message) == ("ELEMENT_NOT_FOUND", "There is no tab 2: 1 tab open")


async def test_the_page_stays_where_another_tab_is_closed(instance, site):
    site.page("/tab", "<script>onmessage = () => close()</script><p>Tab")
    opener = "<button onclick=\"w = window.open('/tab')\">Go</button><button onclick='w.postMessage(1)'>Close</button>"
    await instance.perform(Navigate(site.page("/", opener)))
    await click(instance, "Go")
    await instance.perform(SwitchTab(1))
    await click(instance, "Close")
    async with asyncio.timeout(10):
        while (seen := await instance.observe()).tab_urls != (site.url("/"),):
            pass
    assert (seen.url, seen.tab) == (site.url("/"), 1)


async def test_a_page_that_a_script_has_emptied_is_read_as_empty(instance, site):
    await instance.perform(Navigate(site.page("/", "<button onclick='document.open()'>Empty</button>")))
    await click(instance, "Empty")
    assert ((await instance.observe()).all_things, (await instance.snapshot()).root.text) == ((), "")


async def test_a_page_that_is_confined_to_some_hosts_stays_where_it_leads_to_another(instance, site):
    there = site.page("/there", "<p>There").replace("127.0.0.1", "other.localhost")
    frame = site.page("/frame", "<p>Frame").replace("127.0.0.1", "frame.localhost")
    body = f"<button onclick=\"location = '{there}'\">Go</button><iframe src='{frame}'></iframe>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.confine(frozenset({"127.0.0.1"}))
    with pytest.raises(BrowserError) as caught:
        await click(instance, "Go")
    assert (caught.value.code, caught.value.url) == ("BLOCKED_BY_POLICY", there)
    assert (instance.url, "/there" in site.asked) == (site.url("/"), False)
    await instance.perform(Navigate(site.url("/")))
    assert [shown.url for shown in (await instance.observe()).frames] == [frame]
    await instance.confine(None)
    await click(instance, "Go")
    assert instance.url == there


async def test_a_popup_that_closes_itself_gives_the_opener_back(instance, site):
    site.page("/popup", "<button onclick='window.close()'>Done</button>")
    await instance.perform(Navigate(site.page("/", "<button onclick=\"window.open('/popup')\">Open</button>")))
    await click(instance, "Open")
    await click(instance, "Done")
    assert instance.url == site.url("/")


@pytest.mark.parametrize("call", ["alert('x')", "confirm('x')", "prompt('x')"])
async def test_a_dialog_is_dismissed(instance, site, call):
    body = f"<button onclick=\"document.title = 'said ' + {call}\">Ask</button>"
    await instance.perform(Navigate(site.page("/", body)))
    await click(instance, "Ask")
    assert (await instance.observe()).title in {"said undefined", "said false", "said null"}


async def test_a_page_can_not_prevent_navigation(instance, site):
    site.page("/next", "<p>Next")
    script = "onbeforeunload = event => { event.preventDefault(); event.returnValue = 'stay' }"
    await instance.perform(Navigate(site.page("/", f"<button>Touch</button><script>{script}</script>")))
    await click(instance, "Touch")
    await instance.perform(Navigate(site.url("/next")))
    assert await text_of(instance) == "Next"


# --- what must not be reached -----------------------------------------------------------------------------------------


async def test_a_domain_to_avoid_is_not_opened(instance, site):
    await instance.restrict(["bad.localhost"])
    error = await failure(instance, Navigate(site.url("/", host="a.bad.localhost")))
    assert (error.code, "a.bad.localhost" in error.message) == ("BLOCKED_BY_POLICY", True)


async def test_a_click_to_a_domain_to_avoid_is_blocked_and_the_page_stays(instance, site):
    await instance.restrict(["*.bad.localhost"])
    await instance.perform(Navigate(site.page("/", f"<a href={site.url('/x', host='bad.localhost')}>Go</a>")))
    error = await failure(instance, Click(await ref_of(instance, "Go")))
    assert (error.code, instance.url) == ("BLOCKED_BY_POLICY", site.url("/"))


async def test_what_a_redirect_to_a_domain_to_avoid_led_to_is_not_shown(instance, site):
    await instance.restrict(["bad.localhost"])
    site.page("/bad", "<p>Bad")
    error = await failure(instance, Navigate(site.redirect("/", site.url("/bad", host="bad.localhost"))))
    assert (error.code, instance.url) == ("BLOCKED_BY_POLICY", "about:blank")


async def test_sub_resources_of_a_domain_to_avoid_are_refused(instance, site):
    await instance.restrict(["BAD.localhost"])
    site.page("/script.js", "document.title = 'ran'", content_type="text/javascript")
    body = f"<title>quiet</title><script src={site.url('/script.js', host='bad.localhost')}></script>"
    await instance.perform(Navigate(site.page("/", body)))
    assert (await instance.observe()).title == "quiet"


async def test_a_name_that_only_contains_the_domain_is_another_host(instance, site):
    await instance.restrict(["bad.localhost"])
    site.page("/", "<p>Fine")
    await instance.perform(Navigate(site.url("/?from=bad.localhost", host="notbad.localhost")))
    assert await text_of(instance) == "Fine"


async def test_an_empty_list_lifts_the_restriction(instance, site):
    site.page("/", "<p>Open")
    await instance.restrict(["bad.localhost"])
    await instance.restrict([])
    await instance.perform(Navigate(site.url("/", host="bad.localhost")))
    assert await text_of(instance) == "Open"


# --- what is recorded and kept ----------------------------------------------------------------------------------------


async def test_every_request_is_reported(browsers, recorder, site):
    listener = recorder()
    instance = await browsers.open("context", listener)
    site.page("/end", "<img src=/image.png>")
    await instance.perform(Navigate(site.redirect("/", site.url("/end"))))
    await instance.close()
    assert listener.urls[:3] == [site.url("/"), site.url("/end"), site.url("/image.png")]


async def test_a_screenshot_is_a_png_of_the_view(instance, site):
    await instance.perform(Navigate(site.page("/", "<p>Hello")))
    png = await instance.screenshot()
    assert (png[:4], struct.unpack(">II", png[16:24])) == (b"\x89PNG", (1024, 600))


KEEP = """
<script>
  document.cookie = "who=ada; max-age=1000";
  localStorage.setItem("who", "ada");
  const opening = indexedDB.open("people", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("names").put("ada", 1);
  opening.onsuccess = () => document.body.append("kept");
</script>
<body>
"""
TELL = """
<script>
  const opening = indexedDB.open("people", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("names");
  opening.onsuccess = () => opening.result.transaction("names").objectStore("names").get(1).onsuccess = event =>
    document.body.append([document.cookie, localStorage.getItem("who"), event.target.result, "told"].join(" "));
</script>
<body>
"""


async def test_a_checkpoint_brings_everything_back(browsers, recorder, site, kind):
    first = await browsers.open(kind, recorder())
    await first.perform(Navigate(site.page("/", KEEP)))
    await first.perform(WaitFor("kept"))
    saved = await first.checkpoint()
    await first.close()
    site.page("/", TELL)
    second = await browsers.open(kind, recorder(), restore=saved)
    await second.perform(WaitFor("told"))
    text = await text_of(second)
    await second.close()
    assert text == "who=ada ada ada told"


RICH = """
<script>
  const opening = indexedDB.open("rich", 3);
  opening.onupgradeneeded = () => {
    const people = opening.result.createObjectStore("people", {keyPath: ["last", "first"]});
    people.createIndex("by tag", "tags", {multiEntry: true});
    people.add({last: "Lovelace", first: "Ada", tags: ["a", "b"], born: BORN});
    opening.result.createObjectStore("log", {autoIncrement: true}).add("one");
  };
  opening.onsuccess = () => document.body.append("kept");
</script>
<body>
"""
TELL_RICH = """
<script>
  const opening = indexedDB.open("rich");
  opening.onsuccess = () => {
    const reading = opening.result.transaction(["people", "log"]);
    const person = reading.objectStore("people").index("by tag").get("b");
    const log = reading.objectStore("log").getAll();
    reading.oncomplete = () => document.body.append(
      [opening.result.version, person.result.first, new Date(person.result.born).getUTCFullYear(), log.result, "told"]
        .join(" "));
  };
</script>
<body>
"""


@pytest.mark.parametrize("born", ["'1815-12-10'", "new Date('1815-12-10')"], ids=["plain", "a date"])
async def test_databases_come_back_with_keys_and_indexes(browsers, recorder, site, born):
    first = await browsers.open("context", recorder())
    await first.perform(Navigate(site.page("/", RICH.replace("BORN", born))))
    await first.perform(WaitFor("kept"))
    saved = await first.checkpoint()
    await first.close()
    site.page("/", TELL_RICH)
    second = await browsers.open("context", recorder(), restore=saved)
    await second.perform(WaitFor("told"))
    text = await text_of(second)
    await second.close()
    assert text == "3 Ada 1815 one told"


async def test_giving_storages_back_asks_the_network_for_nothing_and_leaves_an_empty_page(browsers, recorder, site):
    first = await browsers.open("context", recorder())
    await first.perform(Navigate(site.page("/", KEEP)))
    await first.perform(WaitFor("kept"))
    saved = await first.checkpoint()
    await first.close()
    here = site.page("/here", "<body><script>document.body.append('history ' + history.length)</script>")
    site.asked.clear()
    told = []
    for restore in (Checkpoint(saved.storage_state, ""), None):
        instance = await browsers.open("context", recorder(), restore=restore)
        url = instance.url
        await instance.perform(Navigate(here))
        told.append((url, await text_of(instance)))
        await instance.close()
    assert told[0] == told[1]
    assert site.asked == ["/here", "/here"]


async def test_a_checkpoint_that_no_browser_takes_costs_no_neighbour_its_browser(browsers, recorder, site):
    neighbour = await browsers.open("context", recorder())
    group = browsers.group_of(neighbour)
    store = {"name": "a", "keyPath": "no key path!", "autoIncrement": False, "records": [], "indexes": []}
    origin = {"origin": site.url(""), "localStorage": [], "indexedDB": [{"name": "a", "version": 1, "stores": [store]}]}
    with pytest.raises(CheckpointRefusedError, match="can't be given"):
        await browsers.open("context", recorder(), restore=Checkpoint({"cookies": [], "origins": [origin]}, ""))
    await neighbour.perform(Navigate(site.page("/", "<body>here")))
    assert (await text_of(neighbour), browsers.group_of(neighbour)) == ("here", group)
    await neighbour.close()


async def test_a_checkpoint_is_plain_json(instance, site):
    await instance.perform(Navigate(site.page("/", KEEP)))
    saved = await instance.checkpoint()
    assert json.loads(json.dumps(saved.storage_state)) == saved.storage_state


async def test_a_checkpoint_whose_page_is_gone_still_opens(browsers, recorder, site):
    first = await browsers.open("context", recorder())
    await first.perform(Navigate(site.page("/", KEEP)))
    await first.perform(WaitFor("kept"))
    saved = await first.checkpoint()
    await first.close()
    site.page("/", "PK", headers={"content-disposition": "attachment"})
    second = await browsers.open("context", recorder(), restore=saved)
    await second.perform(Navigate(site.page("/tell", TELL)))
    await second.perform(WaitFor("told"))
    await second.close()


# --- isolation --------------------------------------------------------------------------------------------------------


async def test_ten_sessions_at_once_share_nothing(browsers, recorder, site, kind):
    script = """
      const mine = new URLSearchParams(location.search).get("set");
      if (mine) { document.cookie = "mine=" + mine; localStorage.setItem("mine", mine); }
      document.body.append(document.cookie + " " + localStorage.getItem("mine"));
    """
    url = site.page("/", f"<body><script>{script}</script>")
    instances = await asyncio.gather(*(browsers.open(kind, recorder()) for _ in range(10)))
    await asyncio.gather(*(each.perform(Navigate(f"{url}?set={n}")) for n, each in enumerate(instances)))
    await asyncio.gather(*(each.perform(Navigate(url)) for each in instances))
    texts = [await text_of(each) for each in instances]
    await asyncio.gather(*(each.close() for each in instances))
    assert texts == [f"mine={n} {n}" for n in range(10)]


async def test_process_instances_have_browsers_of_their_own(browsers, recorder):
    instances = [await browsers.open("process", recorder()) for _ in range(3)]
    groups = {browsers.group_of(each) for each in instances}
    await asyncio.gather(*(each.close() for each in instances))
    assert len(groups - {None}) == 3


async def test_context_instances_share_one(browsers, recorder):
    instances = await asyncio.gather(*(browsers.open("context", recorder()) for _ in range(3)))
    groups = {browsers.group_of(each) for each in instances}
    await asyncio.gather(*(each.close() for each in instances))
    assert len(groups) == 1


# --- crash and loss ---------------------------------------------------------------------------------------------------


async def test_a_crashed_page_fails_the_running_action(browsers, recorder, site):
    instance = await browsers.open("process", recorder())
    await instance.perform(Navigate(site.page("/", "<p>Hello")))
    running = asyncio.create_task(instance.perform(WaitFor("never")))
    await asyncio.sleep(0)
    for each in renderers(browsers.group_of(instance)):
        each.kill()
    with pytest.raises(BrowserError) as caught:
        await running
    await instance.close()
    assert caught.value.code == "PAGE_CRASH"


async def test_a_context_survives_the_crash_of_its_page(browsers, recorder, site):
    instance = await browsers.open("process", recorder())
    await instance.perform(Navigate(site.page("/", "<body><script>document.cookie = 'a=1'</script>")))
    for each in renderers(browsers.group_of(instance)):
        each.kill()
    with pytest.raises(BrowserError, match="crashed"):
        await instance.observe()
    site.page("/", "<body><script>document.body.append(document.cookie)</script>")
    await instance.perform(Navigate(site.url("/")))
    text = await text_of(instance)
    await instance.close()
    assert text == "a=1"


async def test_a_page_that_does_not_answer_counts_as_crashed(instance, site, monkeypatch):
    monkeypatch.setattr("webrun_nb.browsers.chromium.tabs.ANSWER_TIMEOUT_S", 0.5)
    await instance.perform(Navigate(site.page("/", "<button onclick='setTimeout(() => { for (;;); })'>Go</button>")))
    ref = await ref_of(instance, "Go")

    async def click_and_look() -> None:
        await instance.perform(Click(ref), timeout_ms=1_000)  # the click itself may get no answer any more
        await instance.observe()

    with pytest.raises(BrowserError, match="has not answered"):
        await click_and_look()
    await instance.perform(Navigate(site.page("/next", "<p>Next")))
    assert await text_of(instance) == "Next"


async def test_a_killed_browser_is_reported_lost_once(browsers, recorder, kind):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    os.killpg(browsers.group_of(instance), signal.SIGKILL)
    await listener.is_lost.wait()
    await instance.close()
    assert listener.losses == ["The browser ended unexpectedly"]


async def test_every_session_in_a_killed_shared_browser_is_lost(browsers, recorder):
    listeners = [recorder() for _ in range(3)]
    instances = [await browsers.open("context", each) for each in listeners]
    os.killpg(browsers.group_of(instances[0]), signal.SIGKILL)
    await asyncio.gather(*(each.is_lost.wait() for each in listeners))
    await asyncio.gather(*(each.close() for each in instances))


async def test_a_dead_shared_browser_is_replaced(browsers, recorder, site):
    listener = recorder()
    instance = await browsers.open("context", listener)
    os.killpg(browsers.group_of(instance), signal.SIGKILL)
    await listener.is_lost.wait()
    second = await browsers.open("context", recorder())
    await second.perform(Navigate(site.page("/", "<p>Alive")))
    await second.close()


async def test_an_action_on_a_lost_browser_says_so(browsers, recorder):
    listener = recorder()
    instance = await browsers.open("process", listener)
    os.killpg(browsers.group_of(instance), signal.SIGKILL)
    await listener.is_lost.wait()
    assert (await failure(instance, Navigate("http://127.0.0.1/"))).code == "INSTANCE_LOST"


async def test_a_browser_killed_in_an_action_is_lost(browsers, recorder, site):
    instance = await browsers.open("process", recorder())
    running = asyncio.create_task(instance.perform(Navigate(site.silent("/"))))
    await asyncio.to_thread(site.was_asked.wait)
    os.killpg(browsers.group_of(instance), signal.SIGKILL)
    with pytest.raises(BrowserError) as caught:
        await running
    assert caught.value.code == "INSTANCE_LOST"


async def test_closing_is_no_loss(browsers, recorder, kind):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    await instance.close()
    await instance.close()
    assert listener.losses == []


async def test_a_killed_driver_loses_every_session_and_the_next_one_works(recorder):
    pool = ChromiumPool(named=LOCAL_HOSTS)
    listeners = [recorder(), recorder()]
    await pool.open("context", listeners[0])
    instance = await pool.open("process", listeners[1])
    psutil.Process(pool.group_of(instance)).parent().kill()
    await asyncio.gather(*(each.is_lost.wait() for each in listeners))
    await (await pool.open("context", recorder())).close()
    await pool.close()


# --- the pool ---------------------------------------------------------------------------------------------------------


async def test_closing_the_pool_ends_a_stopped_browser_too(recorder):
    pool = ChromiumPool(named=LOCAL_HOSTS)
    instances = [await pool.open(each, recorder()) for each in ("context", "process")]
    groups = [pool.group_of(each) for each in instances]
    os.killpg(groups[1], signal.SIGSTOP)
    await pool.close()
    assert not any(psutil.pid_exists(each) for each in groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="as somebody else the sandbox may well work")
async def test_where_a_sandbox_does_not_work_there_is_none_and_a_warning(recorder, monkeypatch, caplog):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    pool = ChromiumPool(named=LOCAL_HOSTS)
    await pool.open("context", recorder())
    await pool.close()
    assert "without a sandbox" in caplog.text


async def test_closing_the_pool_is_no_loss(recorder, kind):
    pool = ChromiumPool(named=LOCAL_HOSTS)
    listener = recorder()
    await pool.open(kind, listener)
    await pool.close()
    assert listener.losses == []


async def test_a_closed_pool_opens_nothing(recorder):
    pool = ChromiumPool(named=LOCAL_HOSTS)
    await pool.close()
    with pytest.raises(InstanceUnavailableError):
        await pool.open("context", recorder())


async def test_a_session_whose_opening_was_cancelled_is_ended(browsers, recorder):
    opening = asyncio.create_task(browsers.open("process", recorder()))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    kinds: list[InstanceKind] = ["process", "context"]
    instances = [await browsers.open(each, recorder()) for each in kinds]
    await asyncio.gather(*(each.close() for each in instances))
