"""Reads what a server says of a session: the answer to its start, and its state (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from webrun_nb.client.answers.errors import error_text
from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.client.answers.tasks import Usage, read_usage
from webrun_nb.common.codes import SessionPhase, SessionStatus

Word = TypeVar("Word", SessionStatus, SessionPhase)


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A session that was opened."""

    session_id: str
    socket_url: str | None
    """None where the server names none: then there are no live events."""
    task_id: str | None
    """The id of the task that it was opened with; None where the server names none."""
    web_view_url: str | None = None
    """The address of a page with the live view."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """The state of a session. What the server does not say is None; `said` tells that from a null.

    Times are unix ms of the server's clock.
    """

    session_id: str
    status: SessionStatus | None = None
    """None for a status that the contract does not have: `own_word` is the server's."""
    own_word: str = ""
    """The server's word for a status or a phase that the contract does not have."""
    phase: SessionPhase | None = None
    current_task_id: str | None = None
    queued_task_ids: tuple[str, ...] = ()
    created_at_ms: int | None = None
    last_activity_at_ms: int | None = None
    expires_at_ms: int | None = None
    inactivity_timeout_ms: int | None = None
    reason: str | None = None
    """The reason for its end, as the server wrote it."""
    note: str | None = None
    proxied: bool = False
    usage: Usage | None = None
    now_ms: int | None = None
    clock_running: bool = True
    said: frozenset[str] = frozenset()
    """The names of the fields that the server sent, nulls included."""


def read_started(fields: Fields) -> SessionStarted:
    """Read the answer to start-session.

    Raises
    ------
    UnreadableAnswerError
        It names no session: it could be neither used nor ended.
    """
    session_id = fields.text("sessionId")
    if session_id is None:
        raise UnreadableAnswerError("it names no sessionId")
    return SessionStarted(
        session_id, fields.text("socketURL"), fields.text("taskId"), fields.fields("streaming").text("webViewURL")
    )


def read_session(fields: Fields, session_id: str) -> SessionState:
    """Read the answer to session-status, in which only `status` is documented.

    Raises
    ------
    UnreadableAnswerError
        It has no status.
    """
    told = fields.text("status")
    if told is None:
        raise UnreadableAnswerError("it has no status")
    status = _known(SessionStatus, told)
    phase_told = fields.text("phase") if status is SessionStatus.ACTIVE else None
    phase = _known(SessionPhase, phase_told)
    return SessionState(
        session_id=session_id,
        status=status,
        own_word=told if status is None else phase_told or "" if phase is None else "",
        phase=phase,
        current_task_id=fields.text("currentTaskId"),
        queued_task_ids=tuple(fields.texts("queuedTaskIds")),
        created_at_ms=fields.time_ms("createdAt"),
        last_activity_at_ms=fields.time_ms("lastActivityAt"),
        expires_at_ms=fields.time_ms("expiresAt"),
        inactivity_timeout_ms=fields.count("inactivityTimeout"),
        reason=fields.text("reason"),
        note=fields.text("note") or error_text(fields) or None,
        proxied=bool(fields.mapping("proxy")),
        usage=read_usage(fields.fields("usage")),
        now_ms=fields.time_ms("now"),
        clock_running=fields.flag("clockRunning") is not False,
        said=frozenset(fields.values),
    )


def _known(words: type[Word], told: str | None) -> Word | None:
    """Return the contract's word for a text; None where it has none."""
    return words(told) if told in set(words) else None
