"""Reads what a server says of a task: queued or running, waiting for a person, completed, or failed (section 4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from webrun_nb.client.answers.errors import error_code, error_text
from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.money import rounded_dollars

_ASKING = "guardrail_trigger"
_COMPLETED = frozenset({"task_completed", "complete", "completed"})
_FAILED = frozenset({"failed", "error", "task_failed"})
_SAYS_SOMETHING = frozenset({"status", "type", "pending", "data", "result", "taskId", "pollUrl", "message", "error"})
_TASK_PATH = re.compile(r"/task/[\w-][\w.:~-]*/(?P<task>[\w-][\w.:~-]*)/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts of a cost in US dollars, as the emulator tells them."""

    compute_usd: Decimal | None
    idle_usd: Decimal | None
    tokens_usd: Decimal | None
    proxy_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """The requests to a language model of the user's own, and their cost at its provider."""

    requests: int
    cost_usd: Decimal | None
    """None if it is unknown."""

    @classmethod
    def together(cls, used: Iterable[ModelUsage | None]) -> ModelUsage | None:
        """Return the sum of several; None for none. The cost is unknown as soon as one is."""
        known = [each for each in used if each is not None]
        if not known:
            return None
        costs_usd = [each.cost_usd for each in known if each.cost_usd is not None]
        cost_usd = sum(costs_usd, Decimal(0)) if len(costs_usd) == len(known) else None
        return cls(sum(each.requests for each in known), cost_usd)

    @property
    def shown(self) -> str:
        """The cost for people: `model $0.0123 (your key)`; no key where it is unknown, as a server may take none."""
        return "model cost unknown" if self.cost_usd is None else f"model {rounded_dollars(self.cost_usd)} (your key)"


@dataclass(frozen=True, slots=True)
class Usage:
    """The consumption of a task, or of a session. What the server does not say is None, never 0."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    completion_time_s: float | None = None
    cost_usd: Decimal | None = None
    emulated: bool = False
    """True on the emulator, where nothing is charged."""
    breakdown: Breakdown | None = None
    tokens_estimated: bool | None = None
    """False if a model's provider counted all of them; None where the server does not say it."""
    model: ModelUsage | None = None
    """The use of the user's own model, which is in no other amount; None where none was asked."""

    @property
    def model_usd(self) -> Decimal | None:
        """The cost of the user's own model in US dollars; 0 where none was asked, None where it is unknown."""
        return Decimal(0) if self.model is None else self.model.cost_usd


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that a task downloaded."""

    filename: str
    download_url: str
    source: str = ""
    """The URL that the page downloaded it from."""
    timestamp_ms: float | None = None
    """The time of the download, unix ms."""


@dataclass(frozen=True, slots=True)
class NetworkUrl:
    """A request of the browser."""

    url: str
    timestamp_ms: float | None = None
    """Its time, unix ms; may have a fraction."""


@dataclass(frozen=True, slots=True)
class NetworkLog:
    """The requests of the browser for one task."""

    id: str
    task_id: str
    urls: tuple[NetworkUrl, ...]


@dataclass(frozen=True, slots=True)
class Truncated:
    """The part of an answer within `maxOutputTokens`: rows of a structured one, characters of a text."""

    returned: int
    of: int


@dataclass(frozen=True, slots=True)
class TaskData:
    """The answer of a task."""

    message: str
    files: tuple[FileLink, ...] = ()
    network: tuple[NetworkLog, ...] = ()
    truncated: Truncated | None = None
    records: tuple[Mapping[str, Any], ...] | None = None
    """The records that a text answer was written from; the emulator's addition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    session_id: str
    task_id: str | None
    """None where neither the request nor the answer names it."""
    usage: Usage | None = None
    """None where the server does not say."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The body as it came."""
    poll_path: str | None = None
    """The path to ask for the task again, where the answer names one on the server itself."""

    @property
    def cost_usd(self) -> Decimal | None:
        """Its cost so far; None where the server does not say."""
        return None if self.usage is None else self.usage.cost_usd

    @property
    def emulated(self) -> bool:
        """True on the emulator."""
        return self.usage is not None and self.usage.emulated


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTask(_Task):
    """A task that has not ended: queued, running, paused, or in a state that the contract does not have."""

    status: str = "pending"
    """As the server wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingTask(_Task):
    """A task that waits for a person."""

    question: str
    kind: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedTask(_Task):
    """A task that succeeded."""

    data: TaskData
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask(_Task):
    """A task that failed."""

    message: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


TaskAnswer = PendingTask | AskingTask | CompletedTask | FailedTask


def read_task(fields: Fields, session_id: str, task_id: str | None = None, *, base_url: str = "") -> TaskAnswer:
    """Read the state of a task.

    A state that the contract does not have is neither an end nor a success, unless the body says so: by
    `pending: false`, and by `success`.

    Parameters
    ----------
    fields : Fields
        The answer of a poll, of newTask or of run-task.
    session_id, task_id : str
        The ids in the request; without `task_id` it is the answer's.
    base_url : str
        The server's URL: a `pollUrl` elsewhere is not followed.

    Raises
    ------
    UnreadableAnswerError
        It says nothing of a task.
    """
    if not any(name in fields for name in _SAYS_SOMETHING):
        raise UnreadableAnswerError("it has neither a status nor data")
    inline = fields.fields("result")
    data = _data_of(fields) or _data_of(inline)
    poll_path = own_path(fields.text("pollUrl"), base_url)
    about: dict[str, Any] = {
        "session_id": session_id,
        "task_id": task_id or fields.text("taskId") or _task_in(poll_path),
        "usage": read_usage(fields.fields("usage") or inline.fields("usage")),
        "poll_path": poll_path,
        "raw": fields.values,
    }
    words = {fields.text("type"), fields.text("status"), inline.text("type")} - {None}
    succeeded, pending = fields.flag("success"), fields.flag("pending")
    if _ASKING in words or (pending is not False and data.text("type") == "human_input_needed"):
        return _asking(data, about)
    if succeeded is not False and words & _COMPLETED:
        return _completed(fields, data, about)
    if words & _FAILED or (succeeded is False and pending is not True):
        return _failed(fields, about)
    if pending is False:
        if succeeded or (succeeded is None and not words and "message" in data):
            return _completed(fields, data, about)
        return _failed(fields, about)
    if pending is None and not words and "message" in data:
        return _completed(fields, data, about)
    return PendingTask(status=fields.text("status") or "pending", **about)


def _data_of(body: Fields) -> Fields:
    """Return the `data` of a body; a text is its `message`."""
    data = body.values.get("data")
    return Fields({"message": data}) if isinstance(data, str) else Fields.of(data)


def _asking(data: Fields, about: Mapping[str, Any]) -> AskingTask:
    return AskingTask(
        question=data.text("value", "message") or "The task waits for an answer.",
        kind=data.text("kind") or "",
        candidates=tuple(data.texts("candidates")),
        **about,
    )


def _completed(fields: Fields, data: Fields, about: Mapping[str, Any]) -> CompletedTask:
    return CompletedTask(
        data=_read_data(data, about["task_id"] or ""),
        completed_at=fields.time("completedAt"),
        **about,
    )


def _failed(fields: Fields, about: Mapping[str, Any]) -> FailedTask:
    told = error_text(fields) or error_text(fields.fields("data")) or error_text(fields.fields("result"))
    status = fields.text("status") or "failed"
    return FailedTask(
        message=told or f"the task ended ({status}), and the server does not say why",
        code=error_code(fields) or ToolkitErrorCode.TASK_FAILED,
        details=fields.mapping("details") or {},
        **about,
    )


def _read_data(data: Fields, task_id: str) -> TaskData:
    message = data.values.get("message", "")
    truncated = data.fields("truncated")
    returned, of = truncated.count("returned"), truncated.count("of")
    records = data.values.get("records")
    return TaskData(
        message=message if isinstance(message, str) else json.dumps(message),
        files=tuple(_file(each) for each in data.objects("files")),
        network=tuple(_network(each, task_id) for each in data.objects("network")),
        truncated=None if returned is None or of is None else Truncated(returned, of),
        records=tuple(each.values for each in data.objects("records")) if isinstance(records, list) else None,
    )


def _file(file: Fields) -> FileLink:
    url = file.text("downloadUrl") or ""
    name = file.text("filename") or unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    return FileLink(name, url, file.text("source") or "", file.number("timestamp"))


def _network(log: Fields, task_id: str) -> NetworkLog:
    urls = tuple(NetworkUrl(each.text("url") or "", each.number("timestamp")) for each in log.objects("urls"))
    return NetworkLog(log.text("id") or "", log.text("taskId") or task_id, urls)


def read_usage(usage: Fields) -> Usage | None:
    """Read a `usage`, of which any part may be missing; None where there is none."""
    if not usage:
        return None
    parts, model = usage.fields("breakdown"), usage.fields("model")
    return Usage(
        prompt_tokens=usage.count("prompt_tokens"),
        completion_tokens=usage.count("completion_tokens"),
        total_tokens=usage.count("total_tokens"),
        completion_time_s=usage.number("completion_time"),
        cost_usd=usage.cost_usd("cost"),
        emulated=usage.flag("emulated") or False,
        breakdown=None
        if not parts
        else Breakdown(
            parts.cost_usd("compute"), parts.cost_usd("idle"), parts.cost_usd("tokens"), parts.cost_usd("proxy")
        ),
        tokens_estimated=usage.flag("tokens_estimated"),
        model=ModelUsage(model.count("requests") or 0, model.cost_usd("cost")) if model else None,
    )


def own_path(url: str | None, base_url: str) -> str | None:
    """Return the path of a `pollUrl` that leads to a task of the server itself, else None.

    It may be relative or absolute. The key must not go elsewhere, and a GET of anything else is not what was meant.
    """
    if url is None or url.startswith("//"):
        return None
    try:
        parts, server = urlsplit(url), urlsplit(base_url)
        elsewhere = (parts.scheme, parts.hostname, parts.port) != (server.scheme, server.hostname, server.port)
    except ValueError:  # a malformed port
        return None
    if parts.netloc and elsewhere:
        return None
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    path = path.removeprefix(server.path.rstrip("/")) if parts.netloc else path
    if not _TASK_PATH.fullmatch(path):
        return None
    return f"{path}?{parts.query}" if parts.query else path


def _task_in(poll_path: str | None) -> str | None:
    found = None if poll_path is None else _TASK_PATH.fullmatch(urlsplit(poll_path).path)
    return None if found is None else found["task"]
