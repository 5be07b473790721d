"""The wire models of policies, their audit trail, and the recordings of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.emulator.domain.policy.facts import AuditEntry
from webrun_nb.emulator.domain.policy.model import (
    NEVER_DONE,
    ActionRule,
    Policy,
    describe_action_rule,
    describe_domain_entry,
)
from webrun_nb.emulator.domain.task import PolicyTestResult, Step, TaskRecording
from webrun_nb.wire.policies import (
    ActionRuleBody,
    AuditList,
    AuditRow,
    DomainEntryBody,
    DomainRulesBody,
    PolicyAnswer,
    PolicyBody,
    PolicyList,
    PolicyRules,
    PolicyTestStep,
    StepBody,
    StepList,
    TestResult,
)


def policy_body(policy: Policy) -> PolicyBody:
    """Return a user's policy."""
    return PolicyBody(
        id=policy.id,
        policy_id=policy.id,
        created_at=round(policy.created_ms),
        updated_at=round(policy.updated_ms),
        **_rules(policy),
    )


def policy_answer(policy: Policy, message: str) -> PolicyAnswer:
    """Answer POST, PUT and GET of one."""
    return PolicyAnswer(message=message, policy=policy_body(policy))


def policy_list(policies: Sequence[Policy], templates: Sequence[Policy]) -> PolicyList:
    """Answer `GET /policies`."""
    return PolicyList(
        policies=[policy_body(policy) for policy in policies],
        templates=[PolicyRules(**_rules(template)) for template in templates],
    )


def audit_list(policy_id: str, entries: Sequence[AuditEntry]) -> AuditList:
    """Answer `GET /policies/:id/audit`."""
    rows = [
        AuditRow(
            timestamp=round(entry.at_ms),
            session_id=entry.session_id,
            task_id=entry.task_id,
            policy_id=entry.policy_id,
            action=entry.action,
            target=entry.target,
            by=entry.by,
            rule=entry.rule,
            decision=entry.decision,
            response=entry.response,
        )
        for entry in entries
    ]
    return AuditList(policy_id=policy_id, audit=rows)


def step_list(record: TaskRecording) -> StepList:
    """Answer `GET /_emulator/tasks/:id/steps`."""
    steps = [_step(number, step) for number, step in enumerate(record.steps, 1)]
    return StepList(
        session_id=record.session_id, task_id=record.task_id, steps=steps, steps_left_out=record.steps_left_out
    )


def test_result(policy_id: str, task_id: str, tested: Sequence[PolicyTestResult]) -> TestResult:
    """Answer `POST /policies/:id/test`."""
    steps = [
        PolicyTestStep(
            seq=each.number,
            name=each.step.name,
            target=each.step.target,
            by=each.step.by,
            url=each.step.url,
            decided=each.step.decision,
            decision=each.decision.permission,
            rule=each.decision.rule,
            complete=each.complete,
        )
        for each in tested
    ]
    return TestResult(policy_id=policy_id, task_id=task_id, steps=steps)


def describe_policy(policy: Policy) -> list[str]:
    """Return a description of a policy, one line per rule."""
    domains = policy.domain_rules
    reach = {
        "allow_all": "every host may be reached",
        "allowlist": "only the hosts listed may be reached",
        "blocklist": "every host may be reached but those listed",
    }[domains.mode]
    named = list(dict.fromkeys(rule.category for rule in policy.action_rules if rule.category in NEVER_DONE))
    rest = {"allow": "allow", "guardrail": "ask before", "block": "block"}[policy.default_action]
    return [
        reach,
        *(describe_domain_entry(domains.mode, entry) for entry in domains.entries),
        *map(describe_action_rule, policy.action_rules),
        f"{rest} everything else",
        *(f"{' and '.join(named)}: never applies here, as agents do nothing of the kind" for _ in named[:1]),
    ]


def _rules(policy: Policy) -> dict[str, object]:
    entries = [DomainEntryBody(pattern=entry.pattern, action=entry.action) for entry in policy.domain_rules.entries]
    return {
        "name": policy.name,
        "description": policy.description,
        "status": policy.status,
        "llm_role": policy.llm_role,
        "domain_rules": DomainRulesBody(mode=policy.domain_rules.mode, entries=entries),
        "action_rules": [_action_rule(rule) for rule in policy.action_rules],
        "default_action": policy.default_action,
        "summary": describe_policy(policy),
    }


def _action_rule(rule: ActionRule) -> ActionRuleBody:
    by_address = rule.category == "Navigation"
    return ActionRuleBody(
        category=rule.category,
        permission=rule.permission,
        url_pattern=rule.url_pattern,
        scope=None if by_address else rule.scope,
        match_type=None if rule.match is None else rule.match_type,
        match=rule.match,
    )


def _step(number: int, step: Step) -> StepBody:
    return StepBody(
        seq=number,
        kind=step.kind,
        name=step.name,
        target=step.target,
        by=step.by,
        url=step.url,
        looks=step.looks,
        decision=step.decision,
        rule=step.rule,
        response=step.response,
        outcome=step.outcome,
        error=step.error,
        at=round(step.at_ms),
        duration=None if step.duration_ms is None else round(step.duration_ms, 1),
        cost=None if step.cost_usd is None else float(step.cost_usd),
        picture=step.picture is not None,
    )
