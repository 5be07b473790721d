"""Prints which sessions are open, for `%load_ext` and `%unload_ext`. Imports nothing heavy."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord

_NAMED = 3


def warn() -> None:
    """Print one line if sessions were left open, with how to end them."""
    left = Ledger().left_open(round(time.time() * 1000))
    if left:
        print(f"{left_open_text(left)}; %webrun terminate --all ends what is still open")


def print_open() -> None:
    """Print one line if sessions of this kernel are open while the magics are not loaded."""
    if names := _open_names():
        opened = f"{len(names)} {'session' if len(names) == 1 else 'sessions'} of this kernel still open"
        print(f"{opened}: {', '.join(names)}; %load_ext webrun_nb gives access to them again")


def print_reloaded() -> None:
    """Print that the magics are loaded again, and which sessions are still open."""
    names = _open_names()
    noun = "session" if len(names) == 1 else "sessions"
    open_ones = f"{noun} {', '.join(names)} kept open" if names else "no session open"
    print(f"webrun_nb is loaded again: options and jobs kept, {open_ones}")


def _open_names() -> list[str]:
    objects = sys.modules.get("webrun_nb.notebook.api")
    clients = [] if objects is None else objects.toolkit.clients  # not imported: no session was started
    return [session.name for client in clients for session in client.sessions.values() if not session.ended]


def left_open_text(left: Sequence[SessionRecord]) -> str:
    """Return the number of sessions left open, with their servers: `1 session left open by an earlier kernel (shop on https://…)`."""
    servers = sorted({record.base_url for record in left})
    parts = []
    for server in servers:
        names = [record.name for record in left if record.base_url == server]
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        parts.append(f"{shown} on {server}")
    noun = "session" if len(left) == 1 else "sessions"
    return f"{len(left)} {noun} left open by an earlier kernel ({'; '.join(parts)})"
