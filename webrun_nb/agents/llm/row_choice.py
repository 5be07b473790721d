"""The rows of an answer: those that fulfil the conditions that a model has stated, in its order.

The model names columns and bounds; the comparison is made here, with the values as they were read. A row without a
value to compare is left out of what it would have to fulfil, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from webrun_nb.agents.llm.tools import Condition, Finish, ToolCallError
from webrun_nb.common.text import counted

Values = Callable[[str, bool], Sequence[Any]]
"""Returns the value of each row in a column, read as a number where that is wanted; raises `ToolCallError`."""


def chosen_rows(count: int, call: Finish, values: Values) -> tuple[list[int], list[str]]:
    """Return the places of the rows that a call chooses, and sentences about what could not be compared.

    Parameters
    ----------
    count : int
        The number of rows.
    call : Finish
        The choice.
    values : callable
        The values of a column.

    Raises
    ------
    ToolCallError
        It names a row or a column that there is not.
    """
    said: list[str] = []
    if call.rows is not None:
        wrong = [number for number in call.rows if number > count]
        if wrong:
            raise ToolCallError(f"There is no row {wrong[0]}: {counted(count, 'row')} were read.")
        places = [number - 1 for number in dict.fromkeys(call.rows)]
    else:
        places = list(range(count))
    for condition in call.where:
        places = _kept(places, condition, values, said)
    if call.order_by:
        places = _ordered(places, call, values, said)
    return (places if call.limit is None else places[: call.limit]), said


def _kept(places: list[int], condition: Condition, values: Values, said: list[str]) -> list[int]:
    bound = _comparable(condition.value)
    is_number = isinstance(bound, Decimal)
    column = values(condition.column, is_number)
    unknown = [place for place in places if _comparable(column[place]) is None]
    if unknown:
        said.append(f"{counted(len(unknown), 'row')} without a value of {condition.column} to compare were left out.")
    return [place for place in places if _holds(_comparable(column[place]), condition, bound)]


def _holds(value: Any, condition: Condition, bound: Any) -> bool:
    if value is None:
        return False
    if condition.is_ == "contains":
        return str(bound).casefold() in str(value).casefold()
    if condition.is_ in ("=", "!="):
        same = str(value).casefold() == str(bound).casefold() if isinstance(value, str) else value == bound
        return same if condition.is_ == "=" else not same
    if type(value) is not type(bound):
        raise ToolCallError(f"{condition.column} has values such as {value!s}, which can't be compared with {bound!s}.")
    order = (value > bound) - (value < bound)
    holds: bool = {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[condition.is_]
    return holds


def _ordered(places: list[int], call: Finish, values: Values, said: list[str]) -> list[int]:
    numbers = [_comparable(value) for value in values(call.order_by, True)]
    column = numbers
    if not any(isinstance(numbers[place], Decimal) for place in places):
        column = [_comparable(value) for value in values(call.order_by, False)]
    known = [place for place in places if column[place] is not None]
    if len(known) < len(places):
        left = len(places) - len(known)
        said.append(f"{counted(left, 'row')} without a value of {call.order_by} stand last.")
    kinds = {type(column[place]) for place in known}
    key = (lambda place: str(column[place])) if len(kinds) > 1 else (lambda place: column[place])
    return [*sorted(known, key=key, reverse=call.descending), *(place for place in places if column[place] is None)]


def _comparable(value: Any) -> Any:
    """Return a value as what it is compared as: a number, a day, True or False, or a text; None for none."""
    if isinstance(value, Mapping):
        value = value.get("amount", value.get("value"))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    text = str(value).strip()
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
