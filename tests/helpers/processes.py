"""Processes that are still alive, for tests that nothing is left running."""

from __future__ import annotations

import time

import psutil


def living(found: list[psutil.Process], within_s: float = 60) -> list[psutil.Process]:
    """Wait until all have ended, and return those that are still alive after `within_s`; a zombie is not alive.

    The limit is much longer than the 3 s in which processes have to end: on a busy machine even the signal comes late.
    """
    deadline = time.monotonic() + within_s
    while alive := [each for each in found if is_alive(each)]:
        if time.monotonic() > deadline:
            break
        psutil.wait_procs(alive, timeout=0.05)
    return alive


def is_alive(process: psutil.Process) -> bool:
    """Return whether a process runs (or is stopped)."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    head = psutil.Process(pid)
    return [head, *head.children(recursive=True)]
