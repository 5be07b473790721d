"""Formats times for display: in the local time of this machine, with its zone. Data is in UTC.

Times of the wire are Unix milliseconds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def utc(unix_ms: float) -> datetime:
    """Return a time as an aware `datetime` in UTC."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def unix_ms(time: datetime) -> int:
    """Return a time in Unix milliseconds."""
    return round(time.timestamp() * 1000)


def local(unix_ms: float) -> datetime:
    """Return a time as an aware `datetime` in the local zone."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC).astimezone()


def clock_time(unix_ms: float) -> str:
    """Return a time of day: `14:03:07 CET`."""
    return f"{local(unix_ms):%H:%M:%S %Z}"


def date_and_time(unix_ms: float, *, seconds: bool = False) -> str:
    """Return a date and time: `2026-11-29 14:03 CET`."""
    return f"{local(unix_ms):{'%Y-%m-%d %H:%M:%S %Z' if seconds else '%Y-%m-%d %H:%M %Z'}}"


def local_date(unix_ms: float) -> date:
    """Return the local date of a time."""
    return local(unix_ms).date()
