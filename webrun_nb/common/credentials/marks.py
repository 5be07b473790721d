"""The marks that stand for secrets in the text that an agent is given: `enter the password "⟦password⟧"`. Pure.

An agent treats a mark as it treats any quoted value: where it proposes to type one, the worker types the secret.
"""

from __future__ import annotations

import re

_OPENING, _CLOSING = "⟦", "⟧"
_MARK = re.compile(rf"{_OPENING}([a-z0-9_]{{1,40}}){_CLOSING}")


def mark_of(name: str) -> str:
    """Return the mark of the session's secret of a name."""
    return f"{_OPENING}{name}{_CLOSING}"


def marked_secret(text: str) -> str | None:
    """Return the name of the secret that a text is the mark of; None where it is anything else.

    >>> marked_secret("⟦password⟧"), marked_secret("the ⟦password⟧")
    ('password', None)
    """
    match = _MARK.fullmatch(text.strip())
    return match[1] if match else None


def has_mark(text: str) -> bool:
    """Return whether there is a mark anywhere in a text."""
    return _MARK.search(text) is not None


def without_marks(text: str) -> str:
    """Return a text of the same length in which nothing is a mark, whoever wrote it."""
    return text.replace(_OPENING, "[").replace(_CLOSING, "]")
