"""Identifies processes across restarts: a token names one process, never a later one with the same pid."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def process_token(pid: int) -> str:
    """Return the token of a running process: its pid and, on Linux, the time at which it began."""
    stat = _linux_stat(pid)
    return str(pid) if stat is None else f"{pid}@{stat[19]}"


def is_alive(token: str) -> bool:
    """Tell whether the process of a token still runs. On Windows that is only known of this process: else False."""
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
    """Return the fields of `/proc/PID/stat` from the third (the state) on; None where there is no such file."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
