"""Tests of the conditions that a task expects of its pages: parsing, and the fields that are sent."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from helpers.fake_service import USAGE, FakeService, completed, failed
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ExpectationError, RequestError, TaskFailedError
from webrun_nb.client.tasks.expectations import Expectations
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
    assert [*Expectations.read(written).statuses] == statuses


@pytest.mark.parametrize(
    "written",
    [
        "status",
        "status = 4040",
        "status = 99",
        "status in 499..400",
        "status < 500",
        "",
        "rows",
        "rows > x",
        "not null",
    ],
)
def test_another_condition_is_answered_with_those_that_there_are(written: str) -> None:
    with pytest.raises(RequestError, match=r'is not a condition · there is "status = 404"'):
        Expectations.read(written)


def test_the_line_says_the_same_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"^--expect: 'rows >=' is not a condition"):
        parse(COMMANDS, 'task --expect "rows >="', "List the rows.")


def test_the_option_may_be_repeated_and_is_in_the_code() -> None:
    arguments = parse(COMMANDS, 'task --expect "status = 404" --expect "status = 410"', "List the rows.").arguments
    assert isinstance(arguments, Task)
    assert arguments.expect == ("status = 404", "status = 410")
    code = python_code(submitted_task(arguments, arguments.text, None, None, None))
    assert "expect=['status = 404', 'status = 410']" in code


@pytest.mark.parametrize(
    ("written", "rows", "unmet"),
    [
        ("rows >= 3", 3, []),
        ("rows >= 3", 2, ["rows >= 3: there are 2"]),
        ("rows <= 3", 4, ["rows <= 3: there are 4"]),
        ("rows = 3", 3, []),
        ("rows == 3", 2, ["rows == 3: there are 2"]),
        ("rows>3", 3, ["rows > 3: there are 3"]),
        ("rows < 3", 2, []),
        ("price not null", 4, ["price not null: 2 of 4 have no value that fits"]),
        ("price is not null", 4, ["price not null: 2 of 4 have no value that fits"]),
        ("unit price NOT NULL", 4, []),
        ("weight not null", 4, ["weight not null: there is no such column, but price, unit price"]),
        (
            ["rows >= 9", "price not null"],
            1,
            ["rows >= 9: there are 1", "price not null: 2 of 1 have no value that fits"],
        ),
        ("status = 404", 0, []),
    ],
)
def test_conditions_on_rows(written: str | list[str], rows: int, unmet: list[str]) -> None:
    assert Expectations.read(written).unmet(rows, {"price": 2, "unit price": 0}) == unmet


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
    client.start("shop").task("List them.", user_agent="webrun-nb/0.2")
    assert service.sent[-1]["emulator"] == {"userAgent": "webrun-nb/0.2"}
    client.start("shop").task("List them.")
    assert "emulator" not in service.sent[-1]


@pytest.mark.parametrize("url", ["https://connect.webrun.ai", "http://127.0.0.1:9"])
def test_a_server_that_would_ignore_it_is_not_asked(url: str) -> None:
    service = FakeHostedService()
    client = client_of(service, url)
    with pytest.raises(RequestError, match=r"would ignore a status in expect= · only the emulator has it") as caught:
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


# --- checking ---------------------------------------------------------------------------------------------------------


def test_an_answer_that_is_as_expected_is_returned(client: Client, service: FakeService) -> None:
    service.task = completed('[{"name": "A", "price": 1.5}]')
    expect = ["rows = 1", "price not null"]
    assert len(client.start("shop").task("List them.", schema="name:str, price:float?", expect=expect).df) == 1


def test_an_answer_that_is_not_is_an_error_with_the_result(client: Client, service: FakeService) -> None:
    service.task = completed('[{"name": "A", "price": null}]')
    with pytest.raises(ExpectationError, match=r"expected rows >= 2: there are 1; price not null: 1 of 1") as caught:
        client.start("shop").task("List.", schema="name:str, price:float?", expect=["rows >= 2", "price not null"])
    assert caught.value.result is client.last
    assert (caught.value.code, caught.value.task_id) == ("EXPECTATION", caught.value.result.task_id)


def test_a_value_that_does_not_fit_is_none(client: Client, service: FakeService) -> None:
    service.task = completed('[{"price": "cheap"}]')
    with pytest.raises(ExpectationError, match="price not null"):
        client.start("shop").task("List.", schema="price:float", expect="price not null")


def test_what_is_expected_of_rows_is_not_sent(client: Client, service: FakeService) -> None:
    service.task = completed('[{"price": 1}]')
    client.start("shop").task("List.", schema="price:int", expect="rows = 1")
    assert "emulator" not in service.sent[-1]


def test_a_column_that_the_schema_does_not_have_is_refused_before_anything_is_sent(
    client: Client, service: FakeService
) -> None:
    session = client.start("shop")
    before = len(service.sent)
    with pytest.raises(RequestError, match=r"the schema has no column 'prices' · did you mean price\?"):
        session.task("List.", schema="name:str, price:float", expect="prices not null")
    assert len(service.sent) == before


def test_a_client_without_tables_counts_in_the_records(service: FakeService) -> None:
    client = client_of(service)
    service.task = completed('[{"a": 1}, {"a": null}]')
    with pytest.raises(ExpectationError, match=r"rows > 2: there are 2; a not null: 1 of 2"):
        client.start("shop").task("List.", schema={"type": "array"}, expect=["rows > 2", "a not null"])
    client.close()
