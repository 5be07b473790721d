"""Tests of results of earlier tasks, read from a server that keeps them and from one that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.fake_service import asking, completed, failed, refused, running
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError, RequestError, TaskFailedError
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord, TaskRecord
from webrun_nb.notebook.display.result_frames import NotebookFrames

URL = "http://127.0.0.1:9"
ELSEWHERE = "https://connect.example"
MONEY = {
    "type": "array",
    "items": {"type": "object", "properties": {"price": {"type": "string", "format": "money"}}, "required": ["price"]},
}
TOLD = {
    "sessionId": "s1",
    "taskId": "t1",
    "prompt": "List the prices.",
    "startingUrl": "http://shop.example/",
    "createdAt": 1_699_999_998_000,
    "outputType": "structured_json",
    "outputSchema": MONEY,
}


class FakeServer:
    """A server with an answer for each path; it refuses other paths."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        answer = self.answers.get(request.url.path, refused(404, "NOT_FOUND"))
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


@pytest.fixture
def client_of(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Return a function that makes a client of a server, with a ledger that has one task `t1` of session `s1`."""
    made: list[Client] = []

    def make(server: FakeServer, *, done_on: str | None = URL, emulated: bool = True) -> Client:
        ledger = Ledger(tmp_path / "ledger.sqlite3")
        if done_on is not None:
            session = SessionRecord(done_on, "s1", "main", emulated, "here", "1", None, 1, 2, None, cost_usd=Decimal(0))
            ledger.write(session)
            ledger.write_task(TaskRecord(done_on, "s1", "t1", 3, "complete", Decimal(0)))
        made.append(
            Client(
                URL,
                key="wr_secret",
                transport=httpx.MockTransport(server),
                listen=False,
                ledger=ledger,
                frames=NotebookFrames(),
            )
        )
        return made[-1]

    yield make
    for client in made:
        client.close()


def emulator(task: dict[str, Any]) -> FakeServer:
    return FakeServer({"/_emulator/tasks/t1": {"success": True, **TOLD, "task": task}})


def test_the_emulator_has_the_answer_and_what_was_asked_for(client_of: Callable[..., Client]) -> None:
    result = client_of(emulator(completed('[{"price": "3.50 EUR"}]')), done_on=None).result("t1")
    assert (result.instruction, result.url, result.session_id) == ("List the prices.", "http://shop.example/", "s1")
    assert result.json == [{"price": "3.50 EUR"}]
    assert result.df["price"].tolist() == [3.5]
    assert (result.df.attrs["webrun"]["currencies"], result.elapsed_s) == ({"price": "EUR"}, 2.0)


def test_a_task_that_failed_raises_its_failure(client_of: Callable[..., Client]) -> None:
    with pytest.raises(TaskFailedError, match="it broke") as caught:
        client_of(emulator(failed("PAGE_CRASH"))).result("t1")
    assert (caught.value.code, caught.value.task_id) == ("PAGE_CRASH", "t1")


@pytest.mark.parametrize("body", [running(), asking()], ids=["running", "asking"])
def test_a_task_that_has_not_ended_has_no_result(client_of: Callable[..., Client], body: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="task t1 has not ended") as caught:
        client_of(emulator(body)).result("t1")
    assert caught.value.code == "JOB_NOT_DONE"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "result() takes text as task_id, not int · task_id='…'"),
        (None, "result() takes text as task_id, not NoneType · task_id='…'"),
        (["t1"], "result() takes text as task_id, not list · task_id='…'"),
        ("", "result() takes a task's id, not an empty text · TaskResult.task_id has it"),
        (" ", "result() takes a task's id, not an empty text · TaskResult.task_id has it"),
    ],
)
def test_what_is_no_id_at_all_is_refused_in_one_line(client_of: Callable[..., Client], given: Any, said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        client_of(emulator(completed("x"))).result(given)
    assert caught.value._render_traceback_() == [f"webrun: {said}"]


def test_another_servers_answer_is_read_with_the_ledgers_ids(client_of: Callable[..., Client]) -> None:
    server = FakeServer({"/task/s1/t1": completed('[{"price": "3.50 EUR"}]')})
    client = client_of(server, emulated=False)
    assert client.result("t1").text == '[{"price": "3.50 EUR"}]'
    assert client.result("t1", schema="price:money").df["price"].tolist() == [3.5]


def test_an_emulators_address_is_another_one_with_each_start(client_of: Callable[..., Client]) -> None:
    server = FakeServer({"/_emulator/tasks/t1": refused(404, "TASK_NOT_FOUND"), "/task/s1/t1": completed("older")})
    assert client_of(server, done_on="http://127.0.0.1:7").result("t1").text == "older"


@pytest.mark.parametrize("code", ["SESSION_EXPIRED", "SESSION_NOT_FOUND"])
def test_a_record_that_has_been_removed_is_said_to_be(client_of: Callable[..., Client], code: str) -> None:
    server = FakeServer({"/_emulator/tasks/t1": refused(404, "TASK_NOT_FOUND"), "/task/s1/t1": refused(404, code)})
    with pytest.raises(RequestError, match=r"^the record of task t1 has been removed · the emulator keeps a task's"):
        client_of(server).result("t1")


def test_an_unknown_task_is_said_to_be(client_of: Callable[..., Client]) -> None:
    server = FakeServer({"/_emulator/tasks/t2": refused(404, "TASK_NOT_FOUND")})
    with pytest.raises(RequestError, match=r"^you have no task t2 · check its id") as caught:
        client_of(server).result("t2")
    assert (caught.value.code, server.asked) == ("TASK_NOT_FOUND", ["/_emulator/tasks/t2"])


def test_a_task_of_another_server_is_said_to_be(client_of: Callable[..., Client]) -> None:
    server = FakeServer({"/_emulator/tasks/t1": refused(404, "TASK_NOT_FOUND")})
    with pytest.raises(RequestError, match=f"^task t1 ran on {ELSEWHERE}, and this is {URL}"):
        client_of(server, done_on=ELSEWHERE, emulated=False).result("t1")


def test_texts_come_by_task(client_of: Callable[..., Client]) -> None:
    text = {name: TOLD[name] for name in ("sessionId", "taskId", "prompt", "startingUrl", "createdAt")}
    server = FakeServer({"/_emulator/tasks": {"success": True, "tasks": [text]}})
    assert client_of(server).task_texts() == {"t1": "List the prices."}
