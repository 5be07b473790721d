"""Manages policies, the rules on what sessions may reach and do (contract, section 11), on the emulator alone.

The hosted service has policies in its dashboard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.errors import RequestError, refusal
from webrun_nb.client.transport import ApiTransport, checked_id
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.local_time import utc
from webrun_nb.common.text import ReadableRepr, closest_match
from webrun_nb.wire.policies import ActionRuleBody, PolicyAnswer, PolicyBody, PolicyList, PolicyRules

TEMPLATES = ("Research Only", "Financial Compliance", "Healthcare / HIPAA", "Strict Lockdown")
"""The templates of an emulator of this version; one of another version may have others."""
Record = dict[str, Any]
"""A JSON object as it is on the wire."""


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A pattern of hosts, and what happens where one is reached: `block` or `guardrail`."""

    pattern: str
    action: str


@dataclass(frozen=True, slots=True)
class ActionRule:
    """The permission for a category of actions, narrowed to a page or to a text where it says so."""

    category: str
    """`Navigation`, `Click`, `Form Submit`, …"""
    permission: str
    """`allow`, `block` or `guardrail`."""
    url_pattern: str | None = None
    scope: str | None = None
    match_type: str | None = None
    """`keyword` or `regex`."""
    match: str | None = None


@dataclass(frozen=True, repr=False, slots=True)
class PolicyTemplate(ReadableRepr):
    """The rules that a policy can be created with."""

    name: str
    description: str
    status: str
    """`active`, or `draft`: no session can be started with it."""
    llm_role: str
    """The text that tells the agent its role; may be empty."""
    domain_mode: str
    """`allow_all`, `allowlist` or `blocklist`."""
    domain_rules: tuple[DomainRule, ...]
    action_rules: tuple[ActionRule, ...]
    default_action: str
    """The permission for actions that no rule is about."""
    summary: tuple[str, ...] = field(repr=False)
    """Each rule in plain words."""


@dataclass(frozen=True, repr=False, slots=True)
class Policy(PolicyTemplate):
    """A policy of the account. Times are UTC."""

    id: str
    created_at: datetime
    updated_at: datetime


class Policies:
    """The account's policies. Every method comes in two forms: `list` blocks, `await alist` does not.

    A policy is named by its id or its name. All methods raise RequestError `EMULATOR_ONLY` on other servers.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http

    @on_loop_thread
    async def acreate(
        self, name: str | None = None, *, template: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> Policy:
        """Create a policy.

        >>> webrun.policies.create("reading", template="Research Only")  # doctest: +SKIP

        Parameters
        ----------
        name : str, optional
            The policy's name; by default the template's.
        template : str, optional
            The rules to begin with: `Research Only`, `Financial Compliance`, `Healthcare / HIPAA` or `Strict Lockdown`.
        fields : mapping, optional
            Fields under their wire names (`domainRules`, `actionRules`, `defaultAction`, …); they replace the
            template's.

        Raises
        ------
        RequestError
            A field is wrong; `details` name it.
        """
        given = {"name": name, "template": template}
        body = {**(fields or {}), **{key: value for key, value in given.items() if value is not None}}
        try:
            return await self._send("POST", "", body)
        except RequestError as error:
            if error.details.get("parameter") == "template":
                meant = closest_match(str(template), [each.name for each in await self.atemplates()])
                error.hint = f"did you mean {meant!r}?" if meant else "name one of them, in quotes"
            raise

    @blocking(acreate)
    def create(
        self, name: str | None = None, *, template: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> Policy:
        return runtime.run(self.acreate(name, template=template, fields=fields))

    @on_loop_thread
    async def afind(self, policy: str) -> Policy:
        """Return the policy of that id or name.

        Parameters
        ----------
        policy : str
            Its id or its name.

        Raises
        ------
        RequestError
            `POLICY_NOT_FOUND`: it does not exist; `POLICY_AMBIGUOUS`: several have the name.
        """
        policies = await self.alist()
        found = [each for each in policies if policy in (each.id, each.name)]
        if len(found) == 1:
            return found[0]
        if not found:
            names = [each.name for each in policies]
            meant = closest_match(policy, names)
            there_are = f"there are: {', '.join(names[:10])}" if names else "there is none yet"
            how = "`policies.create(name, template=…)` makes one"
            raise RequestError(
                f"there is no policy {policy!r}",
                code=ErrorCode.POLICY_NOT_FOUND,
                hint=f"did you mean {meant}?" if meant else f"{there_are}; {how}",
            )
        ids = ", ".join(each.id for each in found)
        raise refusal(
            400,
            ToolkitErrorCode.POLICY_AMBIGUOUS,
            f"{len(found)} policies are called {policy!r}: use an id: {ids}",
        )

    @blocking(afind)
    def find(self, policy: str) -> Policy:
        return runtime.run(self.afind(policy))

    @on_loop_thread
    async def achange(self, policy: str, fields: Mapping[str, Any]) -> Policy:
        """Change fields of a policy; running sessions keep the rules they were started with.

        Parameters
        ----------
        policy : str
            Its id or its name.
        fields : mapping
            The fields to change, under their wire names.

        Raises
        ------
        RequestError
            As `find`; a field is wrong: `details` name it.
        """
        return await self._send("PUT", (await self.afind(policy)).id, fields)

    @blocking(achange)
    def change(self, policy: str, fields: Mapping[str, Any]) -> Policy:
        return runtime.run(self.achange(policy, fields))

    @on_loop_thread
    async def adelete(self, policy: str) -> None:
        """Delete a policy. Its audit trail stays, and running sessions keep its rules.

        Raises
        ------
        RequestError
            As `find`.
        """
        await self._call("DELETE", (await self.afind(policy)).id)

    @blocking(adelete)
    def delete(self, policy: str) -> None:
        return runtime.run(self.adelete(policy))

    @on_loop_thread
    async def aaudit(self, policy: str) -> list[Record]:
        """Return every decision of a policy, and every response to one, oldest first, as records of the wire.

        A decision has the `response` None; the response to a `guardrail` is a further record with the same fields.

        Parameters
        ----------
        policy : str
            Its id or its name; the id of a policy that was deleted.

        Raises
        ------
        RequestError
            As `find`.
        """
        policy_id = policy if policy.startswith("pol_") else (await self.afind(policy)).id
        path = f"{checked_id(policy_id, ErrorCode.POLICY_NOT_FOUND)}/audit"
        found: list[Record] = (await self._call("GET", path))["audit"]
        return found

    @blocking(aaudit)
    def audit(self, policy: str) -> list[Record]:
        return runtime.run(self.aaudit(policy))

    @on_loop_thread
    async def atest(self, policy: str, task_id: str) -> list[Record]:
        """Apply a policy to each recorded action of a task; return its decisions as records of the wire.

        Nothing is done in a browser.

        Parameters
        ----------
        policy : str
            Its id or its name.
        task_id : str
            The id of a task that has ended.

        Raises
        ------
        RequestError
            As `find`; `TASK_NOT_FOUND`: there is no record of the task.
        """
        path = f"{(await self.afind(policy)).id}/test"
        found: list[Record] = (await self._call("POST", path, {"taskId": task_id}))["steps"]
        return found

    @blocking(atest)
    def test(self, policy: str, task_id: str) -> list[Record]:
        return runtime.run(self.atest(policy, task_id))

    @on_loop_thread
    async def atemplates(self) -> list[PolicyTemplate]:
        """Return the templates that policies can be created with."""
        listed = PolicyList.model_validate(await self._call("GET"))
        return [PolicyTemplate(**_rules(each)) for each in listed.templates]

    @blocking(atemplates)
    def templates(self) -> list[PolicyTemplate]:
        return runtime.run(self.atemplates())

    @on_loop_thread
    async def alist(self) -> list[Policy]:
        """Return the account's policies, oldest first."""
        listed = PolicyList.model_validate(await self._call("GET"))
        return [_policy(each) for each in listed.policies]

    @blocking(alist)
    def list(self) -> list[Policy]:
        return runtime.run(self.alist())

    async def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Policy:
        return _policy(PolicyAnswer.model_validate(await self._call(method, path, body)).policy)

    async def _call(self, method: str, path: str = "", body: Mapping[str, Any] | None = None) -> Record:
        return await self._http.call_emulator(method, f"/policies/{path}".rstrip("/"), body)


def _policy(body: PolicyBody) -> Policy:
    return Policy(id=body.id, created_at=utc(body.created_at), updated_at=utc(body.updated_at), **_rules(body))


def _rules(body: PolicyRules) -> dict[str, Any]:
    """Return the fields that policies and templates share."""
    return {
        "name": body.name,
        "description": body.description,
        "status": body.status,
        "llm_role": body.llm_role,
        "domain_mode": body.domain_rules.mode,
        "domain_rules": tuple(DomainRule(entry.pattern, entry.action) for entry in body.domain_rules.entries),
        "action_rules": tuple(_action_rule(rule) for rule in body.action_rules),
        "default_action": body.default_action,
        "summary": tuple(body.summary),
    }


def _action_rule(body: ActionRuleBody) -> ActionRule:
    return ActionRule(body.category, body.permission, body.url_pattern, body.scope, body.match_type, body.match)
