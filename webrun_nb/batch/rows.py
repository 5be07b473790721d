"""The rows of a map as they pass between its parts: what one asks for, its answer, and its failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import CompletedTask, TaskData, read_task
from webrun_nb.client.errors import LimitError, ShortTracebackMixin, TaskFailedError, default_hint
from webrun_nb.common.codes import ErrorCode, TaskFailureCode, ToolkitErrorCode
from webrun_nb.common.hosts import host_of
from webrun_nb.common.text import one_line

_LONGEST_LABEL = 80

REPEATABLE: frozenset[str] = frozenset(
    {
        TaskFailureCode.NAVIGATION_TIMEOUT,
        TaskFailureCode.NAVIGATION_FAILED,
        TaskFailureCode.PAGE_CRASH,
        TaskFailureCode.INSTANCE_LOST,
        TaskFailureCode.INSTANCE_UNAVAILABLE,
        TaskFailureCode.SESSION_TERMINATED,
        ErrorCode.RATE_LIMIT_EXCEEDED,
        ErrorCode.SESSION_NOT_FOUND,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.INTERNAL_ERROR,
        ToolkitErrorCode.CONNECTION_LOST,
        ToolkitErrorCode.WORKER_LOST,
    }
)
"""The codes of failures that say nothing about the row: the network, the browser or the server failed."""
FAULTS_OF_THE_TASK: frozenset[str] = frozenset(
    {
        TaskFailureCode.ELEMENT_NOT_FOUND,
        TaskFailureCode.OUTPUT_SCHEMA_MISMATCH,
        TaskFailureCode.AGENT_ERROR,
        TaskFailureCode.GUARDRAIL_TIMEOUT,
        ToolkitErrorCode.GUARDRAIL,
    }
)
"""The failures that all rows are likely to have: their text was not understood, or the pages have nothing of it."""
FAULTS_OF_THE_MODEL: frozenset[str] = frozenset(
    {
        TaskFailureCode.MODEL_SUPPORT_MISSING,
        TaskFailureCode.MODEL_KEY_INVALID,
        TaskFailureCode.MODEL_NOT_FOUND,
        TaskFailureCode.MODEL_UNAVAILABLE,
        TaskFailureCode.MODEL_UNSUITABLE,
        TaskFailureCode.MODEL_PRICE_UNKNOWN,
    }
)
"""The failures that every row has while the language model can't be asked: they end the run, and the row is missing."""
BUSY_STATUSES = frozenset({429, 503})
"""The HTTP statuses of a page that asks to come back later."""


@dataclass(frozen=True, slots=True)
class RowTask:
    """The task of one row, with its templates filled."""

    position: int
    """Its place in the input, from 0: the key of the row."""
    label: str
    """Its index value, as text for people."""
    text: str
    url: str
    """The page that it starts at, as it was written: http(s), or `practice:NAME`."""
    max_model_usd: Decimal | None = None
    """The most that its language model may cost; None for no limit. Each attempt has its own (`ModelBudget`)."""

    @property
    def host(self) -> str:
        """The host of its page, which limits of politeness are kept for; a practice site is `practice:NAME`."""
        if self.url[:9].lower() == "practice:":
            return self.url.split("/", 1)[0].lower()
        return host_of(self.url) or ""


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """The answer of a row, in plain values that can be stored and sent to another process."""

    session_id: str
    task_id: str
    body: Mapping[str, Any]
    """The completed task's body, as it came over the wire."""
    report: Mapping[str, Any] | None
    """The evidence of the answer as far as a table needs it (`odd`); None on servers without reports."""
    elapsed_s: float
    captured_at_ms: int
    worker: str = ""
    """The address of the Dask worker that did it; empty on this machine."""
    cached_age_s: float | None = None
    """The age of a kept answer; None where it is new."""

    def task(self) -> CompletedTask:
        """Return the body, read.

        Raises
        ------
        ValueError
            The body is not that of a completed task.
        """
        read = read_task(Fields(self.body), self.session_id, self.task_id)
        if not isinstance(read, CompletedTask):
            raise ValueError(f"the stored answer of task {self.task_id} is not that of a completed task")
        return read

    def records(self) -> list[Any]:
        """Return its records; see `records_in`."""
        return records_in(self.task().data)

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost of its task in US dollars; None where the server did not say it."""
        if self.cached_age_s is not None:
            return Decimal(0)
        usage = self.task().usage
        return None if usage is None else usage.cost_usd

    @property
    def model_usd(self) -> Decimal | None:
        """The cost of the user's own model in US dollars; None where it is unknown."""
        if self.cached_age_s is not None:
            return Decimal(0)
        usage = self.task().usage
        return None if usage is None else usage.model_usd


def records_in(data: TaskData) -> list[Any]:
    """Return an answer's records: those of its JSON, or those that a text was written from; none of any other text."""
    if data.records is not None:
        return list(data.records)
    try:
        value = json.loads(data.message)
    except ValueError:
        return []
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class RowFailure:
    """The failure of a row, or of one attempt at it."""

    code: str
    message: str
    hint: str = ""
    session_id: str | None = None
    task_id: str | None = None
    cost_usd: Decimal | None = None
    elapsed_s: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    acted: bool | None = None
    """True where its task changed something on a page or may have; False where it surely did not; None if unknown."""
    worker: str = ""
    model_usd: Decimal | None = None
    """The cost of the user's own model in US dollars; None where it is unknown."""

    @classmethod
    def of(cls, error: ShortTracebackMixin, *, acted: bool | None, elapsed_s: float | None = None) -> RowFailure:
        """Return the failure that an error of the client stands for."""
        model_usd: Decimal | None = None
        if isinstance(error, TaskFailedError) and error.usage is not None:
            model_usd = error.usage.model_usd
        elif isinstance(error, LimitError):  # no task was sent
            model_usd = Decimal(0)
        return cls(
            error.code,
            error.message,
            error.hint,
            error.session_id,
            error.task_id,
            elapsed_s=elapsed_s,
            details=error.details,
            acted=acted,
            model_usd=model_usd,
        )

    @property
    def status(self) -> int | None:
        """The HTTP status of the page that it failed at; None where it failed otherwise."""
        status = self.details.get("status")
        return status if isinstance(status, int) else None

    @property
    def retry_after_s(self) -> float | None:
        """The time that the page asked to wait, in seconds; None where it did not."""
        wait_ms = self.details.get("retryAfterMs")
        return wait_ms / 1000 if isinstance(wait_ms, int | float) else None

    @property
    def is_repeatable(self) -> bool:
        """True if the row may be tried again: its failure says nothing about it, and its task changed nothing.

        Of a row that is lost with its worker no one may know; it runs again, as the rows of a process that is killed.
        """
        if self.code not in REPEATABLE or self.acted or (self.acted is None and not self.is_lost):
            return False
        return self.status is None or self.status in BUSY_STATUSES

    @property
    def is_lost(self) -> bool:
        """True if the attempt ended with the worker that it ran on."""
        return self.code == ToolkitErrorCode.WORKER_LOST

    @property
    def line(self) -> str:
        """The failure in one line."""
        return f"{self.code}: {self.message}" if self.code else self.message

    @property
    def advice(self) -> str:
        """The hint: its own, or that of its code."""
        return self.hint or default_hint(self.code, self.details)


def named_row(position: int, label: str) -> str:
    """Name a row for people: `row 3`, with its label in the index where that is another: `row 3 (Berlin)`."""
    return f"row {position}" if label == str(position) else f"row {position} ({label})"


def label_of(value: object) -> str:
    """Return an index value as text for people, shortened."""
    text = one_line(str(value))
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
