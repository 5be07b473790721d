"""Endpoints of sessions and tasks (contract, sections 3 and 4)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.http.dependencies import (
    BaseUrl,
    TheAccounts,
    TheEvents,
    TheHistory,
    TheSessions,
    TheUser,
    TheUserIfAny,
    TheViewLinks,
)
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.session_events import SessionEvents
from webrun_nb.wire.requests import (
    AnswerGuardrail,
    ChangeState,
    Interact,
    NewTask,
    RunTask,
    SendMessage,
    StartSession,
    is_termination,
)
from webrun_nb.wire.responses import (
    Acknowledged,
    SessionList,
    SessionStarted,
    SessionState,
    TaskAnswer,
    TaskCompleted,
    TaskFailed,
    TaskGuardrail,
    TaskPending,
)

router = APIRouter()


@router.post("/start/start-session")
async def start_session(
    body: StartSession,
    sessions: TheSessions,
    accounts: TheAccounts,
    links: TheViewLinks,
    user: TheUser,
    base_url: BaseUrl,
) -> SessionStarted:
    """Open a session; answers at once, without waiting for its browser."""
    session, task = await sessions.start_session(user, body)
    view_url = links.url(session, base_url)
    return serialize.session_started(session, task, base_url, view_url, accounts.balance_usd(user))


@router.post("/start/run-task")
async def run_task(
    body: RunTask, sessions: TheSessions, events: TheEvents, user: TheUser, base_url: BaseUrl
) -> TaskAnswer:
    """Open a session for one task, and wait for it up to 50 s."""
    return await _answer(events, *await sessions.run_task(user, body), base_url)


@router.post("/start/send-message")
async def send_message(
    body: SendMessage,
    sessions: TheSessions,
    events: TheEvents,
    history: TheHistory,
    user: TheUser,
    base_url: BaseUrl,
) -> TaskAnswer | Acknowledged:
    """Send a message to a session."""
    message = body.message
    if not await history.admit_command(user, body.session_id, ends_it=is_termination(message)):
        return Acknowledged()
    match message:
        case NewTask():
            return await _answer(events, *await sessions.new_task(user, body.session_id, message), base_url)
        case ChangeState():
            sessions.change_state(user, body.session_id, message)
        case AnswerGuardrail():
            sessions.answer_guardrail(user, body.session_id, message)
        case Interact():
            sessions.interact(user, body.session_id, message)
    return Acknowledged()


@router.get("/start/session-status/{session_id}")
async def session_status(session_id: str, history: TheHistory, user: TheUser) -> SessionState:
    """Return the status of a session, open or ended."""
    return await history.session_state(user, session_id)


@router.get("/start/sessions")
async def list_sessions(history: TheHistory, user: TheUser) -> SessionList:
    """List the caller's sessions, newest first (section 12)."""
    return SessionList(sessions=await history.sessions(user))


async def _answer(events: SessionEvents, session: Session, task: Task, base_url: str) -> TaskAnswer:
    await events.settled(task)
    return serialize.task_answer(session, task, base_url)


@router.get("/task/{session_id}/{task_id}")
async def task(
    session_id: str, task_id: str, history: TheHistory, user: TheUserIfAny
) -> TaskCompleted | TaskGuardrail | TaskFailed | TaskPending:
    """Return the status of a task; its result outlives its session."""
    return await history.task_body(session_id, task_id, user)
