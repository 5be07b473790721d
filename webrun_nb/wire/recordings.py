"""Bodies of `/_emulator/tasks/:id/recording` and `/script` (section 12)."""

from __future__ import annotations

from typing import Any, Literal

from webrun_nb.wire.base import Response


class RecordingBody(Response):
    """Answer to `GET /_emulator/tasks/:id/recording`."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    recording: dict[str, Any]
    """The steps of the task as plain JSON with a version (`webrunRecording`), as the task field `emulator.replay` takes
    them."""


class ScriptBody(Response):
    """Answer to `GET /_emulator/tasks/:id/script`."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    script: str
    """A Python script that takes the same steps with Playwright."""
