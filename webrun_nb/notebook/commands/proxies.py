"""`%webrun proxy …`, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import ProxyHelp, ProxyTest
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.spec import Option, Verb
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def test(workspace: Workspace, command: ProxyTest) -> pd.DataFrame | None:
    """Try a proxy, and return what came of it."""
    from webrun_nb.notebook.display.tables import proxy_frame

    frame = proxy_frame(toolkit.client().proxies.test(command.proxy, command.url))
    return None if command.quiet else frame


SPECS = "http://HOST:PORT, socks5://USER@HOST:PORT (password: PROXY_PASSWORD; with =NAME: NAME_PASSWORD), WebRun:DE"
"""The ways to write a proxy, for help."""


PROXY = Verb(
    "proxy",
    "proxies for sessions: try one before it is used",
    ProxyHelp,
    parts=(
        Verb(
            "proxy test",
            "ask through it which address arrives, and measure how long that takes",
            ProxyTest,
            (
                Option("", "proxy", SPECS, "SPEC", values.proxy, required=True),
                Option("--url", "url", "somebody who answers with the asking address alone", "URL", values.url),
            ),
            shows_rows=True,
        ),
    ),
)
"""`%webrun proxy`, and each of its parts."""
