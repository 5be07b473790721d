"""Tests of the secrets in the client's requests, and that no text of the client shows them."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from helpers.fake_service import FakeService, asking, completed
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ConnectionLostError, RequestError, WebRunError
from webrun_nb.common.redacted import Secret

EMAIL, PASSWORD = "ada@example.com", "correct horse 7"
ON_THE_WIRE = [{"match": "shop.example", "fields": {"email": EMAIL, "password": PASSWORD}}]


@pytest.fixture
def client(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("SHOP_EMAIL", EMAIL)
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    client = Client(
        "http://127.0.0.1:9", key="wr_secret", transport=httpx.MockTransport(service), listen=False, ledger=None
    )
    yield client
    client.close()


def shown(*values: object) -> str:
    return " ".join(f"{value!r} {value}" for value in values)


def test_a_name_is_looked_up_and_sent(client: Client, service: FakeService) -> None:
    client.start().task("Log in", secrets={"shop.example": "SHOP"})
    assert service.sent[-1]["secrets"] == ON_THE_WIRE


@pytest.mark.parametrize("value", [PASSWORD, Secret(PASSWORD)])
def test_fields_may_be_given_themselves(client: Client, service: FakeService, value: Any) -> None:
    service.task = completed()
    client.run_task("Log in", secrets={"shop.example": {"email": EMAIL, "password": value}})
    assert service.sent[-1]["task"]["secrets"] == ON_THE_WIRE


def test_a_session_takes_them_from_its_start(client: Client, service: FakeService) -> None:
    session = client.start(secrets={"shop.example": "SHOP"})
    assert service.sent[-1]["task"] == {"secrets": ON_THE_WIRE}
    assert client.start(secrets={"shop.example": "SHOP"}) is session
    with pytest.raises(WebRunError, match="other options"):
        client.start(secrets={"shop.example": {"password": "another"}})
    assert PASSWORD not in shown(session, session.options, client, vars(session))


def test_a_practice_site_is_its_host(client: Client, service: FakeService) -> None:
    client.start(secrets={"practice:shop": "SHOP"})
    assert service.sent[-1]["task"]["secrets"][0]["match"] == "shop.localhost"


def test_an_unknown_name_starts_nothing(client: Client, service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webrun_nb.client.secrets._from_keyring", lambda name, fields: {})
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.delitem(__import__("sys").modules, "ipykernel", raising=False)
    with pytest.raises(RequestError, match="the secret NOBODY was not found"):
        client.start(secrets={"shop.example": "NOBODY"})
    assert service.sent == []


def test_a_line_that_breaks_shows_none_in_any_frame(client: Client, service: FakeService) -> None:
    session = client.start()

    async def broken(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start/send-message":
            raise httpx.WriteError("broken pipe", request=request)
        return await service(request)

    session.http._client._transport = httpx.MockTransport(broken)
    with pytest.raises(ConnectionLostError) as error:
        session.task("Log in", secrets={"shop.example": "SHOP"})
    ours = traceback.TracebackException.from_exception(error.value, capture_locals=True)
    whole = "".join(f"{frame.name} {frame.locals}" for frame in ours.stack if "webrun_nb" in frame.filename)
    assert "broken pipe" in "".join(ours.format())
    assert "_request" in whole
    assert PASSWORD not in whole


def test_a_persons_answer_shows_in_no_frame(client: Client, service: FakeService) -> None:
    service.task = asking()
    service.task["data"]["kind"] = "credentials"
    client.on_guardrail(lambda question: PASSWORD)
    sent: list[str] = []
    inner = client.http._client._transport

    async def noting(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if body.get("message", {}).get("actionType") == "guardrail":
            sent.append(body["message"]["prompt"])
            service.task = completed()
            raise httpx.WriteError("broken pipe", request=request)
        return await inner.handle_async_request(request)

    client.http._client._transport = httpx.MockTransport(noting)
    with pytest.raises(ConnectionLostError) as error:
        client.start().task("Log in")
    ours = traceback.TracebackException.from_exception(error.value, capture_locals=True)
    assert sent == [PASSWORD]
    assert PASSWORD not in "".join(f"{f.name} {f.locals}" for f in ours.stack if "webrun_nb" in f.filename)
