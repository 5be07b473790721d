"""The error for a line or a cell that can't be used."""

from __future__ import annotations

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode


class CommandError(WebRunError):
    """A line or a cell that can't be used. Like all of the toolkit's errors it is shown as one line.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    hint : str
        One line: what to write instead; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, code=ToolkitErrorCode.COMMAND, hint=hint)
