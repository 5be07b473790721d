"""The use cases of policies (contract, sections 11 and 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.hosts import HostPattern, address_pattern, pattern_fault
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.policy.engine import CompileRegex, PolicyEngine
from webrun_nb.emulator.domain.policy.facts import NOTHING, AuditEntry
from webrun_nb.emulator.domain.policy.model import ActionRule, DomainEntry, DomainRules, Policy
from webrun_nb.emulator.domain.policy.templates import TEMPLATES
from webrun_nb.emulator.domain.task import PolicyTestResult, Step
from webrun_nb.emulator.execution.protocols import AuditTrail
from webrun_nb.wire import policies as wire
from webrun_nb.wire.policies import PolicyFields


class PolicyStore(Protocol):
    """A store of policies. A policy is a value: changing one is putting another with its id."""

    async def put(self, policy: Policy) -> None:
        """Store a policy; it replaces the one with its id."""

    async def get(self, policy_id: str) -> Policy | None:
        """Return a policy; None where there is none."""

    async def of(self, owner: str) -> list[Policy]:
        """Return one user's policies, oldest first."""

    async def remove(self, policy_id: str) -> None:
        """Remove a policy. Its trail stays."""

    async def clear(self) -> None:
        """Remove all."""


MAX_POLICIES = 200
"""Per user; the list of them is one answer."""


class Policies:
    """Keeps the policies of all users; each user has access to their own.

    Parameters
    ----------
    kept : PolicyStore
        The policies.
    trail : AuditTrail
        Their decisions.
    clock, ids : Clock, IdSource
    compile_regex : callable
        Compiles their regular expressions.
    """

    def __init__(
        self, kept: PolicyStore, trail: AuditTrail, clock: Clock, ids: IdSource, compile_regex: CompileRegex
    ) -> None:
        self.trail = trail
        self._kept = kept
        self._clock = clock
        self._ids = ids
        self._compile = compile_regex

    async def create(self, user: str, fields: PolicyFields) -> Policy:
        """Create a policy, from a template where one is named.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER` or `MISSING_REQUIRED_FIELD`, naming the field.
        """
        if len(await self._kept.of(user)) >= MAX_POLICIES:
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER, f"you have {MAX_POLICIES} policies already: delete one", parameter="name"
            )
        base = _template(fields.template) if fields.template is not None else None
        if base is None and fields.name is None:
            raise CommandRefusedError(ErrorCode.MISSING_REQUIRED_FIELD, "name is required", field="name")
        now_ms = self._clock.now()
        blank = base or Policy("", "", "", 0, 0)
        new = replace(blank, id=f"pol_{self._ids.short()}", owner=user, created_ms=now_ms, updated_ms=now_ms)
        return await self._put(_changed(new, fields))

    async def all(self, user: str) -> list[Policy]:
        """Return the user's policies, oldest first."""
        return await self._kept.of(user)

    async def one(self, user: str, policy_id: str) -> Policy:
        """Return one of the user's policies.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`: it does not exist, or it is another user's.
        """
        policy = await self._kept.get(policy_id)
        if policy is None or policy.owner != user:
            raise _unknown(policy_id)
        return policy

    async def change(self, user: str, policy_id: str, fields: PolicyFields) -> Policy:
        """Change the fields that are given; running sessions keep the rules that they started with.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`; `INVALID_PARAMETER`, naming the field.
        """
        policy = await self.one(user, policy_id)
        if fields.template is not None:
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER, "a template is for a new policy: POST /policies", parameter="template"
            )
        return await self._put(_changed(replace(policy, updated_ms=self._clock.now()), fields))

    async def delete(self, user: str, policy_id: str) -> None:
        """Delete a policy; its audit trail stays, and running sessions keep its rules.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`.
        """
        await self.one(user, policy_id)
        await self._kept.remove(policy_id)

    async def audit(self, user: str, policy_id: str) -> list[AuditEntry]:
        """Return the decisions of a policy in the user's sessions, oldest first; of a deleted one, too.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`.
        """
        entries = await self.trail.of(user, policy_id)
        if not entries:
            await self.one(user, policy_id)
        return entries

    async def engine(self, user: str, policy_id: str | None) -> PolicyEngine | None:
        """Return the policy engine for a new session; None without a policy.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`; `INVALID_PARAMETER`: it is a draft, and drafts are not enforced; or it was stored by an
            earlier version, and one of its rules can't be read.
        """
        if policy_id is None:
            return None
        policy = await self.one(user, policy_id)
        if policy.status == "draft":
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                f'the policy "{policy.name}" is a draft, which is not enforced: set its status to active first',
                parameter="policyId",
            )
        return self._readable(policy)

    async def test(self, user: str, policy_id: str, steps: Sequence[Step]) -> list[PolicyTestResult]:
        """Decide again on the steps of a task, by any policy, drafts included. Nothing is done or recorded.

        Raises
        ------
        CommandRefusedError
            `POLICY_NOT_FOUND`; `INVALID_PARAMETER`: one of its rules can't be read.
        """
        book = self._readable(await self.one(user, policy_id))
        return [
            PolicyTestResult(number, step, book.decide(step.facts), step.facts.page.seen is not NOTHING)
            for number, step in enumerate(steps, 1)
            if step.facts is not None
        ]

    async def clear(self) -> None:
        """Remove all."""
        await self._kept.clear()
        await self.trail.clear()

    def _readable(self, policy: Policy) -> PolicyEngine:
        _check(policy, self._compile)
        return PolicyEngine(policy, self._compile)

    async def _put(self, policy: Policy) -> Policy:
        _check(policy, self._compile)
        await self._kept.put(policy)
        return policy


def _unknown(policy_id: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.POLICY_NOT_FOUND, f"there is no policy {policy_id[:40]}")


def _template(name: str) -> Policy:
    for template in TEMPLATES:
        if template.name.casefold() == name.strip().casefold():
            return template
    there_are = ", ".join(template.name for template in TEMPLATES)
    raise CommandRefusedError(
        ErrorCode.INVALID_PARAMETER, f"there is no template {name[:40]!r}; there are: {there_are}", parameter="template"
    )


def _changed(policy: Policy, fields: PolicyFields) -> Policy:
    """Return the policy with the given fields changed."""
    given = {
        "name": fields.name,
        "description": fields.description,
        "status": fields.status,
        "llm_role": fields.llm_role,
        "default_action": fields.default_action,
    }
    if fields.domain_rules is not None:
        entries = tuple(DomainEntry(entry.pattern.strip(), entry.action) for entry in fields.domain_rules.entries)
        domain_rules = DomainRules(fields.domain_rules.mode, entries)
        _check_domains(domain_rules)
        _check_holes(fields.domain_rules)
        given["domain_rules"] = domain_rules  # type: ignore[assignment]  # mixed
    if fields.action_rules is not None:
        given["action_rules"] = tuple(  # type: ignore[assignment]  # as above
            ActionRule(r.category, r.permission, r.url_pattern, r.scope, r.match_type, r.match)
            for r in fields.action_rules
        )
    return replace(policy, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # as above


def _check(policy: Policy, compile_regex: CompileRegex) -> None:
    """Check that every rule is valid.

    Raises
    ------
    CommandRefusedError
        `INVALID_PARAMETER` or `MISSING_REQUIRED_FIELD`, naming the field: `actionRules[2].match`.
    """
    if not policy.name.strip():
        raise _invalid("name", "name is empty")
    _check_domains(policy.domain_rules)
    for i, rule in enumerate(policy.action_rules):
        _check_rule(f"actionRules[{i}]", rule, compile_regex)


def _check_domains(rules: DomainRules) -> None:
    where = "domainRules.entries"
    if rules.mode == "allow_all" and rules.entries:
        raise _invalid("domainRules.mode", "allow_all takes no entries: say allowlist or blocklist")
    for i, entry in enumerate(rules.entries):
        if fault := pattern_fault(entry.pattern):
            raise _invalid(f"{where}[{i}].pattern", f"{entry.pattern[:60]!r} {fault}", entry.pattern)


def _check_holes(rules: wire.DomainRules) -> None:
    """Refuse an allowlist that blocks a part of what it allows.

    In an allowlist, "block" applies to all hosts that are not listed. A user who means more than that would get other
    rules than expected.
    """
    if rules.mode != "allowlist":
        return
    for i, entry in enumerate(rules.entries):
        if entry.action != "block" or "action" not in entry.model_fields_set:
            continue
        narrow = HostPattern(entry.pattern)
        wider = [e for e in rules.entries if e.pattern != entry.pattern and HostPattern(e.pattern).covers(narrow)]
        if wider:
            raise _invalid(
                f"domainRules.entries[{i}].action",
                f"an allowlist has no holes: {wider[0].pattern} lets {entry.pattern} be reached. Block it with an "
                f'action rule for Navigation, urlPattern "*://{entry.pattern}/*"',
            )


def _check_rule(where: str, rule: ActionRule, compile_regex: CompileRegex) -> None:
    if rule.category == "Navigation":
        if rule.match is not None or rule.scope != "all":
            field = "match" if rule.match is not None else "scope"
            raise _invalid(f"{where}.{field}", f"{where}: Navigation rules have urlPattern alone, not {field}")
        if rule.url_pattern is not None:
            _check_address(f"{where}.urlPattern", rule.url_pattern)
        return
    if rule.url_pattern is not None:
        raise _invalid(f"{where}.urlPattern", f"{where}.urlPattern: only Navigation rules have addresses; use match")
    if rule.match is None:
        if rule.scope != "all":
            raise CommandRefusedError(
                ErrorCode.MISSING_REQUIRED_FIELD,
                f"{where}.match is required with scope {rule.scope}",
                field=f"{where}.match",
            )
        return
    if not rule.match.strip():
        raise _invalid(f"{where}.match", f"{where}.match is empty: leave it out for every {rule.category}")
    if rule.match_type == "regex":
        _check_regex(where, rule.match, compile_regex)


def _check_address(where: str, pattern: str) -> None:
    if not pattern.strip():
        raise _invalid(where, f"{where} is empty: leave it out for every address")
    try:
        address_pattern(pattern)
    except ValueError as error:
        raise _invalid(where, f"{where}: {error}", pattern) from None


def _check_regex(where: str, pattern: str, compile_regex: Callable[[str], object]) -> None:
    try:
        compile_regex(pattern)
    except ValueError as error:
        raise _invalid(
            f"{where}.match", f"{where}.match is not a valid regular expression (RE2): {error}", pattern
        ) from None


def _invalid(parameter: str, message: str, value: str | None = None) -> CommandRefusedError:
    details = {} if value is None else {"value": value[:200]}
    return CommandRefusedError(ErrorCode.INVALID_PARAMETER, message, parameter=parameter, **details)
