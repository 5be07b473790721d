"""`/start/…`: sessions (contract, section 3)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.http.dependencies import BaseUrl, TheService, TheUser, TheUserIfAny
from webrun_nb.emulator.serializers import sessions as views
from webrun_nb.emulator.services.sessions import Service
from webrun_nb.wire.requests import AnswerGuardrail, ChangeState, Interact, NewTask, RunTask, SendMessage, StartSession
from webrun_nb.wire.responses import (
    Acknowledged,
    SessionList,
    SessionStarted,
    SessionState,
    TaskCompleted,
    TaskFailed,
    TaskGuardrail,
    TaskPending,
    TaskStillPending,
)

router = APIRouter()

Answer = TaskCompleted | TaskGuardrail | TaskFailed | TaskStillPending | TaskPending


@router.post("/start/start-session")
async def start_session(body: StartSession, service: TheService, user: TheUser, base_url: BaseUrl) -> SessionStarted:
    """Open a session; answers at once."""
    session, task = await service.start_session(user, body)
    return views.session_started(session, task, base_url, service.balance_usd(user))


@router.post("/start/run-task")
async def run_task(body: RunTask, service: TheService, user: TheUser, base_url: BaseUrl) -> Answer:
    """Open a session for one task, and wait for it up to 50 s."""
    return await _answer(service, *await service.run_task(user, body), base_url)


@router.post("/start/send-message")
async def send_message(
    body: SendMessage, service: TheService, user: TheUser, base_url: BaseUrl
) -> Answer | Acknowledged:
    """Say something to a session."""
    message = body.message
    await service.history.admit_command(user, body.session_id)
    match message:
        case NewTask():
            return await _answer(service, *await service.new_task(user, body.session_id, message), base_url)
        case ChangeState():
            service.change_state(user, body.session_id, message)
        case AnswerGuardrail():
            service.answer_guardrail(user, body.session_id, message)
        case Interact():
            service.interact(user, body.session_id, message)
    return Acknowledged()


@router.get("/start/session-status/{session_id}")
async def session_status(session_id: str, service: TheService, user: TheUser) -> SessionState:
    """Tell how a session is, ended ones too."""
    return await service.history.session_state(user, session_id)


@router.get("/start/sessions")
async def sessions(service: TheService, user: TheUser) -> SessionList:
    """List the caller's sessions, newest first (section 12)."""
    return SessionList(sessions=await service.history.sessions(user))


async def _answer(service: Service, session: Session, task: Task, base_url: str) -> Answer:
    if await service.settled(task):
        return views.task_body(session, task)
    return views.still_pending(session, task, base_url)


@router.get("/task/{session_id}/{task_id}")
async def task(
    session_id: str, task_id: str, service: TheService, user: TheUserIfAny
) -> TaskCompleted | TaskGuardrail | TaskFailed | TaskPending | TaskStillPending:
    """Tell how a task is; its result outlives its session."""
    return await service.history.task_body(session_id, task_id, user)
