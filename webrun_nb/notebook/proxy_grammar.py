"""How `%webrun proxy …` is written."""

from __future__ import annotations

from webrun_nb.notebook import options
from webrun_nb.notebook.commands import ProxyHelp, ProxyTest
from webrun_nb.notebook.grammar import Option, Verb

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
                Option("", "proxy", SPECS, "SPEC", options.proxy, required=True),
                Option("--url", "url", "somebody who answers with the asking address alone", "URL", options.url),
            ),
            shows_rows=True,
        ),
    ),
)
"""`%webrun proxy`, and each of its parts."""
