"""Reads the fields of a JSON object that may be missing, or of another type than expected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from webrun_nb.common.money import from_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableAnswerError(ValueError):
    """An answer says nothing that can be used; the text says what it lacks."""


class Fields:
    """A JSON object. A field that is missing, or that is not of the type asked for, reads as None.

    Parameters
    ----------
    values : mapping
        The fields by their names on the wire.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    @classmethod
    def of(cls, value: object) -> Fields:
        """Return the fields of a JSON value; none where it is not an object."""
        return cls(value if isinstance(value, Mapping) else {})

    def __contains__(self, name: str) -> bool:
        """Return whether the server sent the field, as null too."""
        return name in self.values

    def __bool__(self) -> bool:
        """Return whether there is any field."""
        return bool(self.values)

    def text(self, *names: str) -> str | None:
        """Return the first of the fields that is a text with something in it, or a whole number, as text."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) and value:
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return None

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """Return a finite number, whole or not."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if isinstance(value, int) or isfinite(value) else None

    def count(self, name: str) -> int | None:
        """Return a number that counts something: whole and not negative."""
        value = self.number(name)
        return int(value) if value is not None and value >= 0 and value == int(value) else None

    def amount_usd(self, name: str) -> Decimal | None:
        """Return an amount in US dollars, as the decimal number that was written."""
        value = self.number(name)
        return None if value is None else from_number(value)

    def cost_usd(self, name: str) -> Decimal | None:
        """Return an amount in US dollars that can't be negative."""
        value = self.amount_usd(name)
        return None if value is None or value < 0 else value

    def time(self, name: str) -> datetime | None:
        """Return a point in time, in UTC: from ISO 8601 (UTC where it names no zone), or from unix milliseconds."""
        value = self.values.get(name)
        try:
            if isinstance(value, str):
                time = datetime.fromisoformat(value)
                return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
            milliseconds = self.number(name)
            return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)
        except (ValueError, OverflowError):
            return None

    def time_ms(self, name: str) -> int | None:
        """Return a point in time as unix milliseconds."""
        time = self.time(name)
        return None if time is None else round((time - _EPOCH) / timedelta(milliseconds=1))

    def fields(self, name: str) -> Fields:
        """Return an object's fields; none where it is missing."""
        return Fields.of(self.values.get(name))

    def mapping(self, name: str) -> dict[str, Any] | None:
        """Return an object as it is."""
        value = self.values.get(name)
        return dict(value) if isinstance(value, Mapping) else None

    def items(self, name: str) -> list[Any]:
        """Return a list; empty where it is missing."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []

    def objects(self, name: str) -> list[Fields]:
        """Return the objects of a list, without what else may be in it."""
        return [Fields(each) for each in self.items(name) if isinstance(each, Mapping)]

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list, without what else may be in it."""
        return [each for each in self.items(name) if isinstance(each, str)]
