"""Tests of kept answers: the key of a task, the answers that may be kept, and tasks that take one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from helpers.fake_service import USAGE, FakeService, completed
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError, ExpectationError, RequestError
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.tasks.answer_cache import AnswerCache, CacheContext, key_of, objection_to
from webrun_nb.client.tasks.answer_store import AnswerStore
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.request import TaskRequest, build_task_request
from webrun_nb.common.local_time import utc
from webrun_nb.common.redacted import HostSecret, Secret
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.wire.policies import StepBody, StepList

BASE_URL = "http://127.0.0.1:9"
SHOP = "practice:shop"
HERE = CacheContext(base_url=BASE_URL, emulated=True)
TWO_ROWS = '[{"x": 1.5, "link": "http://shop.localhost:9/a"}, {"x": null, "link": "http://else.localhost:9/"}]'
STEP: dict[str, Any] = {
    "seq": 1, "kind": "action", "name": "navigateUrl", "target": "http://x/", "by": "agent", "url": "", "looks": True,
    "decision": None, "rule": None, "response": None, "outcome": "done", "error": None, "at": 1, "duration": 1.0,
    "cost": 0.0, "picture": True,
}  # fmt: skip
VALUE = {
    "row": 0,
    "column": "x",
    "url": "http://shop.localhost:9/",
    "element": "td",
    "text": "1,5",
    "reading": "mark ,",
}


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    return AnswerStore(tmp_path / "answers.sqlite3")


def client_of(service: FakeService, store: AnswerStore, base_url: str = BASE_URL) -> Client:
    transport = httpx.MockTransport(service)
    frames = NotebookFrames()
    return Client(base_url, key="k", transport=transport, listen=False, ledger=None, frames=frames, answers=store)


@pytest.fixture
def client(service: FakeService, store: AnswerStore) -> Iterator[Client]:
    """A client of a service that has the answer of a task, its steps and its report."""
    service.task, service.steps, service.report = completed(TWO_ROWS), [STEP], {"values": [VALUE]}
    client = client_of(service, store)
    yield client
    client.close()


def run(client: Client, text: str = "List them.", **options: Any) -> Any:
    return client.run_task(text, **{"url": SHOP, "schema": "x:float?, link:url", "cache": True, **options})


def started(service: FakeService) -> int:
    """Return the number of sessions that were started."""
    return service.number


# --- the key ----------------------------------------------------------------------------------------------------------


def request(text: str = "List them.", base_url: str = BASE_URL, **options: Any) -> TaskRequest:
    schema = NotebookFrames().read_schema(options.pop("schema", "x:int"))
    return build_task_request(text, TaskOptions(**{"url": SHOP, **options}), base_url=base_url, schema=schema)


KEY = key_of(request(), HERE)


@pytest.mark.parametrize(
    "other",
    [
        request("List all."),
        request(url="practice:shop/category/laptops"),
        request(schema="x:float"),
        request(schema="x:int, y:int"),
        request(avoid_domains=["ads.example"]),
        request(max_output_tokens=100),
        request(expect="status = 404"),
        replace(request(), fields={**request().fields, "emulator": {"agent": "llm", "model": "m"}}),
        replace(request(), fields={**request().fields, "aFieldOfTomorrow": 1}),
    ],
)
def test_another_task_has_another_key(other: TaskRequest) -> None:
    assert key_of(other, HERE) != KEY


@pytest.mark.parametrize(
    "other",
    [
        replace(HERE, base_url="http://emulator.example", emulated=False),
        replace(HERE, environment=("e1", "v1")),
        replace(HERE, policy=("p1", 1)),
        replace(HERE, proxy="WebRun:DE"),
    ],
)
def test_other_conditions_make_another_key(other: CacheContext) -> None:
    assert key_of(request(), other) != KEY


@pytest.mark.parametrize(
    "same",
    [
        request(timeout_ms=2_000),
        request(end=True),
        request(max_cost_usd="0.01"),
        request(expect="rows >= 1"),
        request(cache="2h"),
        request(refresh=True),
    ],
)
def test_what_does_not_change_an_answer_is_not_in_the_key(same: TaskRequest) -> None:
    assert key_of(same, HERE) == KEY


def test_an_emulator_at_another_port_is_the_same_server() -> None:
    elsewhere = "http://127.0.0.1:10"
    assert key_of(request(base_url=elsewhere), replace(HERE, base_url=elsewhere)) == KEY


# --- what may be kept -------------------------------------------------------------------------------------------------


def steps(*changes: dict[str, Any], left_out: int = 0) -> StepList:
    made = [StepBody.model_validate({**STEP, **change}) for change in changes]
    return StepList(session_id="s1", task_id="t1", steps=made, steps_left_out=left_out)


def test_steps_that_only_look_at_pages_change_nothing() -> None:
    looks = [{"kind": kind, "looks": False} for kind in ("look", "read", "note", "finish")]
    assert objection_to(steps({}, {"name": "click"}, *looks)) == ""


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"name": "click", "target": "Buy", "looks": False}, "it may have changed something (click Buy)"),
        ({"name": "type", "target": "Search", "looks": False}, "it may have changed something (type Search)"),
        ({"name": "uploadFile", "target": "", "looks": False}, "it may have changed something (upload)"),
        ({"by": "user"}, "a person worked in its browser"),
        ({"kind": "ask", "name": "ambiguous"}, "it asked a person"),
        ({"response": "approved"}, "it asked a person"),
    ],
)
def test_any_other_step_is_named(change: dict[str, Any], objection: str) -> None:
    assert objection_to(steps({}, change)) == objection


def test_a_step_of_a_server_that_does_not_say_if_it_looks_may_have_changed_something() -> None:
    unsaid = {name: value for name, value in STEP.items() if name != "looks"}
    told = StepList(session_id="s1", task_id="t1", steps=[StepBody.model_validate(unsaid)])
    assert objection_to(told).startswith("it may have changed something")


def test_steps_that_are_not_recorded_may_have_changed_something() -> None:
    assert objection_to(steps({}, left_out=3)) == "3 of its steps are not recorded"


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_the_same_task_is_not_run_again(client: Client, service: FakeService) -> None:
    first, again = run(client), run(client)
    assert (first.cached_age_s, first.not_kept, started(service)) == (None, None, 1)
    assert again.cached_age_s is not None
    assert 0 <= again.cached_age_s < 3600
    assert again.df.equals(first.df)
    assert (again.task_id, again.captured_at, again.usage) == (first.task_id, first.captured_at, first.usage)
    assert client.last is again


def test_a_kept_answer_costs_nothing_and_says_that_it_is_one(client: Client) -> None:
    first, again = run(client), run(client)
    assert (first.cost_usd, again.cost_usd) == (Decimal(str(USAGE["cost"])), 0)
    told = again.df.attrs["webrun"]
    assert (told["cached"], told["cost"]["amount_usd"]) == (True, 0.0)
    assert told["captured_at"] == first.df.attrs["webrun"]["captured_at"]
    assert first.df.attrs["webrun"]["cached"] is False
    assert "kept answer of" in repr(again)


def test_a_kept_answer_has_its_sources_and_steps_but_no_pictures(client: Client) -> None:
    run(client)
    again = run(client)
    assert again.provenance["text"].tolist() == ["1,5"]
    assert again.report.values == []  # none is odd
    assert len(again.steps) == 1
    for picture in (lambda: again.step_picture(1), lambda: again.recorded.page_picture(1)):
        with pytest.raises(RequestError, match="a kept answer has no pictures"):
            picture()


def test_an_answer_that_is_too_old_is_not_taken(client: Client, service: FakeService, store: AnswerStore) -> None:
    run(client)
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE answers SET kept_at_ms = kept_at_ms - 7200000")
    database.close()
    assert run(client, cache="3h").cached_age_s is not None
    assert run(client, cache="1h").cached_age_s is None
    assert started(service) == 2


def test_refresh_runs_the_task_and_replaces_its_answer(client: Client, service: FakeService) -> None:
    run(client)
    service.task = completed('[{"x": 7, "link": null}]')
    assert run(client, cache=False, refresh=True).df["x"].tolist() == [7]
    assert run(client).df["x"].tolist() == [7]
    assert started(service) == 2


def test_a_kept_answer_that_is_not_as_expected_is_not_taken(client: Client, service: FakeService) -> None:
    run(client)
    with pytest.raises(ExpectationError):
        run(client, expect="rows >= 3")
    assert started(service) == 2
    assert run(client, expect="rows >= 2").cached_age_s is not None


def test_the_addresses_of_practice_sites_are_those_of_the_emulator_that_runs_now(
    client: Client, service: FakeService, store: AnswerStore
) -> None:
    run(client)
    later = client_of(service, store, "http://127.0.0.1:10")
    again = run(later)
    later.close()
    assert again.cached_age_s is not None
    assert again.df["link"].tolist() == ["http://shop.localhost:10/a", "http://else.localhost:9/"]
    assert again.url == "http://shop.localhost:10/"
    assert again.provenance["page"].tolist() == ["http://shop.localhost:10/"]


def test_an_answer_of_a_task_that_may_have_changed_something_is_not_kept(client: Client, service: FakeService) -> None:
    service.steps = [{**STEP, "name": "click", "target": "Buy", "looks": False}]
    assert [run(client).not_kept for _ in range(2)] == 2 * ["it may have changed something (click Buy)"]


def test_an_answer_with_a_file_is_not_kept(client: Client, service: FakeService) -> None:
    service.task["data"]["files"] = [{"downloadUrl": "/x", "filename": "x.csv", "source": "", "timestamp": 1}]
    assert run(client).not_kept == "it downloaded a file"


def test_a_proxy_with_a_password_is_a_login(client: Client) -> None:
    proxy = {"source": "own", "type": "http", "host": "p.example", "port": 1, "username": "u", "password": "pw"}
    assert run(client, proxy=proxy).not_kept == "its proxy has a password"


def test_a_task_in_the_background_takes_no_kept_answer(client: Client) -> None:
    for submit in (client.submit_task, client.start("main").submit):
        with pytest.raises(ArgumentError, match="has no argument 'cache'"):
            submit("List them.", url=SHOP, cache=True)


# --- open sessions ----------------------------------------------------------------------------------------------------


def test_a_task_of_an_open_session_takes_the_answer_of_another(client: Client, service: FakeService) -> None:
    run(client)
    session = client.start("main")
    sent = len(service.sent)
    result = session.task("List them.", url=SHOP, schema="x:float?, link:url", cache=True)
    assert (result.cached_age_s is not None, len(service.sent)) == (True, sent)
    assert not session.ended


def test_a_session_that_was_to_end_with_the_task_ends_with_its_kept_answer(client: Client) -> None:
    run(client)
    session = client.start("main")
    session.task("List them.", url=SHOP, schema="x:float?, link:url", cache=True, end=True)
    assert session.ended


@pytest.mark.parametrize(
    ("effect", "why"),
    [
        ("acted", "something may have been changed in its session before"),
        ("secrets", "its session has logins"),
        ("busy", "other tasks run in its session"),
    ],
)
def test_a_session_that_may_see_other_pages_takes_and_keeps_none(
    client: Client, service: FakeService, store: AnswerStore, effect: str, why: str
) -> None:
    run(client)
    before = store.entries()
    session = client.start("main")
    service.effects[effect] = True
    result = session.task("List them.", url=SHOP, schema="x:float?, link:url", cache=True)
    assert (result.cached_age_s, result.not_kept, store.entries()) == (None, why, before)


def test_a_session_that_is_to_be_started_with_secrets_takes_and_keeps_none(client: Client) -> None:
    result = run(client)
    secrets = (HostSecret("shop.localhost", (("password", Secret("pw")),)),)
    context = runtime.run(client.cache_context(SessionOptions(secrets=secrets)))
    assert runtime.run(client.answers.find(request(), context, 60_000)) is None
    assert runtime.run(client.answers.keep(request(), context, result)) == "its session has logins"


# --- environments and policies ----------------------------------------------------------------------------------------

STARTED_MS = 1_700_000_000_000


class FakeVersions:
    """Environments or policies, of which there is one; its time is what a test sets."""

    def __init__(self, changed_ms: int = STARTED_MS - 1) -> None:
        self.changed_ms = changed_ms

    async def afind(self, name: str) -> Any:
        if name != "e1":
            raise RequestError("there is none", code="ENVIRONMENT_NOT_FOUND")
        return SimpleNamespace(id=name, name="work", saved_at=utc(self.changed_ms), updated_at=utc(self.changed_ms))


def cache_with(client: Client, store: AnswerStore, versions: Any) -> AnswerCache:
    return AnswerCache(client.http, versions, versions, client.frames, store)


@pytest.mark.parametrize("kind", ["environment_id", "policy_id"])
def test_another_version_of_an_environment_or_policy_makes_another_key(
    client: Client, store: AnswerStore, kind: str
) -> None:
    versions = FakeVersions()
    cache = cache_with(client, store, versions)
    before, again = (runtime.run(cache.context(**{kind: "e1"})) for _ in range(2))
    versions.changed_ms += 1
    after = runtime.run(cache.context(**{kind: "e1"}))
    assert key_of(request(), before) == key_of(request(), again) != key_of(request(), after)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("environment_id", "environment work was saved after its session had started"),
        ("policy_id", "its policy was changed after its session had started"),
    ],
)
def test_a_version_that_an_open_session_does_not_have_is_none_of_its_conditions(
    client: Client, store: AnswerStore, kind: str, why: str
) -> None:
    versions = FakeVersions()
    cache = cache_with(client, store, versions)
    about: Any = {kind: "e1", "session_id": "s1", "since_ms": STARTED_MS}
    assert runtime.run(cache.context(**about)).unknown == ""
    versions.changed_ms = STARTED_MS + 1
    assert runtime.run(cache.context(**about)).unknown == why


def test_a_single_task_in_an_environment_takes_an_answer_and_keeps_none(client: Client, store: AnswerStore) -> None:
    cache, result = cache_with(client, store, FakeVersions()), run(client)
    single = runtime.run(cache.context(environment_id="e1"))
    assert "another version" in str(runtime.run(cache.keep(request(), single, result)))
    opened = runtime.run(cache.context(environment_id="e1", session_id="s1", since_ms=STARTED_MS))
    assert runtime.run(cache.keep(request(), opened, result)) is None
    assert runtime.run(cache.find(request(), single, 60_000)) is not None


def test_an_environment_that_is_not_there_leaves_the_error_to_the_task(client: Client, store: AnswerStore) -> None:
    cache = cache_with(client, store, FakeVersions())
    assert runtime.run(cache.context(environment_id="gone")).unknown == "there is none"


def test_an_answer_under_a_policy_that_was_changed_meanwhile_is_not_kept(client: Client, store: AnswerStore) -> None:
    versions = FakeVersions()
    cache, result = cache_with(client, store, versions), run(client)
    before = runtime.run(cache.context(policy_id="e1"))
    versions.changed_ms += 1
    assert runtime.run(cache.keep(request(), before, result)) == "its policy was changed meanwhile"


# --- a file that can't be used ----------------------------------------------------------------------------------------


def test_a_damaged_file_is_one_line_and_the_task_is_run(client: Client, store: AnswerStore) -> None:
    store.path.write_bytes(b"not a database at all" * 100)
    result = run(client)
    assert len(result.df) == 2
    assert result.not_kept is not None
    assert f"{store.path} can't be used" in result.not_kept


def test_a_damaged_answer_is_one_line_and_the_task_is_run(client: Client, store: AnswerStore) -> None:
    run(client)
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE answers SET content = x'00'")
    database.close()
    assert "a kept answer in" in run(client).not_kept
    assert run(client, refresh=True).not_kept is None  # it is replaced
    assert run(client).cached_age_s is not None


# --- for callers with requests of their own ---------------------------------------------------------------------------


def test_an_answer_is_kept_and_found_by_its_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    result, asked = run(client), request("Another text.")
    assert runtime.run(client.answers.find(asked, HERE, 1000)) is None
    assert runtime.run(client.answers.keep(asked, HERE, result)) is None
    found = runtime.run(client.answers.find(asked, HERE, 60_000))
    assert found is not None
    assert found.instruction == "Another text."
    client.answers.store.path.write_bytes(b"not a database at all" * 100)
    assert runtime.run(client.answers.find(asked, HERE, 1000)) is None
    assert len(caplog.records) == 1


def test_a_request_with_a_login_is_neither_found_nor_kept(client: Client) -> None:
    result, asked = run(client), request("Log in as ada with password s3cret!")
    assert runtime.run(client.answers.find(asked, HERE, 60_000)) is None
    assert "login" in str(runtime.run(client.answers.keep(asked, HERE, result)))


def test_the_clock_of_the_age_is_this_machines(client: Client, store: AnswerStore) -> None:
    run(client)
    (entry,) = store.entries()
    assert abs(entry.kept_at_ms - time.time() * 1000) < 3_600_000
    assert entry.captured_at_ms == 1_700_000_000_000  # the server's
