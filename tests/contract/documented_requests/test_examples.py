"""Runs the examples in `python/` and `javascript/`, programs in the style of the service's documentation.

All examples of a language run in one process, at the same time. Each returns what a reader of the example would look
at; the tests compare it with what the contract promises. Two things need more than a script: an iframe of `webViewURL`
(tests/e2e/test_web_view_page.py), and a task that takes longer than its answer waits (tests/contract/test_tasks.py).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.node import install, node
from helpers.profile_archives import profile_archive
from helpers.proxies import LocalProxy

HERE = Path(__file__).parent
SOCKETIO_CLIENT = "socket.io-client@4"
WITHIN_S = 60
"""For what hangs; the examples take a fraction of it."""
CITIES = [{"city": "Ulm", "people": 129000}, {"city": "Graz", "people": 303000}]
SENT = "Message sent successfully"
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def names(language: str, suffix: str) -> list[str]:
    """Return the names of the examples in a language."""
    shared = ("service", "run_examples")
    return sorted(path.stem for path in (HERE / language).glob(f"*{suffix}") if path.stem not in shared)


Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def environment(emulator: Any, page_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment variables of the examples: the service, and the pages and things they use."""
    archive = tmp_path_factory.mktemp("profile") / "profile.tar.gz"
    archive.write_bytes(profile_archive())
    rules = {"mode": "blocklist", "entries": [{"pattern": "127.0.0.1", "action": "block"}]}
    _, created = emulator.post("/policies", {"name": "Not here", "domainRules": rules})
    proxy = LocalProxy("http")
    yield {
        **os.environ,
        "WEBRUN_BASE_URL": emulator.url,
        "WEBRUN_API_KEY": emulator.key,
        "SITE_URL": page_url,
        "AIM_URL": f"{page_url}/aim",
        "SHOP_URL": emulator.shop,
        "UPLOAD_URL": emulator.shop.replace("shop", "upload"),
        "POLICY_ID": created["policy"]["_id"],
        "PROXY_PORT": str(proxy.port),
        "PROFILE_ARCHIVE": str(archive),
    }
    proxy.die()


def run(command: list[str], environment: dict[str, str]) -> Outcomes:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["name"]: line for line in lines}


@pytest.fixture(scope="module")
def python_outcomes(environment: dict[str, str]) -> Outcomes:
    script = HERE / "python" / "run_examples.py"
    return run([sys.executable, str(script), str(WITHIN_S), *names("python", ".py")], environment)


@pytest.fixture(scope="module")
def javascript_outcomes(request: pytest.FixtureRequest, environment: dict[str, str]) -> Outcomes:
    assert request.config.cache is not None
    modules = install(request.config.cache.mkdir("npm-socket.io-client"), SOCKETIO_CLIENT)
    script = HERE / "javascript" / "run_examples.js"
    command = [str(node()), str(script), str(WITHIN_S), *names("javascript", ".js")]
    return run(command, {**environment, "NODE_PATH": str(modules)})


Outcome = Callable[[str], Any]


@pytest.fixture
def python(python_outcomes: Outcomes) -> Outcome:
    """Return the function that gives the outcome of an example in Python."""
    return lambda name: outcome_of(python_outcomes, name)


@pytest.fixture
def javascript(javascript_outcomes: Outcomes) -> Outcome:
    """Return the function that gives the outcome of an example in JavaScript."""
    return lambda name: outcome_of(javascript_outcomes, name)


def outcome_of(outcomes: Outcomes, name: str) -> Any:
    line = outcomes[name]
    assert "error" not in line, line["error"]
    return line["outcome"]


# --- sessions and tasks -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["python", "javascript"])
def either(request: pytest.FixtureRequest) -> Outcome:
    """Return the function that gives the outcome of an example that exists in both languages."""
    outcome: Outcome = request.getfixturevalue(request.param)
    return outcome


def test_the_quickstart_tells_success_and_failure_apart_by_type(either):
    outcome = either("quickstart")
    assert "Graz" in outcome["answer"]
    assert outcome["failure"].startswith("NAVIGATION_FAILED: http://127.0.0.1:9/ could not be opened")


def test_run_task_returns_an_answer_to_be_parsed(javascript):
    outcome = javascript("run_task")
    assert outcome.pop("cost") > 0
    assert outcome == {"cities": CITIES, "completedAt": True, "polledStatus": "complete"}


def test_a_session_runs_several_tasks(javascript):
    outcome = javascript("several_tasks")
    assert "Ulm" in outcome["answers"][0]
    assert outcome["answers"][1] == "A page"
    assert (outcome["end"], outcome["status"]) == (SENT, "terminated")


def test_control_commands_and_their_repetitions(javascript):
    assert javascript("control") == {
        "answers": [SENT],
        "phases": ["paused", "paused", "running", "running", "stopped", "stopped", "ended", "ended"],
        "type": "failed",
        "code": "TASK_STOPPED",
    }


def test_json_and_csv_are_read_by_parsers(python):
    assert python("structured_output") == {
        "json": {"cities": CITIES},
        "csv": [{"people": str(each["people"]), "city": each["city"]} for each in CITIES],
    }


def test_secrets_log_in_and_are_in_no_response(python):
    outcome = python("secrets_for_hosts")
    assert (outcome["status"], outcome["shown"]) == ("complete", [])
    assert "LF-1004" in outcome["answer"]


# --- questions and manual control -------------------------------------------------------------------------------------


def test_guardrails_are_answered_over_rest(python):
    outcome = python("guardrail_over_rest")
    assert (outcome["questions"], outcome["status"]) == (["human_input_needed"], "complete")
    assert outcome["empty"] == ["MISSING_REQUIRED_FIELD", {"field": "prompt"}]


def test_the_guardrail_of_run_task_is_answered(python):
    assert python("guardrail_of_run_task") == {
        "asked": "guardrail_trigger",
        "has_message": True,
        "sent": SENT,
        "type": "task_completed",
    }


def test_guardrails_are_answered_over_the_socket(javascript):
    outcome = javascript("guardrail_over_socket")
    assert (outcome["questions"], outcome["sessionId"]) == (["human_input_needed"], True)


def test_a_person_clicks_and_types_over_rest(python):
    outcome = python("take_over")
    assert (outcome["taken"], outcome["outside"]) == (SENT, "INVALID_PARAMETER")
    assert "300,200 by han" in outcome["answer"]


def test_a_person_clicks_and_types_over_the_socket(javascript):
    assert "300,200 by hand" in javascript("take_over_over_socket")["answer"]


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("joined", ["joinedAtOnce", "joinedAfterTheTask", "joinedAfterTheEnd"])
def test_a_program_that_connects_late_gets_answer_and_end(javascript, joined):
    outcome = javascript("websocket_program")[joined]
    assert "Graz" in outcome["answer"]
    assert (outcome["questions"], outcome["error"]) == (0, None)
    assert outcome["end"] == ("terminateOnCompletion" if joined == "joinedAfterTheEnd" else "terminated")


def test_a_program_that_connects_late_gets_question_and_failure(javascript):
    outcome = javascript("websocket_program")
    asked, failed = outcome["joinedAtTheQuestion"], outcome["joinedAfterTheFailure"]
    assert (asked["questions"], asked["error"], asked["end"]) == (1, None, "terminateOnCompletion")
    assert (failed["answer"], failed["error"], failed["end"]) == (None, "ELEMENT_NOT_FOUND", "failed")


def test_a_program_in_python_that_connects_late_gets_answer_and_end(python):
    outcome = python("socket_events")
    assert "Graz" in outcome["answer"]
    assert (outcome["end"], outcome["completions"]) == ("terminateOnCompletion", 1)


def test_webhooks_are_received(python):
    outcome = python("webhooks")
    assert re.fullmatch(ISO, outcome.pop("completed_at"))
    assert outcome == {
        "authorizations": ["Bearer of-the-receiver"],
        "ai_response": [{"city": "Ulm"}, {"city": "Graz"}],
        "full_response": ["completedAt", "data", "sessionId", "taskId", "type", "usage"],
        "full_response_type": "task_completed",
        "just_ping": ["completedAt", "event", "sessionId", "taskId"],
    }


# --- files, environments, profiles ------------------------------------------------------------------------------------


def test_files_and_environments(python):
    outcome = python("files_and_environments")
    assert re.fullmatch(ISO, outcome.pop("created_at"))
    assert outcome == {
        "nameless": "Environment name is required",
        "uploaded": [["cities.csv", 23], ["notes.txt", 14], ["once.txt", 11]],
        "missing": "No file provided",
        "task": "complete",
        "removed": True,
        "listed": ["cities.csv"],
        "wrong": "Only .tar.gz files are allowed",
        "none": "No file provided",
        "names": ["research"],
        "gone": "ENVIRONMENT_NOT_FOUND",
    }


def test_profiles_are_uploaded_and_downloaded(javascript):
    assert javascript("profiles") == {
        "empty": "Profile has no data to download",
        "uploaded": "Profile uploaded successfully",
        "status": "ready",
        "uploadedAt": True,
        "archiveIsGzip": True,
        "newest": True,
        "removed": True,
    }


def test_a_download_is_fetched(python):
    outcome = python("downloads")
    assert (outcome["name"], outcome["content"]) == ("report.csv", "city\nUlm\n")
    assert isinstance(outcome["timestamp"], int)


# --- rules, routes, mistakes ------------------------------------------------------------------------------------------


def test_a_policy_is_a_field_of_the_session(python):
    assert python("policies") == {
        "blocked": ["failed", "BLOCKED_BY_POLICY"],
        "reported": True,
        "misplaced": ["INVALID_PARAMETER", "task.policyId"],
        "unknown": "POLICY_NOT_FOUND",
    }


def test_proxies_are_used_or_refused(python):
    assert python("proxies") == {
        "status": "complete",
        "level": "chrome",
        "wrong_level": ["INVALID_PARAMETER", "proxy.level"],
        "managed": ["INVALID_PARAMETER", "proxy.country"],
        "inside_the_task": ["INVALID_PARAMETER", "task.proxy"],
    }


def test_errors_have_their_codes_and_texts(python):
    outcome = python("errors")
    assert {name: answer[:2] for name, answer in outcome.items()} == {
        "no key": [401, "UNAUTHORIZED"],
        "wrong key": [401, "INVALID_API_KEY"],
        "too short": [400, "INVALID_PARAMETER"],
        "too short, flat": [400, "INVALID_PARAMETER"],
        "no instruction": [400, "INVALID_TASK_DETAILS"],
        "no message": [400, "MISSING_REQUIRED_FIELD"],
        "reachOutMode": [400, "INVALID_PARAMETER"],
        "sessionId in run-task": [400, "INVALID_PARAMETER"],
        "ended session": [401, "SESSION_NOT_FOUND"],
        "unknown session": [404, "SESSION_NOT_FOUND"],
        "unknown task": [404, "TASK_NOT_FOUND"],
        "unknown environment": [404, "ENVIRONMENT_NOT_FOUND"],
        "no schema": [400, "MISSING_REQUIRED_FIELD"],
    }
    texts = {name: answer[2] for name, answer in outcome.items()}
    assert texts["no key"] == "API key required"
    assert texts["wrong key"] == "Invalid or revoked API key"
    assert texts["no message"] == "sessionId and message are required"
    assert texts["reachOutMode"] == "reachOutMode must be one of: off, guardrail_only, full"
    assert "milliseconds" in texts["too short"]


def test_models_and_health(python):
    outcome = python("service_information")
    health = outcome["health"]
    assert re.fullmatch(ISO, health.pop("timestamp"))
    assert health.pop("instanceCount") > 0
    assert health == {"success": True, "status": "healthy", "instancesAvailable": True}
    assert outcome["models_without_key"] == 401
    assert outcome["models"] == {
        "object": "list",
        "data": [{"id": "webrun-browser-1", "object": "model", "created": 1704067200, "owned_by": "webrun"}],
    }
