"""Contract tests of several users (section 2): another user's objects answer as if they did not exist.

`CALLS` is the table of all calls that name an object of a user: each new one of the API is added here, with the name
of an object that `things` creates for Ann. Each call is made by Bob about Ann's object and about an invented one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import socketio

ANN, ANN_TOO, BOB, GONE = "wr_ann-0123456789", "enig_ann-9876543210", "wr_bob-0123456789", "wr_bob-of-old"

INVENTED = {
    "session": "aaaaaaaaaaaa",
    "ended": "aaaaaaaaaaaa",
    "task": "bbbbbbbbbbbb",
    "environment": "c" * 24,
    "file": "dddddddddddd",
    "policy": "pol_eeeeeeeeeeee",
}
UPLOAD = "UPLOAD"
"""The method of a call that posts a form, with a file in each field that is named with @."""

MESSAGES: list[dict[str, Any]] = [
    {"actionType": "newTask", "taskDetails": "x"},
    *({"actionType": "state", "newState": state} for state in ("pause", "resume", "stop", "terminate", "manual")),
    {"actionType": "interaction", "action": {"type": "takeOverControl"}},
    {"actionType": "guardrail", "taskDetails": "yes", "newState": "resume"},
]

CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/start/session-status/{session}", None),
    ("GET", "/start/session-status/{ended}", None),
    *(("POST", "/start/send-message", {"sessionId": "{session}", "message": message}) for message in MESSAGES),
    *(("POST", "/start/send-message", {"sessionId": "{ended}", "message": message}) for message in MESSAGES),
    ("POST", "/start/start-session", {"environmentId": "{environment}"}),
    ("POST", "/start/run-task", {"taskDetails": "x", "environmentId": "{environment}"}),
    ("POST", "/start/run-task", {"taskDetails": "x", "files": ["{file}"]}),
    ("POST", "/start/start-session", {"policyId": "{policy}"}),
    ("GET", "/policies/{policy}", None),
    ("PUT", "/policies/{policy}", {"name": "Mine now"}),
    ("DELETE", "/policies/{policy}", None),
    ("GET", "/policies/{policy}/audit", None),
    ("GET", "/_emulator/tasks/{task}", None),
    ("GET", "/_emulator/tasks/{task}/steps", None),
    ("GET", "/_emulator/tasks/{task}/provenance", None),
    ("GET", "/_emulator/tasks/{task}/report", None),
    ("GET", "/_emulator/tasks/{task}/steps/1/picture", None),
    ("GET", "/_emulator/tasks/{task}/pictures/1", None),
    ("PUT", "/_emulator/sessions/{session}/pictures", {"wanted": True}),
    ("GET", "/_emulator/sessions/{session}/effects", None),
    ("DELETE", "/environments/{environment}", None),
    (UPLOAD, "/environments/{environment}/upload", {"@file": "profile.tar.gz"}),
    ("GET", "/environments/{environment}/files", None),
    ("DELETE", "/environments/{environment}/files/{file}", None),
    ("DELETE", "/profiles/{environment}", None),
    (UPLOAD, "/profiles/{environment}/upload", {"@file": "profile.tar.gz"}),
    ("GET", "/profiles/{environment}/download", None),
    (UPLOAD, "/files/upload", {"@files": "a.txt", "environmentId": "{environment}"}),
    ("POST", "/_emulator/sessions/{session}/instance", {"action": "kill"}),
]

LISTS = [
    "/start/sessions",
    "/_emulator/state",
    "/_emulator/tasks",
    "/start/active-sockets",
    "/environments",
    "/profiles",
    "/policies",
]
"""The endpoints that list a user's objects without an id."""


class User:
    """A client with one user's key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        if method == UPLOAD:
            files = {name[1:]: (value, b"contents") for name, value in body.items() if name.startswith("@")}
            fields = {name: value for name, value in body.items() if not name.startswith("@")}
            with httpx.Client(headers=self._headers, timeout=70, trust_env=False) as http:
                answer = http.post(self._url + path, files=files, data=fields)
            return answer.status_code, answer.json()
        answer = httpx.request(method, self._url + path, json=body, headers=self._headers, timeout=70, trust_env=False)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def key_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys"
    path.write_text(f"ann {ANN}\nann {ANN_TOO}\nbob {BOB}\nbob {GONE} 2020-01-01\n")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def emulator(start_emulator, key_file):
    running = start_emulator("--control", "--keys", str(key_file), key=None)
    yield running
    running.end()


@pytest.fixture(scope="module")
def ann(emulator) -> User:
    return User(emulator.url, ANN)


@pytest.fixture(scope="module")
def bob(emulator) -> User:
    return User(emulator.url, BOB)


@pytest.fixture(scope="module")
def things(ann) -> dict[str, str]:
    """Ann's objects, by kind: an open session, an ended one with its task, an environment with a file, a policy."""
    open_one = ann.call("POST", "/start/start-session", {})[1]["sessionId"]
    ran = ann.call("POST", "/start/run-task", {"taskDetails": "list it", "startingPoint": "http://127.0.0.1:9/"})[1]
    environment = ann.call("POST", "/environments", {"name": "logins"})[1]["environment"]["_id"]
    uploaded = ann.call(UPLOAD, "/files/upload", {"@files": "anns.txt", "environmentId": environment})[1]["files"]
    policy = ann.call("POST", "/policies", {"name": "Anns"})[1]["policy"]
    return {
        "policy": policy.get("id") or policy["_id"],
        "session": open_one,
        "ended": ran["sessionId"],
        "task": ran["taskId"],
        "environment": environment,
        "file": uploaded[0]["fileId"],
    }


def filled(template: Any, names: dict[str, str]) -> Any:
    """Replace the placeholders of a template by ids."""
    text = json.dumps(template)
    for kind, id in names.items():
        text = text.replace(f"{{{kind}}}", id)
    return json.loads(text)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[0]} {call[1]} {json.dumps(call[2])}"[:120])
def test_what_is_anothers_answers_as_if_it_did_not_exist(ann, bob, things, call):
    status, body = bob.call(*filled(call, things))
    expected = bob.call(*filled(call, INVENTED))
    assert status in (401, 404), body
    assert (status, without_ids(body, things)) == (expected[0], without_ids(expected[1], INVENTED))
    assert has_all(ann, things)


def without_ids(body: Any, ids: dict[str, str]) -> Any:
    text = json.dumps(body)
    for kind, id in ids.items():
        text = text.replace(id, kind if kind != "ended" else "session")
    return json.loads(text)


def has_all(ann: User, things: dict[str, str]) -> bool:
    """Return whether all of Ann's objects still exist."""
    session = ann.call("GET", f"/start/session-status/{things['session']}")[1]
    files = ann.call("GET", f"/environments/{things['environment']}/files")[1]
    policy = ann.call("GET", f"/policies/{things['policy']}")[1]["policy"]
    kept = (files["files"][0]["fileId"], policy["name"]) == (things["file"], "Anns")
    return kept and session["status"] in ("pending", "active")


@pytest.mark.parametrize("path", LISTS)
def test_nothing_of_anothers_is_listed(ann, bob, things, path):
    shown = json.dumps(bob.call("GET", path)[1])
    assert not [kind for kind, id in things.items() if id in shown]


def test_the_owner_sees_it(ann, things):
    """The positive control of this module: the ids are real."""
    lists = ("/start/sessions", "/environments", "/profiles", "/_emulator/tasks")
    shown = json.dumps([ann.call("GET", path)[1] for path in lists])
    assert has_all(ann, things)
    assert [kind for kind in ("session", "ended", "environment", "task") if things[kind] not in shown] == []


async def test_a_user_can_not_watch_anothers_session(emulator, things):
    url = f"{emulator.url}/_emulator/sessions/{things['session']}/view"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {BOB}"}) as http,
        http.ws_connect(url) as socket,
    ):
        await socket.receive()
        async for _ in socket:
            raise AssertionError("it shows something")
        assert socket.close_code == 4404


def test_anothers_spending_is_not_mine(ann, bob, things):
    assert ann.call("GET", "/account/usage")[1]["currentPeriodSpend"] > 0
    assert bob.call("GET", "/account/usage")[1]["currentPeriodSpend"] == 0


def test_anothers_webhooks_are_not_shown(ann, bob):
    hook = {"name": "n", "url": "http://127.0.0.1:9/anns-hook", "submittedData": "just_ping"}
    task = {"taskDetails": "list it", "startingPoint": "http://127.0.0.1:9/", "webhook": hook}
    ann.call("POST", "/start/run-task", task)
    assert "anns-hook" not in json.dumps(bob.call("GET", "/_emulator/state")[1])


def test_a_users_keys_are_one_user(emulator, things):
    other_key = User(emulator.url, ANN_TOO)
    assert other_key.call("GET", f"/start/session-status/{things['session']}")[0] == 200


def test_an_expired_key(emulator):
    status, body = User(emulator.url, GONE).call("GET", "/start/sessions")
    assert (status, body["code"], body["success"]) == (401, "API_KEY_EXPIRED", False)


def test_the_line_at_the_start_shows_no_key_of_a_file(emulator):
    assert emulator.key is None


def test_limits_are_a_users_not_a_keys(start_emulator, key_file):
    running = start_emulator("--limits", "hosted", "--keys", str(key_file), key=None)
    ann, ann_too, bob = (User(running.url, key) for key in (ANN, ANN_TOO, BOB))
    statuses = [who.call("POST", "/start/run-task", {})[0] for who in [ann, ann_too] * 5]
    assert statuses == [400] * 10
    assert ann_too.call("POST", "/start/run-task", {})[1]["code"] == "RATE_LIMIT_EXCEEDED"
    assert bob.call("POST", "/start/run-task", {})[0] == 400
    running.end()


async def test_a_socket_for_an_invented_session_is_refused(emulator):
    async with aiohttp.ClientSession() as http:  # of our own, so that it is closed however the attempt ends
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        auth = {"sessionId": INVENTED["session"]}
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(emulator.url, auth=auth, transports=["websocket"])


@pytest.mark.parametrize("header", [{}, {"Authorization": f"Bearer {BOB}"}])
def test_a_tasks_two_ids_are_its_capability(emulator, things, header):
    answer = httpx.get(f"{emulator.url}/task/{things['ended']}/{things['task']}", headers=header, trust_env=False)
    assert answer.status_code == 200


def test_a_task_may_be_made_to_need_its_owners_key(start_emulator, key_file):
    running = start_emulator("--require-task-key", "--keys", str(key_file), key=None)
    ann, bob = User(running.url, ANN), User(running.url, BOB)
    ran = ann.call("POST", "/start/run-task", {"taskDetails": "list it", "startingPoint": "http://127.0.0.1:9/"})[1]
    path = f"/task/{ran['sessionId']}/{ran['taskId']}"
    unauthorized = httpx.get(running.url + path, trust_env=False)
    answers = [ann.call("GET", path), bob.call("GET", path)]
    running.end()
    assert (unauthorized.status_code, unauthorized.json()["code"]) == (401, "UNAUTHORIZED")
    assert [(status, body.get("code")) for status, body in answers] == [
        (200, "NAVIGATION_FAILED"),
        (404, "SESSION_NOT_FOUND"),
    ]
