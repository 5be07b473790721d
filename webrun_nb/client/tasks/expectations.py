"""Reads the conditions of `expect=`: the HTTP statuses that a task expects of the pages it opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webrun_nb.client.errors import RequestError
from webrun_nb.common.codes import ErrorCode, TaskFailureCode

_ONE = re.compile(r"status\s*==?\s*(\d{3})", re.ASCII)
_RANGE = re.compile(r"status\s+in\s+(\d{3})\s*\.\.\s*(\d{3})", re.ASCII)
_STATUSES = range(100, 600)
_HINT = 'there is "status = 404", and "status in 400..499"'


def expected_statuses(conditions: str | Sequence[str]) -> list[int]:
    """Return the HTTP statuses that conditions name, in ascending order.

    Parameters
    ----------
    conditions : str or sequence of str
        Each is `status = N`, `status == N` or `status in N..M`; of several, any may hold.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: one is something else.
    """
    written = [conditions] if isinstance(conditions, str) or not isinstance(conditions, Iterable) else list(conditions)
    return sorted({status for condition in written for status in _statuses(condition)})


def error_page_hint(code: str, details: Mapping[str, Any]) -> str | None:
    """Return the hint for a task that failed at an error page; None for another failure."""
    status = details.get("status")
    if code != TaskFailureCode.NAVIGATION_FAILED or not isinstance(status, int):
        return None
    if "expected" in details:
        return "check the address, or what is expected"
    return f'to read such a page on purpose: expect="status = {status}"'


def _statuses(condition: object) -> range:
    text = condition.strip() if isinstance(condition, str) else ""
    if one := _ONE.fullmatch(text):
        first = last = int(one[1])
    elif several := _RANGE.fullmatch(text):
        first, last = int(several[1]), int(several[2])
    else:
        raise _refused(condition)
    if first > last or first not in _STATUSES or last not in _STATUSES:
        raise _refused(condition)
    return range(first, last + 1)


def _refused(condition: object) -> RequestError:
    written = str(condition)[:100]
    hint = f'did you mean "status = {written}"?' if re.fullmatch(r"\d{3}", written, re.ASCII) else _HINT
    return RequestError(f"{written!r} is not a condition", code=ErrorCode.INVALID_PARAMETER, hint=hint)
