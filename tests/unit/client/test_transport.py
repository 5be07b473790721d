"""Tests of the HTTP transport: retries, errors, and the key in its headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from webrun_nb.client import transport as http_module
from webrun_nb.client.errors import (
    AuthenticationError,
    ConnectionLostError,
    LimitError,
    ProtocolError,
    SessionGoneError,
    WebRunError,
)
from webrun_nb.client.transport import ApiTransport

KEY = "wr_secret"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "completion_time": 0.0, "cost": 0.0}
HEALTH = {
    "success": True,
    "status": "healthy",
    "instancesAvailable": True,
    "instanceCount": 1,
    "timestamp": "2026-02-09T12:00:00.000Z",
}
STARTED = {
    "success": True,
    "sessionId": "s1",
    "socketURL": "http://x",
    "streaming": {"webRTCURL": None, "webViewURL": None, "dimensions": {"width": 1024, "height": 600}},
    "initialPrompt": "",
    "expiresIn": 300000,
    "balance": 100.0,
    "message": "",
}

Reply = httpx.Response | Exception


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect the pauses between attempts instead of waiting."""
    pauses_s: list[float] = []

    async def sleep(pause_s: float) -> None:
        pauses_s.append(pause_s)

    monkeypatch.setattr(http_module.asyncio, "sleep", sleep)
    return pauses_s


class FakeServer:
    """A server that replies in order, and repeats its last reply."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply


def client(server: Callable[[httpx.Request], httpx.Response], **options: Any) -> ApiTransport:
    return ApiTransport("http://127.0.0.1:9", KEY, transport=httpx.MockTransport(server), **options)


def refused(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"success": False, "message": "no", "error": "no", "code": code}
    return httpx.Response(status, json=body, headers=headers)


async def test_the_key_goes_into_the_header_and_into_no_repr() -> None:
    server = FakeServer(httpx.Response(200, json=HEALTH))
    http = client(server)
    await http.health()
    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(http)


async def test_reading_is_tried_again(no_waiting: list[float]) -> None:
    server = FakeServer(httpx.ReadError("reset"), httpx.Response(502), httpx.Response(200, json=HEALTH))
    assert (await client(server).health()).status == "healthy"
    assert no_waiting == [0.2, 0.5]


async def test_reading_is_not_tried_for_ever() -> None:
    server = FakeServer(httpx.ConnectError("refused"))
    with pytest.raises(ConnectionLostError, match=r"127\.0\.0\.1:9 can't be reached"):
        await client(server).health()
    assert len(server.requests) == 4


async def test_a_closed_client_says_so() -> None:
    http = client(FakeServer(httpx.Response(200, json=HEALTH)))
    await http.close()
    with pytest.raises(ConnectionLostError, match="this client is closed"):
        await http.health()


async def test_a_post_that_may_have_been_heard_is_not_sent_twice() -> None:
    server = FakeServer(httpx.ReadError("reset"), httpx.Response(200, json=STARTED))
    with pytest.raises(ConnectionLostError, match="closed the connection"):
        await client(server).start_session({})
    assert len(server.requests) == 1


async def test_a_post_that_never_left_is_sent_again() -> None:
    server = FakeServer(httpx.ConnectError("refused"), httpx.Response(200, json=STARTED))
    assert (await client(server).start_session({})).session_id == "s1"


async def test_a_short_retry_after_is_waited_for(no_waiting: list[float]) -> None:
    server = FakeServer(refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "2"}), httpx.Response(200, json=STARTED))
    await client(server).start_session({})
    assert no_waiting == [2.0]


async def test_a_long_retry_after_is_raised(no_waiting: list[float]) -> None:
    server = FakeServer(refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "40"}))
    with pytest.raises(LimitError) as raised:
        await client(server).start_session({})
    assert (raised.value.retry_after_s, no_waiting) == (40.0, [])


async def test_a_session_limit_is_raised_at_once() -> None:
    server = FakeServer(refused(429, "SESSION_LIMIT_REACHED"))
    with pytest.raises(LimitError):
        await client(server).start_session({})
    assert len(server.requests) == 1


async def test_a_wrong_key_is_an_authentication_error() -> None:
    with pytest.raises(AuthenticationError) as raised:
        await client(FakeServer(refused(401, "INVALID_API_KEY"))).health()
    assert KEY not in str(raised.value)


async def test_a_known_reason_for_the_servers_loss_is_in_the_error(no_waiting: list[float]) -> None:
    async def explain() -> WebRunError:
        return ConnectionLostError("the emulator was killed", code="EMULATOR_GONE")

    with pytest.raises(ConnectionLostError, match="the emulator was killed"):
        await client(FakeServer(httpx.ConnectError("refused")), explain_loss=explain).health()
    assert no_waiting == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (httpx.Response(200, text="<html>"), "not JSON"),
        (httpx.Response(200, json={"success": True}), "unexpected: it names no sessionId"),
        (httpx.Response(200, json=[STARTED]), "the body is no object"),
        (httpx.Response(200, text="[" * 100_000), "not JSON"),
    ],
)
async def test_an_answer_that_says_nothing_usable_is_a_protocol_error(answer: httpx.Response, complaint: str) -> None:
    with pytest.raises(ProtocolError, match=complaint):
        await client(FakeServer(answer)).start_session({})


SESSION_OR_KEY = httpx.Response(401, json={"success": False, "message": "Unauthorized"})


@pytest.mark.parametrize(
    ("models", "kind", "code"),
    [
        (httpx.Response(200, json={"object": "list", "data": []}), SessionGoneError, "SESSION_NOT_FOUND"),
        (httpx.Response(404, text="Cannot GET /v1/models"), SessionGoneError, "SESSION_NOT_FOUND"),
        (httpx.Response(401, json={"error": {"message": "no"}}), AuthenticationError, "INVALID_API_KEY"),
    ],
)
async def test_a_401_of_a_message_means_that_the_session_is_gone_unless_the_key_is_refused_too(
    models: httpx.Response, kind: type[WebRunError], code: str
) -> None:
    server = FakeServer(SESSION_OR_KEY, models)
    with pytest.raises(WebRunError) as raised:
        await client(server).change_state("s1", "pause")
    assert (type(raised.value), raised.value.code, raised.value.message) == (kind, code, "Unauthorized")
    assert [request.url.path for request in server.requests] == ["/start/send-message", "/v1/models"]


async def test_a_401_of_anything_else_is_about_the_key() -> None:
    server = FakeServer(SESSION_OR_KEY)
    with pytest.raises(AuthenticationError):
        await client(server).start_session({})
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({"status": "queued", "pending": True, "usage": USAGE}, "PendingTask"),
        ({"status": "pending", "pending": True, "pollUrl": "u", "message": "m"}, "PendingTask"),
        (
            {
                "status": "guardrail_trigger",
                "type": "guardrail_trigger",
                "pending": True,
                "data": {"type": "human_input_needed", "value": "?"},
                "usage": USAGE,
            },
            "AskingTask",
        ),
        ({"status": "complete", "data": {"message": "m"}, "usage": USAGE, "completedAt": 1}, "CompletedTask"),
        (
            {"success": False, "status": "failed", "error": "e", "message": "e", "code": "AGENT_ERROR", "usage": USAGE},
            "FailedTask",
        ),
    ],
)
async def test_each_state_of_a_task_has_its_type(extra: dict[str, Any], kind: str) -> None:
    body = {"success": True, "sessionId": "s1", "taskId": "t1", **extra}
    assert type(await client(FakeServer(httpx.Response(200, json=body))).task("s1", "t1")).__name__ == kind


async def test_a_stop_can_name_its_task() -> None:
    server = FakeServer(httpx.Response(200, json={"success": True, "message": "Message sent successfully"}))
    await client(server).change_state("s1", "stop", "t1")
    sent = httpx.Response(200, content=server.requests[0].content).json()
    assert sent == {"sessionId": "s1", "message": {"actionType": "state", "newState": "stop", "taskId": "t1"}}
