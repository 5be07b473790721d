"""Reads the conditions of `expect=`: the HTTP statuses that a task expects of its pages, and what its rows have to be.

The statuses are sent with the task, which fails where no page has one of them. What is expected of the rows is checked
here, once the answer has come.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webrun_nb.client.errors import RequestError
from webrun_nb.common.codes import ErrorCode, TaskFailureCode
from webrun_nb.common.text import closest_match

_ONE = re.compile(r"status\s*==?\s*(\d{3})", re.ASCII)
_RANGE = re.compile(r"status\s+in\s+(\d{3})\s*\.\.\s*(\d{3})", re.ASCII)
_ROWS = re.compile(r"rows\s*(>=|<=|==?|>|<)\s*(\d{1,9})", re.ASCII)
_NOT_NULL = re.compile(r"(?P<column>\S(?:.{0,200}?\S)??)\s+(?:is\s+)?not\s+null", re.IGNORECASE)
_STATUSES = range(100, 600)
_HINT = 'there is "status = 404", "status in 400..499", "rows >= 100" and "price not null"'
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge, "<=": operator.le, "=": operator.eq, "==": operator.eq, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowCount:
    """A condition on the number of rows: `rows >= 100`."""

    comparison: str
    number: int

    def unmet(self, rows: int, lacking: Mapping[str, int]) -> str:
        """Return what is so instead; empty where it is met."""
        return "" if _COMPARISONS[self.comparison](rows, self.number) else f"there are {rows:,}"

    def __str__(self) -> str:
        return f"rows {self.comparison} {self.number}"


@dataclass(frozen=True, slots=True)
class NotNull:
    """A condition on a column: `price not null`."""

    column: str

    def unmet(self, rows: int, lacking: Mapping[str, int]) -> str:
        """Return what is so instead; empty where it is met."""
        if self.column not in lacking:
            known = ", ".join(lacking)
            return f"there is no such column, but {known}" if known else "there is no such column"
        count = lacking[self.column]
        return f"{count:,} of {rows:,} have no value that fits" if count else ""

    def __str__(self) -> str:
        return f"{self.column} not null"


RowCondition = RowCount | NotNull


@dataclass(frozen=True, slots=True)
class Expectations:
    """The conditions of a task."""

    statuses: tuple[int, ...] = ()
    """HTTP statuses that pages may answer with, in ascending order; any may hold."""
    rows: tuple[RowCondition, ...] = ()
    """The conditions on the rows of the answer; all must hold."""

    def check_columns(self, columns: Sequence[str]) -> None:
        """Refuse a condition on a column that the schema of the task does not have.

        Parameters
        ----------
        columns : sequence of str
            The columns of the schema; none where it leaves them to the page.
        """
        for condition in self.rows if columns else ():
            if isinstance(condition, NotNull) and condition.column not in columns:
                meant = closest_match(condition.column, columns)
                hint = f"did you mean {meant}?" if meant else f"the schema has: {', '.join(columns)}"
                raise RequestError(
                    f"{str(condition)!r}: the schema has no column {condition.column!r}",
                    code=ErrorCode.INVALID_PARAMETER,
                    hint=hint,
                )

    def unmet(self, rows: int, lacking: Mapping[str, int]) -> list[str]:
        """Return the conditions that rows do not meet, each with what is so instead.

        >>> Expectations.read(["rows >= 100", "price not null"]).unmet(42, {"price": 0})
        ['rows >= 100: there are 42']

        Parameters
        ----------
        rows : int
            The number of rows.
        lacking : mapping of str to int
            By column: the number of rows without a value that fits.
        """
        return [f"{condition}: {why}" for condition in self.rows if (why := condition.unmet(rows, lacking))]

    @classmethod
    def read(cls, conditions: str | Sequence[str]) -> Expectations:
        """Read conditions as they are written.

        Parameters
        ----------
        conditions : str or sequence of str
            Each is `status = N`, `status == N`, `status in N..M`, `rows >= N` (also `<=`, `=`, `>`, `<`) or
            `COLUMN not null`.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: one is something else.
        """
        written = [conditions] if isinstance(conditions, str) or not isinstance(conditions, Iterable) else conditions
        statuses: set[int] = set()
        rows: list[RowCondition] = []
        for condition in written:
            text = condition.strip() if isinstance(condition, str) else ""
            if counted := _ROWS.fullmatch(text):
                rows.append(RowCount(counted[1], int(counted[2])))
            elif named := _NOT_NULL.fullmatch(text):
                rows.append(NotNull(named["column"]))
            else:
                statuses |= {*_statuses(condition, text)}
        return cls(tuple(sorted(statuses)), tuple(rows))


def error_page_hint(code: str, details: Mapping[str, Any]) -> str | None:
    """Return the hint for a task that failed at an error page; None for another failure."""
    status = details.get("status")
    if code != TaskFailureCode.NAVIGATION_FAILED or not isinstance(status, int):
        return None
    if "expected" in details:
        return "check the address, or what is expected"
    return f'to read such a page on purpose: expect="status = {status}"'


def _statuses(condition: object, text: str) -> range:
    if one := _ONE.fullmatch(text):
        first = last = int(one[1])
    elif several := _RANGE.fullmatch(text):
        first, last = int(several[1]), int(several[2])
    else:
        raise _refused(condition)
    if first > last or first not in _STATUSES or last not in _STATUSES:
        raise _refused(condition)
    return range(first, last + 1)


def _refused(condition: object) -> RequestError:
    written = str(condition)[:100]
    hint = f'did you mean "status = {written}"?' if re.fullmatch(r"\d{3}", written, re.ASCII) else _HINT
    return RequestError(f"{written!r} is not a condition", code=ErrorCode.INVALID_PARAMETER, hint=hint)
