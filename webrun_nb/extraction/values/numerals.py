"""Numerals: runs of digits with marks between them, and the values that they may have.

`1.234` has two values, each under the condition that its dot is a decimal mark or not.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from webrun_nb.extraction.values.locale import SPACES

NO_BREAK = "\u202f"
"""Stands for any space that does not break a line."""
NUMERAL = re.compile(rf"\d+(?:[.,'·٫٬_]\d+|[{SPACES}]\d{{3}}(?!\d))*|(?<![\w.,])[.,٫]\d+")
"""A numeral in a text of plain characters (`locale.plain`)."""
_SEPARATORS = ".,'·٫٬_" + SPACES
_MOST_DIGITS = 30


class Digits(NamedTuple):
    """One value of a numeral, without sign and magnitude, and the condition under which it has this value."""

    value: Decimal
    decimal: str = ""
    """The character that is its decimal mark; empty where it has no decimals."""
    group: str = ""
    """The character that groups its digits; `NO_BREAK` for any space that does not break a line."""
    places: int = 0
    """The number of its decimals."""


def read_digits(numeral: str) -> tuple[Digits, ...]:
    """Return the possible values of a numeral, which holds nothing but ASCII digits and marks.

    >>> read_digits("1.401,40")
    (Digits(value=Decimal('1401.40'), decimal=',', group='.', places=2),)
    >>> [one.value for one in read_digits("1.250")]
    [Decimal('1250'), Decimal('1.250')]
    >>> [one.value for one in read_digits("12,34,567")], read_digits("1.2.3")
    ([Decimal('1234567')], ())
    """
    if numeral.isdigit():
        return (Digits(Decimal(numeral)),) if len(numeral) <= _MOST_DIGITS else ()
    if len(numeral) > 2 * _MOST_DIGITS:
        return ()
    marks, runs = _cut(numeral)
    kinds = set(marks)
    last = marks[-1]
    found = []
    if len(kinds) == 1 and _is_grouped(runs, last):
        found.append(Digits(Decimal("".join(runs)), "", last))
    if (
        last in ".,٫·"
        and marks.count(last) == 1
        and len(kinds) <= 2
        and (len(marks) == 1 or _is_grouped(runs[:-1], marks[0]))
    ):
        whole = "".join(runs[:-1]) or "0"
        group = marks[0] if len(marks) > 1 else ""
        found.append(Digits(Decimal(f"{whole}.{runs[-1]}"), last, group, len(runs[-1])))
    if len(found) == 2 and last in "٫":  # never a thousands' mark
        del found[0]
    return tuple(found)


def _cut(numeral: str) -> tuple[list[str], list[str]]:
    """Return the marks of a numeral (any space but the plain one as `NO_BREAK`) and the runs of digits between them."""
    marks: list[str] = []
    runs: list[str] = []
    run: list[str] = []
    for char in numeral:
        if char in _SEPARATORS:
            marks.append(NO_BREAK if char in SPACES[1:] else char)
            runs.append("".join(run))
            run = []
        else:
            run.append(char)
    runs.append("".join(run))
    return marks, runs


def _is_grouped(runs: list[str], mark: str) -> bool:
    """Return whether the runs are groups of thousands, or, with commas, of lakhs (12,34,567)."""
    if mark in "٫" or not 1 <= len(runs[0]) <= 3 or len(runs[-1]) != 3 or (runs[0][0] == "0"):
        return False
    inner = {len(run) for run in runs[1:-1]}
    return inner <= {3} or (mark in ",٬ \u202f" and inner == {2} and len(runs[0]) <= 2)
