"""Controls the emulator (contract, section 12): its clock, its browsers, faults, and the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.answers.account import AccountUsage, read_account
from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.errors import RequestError, WebRunError, refusal
from webrun_nb.client.transport import ApiTransport, checked_id
from webrun_nb.common.codes import ErrorCode
from webrun_nb.wire.policies import StepBody, StepList

InstanceAction = Literal["kill", "hang", "restore"]
INSTANCE_START = "instance-start"
"""The name of the fault that concerns no endpoint: a browser that does not start."""
_NO_PICTURE = "they are taken in sessions started with pictures=True, and once a card's log of steps is open"

_ACCOUNT_FIELDS = {
    "balance": "balance",
    "spending_limit": "spendingLimit",
    "session_limit": "sessionLimit",
    "deactivated": "deactivated",
}


def _session(session_id: str) -> str:
    return checked_id(session_id, ErrorCode.SESSION_NOT_FOUND)


def _task(task_id: str) -> str:
    return checked_id(task_id, ErrorCode.TASK_NOT_FOUND)


@dataclass(frozen=True)
class StepPicture:
    """The page right after a step, a small JPEG; a notebook shows it where it is a cell's last line."""

    number: int
    """The number of the step: its `seq` in `steps`."""
    jpeg: bytes = field(repr=False)

    def save(self, path: str | Path) -> Path:
        """Write the JPEG to a file, and return where it is."""
        target = Path(path)
        target.write_bytes(self.jpeg)
        return target

    def _repr_jpeg_(self) -> bytes:
        return self.jpeg


class EmulatorControl:
    """The emulator's controls. Every method comes in two forms: `reset` blocks, `await areset` does not.

    All raise RequestError `EMULATOR_ONLY` on other servers.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http

    @on_loop_thread
    async def astate(self) -> dict[str, Any]:
        """Return the clock, sessions, browsers, balance and prices, as they are on the wire."""
        return await self._http.control("GET", "state")

    @blocking(astate)
    def state(self) -> dict[str, Any]:
        return runtime.run(self.astate())

    @on_loop_thread
    async def areset(self) -> None:
        """End all sessions, delete all data, and set the clock back to real time."""
        await self._http.control("POST", "reset", {})

    @blocking(areset)
    def reset(self) -> None:
        return runtime.run(self.areset())

    @on_loop_thread
    async def aadvance(self, ms: float) -> int:
        """Advance the clock by `ms`: timeouts, billing, rate limits and schedules follow.

        Returns
        -------
        int
            The clock's time then, unix ms.
        """
        return int((await self._http.control("POST", "clock", {"advance": ms}))["now"])

    @blocking(aadvance)
    def advance(self, ms: float) -> int:
        return runtime.run(self.aadvance(ms))

    @on_loop_thread
    async def afreeze(self, frozen: bool = True) -> int:
        """Stop the clock, or start it again; return its time, unix ms."""
        return int((await self._http.control("POST", "clock", {"freeze": frozen}))["now"])

    @blocking(afreeze)
    def freeze(self, frozen: bool = True) -> int:
        return runtime.run(self.afreeze(frozen))

    @on_loop_thread
    async def ainstance(self, session_id: str, action: InstanceAction) -> None:
        """Kill a session's browser, make it hang, or restore it."""
        await self._http.control("POST", f"sessions/{_session(session_id)}/instance", {"action": action})

    @blocking(ainstance)
    def instance(self, session_id: str, action: InstanceAction) -> None:
        return runtime.run(self.ainstance(session_id, action))

    @on_loop_thread
    async def afaults(
        self,
        what: str,
        *,
        times: int = 1,
        status: int | None = None,
        code: str | None = None,
        delay_ms: float | None = None,
        drop: bool = False,
    ) -> None:
        """Make the next calls of an endpoint fail.

        Parameters
        ----------
        what : str
            An endpoint (`start-session`, `run-task`, `send-message`, `session-status`, `task`, …), or
            `instance-start`: then the next sessions' browsers don't start.
        times : int
            The number of calls.
        status, code : optional
            Answer with this HTTP status, and this code of the contract.
        delay_ms : float, optional
            Answer so many milliseconds later.
        drop : bool
            Close the connection instead of answering.
        """
        if what == INSTANCE_START:
            if status is not None or code is not None or delay_ms is not None or drop:
                raise refusal(400, ErrorCode.INVALID_PARAMETER, f"{INSTANCE_START} takes only the number of times")
            await self._http.control("POST", "faults", {"instanceStart": "refuse", "times": times})
            return
        given = {"status": status, "code": code, "delay": delay_ms, "drop": drop or None}
        fault = {name: value for name, value in given.items() if value is not None}
        if not fault:
            raise refusal(400, ErrorCode.INVALID_PARAMETER, "a fault needs a status, a delay, or drop")
        await self._http.control("POST", "faults", {"endpoint": what, "times": times, **fault})

    @blocking(afaults)
    def faults(
        self,
        what: str,
        *,
        times: int = 1,
        status: int | None = None,
        code: str | None = None,
        delay_ms: float | None = None,
        drop: bool = False,
    ) -> None:
        return runtime.run(self.afaults(what, times=times, status=status, code=code, delay_ms=delay_ms, drop=drop))

    @on_loop_thread
    async def asteps(self, task_id: str) -> list[StepBody]:
        """Return the recorded steps of a task, each with its target, decision, time and cost."""
        return StepList.model_validate(await self._http.control("GET", f"tasks/{_task(task_id)}/steps")).steps

    @blocking(asteps)
    def steps(self, task_id: str) -> list[StepBody]:
        return runtime.run(self.asteps(task_id))

    @on_loop_thread
    async def apictures(self, session_id: str, wanted: bool = True) -> None:
        """Keep a small picture of the page with each action of a session's tasks from now on, or stop keeping them."""
        await self._http.control("PUT", f"sessions/{_session(session_id)}/pictures", {"wanted": wanted})

    @blocking(apictures)
    def pictures(self, session_id: str, wanted: bool = True) -> None:
        return runtime.run(self.apictures(session_id, wanted))

    @on_loop_thread
    async def astep_picture(self, task_id: str, number: int) -> StepPicture:
        """Return the picture of the page right after a step.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the step has no picture; `TASK_NOT_FOUND`: the task is not kept any more.
        """
        path = f"/_emulator/tasks/{_task(task_id)}/steps/{number}/picture"
        try:
            return StepPicture(number, await self._http.download_from_emulator(path))
        except WebRunError as error:
            if error.code == ErrorCode.FILE_NOT_FOUND:
                raise RequestError(error.message, code=error.code, hint=_NO_PICTURE) from error
            raise

    @blocking(astep_picture)
    def step_picture(self, task_id: str, number: int) -> StepPicture:
        return runtime.run(self.astep_picture(task_id, number))

    @on_loop_thread
    async def aclear_faults(self) -> None:
        """Remove all faults that have not happened yet."""
        await self._http.control("POST", "faults", {"clear": True})

    @blocking(aclear_faults)
    def clear_faults(self) -> None:
        return runtime.run(self.aclear_faults())

    @on_loop_thread
    async def aaccount(self, /, **changes: float | bool | None) -> AccountUsage:
        """Change the account: `balance`, `spending_limit` (US dollars), `session_limit`, `deactivated`.

        Values that are not named stay; None removes a limit. Returns the account after the change.
        """
        if unknown := changes.keys() - _ACCOUNT_FIELDS.keys():
            raise TypeError(f"an account has no {', '.join(sorted(unknown))}; it has {', '.join(_ACCOUNT_FIELDS)}")
        body = {_ACCOUNT_FIELDS[name]: value for name, value in changes.items()}
        return read_account(Fields(await self._http.control("PUT", "account", body)))

    @blocking(aaccount)
    def account(self, /, **changes: float | bool | None) -> AccountUsage:
        return runtime.run(self.aaccount(**changes))
