"""The errors a command can meet; the wire's codes, without its HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webrun_nb.common.codes import ErrorCode


class CommandRefusedError(Exception):
    """A command can't be carried out; nothing has changed.

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


class InvalidTransitionError(Exception):
    """A state machine was asked for a move that its table doesn't have: a defect of ours, never of a user."""
