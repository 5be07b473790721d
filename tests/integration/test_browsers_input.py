"""Tests of manual input in a page: pointer, text, keys, wheel, and the agent's element references afterwards."""

from __future__ import annotations

import asyncio

import pytest

from webrun_nb.browsers.actions import Click, Navigate, PointerClick, PressKey, TypeText, WaitFor, Wheel
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUTTON = "<button style='position:absolute;left:500px;top:300px;width:40px;height:20px'"
LINK = "<a style='position:absolute;left:9px;top:9px'"
FOCUS = "<script>field.focus()</script>"  # at once; `autofocus` waits for the first frame, after the page has loaded
FIELD = f"<input id=field oninput=\"out.textContent = 'has ' + this.value\"><p id=out></p>{FOCUS}"


async def ref_of(instance: BrowserInstance, name: str) -> int:
    return next(each.ref for each in (await instance.observe()).elements if each.name == name)


async def test_a_click_lands_at_its_point_of_the_page(instance, site):
    script = "<script>onclick = event => document.body.append(`at ${event.clientX} ${event.clientY}`)</script>"
    await instance.perform(Navigate(site.page("/", f"<body>{script}")))
    await instance.perform(PointerClick(1000.5, 590))
    await instance.perform(WaitFor("at 1000 590"))


async def test_a_double_click_is_one(instance, site):
    body = f"{BUTTON} ondblclick='document.body.append(\"twice\")'>Go</button>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.perform(PointerClick(520, 310, double=True))
    await instance.perform(WaitFor("twice"))


async def test_a_click_follows_a_link(instance, site):
    site.page("/next", "<p>Next page")
    await instance.perform(Navigate(site.page("/", f"{LINK} href=/next>Next</a>")))
    await instance.perform(PointerClick(15, 15))
    await instance.perform(WaitFor("Next page"))


@pytest.mark.parametrize("human_like", [False, True])
@pytest.mark.parametrize("text", ["Ada L.", "naïve 東京 🙂"])
async def test_text_is_typed_where_the_focus_is(instance, site, text, human_like):
    await instance.perform(Navigate(site.page("/", FIELD)))
    await instance.perform(TypeText(text, human_like))
    await instance.perform(WaitFor(f"has {text}"))


async def test_a_person_types_key_by_key_with_irregular_pauses(instance, site):
    script = """<script>
      const times = [];
      field.onkeydown = event => {
        times.push(event.timeStamp);
        const gaps = times.slice(1).map((time, index) => time - times[index]);
        if (gaps.length == 5) document.body.append(Math.max(...gaps) > Math.min(...gaps) + 1 ? "irregular" : "regular");
      };
    </script>"""
    await instance.perform(Navigate(site.page("/", FIELD + script)))
    await instance.perform(TypeText("abcdef", human_like=True))
    await instance.perform(WaitFor("irregular"))


async def test_the_pauses_of_a_long_text_are_shorter(instance, site, monkeypatch):
    monkeypatch.setattr("webrun_nb.browsers.chromium.input._LONGEST_S", 0.1)
    pauses = []

    async def note(seconds):
        pauses.append(seconds)

    monkeypatch.setattr("webrun_nb.browsers.chromium.input.asyncio.sleep", note)
    await instance.perform(Navigate(site.page("/", FIELD)))
    await instance.perform(TypeText("x" * 30, human_like=True))
    monkeypatch.undo()
    assert sum(pause for pause in pauses if pause < 0.01) <= 0.1


async def test_a_long_text_is_no_page_that_hangs(instance, site):
    await instance.perform(Navigate(site.page("/", f"<textarea id=field></textarea>{FOCUS}")))
    await instance.perform(TypeText("word " * 500))
    assert (await instance.observe()).elements[0].value.startswith("word word")


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["Backspace"], "ab"),
        (["ArrowLeft", "Delete"], "ab"),
        (["Home", "x"], "xabc"),
        (["Control+A", "X"], "X"),
        (["é"], "abcé"),
        (["Space", "東"], "abc 東"),
    ],
)
async def test_keys_are_pressed_where_the_focus_is(instance, site, keys, value):
    await instance.perform(Navigate(site.page("/", FIELD)))
    await instance.perform(TypeText("abc"))
    for key in keys:
        await instance.perform(PressKey(key))
    assert (await instance.observe()).elements[0].value == value


async def test_enter_sends_a_form(instance, site):
    site.page("/search", "<p>Results")
    await instance.perform(Navigate(site.page("/", f"<form action=/search><input name=q id=field></form>{FOCUS}")))
    await instance.perform(TypeText("tea"))
    await instance.perform(PressKey("Enter"))
    await instance.perform(WaitFor("Results"))
    assert instance.url == site.url("/search?q=tea")


async def test_there_is_no_such_key(instance, site):
    await instance.perform(Navigate(site.page("/", FIELD)))
    with pytest.raises(BrowserError, match=r"There is no key 'Hyper\+Q'"):
        await instance.perform(PressKey("Hyper+Q"))


async def test_the_wheel_scrolls_what_is_under_the_pointer(instance, site):
    box = "<div style='position:absolute;left:500px;top:200px;width:200px;height:200px;overflow:auto'"
    tell = "onscroll='at.textContent = `scrolled to ${this.scrollTop} px`'"
    body = f"<p id=at></p><p style=height:5000px></p>{box} {tell}><p style=height:5000px></div>"
    await instance.perform(Navigate(site.page("/", body)))
    await instance.perform(Wheel(600, 300, delta_y=120))
    await instance.perform(WaitFor("scrolled to 120 px"))


async def test_what_was_typed_is_in_no_error(browsers, recorder):
    listener = recorder()
    instance = await browsers.open("process", listener)
    await instance.hang()
    typing = asyncio.create_task(instance.perform(TypeText("hunter2")))
    await asyncio.sleep(0)
    await instance.kill()
    with pytest.raises(BrowserError) as caught:
        await typing
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


async def test_a_key_does_not_wait_until_the_page_is_still(instance, site):
    work = "setInterval(() => { out.textContent = performance.now() }, 5); fetch('/slow')"
    script = f"<script>addEventListener('keydown', () => {{ {work} }}, {{once: true}})</script>"
    site.silent("/slow")
    await instance.perform(Navigate(site.page("/busy", f"<p id=out></p>{script}")))
    for _ in range(50):  # 50 settled actions would take minutes here
        await instance.perform(PressKey("a"))


async def test_manual_input_does_not_open_domains_to_avoid(instance, site):
    await instance.restrict(["bad.localhost"])
    site.page("/bad", "<p>Bad")
    to_bad = site.redirect("/there", site.url("/bad", host="bad.localhost"))
    await instance.perform(Navigate(site.page("/", f"{LINK} href={to_bad}>Go</a>")))
    await instance.perform(PointerClick(15, 15))
    with pytest.raises(BrowserError):
        await instance.perform(WaitFor("Bad", timeout_ms=500))
    assert instance.url in {"about:blank", site.url("/")}


# --- what the agent saw before ----------------------------------------------------------------------------------------


async def test_an_old_ref_still_is_the_very_same_element(instance, site):
    body = f"{BUTTON} onclick='add()'>Add</button><p><button onclick='say(this)'>Mine</button>"
    script = """<script>
      const say = one => document.body.append("hit " + one.textContent);
      const add = () => {
        document.body.insertAdjacentHTML("afterbegin", "<button onclick='say(this)'>Other</button>");
      };
    </script>"""
    await instance.perform(Navigate(site.page("/", f"<body>{script}{body}")))
    ref = await ref_of(instance, "Mine")
    await instance.perform(PointerClick(520, 310))
    await instance.perform(WaitFor("Other"))
    await instance.perform(Click(ref))
    await instance.perform(WaitFor("hit Mine"))


@pytest.mark.parametrize(
    "does",
    [
        "mine.outerHTML = '<button id=mine>Mine</button>'; history.replaceState(0, '', '/copy')",
        "location.href = '/copy'",
        "window.open('/copy')",
    ],
    ids=["replaced", "another document", "another page"],
)
async def test_an_old_ref_is_never_an_element_in_its_place(instance, site, does):
    site.page("/copy", "<button>Add</button><button id=mine>Mine</button>")
    body = f'{BUTTON} onclick="{does}">Add</button><button id=mine>Mine</button>'
    await instance.perform(Navigate(site.page("/", body)))
    ref = await ref_of(instance, "Mine")
    await instance.perform(PointerClick(520, 310))
    while instance.url != site.url("/copy"):
        await instance.perform(WaitFor(timeout_ms=10))
    with pytest.raises(BrowserError) as caught:
        await instance.perform(Click(ref))
    assert caught.value.code == "ELEMENT_NOT_FOUND"
