"""Servers of applications: processes of their own that answer on a port of 127.0.0.1."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from webrun_nb.bench.harness.jupyter_server import wait_until_up
from webrun_nb.bench.results import BenchError, NotAvailableError
from webrun_nb.config import child_environment


class Server:
    """The process of an application's server.

    Parameters
    ----------
    module : str
        The Python module to run (`python -m`).
    arguments : sequence of str
    url : str
        An address that answers once it is up.
    log : Path
        The file for what it prints.

    Raises
    ------
    BenchError
        It does not start.
    """

    def __init__(self, module: str, arguments: Sequence[str], url: str, log: Path) -> None:
        with log.open("wb") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=child_environment(),
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_up(self._process, url, log)
        except RuntimeError as error:
            raise BenchError(f"{module} does not start: {str(error).splitlines()[-1]}") from error

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def installed(package: str) -> None:
    """Check that a package of the extra `bench` is there.

    Raises
    ------
    NotAvailableError
        It is not.
    """
    if importlib.util.find_spec(package) is None:
        raise NotAvailableError(f"{package} is not installed; run: pip install 'webrun-nb[bench]'")
