"""Defines the result of a task, its files, and the adapter that makes tables of both."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.answers.tasks import CompletedTask, FileLink, NetworkLog, Truncated, Usage
from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.client.errors import NoReportWarning, ProtocolError, RequestError, WebRunError
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.tasks.element_picture import ElementPicture, find_value, outlined
from webrun_nb.client.tasks.recording import TaskRecording
from webrun_nb.client.transfers import Transfers
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.durations import age_text
from webrun_nb.common.text import one_line

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.monitoring.budget import BudgetReading
    from webrun_nb.client.snapshot import SessionSnapshot
    from webrun_nb.client.tasks.differences import FrameDiff
    from webrun_nb.wire.report import ReportBody

ReadFrame = Callable[[str, IO[bytes]], "pd.DataFrame"]
"""Reads a table from a file's name and content."""

_IN_MEMORY_BYTES = 1_000_000


class ResultFile(InProcess):
    """A file that a task downloaded. `save` blocks, `await asave` does not.

    Parameters
    ----------
    file : FileLink
        The file as in the answer.
    http : ApiTransport
        The server's calls.
    read_frame : callable, optional
        Makes a table of it.
    """

    instead = "save it, and pickle its path"

    def __init__(self, file: FileLink, http: ApiTransport, read_frame: ReadFrame | None = None) -> None:
        self.filename = file.filename
        self.source = file.source
        """The URL that the page downloaded it from."""
        self.timestamp = file.timestamp_ms
        """The time of the download, unix ms; None where the server does not say."""
        self.download_url = file.download_url
        self._transfers = Transfers(http)
        self._read_frame = read_frame

    def __repr__(self) -> str:
        return f"<ResultFile {self.filename}>"

    @on_loop_thread
    async def aopen(self) -> IO[bytes]:
        """Return its content as a binary file object, of its own: read it, and close it (or use `with`).

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server no longer has it.
        """
        file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        try:
            await self._transfers.fetch(self.download_url, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    @blocking(aopen)
    def open(self) -> IO[bytes]:
        return runtime.run(self.aopen())

    @on_loop_thread
    async def asave(self, path: str | Path = ".") -> Path:
        """Save it as `path`, or in the folder `path`; return where it is.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server no longer has it; `INVALID_PARAMETER`: it can't be written there.
        """
        return await self._transfers.save(self.download_url, Path(path), self.filename)

    @blocking(asave)
    def save(self, path: str | Path = ".") -> Path:
        return runtime.run(self.asave(path))

    @on_loop_thread
    async def asize(self) -> int | None:
        """Return its size in bytes, as the server states it; None where it does not. It is asked each time.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server no longer has it.
        """
        return await self._transfers.size(self.download_url)

    @blocking(asize)
    def size(self) -> int | None:
        return runtime.run(self.asize())

    @property
    def df(self) -> pd.DataFrame:
        """Its content as a table, by its name: .csv, .tsv, .json, .jsonl, .parquet, .xlsx; fetched each time."""
        if self._read_frame is None:
            raise TypeError("this client was made without `frames`: read .open()")
        with self.open() as content:
            return self._read_frame(self.filename, content)


_without_reports: set[str] = set()
"""The addresses of servers that were said to keep no reports."""
_AS_IT_CAME = "the result's .text is the answer as it came"
_TOLD_CHARACTERS = 60
"""The longest part of the instruction in a result's repr."""


class Schema(Protocol):
    """The schema of an answer; the client uses only its JSON Schema."""

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """The JSON Schema that is sent as `outputSchema`."""


class ResultAdapter(Protocol):
    """Reads schemas and makes tables, for a client that does not know pandas itself."""

    def read_schema(self, given: object, *, flat: bool = False) -> Schema:
        """Return the schema that was given, for example a column list, a model or a JSON Schema."""

    def make_frame(self, result: TaskResult) -> pd.DataFrame:
        """Return the answer as a table, typed by its schema where it has one."""

    def records_frame(
        self, data: Any, schema: Schema | None, meta: Mapping[str, Any], report: ReportBody | None = None
    ) -> pd.DataFrame:
        """Return records as a table, typed by the schema where there is one; `meta` says where they are from."""

    def read_file(self, name: str, content: IO[bytes]) -> pd.DataFrame:
        """Return a file as a table, by the kind that its name says."""

    def steps(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return the recorded steps of a task as a table."""

    def provenance(self, data: Any, report: ReportBody) -> pd.DataFrame:
        """Return the source of each value of an answer as a table."""

    def texts(self, frame: pd.DataFrame, report: ReportBody) -> pd.DataFrame:
        """Return the text on the page in place of each value of an answer's table."""

    def diff(self, after: pd.DataFrame, before: pd.DataFrame, key: str | Sequence[str] | None) -> FrameDiff:
        """Return the differences of two tables."""

    def session_html(self, snapshot: SessionSnapshot) -> str:
        """Return a session's state as static HTML."""


@dataclass(frozen=True, slots=True)
class UnusedPart:
    """A part of an instruction that was not used.

    `start` and `end` are its place in the instruction; None where it is of an answer that was given to the task.
    """

    text: str
    start: int | None
    end: int | None
    why: str


@dataclass(frozen=True, repr=False)
class TaskResult(InProcess):
    """The answer of a task that succeeded. Money is US dollars, times are UTC."""

    instead = "its table and its data can be: result.df, result.json, result.text"

    session_id: str
    task_id: str
    instruction: str
    url: str | None
    """The URL it started at, else the page that the browser was last told to open, if known."""
    text: str
    """The answer: markdown, or with a schema the JSON as text."""
    schema: Schema | None
    files: tuple[ResultFile, ...]
    """The files that it downloaded."""
    network: tuple[NetworkLog, ...]
    usage: Usage | None
    """None where the server does not say what the task used."""
    captured_at: datetime
    """The time of the answer; where the server does not say, the time at which it was first read."""
    elapsed_s: float
    """The time from the request to the answer in seconds, waiting in the queue included."""
    body: Mapping[str, Any]
    """The answer as it came over the wire."""
    records: tuple[Mapping[str, Any], ...] | None = None
    """The records that a text answer was written from, on servers that send them, as the emulator does."""
    truncated: Truncated | None = None
    """The part of the answer within `max_output_tokens`: `returned` rows (of a text: characters) `of` so many.

    None where the answer is whole, or the server does not say."""
    frames: ResultAdapter | None = field(default=None, compare=False)
    """Makes tables of it; None for a client that knows no tables."""
    recorded: TaskRecording | None = field(default=None, compare=False)
    """The server's record of the task, or what was kept of it."""
    max_cost_usd: Decimal | None = None
    """The task's own budget; None where it had none."""
    budget: BudgetReading | None = field(default=None, compare=False)
    """The budget that was exceeded most at its end: its own, its session's or the notebook's."""
    cached_age_s: float | None = None
    """The age of a kept answer (`cache`) in seconds: then no task was run, and ids, `usage` and `captured_at` are those
    of the task that the answer was kept from. None for the answer of a task that was run."""
    not_kept: str | None = None
    """The reason why the answer is not kept, though that was asked for (`cache`, `refresh`)."""

    @property
    def json(self) -> Any:
        """The answer as plain data; None for a text answer (a task without a schema).

        Raises
        ------
        ProtocolError
            The server has answered something that is not JSON, though a schema was asked for.
        """
        if self.schema is None:
            return None
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise ProtocolError(
                "the answer is not JSON, though a schema was asked for", hint=_AS_IT_CAME, task_id=self.task_id
            ) from error

    @property
    def data(self) -> Any:
        """The answer as plain data: JSON if it has a schema, else the records that a text was written from, or that."""
        if self.schema is not None:
            return self.json
        return self.text if self.records is None else list(self.records)

    @property
    def df(self) -> pd.DataFrame:
        """The answer as a table, made each time.

        Without a schema: the records of the page under its own column names, as text, as `-o` has them; where the
        answer is no table, one row with a column `answer`. The hosted service gives no records with a text: for a
        table there, name a schema.
        """
        return self._tables().make_frame(self)

    @property
    def completeness(self) -> Mapping[str, Any]:
        """The completeness of the answer's table, as plain JSON values.

        `rows` of it; `incomplete_rows`, with `misfits`: the values that the schema does not allow (row, column, why);
        per column `missing`, `unfit`, `nulls` (counts by the code of their reason) and `settled` (nulls of the answer
        that other pages of its site have decided); `truncated`.

        From the emulator's report, and None on other servers: `pages` visited; `rows_seen`, `rows_collected` and
        `rows_stated` of their lists (shown, read, said to be there); `duplicates` that were left out, and whether they
        are assumed (`duplicates_assumed`); `enough`: the task asks for no more rows of a list; `cut_short`: how other
        lists ended that were not read to their end; `short_answers` is for tables of several answers, as of `map`.

        >>> result.completeness["nulls"]  # doctest: +SKIP
        {'price': {'ambiguous-mark': 2}}
        """
        found: Mapping[str, Any] = self.df.attrs["webrun"]["completeness"]
        return found

    def count_values(self) -> tuple[int, dict[str, int]]:
        """Return the number of the answer's rows, and of those without a value that fits, by column."""
        if self.frames is not None:
            counted = self.completeness
            return counted["rows"], {name: count + counted["unfit"][name] for name, count in counted["missing"].items()}
        records = self.json if isinstance(self.json, list) else [self.json or self.text]
        names = dict.fromkeys(name for each in records if isinstance(each, Mapping) for name in each)
        lacking = {n: sum(not isinstance(each, Mapping) or each.get(n) is None for each in records) for n in names}
        return len(records), lacking

    def diff(self, other: TaskResult | pd.DataFrame, key: str | Sequence[str] | None = None) -> FrameDiff:
        """Return what has changed from another result, or table, to this one: rows added, removed and changed.

        >>> today.diff(yesterday, key="name").changed  # doctest: +SKIP

        Parameters
        ----------
        other : TaskResult or DataFrame
            The earlier one.
        key : str or sequence of str, optional
            The columns that tell the rows apart. Without it rows are compared as wholes, so that none is `changed`.

        Raises
        ------
        ArgumentError
            A table lacks a column of the key, or has several rows of one key.
        """
        return self._tables().diff(self.df, other.df if isinstance(other, TaskResult) else other, key)

    @property
    def steps(self) -> Any:
        """The recorded steps of the task, as a table, or without `frames` as plain records. Read from the server.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server keeps no record; `TASK_NOT_FOUND`: the record has been removed.
        """
        rows = self._record().steps()
        return rows if self.frames is None else self.frames.steps(rows)

    def step_picture(self, number: int) -> StepPicture:
        """Return the page right after a step, as a small picture: one that `steps` says has one (`picture`).

        Pictures are taken in sessions started with `pictures=True`, and once a card's log of steps is open.

        >>> result.step_picture(3)  # doctest: +SKIP

        Parameters
        ----------
        number : int
            The step's `seq`.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: no picture was taken, or it is not kept any more; otherwise as `steps`.
        """
        return self._record().picture(number)

    @property
    def provenance(self) -> pd.DataFrame | None:
        """The source of each value of the answer, as a table; None on servers without reports, which is said once.

        Columns: row and column of the answer; page (its URL), time (UTC) at which that was read, element (a CSS
        selector), text as on the page, reading (how the value was read from it), reason (for which the value is null,
        or what is odd about it).

        >>> result.provenance.query("row == 3 and column == 'price'")  # doctest: +SKIP

        Raises
        ------
        RequestError
            `TASK_NOT_FOUND`: the record has been removed, 30 days after its session's end.
        """
        report = self._sources
        return None if report is None else self._tables().provenance(self.data, report)

    @property
    def raw(self) -> pd.DataFrame | None:
        """The texts as on the page, in the shape of the answer's table; otherwise as `provenance`."""
        report = self._sources
        return None if report is None else self._tables().texts(self.df, report)

    def show(self, row: int, column: str) -> ElementPicture:
        """Return the picture of the page with the element outlined that a value was read from.

        Pages are pictured in sessions that were started with `pictures=True` (`%webrun start --pictures`), where the
        policy allows it and no secret is on the page; up to 20 pages of a task, for as long as it is among the latest.

        >>> result.show(3, "price")  # doctest: +SKIP

        Parameters
        ----------
        row : int
            The row of the answer, from 0.
        column : str
            The column.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: there is no picture of it, with how to get one; `INVALID_PARAMETER`: there is no such
            value; `EMULATOR_ONLY`: the server does not say what values were read from.
        """
        report = self._sources
        if report is None:
            raise RequestError(
                f"{self._record().base_url} does not say what values were read from",
                code=ToolkitErrorCode.EMULATOR_ONLY,
            )
        return outlined(report, find_value(report, row, column), self._record().page_picture)

    @cached_property
    def unused(self) -> tuple[UnusedPart, ...]:
        """The parts of the instruction that were not used, each with the reason; empty if all of it was used.

        The emulator knows them, and is asked at the first access. On the hosted service it is empty.

        >>> [part.text for part in result.unused]  # doctest: +SKIP
        ['on day 2']

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the emulator runs without its control API; `TASK_NOT_FOUND`: the record has been removed.
        """
        report = self._summary
        return () if report is None else tuple(UnusedPart(p.text, p.start, p.end, p.why) for p in report.unused)

    @property
    def report(self) -> ReportBody | None:
        """The evidence of the answer, with those values alone that have a reason; None where it can't be read."""
        try:
            return self._summary
        except WebRunError:
            return None

    @cached_property
    def _summary(self) -> ReportBody | None:
        """The report with those values alone that have a reason; None on servers without reports."""
        return None if self.recorded is None or not self.emulated else self.recorded.report("odd")

    @cached_property
    def _sources(self) -> ReportBody | None:
        """The whole report; None on servers without reports."""
        recorded = self._record()
        try:
            if self.emulated:
                return recorded.report()
        except RequestError as error:
            if error.code != ToolkitErrorCode.EMULATOR_ONLY:
                raise
        if recorded.base_url not in _without_reports:
            _without_reports.add(recorded.base_url)
            message = f"{recorded.base_url} does not say what an answer rests on: provenance and raw are None"
            warnings.warn_explicit(message, NoReportWarning, "webrun_nb", 0)
        return None

    def _record(self) -> TaskRecording:
        if self.recorded is None:
            raise TypeError("this result has no connection to its server: there is no record of its steps")
        return self.recorded

    def _tables(self) -> ResultAdapter:
        if self.frames is None:
            raise TypeError("this client was made without `frames`: read .json or .text")
        return self.frames

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost of the task in US dollars. On the emulator: the cost on the hosted service.

        None where the server does not say it. 0 for a kept answer, which no task was run for; `usage` has what that
        cost once.
        """
        if self.cached_age_s is not None:
            return Decimal(0)
        return None if self.usage is None else self.usage.cost_usd

    @property
    def over_budget_usd(self) -> Decimal | None:
        """The amount spent by its end beyond its own, its session's or the notebook's budget (`budget` says which).

        At most its own cost; 0 where all budgets were kept; None where it had none, or where that isn't known. A budget
        is followed by reading the costs again and again, so that a short task may end before it is stopped.
        """
        return None if self.budget is None else self.budget.over_usd

    @property
    def emulated(self) -> bool:
        """True on the emulator, where nothing is charged."""
        return self.usage is not None and self.usage.emulated

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        told = one_line(self.instruction)
        told = told if len(told) <= _TOLD_CHARACTERS else told[: _TOLD_CHARACTERS - 1] + "…"
        amount = "cost unknown" if self.cost_usd is None else f"${self.cost_usd:.4f}"
        cost = f"≈ {amount} (emulated)" if self.emulated else amount
        spent = f"{self.elapsed_s:.1f} s · {cost}"
        if self.cached_age_s is not None:
            spent = f"kept answer of {age_text(self.cached_age_s)} ago · $0.00 now"
        cut = "" if self.truncated is None else f" · truncated: {self.truncated.returned:,} of {self.truncated.of:,}"
        return f"<TaskResult {self.task_id}: {told!r} · {spent}{cut}; .df .text .json .files>"


def result_of(
    body: CompletedTask,
    *,
    task_id: str,
    instruction: str,
    url: str | None,
    schema: Schema | None,
    elapsed_s: float,
    frames: ResultAdapter | None,
    http: ApiTransport,
    recorded: TaskRecording | None = None,
    max_cost_usd: Decimal | None = None,
    budget: BudgetReading | None = None,
    read_at: datetime | None = None,
) -> TaskResult:
    """Return the result that a completed task's body holds; `read_at` is when that was first read, now by default."""
    read_file = None if frames is None else frames.read_file
    return TaskResult(
        session_id=body.session_id,
        task_id=task_id,
        instruction=instruction,
        url=url,
        text=body.data.message,
        schema=schema,
        files=tuple(ResultFile(file, http, read_file) for file in body.data.files),
        network=body.data.network,
        usage=body.usage,
        captured_at=body.completed_at or read_at or datetime.now(UTC),
        elapsed_s=elapsed_s,
        body=body.raw,
        truncated=body.data.truncated,
        records=body.data.records,
        frames=frames,
        recorded=recorded,
        max_cost_usd=max_cost_usd,
        budget=budget,
    )
