"""One number computed from a column of numbers, where each value that counts is plainly a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.rows import one_currency
from webrun_nb.agents.extract.sources import Field, Row, Source
from webrun_nb.agents.extract.values import currency, number
from webrun_nb.agents.planner.intents import Extract
from webrun_nb.common.codes import TaskFailureCode

_A_NUMBER = re.compile(r"\d[\d.,'\u00a0\u202f]*")
_SUM_ROW = re.compile(r"(?:grand\s+|sub-?)?(?:total|sum|average|mean|median|overall)s?\b", re.I)
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


def computed(how: str, rows: Sequence[Row], field: Field, sentence: str) -> Computed:
    """Compute a number from a column.

    Parameters
    ----------
    how : str
        "average", "mean", "median", "total" or "sum".

    Raises
    ------
    AgentError
        The values are not numbers of one kind, or a row is itself a sum of the others.
    """
    if any(_SUM_ROW.match(cell.text.strip()) for row in rows for cells in row.cells.values() for cell in cells):
        raise _refused(sentence, "a row of the list is itself a total or an average")
    texts = [", ".join(cell.text for cell in row.cells.get(field.key, ())).strip() for row in rows]
    one_currency(rows, field, sentence)
    said = [text for text in texts if re.search(r"\w", text)]
    read = [_read(text) for text in said]
    units = {unit for _, unit in (pair for pair in read if pair is not None)}
    if not read or None in read or len(units) > 1:
        odd = next((text for text, pair in zip(said, read, strict=True) if pair is None), "")
        shown = f" (“{odd[:40]}”)" if odd else ""
        raise _refused(sentence, f"the column “{field.label}” is not numbers of one kind throughout{shown}")
    if unclear := _unclear(said):
        raise _refused(sentence, f"“{unclear[:40]}” may have a decimal mark or separate its thousands")
    values = [pair[0] for pair in read if pair is not None]
    digits = max(-int(value.as_tuple().exponent) for value in values)
    exact = _WAYS[how](values)
    result = round(exact, max(digits, 0) + _MORE_DIGITS)
    shown = f"{result:,f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    shown = shown if result == exact else f"about {shown}"
    unit = currency(said[0]) or units.pop()
    return Computed(float(result), f"{shown} {unit}".strip(), len(values), len(texts) - len(values))


def number_column(source: Source, noun: str) -> Field | None:
    """Find the column of numbers that is called like what is counted: "Persons" of each household.

    The first column of a table says which row it is ("Household").
    """
    fields = (f for f in source.fields if f.label and f.order and "number" in f.evidence)
    return next((f for f in fields if noun and tokens(f.label) == tokens(noun)), None)


def says_itself(wanted: Extract, found: Sequence[Source]) -> bool:
    """Tell whether the page has a value or a column of that name, so that nothing need be computed: "Total price"."""
    words = {wanted.compute, *tokens(wanted.wishes[0])}
    return any(words <= {*name, *tokens(f.label)} for source in found for f in source.fields for name, _ in f.names)


def _read(text: str) -> tuple[Decimal, str] | None:
    """Return a number and what stands around it; None where the text is not one number."""
    found, value = _A_NUMBER.findall(text), number(text)
    if len(found) != 1 or value is None or abs(value) != number(found[0]):  # "12k" is 12000 elsewhere: no unit here
        return None
    return value, " ".join(_A_NUMBER.sub(" ", text).replace("-", " ").replace("\u2212", " ").split())


def _unclear(texts: Sequence[str]) -> str:
    """Return a value that can be read as two numbers, "12.000", where the column does not show which; else empty.

    A mark before three digits is a decimal mark where other values have other numbers of decimals, or none before it
    but a zero. It separates thousands where a value has two of them or a decimal mark behind it, and a comma does in
    amounts of dollars and pounds.
    """
    numbers = {text: _A_NUMBER.findall(text)[0].rstrip(".,") for text in texts}
    for mark, other in ((".", ","), (",", ".")):
        single = [number for number in numbers.values() if number.count(mark) == 1 and other not in number]
        decimal = any(re.fullmatch(rf"0\{mark}\d+|\d{{4,}}\{mark}\d+|\d+\{mark}(?!\d{{3}}$)\d+", n) for n in single)
        groups = any(n.count(mark) > 1 or 0 <= n.find(mark) < n.find(other) for n in numbers.values())
        groups = groups or (mark == "," and all(re.search(r"[$£]", text) for text in texts))
        known = decimal != groups and (decimal if mark == "." else groups)
        for text, number_text in numbers.items():
            if not known and re.fullmatch(rf"[1-9]\d{{0,2}}\{mark}\d{{3}}", number_text):
                return text
    return ""


def _refused(sentence: str, why: str) -> AgentError:
    return AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": nothing was computed, because {why}.')
