"""The recordings that tasks replay, and the files that they are kept in."""

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
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_recording(path, f"it is not JSON ({error})") from None
    if not isinstance(content, dict) or VERSION_KEY not in content:
        raise _no_recording(path, f"{VERSION_KEY} is missing")
    return content


def write_recording(path: str | Path, recording: Mapping[str, Any]) -> Path:
    """Write a recording to a file, whole or not at all; return its path.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: the file can't be written.
    """
    target = Path(path).expanduser()
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.write_text(json.dumps(recording, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise RequestError(
            f"{target} can't be written: {error.strerror}",
            code=ErrorCode.INVALID_PARAMETER,
            hint="name a file in a folder that exists and is yours",
        ) from None
    return target


def _no_recording(path: Path, why: str) -> RequestError:
    return RequestError(
        f"{path} is no recording: {why}",
        code=ErrorCode.INVALID_PARAMETER,
        hint="%webrun code TASK --recording FILE writes one; in Python: result.recorded.save(FILE)",
    )
