"""The command line `webrun-nb`. Each subcommand is a module that is imported when it is called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

_COMMANDS = {
    "demo": "run the quickstart's task in the terminal, or your own task on any page",
    "lab": "open the quickstart notebook in JupyterLab",
    "emulator": "run the emulator of the service",
    "doctor": "check everything that is needed, and explain how to fix what is missing",
    "install-browser": "find or install a browser, without asking questions",
    "bench": "run measurements, compared with raw Playwright where it can do the same",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name; `sys.argv[1:]` by default.

    Returns
    -------
    int
        The exit code: 0 on success, 2 for a wrong command line, 130 after an interrupt, else 1.
    """
    parser = argparse.ArgumentParser(
        prog="webrun-nb", description="Browser sessions for AI agents, from a notebook cell to a DataFrame."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, summary in _COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name in given[:1]:
            module = import_module(f"webrun_nb.cli.{name.replace('-', '_')}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    options, unknown = parser.parse_known_args(given)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{getattr(options, 'unknown_hint', '')}")
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except KeyboardInterrupt:
        return 130
