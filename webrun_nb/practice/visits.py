"""Who is who on a practice site: one visit per browser, known by a cookie, in memory alone and never more than so many.

Each visit is a world of its own: what one browser buys or transfers no other one sees, so that every notebook finds
what its text says. The cookie names its account: a browser that kept it (in an environment) can be still logged in
after the emulator was started again, in a fresh world. On a site whose passwords stand on its login page such a cookie
gives nothing away that a visitor doesn't have.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from webrun_nb.practice.base import Request, drop_cookie, set_cookie

V = TypeVar("V")
MAX_VISITS = 500
"""The visit that was idle longest is forgotten first."""
GUEST = "guest"
_ID = re.compile(r"(?P<account>[a-z]{1,20})\.(?P<nonce>[0-9a-f]{16})")


class Visits(Generic[V]):
    """The visits of one site.

    Parameters
    ----------
    cookie : str
        Name of the cookie.
    make : callable
        Makes a new visit for an account, or for `GUEST`; None where there is no such account.
    restores : bool
        Whether a cookie that is not known any more (the emulator was started again) begins a fresh visit of its
        account; else its owner has to log in again.

    Attributes
    ----------
    counts : Counter
        What was done on the site by all visits since it began, per kind: the proof that nothing was done twice.
    """

    def __init__(self, cookie: str, make: Callable[[str], V | None], *, restores: bool = True) -> None:
        self.counts: Counter[str] = Counter()
        self._cookie = cookie
        self._make = make
        self._restores = restores
        self._known: OrderedDict[str, V | None] = OrderedDict()

    def find(self, request: Request) -> V | None:
        """Give the visit that a request belongs to; None for somebody new, or who left."""
        identity = request.cookie(self._cookie)
        if identity in self._known:
            self._known.move_to_end(identity)
            return self._known[identity]
        match = _ID.fullmatch(identity) if self._restores else None
        visit = self._make(match["account"]) if match else None
        if visit is not None:
            self._keep(identity, visit)
        return visit

    def begin(self, account: str = GUEST) -> tuple[V, str]:
        """Begin a visit; returns it and the `Set-Cookie` that makes the browser known.

        Raises
        ------
        LookupError
            There is no such account.
        """
        visit = self._make(account)
        if visit is None:
            raise LookupError(account)
        identity = f"{account}.{secrets.token_hex(8)}"
        self._keep(identity, visit)
        return visit, set_cookie(self._cookie, identity)

    def end(self, request: Request) -> str:
        """End a request's visit for good; returns the `Set-Cookie` that makes the browser forget it."""
        identity = request.cookie(self._cookie)
        if _ID.fullmatch(identity):
            self._keep(identity, None)
        return drop_cookie(self._cookie)

    def _keep(self, identity: str, visit: V | None) -> None:
        self._known[identity] = visit
        self._known.move_to_end(identity)
        while len(self._known) > MAX_VISITS:
            self._known.popitem(last=False)
