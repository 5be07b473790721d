"""The address that the emulator listens on, and the conditions for one that other machines can reach."""

from __future__ import annotations

import ipaddress
import logging
import platform
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.common.hosts import is_loopback

log = logging.getLogger(__name__)

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
OWN_KEY_LENGTH = 16
"""The minimum length of a key where other machines can reach the emulator."""


class AddressError(Exception):
    """The emulator can't listen on the address; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names and addresses, without port, that a request may have in its `Host` header.

    A page whose own name was rebound to this machine's address by its DNS sends that name, and is refused.
    """

    names: frozenset[str]
    any_address: bool = False
    """The emulator listens on all addresses, so any address is one of its own. An address can't be rebound."""

    def __contains__(self, host: str) -> bool:
        return host in self.names or (self.any_address and _address(host) is not None)


def allowed_hosts(host: str, further: Sequence[str] = ()) -> AllowedHosts:
    """Return the hosts by which a server on `host` may be called."""
    everywhere = is_everywhere(host)
    own = {platform.node().lower()} - {""} if not is_loopback(host) else set()
    return AllowedHosts(LOOPBACK_NAMES | {host.lower()} | own | {name.lower() for name in further}, everywhere)


def url(host: str, port: int, further: Sequence[str] = ()) -> str:
    """Return the URL of a server on `host`; on all addresses, with its first further name, or that of loopback."""
    if is_everywhere(host):
        host = further[0] if further else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_everywhere(host: str) -> bool:
    """Return whether `host` stands for all of the machine's addresses."""
    address = _address(host)
    return address is not None and address.is_unspecified


def check_guarded(host: str, own_keys: Sequence[str]) -> None:
    """Refuse to listen where other machines can reach it, unless the user has given keys; then log a warning.

    Raises
    ------
    AddressError
        There are no keys, or one is short enough to be guessed.
    """
    if is_loopback(host):
        return
    if not own_keys:
        raise AddressError(
            f"--host {host} can be reached from other machines: give it a key of your own, in WEBRUN_EMULATOR_KEY or "
            "with --keys FILE, or stay on 127.0.0.1"
        )
    if min(len(key) for key in own_keys) < OWN_KEY_LENGTH:
        raise AddressError(
            f"--host {host} can be reached from other machines: a key of less than {OWN_KEY_LENGTH} characters "
            "is too easily guessed"
        )
    log.warning(
        "listening on %s: anyone who reaches this port and has a key can use this machine's browsers, what they reach, "
        "and the logins that are stored in its environments; the traffic is not encrypted",
        host,
    )


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on an address, and on loopback as well: that is where browsers here find the practice sites.

    Raises
    ------
    AddressError
        The port is taken, or the host is not one of this machine's.
    """
    listeners = [_listen(host, port)]
    if not (is_loopback(host) or is_everywhere(host)):
        try:
            listeners.append(_listen("127.0.0.1", listeners[0].getsockname()[1]))
        except AddressError:
            listeners[0].close()
            raise
    return listeners


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol has to be named: asyncio sends small answers at once (TCP_NODELAY) only on sockets that say TCP. On
    # others each request that closely follows another waits some 40 ms for the peer's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise AddressError(
            f"can't listen on {host} port {port}: {error.strerror}; choose another --port, or 0 for any free one"
        ) from error
    return listener


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
