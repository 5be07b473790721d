"""The errors of commands, with the codes of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webrun_nb.common.codes import ErrorCode


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


class InvalidTransitionError(Exception):
    """A state machine was given an event that its state has no transition for: a defect of ours."""
