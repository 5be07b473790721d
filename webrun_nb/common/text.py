"""Text of others in a line of ours: on one line, without signs that a terminal or a reader takes for something else."""

from __future__ import annotations


def shortened(text: str, limit: int) -> str:
    r"""Return a text on one line, at most `limit` characters long, without control and direction characters.

    >>> shortened("a  long\nline", 8)
    'a long …'
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
