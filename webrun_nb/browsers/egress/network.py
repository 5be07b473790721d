"""The network behind the egress: resolves names and dials addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Protocol

from webrun_nb.common.addresses import Address

HEAD_LIMIT_BYTES = 256 * 1024
"""The longest head of a request or an answer: cookies and long addresses fit."""
CONNECT_TIMEOUT_S = 15.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class DialError(Exception):
    """No connection; the message is one line for people.

    Parameters
    ----------
    message : str
    timed_out : bool
        The destination did not answer, as opposed to refusing.
    """

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Network(Protocol):
    """The interface of a network; tests use another one than `SystemNetwork`."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of a name, in the order in which to try them; none for an unknown one."""

    async def connect(self, address: Address, port: int) -> Streams:
        """Connect to an address; raises OSError or TimeoutError."""


class SystemNetwork:
    """The network of this machine."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of a name, in the order in which to try them; none for an unknown one."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            return ()
        return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))

    async def connect(self, address: Address, port: int) -> Streams:
        """Connect to an address; raises OSError or TimeoutError."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await asyncio.open_connection(str(address), port, limit=HEAD_LIMIT_BYTES)


def dial_error(error: OSError | TimeoutError) -> DialError:
    """Return the error of a failed connection in words."""
    if isinstance(error, TimeoutError):
        return DialError("the host does not answer", timed_out=True)
    if isinstance(error, ConnectionRefusedError):
        return DialError("the host refuses connections")
    return DialError((error.strerror or type(error).__name__).lower())
