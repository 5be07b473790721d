"""Finds the route of a connection: a name is resolved once, checked, and that very address is dialled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.browsers.egress.network import DialError, Network, Streams, dial_error
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.common.addresses import Address

_REMEMBERED_S = 30.0
"""Lifetime of a resolver's answer: a page of many parts asks once. The answer is checked every time."""
_REMEMBERED_NAMES = 512


@dataclass(slots=True)
class EgressRoute:
    """The egress of one session: rules, upstream proxy, byte counts. Outlives the browsers that a session loses.

    Attributes
    ----------
    destinations : Reach
        The current rules on destinations.
    upstream : UpstreamProxy, optional
        The upstream proxy of everything except the practice sites.
    counted : callable, optional
        Called after each change of the byte counts.
    up, down : int
        Bytes sent to and received from the other side of the proxy's connections so far.
    proxied : int
        The part of them that went through the upstream proxy.
    """

    destinations: DestinationPolicy = field(default_factory=DestinationPolicy)
    upstream: UpstreamProxy | None = None
    counted: Callable[[], None] | None = None
    up: int = 0
    down: int = 0
    proxied: int = 0

    def count(self, *, up: int = 0, down: int = 0, proxied: bool) -> None:
        """Add bytes that were sent or received."""
        self.up += up
        self.down += down
        if proxied:
            self.proxied += up + down
        if self.counted is not None:
            self.counted()


@dataclass(frozen=True, slots=True)
class Route:
    """A destination that has been allowed.

    Attributes
    ----------
    host, port : str, int
        The destination.
    addresses : tuple
        Addresses to dial; empty where only the upstream proxy knows the name.
    upstream : UpstreamProxy, optional
        The upstream proxy that it goes through.
    """

    host: str
    port: int
    addresses: tuple[Address, ...]
    upstream: UpstreamProxy | None

    @property
    def through_http(self) -> bool:
        """True if plain requests go to an upstream HTTP proxy, with the absolute URL."""
        return self.upstream is not None and self.upstream.kind == "http"


class Router:
    """Finds routes for one session.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._answers: dict[str, tuple[float, Sequence[Address]]] = {}

    async def find(self, egress_route: EgressRoute, host: str, port: int) -> Route:
        """Resolve a destination and check it.

        Parameters
        ----------
        way_out : WayOut
            The rules and the proxy.
        host, port : str, int
            The destination; the host is canonical (see `common.hosts`).

        Raises
        ------
        RefusedError
            It must not be reached.
        DialError
            There is no such host.
        """
        destinations = egress_route.destinations
        destinations.check_host(host)
        answers = destinations.resolve_locally(host, port)
        if answers is None:
            answers = await self._resolve(host, port)
        upstream = None if destinations.is_practice(host, port) else egress_route.upstream
        if not answers:
            if upstream is None:
                raise DialError("there is no such host")
            destinations.check_unresolved(host, port)
            return Route(host, port, (), upstream)
        return Route(host, port, tuple(destinations.select_addresses(host, port, answers)), upstream)

    async def tunnel(self, route: Route) -> Streams:
        """Connect to a destination, with a tunnel where it goes through an upstream proxy.

        Raises
        ------
        DialError
            No connection.
        """
        if route.upstream is None:
            return await self._dial(route)
        where = str(route.addresses[0]) if route.addresses else route.host
        return await route.upstream.tunnel(where, route.port)

    async def _dial(self, route: Route) -> Streams:
        failure = DialError("there is no such host")
        for address in route.addresses:
            try:
                return await self._network.connect(address, route.port)
            except (OSError, TimeoutError) as error:
                failure = dial_error(error)
        raise failure

    async def _resolve(self, host: str, port: int) -> Sequence[Address]:
        now = asyncio.get_running_loop().time()
        known = self._answers.get(host)
        if known is not None and known[0] > now:
            return known[1]
        answers = await self._network.resolve(host, port)
        if len(self._answers) >= _REMEMBERED_NAMES:
            self._answers.clear()
        self._answers[host] = (now + _REMEMBERED_S, answers)
        return answers
