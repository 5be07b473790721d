"""Reads the HTTP header `Retry-After` (RFC 9110, 10.2.3)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def read_retry_after_s(header: str, now_s: float) -> float | None:
    """Return for how long a server asks to wait, in seconds; None where the header cannot be read.

    Parameters
    ----------
    header : str
        A number of seconds, also with a fraction, or a date; 0 is returned for a date that is over.
    now_s : float
        The present time, unix seconds, which a date is counted from.

    Examples
    --------
    >>> read_retry_after_s("120", 0.0)
    120.0
    >>> read_retry_after_s("Thu, 01 Jan 1970 00:00:30 GMT", 10.0)
    20.0
    """
    text = header.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now_s)
