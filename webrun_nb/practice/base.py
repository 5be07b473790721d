"""What all practice sites share: a request, a response, and the way from one to the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace


class UnknownSiteError(LookupError):
    """No practice site has this name."""

    def __init__(self, site: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no practice site {site!r}; there is: {', '.join(known)}")
        self.site = site


class PageNotFoundError(LookupError):
    """A route's handler has no page for these arguments; the site answers 404."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a practice site, as any HTTP server can make it.

    Parameters
    ----------
    method : str
        HTTP method in capitals.
    path : str
        Path with percent-escapes decoded, beginning with `/`, without the query.
    query : Mapping[str, Sequence[str]]
        Decoded query, blank values kept: what `urllib.parse.parse_qs(…, keep_blank_values=True)` gives.
    body : bytes
        The request's body.
    headers : Mapping[str, str]
        Header fields, names in lower case.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """Give the first value of a query field, without the space around it; an absent field is `""`."""
        values = self.query.get(name, ())
        return values[0].strip() if values else ""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, header fields (`Content-Length` included) and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def reply(content: str | bytes, content_type: str, *, status: int = 200, max_age_s: int = 0) -> Response:
    """Make a response. With `max_age_s` 0 the browser asks again every time."""
    body = content.encode() if isinstance(content, str) else content
    caching = f"max-age={max_age_s}" if max_age_s else "no-cache"
    headers = (
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("Cache-Control", caching),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Response(status, headers, body)


def html(page: str, *, status: int = 200) -> Response:
    """Make a response of a rendered page."""
    return reply(page, "text/html; charset=utf-8", status=status)


Handler = Callable[..., Response]
"""Takes the request and the parts of the path as keyword arguments; may raise `PageNotFoundError`."""


class Router:
    """A site's routes: patterns such as `/product/{slug}`, each with a handler per method.

    HEAD is answered by GET's handler without the body (RFC 9110, 9.3.2); a method that a known path does not have
    is a 405 with `Allow` (15.5.6).

    Parameters
    ----------
    error_page : Callable[[Request, int], Response]
        Makes the site's own page for a 404 or a 405.
    """

    def __init__(self, error_page: Callable[[Request, int], Response]) -> None:
        self._error_page = error_page
        self._routes: list[tuple[re.Pattern[str], dict[str, Handler]]] = []

    def add(self, pattern: str, **handlers: Handler) -> None:
        """Add a route. `handlers` are by method, in capitals; `{name}` in the pattern is one part of the path."""
        literal = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")
        expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", literal)
        if "GET" in handlers:
            handlers.setdefault("HEAD", handlers["GET"])
        self._routes.append((re.compile(expression), handlers))

    def respond(self, request: Request) -> Response:
        """Answer a request with the first route that its path fits."""
        response = self._whole(request)
        return replace(response, body=b"") if request.method == "HEAD" else response

    def _whole(self, request: Request) -> Response:
        for expression, handlers in self._routes:
            match = expression.fullmatch(request.path)
            if match is None:
                continue
            handler = handlers.get(request.method)
            if handler is None:
                refused = self._error_page(request, 405)
                return replace(refused, headers=(*refused.headers, ("Allow", ", ".join(handlers))))
            try:
                return handler(request, **match.groupdict())
            except PageNotFoundError:
                break
        return self._error_page(request, 404)
