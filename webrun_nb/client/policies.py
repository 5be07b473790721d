"""Policies: what sessions may reach and do (contract, section 11). The hosted service has them in its dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.emulator_control import EmulatorControl
from webrun_nb.client.errors import RequestError, refusal
from webrun_nb.client.step_pictures import StepPicture
from webrun_nb.client.transport import ApiTransport, checked_id
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.text import near

TEMPLATES = ("Research Only", "Financial Compliance", "Healthcare / HIPAA", "Strict Lockdown")
"""The policies to begin with of an emulator of this version; one of another may have others."""
Record = dict[str, Any]
"""As it is on the wire."""


class Policies:
    """The account's policies. Every method has two faces, and raises RequestError `EMULATOR_ONLY` elsewhere.

    Where a policy is asked for, its id or its name may be given.

    Parameters
    ----------
    http : Http
        Its calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http

    @on_loop_thread
    async def acreate(
        self, name: str | None = None, *, template: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> Record:
        """Make a policy.

        Parameters
        ----------
        name : str, optional
            What to call it; a template has a name of its own.
        template : str, optional
            Begin with `Research Only`, `Financial Compliance`, `Healthcare / HIPAA` or `Strict Lockdown`.
        fields : mapping, optional
            As on the wire: `domainRules`, `actionRules`, `defaultAction`, …; they go before the template's.

        Raises
        ------
        RequestError
            A field is wrong; `details` name it.
        """
        given = {"name": name, "template": template}
        body = {**(fields or {}), **{key: value for key, value in given.items() if value is not None}}
        try:
            return await self._policy("POST", "", body)
        except RequestError as error:
            if error.details.get("parameter") == "template":
                meant = near(str(template), [each["name"] for each in await self.atemplates()])
                error.hint = f"did you mean {meant!r}?" if meant else "name one of them, in quotes"
            raise

    @blocking(acreate)
    def create(
        self, name: str | None = None, *, template: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> Record:
        return runtime.run(self.acreate(name, template=template, fields=fields))

    @on_loop_thread
    async def atemplates(self) -> list[Record]:
        """Return the policies to begin with."""
        found: list[Record] = (await self._call("GET"))["templates"]
        return found

    @blocking(atemplates)
    def templates(self) -> list[Record]:
        return runtime.run(self.atemplates())

    @on_loop_thread
    async def afind(self, policy: str) -> Record:
        """Return a policy by its id or name.

        Raises
        ------
        RequestError
            `POLICY_NOT_FOUND`: there is none; `POLICY_AMBIGUOUS`: several have the name.
        """
        policies = await self.alist()
        found = [each for each in policies if policy in (each["_id"], each["name"])]
        if len(found) == 1:
            return found[0]
        if not found:
            names = [str(each["name"]) for each in policies]
            meant = near(policy, names)
            there_are = f"there are: {', '.join(names[:10])}" if names else "there is none yet"
            raise RequestError(
                f"there is no policy {policy!r}",
                code=ErrorCode.POLICY_NOT_FOUND,
                hint=f"did you mean {meant}?" if meant else f"{there_are}; `policies.create(name)` makes one",
            )
        ids = ", ".join(each["_id"] for each in found)
        raise refusal(
            400,
            ToolkitErrorCode.POLICY_AMBIGUOUS,
            f"{len(found)} policies are called {policy!r}: name one by its id: {ids}",
        )

    @blocking(afind)
    def find(self, policy: str) -> Record:
        return runtime.run(self.afind(policy))

    @on_loop_thread
    async def achange(self, policy: str, fields: Mapping[str, Any]) -> Record:
        """Change the fields that are named; sessions that run keep the rules they started with."""
        return await self._policy("PUT", await self._id(policy), fields)

    @blocking(achange)
    def change(self, policy: str, fields: Mapping[str, Any]) -> Record:
        return runtime.run(self.achange(policy, fields))

    @on_loop_thread
    async def adelete(self, policy: str) -> None:
        """Delete a policy; its audit trail stays, and sessions that run keep its rules."""
        await self._call("DELETE", await self._id(policy))

    @blocking(adelete)
    def delete(self, policy: str) -> None:
        return runtime.run(self.adelete(policy))

    @on_loop_thread
    async def aaudit(self, policy: str) -> list[Record]:
        """Return every decision of a policy, oldest first; of a deleted one, by its id."""
        policy_id = policy if policy.startswith("pol_") else await self._id(policy)
        found: list[Record] = (await self._call("GET", f"{checked_id(policy_id, 'POLICY_NOT_FOUND')}/audit"))["audit"]
        return found

    @blocking(aaudit)
    def audit(self, policy: str) -> list[Record]:
        return runtime.run(self.aaudit(policy))

    @on_loop_thread
    async def atest(self, policy: str, task_id: str) -> list[Record]:
        """Return what a policy would have decided on each recorded action of a task. Nothing is done."""
        path = f"{await self._id(policy)}/test"
        found: list[Record] = (await self._call("POST", path, {"taskId": task_id}))["steps"]
        return found

    @blocking(atest)
    def test(self, policy: str, task_id: str) -> list[Record]:
        return runtime.run(self.atest(policy, task_id))

    async def _id(self, policy: str) -> str:
        policy_id: str = (await self.afind(policy))["_id"]
        return policy_id

    async def _policy(self, method: str, path: str, body: Mapping[str, Any]) -> Record:
        found: Record = (await self._call(method, path, body))["policy"]
        return found

    async def _call(self, method: str, path: str = "", body: Mapping[str, Any] | None = None) -> Record:
        return await self._http.call_emulator(method, f"/policies/{path}".rstrip("/"), body)

    @on_loop_thread
    async def alist(self) -> list[Record]:
        """Return the account's policies, oldest first."""
        found: list[Record] = (await self._call("GET"))["policies"]
        return found

    @blocking(alist)
    def list(self) -> list[Record]:
        return runtime.run(self.alist())


class TaskRecording:
    """What is recorded of a task, on the emulator. Every method has two faces.

    Parameters
    ----------
    http : Http
        Its server's calls.
    task_id : str
        Which task.
    """

    def __init__(self, http: ApiTransport, task_id: str) -> None:
        self._http = http
        self._task_id = task_id

    @on_loop_thread
    async def asteps(self) -> list[Record]:
        """Return what the task did, saw, asked and said: target, decision, time and cost of each step."""
        return await self._rows("steps")

    @blocking(asteps)
    def steps(self) -> list[Record]:
        return runtime.run(self.asteps())

    @on_loop_thread
    async def aprovenance(self) -> list[Record]:
        """Return where each value of the answer comes from: page, element, text."""
        return await self._rows("provenance")

    @blocking(aprovenance)
    def provenance(self) -> list[Record]:
        return runtime.run(self.aprovenance())

    @on_loop_thread
    async def aunused(self) -> list[Record]:
        """Return the parts of the task's text that its answer does not follow: `text`, `start`, `end`, `why`."""
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
