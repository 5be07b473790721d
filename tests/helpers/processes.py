"""Processes that are still alive, for tests that nothing is left running."""

from __future__ import annotations

import time

import psutil


def living(found: list[psutil.Process], within_s: float = 60) -> list[psutil.Process]:
    """Wait until all have ended, and return those that still live after `within_s`; a zombie does not count as living.

    What is to end within 3 s is given longer: on a busy machine it isn't even told so soon.
    """
    deadline = time.monotonic() + within_s
    while alive := [each for each in found if is_alive(each)]:
        if time.monotonic() > deadline:
            break
        psutil.wait_procs(alive, timeout=0.05)
    return alive


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs (or is stopped)."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    head = psutil.Process(pid)
    return [head, *head.children(recursive=True)]
