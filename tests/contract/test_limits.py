"""Contract tests of the hosted service's limits (section 2), in raw JSON."""

from __future__ import annotations

import time

import httpx
import pytest

from helpers.prices import IDLE_USD_PER_MINUTE, RUNNING_USD_PER_MINUTE

START = "/start/start-session"


@pytest.fixture(scope="module")
def with_limits(start_emulator):
    """An emulator with the limits of the hosted service."""
    running = start_emulator("--limits", "hosted", "--control")
    yield running
    running.end()


@pytest.fixture
def hosted(with_limits):
    """The emulator with limits, reset."""
    assert with_limits.post("/_emulator/reset", {})[0] == 200
    return with_limits


def test_five_sessions_at_once(hosted):
    for _ in range(5):
        hosted.start()
    status, body = hosted.post(START, {})
    assert (status, body["code"]) == (429, "SESSION_LIMIT_REACHED")
    assert body["details"] == {"current": 5, "limit": 5}


def test_ten_requests_in_a_sliding_minute(hosted):
    hosted.http.put("/_emulator/account", json={"sessionLimit": 100})
    remaining = [hosted.http.post(START, json={"maxDuration": 1}).headers["X-RateLimit-Remaining"] for _ in range(10)]
    assert remaining == [str(n) for n in range(9, -1, -1)]
    answer = hosted.http.post(START, json={})
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["X-RateLimit-Limit"] == "10"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert int(answer.headers["X-RateLimit-Reset"]) > time.time()
    hosted.advance(60_000)
    assert hosted.http.post(START, json={}).status_code == 200


def test_each_endpoint_has_a_window_of_its_own(hosted):
    for _ in range(10):
        hosted.http.post(START, json={"maxDuration": 1})
    assert hosted.http.post("/start/run-task", json={}).status_code == 400


def test_polling_is_not_limited(hosted):
    answers = {hosted.http.get("/start/health").status_code for _ in range(15)}
    assert answers == {200}
    assert "X-RateLimit-Limit" not in hosted.http.get("/account/usage").headers


def test_the_account_starts_with_a_hundred_dollars(hosted):
    _, body = hosted.get("/account/usage")
    assert body == {"success": True, "balance": 100, "currentPeriodSpend": 0, "spendingLimit": None, "remaining": None}


def test_the_balance_counts_down(hosted):
    hosted.post("/_emulator/clock", {"freeze": True})
    hosted.start()
    hosted.advance(60_000)
    _, body = hosted.get("/account/usage")
    assert body["balance"] == pytest.approx(100 - float(IDLE_USD_PER_MINUTE), abs=1e-6)


def test_too_little_balance(hosted):
    hosted.http.put("/_emulator/account", json={"balance": 0.01})
    status, body = hosted.post(START, {})
    assert (status, body["code"]) == (402, "INSUFFICIENT_BALANCE")
    assert body["details"] == {"balance": 0.01, "required": 0.02}


def test_the_spending_limit(hosted):
    hosted.start()
    hosted.advance(60_000)
    hosted.http.put("/_emulator/account", json={"spendingLimit": 0.01})
    status, body = hosted.post(START, {})
    assert (status, body["code"]) == (402, "SPENDING_LIMIT_REACHED")


def test_a_deactivated_account(hosted):
    hosted.http.put("/_emulator/account", json={"deactivated": True})
    status, body = hosted.post(START, {})
    assert (status, body["code"]) == (403, "ACCOUNT_DEACTIVATED")


def test_a_browser_that_is_not_installed(start_emulator, tmp_path):
    missing = tmp_path / "no-such-browser"
    running = start_emulator(env={"WEBRUN_BROWSER": str(missing)})
    status, body = running.post(START, {})
    running.end()
    assert (status, body["code"]) == (503, "INSTANCE_UNAVAILABLE")
    assert "webrun-nb install-browser" in body["message"]


def test_the_control_api_is_off_unless_asked_for(start_emulator):
    running = start_emulator()
    status, _ = running.get("/_emulator/state")
    running.end()
    assert status == 404


def test_ids_are_repeatable_with_a_seed(start_emulator):
    ids = []
    for _ in range(2):
        running = start_emulator("--seed", "7")
        ids.append(running.start())
        running.end()
    assert ids[0] == ids[1]


def test_a_random_key_per_start(start_emulator):
    first, second = start_emulator(key=None), start_emulator(key=None)
    answer = httpx.get(
        first.url + "/start/sessions", headers={"Authorization": f"Bearer {second.key}"}, trust_env=False
    )
    first.end()
    second.end()
    assert first.key != second.key
    assert answer.json()["code"] == "INVALID_API_KEY"


def test_prices_can_be_configured(start_emulator):
    dear = start_emulator("--control", "--price", "compute=60", "--price", "input=0")
    dear.post("/_emulator/clock", {"freeze": True})
    session_id = dear.start()
    dear.advance(60_000)
    prices = dear.get("/_emulator/state")[1]["prices"]
    assert (prices["computePerMinute"], prices["inputPerMillionTokens"]) == (60, 0)
    assert dear.status(session_id)["usage"]["cost"] == pytest.approx(
        60 * float(IDLE_USD_PER_MINUTE / RUNNING_USD_PER_MINUTE)
    )
