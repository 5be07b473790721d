"""How the subcommands speak: one line per complaint, and nothing of a page's that steers the terminal."""

from __future__ import annotations

import sys


def complain(command: str, line: str) -> None:
    """Say on stderr, in one line, why a subcommand did not work."""
    print(f"webrun-nb {command}: {printable(' '.join(line.split()))}", file=sys.stderr)


def printable(text: str) -> str:
    """Return text without control characters: what a page says must not move the cursor or set a title."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def pip_line(requirement: str) -> str:
    """Return the command that installs something into the environment this runs in."""
    return f"{sys.executable} -m pip install '{requirement}'"
