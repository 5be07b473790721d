"""Tests of `openapi.json`: it matches the contract, and schemathesis finds no response that it does not declare."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from helpers.emulators import StartEmulator
from helpers.waiting import wait_until
from webrun_nb.common.codes import ErrorCode

#: every endpoint of the contract that is built, as (method, path)
OPERATIONS = [
    ("GET", "/start/health"),
    ("POST", "/start/start-session"),
    ("POST", "/start/run-task"),
    ("POST", "/start/send-message"),
    ("GET", "/start/session-status/{session_id}"),
    ("GET", "/start/sessions"),
    ("GET", "/start/active-sockets"),
    ("GET", "/task/{session_id}/{task_id}"),
    ("GET", "/account/usage"),
    ("GET", "/v1/models"),
    ("GET", "/policies"),
    ("POST", "/policies"),
    ("GET", "/policies/{policy_id}"),
    ("PUT", "/policies/{policy_id}"),
    ("DELETE", "/policies/{policy_id}"),
    ("GET", "/policies/{policy_id}/audit"),
    ("POST", "/policies/{policy_id}/test"),
    ("GET", "/environments"),
    ("POST", "/environments"),
    ("DELETE", "/environments/{environment_id}"),
    ("POST", "/environments/{environment_id}/upload"),
    ("GET", "/environments/{environment_id}/files"),
    ("DELETE", "/environments/{environment_id}/files/{file_id}"),
    ("GET", "/profiles"),
    ("POST", "/profiles"),
    ("DELETE", "/profiles/{profile_id}"),
    ("GET", "/profiles/{profile_id}/download"),
    ("POST", "/profiles/{profile_id}/upload"),
    ("POST", "/files/upload"),
    ("GET", "/_emulator/tasks"),
    ("GET", "/_emulator/tasks/{task_id}"),
    ("GET", "/_emulator/tasks/{task_id}/steps"),
    ("GET", "/_emulator/tasks/{task_id}/provenance"),
    ("GET", "/_emulator/tasks/{task_id}/report"),
    ("GET", "/_emulator/tasks/{task_id}/recording"),
    ("GET", "/_emulator/tasks/{task_id}/script"),
    ("POST", "/_emulator/cassettes"),
    ("GET", "/_emulator/cassettes/{name}"),
    ("DELETE", "/_emulator/cassettes/{name}"),
    ("POST", "/_emulator/extract"),
    ("POST", "/_emulator/peek"),
    ("GET", "/_emulator/tasks/{task_id}/steps/{seq}/picture"),
    ("GET", "/_emulator/tasks/{task_id}/pictures/{at}"),
    ("PUT", "/_emulator/sessions/{session_id}/pictures"),
    ("PUT", "/_emulator/sessions/{session_id}/model-key"),
    ("GET", "/_emulator/sessions/{session_id}/effects"),
    ("GET", "/_emulator/state"),
    ("POST", "/_emulator/clock"),
    ("POST", "/_emulator/faults"),
    ("PUT", "/_emulator/account"),
    ("POST", "/_emulator/sessions/{session_id}/instance"),
    ("POST", "/_emulator/reset"),  # the last, since it ends all sessions
]
UNTRIED = {("POST", "/_emulator/proxies/test")}
"""Not called with invented values, because it dials the given host. Its tests are in test_proxies.py."""
NO_LIMITS = {"balance": None, "spendingLimit": None, "sessionLimit": None, "deactivated": False}
EXAMPLES = 10
EXAMPLES_OF_READS = 5
"""Reads have no body: their values are ids, known or invented."""
EXAMPLES_WITHOUT_KEY = 3
"""Examples of an operation that are sent again without a key and with a wrong one: no value changes that answer."""
FEW = {
    "/_emulator/reset": 3,
    "/_emulator/clock": 10,
    "/_emulator/account": 10,
    "/_emulator/extract": 10,
    "/_emulator/peek": 10,
}
"""Number of cases of operations that take long, or after which new sessions are needed."""
OTHER_STATUSES = {"SESSION_NOT_FOUND": {404, 401}}
SHORTEST_MS = 1000


@dataclass
class Guests:
    """The sessions that generated cases use: real ones, replaced after a case has changed them."""

    emulator: Any
    session_id: str = ""
    """Of an idle session."""
    task_session_id: str = ""
    task_id: str = ""
    policy_id: str = ""
    environment_id: str = ""

    def renew(self, changed_by: str = "/_emulator") -> None:
        """Provide an idle session, a task that has ended, a policy and an environment.

        Parameters
        ----------
        changed_by : str
            The path that a case has called: what it can't have changed is not looked at. The control API's paths may
            change anything.
        """
        anything = changed_by.startswith("/_emulator")
        if anything or changed_by.startswith("/policies"):
            self._renew_policy()
        if anything or changed_by.startswith(("/environments", "/profiles")):
            self._renew_environment()
        if anything or changed_by.startswith("/start"):
            self._renew_session()

    def _renew_policy(self) -> None:
        if self.emulator.get(f"/policies/{self.policy_id or 'none'}")[0] == 404:
            self.policy_id = self.emulator.post("/policies", {"name": "Guests"})[1]["policy"]["_id"]

    def _renew_environment(self) -> None:
        known = [each["_id"] for each in self.emulator.get("/environments")[1]["environments"]]
        if self.environment_id not in known or len(known) > 10:
            for each in known:
                self.emulator.http.delete(f"/environments/{each}")
            self.environment_id = self.emulator.post("/environments", {"name": "Guests"})[1]["environment"]["_id"]

    def _renew_session(self) -> None:
        if self.session_id and self._phase() == "idle":
            return
        self.end(self.session_id)
        self.session_id = self.emulator.start()
        _, body = self.emulator.message(self.session_id, actionType="newTask", taskDetails="read the page")
        self.task_session_id, self.task_id = self.session_id, body["taskId"]

    def end(self, session_id: str) -> None:
        self.emulator.message(session_id, actionType="state", newState="terminate")

    def _phase(self) -> str | None:
        _, body = self.emulator.get(f"/start/session-status/{self.session_id}")
        return body.get("phase")


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Iterator[Any]:
    running = start_emulator("--control", "--isolation", "context")
    yield running
    running.end()


@pytest.fixture(scope="module")
def guests(emulator: Any) -> Guests:
    there = Guests(emulator)
    there.renew()
    return there


@pytest.fixture(scope="module")
def served(emulator: Any, guests: Guests) -> Any:
    """Load the served schema, with hooks that put real ids into half of the cases."""
    loaded = schemathesis.openapi.from_url(
        f"{emulator.url}/openapi.json", headers={"Authorization": f"Bearer {emulator.key}"}
    )

    loaded.config.update(request_timeout=120)  # 10 s say how busy the machine is

    @loaded.hook
    def before_generate_path_parameters(context: Any, strategy: Any) -> Any:
        def known(given: dict[str, Any] | None) -> dict[str, Any] | None:
            ids = {
                "session_id": guests.task_session_id,
                "task_id": guests.task_id,
                "policy_id": guests.policy_id,
                "environment_id": guests.environment_id,
                "profile_id": guests.environment_id,
                "file_id": "0" * 24,
                "seq": 1,
                "at": 1,
                "name": "fruits",
            }
            return given and {name: ids[name] for name in given}

        return st.one_of(strategy, strategy.map(known))

    @loaded.hook
    def before_generate_body(context: Any, strategy: Any) -> Any:
        return st.one_of(strategy, strategy.map(lambda body: _about(guests, body)), strategy.map(_short))

    @loaded.hook
    def filter_body(context: Any, body: Any) -> bool:
        return not (isinstance(body, dict) and None in body.values())  # null is "not given", and no bad value

    return loaded


def _about(guests: Guests, body: Any) -> Any:
    return {**_short(body), "sessionId": guests.session_id} if isinstance(body, dict) else body


def _short(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    limit = {"maxDuration": SHORTEST_MS} if "taskDetails" in body else {}
    return {name: _short(value) for name, value in body.items()} | limit


def errors_are_the_contracts(ctx: Any, response: Any, case: Any) -> None:
    """Check that each refusal has the form of section 2."""
    if response.status_code < 400:
        return
    body = response.json()
    if case.path.startswith("/v1/"):
        assert body["error"].keys() == {"message", "type", "code"}
        return
    assert body["success"] is False
    assert body["message"] == body["error"] != ""
    assert response.status_code in OTHER_STATUSES.get(body["code"], {ErrorCode(body["code"]).http_status}), body


def _cases() -> Iterator[Any]:
    for method, path in OPERATIONS:
        yield pytest.param(method, path, GenerationMode.POSITIVE, id=f"good {method} {path}")
        if method != "GET" and path != "/_emulator/reset":  # what has a body can have a bad one
            yield pytest.param(method, path, GenerationMode.NEGATIVE, id=f"bad {method} {path}")


@pytest.mark.parametrize(("method", "path", "mode"), list(_cases()))
def test_every_response_matches_the_schema(
    emulator: Any, guests: Guests, served: Any, method: str, path: str, mode: GenerationMode
) -> None:
    reads = method == "GET"
    examples = FEW.get(path, EXAMPLES_OF_READS if reads else EXAMPLES)
    asked = itertools.count()

    @given(case=served[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        which = [*CHECKS, checks.ignored_auth] if next(asked) < EXAMPLES_WITHOUT_KEY else CHECKS
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {emulator.key}"}, checks=which)
        if not reads:
            _tidy(emulator, guests, case, answer)

    ask()


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    errors_are_the_contracts,
]


def _tidy(emulator: Any, guests: Guests, case: Any, answer: Any) -> None:
    """End what the case has opened, and undo what would refuse the next cases."""
    if answer.status_code == 200 and case.path in ("/start/start-session", "/start/run-task"):
        guests.end(answer.json()["sessionId"])
    if case.path.startswith("/_emulator"):
        emulator.post("/_emulator/faults", {"clear": True})
        emulator.post("/_emulator/clock", {"freeze": False})
        emulator.http.put("/_emulator/account", json=NO_LIMITS)
    guests.renew(case.path)


# --- what the contract says, and openapi.json with it -----------------------------------------------------------------

TASK = {
    "prompt", "startingUrl", "maxDuration", "maxInputTokens", "maxOutputTokens", "avoidDomains", "emulator",
    "terminateOnCompletion", "outputType", "outputSchema", "secrets", "files", "webhook",
}  # fmt: skip
SESSION = {"environmentId", "policyId", "proxy", "mode", "reachOutMode"}
ASKED = {
    "/start/start-session": SESSION | {"task"},
    "/start/run-task": SESSION | TASK,
    "/start/send-message": {"sessionId", "message"},
    "/_emulator/clock": {"advance", "freeze"},
    "/_emulator/account": {"balance", "spendingLimit", "sessionLimit", "deactivated"},
    "/_emulator/sessions/{session_id}/instance": {"action"},
}
BILLED = {"success", "sessionId", "taskId", "status", "pending", "usage"}
COMPLETED = BILLED | {"type", "data", "completedAt", "result"}
GUARDRAIL = BILLED | {"type", "data"}
FAILED = BILLED | {"type", "error", "message", "code", "details"}
STILL_PENDING = {"success", "sessionId", "taskId", "status", "pending", "pollUrl", "message"}
TASK_ANSWERS = [COMPLETED | {"pollUrl"}, GUARDRAIL | {"pollUrl", "message"}, FAILED | {"pollUrl"}, STILL_PENDING]
ANSWERED = {
    "/start/health": [{"success", "status", "instancesAvailable", "instanceCount", "timestamp"}],
    "/start/start-session": [
        {"success", "sessionId", "socketURL", "streaming", "initialPrompt", "expiresIn", "balance", "message", "taskId"}
    ],
    "/start/run-task": [*TASK_ANSWERS],
    "/start/send-message": [*TASK_ANSWERS, {"success", "message"}],
    "/v1/models": [{"object", "data"}],
    "/start/session-status/{session_id}": [
        {
            "success", "sessionId", "status", "phase", "currentTaskId", "queuedTaskIds", "createdAt", "lastActivityAt",
            "expiresAt", "inactivityTimeout", "reason", "environmentId", "policyId", "proxy", "usage", "streaming",
            "now", "clockRunning", "reachOutMode", "note",
        }
    ],
    "/start/sessions": [{"success", "sessions"}],
    "/start/active-sockets": [{"success", "activeSockets", "sessions"}],
    "/task/{session_id}/{task_id}": [BILLED, COMPLETED, GUARDRAIL, FAILED],
    "/account/usage": [{"success", "balance", "currentPeriodSpend", "spendingLimit", "remaining"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def document(emulator: Any) -> Any:
    return emulator.get("/openapi.json")[1]


def _objects(document: Any, described: Any) -> list[Any]:
    """Return the object schemas that a schema allows."""
    if "$ref" in described:
        return _objects(document, document["components"]["schemas"][described["$ref"].rpartition("/")[2]])
    options = described.get("anyOf") or described.get("oneOf")
    return [found for option in options for found in _objects(document, option)] if options else [described]


def _content(described: Any) -> Any:
    return described["content"]["application/json"]["schema"]


class Nobody(dict[str, str]):
    """Ids that do not exist, for any path."""

    def __missing__(self, name: str) -> str:
        return "a" * 12


def test_every_endpoint_is_described(document):
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert described == set(OPERATIONS) | UNTRIED


@pytest.mark.parametrize("path", ASKED)
def test_requests_have_the_contracts_fields(document, path):
    (operation,) = document["paths"][path].values()
    (body,) = _objects(document, _content(operation["requestBody"]))
    assert set(body["properties"]) == ASKED[path]


def test_messages_have_the_contracts_fields(document):
    (body,) = _objects(document, {"$ref": "#/components/schemas/SendMessage"})
    messages = [set(message["properties"]) for message in _objects(document, body["properties"]["message"])]
    assert messages == [
        {"actionType", "newState", *TASK},
        {"actionType", "newState", "taskId"},
        {"actionType", "newState", "prompt"},
        {"actionType", "action"},
    ]


@pytest.mark.parametrize("path", ANSWERED)
def test_answers_have_the_contracts_fields(document, path):
    (operation,) = document["paths"][path].values()
    answers = [set(answer["properties"]) for answer in _objects(document, _content(operation["responses"]["200"]))]
    for fields in ANSWERED[path]:
        assert fields in answers


def test_bad_input_is_announced_as_400_and_never_as_422(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            (error,) = _objects(document, _content(operation["responses"]["400"]))
            openai = path.startswith("/v1/")
            assert (
                set(error["properties"]) == {"error"} if openai else {"success", "message", "error", "code", "details"}
            )


def test_every_status_of_the_table_of_codes_is_announced(document):
    for operations in document["paths"].values():
        for operation in operations.values():
            assert {int(status) for status in operation["responses"]} == {
                200,
                *(code.http_status for code in ErrorCode),
            }


def test_the_key_is_announced_where_it_is_needed(document):
    assert document["components"]["securitySchemes"]["apiKey"] == {"type": "http", "scheme": "bearer"}
    without = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security", document["security"]) == []
    }
    assert without == {"/start/health", "/task/{session_id}/{task_id}"}


def test_the_description_needs_the_key(emulator):
    answer = httpx.get(f"{emulator.url}/openapi.json", trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("method", "path", "wrong"),
    [
        (right, path, wrong)
        for right, path in OPERATIONS
        for wrong in ("DELETE", "GET", "POST")
        if (wrong, path) not in OPERATIONS
    ],
)
def test_a_wrong_method_is_answered_with_the_allowed_ones(emulator, method, path, wrong):
    answer = emulator.http.request(wrong, path.format_map(Nobody()))
    assert answer.status_code == 405
    assert method in answer.headers["Allow"].split(", ")
    body = answer.json()
    assert (body["error"] if path.startswith("/v1/") else body)["code"] == "METHOD_NOT_ALLOWED"


# --- an answer that is not ready in time ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def late_answer(start_emulator: StartEmulator) -> Iterator[tuple[Any, Callable[[], tuple[int, Any]]]]:
    """Start a request that exceeds the time limit of an answer; return the emulator and the pending request."""
    apart = start_emulator()  # the other tests move the clock
    task = {"prompt": "wait for 55 seconds, then list the laptops", "startingUrl": apart.shop}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(apart.post, "/start/run-task", task)
        yield apart, asked.result
        apart.end()


@pytest.fixture(scope="module", autouse=True)
def _asked_first(request: pytest.FixtureRequest) -> None:
    """Start that request before the other tests of the module, which take as long, if its test was selected."""
    if any("late_answer" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("late_answer")


def test_after_fifty_seconds_the_answer_is_where_to_look(late_answer):
    emulator, answered = late_answer
    _, body = answered()
    assert set(body) == STILL_PENDING
    assert (body["status"], body["pending"]) == ("pending", True)
    assert body["message"] == "Task still running. Poll GET /task/:sessionId/:taskId for result."
    path = httpx.URL(body["pollUrl"]).path
    assert wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])["status"] == "complete"
