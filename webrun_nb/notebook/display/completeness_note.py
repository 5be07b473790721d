"""The one line under a cell that says what its table lacks; none if nothing is off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from webrun_nb.common.text import counted
from webrun_nb.tables.completeness import Collected, Completeness

_ROWS_NAMED = 5
_EXPECTED_GAPS = frozenset({"blank", "absent", "no-field"})
"""The reasons of nulls that are nothing to look into where a column allows nulls: the page has no value there."""


def completeness_note(completeness: Completeness, *, names_rows: bool = True) -> str:
    """Return the line; empty if the table has all rows, and all values that it should have.

    Parameters
    ----------
    completeness : Completeness
        The counts of the table.
    names_rows : bool
        Name the incomplete rows, if they are few, by their number in the answer.
    """
    parts = [] if completeness.collected is None else _lists(completeness.collected)
    if values := _values(completeness, names_rows=names_rows):
        parts.append(values)
    return " · ".join(parts)


def _lists(collected: Collected) -> list[str]:
    """Return what is off with the lists that were read."""
    parts = []
    if collected.lacks_stated_rows:
        parts.append(f"{collected.rows_collected:,} of {collected.rows_stated:,} rows collected")
    if collected.short_answers:
        parts.append(f"{counted(collected.short_answers, 'answer')} with fewer rows than the page says there are")
    parts += [f"not all rows: {ended}" for ended in collected.cut_short if ended] or (
        ["it is not known if these are all rows"] if collected.cut_short else []
    )
    if collected.duplicates and collected.duplicates_assumed:
        parts.append(f"{counted(collected.duplicates, 'row')} taken for repeated, by the overlap of screens alone")
    return parts


def _values(completeness: Completeness, *, names_rows: bool) -> str:
    """Return the missing and unfit values per column."""
    columns = [
        f"{column}: {' and '.join(counts)}{_why(completeness.nulls.get(column, {}))}"
        for column in completeness.missing
        if (counts := _lacks(completeness, column))
    ]
    columns += [
        f"{column}: {'no value that fits' if column in completeness.typed else 'found nowhere'}"
        f"{_why(completeness.nulls.get(column, {}))}"
        for column, missing in completeness.missing.items()
        if missing and missing == completeness.rows and column not in completeness.required
    ]
    told = {column.partition(": ")[0] for column in columns}
    columns += [
        f"{column}: {sum(odd.values()):,} null{_why(odd)}"
        for column, reasons in completeness.nulls.items()
        if column not in told
        and (odd := {reason: count for reason, count in reasons.items() if reason not in _EXPECTED_GAPS})
    ]
    shown = ", shown as <NA>" if columns else ""
    told |= {column.partition(": ")[0] for column in columns}
    forbidden = Counter(misfit.column for misfit in completeness.misfits if misfit.column not in told)
    columns += [
        f"{column or 'the row'}: {count:,} that the schema does not allow" for column, count in forbidden.items()
    ]
    text = "; ".join(columns)
    if completeness.incomplete_rows == 0:
        return text + shown
    rows = _named_rows(completeness) if names_rows else ""
    incomplete = f"{counted(completeness.incomplete_rows, 'row')} incomplete{rows}"
    return f"{incomplete} ({text}){shown}" if text else incomplete


def _lacks(completeness: Completeness, column: str) -> list[str]:
    """Return what a column lacks. Where null may mean an unfit value, it is not counted as missing."""
    missing = completeness.missing[column] if column in completeness.required else 0
    unfit = completeness.unfit.get(column, 0)
    if missing and column in completeness.typed:
        return [f"{missing + unfit:,} without a value that fits"]
    return [f"{count:,} {words}" for count, words in ((missing, "missing"), (unfit, "that didn't fit")) if count]


def _why(reasons: Mapping[str, int]) -> str:
    """Return ` [2 ambiguous-mark, 1 range]`; a reason alone stands without its count."""
    if len(reasons) == 1:
        return f" [{next(iter(reasons))}]"
    return f" [{', '.join(f'{count:,} {reason}' for reason, count in reasons.items())}]" if reasons else ""


def _named_rows(completeness: Completeness) -> str:
    """Return the numbers of the rows, if they are few; those of a table that lacks a value in each are not named."""
    rows = [*dict.fromkeys(misfit.row for misfit in completeness.misfits)]
    if not 0 < len(rows) <= _ROWS_NAMED or completeness.incomplete_rows != len(rows) or len(rows) == completeness.rows:
        return ""
    return f", {'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows))}"
