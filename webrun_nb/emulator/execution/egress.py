"""The egress routes of sessions: managed proxies, the emulator's own address, and hosts that tasks name."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import psutil
from pydantic import ValidationError

from webrun_nb.browsers.egress.destinations import DestinationPolicy, EmulatorAddress
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.common.addresses import Address, parse
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosts import host_of, hosts_in
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.wire.proxies import CustomProxy, ManagedProxy
from webrun_nb.wire.requests import TaskFields

_LOOPBACK = ip_address("127.0.0.1")
_ENTER_AFTER_S = 0.25


@dataclass(frozen=True, slots=True)
class Egress:
    """Makes the egress routes of sessions.

    Attributes
    ----------
    address : EmulatorAddress
        The emulator's own server.
    named : tuple of str
        Hosts that every session may reach on private addresses, too (`--allow-host`).
    proxies : mapping
        The managed ones: country → proxy (`--proxies`).
    """

    address: EmulatorAddress
    named: tuple[str, ...] = ()
    proxies: Mapping[str, UpstreamProxy] = field(default_factory=dict)

    def egress_route(self, proxy: ManagedProxy | CustomProxy | None = None) -> EgressRoute:
        """Return the egress route of a new session.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`: no managed proxy is in this country, or the proxy is the emulator itself.
        """
        return EgressRoute(DestinationPolicy(self.named, self.address), None if proxy is None else self.upstream(proxy))

    def upstream(self, proxy: ManagedProxy | CustomProxy) -> UpstreamProxy:
        """Return the proxy that a request asks for.

        Raises
        ------
        CommandRefusedError
            As `egress_route`.
        """
        if isinstance(proxy, ManagedProxy):
            return self._managed(proxy.country)
        address = parse(proxy.host) or (_LOOPBACK if proxy.host == "localhost" else None)
        if address is not None and self.address.is_at(address, proxy.port):
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                "the emulator itself is not a proxy: give the port of your proxy",
                parameter="proxy.port",
            )
        return upstream(proxy)

    def _managed(self, country: str) -> UpstreamProxy:
        if not self.proxies:
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                "this emulator has no proxies of its own: start it with --proxies FILE (country → proxy), "
                'or give one of yours (source "custom")',
                parameter="proxy.country",
            )
        if country == "random":
            return random.choice(list(self.proxies.values()))
        if country not in self.proxies:
            known = ", ".join(sorted(self.proxies))
            message = f"there is no proxy in {country}; there are: {known}, or random"
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, message, parameter="proxy.country")
        return self.proxies[country]


def upstream(proxy: CustomProxy) -> UpstreamProxy:
    """Return a user's proxy as an upstream proxy."""
    return UpstreamProxy(proxy.type, proxy.host, proxy.port, proxy.username, proxy.password)


def proxy_table(table: object) -> dict[str, UpstreamProxy]:
    """Read a table of managed proxies: country → `{type, host, port, username?, password?}`.

    Raises
    ------
    ValueError
        In one line, without any value: which entry is wrong, and where.
    """
    if not isinstance(table, dict) or not table:
        raise ValueError('expected an object: {"DE": {"type": "http", "host": …, "port": …}, …}')
    proxies: dict[str, UpstreamProxy] = {}
    for country, fields in table.items():
        if len(country) != 2 or not (country.isascii() and country.isalpha()):
            raise ValueError(f"{country[:20]!r} is not a country: use two letters (ISO 3166), such as DE")
        if not isinstance(fields, dict):
            raise ValueError(f"{country}: expected an object with type, host and port")
        try:
            proxies[country.upper()] = upstream(CustomProxy.model_validate({**fields, "source": "custom"}))
        except ValidationError as error:
            finding = error.errors()[0]
            raise ValueError(f"{country}: {'.'.join(map(str, finding['loc']))}: {finding['msg']}") from None
    return proxies


class ByteMeter:
    """Adds the bytes that a session moves to its meter, a few times a second at most.

    Parameters
    ----------
    route : EgressRoute
        The session's route, which counts them.
    session : Session
        The session.
    """

    def __init__(self, route: EgressRoute, session: Session) -> None:
        self._route = route
        self._session = session
        self._flushed = (0, 0, 0)
        self._flush_timer: asyncio.TimerHandle | None = None
        route.counted = self._flush_soon

    def flush(self) -> None:
        """Add the bytes that were moved since the last time."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        now = (self._route.up, self._route.down, self._route.proxied)
        up, down, proxied = (count - flushed for count, flushed in zip(now, self._flushed, strict=True))
        if up or down:
            self._flushed = now
            self._session.count_bytes(up, down, proxied)

    def _flush_soon(self) -> None:
        if self._flush_timer is None:
            self._flush_timer = asyncio.get_running_loop().call_later(_ENTER_AFTER_S, self.flush)


def emulator_address(host: str, port: int) -> EmulatorAddress:
    """Return the address of an emulator that listens on `host` and `port`."""
    address = parse(host) or _LOOPBACK
    return EmulatorAddress(port, _LOOPBACK if address.is_unspecified else address, frozenset(_own_addresses()))


def hosts_mentioned_in(fields: TaskFields, recorded: Iterable[str] = ()) -> Iterable[str]:
    """Return the hosts that a task names in its starting point, its text, and the URLs that its recording opens."""
    urls = [*([fields.starting_url] if fields.starting_url else ()), *recorded]
    return {*hosts_in(fields.prompt), *filter(None, map(host_of, urls))}


def _own_addresses() -> Iterable[Address]:
    for entries in psutil.net_if_addrs().values():
        for entry in entries:
            if entry.family in (socket.AF_INET, socket.AF_INET6) and (address := parse(entry.address)) is not None:
                yield address
