"""The decision which of a numeral's possible values holds: what proves a dot or a comma to be a decimal mark.

The proofs, from the strongest: other numbers of the column; other columns of the list, and a product of two of them;
the currency, which has no decimals; the page's language and country. Where two of them contradict each other, or none
says anything, nothing is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import permutations

from webrun_nb.common.column_types import ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.currencies import country_of_currency, decimals_of
from webrun_nb.extraction.values.locale import decimal_marks, group_marks, groups_with_space, is_divided
from webrun_nb.extraction.values.numbers import NumberText, read_number
from webrun_nb.extraction.values.numerals import NO_BREAK, Digits

_SAMPLE_ROWS = 300
"""Rows of the other columns that are looked at."""
_MOST_OTHERS = 0.25
"""Texts per number that may be no numbers in a column of numbers."""
_MOST_SIBLINGS = 40
_MOST_FACTORS = 6
_LONGEST_NUMERAL_TEXT = 40
_CLOSE = Decimal("0.01")
"""Relative error of a product by rounding; a wrong mark is an error by a factor of 1,000."""
_ENOUGH_SPACED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """The marks that numbers with one possible value show."""

    decimals: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()
    """The numbers of decimals."""
    spaced: int = 0
    """How many numbers have a plain space as their only mark."""

    @property
    def decimal(self) -> str:
        """The decimal mark; empty if none or several are shown."""
        return next(iter(self.decimals)) if len(self.decimals) == 1 and not self.decimals & self.groups else ""

    @property
    def contradicts_itself(self) -> bool:
        """Whether one mark is shown in two roles, or two marks in one."""
        return len(self.decimals & {".", ","}) > 1 or bool(self.decimals & self.groups)


def evidence_of(numbers: Iterable[NumberText]) -> Evidence:
    """Return the marks that numbers show."""
    decimals: set[str] = set()
    groups: set[str] = set()
    places: set[int] = set()
    spaced = 0
    for number in numbers:
        for digits in (number.digits, number.low):
            if len(digits) == 1:
                (one,) = digits
                if one.decimal:
                    decimals.add(one.decimal)
                    places.add(one.places)
                if one.group:
                    groups.add(one.group)
                    spaced += one.group == " " and not one.decimal
    return Evidence(frozenset(decimals), frozenset(groups), frozenset(places), spaced)


def _of_numeric_column(texts: Sequence[str], language: str) -> list[NumberText]:
    """Return the numbers of a column that consists of numbers; those in names ("13.3 inch") say nothing."""
    found: list[NumberText] = []
    others = 0
    for text in dict.fromkeys(texts[:_SAMPLE_ROWS]):
        number = read_number(text, language) if len(text) <= _LONGEST_NUMERAL_TEXT else Reason.TOO_LONG
        if isinstance(number, NumberText) and not number.before and " " not in number.after:
            found.append(number)
        elif number is not Reason.BLANK:
            others += 1
    return found if others <= len(found) * _MOST_OTHERS else []


@dataclass(frozen=True)
class Marks:
    """Decides for the numbers of one column.

    Parameters
    ----------
    column : Evidence
        What the column's own numbers show.
    siblings : sequence of sequence of str
        The texts of the other columns.
    language, country : str
        Those of the page.
    column_type : ColumnType
        The type asked for.
    """

    column: Evidence
    siblings: Sequence[Sequence[str]]
    language: str
    country: str
    column_type: ColumnType

    @cached_property
    def table(self) -> Evidence:
        """The marks in the numbers of the other columns."""
        numbers: list[NumberText] = []
        for column in self.siblings[:_MOST_SIBLINGS]:
            numbers += _of_numeric_column(column, self.language)
        return evidence_of(numbers)

    def choose(self, digits: tuple[Digits, ...], currency: str | None = None) -> tuple[Digits | None, str]:
        """Return the value that is proved and what proves it; None where nothing does.

        Parameters
        ----------
        digits : tuple of Digits
            The possible values of one numeral.
        currency : str, optional
            Of an amount of money: its ISO 4217 code, or the likeliest one; empty if unknown.
        """
        if len(digits) == 1:
            return self._single(digits[0])
        grouped, decimal = sorted(digits, key=lambda one: bool(one.decimal))
        for found, proof in self._proofs(decimal.decimal, currency):
            if found == "group":
                return grouped, proof
            return (decimal, proof) if found == "decimal" else (None, "")
        return None, ""

    def _single(self, one: Digits) -> tuple[Digits | None, str]:
        """Return a numeral's only value, unless a plain space in it may part two numbers (`5 120`)."""
        if one.group != " " or one.decimal or groups_with_space(self.language):
            return one, ""
        is_usual = self.column.spaced >= _ENOUGH_SPACED or NO_BREAK in self.column.groups
        if is_usual:
            return one, "by column"
        return (one, "by the other columns") if self.table.spaced >= _ENOUGH_SPACED else (None, "")

    def _proofs(self, mark: str, currency: str | None) -> Iterable[tuple[str, str]]:
        """Yield what is proved (`group`, `decimal`, or empty for a contradiction) and by what, the strongest first."""
        is_money = currency is not None
        of_locale = decimal_marks(self.language, self.country)
        column = self.column
        if column.contradicts_itself:
            yield "", ""
        if mark in column.groups or (column.decimal and mark != column.decimal):
            yield "group", "by column"
        if mark == column.decimal:
            # three decimals beside "12.50" are odd, unless others have three, too, or as many as they need
            is_usual = any(places > 2 for places in column.places) or (
                not is_money and (len(column.places) > 1 or of_locale == {mark})
            )
            yield ("decimal" if is_usual else ""), "by column"
        if currency and decimals_of(currency) == 0:
            yield "group", "by currency"
        table = self.table
        if table.contradicts_itself:
            table = Evidence()
        if table.decimal and of_locale and table.decimal not in of_locale:
            yield "", ""
        if mark in table.groups or (table.decimal and mark != table.decimal):
            yield "group", "by the other columns"
        if mark == table.decimal:
            is_usual = not is_money and self.column_type is not ColumnType.INT
            yield ("decimal" if is_usual else ""), "by the other columns"
        if not of_locale and currency:
            of_locale = decimal_marks("", country_of_currency(currency))
            yield ("group" if of_locale and mark not in of_locale else ""), "by currency"
        yield self._by_locale(mark, currency, of_locale)

    def _by_locale(self, mark: str, currency: str | None, of_locale: frozenset[str]) -> tuple[str, str]:
        proof = f"by language {self.language}" if self.language else f"by country {self.country}"
        if len(of_locale) != 1:
            return "", ""
        if mark not in of_locale:
            return ("group" if mark in group_marks(self.language, self.country) else ""), proof
        if is_divided(self.language, self.country) or self.column_type is ColumnType.INT:
            return "", ""
        if currency is not None and decimals_of(currency) != 3:
            return "", ""
        return "decimal", proof


def proved_by_product(
    own: Sequence[NumberText | None], siblings: Sequence[Sequence[str]], language: str, mark: str
) -> str:
    """Return the role of an ambiguous mark, where only one makes one column the product of two others.

    Parameters
    ----------
    own : sequence of NumberText or None
        The column's numbers, row by row.
    siblings : sequence of sequence of str
        The texts of the other columns of the same rows.
    language : str
        The page's language tag.
    mark : str
        The mark whose role is asked for.

    Returns
    -------
    str
        `decimal` or `group`; empty where neither is proved.
    """
    others = []
    for column in siblings[:_MOST_SIBLINGS]:
        found = [read_number(text, language) for text in column[:_SAMPLE_ROWS]]
        numbers = [None if isinstance(one, Reason) or one.low else one for one in found]
        if sum(one is not None for one in numbers) >= 2:
            others.append(numbers)
    roles = [
        role
        for role, is_decimal in (("decimal", True), ("group", False))
        if _has_product(own[:_SAMPLE_ROWS], others[:_MOST_FACTORS], lambda one: _under(one, mark, is_decimal))  # noqa: B023
    ]
    return roles[0] if len(roles) == 1 else ""


def _under(number: NumberText | None, mark: str, is_decimal: bool) -> Decimal | None:
    """Return the value that a number has if the mark is a decimal mark, or is none."""
    if number is None or not number.digits:
        return None
    if len(number.digits) == 1:
        return number.value(number.digits[0])
    decimal_here = is_decimal == (number.digits[0].group == mark)
    chosen = [one for one in number.digits if bool(one.decimal) == decimal_here]
    return number.value(chosen[0]) if chosen else None


def _has_product(
    own: Sequence[NumberText | None],
    others: Sequence[Sequence[NumberText | None]],
    value: Callable[[NumberText | None], Decimal | None],
) -> bool:
    mine = [value(one) for one in own]
    rest = [[value(one) for one in column] for column in others]
    is_ambiguous = [one is not None and len(one.digits) > 1 for one in own]
    for first, second in permutations(rest, 2):
        for factors, product in (((first, second), mine), ((mine, first), second)):
            rows = [
                (a, b, c, odd)
                for a, b, c, odd in zip(*factors, product, is_ambiguous, strict=False)
                if a is not None and b is not None and c is not None and c != 0
            ]
            is_enough = len(rows) >= 2 and any(odd for *_, odd in rows)
            if is_enough and all(abs(a * b - c) <= abs(c) * _CLOSE for a, b, c, _ in rows):
                return True
    return False
