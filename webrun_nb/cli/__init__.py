"""`webrun-nb`: each subcommand in a module of its own, imported when it is called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

_COMMANDS = {
    "demo": "run the quickstart's task here in the terminal, or a task of your own on any page",
    "lab": "open the quickstart notebook in JupyterLab",
    "emulator": "run the emulator of the service",
    "doctor": "check everything that is needed, and say how to mend what is missing",
    "install-browser": "find or install a browser; asks nothing",
    "bench": "measure, beside raw Playwright where that can do the same",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Returns
    -------
    int
        The exit code: 0 only if it worked, 2 for a wrong command line.
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
