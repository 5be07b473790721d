"""The names and values of requests that the service has renamed (section 1): either generation is taken.

Requests are read under the newer names. An error names a field as the request wrote it (`as_written`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

OLDER_NAMES: Mapping[str, str] = {
    "initialTask": "task",
    "taskDetails": "prompt",
    "startingPoint": "startingUrl",
    "profileId": "environmentId",
}
"""Older name → name. Where a request has both, the newer one is used."""

OLDER_VALUES: Mapping[str, Mapping[str, str]] = {
    "outputType": {"structured": "structured_json"},
    "submittedData": {"structured_output": "ai_response"},
}
"""Field → other value → value."""

TASK = "task"
"""The field that holds a task's fields. They may also be flat, beside it."""

_OLDER_NAME_OF = {name: older for older, name in OLDER_NAMES.items()}


def renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields under their newer names and values, without nulls (null is "not given")."""
    given = {name: value for name, value in fields.items() if value is not None}
    older = {OLDER_NAMES[name]: value for name, value in given.items() if name in OLDER_NAMES}
    newer = {name: value for name, value in given.items() if name not in OLDER_NAMES}
    return {name: _value(name, value) for name, value in (older | newer).items()}


def _value(name: str, value: object) -> object:
    return OLDER_VALUES[name].get(value, value) if name in OLDER_VALUES and isinstance(value, str) else value


def as_written(path: Sequence[str | int], body: object, value: object = None) -> list[str | int]:
    """Return the path of a field as the request wrote it.

    Parameters
    ----------
    path : sequence of str or int
        The path under the newer names, with a task's fields in `task`: `("task", "maxDuration")`.
    body : object
        The request's body.
    value : object, optional
        The value that was found at `path`: it tells places apart where the request has the field in several.

    Returns
    -------
    list
        The path in `body`, such as `["maxDuration"]` or `["initialTask", "maxDuration"]`. Parts that the body does not
        have keep their newer names.
    """
    written: list[str | int] = []
    parts = list(path)
    while parts:
        part = parts.pop(0)
        if part == TASK and parts and isinstance(body, Mapping):
            return written + _in_task(parts, body, value)
        body, name = _step(body, part)
        written.append(name)
    return written


def path_text(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `actionRules[2].match`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def path_parts(text: str) -> list[str | int]:
    """Return the parts of a path; the inverse of `path_text`."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"[.\[\]]+", text) if part]


def _in_task(path: Sequence[str | int], body: Mapping[str, Any], value: object) -> list[str | int]:
    """Return the path of a task's field: it is flat in `body`, in `task` or in `initialTask`."""
    holders: list[tuple[list[str | int], object]] = [([], body)]
    holders += [([name], body[name]) for name in (TASK, _OLDER_NAME_OF[TASK]) if isinstance(body.get(name), Mapping)]
    having = [(place, holder) for place, holder in holders if _has(holder, path[0])]
    same = [(place, holder) for place, holder in having if _at(holder, path) == value]
    place, holder = [*same, *having, *holders][0]
    return place + as_written(path, holder)


def _has(holder: object, name: str | int) -> bool:
    return _step(holder, name)[0] is not None


def _at(body: object, path: Sequence[str | int]) -> object:
    for part in path:
        body, _ = _step(body, part)
    return body


def _step(body: object, part: str | int) -> tuple[Any, str | int]:
    """Return the value of a part of a path, and the name that it has in `body`."""
    if isinstance(body, Mapping):
        older = _OLDER_NAME_OF.get(part) if isinstance(part, str) else None
        name = older if older is not None and body.get(part) is None and body.get(older) is not None else part
        return body.get(name), name
    if isinstance(body, list) and isinstance(part, int) and part < len(body):
        return body[part], part
    return None, part
