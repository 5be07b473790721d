"""Makes the wire contract's calls over HTTP: returns typed answers, raises typed errors.

Retried are reading calls (GET), calls that surely never reached the server (refused connections), and calls that the
server refused with 429 and a short `Retry-After`. A POST that may have reached the server is never retried: that could
bill twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import IO, Any, TypeVar

import httpx
from pydantic import ValidationError

from webrun_nb.client.answers.account import (
    AccountUsage,
    Health,
    read_account,
    read_acknowledged,
    read_health,
    read_models,
)
from webrun_nb.client.answers.errors import SEND_MESSAGE, SESSION_STATUS, ErrorAnswer, code_of, read_error
from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.client.answers.sessions import SessionStarted, SessionState, read_session, read_started
from webrun_nb.client.answers.tasks import TaskAnswer, read_task
from webrun_nb.client.errors import ConnectionLostError, ProtocolError, RequestError, WebRunError, refusal
from webrun_nb.client.urls import is_local
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.retry_after import read_retry_after_s
from webrun_nb.wire.limits import ANSWER_WINDOW_S
from webrun_nb.wire.prices import PRICES_2026, Prices, PricesAnswer

HOSTED_URL = "https://connect.webrun.ai"
MODELS = "/v1/models"

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = ANSWER_WINDOW_S + 10.0
"""For the calls that the server holds open for up to `ANSWER_WINDOW_S`."""
LONGEST_RETRY_AFTER_S = 3.0
"""A longer `Retry-After` is raised rather than waited for."""
BACKOFF_S = (0.2, 0.5, 1.0)
KEEPALIVE_S = 2.0
"""Shorter than the server's 5 s: a POST on a connection that is being closed can't be retried safely."""

T = TypeVar("T")
Read = Callable[[Fields], T]
"""Reads an answer's fields; raises UnreadableAnswerError where they say nothing that can be used."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNAVAILABLE = frozenset({502, 504})


_ID = re.compile(r"[\w-][\w.:~-]*", re.ASCII)


def checked_id(given: str, code: str) -> str:
    """Return an id that is to be a part of a path.

    A text that can't be an id is refused here: in a path it would name another endpoint, or none, and the server's
    answer would be about that.

    Parameters
    ----------
    given : str
        The id.
    code : str
        The service's code for an unknown id, such as `TASK_NOT_FOUND`.

    Raises
    ------
    RequestError, SessionGoneError
        With that code: it can't be one.
    """
    if not _ID.fullmatch(given):
        what = code.removesuffix("_NOT_FOUND").lower()
        raise refusal(404, code, f"there is no {what} {given[:40]!r}")
    return given


def new_task_message(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message that gives a session a task, by a request and over the socket alike."""
    return {"actionType": "newTask", "newState": "start", **fields}


class ApiTransport:
    """The calls of one server.

    Parameters
    ----------
    base_url : str
        The server's URL.
    key : str
        The API key; never shown.
    transport : httpx.AsyncBaseTransport, optional
        Takes the place of the network.
    explain_loss : callable, optional
        Asked why the server can't be reached: an error that says more than a bare `ConnectionLostError` and makes
        further tries pointless, or None.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        explain_loss: Callable[[], Awaitable[WebRunError | None]] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.is_local = is_local(base_url)
        self.is_child = explain_loss is not None
        """True if the server is a child of this process, whose end is noticed at once."""
        self._explain_loss = explain_loss
        self._useless_key = _useless_key(key)
        self._prices: Prices | None = None
        self._reading_prices = asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=self.base_url,
            headers={} if self._useless_key is not None else {"Authorization": f"Bearer {key.strip()}"},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_connections=200, keepalive_expiry=KEEPALIVE_S),
            trust_env=not self.is_local,  # a proxy of the user must not be used for our own emulator
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"ApiTransport({self.base_url!r})"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def start_session(self, body: Mapping[str, Any]) -> SessionStarted:
        """`POST /start/start-session`."""
        return await self.call(read_started, "POST", "/start/start-session", body)

    async def session_status(self, session_id: str) -> SessionState:
        """`GET /start/session-status/:sessionId`.

        Raises
        ------
        RequestError
            `NOT_FOUND`: this server has no such call.
        """
        path = f"{SESSION_STATUS}{checked_id(session_id, 'SESSION_NOT_FOUND')}"
        answer = await self._request("GET", path, None, session_id, READ_TIMEOUT_S)
        if "status" not in answer:  # a session that failed may well say `success: false` beside its status
            self._check_success(answer, session_id)
        return self._parse(lambda fields: read_session(fields, session_id), answer)

    async def change_state(self, session_id: str, state: str, task_id: str | None = None) -> None:
        """Send `pause`, `resume`, `stop`, `terminate` or `manual`; `task_id` narrows a `stop` to that task."""
        message = {"actionType": "state", "newState": state}
        await self._send(session_id, message | ({"taskId": task_id} if task_id else {}))

    async def answer_guardrail(self, session_id: str, text: str) -> None:
        """Answer the question of the session's task, which continues from there."""
        await self._send(session_id, {"actionType": "guardrail", "newState": "resume", "prompt": text})

    async def interact(self, session_id: str, action: Mapping[str, Any]) -> None:
        """Do in the browser what a person does (contract, section 3): `{"type": "CLICK", "x": 10, "y": 200}`."""
        await self._send(session_id, {"actionType": "interaction", "action": dict(action)})

    async def _send(self, session_id: str, message: Mapping[str, Any]) -> None:
        body = {"sessionId": session_id, "message": message}
        await self.call(read_acknowledged, "POST", SEND_MESSAGE, body, session_id=session_id)

    # --- tasks --------------------------------------------------------------------------------------------------------

    async def new_task(self, session_id: str, fields: Mapping[str, Any]) -> TaskAnswer:
        """Give a session a task; answers when it is done, asks, fails, or after 50 s."""
        body = {"sessionId": session_id, "message": new_task_message(fields)}
        answer = await self._request("POST", SEND_MESSAGE, body, session_id, ANSWER_TIMEOUT_S)
        return self._parse(lambda fields: read_task(fields, session_id, base_url=self.base_url), answer)

    async def task(self, session_id: str, task_id: str, poll_path: str | None = None) -> TaskAnswer:
        """`GET /task/:sessionId/:taskId`, or the `pollUrl` that an earlier answer named instead."""
        path = f"/task/{checked_id(session_id, 'SESSION_NOT_FOUND')}/{checked_id(task_id, 'TASK_NOT_FOUND')}"
        answer = await self._request("GET", poll_path or path, None, session_id, READ_TIMEOUT_S)
        return self._parse(lambda fields: read_task(fields, session_id, task_id, base_url=self.base_url), answer)

    # --- the account and the service ----------------------------------------------------------------------------------

    async def models(self) -> list[str]:
        """`GET /v1/models`: the names of the models; costs nothing, and needs the key."""
        return await self.call(read_models, "GET", MODELS)

    async def account_usage(self) -> AccountUsage:
        """`GET /account/usage`."""
        return await self.call(read_account, "GET", "/account/usage")

    async def health(self) -> Health:
        """`GET /start/health`."""
        return await self.call(read_health, "GET", "/start/health")

    async def emulator_prices(self) -> Prices:
        """Return the prices of an emulator, or the documented ones where its control API is off.

        They are read once: an emulator's prices are those that it was started with. After a lost connection they are
        read again, because another emulator may have taken its place.
        """
        async with self._reading_prices:  # the answer lists all sessions: those that start together share one
            if self._prices is None:
                self._prices = await self._read_prices()
            return self._prices

    async def _read_prices(self) -> Prices:
        try:
            answer = PricesAnswer.model_validate(await self.control("GET", "state"))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise self._unreadable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        except RequestError as error:
            if error.code != ToolkitErrorCode.EMULATOR_ONLY:
                raise
            return PRICES_2026
        return Prices.from_wire(answer.prices)

    def socket_address(self, path: str) -> tuple[str, dict[str, str]]:
        """Return the URL of a WebSocket of this server, and the headers to open it with."""
        key = self._client.headers.get("Authorization")
        return self.base_url.replace("http", "ws", 1) + path, {} if key is None else {"Authorization": key}

    async def control(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, timeout_s: float = READ_TIMEOUT_S
    ) -> dict[str, Any]:
        """Call one of `/_emulator/…` (contract, section 12); see `call_emulator`."""
        return await self.call_emulator(method, f"/_emulator/{path}", body, timeout_s=timeout_s)

    async def call_emulator(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, timeout_s: float = READ_TIMEOUT_S
    ) -> dict[str, Any]:
        """Make a call that only the emulator has; return the JSON object of its answer.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: this server has no such call.
        """
        with self._emulator_only_errors():
            answer: dict[str, Any] = await self._request(method, path, body, None, timeout_s)
        return answer

    async def download_from_emulator(self, path: str) -> bytes:
        """Download a picture that only the emulator has; see `call_emulator`."""
        with self._emulator_only_errors():
            return (await self._answered("GET", path, None, None, READ_TIMEOUT_S)).content

    @contextlib.contextmanager
    def _emulator_only_errors(self) -> Iterator[None]:
        """Raise `EMULATOR_ONLY` for a call that this server does not know."""
        if self.base_url == HOSTED_URL:
            raise self.emulator_only()
        try:
            yield
        except WebRunError as error:
            if error.code == ErrorCode.NOT_FOUND:
                raise self.emulator_only() from error
            raise

    async def is_emulator(self) -> bool:
        """Return whether the server is an emulator, by a call that only emulators have."""
        if self.is_child:
            return True
        try:
            await self.call_emulator("GET", "/start/sessions")
        except WebRunError as error:
            if error.code != ToolkitErrorCode.EMULATOR_ONLY:
                raise
            return False
        return True

    def emulator_only(self) -> WebRunError:
        """Return the error for a call that only the emulator has."""
        return RequestError(f"{self.base_url} does not offer this", code=ToolkitErrorCode.EMULATOR_ONLY)

    # --- how ----------------------------------------------------------------------------------------------------------

    async def call(
        self,
        read: Read[T],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        session_id: str | None = None,
    ) -> T:
        """Make a call, and read its answer.

        Raises
        ------
        ProtocolError
            The answer says nothing that can be used.
        RequestError
            The answer says that it was not done, with the HTTP status of a success.
        """
        answer = await self._request(method, path, body, session_id, READ_TIMEOUT_S)
        self._check_success(answer, session_id)
        return self._parse(read, answer)

    async def send_form(
        self,
        read: Read[T],
        path: str,
        files: Sequence[tuple[str, tuple[str, IO[bytes]]]],
        fields: Mapping[str, str],
        timeout_s: float,
    ) -> T:
        """POST files as a form, read as they are sent; tried once."""
        if self._useless_key is not None:
            raise refusal(401, *self._useless_key)
        try:
            answer = await self._client.post(
                path,
                files=list(files),
                data=dict(fields),
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S),
            )
        except httpx.TransportError as error:
            known = None if self._explain_loss is None else await self._explain_loss()
            raise known or self._lost(error, None) from httpx.TransportError(type(error).__name__)
        if not answer.is_success:
            raise self.error_from_response(answer)
        body = self._json(answer)
        self._check_success(body, None)
        return self._parse(read, body)

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, session_id: str | None, timeout_s: float
    ) -> dict[str, Any]:
        """Return the JSON object of the answer."""
        return self._json(await self._answered(method, path, body, session_id, timeout_s))

    async def _answered(
        self, method: str, path: str, body: Mapping[str, Any] | None, session_id: str | None, timeout_s: float
    ) -> httpx.Response:
        """Return the answer, after as many tries as are safe."""
        if self._useless_key is not None:
            raise refusal(401, *self._useless_key, session_id=session_id)
        if self._client.is_closed:  # httpx has no error of its own for it
            raise ConnectionLostError("this client is closed", hint="make another one", session_id=session_id)
        for pause_s in (*BACKOFF_S, None):
            try:
                answer = await self._client.request(
                    method, path, json=body, timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
                )
            except httpx.TransportError as error:
                repeatable = method == "GET" or isinstance(error, _NEVER_SENT)
                known = None if self._explain_loss is None else await self._explain_loss()
                if pause_s is None or not repeatable or known is not None:
                    # without its frames: theirs hold the bytes that were sent, and a verbose traceback shows them
                    cause = httpx.TransportError(f"{type(error).__name__}: {error}")
                    raise known or self._lost(error, session_id) from cause
                await asyncio.sleep(pause_s)
                continue
            if answer.is_success:
                return answer
            wait_s = self._worth_waiting_s(answer, method, pause_s)
            if wait_s is None:
                raise await self._refused(answer, session_id)
            await asyncio.sleep(wait_s)
        raise AssertionError("the last try either returns or raises")

    @staticmethod
    def _worth_waiting_s(answer: httpx.Response, method: str, pause_s: float | None) -> float | None:
        """Return the pause before the next try in seconds; None for no further try."""
        if pause_s is None:
            return None
        if answer.status_code in _UNAVAILABLE and method == "GET":
            return pause_s
        after_s = _retry_after_s(answer)
        if answer.status_code == 429 and after_s is not None and after_s <= LONGEST_RETRY_AFTER_S:
            return after_s
        return None

    def _lost(self, error: httpx.TransportError, session_id: str | None) -> WebRunError:
        self._prices = None
        if isinstance(error, httpx.TimeoutException):
            what = "does not answer"
        elif isinstance(error, httpx.ConnectError):
            what = "can't be reached"
        else:
            what = "closed the connection before the end of its answer"
        return ConnectionLostError(f"{self.base_url} {what}", session_id=session_id)

    async def _refused(self, answer: httpx.Response, session_id: str | None) -> WebRunError:
        """Return the error of a refused call. A 401 of send-message may mean that the session is gone.

        Without a code it does, unless the key is refused elsewhere as well.
        """
        if answer.status_code == 401 and answer.request.url.path.endswith(SEND_MESSAGE):
            told = _told(answer)
            if told.code is None and told.is_service and await self._is_key_accepted():
                return refusal(401, ErrorCode.SESSION_NOT_FOUND, told.message, session_id=session_id)
        return self.error_from_response(answer, session_id)

    async def _is_key_accepted(self) -> bool:
        try:
            answer = await self._client.get(MODELS, timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S))
        except httpx.TransportError:  # then nothing speaks against the key
            return True
        return answer.status_code != 401

    def error_from_response(self, answer: httpx.Response, session_id: str | None = None) -> WebRunError:
        """Return the error that an answer means."""
        told = _told(answer)
        path = answer.request.url.path.removeprefix(self._client.base_url.path.rstrip("/"))
        return refusal(
            answer.status_code,
            code_of(answer.status_code, path, told),
            told.message if told.is_service else f"{self.base_url} answered: {told.message}",
            details=told.details,
            retry_after_s=_retry_after_s(answer),
            session_id=session_id,
        )

    def _check_success(self, answer: Mapping[str, Any], session_id: str | None) -> None:
        """Raise the error of an answer that says `success: false`, though its HTTP status is that of a success."""
        if answer.get("success") is False:
            told = read_error(200, json.dumps(answer).encode())
            code = told.code or ToolkitErrorCode.REFUSED
            raise refusal(200, code, told.message, details=told.details, session_id=session_id)

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body = answer.json()
        except (ValueError, RecursionError) as error:
            raise ProtocolError(f"{self.base_url} answered something that is not JSON") from error
        if not isinstance(body, dict):
            raise self._unreadable("the body is no object")
        return body

    def _parse(self, read: Read[T], answer: Mapping[str, Any]) -> T:
        try:
            return read(Fields(answer))
        except UnreadableAnswerError as error:
            raise self._unreadable(str(error)) from error

    def _unreadable(self, why: str) -> ProtocolError:
        return ProtocolError(f"{self.base_url} answered something unexpected: {why}")


def _told(answer: httpx.Response) -> ErrorAnswer:
    is_html = "html" in answer.headers.get("Content-Type", "")
    return read_error(answer.status_code, answer.content, is_html=is_html)


def _useless_key(key: str) -> tuple[str, str] | None:
    """Return code and message for a key that can't even be sent, or None."""
    if not key.strip():
        return ErrorCode.UNAUTHORIZED, "no API key was given"
    if not (key.strip().isascii() and key.strip().isprintable()):
        return ErrorCode.INVALID_API_KEY, "the API key holds characters that no key has"
    return None


def _retry_after_s(answer: httpx.Response) -> float | None:
    header = answer.headers.get("Retry-After")
    return None if header is None else read_retry_after_s(header, time.time())
