"""How the subcommands speak: one line per complaint, and nothing of a page's that steers the terminal."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

_PROGRAM = "webrun-nb"


def complain(command: str, line: str) -> None:
    """Say on stderr, in one line, why a subcommand did not work."""
    print(f"webrun-nb {command}: {printable(' '.join(line.split()))}", file=sys.stderr)


def printable(text: str) -> str:
    """Return text without control characters: what a page says must not move the cursor or set a title."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def pip_line(requirement: str) -> str:
    """Return the command that installs something into the environment this runs in."""
    return f"{sys.executable} -m pip install '{requirement}'"


def called_as() -> str:
    """Return how this program is called from the same shell: an environment need not be on PATH."""
    program = Path(sys.argv[0])
    if program.stem != _PROGRAM:
        return f"{shlex.quote(sys.executable)} -m webrun_nb"
    found = shutil.which(_PROGRAM)
    on_path = found is not None and Path(found).resolve() == program.resolve()
    return _PROGRAM if on_path else shlex.quote(sys.argv[0])
