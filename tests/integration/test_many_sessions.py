"""A test with 100 sessions and 4 slots: none is lost or stuck, all end in the right state, nothing is left over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import psutil
import pytest

from helpers.waiting import poll_until, wait_until
from webrun_nb.client.transport import KEEPALIVE_S

SESSIONS = 100
SLOTS = 4
FAILING = range(0, SESSIONS, 20)
"""These ask for a page that is not there."""
FEW = 4
"""Renderers of no session: the shared browser and the spare have a blank page each, and Chromium keeps one ready."""
ENDED_BY_HAND = range(7, SESSIONS, 20)
"""These are terminated while they wait or run."""


class Shelf(BaseHTTPRequestHandler):
    """A handler with a different page for each path."""

    def do_GET(self) -> None:
        number = self.path.strip("/")
        body = f"<!doctype html><title>Shelf</title><ul><li>item {number}</li><li>other</li></ul>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Iterator[Any]:
    running = start_emulator("--control", "--slots", str(SLOTS))
    yield running
    running.end()


class Crowd:
    """The results of all sessions, and the observations made while they ran."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []
        self.running_at_once: list[int] = []


async def _send_all(emulator: Any, shelf: str) -> Crowd:
    crowd = Crowd()
    headers = {"Authorization": f"Bearer {emulator.key}"}
    limits = httpx.Limits(max_connections=50, keepalive_expiry=KEEPALIVE_S)
    async with httpx.AsyncClient(
        base_url=emulator.url, headers=headers, timeout=250, trust_env=False, limits=limits
    ) as http:
        watching = asyncio.create_task(_watch(http, crowd))
        crowd.started = await asyncio.gather(*(_start(http, shelf, number) for number in range(SESSIONS)))
        gone = [crowd.started[number]["sessionId"] for number in ENDED_BY_HAND]
        await asyncio.gather(*(_terminate(http, session_id) for session_id in gone))
        await watching
        for started in crowd.started:
            crowd.tasks.append((await http.get(f"/task/{started['sessionId']}/{started['taskId']}")).json())
            crowd.statuses.append((await http.get(f"/start/session-status/{started['sessionId']}")).json())
    return crowd


async def _start(http: httpx.AsyncClient, shelf: str, number: int) -> dict[str, Any]:
    page = "http://127.0.0.1:9/" if number in FAILING else f"{shelf}/{number}"
    task = {"taskDetails": "List the items.", "startingPoint": page, "terminateOnCompletion": True}
    answer = await http.post("/start/start-session", json={"initialTask": task})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _terminate(http: httpx.AsyncClient, session_id: str) -> None:
    message = {"actionType": "state", "newState": "terminate"}
    await http.post("/start/send-message", json={"sessionId": session_id, "message": message})


async def _watch(http: httpx.AsyncClient, crowd: Crowd) -> None:
    """Record how many sessions run at once, until all of them have ended."""

    async def look() -> bool:
        sessions = (await http.get("/start/sessions")).json()["sessions"]
        crowd.running_at_once.append(sum(session["phase"] == "running" for session in sessions))
        return len(sessions) == SESSIONS and all(session["reason"] for session in sessions)

    await poll_until(look, within_s=250, pause_s=0.2)


@pytest.fixture(scope="module")
def crowd(emulator: Any, shelf: str) -> Crowd:
    return asyncio.run(_send_all(emulator, shelf))


def test_every_task_is_answered_with_its_own_page(crowd):
    others = {*FAILING, *ENDED_BY_HAND}
    answers = {number: task for number, task in enumerate(crowd.tasks) if number not in others}
    assert {number: task["status"] for number, task in answers.items()} == dict.fromkeys(answers, "complete")
    wrong = {number: task["data"]["message"] for number, task in answers.items() if _item(number) not in _lines(task)}
    assert wrong == {}


def test_every_session_ends_in_the_right_state(crowd):
    ends = {number: (status["status"], status["reason"]) for number, status in enumerate(crowd.statuses)}
    expected = dict.fromkeys(range(SESSIONS), ("completed", "terminateOnCompletion"))
    expected |= dict.fromkeys(FAILING, ("failed", "failed"))
    by_hand = {number: ends.pop(number) for number in ENDED_BY_HAND}
    assert ends == {number: end for number, end in expected.items() if number in ends}
    assert set(by_hand.values()) <= {("terminated", "terminated"), ("completed", "terminateOnCompletion")}
    assert ("terminated", "terminated") in by_hand.values()


def test_failures_say_why(crowd):
    assert {crowd.tasks[number]["code"] for number in FAILING} == {"NAVIGATION_FAILED"}


def test_no_more_run_at_once_than_there_are_slots(crowd):
    assert SLOTS // 2 <= max(crowd.running_at_once) <= SLOTS


def test_waiting_is_not_running_time(crowd):
    done = [task for task in crowd.tasks if task["status"] == "complete"]
    last = max(datetime.fromisoformat(task["completedAt"]).timestamp() * 1000 for task in done)
    begun = min(status["createdAt"] for status in crowd.statuses)
    assert sum(task["usage"]["completion_time"] for task in done) * 1000 <= SLOTS * (last - begun) * 1.05


def test_no_slot_is_lost(crowd, emulator, shelf):
    for _ in range(SLOTS + 1):
        status, body = emulator.post("/start/run-task", {"taskDetails": "List the items.", "startingPoint": shelf})
        assert (status, body["status"]) == (200, "complete")


def test_no_browser_context_is_left(crowd, emulator, until_few):
    renderers = until_few(emulator)
    assert renderers <= FEW, f"{renderers} renderers for no open session"


def _item(number: int) -> str:
    return f"item {number}"


def _lines(task: dict[str, Any]) -> list[str]:
    return [line.strip("| -*") for line in task["data"]["message"].splitlines()]


@pytest.fixture
def until_few() -> Callable[[Any], int]:
    """Count renderers until few are left (they end shortly after their contexts), for a minute at most."""

    def count(emulator: Any) -> int:
        for _ in range(600):
            family = psutil.Process(emulator.process.pid).children(recursive=True)
            renderers = sum("--type=renderer" in " ".join(_command(process)) for process in family)
            if renderers <= FEW:
                break
            psutil.wait_procs(family, timeout=0.1)
        return renderers

    return count


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def test_tasks_that_wait_for_a_person_hold_no_slot(crowd, emulator, shelf):
    waiting = [_ask(emulator, shelf) for _ in range(SLOTS + 1)]
    status, body = emulator.post("/start/run-task", {"taskDetails": "List the items.", "startingPoint": shelf})
    assert (status, body["status"]) == (200, "complete")
    for session_id in waiting:
        emulator.message(session_id, actionType="state", newState="terminate")


def test_a_task_that_a_person_lets_go_on_does_not_wait_in_line(crowd, emulator, shelf):
    waiting = _ask(emulator, shelf)
    task_id = emulator.status(waiting)["currentTaskId"]
    busy = [emulator.start(initialTask={"taskDetails": "wait for 60 seconds"}) for _ in range(SLOTS + 1)]
    emulator.message(waiting, actionType="guardrail", taskDetails="list the items")
    task = wait_until(lambda: emulator.get(f"/task/{waiting}/{task_id}")[1], lambda polled: not polled["pending"], 50)
    assert task["status"] == "complete"
    states = [emulator.status(session_id)["status"] for session_id in busy]
    for session_id in (waiting, *busy):
        emulator.message(session_id, actionType="state", newState="terminate")
    assert "pending" in states


def _ask(emulator: Any, shelf: str) -> str:
    """Open a session whose task waits for a person's answer."""
    session_id = str(emulator.start())
    task = {"taskDetails": "do the usual thing", "startingPoint": shelf}
    _, body = emulator.message(session_id, actionType="newTask", **task)
    assert body["status"] == "guardrail_trigger", body
    return session_id
