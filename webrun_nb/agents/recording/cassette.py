"""Cassettes: the traffic of the pages of tasks, kept so that the tasks run again without the sites.

A cassette is plain JSON with a version, its `log` in the form of HAR 1.2. It holds no request's headers or body, no
cookie and no secret: the texts of pages and addresses are masked when they are kept, and content that is no text is
left out where a secret is in it.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from webrun_nb.browsers.traffic import Exchange, WhyMissing
from webrun_nb.common.text import counted

VERSION = 1
MAX_BYTES = 12_000_000
"""The limit of the content of a cassette; what comes after it is left out and counted."""
MAX_ENTRIES = 5_000
MAX_TASKS = 1_000
MAX_MISSING = 1_000
MAX_URL = 2_000
_WITHOUT_CONTENT = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT})
_TEXTS = re.compile(r"^(?:text/|image/svg)|\b(?:json|xml|javascript|ecmascript|x-www-form-urlencoded)\b", re.IGNORECASE)
_CHARSET = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)

Mask = Callable[[str], str]


class CassetteError(ValueError):
    """A cassette can't be read; the message is one line."""


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)


class _Request(_Model):
    method: str
    url: str


class _Header(_Model):
    name: str
    value: str


class _Content(_Model):
    mime_type: str = ""
    text: str | None = None
    encoding: Literal["base64"] | None = None


class _Response(_Model):
    status: int = Field(ge=100, le=599)
    headers: list[_Header] = Field(default_factory=list)
    content: _Content = Field(default_factory=_Content)


class _Entry(_Model):
    request: _Request
    response: _Response


class _Log(_Model):
    version: str = "1.2"
    creator: dict[str, str] = Field(default_factory=lambda: {"name": "webrun_nb", "version": str(VERSION)})
    entries: list[_Entry] = Field(default_factory=list)


class TaskAnswer(_Model):
    """The answer of a task whose traffic is in a cassette."""

    text: str
    starting_url: str | None = None
    output_type: str = "text"
    message: str


class MissingAnswer(_Model):
    """An answer that is not in a cassette although pages asked for it."""

    method: str
    url: str
    why: WhyMissing


class _File(_Model):
    webrun_cassette: Literal[1] = 1
    log: _Log = Field(default_factory=_Log)
    tasks: list[TaskAnswer] = Field(default_factory=list)
    left_out: int = 0
    reasons: dict[WhyMissing, int] = Field(default_factory=dict)
    missing: list[MissingAnswer] = Field(default_factory=list)


def _unchanged(url: str) -> str:
    return url


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two forms of addresses that hold on this machine alone: in a cassette, and for a browser."""

    kept: Callable[[str], str] = _unchanged
    used: Callable[[str], str] = _unchanged


@dataclass
class Cassette:
    """The traffic of some tasks.

    Parameters
    ----------
    is_played : bool
        True if pages are answered from it; False if it takes what they are sent.
    names : Addresses
        The forms of addresses that hold on this machine alone.
    """

    is_played: bool = False
    names: Addresses = field(default_factory=Addresses)
    exchanges: list[Exchange] = field(default_factory=list)
    tasks: list[TaskAnswer] = field(default_factory=list)
    reasons: Counter[WhyMissing] = field(default_factory=Counter)
    """The number of answers that are not in it, by the reason."""
    missing: list[MissingAnswer] = field(default_factory=list)
    """These answers; after `MAX_MISSING` they are only counted."""
    _bytes: int = 0
    _by_request: dict[tuple[str, str], list[Exchange]] = field(default_factory=dict)
    _played: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def traffic(self, mask: Mask) -> TaskTraffic:
        """Return the traffic of one task, whose secrets `mask` masks."""
        return TaskTraffic(self, mask)

    def add(self, exchange: Exchange) -> None:
        """Add an exchange in which nothing is secret."""
        size = len(exchange.body or b"")
        if len(self.exchanges) >= MAX_ENTRIES or self._bytes + size > MAX_BYTES:
            self.leave_out(MissingAnswer(method=exchange.method, url=exchange.url, why=WhyMissing.FULL))
            return
        self._bytes += size
        self.exchanges.append(exchange)
        self._by_request.setdefault((exchange.method, exchange.url), []).append(exchange)

    def leave_out(self, answer: MissingAnswer) -> None:
        """Take note of an answer that is not kept, in whose address nothing is secret."""
        self.reasons[answer.why] += 1
        if len(self.missing) < MAX_MISSING:
            self.missing.append(answer)

    def why_missing(self, method: str, url: str) -> WhyMissing | None:
        """Return the reason for which an answer is not in it; None if it is not known."""
        return next((each.why for each in self.missing if (each.method, each.url) == (method, url)), None)

    def add_task(self, answer: TaskAnswer) -> None:
        """Add the answer of a task, with secrets masked."""
        if len(self.tasks) < MAX_TASKS:
            self.tasks.append(answer)

    def answer(self, method: str, url: str) -> Exchange | None:
        """Return the next answer to a request; after the last one, that again."""
        key = (method, url)
        answers = self._by_request.get(key)
        if not answers:
            return None
        at = min(self._played[key], len(answers) - 1)
        self._played[key] += 1
        return answers[at]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        entries = [_entry_of(each) for each in self.exchanges]
        file = _File(
            log=_Log(entries=entries),
            tasks=self.tasks,
            left_out=self.reasons.total(),
            reasons=self.reasons,
            missing=self.missing,
        )
        return file.model_dump(mode="json", by_alias=True, exclude_none=True)


class TaskTraffic:
    """The traffic of one task of a cassette: what it keeps holds none of the task's secrets.

    Parameters
    ----------
    cassette : Cassette
        The cassette.
    mask : callable
        Masks the secrets of the task's session in a text.
    """

    def __init__(self, cassette: Cassette, mask: Mask) -> None:
        self._cassette = cassette
        self._mask = mask
        self._unanswered: dict[str, None] = {}
        """The requests without an answer, each with the reason where it is known."""
        self.lost_file = False
        """True if a file was asked for that can't be played."""

    @property
    def is_played(self) -> bool:
        """True if pages are answered from the cassette, and nothing reaches the network."""
        return self._cassette.is_played

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange, with its secrets masked."""
        kept = self._cassette.names.kept
        headers = tuple(
            (name, kept(self._mask(value)) if name == "location" else self._mask(value))
            for name, value in exchange.headers
        )
        mime_type = dict(exchange.headers).get("content-type", "")
        body = exchange.body
        if body is not None:
            body = self._masked(body, mime_type)
            if body is None:
                self.leave_out(exchange.method, exchange.url, WhyMissing.SECRET)
                return
            headers = tuple((name, _as_utf8(value) if name == "content-type" else value) for name, value in headers)
        elif not _has_no_content(exchange):
            self.leave_out(exchange.method, exchange.url, WhyMissing.DROPPED)
        url = kept(self._mask(exchange.url))
        self._cassette.add(Exchange(exchange.method, url, exchange.status, headers, body))

    def answer(self, method: str, url: str) -> Exchange | None:
        """Return the answer to a request; None if the cassette has none."""
        names = self._cassette.names
        found = self._cassette.answer(method, names.kept(self._mask(url)))
        if found is None or (found.body is None and not _has_no_content(found)):
            self._note(method, url, self.why_missing(method, url))
        if found is None:
            return None
        headers = tuple((name, names.used(value) if name == "location" else value) for name, value in found.headers)
        return replace(found, headers=headers)

    def leave_out(self, method: str, url: str, why: WhyMissing) -> None:
        """Take note of an answer that can't be kept, or is asked for and can't be played."""
        if self.is_played:
            self.lost_file = self.lost_file or why is WhyMissing.SAVED_LINK
            self._note(method, url, why)
        else:
            masked = self._cassette.names.kept(self._mask(url))[:MAX_URL]
            self._cassette.leave_out(MissingAnswer(method=method, url=masked, why=why))

    def why_missing(self, method: str, url: str) -> WhyMissing | None:
        """Return the reason for which an answer was not kept; None if it is not known."""
        return self._cassette.why_missing(method, self._cassette.names.kept(self._mask(url))[:MAX_URL])

    def _note(self, method: str, url: str, why: WhyMissing | None) -> None:
        if len(self._unanswered) < MAX_MISSING:
            self._unanswered[f"{method} {self._mask(url)[:MAX_URL]}{f' ({why})' if why is not None else ''}"] = None

    @property
    def unanswered(self) -> str:
        """The requests that the cassette had no answer to, as a sentence; empty if there were none."""
        if not self._unanswered:
            return ""
        first, *others = self._unanswered
        more = f" and {counted(len(others), 'other request')}" if others else ""
        return f"The cassette has no answer to {first}{more} of the pages."

    def _masked(self, body: bytes, mime_type: str) -> bytes | None:
        """Return a content with its secrets masked, texts in UTF-8; None where it is no text and has a secret."""
        if not _is_text(mime_type):
            text = body.decode("latin-1")
            return body if self._mask(text) == text else None
        charset = _CHARSET.search(mime_type)
        try:
            text = body.decode(charset[1] if charset else "utf-8")
        except (LookupError, UnicodeDecodeError):
            text = body.decode("latin-1")
        return self._mask(text).encode("utf-8", "replace")


def read_cassette(content: Mapping[str, Any], names: Addresses | None = None) -> Cassette:
    """Read a cassette from JSON, to be played.

    Raises
    ------
    CassetteError
        It is none, or of a later version; the message says where it is wrong.
    """
    version = content.get("webrunCassette")
    if version != VERSION:
        raise CassetteError(f"this is no cassette that can be played: webrunCassette is {version}, not {VERSION}")
    try:
        file = _File.model_validate_json(json.dumps(content))
        cassette = Cassette(is_played=True, names=names or Addresses(), tasks=file.tasks, missing=file.missing)
        for entry in file.log.entries:
            cassette.add(_exchange_of(entry))
    except ValidationError as error:
        (first, *_) = error.errors(include_input=False, include_url=False)
        raise CassetteError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return cassette


def _has_no_content(exchange: Exchange) -> bool:
    """Tell an answer that has no content by its status: a redirect, and what has not changed."""
    return exchange.status in _WITHOUT_CONTENT or 300 <= exchange.status < 400


def _is_text(mime_type: str) -> bool:
    return _TEXTS.search(mime_type) is not None


def _as_utf8(mime_type: str) -> str:
    """Return a content type with the charset that a text is kept in."""
    return f"{mime_type.partition(';')[0].strip()}; charset=utf-8" if _is_text(mime_type) else mime_type


def _entry_of(exchange: Exchange) -> _Entry:
    headers = [_Header(name=name, value=value) for name, value in exchange.headers]
    mime_type = dict(exchange.headers).get("content-type", "")
    content = _Content(mime_type=mime_type)
    if exchange.body is not None and _is_text(mime_type):
        content = _Content(mime_type=mime_type, text=exchange.body.decode("utf-8", "replace"))
    elif exchange.body is not None:
        content = _Content(mime_type=mime_type, text=base64.b64encode(exchange.body).decode(), encoding="base64")
    response = _Response(status=exchange.status, headers=headers, content=content)
    return _Entry(request=_Request(method=exchange.method, url=exchange.url), response=response)


def _exchange_of(entry: _Entry) -> Exchange:
    content, body = entry.response.content, None
    if content.text is not None:
        try:
            body = base64.b64decode(content.text) if content.encoding else content.text.encode("utf-8", "replace")
        except ValueError:
            raise CassetteError(f"the content of {entry.request.url[:100]} is no base64") from None
    headers = tuple((each.name.lower(), each.value) for each in entry.response.headers)
    return Exchange(entry.request.method, entry.request.url, entry.response.status, headers, body)
