"""What a task gives back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Protocol

from webrun_nb.client.http import Http
from webrun_nb.client.result_files import ResultFile
from webrun_nb.wire.responses import NetworkLog, TaskCompleted, Usage

if TYPE_CHECKING:
    import pandas as pd


class Schema(Protocol):
    """What an answer is to look like; only its JSON Schema matters to the client."""

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """What goes over the wire as `outputSchema`."""


class Frames(Protocol):
    """How schemas are read and tables are made. The notebook layer has them; the client doesn't know pandas."""

    def read_schema(self, given: object) -> Schema:
        """Return the schema that somebody gave (a column list, a model, a JSON Schema, …)."""

    def make_frame(self, result: TaskResult) -> pd.DataFrame:
        """Return the answer as a table, typed by its schema where it has one."""

    def read_file(self, name: str, content: IO[bytes]) -> pd.DataFrame:
        """Return a file as a table, by the kind that its name says."""


@dataclass(frozen=True)
class TaskResult:
    """The answer of a task that succeeded. Money is US dollars, times are UTC."""

    session_id: str
    task_id: str
    instruction: str
    url: str | None
    """Where it was told to start, else the page that the browser was last told to open, as far as is known."""
    text: str
    """The answer: markdown, or with a schema the JSON as text."""
    schema: Schema | None
    files: tuple[ResultFile, ...]
    """What it downloaded."""
    network: tuple[NetworkLog, ...]
    usage: Usage
    captured_at: datetime
    elapsed_s: float
    """From asking to having it, waiting in the queue included."""
    raw: Mapping[str, Any] = field(repr=False)
    """The answer as it came over the wire."""
    make_frame: Callable[[TaskResult], pd.DataFrame] | None = field(default=None, repr=False, compare=False)

    @property
    def json(self) -> Any:
        """The answer as plain data; None for a text answer (a task without a schema)."""
        return None if self.schema is None else json.loads(self.text)

    @property
    def df(self) -> pd.DataFrame:
        """The answer as a table, made anew each time."""
        if self.make_frame is None:
            raise TypeError("this client was made without `frames`: read .json or .text")
        return self.make_frame(self)

    @property
    def completeness(self) -> Mapping[str, Any]:
        """What the table lacks, as counts: `rows`, `incomplete_rows`, and `missing` and `unfit` per column."""
        found: Mapping[str, Any] = self.df.attrs["webrun"]["completeness"]
        return found

    @property
    def cost_usd(self) -> Decimal:
        """What the task cost. On the emulator: what it would have cost."""
        return usd(self.usage.cost)

    @property
    def emulated(self) -> bool:
        """True where nobody pays."""
        return self.usage.emulated

    def __str__(self) -> str:
        return self.text


def usd(amount: float) -> Decimal:
    """Return a price of the wire as the decimal number it was written as."""
    return Decimal(str(amount))


def result_of(
    body: TaskCompleted,
    *,
    instruction: str,
    url: str | None,
    schema: Schema | None,
    elapsed_s: float,
    frames: Frames | None,
    http: Http,
) -> TaskResult:
    """Return the result that a completed task's body holds."""
    read_file = None if frames is None else frames.read_file
    return TaskResult(
        session_id=body.session_id,
        task_id=body.task_id,
        instruction=instruction,
        url=url,
        text=body.data.message,
        schema=schema,
        files=tuple(ResultFile(file, http, read_file) for file in body.data.files),
        network=tuple(body.data.network),
        usage=body.usage,
        captured_at=datetime.fromtimestamp(body.completed_at / 1000, UTC),
        elapsed_s=elapsed_s,
        raw=body.to_wire(),
        make_frame=None if frames is None else frames.make_frame,
    )
