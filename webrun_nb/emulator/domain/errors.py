"""The errors of commands, with the codes of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webrun_nb.common.codes import EndReason, ErrorCode, SessionStatus

INACTIVITY_TIMEOUT_MS = 300_000
"""The time without activity after which a session ends (section 3)."""


class CommandRefusedError(Exception):
    """A command is refused; nothing has changed.

    Parameters
    ----------
    code : ErrorCode
        The contract's section 2; it determines the HTTP status.
    message : str
        One line for people.
    details : mapping, optional
        Plain JSON values.
    """

    def __init__(self, code: ErrorCode, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, Any] = details


def ended_error(session_id: str, status: SessionStatus, reason: EndReason | None) -> CommandRefusedError:
    """Return the error for a command to a session that has ended: `SESSION_EXPIRED` or `SESSION_NOT_FOUND`."""
    details = {"status": status, "reason": reason}
    if reason is EndReason.EXPIRED:
        message = f"session {session_id} expired after {INACTIVITY_TIMEOUT_MS // 1000} seconds of inactivity"
        return CommandRefusedError(ErrorCode.SESSION_EXPIRED, message, **details)
    return CommandRefusedError(ErrorCode.SESSION_NOT_FOUND, f"session {session_id} has ended ({status})", **details)


class InvalidTransitionError(Exception):
    """A state machine was given an event that its state has no transition for: a defect of ours."""
