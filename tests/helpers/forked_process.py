"""Emulators as forks of a process that has imported them: their imports take seconds of CPU, a fork milliseconds.

This module imports nothing that takes time: each fork imports it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from webrun_nb.cli import main

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["__main__", "webrun_nb.emulator.server", "webrun_nb.agents.local.agent", "webrun_nb.agents.recording.replay"]
)


class ForkedProcess:
    """A `webrun-nb` command in a fork of the process that has imported the emulator.

    It has the methods of `subprocess.Popen` that the tests use.

    Parameters
    ----------
    arguments : sequence of str
        The words after `webrun-nb`.
    environment : mapping of str to str
        Its whole environment.
    errors : Path
        The file that gets what it writes to standard error.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], errors: Path) -> None:
        stdin, to_stdin = _FORKS.Pipe(duplex=False)
        from_stdout, stdout = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(
            target=_run, args=(list(arguments), dict(environment), stdin, stdout, errors), daemon=True
        )
        self._process.start()
        stdin.close()
        stdout.close()
        assert self._process.pid is not None
        self.pid = self._process.pid
        self.stdin = os.fdopen(os.dup(to_stdin.fileno()), "w", encoding="utf-8")
        self.stdout = os.fdopen(os.dup(from_stdout.fileno()), encoding="utf-8")
        to_stdin.close()
        from_stdout.close()

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; return the exit status."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


def _run(
    arguments: list[str], environment: dict[str, str], stdin: Connection, stdout: Connection, errors: Path
) -> None:
    """Run a command with these standard streams."""
    os.dup2(stdin.fileno(), 0)
    os.dup2(stdout.fileno(), 1)
    stdin.close()
    stdout.close()
    with errors.open("wb") as file:
        os.dup2(file.fileno(), 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(arguments))
