"""Bodies of `/_emulator/tasks/:id/recording` and `/script`, and of cassettes (section 12)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from webrun_nb.wire.base import Request, Response
from webrun_nb.wire.requests import CASSETTE_NAME


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


class CassetteFields(Request):
    """`POST /_emulator/cassettes`: one that tasks are answered from, or an empty one that takes their traffic."""

    name: Annotated[str, Field(pattern=CASSETTE_NAME)]
    cassette: dict[str, Any] | None = None
    """The one that tasks are to be answered from; None: an empty one, which takes the traffic of the tasks."""


class CassetteBody(Response):
    """Answer to `GET /_emulator/cassettes/:name`."""

    success: Literal[True] = True
    name: str
    cassette: dict[str, Any]
    """The traffic of the tasks that named it: plain JSON with a version (`webrunCassette`), its `log` as in HAR."""


class CassetteAnswer(Response):
    """Answer to calls that change a cassette."""

    success: Literal[True] = True
    name: str
