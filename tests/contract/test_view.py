"""Contract tests of the live view's socket and page (sections 10 and 12), with raw WebSockets and raw HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from urllib.parse import urljoin

import aiohttp
import httpx
import pytest

from helpers.waiting import wait_until

JPEG = b"\xff\xd8\xff"
QUIET_S = 0.6
"""Longer than the pause after which a screencast makes sure that it missed nothing."""
LONGEST_S = 60


CLICKED = {
    "taskDetails": "get the Clicked",
    "outputType": "structured_json",
    "outputSchema": {"type": "object", "properties": {"Clicked": {"type": "string"}}},
}
"""The task that reads what the page to aim at wrote down."""


class Socket:
    """A viewer that keeps the messages it receives, and acknowledges pictures unless told not to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.pictures: list[bytes] = []
        self.notes: list[dict[str, Any]] = []
        self.acknowledges = True

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def do(self, **action: Any) -> None:
        await self.say(type="input", action=action)

    async def take(self) -> bool:
        """Receive one message; return False once the socket is closed."""
        message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            self.pictures.append(message.data)
            if self.acknowledges:
                await self.say(type="ack")
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.notes.append(json.loads(message.data))
        else:
            return False
        return True

    async def until(self, wanted: Callable[[], Any], seconds: float = LONGEST_S) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := wanted()):
                assert await self.take(), (self.socket.close_code, self.notes)
        return found

    async def until_picture(self, count: int) -> None:
        await self.until(lambda: len(self.pictures) >= count)

    async def until_note(self, **fields: Any) -> dict[str, Any]:
        def found() -> Any:
            return next((n for n in self.notes if all(n.get(k) == v for k, v in fields.items())), None)

        return dict(await self.until(found))

    async def quiet(self) -> None:
        """Receive messages until none has come for a span of time."""
        async with asyncio.timeout(LONGEST_S):
            while True:
                before = len(self.pictures), len(self.notes)
                await self.for_a_while()
                if (len(self.pictures), len(self.notes)) == before:
                    return

    async def for_a_while(self, seconds: float = QUIET_S) -> None:
        """Receive messages for a span of time."""
        try:
            async with asyncio.timeout(seconds):
                while await self.take():
                    pass
        except TimeoutError:
            pass

    async def until_closed(self) -> int | None:
        async with asyncio.timeout(LONGEST_S):
            while await self.take():
                pass
        return self.socket.close_code


@asynccontextmanager
async def watching(
    emulator: Any, session_id: str, path: str = "/_emulator/sessions/{}/view", headers: dict[str, str] | None = None
) -> AsyncIterator[Socket]:
    if headers is None:
        headers = {"Authorization": f"Bearer {emulator.key}"}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(emulator.url + path.format(session_id), headers=headers) as socket,
    ):
        yield Socket(socket)


@pytest.fixture(scope="module")
def resting(emulator: Any) -> str:
    """Return a session in which nothing is done."""
    return str(emulator.start())


@pytest.fixture
def show_aim(emulator: Any, aim: str) -> Callable[[str], str]:
    """Open the page that records clicks in a session, in its initial state."""

    def show(session_id: str) -> str:
        status, body = emulator.message(session_id, actionType="newTask", startingPoint=aim, **CLICKED)
        assert (status, body["status"]) == (200, "complete"), body
        return session_id

    return show


@pytest.fixture(scope="module")
def stage(emulator: Any) -> str:
    """Return the session that `shown` uses for all tests of the module."""
    return str(emulator.start())


@pytest.fixture
def shown(emulator: Any, stage: str, show_aim: Callable[[str], str]) -> str:
    """Return the shared session, on the page that records clicks; for tests that leave it open."""
    if emulator.status(stage)["phase"] == "manual":
        emulator.message(stage, actionType="interaction", action={"type": "releaseControl"})
    return show_aim(stage)


@pytest.fixture
def spare(emulator: Any, show_aim: Callable[[str], str]) -> str:
    """Return a new session on the page that records clicks, for one test."""
    return show_aim(str(emulator.start()))


async def test_a_viewer_gets_a_jpeg_and_how_the_session_is(emulator, shown):
    async with watching(emulator, shown) as viewer:
        await viewer.until_picture(1)
    assert viewer.pictures[0].startswith(JPEG)
    state = {"type": "state", "status": "active", "phase": "idle", "driver": "agent", "ended": False}
    assert viewer.notes[0] == state


async def test_a_still_page_sends_nothing_more(emulator, shown):
    async with watching(emulator, shown) as viewer:
        await viewer.until_picture(1)
        await viewer.quiet()  # a moving page never is


async def test_a_late_viewer_of_a_still_page_gets_its_last_picture(emulator, shown):
    async with watching(emulator, shown) as first:
        await first.until_picture(1)
        await first.quiet()
        async with watching(emulator, shown) as late:
            await late.until_picture(1)
            assert late.pictures[0] == first.pictures[-1]


async def test_nothing_is_sent_before_the_last_picture_is_acknowledged(emulator, shown):
    async with watching(emulator, shown) as viewer:
        viewer.acknowledges = False
        await viewer.until_picture(1)
        await viewer.say(type="input", action={"type": "takeOverControl"})
        await viewer.until_note(phase="manual")
        for text in "abc":
            await viewer.do(type="CLICK", x=300, y=360)
            await viewer.do(type="TYPE", text=text)
        await viewer.for_a_while()
        assert len(viewer.pictures) == 1
        viewer.acknowledges = True
        await viewer.say(type="ack")
        await viewer.until_picture(2)


async def test_a_hidden_viewer_gets_nothing_and_the_newest_picture_on_its_return(emulator, shown):
    async with watching(emulator, shown) as viewer:
        await viewer.until_picture(1)
        await viewer.quiet()
        viewer.pictures.clear()
        viewer.notes.clear()
        await viewer.say(type="visible", visible=False)
        await viewer.do(type="CLICK", x=700, y=500)  # on the same socket: it can't be there before the other
        await viewer.for_a_while()
        assert (viewer.pictures, viewer.notes) == ([], [])
        await viewer.say(type="visible", visible=True)
        await viewer.until_picture(1)


async def test_the_pace_is_the_viewers(emulator, shown, page_url):
    moving = {**CLICKED, "startingPoint": page_url + "/moving"}
    emulator.message(shown, actionType="newTask", **moving)
    async with watching(emulator, shown) as viewer:
        await viewer.say(type="pace", fps=2)
        await viewer.until_picture(3)  # the first may have come at the pace before
        begun = monotonic()
        await viewer.until_picture(7)
        assert monotonic() - begun > 1.25  # at 2 a second they take 2 s, at 8 a second half of one


async def test_the_last_of_many_changes_is_what_is_shown(emulator, shown):
    """Chromium drops changes while it waits for acknowledgements: the last must not be among them."""
    async with watching(emulator, shown) as viewer:
        await viewer.say(type="pace", fps=4)
        await viewer.until_picture(1)
        for at in range(12):
            emulator.message(shown, actionType="interaction", action={"type": "CLICK", "x": 10 + at, "y": 600})
        async with watching(emulator, shown) as fresh:
            await fresh.until_picture(1)
            async with asyncio.timeout(LONGEST_S):
                while True:
                    await asyncio.gather(viewer.quiet(), fresh.quiet())
                    if viewer.pictures[-1] == fresh.pictures[-1]:
                        break


async def test_take_over_through_the_socket_goes_where_it_is_aimed(emulator, shown):
    async with watching(emulator, shown) as viewer:
        await viewer.do(type="takeOverControl")
        await viewer.until_note(phase="manual", driver="user")
        viewer.notes.clear()
        await viewer.do(type="CLICK", x=333, y=155 + 200)
        await viewer.do(type="TYPE", text="by hand")
        await viewer.do(type="releaseControl")
        await viewer.until_note(phase="idle", driver="agent")
    status, body = emulator.message(shown, actionType="newTask", **CLICKED)
    assert (status, json.loads(body["data"]["message"])) == (200, {"Clicked": "333,200 by hand"})


async def test_every_viewer_sees_who_is_in_control(emulator, shown):
    async with watching(emulator, shown) as one, watching(emulator, shown) as other:
        await other.until_note(driver="agent")
        await one.do(type="takeOverControl")
        await other.until_note(driver="user")
        taken = await other.until_note(type="action", name="takeOverControl")
        assert taken["by"] == "user"


async def test_manually_typed_text_is_shown_to_no_viewer(emulator, shown):
    async with watching(emulator, shown) as viewer:
        await viewer.do(type="takeOverControl")
        await viewer.do(type="TYPE", text="hunter2-by-hand")
        await viewer.until_note(type="action", name="type")
        await viewer.for_a_while()
        assert "hunter2" not in json.dumps(viewer.notes)


async def test_an_action_says_where_on_the_page_it_is(emulator, shown, page_url):
    async with watching(emulator, shown) as viewer:
        await viewer.until_note(type="state")
        emulator.message(
            shown, actionType="newTask", taskDetails="click Open the left door", startingPoint=page_url + "/"
        )
        click = await viewer.until_note(type="action", name="click")
    assert 0 <= click["box"]["x"] < 1024
    assert click["box"]["width"] > 20


@pytest.mark.parametrize("below", [0, 2000])
async def test_what_a_question_is_about_is_brought_into_view_and_framed(emulator, page_url, below):
    rule = {"category": "Click", "permission": "guardrail"}
    _, made = emulator.post("/policies", {"name": "Ask", "actionRules": [rule]})
    session_id = emulator.start(policyId=made["policy"]["_id"])
    url = f"{page_url}/far/{below}"
    _, body = emulator.message(session_id, actionType="newTask", taskDetails="click Ring", startingPoint=url)
    assert body["status"] == "guardrail_trigger", body
    async with watching(emulator, session_id) as viewer:
        asks = await viewer.until_note(phase="guardrail")
        assert 0 <= asks["about"]["y"] <= 600 - asks["about"]["height"]
        assert asks["about"]["width"] > 20
        emulator.message(session_id, actionType="guardrail", taskDetails="approve")
        await viewer.until_note(phase="idle")
    assert not [note for note in viewer.notes if note.get("phase") != "guardrail" and "about" in note]


async def test_an_input_that_makes_no_sense_is_refused_to_its_sender_alone(emulator, shown):
    async with watching(emulator, shown) as viewer, watching(emulator, shown) as other:
        await viewer.do(type="CLICK", x=5000, y=300)
        assert (await viewer.until_note(code="INVALID_PARAMETER"))["type"] == "error"
        await other.for_a_while()
        assert not [note for note in other.notes if note["type"] == "error"]


async def test_the_view_follows_a_new_tab(emulator, spare, page_url):
    async with watching(emulator, spare) as viewer:
        await viewer.until_picture(1)
        await viewer.quiet()
        before = viewer.pictures[-1]
        emulator.message(spare, actionType="newTask", taskDetails="click Open a tab", startingPoint=page_url + "/tabs")
        await viewer.until(lambda: viewer.pictures[-1] != before)


async def test_the_view_goes_on_with_the_browser_that_takes_a_lost_ones_place(emulator, spare):
    async with watching(emulator, spare) as viewer:
        await viewer.until_picture(1)
        emulator.post(f"/_emulator/sessions/{spare}/instance", {"action": "kill"})
        await viewer.until_note(status="orphaned")
        viewer.notes.clear()
        await viewer.until_note(status="active")
        count = len(viewer.pictures)
        emulator.message(spare, actionType="interaction", action={"type": "CLICK", "x": 700, "y": 500})
        await viewer.until_picture(count + 1)


async def test_a_viewer_is_notified_of_the_end(emulator, spare):
    async with watching(emulator, spare) as viewer:
        await viewer.until_picture(1)
        emulator.message(spare, actionType="state", newState="terminate")
        await viewer.until_note(ended=True, status="terminated")
        assert await viewer.until_closed() == 1000


@pytest.mark.parametrize("hello", [{}, {"type": "hello"}, {"type": "hello", "key": "wr_wrong"}, {"type": "ack"}])
async def test_without_the_key_nothing_is_shown(emulator, resting, hello):
    async with watching(emulator, resting, headers={}) as viewer:
        await viewer.say(**hello)
        assert await viewer.until_closed() == 4401
        assert (viewer.pictures, [note["type"] for note in viewer.notes]) == ([], ["error"])


async def test_the_key_may_come_in_the_first_message(emulator, resting):
    async with watching(emulator, resting, headers={}) as viewer:
        await viewer.say(type="hello", key=emulator.key)
        await viewer.until_picture(1)


async def test_an_unknown_and_an_ended_session_are_refused(emulator, spare):
    async with watching(emulator, "nosuchsessio") as viewer:
        assert await viewer.until_closed() == 4404
    emulator.message(spare, actionType="state", newState="terminate")
    async with watching(emulator, spare) as viewer:
        assert await viewer.until_closed() == 4409


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_a_page_of_another_origin_is_refused_with_or_without_key(emulator, resting, origin):
    headers = {"Authorization": f"Bearer {emulator.key}", "Origin": origin}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with watching(emulator, resting, headers=headers):
            pass
    assert refused.value.status == 403


@pytest.mark.parametrize("text", ["[" * 60_000, "x", "{}" + " " * 80_000, '"ack"', '{"type": "visible", "visible": 1}'])
async def test_invalid_messages_break_nothing(emulator, resting, text):
    async with watching(emulator, resting) as viewer:
        await viewer.socket.send_str(text)
        await viewer.for_a_while(0.2)
    async with watching(emulator, resting) as after:
        await after.until_picture(1)


async def test_without_the_control_api_only_the_contracts_view_is_there(start_emulator):
    plain = start_emulator()
    session_id = plain.start()
    wait_until(lambda: plain.status(session_id), lambda status: status["phase"] == "idle")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with watching(plain, session_id):
            pass
    token = plain.status(session_id)["streaming"]["webViewURL"].partition("#token=")[2]
    async with watching(plain, session_id, "/view/live/socket", headers={}) as viewer:
        await viewer.say(type="hello", token=token)
        await viewer.until_picture(1)
    plain.end()


def test_web_view_url_is_a_page_that_needs_no_key_and_holds_none(emulator, resting):
    url = emulator.status(resting)["streaming"]["webViewURL"]
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 200
    assert resting not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors *" in policy
    assert "set-cookie" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/view/", "/view/abcdefghijkl", "/view/../x", "/view/assets/view.html", "/view/a/b", "/view/assets/x.js"]
)
def test_nothing_else_is_served_beside_it(emulator, path):
    assert emulator.http.get(path).status_code == 404


def test_every_script_of_the_page_is_served_with_those_that_it_imports(emulator):
    wanted, served = ["/view/assets/view.js"], {}
    while wanted:
        path = wanted.pop()
        answer = emulator.http.get(path, headers={"Authorization": ""})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8"), path
        served[path] = answer.text
        imported = [urljoin(path, name) for name in re.findall(r'^import .* from "(.*)";$', answer.text, re.MULTILINE)]
        wanted += [each for each in imported if each not in served]
    assert "/view/assets/screencast_input.js" in served
