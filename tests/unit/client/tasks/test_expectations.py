"""Tests of the conditions that a task expects of its pages: parsing, and the fields that are sent."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from helpers.fake_service import USAGE, FakeService, failed
from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError, TaskFailedError
from webrun_nb.client.tasks.expectations import expected_statuses
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.commands.task import Task, submitted_task
from webrun_nb.notebook.display.code_export import python_code
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.parser import parse


@pytest.mark.parametrize(
    ("written", "statuses"),
    [
        ("status = 404", [404]),
        ("status==404", [404]),
        ([" status = 410 ", "status = 404"], [404, 410]),
        ("status in 400..403", [400, 401, 402, 403]),
        ((), []),
    ],
)
def test_conditions_name_statuses(written: str | list[str], statuses: list[int]) -> None:
    assert expected_statuses(written) == statuses


@pytest.mark.parametrize(
    "written", ["rows >= 100", "status", "status = 4040", "status = 99", "status in 499..400", "status < 500", ""]
)
def test_another_condition_is_answered_with_those_that_there_are(written: str) -> None:
    with pytest.raises(RequestError, match=r'is not a condition · there is "status = 404"'):
        expected_statuses(written)


def test_the_line_says_the_same_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"^--expect: 'rows >= 100' is not a condition"):
        parse(COMMANDS, 'task --expect "rows >= 100"', "List the rows.")


def test_the_option_may_be_repeated_and_is_in_the_code() -> None:
    arguments = parse(COMMANDS, 'task --expect "status = 404" --expect "status = 410"', "List the rows.").arguments
    assert isinstance(arguments, Task)
    assert arguments.expect == ("status = 404", "status = 410")
    code = python_code(submitted_task(arguments, arguments.text, None, None, None))
    assert "expect=['status = 404', 'status = 410']" in code


# --- sending ----------------------------------------------------------------------------------------------------------


class FakeEmulator(FakeService):
    """A service that lists the user's sessions, which only an emulator does."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start/sessions":
            return httpx.Response(200, json={"success": True, "sessions": []})
        return await super().__call__(request)


class FakeHostedService(FakeService):
    """A service that does not list the user's sessions."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start/sessions":
            return httpx.Response(404, json={"detail": "Not Found"})
        return await super().__call__(request)


def client_of(service: FakeService, url: str = "http://127.0.0.1:9") -> Client:
    return Client(url, key="wr_secret", transport=httpx.MockTransport(service), listen=False, ledger=None)


@pytest.fixture
def emulator() -> Iterator[tuple[Client, FakeEmulator]]:
    service = FakeEmulator()
    client = client_of(service)
    yield client, service
    client.close()


def test_statuses_go_over_the_wire(emulator: tuple[Client, FakeEmulator]) -> None:
    client, service = emulator
    client.start("shop").task("List them.", expect="status = 404")
    assert service.sent[-1]["emulator"] == {"expectStatus": [404]}
    client.start("shop").task("List them.")
    assert "emulator" not in service.sent[-1]


@pytest.mark.parametrize("url", ["https://connect.webrun.ai", "http://127.0.0.1:9"])
def test_a_server_that_would_ignore_it_is_not_asked(url: str) -> None:
    service = FakeHostedService()
    client = client_of(service, url)
    with pytest.raises(RequestError, match=r"would ignore expect= · only the emulator has it") as caught:
        client.run_task("List them.", expect="status = 404")
    client.close()
    assert (caught.value.code, service.sent) == ("EMULATOR_ONLY", [])


@pytest.mark.parametrize(
    ("emulated", "hint"),
    [(True, 'to read such a page on purpose: expect="status = 404"'), (False, "check the address")],
)
def test_an_error_page_says_how_to_read_it_where_that_is_possible(
    emulator: tuple[Client, FakeEmulator], emulated: bool, hint: str
) -> None:
    client, service = emulator
    service.task = failed("NAVIGATION_FAILED") | {
        "details": {"status": 404, "url": "http://x/"},
        "usage": {**USAGE, "emulated": emulated},
    }
    with pytest.raises(TaskFailedError) as caught:
        client.start("shop").task("List them.")
    assert caught.value.hint == hint
