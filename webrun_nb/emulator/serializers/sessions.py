"""The wire models and events of sessions, tasks and accounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_never

from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX
from webrun_nb.common.codes import EndReason, SessionPhase, TaskStatus
from webrun_nb.common.local_time import utc
from webrun_nb.emulator.domain import billing
from webrun_nb.emulator.domain.account import OPENING_BALANCE_USD, Account
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import INACTIVITY_TIMEOUT_MS
from webrun_nb.emulator.domain.session import GRACE_PERIOD_MS, Session
from webrun_nb.emulator.domain.task import DownloadedFile, Question, StoredRequest, Task
from webrun_nb.wire.errors import ErrorBody, OpenAiErrorBody, OpenAiErrorFields
from webrun_nb.wire.past_tasks import PastTask, TaskText
from webrun_nb.wire.requests import TaskFields
from webrun_nb.wire.responses import (
    AccountUsage,
    ActiveSockets,
    Breakdown,
    CompletedAnswer,
    Dimensions,
    FailedAnswer,
    File,
    GuardrailAnswer,
    GuardrailData,
    InlineResult,
    ModelUsage,
    NetworkLog,
    NetworkUrl,
    SessionSockets,
    SessionStarted,
    SessionState,
    Streaming,
    TaskAnswer,
    TaskBody,
    TaskCompleted,
    TaskData,
    TaskFailed,
    TaskGuardrail,
    TaskPending,
    TaskStillPending,
    Truncated,
    Usage,
)
from webrun_nb.wire.vocabulary import OLDER_NAMES

MESSAGE = "message"
DISCONNECTED = "instance:disconnected"
RECONNECTED = "instance:reconnected"
END_SESSION = "end_session"
"""The names of the events (section 10)."""
GUARDRAIL_TRIGGER = "guardrail_trigger"
"""The type of the message with a question."""


def _usd(amount: Decimal) -> float:
    return float(amount.quantize(billing.MICRO_USD))


def usage(bill: billing.Usage) -> Usage:
    """Return a bill."""
    return Usage(
        prompt_tokens=bill.prompt_tokens,
        completion_tokens=bill.completion_tokens,
        total_tokens=bill.prompt_tokens + bill.completion_tokens,
        completion_time=round(bill.running_ms / 1000, 3),
        cost=float(bill.cost_usd),
        emulated=True,
        breakdown=Breakdown(
            compute=_usd(bill.compute_usd),
            idle=_usd(bill.idle_usd),
            tokens=_usd(bill.tokens_usd),
            proxy=_usd(bill.proxy_usd),
        ),
        tokens_estimated=bill.are_tokens_estimated,
        model=None if bill.model is None else _model_usage(bill.model),
    )


def _model_usage(use: billing.ModelUse) -> ModelUsage:
    return ModelUsage(requests=use.requests, cost=None if use.cost_usd is None else _usd(use.cost_usd))


def streaming(web_view_url: str | None) -> Streaming:
    """Return the addresses of the live view; there is no WHEP (docs/deviations.md)."""
    return Streaming(
        web_rtc_url=None,
        web_view_url=web_view_url,
        dimensions=Dimensions(width=VIEW_WIDTH_PX, height=VIEW_HEIGHT_PX),
    )


def session_started(
    session: Session, task: Task | None, base_url: str, web_view_url: str | None, balance_usd: Decimal | None
) -> SessionStarted:
    """Return the answer of start-session.

    A balance that never runs out (None) is a number there, too: that of a new account.
    """
    fields: dict[str, Any] = {"task_id": task.id} if task else {}
    return SessionStarted(
        session_id=session.id,
        socket_url=base_url,
        streaming=streaming(web_view_url),
        initial_prompt=task.order.instruction if task else "",
        expires_in=INACTIVITY_TIMEOUT_MS,
        balance=_usd(OPENING_BALANCE_USD if balance_usd is None else balance_usd),
        **fields,
    )


def session_state(session: Session, clock: Clock, web_view_url: str | None) -> SessionState:
    """Return the answer of session-status."""
    return SessionState(
        session_id=session.id,
        status=session.status,
        phase=session.phase,
        current_task_id=session.current.id if session.current else None,
        queued_task_ids=[task.id for task in session.queued],
        created_at=round(session.created_ms),
        last_activity_at=round(session.last_activity_ms),
        expires_at=None if session.expires_ms is None else round(session.expires_ms),
        inactivity_timeout=INACTIVITY_TIMEOUT_MS,
        reason=session.reason,
        environment_id=session.environment_id,
        policy_id=session.policy_id,
        proxy=dict(session.proxy) if session.proxy else None,
        reach_out_mode=session.reach_out_mode,
        note=session.note,
        usage=usage(session.usage()),
        streaming=streaming(web_view_url),
        now=round(clock.now()),
        clock_running=clock.running,
    )


def task_body(session: Session, task: Task) -> TaskBody:
    """Return the answer of polling: the status of a task (section 4)."""
    bill = usage(session.task_usage(task))
    match task.status:
        case TaskStatus.COMPLETE:
            data = task_data(task)
            return TaskCompleted(
                session_id=session.id,
                task_id=task.id,
                data=data,
                usage=bill,
                completed_at=utc(task.ended_ms or 0),
                result=InlineResult(data=data, usage=bill),
            )
        case TaskStatus.FAILED:
            failure = task.failure
            assert failure is not None, "a failed task says why"
            return TaskFailed(
                session_id=session.id,
                task_id=task.id,
                error=failure.message,
                message=failure.message,
                code=failure.code,
                details=dict(failure.details) or None,
                usage=bill,
            )
        case TaskStatus.GUARDRAIL:
            assert task.question is not None, "a task that waits for a person has a question"
            return TaskGuardrail(session_id=session.id, task_id=task.id, data=guardrail(task.question), usage=bill)
        case TaskStatus.QUEUED | TaskStatus.RUNNING | TaskStatus.PAUSED:
            return TaskPending(session_id=session.id, task_id=task.id, status=task.status, usage=bill)
        case _:
            assert_never(task.status)


def task_answer(session: Session, task: Task, base_url: str) -> TaskAnswer:
    """Return the answer of run-task and newTask: the status of a task, and where to poll it from now on."""
    poll_url = f"{base_url}/task/{session.id}/{task.id}"
    body = task_body(session, task)
    match body:
        case TaskCompleted():
            return CompletedAnswer(**dict(body), poll_url=poll_url)
        case TaskGuardrail():
            return GuardrailAnswer(**dict(body), poll_url=poll_url, message=body.data.value)
        case TaskFailed():
            return FailedAnswer(**dict(body), poll_url=poll_url)
        case _:
            return TaskStillPending(session_id=session.id, task_id=task.id, poll_url=poll_url)


def guardrail(question: Question) -> GuardrailData:
    """Return the question of a guardrail. The emulator adds the kind and the candidates."""
    return GuardrailData(value=question.text, kind=question.kind, candidates=list(question.candidates))


def downloaded_file(file: DownloadedFile) -> File:
    """Return a file that a task downloaded."""
    return File(source=file.source, download_url=file.url, filename=file.name, timestamp=round(file.at_ms))


def task_data(task: Task) -> TaskData:
    """Return a completed task's answer."""
    urls = [NetworkUrl(url=url, timestamp=round(at_ms)) for url, at_ms in task.network]
    log = NetworkLog(id=f"{task.id}-network", task_id=task.id, urls=urls)
    assert task.answer is not None, "a completed task has an answer"
    cut = task.answer.truncation
    return TaskData(
        message=task.answer.message,
        truncated=None if cut is None else Truncated(returned=cut.returned, of=cut.of),
        records=None if task.answer.records is None else [dict(record) for record in task.answer.records],
        files=[downloaded_file(file) for file in task.downloads],
        network=[log],
    )


def task_request(session: Session, task: Task) -> dict[str, Any]:
    """Return a task's request as it is stored, secrets masked: the fields that `PastTask` has, too."""
    fields: TaskFields = task.order.fields
    request = fields.model_dump(mode="json", by_alias=True, include=set(PastTask.model_fields))
    masked: dict[str, Any] = session.vault.redactor.redact(request)
    return masked


def task_text(request: StoredRequest) -> TaskText:
    """Return the text of a task."""
    return TaskText.model_validate(_stored_fields(request))


def past_task(request: StoredRequest, body: TaskBody) -> PastTask:
    """Return the request and the status of a task."""
    return PastTask.model_validate({**_stored_fields(request), "task": body})


def _stored_fields(request: StoredRequest) -> dict[str, Any]:
    """Return the request of a task under its wire names, with its ids and its time."""
    ids = {"sessionId": request.session_id, "taskId": request.task_id, "createdAt": round(request.created_ms)}
    named = {OLDER_NAMES.get(name, name): value for name, value in request.request.items()}  # of earlier versions
    return {**named, **ids}


def account(account_: Account, spent_usd: Decimal) -> AccountUsage:
    """Return the answer of account/usage."""
    balance_usd = account_.balance_usd(spent_usd)
    limit_usd = account_.spending_limit_usd
    return AccountUsage(
        balance=None if balance_usd is None else _usd(balance_usd),
        current_period_spend=_usd(spent_usd),
        spending_limit=None if limit_usd is None else _usd(limit_usd),
        remaining=None if limit_usd is None else _usd(max(Decimal(0), limit_usd - spent_usd)),
    )


def active_sockets(by_session: Mapping[str, int]) -> ActiveSockets:
    """Return the answer of active-sockets: sessions that have listeners."""
    listening = [
        SessionSockets(session_id=session_id, sockets=count) for session_id, count in by_session.items() if count
    ]
    return ActiveSockets(active_sockets=sum(each.sockets for each in listening), sessions=listening)


def error(code: str, message: str, details: Mapping[str, Any]) -> ErrorBody:
    """Return an error's body."""
    return ErrorBody(message=message, error=message, code=code, details=dict(details) or None)


_OPENAI_ERROR_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}
"""The types of OpenAI's errors, by HTTP status; for others below 500 `invalid_request_error`, else `server_error`."""


def openai_error(status: int, code: str, message: str) -> OpenAiErrorBody:
    """Return an error's body under `/v1` (section 11)."""
    kind = _OPENAI_ERROR_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return OpenAiErrorBody(error=OpenAiErrorFields(message=message, type=kind, code=code))


# --- events (section 10) ----------------------------------------------------------------------------------------------


def agent_event(session: Session, task: Task, content: str) -> dict[str, Any]:
    """Return the event of an agent's message, with the task's cost so far."""
    return {"type": "agent", **_of(task), "content": content, "usage": usage(session.task_usage(task)).to_wire()}


def notice_event(content: str) -> dict[str, Any]:
    """Return the event of a notice about the session, without a task."""
    return {"type": "agent", "content": content}


def action_event(
    session: Session, task: Task | None, data: Mapping[str, Any], step: int | None = None
) -> dict[str, Any]:
    """Return the event of an action, with the number of its recorded step and the task's cost so far.

    Without a task, it has the session's cost.
    """
    bill = session.usage() if task is None else session.task_usage(task)
    numbered = {} if task is None or step is None else {"step": step}
    return {"type": "action", **_of(task), **numbered, "data": dict(data), "usage": usage(bill).to_wire()}


def control_event(session: Session, *, taken: bool) -> dict[str, Any]:
    """Return the event of a person who takes or releases control."""
    return action_event(
        session, session.current, {"name": "takeOverControl" if taken else "releaseControl", "by": "user"}
    )


def view_state(session: Session) -> dict[str, Any]:
    """Return the note for viewers with the state of the session, and who is in control (section 12, view)."""
    driver = None if session.phase is None else "user" if session.phase is SessionPhase.MANUAL else "agent"
    question = session.current.question if session.phase is SessionPhase.GUARDRAIL and session.current else None
    about = {} if question is None or question.box is None else {"about": dict(question.box)}
    return {
        "type": "state",
        "status": session.status,
        "phase": session.phase,
        "driver": driver,
        "ended": session.ended,
        **about,
    }


def status_event(task: Task) -> dict[str, Any]:
    """Return the event with a line of status, for people: the task has started."""
    return {"type": "response_update", "taskId": task.id, "data": {"message": "Starting, browsing now"}}


def task_ended_event(session: Session, task: Task) -> dict[str, Any]:
    """Return the event of a task's end, `task_completed` or `error`, with all that a poll of the task says."""
    body = task_body(session, task)
    whole = body.to_wire()
    return {**whole, "type": "error", "details": body.details or {}} if isinstance(body, TaskFailed) else whole


def refused_command_event(code: str, message: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of a command that was refused, for the socket that sent it."""
    return {**error_event(code, message), "details": dict(details), "command": True}


def error_event(code: str, message: str) -> dict[str, Any]:
    """Return the event of an error that belongs to no task."""
    return {"type": "error", "error": message, "code": code}


def guardrail_event(task: Task, question: Question) -> dict[str, Any]:
    """Return the event of a task that waits for a person."""
    return {"type": GUARDRAIL_TRIGGER, "taskId": task.id, "data": guardrail(question).to_wire()}


def disconnected_event() -> dict[str, Any]:
    """Return the event of a lost browser, which may come back."""
    return {
        "type": DISCONNECTED,
        "gracePeriod": GRACE_PERIOD_MS,
        "message": "The browser was lost; trying to bring it back",
    }


def reconnected_event() -> dict[str, Any]:
    """Return the event of a browser that is back."""
    return {"type": RECONNECTED, "message": "The browser is back"}


def end_session_event(session: Session, reason: EndReason) -> dict[str, Any]:
    """Return the event of a session's end, with its cost."""
    message = _ENDINGS[reason]
    return {"type": END_SESSION, "reason": reason, "message": message, "usage": usage(session.usage()).to_wire()}


def _of(task: Task | None) -> dict[str, Any]:
    return {"taskId": task.id} if task else {}


_ENDINGS: Mapping[EndReason, str] = {
    EndReason.COMPLETED: "The session completed",
    EndReason.TERMINATE_ON_COMPLETION: "The session ended with its last task",
    EndReason.TERMINATED: "The session was terminated",
    EndReason.EXPIRED: "The session ended after 5 minutes without activity",
    EndReason.FAILED: "The session failed",
    EndReason.BALANCE: "The balance has run out",
    EndReason.INSTANCE_LOST: "The browser was lost and did not come back",
}
