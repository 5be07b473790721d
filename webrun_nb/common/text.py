"""Text helpers: one line without control characters, counted nouns, and the known word closest to a misspelled one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime

_SHORTEST_BEGINNING = 3
"""Minimum number of letters of a prefix; shorter ones match too many words."""


def one_line(text: str) -> str:
    """Return `text` on one line, without control and direction characters.

    Questions and errors may quote a page, whose text must not control a terminal or change the direction of the text
    around it.
    """
    visible = (" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in text)
    return " ".join("".join(visible).split())


def shortened(text: str, limit: int) -> str:
    r"""Return a text on one line, at most `limit` characters long, without control and direction characters.

    >>> shortened("a  long\nline", 8)
    'a long …'
    """
    visible = text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(visible.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest to a misspelled `word`, or None if none is close.

    >>> closest_match("stauts", ["start", "status"]), closest_match("environments", ["env", "policy"])
    ('status', 'env')
    >>> closest_match("x", ["env"]) is None
    True
    """
    given, by_lower = word.lower(), {name.lower(): name for name in known}
    found = difflib.get_close_matches(given, by_lower, n=1, cutoff=0.6)
    found += [name for name in by_lower if len(name) >= _SHORTEST_BEGINNING and given.startswith(name)]
    if len(given) >= _SHORTEST_BEGINNING:
        found += [name for name in by_lower if name.startswith(given)]
    return by_lower[found[0]] if found else None


class ReadableRepr:
    """Gives a dataclass a repr with times in UTC as people read them. Fields with `repr=False` are left out.

    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False)
    ... class Visit(ReadableRepr):
    ...     page: str
    ...     at: datetime
    >>> Visit("/", datetime(2026, 11, 29, 11, 30, tzinfo=UTC))
    Visit(page='/', at=2026-11-29 11:30:00 UTC)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        shown = [field.name for field in fields(self) if field.repr]  # type: ignore[arg-type]
        values = ", ".join(f"{name}={_readable(getattr(self, name))}" for name in shown)
        return f"{type(self).__name__}({values})"


def _readable(value: object) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else repr(value)
