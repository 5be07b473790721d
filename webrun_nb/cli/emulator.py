"""`webrun-nb emulator`."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webrun_nb.common.hosts import HostNameError, domain_of
from webrun_nb.wire.prices import PRICES_2026


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser."""
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0 (default): any free port")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--data-dir", type=Path, help="folder for its database, files and logs (default: one folder per user)"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="another database, such as postgresql+asyncpg://HOST/NAME. If the URL has a password, use the variable "
        "WEBRUN_DATABASE, which other users of the machine cannot read",
    )
    parser.add_argument(
        "--limits",
        choices=("none", "hosted"),
        default="none",
        help="apply the hosted service's limits, or none (default)",
    )
    parser.add_argument(
        "--isolation",
        choices=("auto", "process", "context"),
        default="auto",
        help="a browser per session, a context in a shared browser, or depending on the kind of session (default)",
    )
    parser.add_argument("--slots", type=_slots, help="tasks that run at once; others wait (default: four per core)")
    parser.add_argument(
        "--control", action="store_true", help="enable the control API under /_emulator: clock, faults, account"
    )
    parser.add_argument("--lifeline", action="store_true", help="end when stdin closes or the parent process is gone")
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="file of additional keys, one per line: USER KEY [EXPIRES]. Users cannot see each other's data "
        "(also: WEBRUN_EMULATOR_KEYS)",
    )
    parser.add_argument(
        "--require-task-key",
        action="store_true",
        help="require the owner's key to read a task, in addition to its two ids",
    )
    parser.add_argument(
        "--host-name",
        action="append",
        default=[],
        metavar="NAME",
        help="additional host name that the server answers to; may be repeated",
    )
    parser.add_argument("--seed", type=int, help="make ids reproducible")
    parser.add_argument(
        "--price",
        action="append",
        default=[],
        metavar="NAME=USD",
        help="another price: compute (per minute), input, output (per million tokens), proxy (per GB); may be repeated",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        type=_host,
        default=[],
        metavar="HOST",
        help="host on a loopback or private address that every session may reach "
        "(*.HOST: all subdomains); may be repeated",
    )
    parser.add_argument(
        "--proxies",
        type=Path,
        metavar="FILE",
        help='managed proxies: a JSON object, country → {"type": "http" or "socks", "host", "port", "username", '
        '"password"}',
    )


def run(options: argparse.Namespace) -> int:
    """Run the emulator until it receives SIGTERM or SIGINT, or until its lifeline ends.

    Returns
    -------
    int
        0 after an orderly end, 1 if it cannot start, 2 for an invalid option.
    """
    try:
        with _no_garbage_collection():
            from webrun_nb.emulator import server
            from webrun_nb.emulator.http.listening import AddressError
            from webrun_nb.emulator.options import Options
            from webrun_nb.emulator.services.accounts import KeyFileError
            from webrun_nb.emulator.storage.database import StoreError
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("webrun_nb"):
            raise
        print(f"webrun-nb emulator needs {error.name}: pip install 'webrun-nb[emulator]'", file=sys.stderr)
        return 1
    try:
        prices = PRICES_2026.changed(options.price)
    except ValueError as error:
        print(f"webrun-nb emulator: {error}", file=sys.stderr)
        return 2
    try:
        server.run(
            Options(
                host=options.host,
                port=options.port,
                data_dir=options.data_dir,
                database=options.database,
                limits=options.limits,
                isolation=options.isolation,
                slots=options.slots,
                control=options.control,
                lifeline=options.lifeline,
                seed=options.seed,
                keys=options.keys,
                tasks_need_key=options.require_task_key,
                host_names=tuple(options.host_name),
                prices=prices,
                allowed_hosts=tuple(options.allow_host),
                proxies=options.proxies,
            )
        )
    except (AddressError, KeyFileError, server.ProxiesError, StoreError) as error:
        print(f"webrun-nb emulator: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Collect no garbage in a block that imports modules, and leave their objects out of all later collections.

    They stay until the process ends. The emulator's imports take 1.5 s of CPU with the collections, 0.9 s without.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _host(text: str) -> str:
    try:
        domain_of(text)
    except HostNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be between 0 and 65535")
    return port


def _slots(text: str) -> int:
    slots = int(text)
    if slots < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return slots
