"""Reads the emulator's record of a task: its steps, the sources of its values, the parts of its text it did not use."""

from __future__ import annotations

from typing import Any

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.emulator_control import EmulatorControl, StepPicture
from webrun_nb.client.transport import ApiTransport, checked_id

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

    @on_loop_thread
    async def asteps(self) -> list[Record]:
        """Return the task's steps, each with its target, decision, time and cost."""
        return await self._rows("steps")

    @blocking(asteps)
    def steps(self) -> list[Record]:
        return runtime.run(self.asteps())

    @on_loop_thread
    async def aprovenance(self) -> list[Record]:
        """Return the source of each value of the answer: page, element, text."""
        return await self._rows("provenance")

    @blocking(aprovenance)
    def provenance(self) -> list[Record]:
        return runtime.run(self.aprovenance())

    @on_loop_thread
    async def aunused(self) -> list[Record]:
        """Return the parts of the task's text that were not used: `text`, `start`, `end`, `why`."""
        return await self._rows("unused", of="report")

    @blocking(aunused)
    def unused(self) -> list[Record]:
        return runtime.run(self.aunused())

    @on_loop_thread
    async def apicture(self, number: int) -> StepPicture:
        """Return the picture of the page right after the step that `steps` counts as `seq`."""
        return await EmulatorControl(self._http).astep_picture(self._task_id, number)

    @blocking(apicture)
    def picture(self, number: int) -> StepPicture:
        return runtime.run(self.apicture(number))

    async def _rows(self, what: str, *, of: str | None = None) -> list[Record]:
        path = f"tasks/{checked_id(self._task_id, 'TASK_NOT_FOUND')}/{of or what}"
        found: list[Record] = (await self._http.control("GET", path))[what]
        return found
