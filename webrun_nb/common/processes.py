"""Tokens that identify a process, and never a later one with the same process id."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def process_token(pid: int) -> str:
    """Return the token of a running process: its id and, on Linux, its start time."""
    stat = _linux_stat(pid)
    return str(pid) if stat is None else f"{pid}@{stat[19]}"


def is_alive(token: str) -> bool:
    """Return whether the process of a token is still running; on Windows, False for every other process."""
    pid = int(token.partition("@")[0])
    if os.name == "nt":
        return pid == os.getpid()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    stat = _linux_stat(pid)
    return stat is None or (stat[0] != "Z" and process_token(pid) == token)


def _linux_stat(pid: int) -> Sequence[str] | None:
    """Return the fields of `/proc/PID/stat` from the third (the state) on; None if there is no such file."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
