"""Endpoints of policies (contract, section 12; the hosted service has them in its dashboard)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.domain.policy.templates import TEMPLATES
from webrun_nb.emulator.http.dependencies import ThePolicies, TheRecordings, TheUser
from webrun_nb.emulator.serializers import policies as serialize
from webrun_nb.wire.policies import AuditList, PolicyAnswer, PolicyFields, PolicyList, PolicyTest, TestResult
from webrun_nb.wire.responses import Acknowledged

router = APIRouter(prefix="/policies")


@router.get("")
async def listed(policies: ThePolicies, user: TheUser) -> PolicyList:
    """List the caller's policies, and the templates."""
    return serialize.policy_list(await policies.all(user), TEMPLATES)


@router.post("")
async def create(body: PolicyFields, policies: ThePolicies, user: TheUser) -> PolicyAnswer:
    """Create a policy, from a template where one is named."""
    return serialize.policy_answer(await policies.create(user, body), "Policy created")


@router.get("/{policy_id}")
async def one(policy_id: str, policies: ThePolicies, user: TheUser) -> PolicyAnswer:
    """Return a policy."""
    return serialize.policy_answer(await policies.one(user, policy_id), "Policy found")


@router.put("/{policy_id}")
async def change(policy_id: str, body: PolicyFields, policies: ThePolicies, user: TheUser) -> PolicyAnswer:
    """Change the fields that the body has; running sessions keep the rules that they started with."""
    return serialize.policy_answer(await policies.change(user, policy_id, body), "Policy updated")


@router.delete("/{policy_id}")
async def delete(policy_id: str, policies: ThePolicies, user: TheUser) -> Acknowledged:
    """Delete a policy; its audit trail stays, and running sessions keep its rules."""
    await policies.delete(user, policy_id)
    return Acknowledged(message="Policy deleted")


@router.get("/{policy_id}/audit")
async def audit(policy_id: str, policies: ThePolicies, user: TheUser) -> AuditList:
    """Return the decisions of a policy, oldest first."""
    return serialize.audit_list(policy_id, await policies.audit(user, policy_id))


@router.post("/{policy_id}/test")
async def test(
    policy_id: str, body: PolicyTest, policies: ThePolicies, recordings: TheRecordings, user: TheUser
) -> TestResult:
    """Return the decisions that a policy would have made on a task's steps (the emulator's addition)."""
    record = recordings.of(user, body.task_id)
    tested = await policies.test(user, policy_id, record.steps)
    return serialize.test_result(policy_id, record.task_id, tested)
