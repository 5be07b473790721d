"""What people are told when a line, a cell or a schema of theirs can't be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from webrun_nb.client.errors import WebRunError


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
        super().__init__(message, code="COMMAND", hint=hint)


def near(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be, or None."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
