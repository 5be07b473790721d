"""Decides which hosts and addresses a session may reach. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from webrun_nb.common import addresses, hosts
from webrun_nb.common.addresses import Address

_LOCALHOST = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

Rule = Callable[[str], str | None]
"""A rule on hosts or URLs: returns why one is refused, in words for people, or None."""


class RefusedError(Exception):
    """The destination must not be reached; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class EmulatorAddress:
    """The address of the emulator's own server, of which pages may reach only the practice sites.

    Attributes
    ----------
    port : int
        The port that it listens on.
    address : Address
        Its address on this machine.
    own_addresses : frozenset
        All addresses of this machine.
    """

    port: int
    address: Address
    own_addresses: frozenset[Address] = frozenset()

    def is_at(self, address: Address, port: int) -> bool:
        """Return whether a connection to this address and port would reach the emulator."""
        inner = addresses.unmap_ipv6(address)
        here = inner.is_loopback or inner.is_unspecified or inner in self.own_addresses
        return port == self.port and (here or address == self.address)


class DestinationPolicy:
    """The current rules of one session on destinations.

    Parameters
    ----------
    named : iterable of str
        Hosts that the user's configuration names, `*.x` for all below x: private addresses are open to them.
    home : EmulatorAddress, optional
        The emulator's own server.

    Raises
    ------
    HostNameError
        One of `named` is no host.
    """

    def __init__(self, named: Iterable[str] = (), home: EmulatorAddress | None = None) -> None:
        given = [name.strip() for name in named]
        self._allowlisted = {hosts.domain_of(name) for name in given if not name.startswith("*.")}
        self._allowlisted_below = frozenset(hosts.domain_of(name) for name in given if name.startswith("*."))
        self._emulator = home
        self._avoided: frozenset[str] = frozenset()
        self._seen_public: set[str] = set()
        self.host_rule: Rule | None = None
        """The policy's rule on hosts: called for every connection."""
        self.url_rule: Rule | None = None
        """The policy's rule on URLs of documents: called for each document."""

    def allowlist(self, named: Iterable[str]) -> None:
        """Add hosts (canonical) that the user named, until the session ends."""
        self._allowlisted |= set(named)

    def avoid(self, domains: Iterable[str]) -> None:
        """Replace the domains to avoid; each means the host and all below it.

        Raises
        ------
        HostNameError
            One of them is no host; the list is as before.
        """
        self._avoided = frozenset(map(hosts.domain_of, domains))

    def is_allowlisted(self, host: str) -> bool:
        """Return whether the user named the host."""
        below = host.partition(".")[2]
        return host in self._allowlisted or (
            bool(self._allowlisted_below) and hosts.within(below, self._allowlisted_below)
        )

    def is_practice(self, host: str, port: int) -> bool:
        """Return whether a destination is one of the practice sites."""
        return self._emulator is not None and port == self._emulator.port and host.endswith(".localhost")

    def check_host(self, host: str) -> None:
        """Check a host by its name alone.

        Raises
        ------
        RefusedError
            It is to be avoided, or a policy forbids it.
        """
        if hosts.within(host, self._avoided):
            raise RefusedError(f"{host} is one of the domains to avoid")
        if self.host_rule is not None and (why := self.host_rule(host)):
            raise RefusedError(why)

    def check_url(self, url: str) -> None:
        """Check the URL of a document by the policy's rules on URLs.

        Raises
        ------
        RefusedError
            A policy forbids it.
        """
        if self.url_rule is not None and (why := self.url_rule(url)):
            raise RefusedError(why)

    def resolve_locally(self, host: str, port: int) -> Sequence[Address] | None:
        """Return the addresses of a host that needs no resolver: an address, or `localhost` with its subdomains."""
        address = addresses.parse(host)
        if address is not None:
            return (address,)
        if self.is_practice(host, port):
            assert self._emulator is not None
            return (self._emulator.address,)
        if host == "localhost" or host.endswith(".localhost"):
            return _LOCALHOST
        return None

    def select_addresses(self, host: str, port: int, answers: Sequence[Address]) -> list[Address]:
        """Return those of a host's resolved addresses that may be dialled.

        Raises
        ------
        RefusedError
            None of them may.
        """
        if self.is_practice(host, port):
            return list(answers)
        if self._emulator is not None and any(self._emulator.is_at(address, port) for address in answers):
            raise RefusedError(f"{host}:{port} is the emulator itself, which no page may reach")
        kinds = {address: addresses.address_class(address) for address in answers}
        public = [address for address in answers if kinds[address] == "public"]
        named = self.is_allowlisted(host)
        if public:
            if named:
                self._seen_public.add(host)
            return public
        if named and addresses.parse(host) is not None:
            return list(answers)
        private = [address for address in answers if kinds[address] == "private"]
        # A public site that was named must not lead inside by a later answer (DNS rebinding).
        if named and private and host not in self._seen_public:
            return private
        raise RefusedError(_not_public(host, answers))

    def check_unresolved(self, host: str, port: int) -> None:
        """Check a name that does not resolve here but that an upstream proxy may know.

        Raises
        ------
        RefusedError
            The user did not name it, so it could be anything; or it could be the emulator.
        """
        if not self.is_allowlisted(host):
            raise RefusedError(f"{host} does not resolve here, and no one named it: it is not asked of the proxy")
        if self._emulator is not None and port == self._emulator.port:
            raise RefusedError(f"{host}:{port} could be the emulator itself, which no page may reach")


def _not_public(host: str, answers: Sequence[Address]) -> str:
    shown = host if host == str(answers[0]) else f"{host} ({answers[0]})"
    return f"{shown} is not on the public internet; such hosts are reached only where the task or its URL names them"
