"""CPU time and memory of process trees, and waiting until they are idle."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

_NO_BROWSER = ("Playwright driver", "guardian", "emulator", "raw Playwright script")
_MIB = 2**20
_REST_S = 0.25
_LONGEST_UNREST_S = 5.0
_AT_REST_CPU_S = 0.02
"""CPU time that the idle timers of a browser may take in `_REST_S`: two of Linux's clock ticks."""


def cpu_s(root_pid: int) -> float:
    """Return user and system time of a process and all its descendants, s.

    Descendants that have ended are in it: each process's own count holds the children it has reaped.
    """
    total_s = 0.0
    for process in _tree(root_pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            times = process.cpu_times()
            total_s += times.user + times.system + times.children_user + times.children_system
    return total_s


def names(root_pid: int) -> list[str]:
    """Return the names of the processes of a tree, with how many there are of each."""
    return _counted(role for _, role in _roles(root_pid))


def browsers(root_pid: int) -> frozenset[int]:
    """Return the pids of all browsers' processes in a tree: main ones, renderers, zygotes, utilities."""
    return frozenset(pid for pid, role in _roles(root_pid) if role not in _NO_BROWSER)


def pids_of(root_pid: int, role: str) -> list[int]:
    """Return the pids of a tree's processes of one role, as `names` has them."""
    return [pid for pid, found in _roles(root_pid) if found == role]


def main_browsers(root_pid: int) -> list[int]:
    """Return the pids of the main processes of a tree's browsers: Playwright talks to them over a pipe."""
    return [process.pid for process in _tree(root_pid) if "--remote-debugging-pipe" in _command(process)]


def open_files(pids: Iterable[int]) -> int:
    """Return the number of files and sockets that processes have open."""
    return sum(psutil.Process(pid).num_fds() for pid in pids)


def pss_mib(pids: Iterable[int]) -> float:
    """Return the memory of processes, MiB, as PSS: each shared page counts once in all."""
    total = 0
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += psutil.Process(pid).memory_full_info().pss
    return total / _MIB


def uncounted_mib(root_pid: int) -> dict[str, float]:
    """Return the PSS of a tree's processes that are no browsers, MiB by name: driver, emulator or script, guardian."""
    return {role: pss_mib([pid]) for pid, role in _roles(root_pid) if role in _NO_BROWSER}


def browser_names(root_pid: int) -> list[str]:
    """Return the names of the processes that `browsers` returns, with how many there are of each."""
    return _counted(role for _, role in _roles(root_pid) if role not in _NO_BROWSER)


async def until_at_rest(*root_pids: int) -> None:
    """Wait until these process trees are idle, so that work left over from one round is in no other's time.

    Gives up after a few seconds: a machine that never rests can still be measured.
    """
    deadline = time.monotonic() + _LONGEST_UNREST_S
    before_s = sum(map(cpu_s, root_pids))
    while time.monotonic() < deadline:
        await asyncio.sleep(_REST_S)
        now_s = sum(map(cpu_s, root_pids))
        if now_s - before_s <= _AT_REST_CPU_S:
            return
        before_s = now_s


def _tree(root_pid: int) -> Iterator[psutil.Process]:
    try:
        root = psutil.Process(root_pid)
        yield root
        yield from root.children(recursive=True)
    except psutil.NoSuchProcess:
        return


def _roles(root_pid: int) -> list[tuple[int, str]]:
    """Return pid and role of each process of a tree."""
    roles = []
    for process in _tree(root_pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            roles.append((process.pid, _role(process)))
    return roles


def _command(process: psutil.Process) -> list[str]:
    try:
        command: list[str] = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
    return [] if any(word.startswith("--type=") for word in command) else command


def _counted(roles: Iterable[str]) -> list[str]:
    return [name if count == 1 else f"{name} ×{count}" for name, count in Counter(roles).items()]


def _role(process: psutil.Process) -> str:
    """Return the role of a process, from its command line: the system's own names are cut short."""
    command = process.cmdline()
    words = frozenset(command)
    if "run-driver" in words:
        return "Playwright driver"
    if any(word.endswith("guardian.py") for word in words):
        return "guardian"
    if {"webrun_nb", "emulator"} <= words:
        return "emulator"
    if "webrun_nb.bench.harness.raw_playwright" in words:
        return "raw Playwright script"
    program = Path(command[0]).name if command else process.name()
    kind = next((word.removeprefix("--type=") for word in command if word.startswith("--type=")), None)
    return f"{program} {kind}" if kind else program
