"""Practice sites: what tutorials and tests browse instead of somebody's real site.

A site answers a `Request` with a `Response`, with no server and browser in it. What its visitors do it remembers in
memory, per `Sites`: the emulator has one, and serves each site on a host of its own (`practice:shop` is
`http://shop.localhost:PORT/`), which is why every link in them is root-relative. Without a visitor's cookie the same
request gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from webrun_nb.practice import shop
from webrun_nb.practice.admin import Admin
from webrun_nb.practice.bank import Bank
from webrun_nb.practice.base import Request, Response, UnknownSiteError
from webrun_nb.practice.hostile import Collector, Hostile
from webrun_nb.practice.forms import Forms
from webrun_nb.practice.site import Site
from webrun_nb.practice.upload import Upload

__all__ = ["Request", "Response", "Sites", "UnknownSiteError", "respond", "sites"]

_SITES: Mapping[str, Callable[[], Site]] = MappingProxyType(
    {
        "shop": lambda: shop.Shop(shop.catalogue()),
        "bank": Bank,
        "forms": Forms,
        "admin": Admin,
        "upload": Upload,
        "hostile": Hostile,
        "collector": Collector,
    }
)


def sites() -> tuple[str, ...]:
    """Give the names of the practice sites, as written after `practice:`."""
    return tuple(_SITES)


class Sites:
    """All practice sites, and what their visitors did there. Forgotten with it."""

    def __init__(self) -> None:
        self._built: dict[str, Site] = {}

    def respond(self, site: str, request: Request) -> Response:
        """Answer a request to a practice site.

        Parameters
        ----------
        site : str
            One of `sites()`.
        request : Request
            What the browser asked for.

        Returns
        -------
        Response
            Always a whole answer: an unknown path is a 404 page, a wrong method a 405 page with `Allow`.

        Raises
        ------
        UnknownSiteError
            No practice site has this name.
        """
        if site not in _SITES:
            raise UnknownSiteError(site, sites())
        if site not in self._built:
            self._built[site] = _SITES[site]()
        return self._built[site].respond(request)


def respond(site: str, request: Request) -> Response:
    """Answer a request to a practice site that nobody else has visited, and that forgets this visit at once.

    Parameters and errors are those of `Sites.respond`.
    """
    return Sites().respond(site, request)
