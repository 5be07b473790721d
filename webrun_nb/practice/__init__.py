"""Practice sites: what tutorials and tests browse instead of somebody's real site.

A site is a function from a `Request` to a `Response`, with no server, browser or clock in it, so that the same
request gives the same bytes on every machine. The emulator serves each on a host of its own (`practice:shop` is
`http://shop.localhost:PORT/`), which is why every link in them is root-relative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from webrun_nb.practice import shop
from webrun_nb.practice.base import Request, Response, UnknownSiteError

__all__ = ["Request", "Response", "UnknownSiteError", "respond", "sites"]

_SITES: Mapping[str, Callable[[Request], Response]] = MappingProxyType({"shop": shop.respond})


def sites() -> tuple[str, ...]:
    """Give the names of the practice sites, as written after `practice:`."""
    return tuple(_SITES)


def respond(site: str, request: Request) -> Response:
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
        Always a whole page: an unknown path is a 404 page, a wrong method a 405 page with `Allow`.

    Raises
    ------
    UnknownSiteError
        No practice site has this name.
    """
    try:
        answer = _SITES[site]
    except KeyError:
        raise UnknownSiteError(site, sites()) from None
    return answer(request)
