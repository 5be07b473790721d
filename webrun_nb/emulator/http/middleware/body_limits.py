"""Limits to the size of request bodies, and to the time they take."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.http.refusals import error_response

MAX_BODY_BYTES = 2_000_000
"""Larger requests are refused unread: they would fill the memory, or keep the event loop parsing."""
MAX_PAGE_BYTES = 20_000_000
"""The limit for a request that brings a page's HTML, or a cassette."""
_WITH_PAGE = ("/_emulator/extract", "/_emulator/peek", "/_emulator/cassettes")
MAX_UPLOAD_BYTES = 500_000_000
"""The limit for a file, and for a profile's archive (contract, section 8)."""
_MULTIPART_BYTES = 1_000_000
"""The limit for the headers and other fields of an upload, in addition."""
_UPLOADS = re.compile(r"/files/upload|/(?:environments|profiles)/[^/]+/upload")


@dataclass(frozen=True, slots=True)
class ClientTimeouts:
    """The time limits for clients."""

    head_s: float = 10.0
    """For the head of a request."""
    body_s: float = 20.0
    """For a body, in addition to the time that its length allows for."""
    body_bytes_per_s: float = 10_000.0
    """The rate that a body has to come in with, on average, after `body_s`."""

    def for_body_s(self, received_bytes: int) -> float:
        """Return the time limit for a body of which so many bytes have come in."""
        return self.body_s + received_bytes / self.body_bytes_per_s


class _TooLargeError(Exception):
    pass


class _TooSlowError(Exception):
    pass


def is_upload(scope: Scope) -> bool:
    """Return whether a request may bring a file, which is passed on as it comes in."""
    return scope["method"] == "POST" and _UPLOADS.fullmatch(scope["path"]) is not None


def _limit_bytes(scope: Scope) -> int:
    if is_upload(scope):
        return MAX_UPLOAD_BYTES + _MULTIPART_BYTES
    return MAX_PAGE_BYTES if scope["path"] in _WITH_PAGE else MAX_BODY_BYTES


def with_body_limits(app: ASGIApp, timeouts: ClientTimeouts) -> ASGIApp:
    """Return an application that gets no bodies that are too large or too slow; these are refused.

    It gets a body as a whole, after it has come in; that of an upload, as it comes in.
    """

    async def limited_app(scope: Scope, receive: Receive, send: Send) -> None:
        limit = _limit_bytes(scope)
        declared = Headers(scope=scope).get("content-length", "")
        answer = _Answer(send, limit)
        try:
            if declared.isdecimal() and int(declared) > limit:
                raise _TooLargeError
            counted = _counted(receive, limit, timeouts, answer)
            await app(scope, counted if is_upload(scope) else await _whole(counted, receive), answer.send)
        except (_TooLargeError, _TooSlowError) as error:
            answer.broken = answer.broken or error
        if answer.broken is not None:
            await answer.refuse(scope, receive)

    return limited_app


class _Answer:
    """Passes an application's answer on, unless its request turns out to be broken: then it is refused instead.

    An application may take the exception for an error of its own while it reads a form; that answer is dropped.
    """

    def __init__(self, send: Send, limit: int) -> None:
        self._send = send
        self._limit = limit
        self._begun = False
        self.broken: Exception | None = None

    async def send(self, message: Message) -> None:
        if self.broken is None:
            self._begun = True
            await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive) -> None:
        if self._begun:
            return
        if isinstance(self.broken, _TooSlowError):
            message, details, status = "the body came in too slowly", dict[str, Any](parameter="body"), 408
        else:
            message = f"the body is larger than {self._limit} bytes"
            details, status = {"parameter": "body", "max": self._limit}, 400
        headers = {"Connection": "close"}  # what is left of the body is not read
        answer = error_response(scope["path"], status, ErrorCode.INVALID_PARAMETER, message, details, headers)
        await answer(scope, receive, self._send)


def _counted(receive: Receive, limit: int, timeouts: ClientTimeouts, answer: _Answer) -> Receive:
    """Return a `receive` that raises where the body is too large or too slow."""
    began_s: float | None = None
    size = 0
    complete = False

    async def receive_counted() -> Message:
        nonlocal began_s, size, complete
        if complete:  # what may come now is the end of the connection
            return await receive()
        now_s = asyncio.get_running_loop().time()
        began_s = now_s if began_s is None else began_s
        try:
            async with asyncio.timeout_at(began_s + timeouts.for_body_s(size)):
                message = await receive()
        except TimeoutError:
            answer.broken = _TooSlowError()
            raise answer.broken from None
        size += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if size > limit:
            answer.broken = _TooLargeError()
            raise answer.broken
        return message

    return receive_counted


async def _whole(counted: Receive, receive: Receive) -> Receive:
    """Read a whole body; return a `receive` that starts with it."""
    messages = [await counted()]
    while messages[-1].get("more_body"):
        messages.append(await counted())
    unread = iter(messages)

    async def receive_again() -> Message:
        for message in unread:
            return message
        return await receive()

    return receive_again
