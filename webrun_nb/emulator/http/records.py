"""`/_emulator/tasks/…`: what is recorded of a task (contract, section 12)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator import policy_views
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.wire.policies import ReportBody, SourceList, StepList

router = APIRouter(prefix="/_emulator/tasks")


@router.get("/{task_id}/steps")
async def steps(task_id: str, service: TheService, user: TheUser) -> StepList:
    """List what a task did, saw, asked and said."""
    return policy_views.step_list(service.records.of(user, task_id))


@router.get("/{task_id}/provenance")
async def provenance(task_id: str, service: TheService, user: TheUser) -> SourceList:
    """Say where each value of a task's answer comes from."""
    return policy_views.source_list(service.records.of(user, task_id))


@router.get("/{task_id}/report")
async def report(task_id: str, service: TheService, user: TheUser) -> ReportBody:
    """Say what a task's answer rests on, and which parts of its text it does not follow."""
    return await service.history.report(user, task_id)
