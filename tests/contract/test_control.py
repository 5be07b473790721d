"""Contract tests of manual control (section 3) and of the control API (section 12), in raw JSON."""

from __future__ import annotations

import operator
from functools import partial

import httpx
import pytest

from helpers.waiting import wait_until
from webrun_nb.bench.harness.jupyter_server import find_browser


@pytest.fixture(scope="module")
def emulator(start_emulator):
    """Run an emulator whose sessions have browsers of their own, as interactive sessions have by default."""
    return start_emulator("--control")


@pytest.fixture
def orphan(emulator, idle_session):
    """Remove the session's browser in a given way, and hold the next one back until the session is seen orphaned."""

    def take(action: str) -> None:
        emulator.post("/_emulator/faults", {"instanceStart": "refuse", "times": 1000})
        emulator.post(f"/_emulator/sessions/{idle_session}/instance", {"action": action})
        wait_until(lambda: emulator.status(idle_session), lambda s: s["status"] == "orphaned")

    yield take
    emulator.post("/_emulator/faults", {"clear": True})


@pytest.fixture
def waiting(emulator, page_url):
    """A session whose task waits on the page with the doors."""
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    wait_until(lambda: emulator.status(session_id), lambda status: status["phase"] == "running")
    return session_id


def interact(emulator, session_id, **action):
    return emulator.message(session_id, actionType="interaction", action=action)


@pytest.mark.parametrize(
    "take",
    [
        {"actionType": "interaction", "action": {"type": "takeOverControl"}},
        {"actionType": "state", "newState": "manual"},
    ],
)
def test_taking_over_pauses_the_task(emulator, waiting, take):
    task_id = emulator.status(waiting)["currentTaskId"]
    status, body = emulator.message(waiting, **take)
    assert (status, body) == (200, {"success": True, "message": "Message sent successfully"})
    assert emulator.status(waiting)["phase"] == "manual"
    assert emulator.get(f"/task/{waiting}/{task_id}")[1]["status"] == "paused"


def test_releasing_lets_the_task_go_on(emulator, waiting):
    interact(emulator, waiting, type="takeOverControl")
    interact(emulator, waiting, type="releaseControl")
    assert emulator.status(waiting)["phase"] == "running"


def test_a_click_lands_where_it_was_aimed(emulator, idle_session, aim):
    """The page records where it was clicked; y includes the browser bar of 155 px."""
    emulator.message(idle_session, actionType="newTask", taskDetails=f"go to {aim}")
    interact(emulator, idle_session, type="takeOverControl")
    assert interact(emulator, idle_session, type="CLICK", x=300, y=155 + 200)[0] == 200
    interact(emulator, idle_session, type="TYPE", text="by hand")
    interact(emulator, idle_session, type="releaseControl")

    def said() -> str:
        body = emulator.message(idle_session, actionType="newTask", taskDetails="get the Clicked")[1]
        return str(body.get("data", body))

    wait_until(said, lambda text: "300,200" in text and "by hand" in text)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([{"type": "DOUBLE_CLICK", "x": 300, "y": 355}], "twice at 300,200"),
        ([{"type": "CLICK", "x": 300, "y": 355}, {"type": "TYPE", "text": "slow", "humanLike": True}], "300,200 slow"),
        ([{"type": "CLICK", "x": 300, "y": 355}, {"type": "KEY_PRESS", "key": "a"}], "300,200 a"),
        ([{"type": "SCROLL", "x": 300, "y": 355, "deltaY": 40}], "wheel 40"),
    ],
)
def test_every_kind_of_manual_input_reaches_the_page(emulator, idle_session, aim, actions, said):
    emulator.message(idle_session, actionType="newTask", taskDetails=f"go to {aim}")
    interact(emulator, idle_session, type="takeOverControl")
    for action in actions:
        assert interact(emulator, idle_session, **action)[0] == 200
    interact(emulator, idle_session, type="releaseControl")

    def written() -> str:
        body = emulator.message(idle_session, actionType="newTask", taskDetails="get the Clicked")[1]
        return str(body.get("data", body))

    wait_until(written, lambda text: said in text)


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ({"type": "CLICK", "x": 1, "y": 154}, "message.action.y"),
        ({"type": "CLICK", "x": 1, "y": 756}, "message.action.y"),
        ({"type": "CLICK", "x": 1025, "y": 200}, "message.action.x"),
        ({"type": "DOUBLE_CLICK", "x": "1", "y": 200}, "message.action.x"),
        ({"type": "DANCE"}, "message.action.type"),
        ({"type": "TYPE", "text": 7}, "message.action.text"),
    ],
)
def test_interactions_out_of_range_are_refused(emulator, idle_session, action, named):
    status, body = interact(emulator, idle_session, **action)
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert body["details"]["parameter"] == named


def test_interactions_need_the_agent_to_rest(emulator, waiting):
    status, body = interact(emulator, waiting, type="CLICK", x=1, y=200)
    assert (status, body["code"], body["details"]["phase"]) == (409, "INVALID_STATE", "running")


def test_harmless_repeats_change_nothing(emulator, waiting):
    def command(state):
        return emulator.message(waiting, actionType="state", newState=state)[0], emulator.status(waiting)["phase"]

    assert interact(emulator, waiting, type="releaseControl")[0] == 200  # no one has taken over
    assert command("resume") == (200, "running")  # nothing is held
    assert (command("pause"), command("pause")) == ((200, "paused"), (200, "paused"))
    assert (command("manual"), command("manual")) == ((200, "manual"), (200, "manual"))
    assert (command("resume"), command("resume"), command("resume")) == (
        (200, "paused"),
        (200, "running"),
        (200, "running"),
    )
    assert (command("stop"), command("stop")) == ((200, "stopped"), (200, "stopped"))


def test_a_task_that_is_paused_while_a_person_drives_stays_paused(emulator, waiting):
    for state in ("manual", "pause", "resume"):
        assert emulator.message(waiting, actionType="state", newState=state)[0] == 200
    assert emulator.status(waiting)["phase"] == "paused"


def test_what_a_person_does_while_the_browser_starts_is_done_when_it_has(start_emulator, tmp_path, page_url):
    gate, browser = tmp_path / "gate", tmp_path / "chromium-headless-shell"
    browser.write_text(f'#!/bin/sh\nwhile [ ! -e {gate} ]; do sleep 0.02; done\nexec {find_browser()} "$@"\n')
    browser.chmod(0o755)
    emulator = start_emulator(env={"WEBRUN_BROWSER": str(browser)})
    task = {"prompt": "wait for 60 seconds", "startingUrl": page_url}
    taken, paused, given_up = emulator.start(task=task), emulator.start(task=task), emulator.start(task=task)
    early = [
        (taken, "manual"),
        (paused, "pause"),
        (given_up, "manual"),
        (given_up, "resume"),
        (emulator.start(), "pause"),
    ]
    for session_id, state in early:
        assert emulator.message(session_id, actionType="state", newState=state)[0] == 200
        assert emulator.status(session_id)["status"] == "pending"
    gate.touch()
    for session_id, phase in [(taken, "manual"), (paused, "paused"), (given_up, "running")]:
        wait_until(lambda session_id=session_id: emulator.status(session_id)["phase"], partial(operator.eq, phase))
    interact(emulator, taken, type="releaseControl")
    released = wait_until(lambda: emulator.status(taken)["phase"], lambda phase: phase != "manual")
    emulator.end()
    assert released == "running"


def test_the_state_names_the_browser_of_each_session(emulator, idle_session):
    instances = emulator.get("/_emulator/state")[1]["instances"]
    assert {"sessionId": idle_session, "kind": "process"} in instances


def test_a_killed_browser_orphans_the_session_and_comes_back(emulator, idle_session, orphan):
    orphan("kill")
    emulator.post("/_emulator/faults", {"clear": True})
    status = wait_until(lambda: emulator.status(idle_session), lambda s: s["status"] == "active")
    assert status["phase"] == "idle"


def test_past_the_grace_period_the_session_fails(emulator, idle_session, orphan):
    orphan("kill")
    emulator.advance(5 * 60_000)
    status = emulator.status(idle_session)
    assert (status["status"], status["reason"]) == ("failed", "instance_lost")


def test_a_restore_while_there_is_no_browser_is_what_happens_anyway(emulator, idle_session, orphan):
    """A kill without a browser is refused."""
    orphan("kill")
    instance = f"/_emulator/sessions/{idle_session}/instance"
    killed = wait_until(lambda: emulator.post(instance, {"action": "kill"}), lambda answer: answer[0] != 200)
    restored = emulator.post(instance, {"action": "restore"})[0]
    assert (killed[0], killed[1]["code"], restored) == (409, "INVALID_STATE", 200)


def test_a_task_that_has_not_acted_runs_again(emulator, idle_session, page_url, visits):
    long_task = {"taskDetails": "wait for 60 seconds", "startingPoint": page_url + "/once-more"}
    with emulator.queue_in_background(idle_session, **long_task):
        wait_until(lambda: visits, lambda paths: "/once-more" in paths)
        task_id = emulator.status(idle_session)["currentTaskId"]
        emulator.post(f"/_emulator/sessions/{idle_session}/instance", {"action": "kill"})
        wait_until(lambda: visits, lambda paths: paths.count("/once-more") == 2)
        status = emulator.status(idle_session)
        emulator.message(idle_session, actionType="state", newState="terminate")
    assert (status["phase"], status["currentTaskId"]) == ("running", task_id)


def test_a_task_that_has_acted_is_not_done_twice(emulator, idle_session, page_url, visits):
    with emulator.queue_in_background(
        idle_session, taskDetails=f"go to {page_url}, click the Ring button, wait for 60 seconds"
    ):
        wait_until(lambda: visits, lambda paths: "/rung" in paths)
        task_id = emulator.status(idle_session)["currentTaskId"]
        emulator.post(f"/_emulator/sessions/{idle_session}/instance", {"action": "kill"})
        body = wait_until(lambda: emulator.get(f"/task/{idle_session}/{task_id}")[1], lambda b: not b["pending"])
    assert body["code"] == "INSTANCE_LOST"
    wait_until(lambda: emulator.status(idle_session), lambda s: s["status"] == "active")
    assert visits.count("/rung") == 1


def test_a_paused_task_stays_paused_when_its_browser_comes_back(emulator, idle_session, page_url, visits, orphan):
    long_task = {"taskDetails": "wait for 60 seconds", "startingPoint": page_url + "/held"}
    with emulator.queue_in_background(idle_session, **long_task):
        wait_until(lambda: visits, lambda paths: "/held" in paths)
        emulator.message(idle_session, actionType="state", newState="pause")
        orphan("kill")
        emulator.post("/_emulator/faults", {"clear": True})
        wait_until(lambda: emulator.status(idle_session), lambda s: s["phase"] == "paused")
        emulator.message(idle_session, actionType="state", newState="terminate")
    assert visits.count("/held") == 1


def test_a_hanging_browser_is_noticed_and_replaced(emulator, idle_session, orphan):
    orphan("hang")
    emulator.post("/_emulator/faults", {"clear": True})
    wait_until(lambda: emulator.status(idle_session), lambda s: s["status"] == "active")


def test_faults_hit_the_next_calls_only(emulator):
    emulator.post("/_emulator/faults", {"endpoint": "start-session", "times": 2, "status": 503})
    codes = [emulator.http.post("/start/start-session", json={}).status_code for _ in range(3)]
    assert codes == [503, 503, 200]


def test_a_fault_may_drop_the_connection(emulator):
    emulator.post("/_emulator/faults", {"endpoint": "sessions", "drop": True})
    with pytest.raises(httpx.TransportError):
        emulator.http.get("/start/sessions")
    assert emulator.http.get("/start/sessions").status_code == 200


def test_a_refused_instance(emulator):
    emulator.post("/_emulator/faults", {"instanceStart": "refuse"})
    status, body = emulator.post("/start/start-session", {})
    assert (status, body["code"]) == (503, "INSTANCE_UNAVAILABLE")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"endpoint": "task"},
        {"endpoint": "task", "code": "X"},
        {"endpoint": "x", "status": 500},
        {"endpoint": "task", "status": 200},
    ],
)
def test_a_fault_that_is_none(emulator, body):
    assert emulator.post("/_emulator/faults", body)[0] == 400


def test_reset_ends_and_empties_all(start_emulator):
    running = start_emulator("--control")
    session_id = running.start()
    running.advance(60_000)
    running.post("/_emulator/reset", {})
    status = running.get(f"/start/session-status/{session_id}")[0]
    sessions = running.get("/start/sessions")[1]["sessions"]
    running.end()
    assert (status, sessions) == (404, [])


def test_at_zero_running_sessions_end_for_want_of_balance(start_emulator):
    running = start_emulator("--control", "--limits", "hosted")
    ids = [running.start(), running.start()]
    for session_id in ids:
        wait_until(lambda session_id=session_id: running.status(session_id), lambda s: s["phase"] == "idle")
    running.post("/_emulator/clock", {"freeze": True})
    running.http.put("/_emulator/account", json={"balance": 0.04})
    running.advance(50_000)
    alive = running.status(ids[0])["status"]
    running.advance(20_000)
    ended = [running.status(session_id) for session_id in ids]
    refused = running.post("/start/start-session", {})[1]["code"]
    running.end()
    assert alive == "active"
    assert {(status["status"], status["reason"]) for status in ended} == {("terminated", "balance")}
    assert refused == "INSUFFICIENT_BALANCE"


def test_a_browser_that_never_starts_fails_its_session(start_emulator, tmp_path):
    """The browser is installed, so the session is opened; it is pending first and fails later."""
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nexit 1\n")
    browser.chmod(0o755)
    running = start_emulator(env={"WEBRUN_BROWSER": str(browser)})
    _, started = running.post("/start/start-session", {"taskDetails": "list it"})
    status = wait_until(lambda: running.status(started["sessionId"]), lambda s: s["status"] != "pending")
    task = running.get(f"/task/{started['sessionId']}/{started['taskId']}")[1]
    running.end()
    assert (status["status"], status["reason"]) == ("failed", "failed")
    assert (task["status"], task["code"]) == ("failed", "INSTANCE_LOST")
