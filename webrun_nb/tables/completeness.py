"""The completeness of a frame: missing values with their reasons, and its part of the page's lists.

The first is counted in the records; the second is in the report of the task, which the emulator has. Without a report
it is not known, and None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from webrun_nb.tables.settling import value_at
from webrun_nb.wire.report import ReportBody

MOST_NAMED = 100
"""The maximum number of misfits that are named."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value, or the lack of one, that the user's schema does not allow."""

    row: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Collected:
    """The part of the pages' lists that an answer has.

    Parameters
    ----------
    pages : int
        The pages that the task looked at or read.
    rows_seen : int or None
        Rows that the pages show in the lists that were read; None where the answer is of no list.
    rows_collected : int or None
        Rows that were read, before conditions of the task left any out.
    rows_stated : int or None
        The number of rows that the page says there are; None where it does not, or says several.
    duplicates : int
        Rows that were left out, as they had been read before.
    duplicates_assumed : bool
        True if those were told by the overlap of screens alone.
    enough : bool
        True if the collection of a list ended as the task asks for no more rows.
    cut_short : tuple of str
        How the collection of each other list ended that is not known to be whole.
    short_answers : int
        Of a table of several answers: those that have fewer rows than their own page says there are.
    """

    pages: int
    rows_seen: int | None
    rows_collected: int | None
    rows_stated: int | None
    duplicates: int
    duplicates_assumed: bool
    enough: bool
    cut_short: tuple[str, ...]
    short_answers: int = 0

    @classmethod
    def of(cls, report: ReportBody) -> Collected:
        """Return what a report says of the lists."""
        lists = report.lists
        stated = {each.stated for each in lists if each.stated is not None}
        return cls(
            pages=len({page.url for page in report.pages}),
            rows_seen=sum(each.shown for each in lists) if lists else None,
            rows_collected=sum(each.collected for each in lists) if lists else None,
            rows_stated=stated.pop() if len(stated) == 1 else None,
            duplicates=sum(each.repeated for each in lists),
            duplicates_assumed=any(each.assumed for each in lists),
            enough=any(each.enough for each in lists),
            cut_short=tuple(dict.fromkeys(each.ended for each in lists if not (each.whole or each.enough))),
        )

    @property
    def lacks_stated_rows(self) -> bool:
        """True if the page says that there are more rows than were read, all of which are asked for."""
        collected, stated = self.rows_collected, self.rows_stated
        return not self.enough and collected is not None and stated is not None and collected < stated

    @property
    def lacks_rows(self) -> bool:
        """True if rows that are asked for are known, or not known not, to be missing."""
        return bool(self.cut_short or self.short_answers) or self.lacks_stated_rows


def collected_by_all(answers: Sequence[Collected]) -> Collected | None:
    """Return the counts of several answers together; each counts its own pages. None for none.

    No number of rows is stated for all of them: each page states its own.
    """
    if len(answers) < 2:
        return answers[0] if answers else None
    return Collected(
        pages=sum(each.pages for each in answers),
        rows_seen=_sum_of_known(each.rows_seen for each in answers),
        rows_collected=_sum_of_known(each.rows_collected for each in answers),
        rows_stated=None,
        duplicates=sum(each.duplicates for each in answers),
        duplicates_assumed=any(each.duplicates_assumed for each in answers),
        enough=any(each.enough for each in answers),
        cut_short=tuple(dict.fromkeys(ended for each in answers for ended in each.cut_short)),
        short_answers=sum(each.short_answers + each.lacks_stated_rows for each in answers),
    )


def _sum_of_known(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Completeness:
    """Counts of what a frame lacks.

    Parameters
    ----------
    rows : int
        Rows of the frame.
    incomplete_rows : int
        Rows that lack a required value, or that have a value that does not fit the user's schema.
    missing : dict of str to int
        Per column: values that were null or absent, whether allowed (`?`) or not.
    unfit : dict of str to int
        Per column: values that were present and did not fit the column's type.
    required : tuple of str
        Columns written without `?`.
    unexpected : tuple of str
        Fields of records that the schema has no column for; they are not in the frame.
    typed : tuple of str
        Columns that are not plain text. In these an agent also returns null for a value that does not fit.
    truncated : dict of str to int, optional
        For an answer cut by a token limit: `returned` and `of`, in rows (for a text: in characters).
    misfits : tuple of Misfit
        The values that the user's schema does not allow, at most `MOST_NAMED`.
    nulls : dict of str to dict of str to int
        Per column: the number of nulls by the code of their reason, where the report says them.
    settled : dict of str to int
        Per column: nulls of the answer that values of other pages of the site have decided.
    collected : Collected or None
        How much of the pages' lists it has; None without a report.
    """

    rows: int
    incomplete_rows: int
    missing: dict[str, int]
    unfit: dict[str, int]
    required: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    truncated: Mapping[str, int] | None = None
    misfits: tuple[Misfit, ...] = ()
    nulls: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settled: Mapping[str, int] = field(default_factory=dict)
    collected: Collected | None = None

    @property
    def complete(self) -> bool:
        """True if no row is incomplete or known to be lacking, and the answer was not truncated."""
        lacks_rows = self.collected is not None and self.collected.lacks_rows
        return self.incomplete_rows == 0 and self.truncated is None and not lacks_rows

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON values; those of `collected` stand beside the others, None without it."""
        own: dict[str, Any] = _plain(asdict(self))
        collected = own.pop("collected") or dict.fromkeys(Collected.__slots__)
        return {**own, **collected}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Completeness:
        """Return the counts that `to_json` wrote, as a frame's `attrs` have them."""
        own = {each.name: said[each.name] for each in fields(cls) if each.name != "collected"}
        for name in ("required", "unexpected", "typed"):
            own[name] = tuple(own[name])
        own["misfits"] = tuple(Misfit(**each) for each in own["misfits"])
        lists = {name: said[name] for name in Collected.__slots__}
        collected = None
        if lists["pages"] is not None:
            collected = Collected(**{**lists, "cut_short": tuple(lists["cut_short"])})
        return cls(**own, collected=collected)


def merged(parts: Sequence[Completeness]) -> Completeness:
    """Return the counts of a frame that is made of parts, in their order: at least one."""
    if len(parts) == 1:
        return parts[0]
    misfits: list[Misfit] = []
    nulls: dict[str, Counter[str]] = {}
    first = 0
    for part in parts:
        misfits += [replace(each, row=each.row + first) for each in part.misfits[: MOST_NAMED - len(misfits)]]
        first += part.rows
        for column, reasons in part.nulls.items():
            nulls.setdefault(column, Counter()).update(reasons)
    return Completeness(
        rows=first,
        incomplete_rows=sum(part.incomplete_rows for part in parts),
        missing={
            name: sum(part.missing.get(name, part.rows) for part in parts)  # a part that has no such column lacks all
            for name in dict.fromkeys(name for part in parts for name in part.missing)
        },
        unfit=_summed(part.unfit for part in parts),
        required=parts[0].required,
        unexpected=tuple(dict.fromkeys(name for part in parts for name in part.unexpected)),
        typed=parts[0].typed,
        misfits=tuple(misfits),
        nulls={column: dict(reasons) for column, reasons in nulls.items()},
        settled=_summed(part.settled for part in parts),
        collected=collected_by_all([part.collected for part in parts if part.collected is not None]),
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        for name, count in each.items():
            total[name] += count
    return dict(total)


def nulls_of(records: Sequence[Any], report: ReportBody) -> dict[str, dict[str, int]]:
    """Return the number of nulls in records by column and reason.

    Where the report lacks sources of values, its own counts are taken: those of all records that were read.
    """
    if report.values_left_out:
        return {column.name: dict(column.nulls) for column in report.columns if column.nulls}
    found: dict[str, Counter[str]] = {}
    records = _listed(records, report)
    for value in report.values:
        if value.reason and value_at(records, value.row, value.column) is None:
            found.setdefault(value.column, Counter())[value.reason] += 1
    return {column: dict(reasons) for column, reasons in found.items()}


def _listed(records: Sequence[Any], report: ReportBody) -> Sequence[Any]:
    """Return the records that a report's rows count: those in the one list of an answer that is an object around it."""
    if len(records) == 1 and isinstance(records[0], Mapping):
        lists = [value for value in records[0].values() if isinstance(value, list)]
        if len(lists) == 1 and not any(value.column in records[0] for value in report.values):
            return lists[0]
    return records


def named(misfits: Iterable[Misfit], report: ReportBody | None) -> tuple[Misfit, ...]:
    """Return misfits, at most `MOST_NAMED`, with the report's reason for each value that is missing."""
    reasons = {} if report is None else {(each.row, each.column): each.reason for each in report.values}
    made: list[Misfit] = []
    for misfit in sorted(misfits, key=attrgetter("row")):
        if len(made) == MOST_NAMED:
            break
        reason = reasons.get((misfit.row, misfit.column))
        made.append(misfit if reason is None else Misfit(misfit.row, misfit.column, f"{misfit.why} ({reason})"))
    return tuple(made)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
