"""Makes the table of a run: whole, or in parts that together are the same columns, dtypes, values and index.

Some of a table's form depends on all of its rows: how a site writes numbers and dates, whether a row has several
records, the currencies, the columns that the pages name. For a table in parts the answers are read twice: for what they
prove, and for their records, which are kept in a temporary file until the form is known. No more than one part is in
memory.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from webrun_nb.batch.frames import SOURCE_URL, Records, add_columns, line_index, status_frame
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.tables.completeness import Collected, Completeness, collected_by_all, merged
from webrun_nb.tables.frames import measures_of, to_frame
from webrun_nb.tables.schema import Schema
from webrun_nb.tables.settling import Shown, shown_by
from webrun_nb.wire.report import ReportBody

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

PART_LINES = 5_000
"""The lines from which on a part is complete; the records of a row are in one part."""

Answers = Iterable[tuple[RowTask, RowAnswer | None]]


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """The facts that the columns of `--status` need beside the answers."""

    failures: Mapping[int, RowFailure]
    """The failures, by position."""
    costs: Mapping[str, Decimal | None]
    """The costs of failed tasks, by their ids."""


@dataclass(frozen=True, slots=True)
class RunTable:
    """The table of a run, not made yet.

    A row with one record has its index value; if any row has several, all have the index `(index…, n)`. A row without
    a record (failed, missing, or empty) has one line without values, so that no row of the input is lost.
    """

    answers: Callable[[], Answers]
    """Reads the rows in their order."""
    schema: Schema | None
    index: pd.Index
    """The index of the input."""
    meta: Mapping[str, Any]
    """Facts for `attrs["webrun"]`."""
    given: Mapping[str, pd.Series[Any]] = field(default_factory=dict)
    """The columns of the input that it gets."""
    with_url: bool = False
    status: StatusFacts | None = None

    def whole(self) -> pd.DataFrame:
        """Return the table as one frame."""
        lines = _Lines(self.status is not None)
        for row, answer in self.answers():
            lines.add(row, answer)
        part = self._part(lines, shown_by(lines.records.reports))
        form = _Form(self)
        form.note(part)
        return form.finished(part)

    @contextlib.contextmanager
    def parts(self, folder: Path) -> Iterator[TableParts]:
        """Yield the table in parts.

        Parameters
        ----------
        folder : Path
            The folder of the temporary file.

        Raises
        ------
        OSError
            The file can't be written there.
        """
        shown = shown_by(_reports(self.answers()))
        form = _Form(self)
        with tempfile.TemporaryFile(dir=folder) as file:
            for lines in self._in_parts():
                part = self._part(lines, shown)
                form.note(part)
                pickle.dump(part, file, pickle.HIGHEST_PROTOCOL)
            yield TableParts(file, form)

    def _part(self, lines: _Lines, shown: Shown) -> _Part:
        found = lines.records
        frame, completeness = to_frame(
            found.records, self.schema, meta=self.meta, report=found.report(), shown=shown, measures_apart=True
        )
        if self.schema is None and not found.records:
            frame = frame.iloc[:0, :0]
        completeness = replace(completeness, collected=collected_by_all([Collected.of(each) for each in found.reports]))
        first = lines.rows[0][0].position
        status = None
        if self.status is not None:
            of_rows = self.index[first : first + len(lines.rows)]
            status = status_frame(lines.rows, self.status.failures, of_rows, self.status.costs)
        urls = [row.url for row, _ in lines.rows] if self.with_url else []
        about = frame.attrs.pop("webrun")
        frame = frame.reindex(found.places)
        return _Part(frame, about, completeness, found.positions, found.numbers, first, urls, status)

    def _in_parts(self) -> Iterator[_Lines]:
        lines = _Lines(self.status is not None)
        for row, answer in self.answers():
            lines.add(row, answer)
            if len(lines.records.places) >= PART_LINES:
                yield lines
                lines = _Lines(self.status is not None)
        if lines.rows:
            yield lines


class TableParts:
    """The parts of a table, which can be read more than once."""

    def __init__(self, file: IO[bytes], form: _Form) -> None:
        self._file = file
        self._form = form

    def __iter__(self) -> Iterator[pd.DataFrame]:
        self._file.seek(0)
        for _ in range(self._form.parts):
            yield self._form.finished(pickle.load(self._file))


@dataclass(slots=True)
class _Lines:
    """The lines of some rows that follow one another."""

    keeps_answers: bool
    """Keep the answers, too, for the status of the rows."""
    records: Records = field(default_factory=Records)
    rows: list[tuple[RowTask, RowAnswer | None]] = field(default_factory=list)

    def add(self, row: RowTask, answer: RowAnswer | None) -> None:
        self.records.add(row, answer)
        self.rows.append((row, answer if self.keeps_answers else None))


@dataclass(frozen=True, slots=True)
class _Part:
    """The frame of some rows, before the form of the whole table is known."""

    frame: pd.DataFrame
    """Their records, with all currencies and units in columns."""
    about: Mapping[str, Any]
    """Its facts in `attrs["webrun"]`."""
    completeness: Completeness
    positions: Sequence[int]
    """The position of each line's row in the input."""
    numbers: Sequence[int]
    """The number of each line's record within its row."""
    first: int
    """The position of its first row."""
    urls: Sequence[str]
    """The page of each row, where they are asked for."""
    status: pd.DataFrame | None
    """The status of each row, likewise."""


class _Form:
    """The form of a whole table, noted part by part."""

    def __init__(self, table: RunTable) -> None:
        self._table = table
        self._measures = {} if table.schema is None else measures_of(table.schema.columns)
        self._codes: dict[str, set[str | None]] = {name: set() for name in self._measures}
        """The currencies or units of each column of amounts."""
        self._names: dict[str, None] = {}
        self._has_several = False
        self._about: Mapping[str, Any] = {}
        self._completeness: list[Completeness] = []

    @property
    def parts(self) -> int:
        """The number of parts."""
        return len(self._completeness)

    def note(self, part: _Part) -> None:
        """Take a part into account."""
        self._completeness.append(part.completeness)
        self._about = part.about
        self._names |= dict.fromkeys(part.frame.columns)
        self._has_several = self._has_several or any(part.numbers)
        for name, measures in self._measures.items():
            codes = part.frame[measures.column][part.frame[name].notna()]
            self._codes[name].update(codes.dropna().unique(), [None] if codes.isna().any() else [])

    def finished(self, part: _Part) -> pd.DataFrame:
        """Return a part as it is in the whole table."""
        table, frame = self._table, part.frame
        shared = [self._measures[name].column for name, codes in self._codes.items() if len(codes) < 2]
        frame = frame.drop(columns=shared)
        if len(frame.columns) + len(shared) < len(self._names):  # columns that only other pages name
            frame = frame.reindex(columns=[*self._names]).astype("string")
        frame.index = line_index(table.index, part.positions, part.numbers if self._has_several else None)
        within = [position - part.first for position in part.positions]
        if table.with_url:
            import pandas as pd

            frame = add_columns(frame, within, {SOURCE_URL: pd.Series(part.urls, dtype="string")})
        frame = add_columns(frame, part.positions, table.given)
        if part.status is not None:
            frame = frame.assign(**{str(name): each.array for name, each in part.status.iloc[within].items()})
        frame.attrs["webrun"] = self._attrs
        return frame

    @cached_property
    def _attrs(self) -> dict[str, Any]:
        """The facts in `attrs["webrun"]`, once all parts are noted."""
        common: dict[str, dict[str, str]] = {"currencies": {}, "units": {}}
        for name, codes in self._codes.items():
            if len(codes) == 1 and (code := next(iter(codes))) is not None:
                common[self._measures[name].common][name] = code
        return {**self._about, "completeness": merged(self._completeness).to_json(), **common}


def _reports(answers: Answers) -> Iterator[ReportBody]:
    """Yield the reports that say something of a column."""
    for _, answer in answers:
        if answer is not None and answer.report is not None and answer.report.get("columns"):
            yield ReportBody.model_validate(answer.report)
