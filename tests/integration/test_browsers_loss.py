"""Tests of browsers and drivers that hang or are killed, and of sessions restored from a checkpoint."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from helpers.chromium import open_pool
from helpers.hosts import LOCAL_HOSTS
from helpers.processes import family, living
from helpers.waiting import wait_until_async
from webrun_nb.browsers.actions import Navigate, WaitFor
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.processes import heartbeat
from webrun_nb.browsers.processes.heartbeat import Heard, Ping
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance, Checkpoint, InstanceUnavailableError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def quick_heartbeat(monkeypatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.1)
    monkeypatch.setattr(heartbeat, "SUSPICIOUS_S", 0.5)
    monkeypatch.setattr(heartbeat, "BROWSER_SILENT_S", 0.5)
    monkeypatch.setattr(heartbeat, "DRIVER_SILENT_S", 0.5)


@pytest.fixture
def patient_heartbeat(quick_heartbeat, monkeypatch) -> None:
    """Longer limits: on a busy machine, a browser that must not be lost may be silent for half a second."""
    monkeypatch.setattr(heartbeat, "SUSPICIOUS_S", 1.5)
    monkeypatch.setattr(heartbeat, "BROWSER_SILENT_S", 1.5)
    monkeypatch.setattr(heartbeat, "DRIVER_SILENT_S", 3.0)


@pytest.fixture
def answers_of_browsers(monkeypatch) -> list[int]:
    """The process ids of the browsers that answered the heartbeat, once for each answer."""
    answers: list[int] = []

    async def record_answers(browser: tuple[int, Ping], driver: tuple[int, Ping], heard: Heard) -> str:
        pid, ping = browser

        async def ping_and_record() -> None:
            await ping()
            answers.append(pid)

        return await heartbeat.wait_until_unresponsive((pid, ping_and_record), driver, heard)

    monkeypatch.setattr("webrun_nb.browsers.chromium.pool.wait_until_unresponsive", record_answers)
    return answers


@pytest_asyncio.fixture(loop_scope="module")
async def pool() -> AsyncIterator[ChromiumPool]:
    """A pool of its own for each test, which may break it."""
    async with open_pool() as pool:
        yield pool


def driver_of(pool: ChromiumPool, instance: BrowserInstance) -> psutil.Process:
    parent = psutil.Process(pool.group_of(instance)).parent()
    assert parent is not None
    return parent


def renderers(group: int) -> set[psutil.Process]:
    return {
        each
        for each in psutil.process_iter()
        if each.status() != psutil.STATUS_ZOMBIE
        and os.getpgid(each.pid) == group
        and "--type=renderer" in each.cmdline()
    }


async def failure_of(operation) -> str:
    with pytest.raises(BrowserError) as caught:
        await operation
    return caught.value.code


# --- hangs ------------------------------------------------------------------------------------------------------------


async def test_a_browser_that_hangs_is_lost(browsers, recorder, kind):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    await instance.hang()
    await listener.is_lost.wait()
    assert listener.losses == ["The browser stopped answering"]


async def test_nothing_of_a_browser_that_hung_is_left(browsers, recorder):
    listener = recorder()
    instance = await browsers.open("process", listener)
    processes = family(browsers.group_of(instance))
    await instance.hang()
    await listener.is_lost.wait()
    assert await asyncio.to_thread(living, processes) == []


async def test_every_session_in_a_shared_browser_that_hangs_is_lost(browsers, recorder):
    listeners = [recorder() for _ in range(3)]
    instances = [await browsers.open("context", each) for each in listeners]
    await instances[1].hang()
    await asyncio.gather(*(each.is_lost.wait() for each in listeners))
    assert [len(each.losses) for each in listeners] == [1, 1, 1]


async def test_sessions_in_other_browsers_are_not_lost(browsers, recorder, site, patient_heartbeat):
    listeners = [recorder(), recorder()]
    instances = [await browsers.open("process", each) for each in listeners]
    await instances[0].hang()
    await listeners[0].is_lost.wait()
    await instances[1].perform(Navigate(site.page("/", "<p>Alive")))
    await instances[1].close()
    assert listeners[1].losses == []


async def test_a_browser_that_goes_on_in_time_is_not_lost(browsers, recorder, site, kind, patient_heartbeat):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    await instance.hang()
    doing = asyncio.create_task(instance.perform(Navigate(site.page("/", "<p>Alive"))))
    await asyncio.sleep(0)
    await instance.unhang()
    await doing
    await instance.close()
    assert listener.losses == []


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_driver_that_hangs_or_dies_loses_every_session_once(pool, recorder, how):
    listeners = [recorder(), recorder()]
    await pool.open("context", listeners[0])
    instance = await pool.open("process", listeners[1])
    driver_of(pool, instance).send_signal(how)
    await asyncio.gather(*(each.is_lost.wait() for each in listeners))
    await pool.close()
    assert [len(each.losses) for each in listeners] == [1, 1]


async def test_closing_in_a_hang_is_no_loss(browsers, recorder, kind):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    await instance.hang()
    await instance.close()
    if kind == "context":  # the browser continues without it
        with pytest.raises(BrowserError):
            await instance.unhang()
        await (await browsers.open("context", recorder())).close()
    assert listener.losses == []


async def test_a_page_in_an_endless_loop_is_no_browser_that_hangs(
    answers_of_browsers, pool, recorder, site, patient_heartbeat
):
    listener = recorder()
    instance = await pool.open("process", listener)
    await instance.perform(Navigate(site.page("/", "<p>Here<script>setTimeout(() => { for (;;); }, 50)</script>")))
    answered = len(answers_of_browsers)
    await wait_until_async(lambda: len(answers_of_browsers) > answered + 10)
    await instance.close()
    assert listener.losses == []


RETRIES = """<p>Here<script>
const rule = document.createElement("meta");
rule.httpEquiv = "Content-Security-Policy";
rule.content = "img-src 'none'";
document.head.append(rule);
let asked = 0;
function again() { const image = new Image(); image.onerror = again; image.src = "http://no.example:1/" + asked++; }
setTimeout(() => { for (let n = 0; n < 40; n++) again(); }, 50);
</script>"""
"""A page that asks for pictures that it does not get, again and again without a pause."""


async def test_a_page_that_makes_requests_without_end_is_no_browser_that_hangs(pool, recorder, site):
    listener = recorder()
    instance = await pool.open("context", listener)
    with contextlib.suppress(BrowserError):  # the page may be too busy to answer
        await instance.perform(Navigate(site.page("/", RETRIES)))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await listener.is_lost.wait()
    assert listener.losses == []


# --- what an operation does meanwhile ---------------------------------------------------------------------------------


async def test_an_operation_ends_with_its_browser_that_hangs(browsers, recorder, kind):
    instance = await browsers.open(kind, recorder())
    await instance.hang()
    assert await failure_of(instance.observe()) == "INSTANCE_LOST"


async def test_an_operation_ends_with_its_driver_that_hangs(pool, recorder):
    instance = await pool.open("process", recorder())
    driver_of(pool, instance).suspend()
    assert await failure_of(instance.observe()) == "INSTANCE_LOST"


async def test_an_operation_ends_when_its_session_is_closed(browsers, recorder):
    instance = await browsers.open("context", recorder())
    waiting = asyncio.create_task(instance.perform(WaitFor("never")))
    await asyncio.sleep(0)
    await instance.close()
    assert await failure_of(waiting) == "INSTANCE_LOST"


@pytest.mark.parametrize(
    "operation", ["observe", "snapshot", "screenshot", "checkpoint", "kill", "hang", "unhang", "perform", "restrict"]
)
async def test_nothing_can_be_done_with_what_was_lost(browsers, recorder, operation):
    listener = recorder()
    instance = await browsers.open("process", listener)
    await instance.kill()
    await listener.is_lost.wait()
    arguments = {"perform": [WaitFor("x")], "restrict": [[]]}.get(operation, [])
    assert await failure_of(getattr(instance, operation)(*arguments)) == "INSTANCE_LOST"


async def test_a_kill_is_reported_once(browsers, recorder, kind):
    listener = recorder()
    instance = await browsers.open(kind, listener)
    await instance.kill()
    await listener.is_lost.wait()
    await instance.close()
    assert listener.losses == ["The browser ended unexpectedly"]


# --- renderers --------------------------------------------------------------------------------------------------------


async def test_a_killed_renderer_in_a_shared_browser_is_one_sessions_crash(browsers, recorder, site):
    """The session's own renderer is killed; its neighbours and the spare page have others in the same browser."""
    url = site.page("/", "<p>Hello")
    neighbour = await browsers.open("context", recorder())
    await neighbour.perform(Navigate(url))
    instance = await browsers.open("context", recorder())
    await instance.perform(Navigate(site.page("/busy", "<p>Busy<script>for (let n = 0; n < 2e9; n++);</script>")))
    busiest = max(renderers(browsers.group_of(instance)), key=lambda each: each.cpu_times().user)
    busiest.send_signal(signal.SIGKILL)
    code = await failure_of(instance.perform(WaitFor("never")))
    await instance.perform(Navigate(url))
    texts = [(await each.observe()).text for each in (instance, neighbour)]
    await asyncio.gather(instance.close(), neighbour.close())
    assert (code, texts) == ("PAGE_CRASH", ["Hello", "Hello"])


# --- coming back ------------------------------------------------------------------------------------------------------

KEEP = """<body><script>
  document.cookie = "cookie=KEPT; max-age=1000";
  localStorage.setItem("kept", "KEPT");
  const opening = indexedDB.open("database", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("things").put({deep: ["KEPT"]}, 1);
  opening.onsuccess = () => document.body.append("done");
</script>"""
SHOW_KEPT = {
    "cookie": "document.body.append('kept: ' + document.cookie)",
    "local storage": "document.body.append('kept: ' + localStorage.getItem('kept'))",
    "IndexedDB": """
      const opening = indexedDB.open("database", 1);
      opening.onsuccess = () => opening.result.transaction("things").objectStore("things").get(1).onsuccess = event =>
        document.body.append("kept: " + event.target.result.deep[0]);
      """,
}


async def checkpoint_of_lost(browsers, listener, kind, url) -> Checkpoint:
    instance = await browsers.open(kind, listener)
    await instance.perform(Navigate(url))
    await instance.perform(WaitFor("done"))
    saved = await instance.checkpoint()
    await instance.kill()
    await listener.is_lost.wait()
    return saved


@pytest.mark.parametrize("what", SHOW_KEPT)
async def test_what_was_kept_comes_back_after_a_kill(browsers, recorder, site, kind, what):
    saved = await checkpoint_of_lost(browsers, recorder(), kind, site.page("/", KEEP))
    site.page("/", f"<body><script>{SHOW_KEPT[what]}</script>")
    instance = await browsers.open(kind, recorder(), restore=saved)
    await instance.perform(WaitFor("kept:"))
    text = (await instance.observe()).text
    await instance.close()
    assert "KEPT" in text


async def test_the_page_comes_back_after_a_kill(browsers, recorder, site, kind):
    saved = await checkpoint_of_lost(browsers, recorder(), kind, site.page("/at", KEEP) + "?this=place")
    instance = await browsers.open(kind, recorder(), restore=saved)
    url = instance.url
    await instance.close()
    assert url == site.url("/at?this=place")


async def test_ten_sessions_of_a_killed_shared_browser_come_back_at_once(browsers, recorder, site):
    script = """
      const mine = new URLSearchParams(location.search).get("mine");
      if (!document.cookie) { document.cookie = "mine=" + mine; localStorage.setItem("mine", mine); }
      document.body.append(document.cookie + " " + localStorage.getItem("mine"));
    """
    url = site.page("/", f"<body><script>{script}</script>")
    listeners = [recorder() for _ in range(10)]
    instances = await asyncio.gather(*(browsers.open("context", each) for each in listeners))
    await asyncio.gather(*(each.perform(Navigate(f"{url}?mine={n}")) for n, each in enumerate(instances)))
    saved = await asyncio.gather(*(each.checkpoint() for each in instances))
    await instances[0].kill()
    await asyncio.gather(*(each.is_lost.wait() for each in listeners))
    back = await asyncio.gather(*(browsers.open("context", recorder(), restore=each) for each in saved))
    texts = [(await each.observe()).text for each in back]
    await asyncio.gather(*(each.close() for each in back))
    assert texts == [f"mine={n} {n}" for n in range(10)]


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_sessions_come_back_with_a_new_driver(pool, recorder, site, kind, how):
    listener = recorder()
    instance = await pool.open(kind, listener)
    await instance.perform(Navigate(site.page("/", "<p>Here")))
    saved = await instance.checkpoint()
    driver_of(pool, instance).send_signal(how)
    await listener.is_lost.wait()
    back = await pool.open(kind, recorder(), restore=saved)
    assert (await back.observe()).text == "Here"


async def test_the_spare_takes_the_place_of_a_dead_shared_browser(pool, recorder):
    listener = recorder()
    instance = await pool.open("context", listener)
    await pool.open("process", recorder())
    spare = (await pool._spare.ready()).process.running.group
    await instance.kill()
    await listener.is_lost.wait()
    assert pool.group_of(await pool.open("context", recorder())) == spare


async def test_a_session_comes_back_in_the_spare(pool, recorder):
    listener = recorder()
    instance = await pool.open("process", listener)
    spare = (await pool._spare.ready()).process.running.group
    saved = await instance.checkpoint()
    await instance.kill()
    await listener.is_lost.wait()
    assert pool.group_of(await pool.open("process", recorder(), restore=saved)) == spare


async def test_a_hanging_spare_does_not_prevent_a_restore(pool, recorder, site):
    instance = await pool.open("process", recorder())
    await instance.perform(Navigate(site.page("/", "<p>Here")))
    saved = await instance.checkpoint()
    os.killpg((await pool._spare.ready()).process.running.group, signal.SIGSTOP)
    back = await pool.open("process", recorder(), restore=saved)
    assert (await back.observe()).text == "Here"


async def test_a_crashed_spare_page_is_not_used(pool, recorder, site):
    """No other session loses its browser either."""
    neighbour = await pool.open("context", recorder())
    await pool._spare_page.ready()
    group = pool.group_of(neighbour)
    for each in renderers(group):
        each.send_signal(signal.SIGKILL)
    assert await failure_of(neighbour.perform(WaitFor("never"))) == "PAGE_CRASH"
    instance = await pool.open("context", recorder())
    await instance.perform(Navigate(site.page("/", "<p>Here")))
    assert pool.group_of(instance) == group
    assert (await instance.observe()).text == "Here"


async def test_opening_in_a_shared_browser_that_hangs_leads_to_another(pool, recorder, site):
    instance = await pool.open("context", recorder())
    await instance.hang()
    other = await pool.open("context", recorder())
    await other.perform(Navigate(site.page("/", "<p>Here")))
    assert (await other.observe()).text == "Here"


async def test_a_browser_that_never_starts_is_said_to_be_unavailable(recorder, tmp_path, monkeypatch):
    sleeper = tmp_path / "chromium"
    sleeper.write_text("#!/bin/sh\nexec sleep 1000\n")
    sleeper.chmod(0o755)
    monkeypatch.setenv("WEBRUN_BROWSER", str(sleeper))
    monkeypatch.setattr("webrun_nb.browsers.chromium.launcher.LAUNCH_TIMEOUT_MS", 500)
    pool = ChromiumPool(named=LOCAL_HOSTS)
    with pytest.raises(InstanceUnavailableError):
        await pool.open("context", recorder())
    await pool.close()


# --- temporary files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [None, signal.SIGKILL])
async def test_no_temporary_file_is_left(recorder, tmp_path, monkeypatch, how):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pool = ChromiumPool(named=LOCAL_HOSTS)
    listener = recorder()
    instance = await pool.open("process", listener)
    assert [*tmp_path.rglob("playwright*")]
    if how is not None:
        driver_of(pool, instance).send_signal(how)
        await listener.is_lost.wait()
    await pool.close()
    assert [*tmp_path.rglob("*")] == []
