"""Command `proxy`: how a proxy is written, and a test of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.options import url_option
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.help import help_text
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

SPECS = "http://HOST:PORT, socks5://USER@HOST:PORT (password: PROXY_PASSWORD; with =NAME: NAME_PASSWORD), WebRun:DE"
"""The ways to write a proxy, for help."""


@dataclass(frozen=True, slots=True)
class ProxyHelp:
    """Arguments of `proxy`: none."""


def show_help(workspace: Workspace, arguments: ProxyHelp) -> None:
    """Print how proxies are written and tested."""
    print(help_text(workspace.commands, "proxy"))


@dataclass(frozen=True, slots=True)
class ProxyTest:
    """Arguments of `proxy test`."""

    proxy: str
    url: str | None = None
    quiet: bool = False


def test(workspace: Workspace, arguments: ProxyTest) -> pd.DataFrame | None:
    """Test a proxy, and return the result as a table."""
    from webrun_nb.notebook.display.tables import proxy_frame

    frame = proxy_frame(toolkit.client().proxies.test(arguments.proxy, arguments.url))
    return None if arguments.quiet else frame


PROXY = Command(
    "proxy",
    "proxies for sessions: test one before you use it",
    ProxyHelp,
    show_help,
    subcommands=(
        Command(
            "proxy test",
            "find out which address a page sees through it, and measure how long that takes",
            ProxyTest,
            test,
            (
                Option("", "proxy", SPECS, "SPEC", values.proxy, required=True),
                url_option("a page that answers with the address of the client, and nothing else"),
            ),
            shows_rows=True,
        ),
    ),
    examples=("%webrun proxy",),
)

COMMANDS = (PROXY,)
