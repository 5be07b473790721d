"""What people are told when a line, a cell or a schema of theirs can't be used."""

from __future__ import annotations

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.text import near

__all__ = ["CommandError", "near"]


class CommandError(WebRunError):
    """Something the user wrote can't be used. Like all of the toolkit's errors it is shown as one line.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    hint : str
        One line: what to write instead; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, code=ToolkitErrorCode.COMMAND, hint=hint)
