"""`/policies` (contract, section 12; the hosted service has them in its dashboard)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.domain.policy.templates import TEMPLATES
from webrun_nb.emulator.http.dependencies import TheService, TheUser
from webrun_nb.emulator.serializers import policies
from webrun_nb.wire.policies import AuditList, PolicyAnswer, PolicyFields, PolicyList, PolicyTest, TestResult
from webrun_nb.wire.responses import Acknowledged

router = APIRouter(prefix="/policies")


@router.get("")
async def listed(service: TheService, user: TheUser) -> PolicyList:
    """List the caller's policies, and the templates to begin with."""
    return policies.policy_list(await service.policies.all(user), TEMPLATES)


@router.post("")
async def create(body: PolicyFields, service: TheService, user: TheUser) -> PolicyAnswer:
    """Make a policy, of a template where one is named."""
    return policies.policy_answer(await service.policies.create(user, body), "Policy created")


@router.get("/{policy_id}")
async def one(policy_id: str, service: TheService, user: TheUser) -> PolicyAnswer:
    """Show a policy."""
    return policies.policy_answer(await service.policies.one(user, policy_id), "Policy found")


@router.put("/{policy_id}")
async def change(policy_id: str, body: PolicyFields, service: TheService, user: TheUser) -> PolicyAnswer:
    """Change what the body names; sessions that run keep the rules they started with."""
    return policies.policy_answer(await service.policies.change(user, policy_id, body), "Policy updated")


@router.delete("/{policy_id}")
async def delete(policy_id: str, service: TheService, user: TheUser) -> Acknowledged:
    """Delete a policy; its audit trail stays, and sessions that run keep its rules."""
    await service.policies.delete(user, policy_id)
    return Acknowledged(message="Policy deleted")


@router.get("/{policy_id}/audit")
async def audit(policy_id: str, service: TheService, user: TheUser) -> AuditList:
    """Show what a policy decided, oldest first."""
    return policies.audit_list(policy_id, await service.policies.audit(user, policy_id))


@router.post("/{policy_id}/test")
async def test(policy_id: str, body: PolicyTest, service: TheService, user: TheUser) -> TestResult:
    """Show what a policy would have decided on what a task did. Ours."""
    record = service.records.of(user, body.task_id)
    tested = await service.policies.test(user, policy_id, record.steps)
    return policies.test_result(policy_id, record.task_id, tested)
