"""The recordings of tasks: of those of open sessions, and of the latest that have ended."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from webrun_nb.agents.recording.playwright_export import playwright_script
from webrun_nb.agents.recording.recording import ActionStep, Recording, RecordingError, read_recording
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task, TaskRecording
from webrun_nb.emulator.serializers.recordings import recording_of
from webrun_nb.emulator.services.practice_sites import PracticeSites
from webrun_nb.emulator.services.session_registry import SessionRegistry

REMEMBERED = 200
"""The number of ended tasks whose recordings are kept; each may take some hundred kB."""

WITH_PICTURES = 20
"""The number of ended tasks whose pictures of pages are kept; those of a task may take some MB."""

_REPLAY = "task.emulator.replay"


class TaskRecordings:
    """Keeps the recordings of all users, for as long as the process runs; each user has access to their own.

    Parameters
    ----------
    sessions : SessionRegistry
        The sessions in memory, whose tasks have their steps.
    practice : PracticeSites
        The practice sites, which recordings in files have by name.
    """

    def __init__(self, sessions: SessionRegistry, practice: PracticeSites) -> None:
        self._sessions = sessions
        self._practice = practice
        self._ended: OrderedDict[str, TaskRecording] = OrderedDict()

    def keep(self, session: Session, task: Task) -> None:
        """Keep the recording of a task that has ended."""
        self._ended[task.id] = _recording(session, task)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        for task_id in [*self._ended][:-WITH_PICTURES]:
            self._ended[task_id] = replace(self._ended[task_id], pictures=())

    def of(self, user: str, task_id: str) -> TaskRecording:
        """Return the recording of one of the user's tasks.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`: it does not exist, it is another user's, or it ended long ago.
        """
        for session in self._sessions.of(user):
            if task_id in session.tasks:
                return _recording(session, session.tasks[task_id])
        recording = self._ended.get(task_id)
        if recording is None or recording.owner != user:
            raise CommandRefusedError(
                ErrorCode.TASK_NOT_FOUND,
                f"nothing is recorded of task {task_id[:40]}; the latest {REMEMBERED} are remembered",
            )
        return recording

    def steps_of(self, user: str, task_id: str) -> Recording:
        """Return the steps of one of the user's tasks as they can be replayed.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`, as `of`; `INVALID_STATE`: it was not completed, or has too many steps.
        """
        try:
            return recording_of(self.of(user, task_id))
        except RecordingError as error:
            raise CommandRefusedError(ErrorCode.INVALID_STATE, str(error)) from None

    def script_of(self, user: str, task_id: str) -> str:
        """Return one of the user's tasks as a Python script that uses Playwright.

        Raises
        ------
        CommandRefusedError
            As `steps_of`; `INVALID_STATE`: a step can't be written so.
        """
        try:
            return playwright_script(self.steps_of(user, task_id))
        except RecordingError as error:
            raise CommandRefusedError(ErrorCode.INVALID_STATE, f"task {task_id}: {error}") from None

    def to_file(self, recording: Recording) -> dict[str, Any]:
        """Return a recording as plain JSON that holds on other machines: with the practice sites by name."""
        return _with_urls(recording, self._practice.by_name).to_json()

    def to_replay(self, user: str, replay: str | Mapping[str, Any]) -> Recording:
        """Return the recording that a task is to replay: that of an earlier task, by its id, or one from a file.

        Raises
        ------
        CommandRefusedError
            As `steps_of`; `INVALID_PARAMETER`: the file's is no recording, and the message says where it is wrong.
        """
        if isinstance(replay, str):
            return self.steps_of(user, replay)
        try:
            return _with_urls(read_recording(replay), self._practice.by_address)
        except RecordingError as error:
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, f"{_REPLAY}: {error}", parameter=_REPLAY) from None

    def clear(self) -> None:
        """Remove all."""
        self._ended.clear()


def _with_urls(recording: Recording, change: Callable[[str], str]) -> Recording:
    def changed(step: ActionStep) -> ActionStep:
        url = step.details.get("url")
        return step.model_copy(update={"details": {**step.details, "url": change(url)}}) if url else step

    start = recording.task.starting_url
    task = recording.task.model_copy(update={"starting_url": None if start is None else change(start)})
    steps = tuple(changed(each) if isinstance(each, ActionStep) else each for each in recording.steps)
    return recording.model_copy(update={"task": task, "steps": steps})


def _recording(session: Session, task: Task) -> TaskRecording:
    return TaskRecording(
        session.owner,
        session.id,
        task.id,
        task.steps,
        tuple(task.pictures),
        task.steps_left_out,
        task.status,
        task.order,
        task.readings,
        task.choices,
    )
