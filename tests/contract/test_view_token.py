"""Contract tests of the token in `webViewURL` (section 10): it shows and drives one session, and opens nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import pytest
import socketio

from helpers.waiting import wait_until

PROOFS = {
    "as a bearer key": lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
    "as the query's token": lambda token: {"params": {"token": token}},
    "as a signature": lambda token: {"params": {"signature": token, "expires": "9999999999999"}},
}


SOCKET = "/view/live/socket"


@dataclass(frozen=True)
class Opened:
    """A session with its token, and ids of objects of the same user."""

    session: str
    token: str
    other: str
    ids: dict[str, Any]


def token_of(emulator: Any, session_id: str) -> str:
    return str(emulator.status(session_id)["streaming"]["webViewURL"].partition("#token=")[2])


@pytest.fixture(scope="module")
def opened(emulator: Any) -> Iterator[Opened]:
    session_id, other = emulator.start(), emulator.start()
    wait_until(lambda: emulator.status(session_id), lambda status: status["phase"] == "idle")
    _, task = emulator.message(session_id, actionType="newTask", taskDetails="read the page")
    _, policy = emulator.post("/policies", {"name": "Kept"})
    _, environment = emulator.post("/environments", {"name": "Kept"})
    ids = {
        "session_id": session_id,
        "task_id": task["taskId"],
        "policy_id": policy["policy"]["_id"],
        "environment_id": environment["environment"]["_id"],
        "profile_id": environment["environment"]["_id"],
        "file_id": "0" * 24,
        "seq": 1,
        "at": 1,
        "name": "none",
    }
    yield Opened(session_id, token_of(emulator, session_id), other, ids)
    emulator.http.delete(f"/environments/{ids['environment_id']}")
    for each in (session_id, other):
        emulator.message(each, actionType="state", newState="terminate")


async def say_hello(emulator: Any, path: str, **hello: Any) -> tuple[int | None, list[Any]]:
    """Open a socket and say hello; return its close code, or None once it has shown the session's state."""
    async with aiohttp.ClientSession() as http, http.ws_connect(emulator.url + path) as socket:
        await socket.send_str(json.dumps({"type": "hello", **hello}))
        notes: list[Any] = []
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                notes.append(json.loads(message.data))
                if notes[-1]["type"] == "state":
                    return None, notes
        return socket.close_code, notes


async def test_the_token_alone_shows_the_session_and_drives_it(emulator, opened):
    url = emulator.url + SOCKET
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.send_str(json.dumps({"type": "hello", "token": opened.token}))
        assert (await socket.receive_json())["driver"] == "agent"
        await socket.send_str(json.dumps({"type": "input", "action": {"type": "takeOverControl"}}))
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and json.loads(message.data).get("driver") == "user":
                break
    assert emulator.status(opened.session)["phase"] == "manual"
    emulator.message(opened.session, actionType="interaction", action={"type": "releaseControl"})


async def test_it_is_of_one_session_and_does_not_tell_which(emulator, opened):
    """The session's id would open more: with it, a program listens to the events and sends tasks."""
    url, other = (emulator.status(each)["streaming"]["webViewURL"] for each in (opened.session, opened.other))
    assert url.partition("#")[0] == other.partition("#")[0]
    assert url != other
    code, notes = await say_hello(emulator, SOCKET, token=opened.token)
    assert code is None
    assert opened.session not in url + json.dumps(notes)


@pytest.mark.parametrize("wrong", ["", "0" * 88, 7, None, "x" * 2_000, "é"])
async def test_a_wrong_token_is_refused(emulator, opened, wrong):
    code, notes = await say_hello(emulator, SOCKET, token=wrong)
    assert (code, [note["type"] for note in notes]) == (4401, ["error"])
    mixed = opened.token[:24] + token_of(emulator, opened.other)[24:]
    assert (await say_hello(emulator, SOCKET, token=mixed))[0] == 4401


async def test_it_is_no_key_of_a_live_view(emulator, opened):
    """Neither where a key is expected, nor in a query, nor on the socket of the control API."""
    control = f"/_emulator/sessions/{opened.session}/view"
    assert (await say_hello(emulator, control, key=opened.token))[0] == 4401
    assert (await say_hello(emulator, control, token=opened.token))[0] == 4401
    assert (await say_hello(emulator, f"{SOCKET}?token={opened.token}"))[0] == 4401
    assert (await say_hello(emulator, SOCKET, key=emulator.key))[0] == 4401
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {opened.token}"}) as http,
        http.ws_connect(emulator.url + control) as socket,
    ):
        assert (await socket.receive_json())["code"] == "INVALID_API_KEY"


async def test_it_is_refused_once_the_session_has_ended(emulator):
    session_id = emulator.start()
    token = token_of(emulator, session_id)
    emulator.message(session_id, actionType="state", newState="terminate")
    assert emulator.status(session_id)["streaming"]["webViewURL"] is None
    code, notes = await say_hello(emulator, SOCKET, token=token)
    assert (code, [note["message"] for note in notes]) == (4404, ["the session has ended"])


@pytest.mark.parametrize("proof", PROOFS)
def test_it_opens_no_endpoint(emulator, opened, proof):
    """Derived from the description of the API: each endpoint answers as it does to a caller without a key."""
    given = PROOFS[proof](opened.token)
    _, described = emulator.get("/openapi.json")
    tried = 0
    with httpx.Client(base_url=emulator.url, trust_env=False) as stranger:
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                call = method.upper(), path.format_map(opened.ids)
                body = {"json": {"sessionId": opened.session}} if method in ("post", "put") else {}
                answer = stranger.request(*call, **body, **given)
                if operation.get("security", described["security"]):
                    assert (answer.status_code, bool(answer.json()["error"])) == (401, True), call
                else:
                    without = stranger.request(*call, **body)
                    assert set(answer.json()) == set(without.json()), call
                assert opened.token not in answer.text, call
                tried += 1
    assert tried > 30


@pytest.mark.parametrize("proof", PROOFS)
def test_it_opens_no_signed_address(emulator, opened, proof):
    for path in (
        f"/signed/downloads/{opened.session}/{'0' * 24}/report.csv",
        f"/signed/profiles/{opened.ids['profile_id']}",
        f"/signed/view/{opened.session}",
    ):
        answer = httpx.get(emulator.url + path, trust_env=False, **PROOFS[proof](opened.token))
        assert answer.status_code in (401, 404), path


@pytest.mark.parametrize("auth", ["token", "sessionId", "key"])
async def test_it_opens_no_live_events(emulator, opened, auth):
    client = socketio.AsyncClient(reconnection=False)
    headers = {"Authorization": f"Bearer {opened.token}"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(f"{emulator.url}?token={opened.token}", headers=headers, auth={auth: opened.token})
