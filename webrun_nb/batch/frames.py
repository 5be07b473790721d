"""Makes the parts of a run's tables: records with their rows, the index, columns of the input, status, failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask, records_in
from webrun_nb.tables.schema import ANSWER
from webrun_nb.wire.report import ReportBody, ReportedValue

if TYPE_CHECKING:
    import pandas as pd

N = "n"
"""The name of the index level that counts the records of a row."""
SOURCE_URL = "source_url"
"""The column with the page of each row."""
STATUS_COLUMNS = ("_status", "_error", "_cost_usd", "_seconds", "_task_id", "_url", "_captured_at")


@dataclass
class Records:
    """The records of many answers, with their rows, and the evidence of all as one report."""

    records: list[Any] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    """The position of each line's row in the input."""
    numbers: list[int] = field(default_factory=list)
    """The number of each line's record within its row, from 0."""
    places: list[int] = field(default_factory=list)
    """The place of each line's record in `records`; -1 where its row has none."""
    reports: list[ReportBody] = field(default_factory=list)
    values: list[ReportedValue] = field(default_factory=list)

    def add(self, row: RowTask, answer: RowAnswer | None) -> None:
        """Add the records of a row."""
        found = [] if answer is None else lines_of(answer)
        if answer is not None and answer.report is not None:
            report, first = ReportBody.model_validate(answer.report), len(self.records)
            self.reports.append(report)
            self.values += [
                value.model_copy(update={"row": value.row + first}) for value in report.values if value.row < len(found)
            ]
        if not found:
            self._add_line(row, 0, -1)
        for number, record in enumerate(found):
            self._add_line(row, number, len(self.records))
            self.records.append(record)

    def _add_line(self, row: RowTask, number: int, place: int) -> None:
        self.positions.append(row.position)
        self.numbers.append(number)
        self.places.append(place)

    @property
    def has_several(self) -> bool:
        """True if any row has more than one record."""
        return any(self.numbers)

    def report(self) -> ReportBody | None:
        """Return the evidence of all answers as one report; None where no answer has any."""
        if not self.reports:
            return None
        first = self.reports[0]
        return first.model_copy(
            update={
                "values": self.values,
                "columns": [column for report in self.reports for column in report.columns],
                "lists": [each for report in self.reports for each in report.lists],
                "pages": [page for report in self.reports for page in report.pages],
                "values_left_out": sum(report.values_left_out for report in self.reports),
            }
        )


def lines_of(answer: RowAnswer) -> list[Any]:
    """Return the records of an answer; a text that is no records is one, with the column `answer`."""
    data = answer.task().data
    found = records_in(data)
    is_text = not found and data.records is None and data.message[:1] not in ("", "[", "{")
    return [{ANSWER: data.message}] if is_text else found


def line_index(index: pd.Index, positions: Sequence[int], numbers: Sequence[int] | None) -> pd.Index:
    """Return the index of lines: that of their rows, with a level `n` where `numbers` are given."""
    import pandas as pd

    of_rows: pd.Index = index.take([*positions])
    if numbers is None:
        return of_rows
    levels = [of_rows.get_level_values(level) for level in range(of_rows.nlevels)]
    return pd.MultiIndex.from_arrays([*levels, pd.array([*numbers], dtype="int64")], names=[*of_rows.names, N])


def add_columns(frame: pd.DataFrame, positions: Sequence[int], columns: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    """Return the frame with columns of the input's rows in front; a name that it has gets `_input` at its end.

    Parameters
    ----------
    frame : DataFrame
        The table of a run.
    positions : sequence of int
        The position of the input's row that each of its lines is of.
    columns : mapping of str to Series
        The columns, each with a value per row of the input.
    """
    import pandas as pd

    made: dict[str, Any] = {}
    for name, values in columns.items():
        chosen = name
        while chosen in frame.columns or chosen in made:
            chosen += "_input"
        made[chosen] = values.take([*positions]).array
    joined = pd.concat([pd.DataFrame(made, index=frame.index), frame], axis=1)
    joined.attrs = frame.attrs
    return joined


def status_frame(
    answers: Iterable[tuple[RowTask, RowAnswer | None]],
    failures: Mapping[int, RowFailure],
    index: pd.Index,
    costs: Mapping[str, Decimal | None],
) -> pd.DataFrame:
    """Return how each row of the input ended: one line per row, with the columns `STATUS_COLUMNS`.

    Parameters
    ----------
    answers : iterable of (RowTask, RowAnswer or None)
        The rows in their order.
    failures : mapping of int to RowFailure
        The failures, by position.
    index : pandas.Index
        The index of the input.
    costs : mapping of str to Decimal or None
        The costs of failed tasks by their ids, as the ledger has them.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for row, answer in answers:
        failure = failures.get(row.position)
        if answer is not None:
            captured = datetime.fromtimestamp(answer.captured_at_ms / 1000, UTC)
            rows.append(("done", None, _dollars(answer.cost_usd), answer.elapsed_s, answer.task_id, row.url, captured))
        elif failure is not None:
            cost = _dollars(costs.get(failure.task_id or ""))
            rows.append(("failed", failure.line, cost, failure.elapsed_s, failure.task_id, row.url, None))
        else:
            rows.append(("missing", None, None, None, None, row.url, None))
    frame = pd.DataFrame(rows, columns=list(STATUS_COLUMNS), index=index)
    types = {"_cost_usd": "Float64", "_seconds": "Float64"}
    strings = dict.fromkeys(("_status", "_error", "_task_id", "_url"), "string")
    frame["_captured_at"] = pd.to_datetime(frame["_captured_at"], utc=True)
    return frame.astype({**types, **strings})


def _dollars(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def failures_frame(failures: Iterable[tuple[RowTask, RowFailure]], index: pd.Index) -> pd.DataFrame:
    """Return the failed rows: position, code, message, hint, page, ids and worker, by the index of the input."""
    import pandas as pd

    listed = list(failures)
    columns = ("row", "code", "message", "hint", "url", "task_id", "seconds", "worker")
    rows = [
        (row.position, each.code, each.message, each.advice, row.url, each.task_id, each.elapsed_s, each.worker or None)
        for row, each in listed
    ]
    frame = pd.DataFrame(rows, columns=list(columns), index=index.take([row.position for row, _ in listed]))
    strings = dict.fromkeys(("code", "message", "hint", "url", "task_id", "worker"), "string")
    return frame.astype({"row": "int64", "seconds": "Float64", **strings})
