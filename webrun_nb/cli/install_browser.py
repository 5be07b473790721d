"""`webrun-nb install-browser`."""

from __future__ import annotations

import argparse
from functools import partial

from webrun_nb.cli.output import complain, pip_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: there are none, it asks nothing."""


def run(options: argparse.Namespace) -> int:
    """See to it that a browser starts on this machine, libraries of the system included."""
    try:
        from webrun_nb.browsers.install import install_browser
        from webrun_nb.browsers.protocol import InstanceUnavailableError
    except ModuleNotFoundError as error:
        complain("install-browser", f"{error.name} is not installed; run: {pip_line('webrun-nb[emulator]')}")
        return 1
    try:
        install_browser(partial(print, flush=True))
    except InstanceUnavailableError as error:
        complain("install-browser", error.message)
        return 1
    return 0
