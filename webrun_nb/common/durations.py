"""Reads spans of time as people write them (`6m`, `1h30m`, `2d`), and writes the ages of things."""

from __future__ import annotations

import re

_SPAN = re.compile(
    r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s?)?", re.ASCII | re.IGNORECASE
)
_UNITS_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}
MAX_SPAN_MS = 366 * _UNITS_MS["days"]
"""The longest span that `read_span_ms` reads."""


def read_span_ms(text: str) -> int:
    """Return a span of time in ms: `6m`, `90s`, `1h30m`, `2d`, or `150` (seconds).

    >>> read_span_ms("1h30m")
    5400000

    Raises
    ------
    ValueError
        It is something else, or longer than `MAX_SPAN_MS`; the message says which.
    """
    found = _SPAN.fullmatch(text)
    if not text or found is None:
        raise ValueError("not a span of time")
    span_ms = sum(int(found[unit] or 0) * ms for unit, ms in _UNITS_MS.items())
    if span_ms > MAX_SPAN_MS:
        raise ValueError("more than a year")
    return span_ms


def age_text(age_s: float) -> str:
    """Return an age in its largest whole unit, rounded down.

    >>> age_text(59.9), age_text(3 * 3600 + 1800), age_text(2 * 86_400)
    ('59 s', '3 h', '2 days')
    """
    seconds = max(0, int(age_s))
    for unit_s, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= unit_s:
            count = seconds // unit_s
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{seconds} s"
