"""Process groups of browsers: finding, signalling and killing them, waiting for their exit, and the guardian's pipe."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

logger = logging.getLogger(__name__)

_GUARDIAN_FILE = Path(__file__).with_name("guardian.py")
_POLL_S = 0.5


class Guardian:
    """Our end of the guardian's pipe (see `guardian.py`)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(_GUARDIAN_FILE), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a signal to our process group must not reach it
            bufsize=0,
        )

    def watch_process(self, pid: int) -> None:
        """Have a process killed if it outlives this one."""
        self._tell(f"pid {pid}")

    def watch_group(self, group: int) -> None:
        """Have a process group killed if it outlives this process."""
        self._tell(f"group {group}")

    def watch_folder(self, folder: Path) -> None:
        """Have a folder removed if it outlives this process."""
        # Names may hold any byte but the one that ends a line here; such a folder is left to the system's own cleaning.
        if "\n" not in str(folder):
            self._tell(f"folder {folder}")

    def forget(self, number: int) -> None:
        """Stop watching a process or group, because it has ended."""
        self._tell(f"forget {number}")

    def close(self) -> None:
        """Close the pipe and wait until it has gone.

        With everything forgotten it goes as soon as the folders are removed; else it ends what is left first.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(os.fsencode(line) + b"\n")
        except BrokenPipeError:
            logger.warning("the browsers' guardian is gone; a killed emulator may leave browsers behind")


def drivers() -> set[int]:
    """Return the pids of the Playwright drivers among this process's children."""
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if "run-driver" in child.cmdline():
                found.add(child.pid)
    return found


def browser_group(driver_pid: int, marker: str) -> int | None:
    """Return the process group of the driver's browser that has `marker` among its arguments.

    Playwright starts each browser as the leader of a group of its own.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(driver_pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if marker in child.cmdline():
                    return child.pid
    return None


def browser_groups(driver_pid: int) -> list[int]:
    """Return the process groups of all browsers of a driver, those it is launching included."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(driver_pid).children()]
    return []


def kill_group(group: int) -> None:
    """Send SIGKILL to a browser's process group, stopped processes too; no error where it is gone."""
    signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> None:
    """Send a signal to a browser's process group; no error where it is gone."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(group, number)


def kill_process(pid: int) -> None:
    """Send SIGKILL to one process; no error where it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def wait_for_exit(pid: int) -> None:
    """Wait until a process has ended, without reaping it (another part of the program does)."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # not Linux, or an old kernel
        with contextlib.suppress(psutil.NoSuchProcess):
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(_POLL_S)
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def call_on_exit(pid: int, call: Callable[[], None]) -> asyncio.Task[None]:
    """Call once a process has ended; cancel the task to call it off."""

    async def wait() -> None:
        await wait_for_exit(pid)
        call()

    return asyncio.create_task(wait(), name=f"until process {pid} is gone")
