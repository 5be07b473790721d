"""`/_emulator/tasks/…`: what is recorded of a task (contract, section 12)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator import policy_views
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.wire.past_tasks import PastTask, TaskTextList
from webrun_nb.wire.policies import ReportBody, SourceList, StepList

router = APIRouter(prefix="/_emulator/tasks")


@router.get("")
async def tasks(service: TheService, user: TheUser) -> TaskTextList:
    """List what the caller's tasks were told, newest first."""
    return await service.history.past_tasks(user)


@router.get("/{task_id}")
async def task(task_id: str, service: TheService, user: TheUser) -> PastTask:
    """Tell what a task was told, and its answer."""
    return await service.history.past_task(user, task_id)


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
