"""The errors a command can meet; the wire's codes, without its HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CommandRefusedError(Exception):
    """A command can't be carried out; nothing has changed.

    Parameters
    ----------
    code : str
        One of the contract's section 2.
    message : str
        One line for people.
    details : mapping, optional
        Plain JSON values.
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, Any] = details


class IllegalMoveError(Exception):
    """A state machine was asked for a move that its table doesn't have: a defect of ours, never of a user."""
