"""The way out of each session: what configuration names, where the emulator itself is, and what a task's words open."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

import psutil

from webrun_nb.browsers.egress.addresses import Address, parse
from webrun_nb.browsers.egress.hosts import host_of, named_in
from webrun_nb.browsers.egress.reach import Home, Reach
from webrun_nb.browsers.egress.routes import WayOut
from webrun_nb.wire.requests import TaskFields

_LOOPBACK = ip_address("127.0.0.1")


@dataclass(frozen=True, slots=True)
class Egress:
    """What all sessions' ways out have in common.

    Attributes
    ----------
    home : Home
        The emulator's own server.
    named : tuple of str
        Hosts that every session may reach on private addresses too (`--allow-host`).
    """

    home: Home
    named: tuple[str, ...] = ()

    def way_out(self) -> WayOut:
        """Return the way out of a new session."""
        return WayOut(Reach(self.named, self.home))


def home(host: str, port: int) -> Home:
    """Return where the emulator is that listens on `host` and `port`."""
    address = parse(host) or _LOOPBACK
    return Home(port, _LOOPBACK if address.is_unspecified else address, frozenset(_own_addresses()))


def hosts_named_by(fields: TaskFields) -> Iterable[str]:
    """Return the hosts that a task names: its starting point, and those in its words."""
    start = host_of(fields.starting_point) if fields.starting_point else None
    return {*named_in(fields.task_details), *([start] if start else ())}


def _own_addresses() -> Iterable[Address]:
    for entries in psutil.net_if_addrs().values():
        for entry in entries:
            if entry.family in (socket.AF_INET, socket.AF_INET6) and (address := parse(entry.address)) is not None:
                yield address
