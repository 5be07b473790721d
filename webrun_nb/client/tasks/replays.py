"""The recordings that tasks replay, and the files of JSON that recordings and cassettes are kept in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webrun_nb.client.errors import RequestError
from webrun_nb.client.transfers import existing_files
from webrun_nb.common.codes import ErrorCode

VERSION_KEY = "webrunRecording"
"""The key of a recording that holds its version."""


def is_file(replay: str | Path) -> bool:
    """Return whether a recording is named by its file, not by the id of a task: an id has no dot and no slash.

    >>> is_file("search.json"), is_file("7et43uaqnzfj")
    (True, False)
    """
    return isinstance(replay, Path) or any(character in replay for character in "./\\~")


def read_replay(replay: str | Path) -> str | dict[str, Any]:
    """Return a recording as the wire has it: the id of a task, or the content of a file.

    Raises
    ------
    RequestError
        `FILE_NOT_FOUND`: there is no such file; `INVALID_PARAMETER`: it holds no recording.
    """
    if not is_file(replay):
        return str(replay)
    (path,) = existing_files(replay)
    hint = "%webrun code TASK --recording FILE writes one; in Python: result.recorded.save(FILE)"
    content = read_json_file(path, VERSION_KEY, "recording", hint)
    assert content is not None, "the file was there"
    return content


def read_json_file(path: Path, key: str, what: str, hint: str) -> dict[str, Any] | None:
    """Return the JSON object of a file, which has to have a key; None if there is no such file.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it holds something else; the message says what, `hint` what to do.
    """
    if not path.exists():
        return None
    why = f"{key} is missing"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        content, why = None, f"it is not JSON ({error})"
    if not isinstance(content, dict) or key not in content:
        raise RequestError(f"{path} is no {what}: {why}", code=ErrorCode.INVALID_PARAMETER, hint=hint)
    return content


def write_json_file(path: str | Path, content: Mapping[str, Any]) -> Path:
    """Write JSON to a file, whole or not at all; return its path.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: the file can't be written.
    """
    target = Path(path).expanduser()
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise RequestError(
            f"{target} can't be written: {error.strerror}",
            code=ErrorCode.INVALID_PARAMETER,
            hint="name a file in a folder that exists and is yours",
        ) from None
    return target
