"""The subcommand `webrun-nb install-browser`: finds or installs a browser, including its system libraries."""

from __future__ import annotations

import argparse
from functools import partial

from webrun_nb.cli.output import pip_command, print_error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser: it has none."""


def run(options: argparse.Namespace) -> int:
    """Install a browser and its system libraries unless one starts already.

    Returns
    -------
    int
        0 if a browser is ready, else 1.
    """
    try:
        from webrun_nb.browsers.install import install_browser
        from webrun_nb.browsers.protocol import InstanceUnavailableError
    except ModuleNotFoundError as error:
        print_error("install-browser", f"{error.name} is not installed; run: {pip_command('webrun-nb[emulator]')}")
        return 1
    try:
        install_browser(partial(print, flush=True))
    except InstanceUnavailableError as error:
        print_error("install-browser", error.message)
        return 1
    return 0
