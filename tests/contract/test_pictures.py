"""Contract tests of pictures of a task's steps (section 12), which only sessions that ask for them get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from helpers.login_site import LoginSite

JPEG = b"\xff\xd8\xff"
DOTS = """<body style="margin:0"><form method=post action=/login style="font:60px monospace">
<input name=email type=email autocomplete=username style="font:inherit;caret-color:transparent;width:900px"><br>
<input name=password type=password style="font:inherit;caret-color:transparent;width:900px"><br>
<button>Log in</button></form>"""


@pytest.fixture(scope="module")
def watched(emulator: Any) -> str:
    """Return a session that keeps a picture of each action."""
    session_id = str(emulator.start())
    answer = wish(emulator, session_id, wanted=True)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "sessionId": session_id, "wanted": True})
    return session_id


@pytest.fixture(scope="module")
def site() -> Iterator[LoginSite]:
    site = LoginSite()
    site.page("/login", DOTS)
    yield site
    site.close()


def wish(emulator: Any, session_id: str, **body: Any) -> httpx.Response:
    return emulator.http.put(f"/_emulator/sessions/{session_id}/pictures", json=body)  # type: ignore[no-any-return]


def do(emulator: Any, session_id: str, text: str, **fields: Any) -> tuple[str, list[dict[str, Any]]]:
    """Run a task; return its id and its steps."""
    status, body = emulator.message(session_id, actionType="newTask", taskDetails=text, **fields)
    assert status == 200, body
    return body["taskId"], emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]


def picture(emulator: Any, task_id: str, seq: object, **headers: str) -> httpx.Response:
    return emulator.http.get(f"/_emulator/tasks/{task_id}/steps/{seq}/picture", headers=headers)  # type: ignore[no-any-return]


def test_each_action_has_a_small_jpeg_and_nothing_else_has(emulator, watched, page_url):
    task_id, steps = do(emulator, watched, "Click Ring\nlist the cities", startingPoint=page_url)
    assert [s["name"] for s in steps if s["picture"]] == ["navigateUrl", "click"]
    for step in steps:
        answer = picture(emulator, task_id, step["seq"])
        assert (answer.status_code == 200) is step["picture"] is (step["kind"] == "action")
    answer = picture(emulator, task_id, 1)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(JPEG)
    assert len(answer.content) < 12_000
    assert b"\x00\xbc\x01\x40" in answer.content  # its header: 188 by 320


def test_a_picture_is_of_the_page_right_after_its_step(emulator, watched, aim):
    task_id, steps = do(emulator, watched, 'Type "once" into field\nType "twice" into field', startingPoint=aim)
    pictures = [picture(emulator, task_id, step["seq"]).content for step in steps if step["picture"]]
    assert len(pictures) == len(set(pictures)) == 3
    again_id, _ = do(emulator, watched, "wait 0.1 seconds", startingPoint=aim)
    assert picture(emulator, again_id, 1).content == pictures[0]


def test_an_action_that_fails_shows_what_it_failed_on(emulator, watched):
    task_id, steps = do(emulator, watched, "read it", startingPoint="http://127.0.0.1:9/")
    assert (steps[0]["outcome"], steps[0]["picture"]) == ("failed", True)
    assert picture(emulator, task_id, 1).content.startswith(JPEG)


def test_pictures_are_taken_only_while_they_are_requested(emulator, page_url):
    session_id = emulator.start()
    assert not any(step["picture"] for step in do(emulator, session_id, "read it", startingPoint=page_url)[1])
    wish(emulator, session_id, wanted=True)
    assert any(step["picture"] for step in do(emulator, session_id, "read it", startingPoint=page_url)[1])
    wish(emulator, session_id, wanted=False)
    assert not any(step["picture"] for step in do(emulator, session_id, "read it", startingPoint=page_url)[1])


@pytest.mark.parametrize(
    ("permission", "recorded"),
    [("block", [("block", None)]), ("guardrail", [("guardrail", None), ("guardrail", "unanswered")])],
)
def test_where_the_policy_forbids_screenshots_none_is_kept(emulator, page_url, permission, recorded):
    """The rule depends on the page: it holds for the first page, not for the second."""
    rule = {"category": "Screenshot", "permission": permission, "scope": "page", "match": "Graz"}
    _, made = emulator.post("/policies", {"name": "shy", "status": "active", "actionRules": [rule]})
    policy_id = made["policy"]["policyId"]
    session_id = emulator.start(policyId=policy_id)
    wish(emulator, session_id, wanted=True)
    _, steps = do(emulator, session_id, f"Go to {page_url}/aim", startingPoint=page_url)
    _, audit = emulator.get(f"/policies/{policy_id}/audit")
    decisions = [(row["decision"], row["response"]) for row in audit["audit"] if row["action"] == "screenshot"]
    assert [s["picture"] for s in steps if s["kind"] == "action"] == [False, True]
    assert decisions == [*recorded, ("allow", None)]


def test_a_secret_is_dots(emulator, site):
    """Two secrets of one length look the same."""
    shown = []
    for email, password in (("ilil@ilil.il", "ilililil"), ("WMWM@WMWM.WM", "WMWMWMWM")):
        session_id = emulator.start()
        wish(emulator, session_id, wanted=True)
        mine = [{"match": "login.localhost", "fields": {"email": email, "password": password}}]
        task_id, steps = do(emulator, session_id, "Log in", startingPoint=site.url(), secrets=mine)
        typed = [step["seq"] for step in steps if step["picture"] and step["name"] == "type"]
        shown.append([picture(emulator, task_id, seq).content for seq in typed])
    assert len(shown[0]) == 2
    assert shown[0] == shown[1]
    assert {form["password"] for _, _, form in site.posted} == {"ilililil", "WMWMWMWM"}


@pytest.mark.parametrize("seq", [99, 1_000_000])
def test_a_step_that_is_not_there_has_none(emulator, watched, page_url, seq):
    task_id, _ = do(emulator, watched, "read it", startingPoint=page_url)
    answer = picture(emulator, task_id, seq)
    assert (answer.status_code, answer.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_an_unknown_task_and_an_unknown_session_are_refused(emulator):
    assert picture(emulator, "a" * 12, 1).json()["code"] == "TASK_NOT_FOUND"
    assert wish(emulator, "a" * 12, wanted=True).json()["code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize("seq", ["0", "-1", "x", "1e9"])
def test_a_number_that_is_none_is_refused(emulator, seq):
    answer = picture(emulator, "a" * 12, seq)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize("body", [{}, {"wanted": "often"}, {"wanted": None}])
def test_an_invalid_value_for_pictures_is_refused(emulator, watched, body):
    answer = wish(emulator, watched, **body)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_without_the_key_there_is_none(emulator, watched, page_url):
    task_id, _ = do(emulator, watched, "read it", startingPoint=page_url)
    assert picture(emulator, task_id, 1, Authorization="").status_code == 401
    assert picture(emulator, task_id, 1, Authorization="Bearer wr_another").status_code == 401


@pytest.fixture(scope="module")
def two_users(start_emulator: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    keys.write_text("ann wr_ann-0123456789\nbob wr_bob-0123456789\n")
    keys.chmod(0o600)
    running = start_emulator("--control", "--keys", str(keys), key=None)
    yield running
    running.end()


def test_anothers_is_not_there_and_ones_own_goes_with_the_records(two_users, page_url):
    two_users.http.headers["Authorization"] = "Bearer wr_ann-0123456789"
    session_id = two_users.start()
    wish(two_users, session_id, wanted=True)
    task_id, _ = do(two_users, session_id, "read it", startingPoint=page_url)
    of_bob = picture(two_users, task_id, 1, Authorization="Bearer wr_bob-0123456789")
    assert (of_bob.status_code, of_bob.json()["code"]) == (404, "TASK_NOT_FOUND")
    two_users.message(session_id, actionType="state", newState="terminate")
    assert wish(two_users, session_id, wanted=True).json()["code"] == "SESSION_NOT_FOUND"
    assert picture(two_users, task_id, 1).status_code == 200  # it outlives the session, with the steps
    two_users.post("/_emulator/reset", {})
    assert picture(two_users, task_id, 1).json()["code"] == "TASK_NOT_FOUND"
