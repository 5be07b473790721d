"""One number computed from a column of numbers, where each value that counts is plainly a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.amounts import amounts_of
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import one_currency, one_unit, said
from webrun_nb.agents.local.lists.view import Field, Row, View, text_of
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.column_types import ColumnType
from webrun_nb.extraction.reasons import Reason

_SUM_ROW = re.compile(r"(?:grand\s+|sub-?)?(?:total|sum|average|mean|median|overall)s?\b", re.I)
_NUMBER_OF = re.compile(r"^(?:(?:total\s+)?(?:number|count|no\.?)\s+of|#)\s*", re.I)
_COUNTING = frozenset({"count", "counts", "number", "population", "frequency"})
"""Names of a column that tells how many there are of what its table is about."""
_MORE_DIGITS = 2
"""Decimals of an average beyond those of its values."""


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal()) / len(values)


_WAYS: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "average": _mean,
    "mean": _mean,
    "median": median,
    "total": lambda values: sum(values, Decimal()),
    "sum": lambda values: sum(values, Decimal()),
}


@dataclass(frozen=True, slots=True)
class Computed:
    """A number; `rows` is how many values it is computed from, `without` how many rows have none."""

    value: float
    shown: str
    rows: int
    without: int


def computed(how: str, view: View, rows: Sequence[Row], which: Field, sentence: str) -> Computed:
    """Compute a number from a column.

    Parameters
    ----------
    how : str
        "average", "mean", "median", "total" or "sum".
    view : View
        The list.
    rows : sequence of Row
        The rows that count.
    which : Field
        The column.
    sentence : str
        The sentence.

    Raises
    ------
    AgentError
        The values are not numbers of one kind, what they are is not proved, or a row is itself a sum of the others.
    """
    if any(_SUM_ROW.match(text_of(cell).strip()) for row in rows for cell in row.cells.values()):
        raise _refused(sentence, "a row of the list is itself a total or an average")
    one_currency(view, rows, which, sentence)
    one_unit(rows, which, sentence)
    amounts = amounts_of(view, which)
    texts = [said(row, which).strip() for row in rows]
    having = [(text, amounts[row.place]) for text, row in zip(texts, rows, strict=True) if re.search(r"\w", text)]
    if unclear := next((text for text, amount in having if amount is None and text[:1].isdigit()), ""):
        values = {value.reason for value in view.values(which, ColumnType.FLOAT) if value is not None}
        if Reason.AMBIGUOUS_MARK in values:
            raise _refused(sentence, f"“{unclear[:40]}” may have a decimal mark or separate its thousands")
    units = {amount.unit for _, amount in having if amount is not None}
    if not having or any(amount is None for _, amount in having) or len(units) > 1:
        odd = next((text for text, amount in having if amount is None), "")
        shown = f" (“{odd[:40]}”)" if odd else ""
        raise _refused(sentence, f"the column “{which.label}” is not numbers of one kind throughout{shown}")
    numbers = [amount.value for _, amount in having if amount is not None]
    digits = max(-int(value.normalize().as_tuple().exponent) for value in numbers)
    exact = _WAYS[how](numbers)
    result = round(exact, max(digits, 0) + _MORE_DIGITS)
    shown = f"{result:,f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    shown = shown if result == exact else f"about {shown}"
    return Computed(float(result), f"{shown} {units.pop()}".strip(), len(numbers), len(texts) - len(numbers))


def number_column(view: View, noun: str) -> Field | None:
    """Find the column of numbers that is called like what is counted: "Persons" of each household.

    The first column of a table says which row it is ("Household").
    """
    words = tokens(noun)
    alike = (each for each in _numbers(view) if words and _what_it_counts(each) == words)
    return next(alike, None)


def counts_others(view: View, noun: str) -> bool:
    """Tell whether a list gives numbers of what is counted, a row for each of something else: "Persons by region".

    Its rows are then regions, and how many there are says nothing of the persons.
    """
    words, numbers = tokens(noun), _numbers(view)
    first = tokens(view.fields[0].label) if view.fields else ()
    if not words or not numbers or first == words:
        return False
    titles = [title for title in (view.title, *view.parts) if title]
    is_counted = any(each.label.strip().lower() in _COUNTING for each in numbers)
    return any(_is_by(title, words, first) or (is_counted and set(words) <= set(tokens(title))) for title in titles)


def _is_by(title: str, words: Sequence[str], rows: Sequence[str]) -> bool:
    """Tell whether a title says that things are told by what the rows are: "Persons by region"."""
    what, *by = re.split(r"\b(?:by|per)\b", title, maxsplit=1, flags=re.I)
    return bool(by and rows) and set(words) <= set(tokens(what)) and set(rows) <= set(tokens(by[0]))


def _numbers(view: View) -> list[Field]:
    """Return the columns of numbers beside the first."""
    return [each for each in view.fields if each.label and each.order and "number" in each.evidence]


def _what_it_counts(column: Field) -> Sequence[str]:
    """Return what a column is a number of: "persons" of "Number of persons"."""
    return tokens(_NUMBER_OF.sub("", column.label)) or tokens(column.label)


def says_itself(wanted: Extract, found: Sequence[View]) -> bool:
    """Tell whether the page has a value or a column of that name, so that nothing need be computed: "Total price"."""
    words = {wanted.compute, *tokens(wanted.wishes[0])}
    return any(words <= set(name) for view in found for each in view.fields for name in each.names)


def _refused(sentence: str, why: str) -> AgentError:
    return AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": nothing was computed, because {why}.')
