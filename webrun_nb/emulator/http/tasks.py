"""`/task/…`: polling (contract, section 4)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.http.context import TheService, TheUserIfAny
from webrun_nb.wire.responses import TaskCompleted, TaskFailed, TaskGuardrail, TaskPending, TaskStillPending

router = APIRouter()


@router.get("/task/{session_id}/{task_id}")
async def task(
    session_id: str, task_id: str, service: TheService, user: TheUserIfAny
) -> TaskCompleted | TaskGuardrail | TaskFailed | TaskPending | TaskStillPending:
    """Tell how a task is; its result outlives its session."""
    return await service.history.task_body(session_id, task_id, user)
