"""Reads the emulator's record of a task: its steps, their pictures, and the report of what its answer rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.emulator_control import EmulatorControl, StepPicture
from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.replays import write_json_file
from webrun_nb.client.transport import ApiTransport, checked_id
from webrun_nb.common.codes import ErrorCode
from webrun_nb.wire.policies import StepList
from webrun_nb.wire.report import ReportBody, ReportedValues

Record = dict[str, Any]
"""A JSON object as it is on the wire."""


class TaskRecording:
    """The emulator's record of one task. Every method comes in two forms: `steps` blocks, `await asteps` does not.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    task_id : str
        The task's id.
    """

    def __init__(self, http: ApiTransport, task_id: str) -> None:
        self._http = http
        self._task_id = task_id

    @property
    def base_url(self) -> str:
        """The server's address."""
        return self._http.base_url

    @on_loop_thread
    async def asteps(self) -> list[Record]:
        """Return the task's steps, each with its target, decision, time and cost."""
        found: list[Record] = (await self._http.control("GET", self._path("steps")))["steps"]
        return found

    @blocking(asteps)
    def steps(self) -> list[Record]:
        return runtime.run(self.asteps())

    @on_loop_thread
    async def ato_replay(self) -> Record:
        """Return the task's steps as `replay=` takes them: plain JSON with a version, secrets by name.

        Raises
        ------
        RequestError
            `INVALID_STATE`: the task was not completed; `TASK_NOT_FOUND`: its steps are not remembered any more.
        """
        found: Record = (await self._http.control("GET", self._path("recording")))["recording"]
        return found

    @blocking(ato_replay)
    def to_replay(self) -> Record:
        return runtime.run(self.ato_replay())

    @on_loop_thread
    async def asave(self, path: str | Path) -> Path:
        """Write the task's steps to a file that `replay=` takes; return its path.

        Raises
        ------
        RequestError
            As `ato_replay`; `INVALID_PARAMETER`: the file can't be written.
        """
        return write_json_file(path, await self.ato_replay())

    @blocking(asave)
    def save(self, path: str | Path) -> Path:
        return runtime.run(self.asave(path))

    @on_loop_thread
    async def ascript(self) -> str:
        """Return the task as a Python script that takes its steps with Playwright and reads the same values.

        Raises
        ------
        RequestError
            As `ato_replay`; `INVALID_STATE`: one of its steps has no counterpart in Playwright.
        """
        found: str = (await self._http.control("GET", self._path("script")))["script"]
        return found

    @blocking(ascript)
    def script(self) -> str:
        return runtime.run(self.ascript())

    @on_loop_thread
    async def areport(self, values: ReportedValues = "all") -> ReportBody:
        """Return what the task's answer rests on.

        Parameters
        ----------
        values : {"all", "odd"}
            Of which values the sources are wanted: `odd` are those with a reason, so all that are null.
        """
        return ReportBody.model_validate(await self._http.control("GET", f"{self._path('report')}?values={values}"))

    @blocking(areport)
    def report(self, values: ReportedValues = "all") -> ReportBody:
        return runtime.run(self.areport(values))

    @on_loop_thread
    async def apicture(self, number: int) -> StepPicture:
        """Return the picture of the page right after the step that `steps` counts as `seq`."""
        return await EmulatorControl(self._http).astep_picture(self._task_id, number)

    @blocking(apicture)
    def picture(self, number: int) -> StepPicture:
        return runtime.run(self.apicture(number))

    @on_loop_thread
    async def apage_picture(self, at_ms: int) -> bytes:
        """Return the picture, a JPEG, of the page that was read at a time (unix ms): one that the report names.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`, `TASK_NOT_FOUND`: it is not kept any more.
        """
        return await self._http.download_from_emulator(f"/_emulator/{self._path(f'pictures/{at_ms}')}")

    @blocking(apage_picture)
    def page_picture(self, at_ms: int) -> bytes:
        return runtime.run(self.apage_picture(at_ms))

    @on_loop_thread
    async def arecorded_steps(self) -> StepList:
        """Return the task's steps, with the number of those that are not recorded."""
        return StepList.model_validate(await self._http.control("GET", self._path("steps")))

    @blocking(arecorded_steps)
    def recorded_steps(self) -> StepList:
        return runtime.run(self.arecorded_steps())

    def _path(self, what: str) -> str:
        return f"tasks/{checked_id(self._task_id, 'TASK_NOT_FOUND')}/{what}"


class KeptRecording(TaskRecording):
    """The record of a task whose answer was kept: its steps and its report; pictures are not kept.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    task_id : str
        The id of the task that the answer was kept from.
    recorded : StepList
        The task's steps.
    report : ReportBody
        The evidence of its answer.
    """

    def __init__(self, http: ApiTransport, task_id: str, recorded: StepList, report: ReportBody) -> None:
        super().__init__(http, task_id)
        self._recorded = recorded
        self._report = report

    @on_loop_thread
    async def arecorded_steps(self) -> StepList:
        """Return the task's steps."""
        return self._recorded

    @on_loop_thread
    async def asteps(self) -> list[Record]:
        """Return the task's steps, each with its target, decision, time and cost."""
        steps: list[Record] = self._recorded.to_wire()["steps"]
        return steps

    @on_loop_thread
    async def areport(self, values: ReportedValues = "all") -> ReportBody:
        """Return what the task's answer rests on: with all values, or with those that have a reason (`odd`)."""
        if values == "all":
            return self._report
        return self._report.model_copy(update={"values": [value for value in self._report.values if value.reason]})

    @on_loop_thread
    async def apicture(self, number: int) -> StepPicture:
        """Raise the error that the picture of a step is not kept."""
        raise _no_pictures()

    @on_loop_thread
    async def apage_picture(self, at_ms: int) -> bytes:
        """Raise the error that the picture of a page is not kept."""
        raise _no_pictures()


def _no_pictures() -> RequestError:
    return RequestError(
        "a kept answer has no pictures",
        code=ErrorCode.FILE_NOT_FOUND,
        hint="run the task again (refresh=True) in a session with pictures=True",
    )
