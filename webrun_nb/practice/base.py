"""What all practice sites share: a request, a response, and the way from one to the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote


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
    clocks_s : Sequence[float]
        What time it is, in unix seconds: by every clock that a one-time code may have been made with.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    clocks_s: Sequence[float] = ()

    def cookie(self, name: str) -> str:
        """Give a cookie's value; an absent one is `""`."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

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


def redirect(location: str, *cookies: str) -> Response:
    """Send the browser on to another page, which it asks for with GET (RFC 9110, 15.4.4), with cookies to keep."""
    answer = reply("", "text/plain; charset=utf-8", status=303)
    kept = tuple(("Set-Cookie", cookie) for cookie in cookies)
    return replace(answer, headers=(*answer.headers, ("Location", location), *kept))


def download(content: str | bytes, content_type: str, filename: str) -> Response:
    """Make a response that a browser saves as a file instead of showing it."""
    answer = reply(content, content_type)
    plain = re.sub(r"[^ -~]|[\"\\]", "_", filename)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"
    return replace(answer, headers=(*answer.headers, ("Content-Disposition", disposition)))


def set_cookie(name: str, value: str) -> str:
    """Write a `Set-Cookie` for this host alone: no script reads it, and no other site's form or frame sends it."""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax"


def drop_cookie(name: str) -> str:
    """Write a `Set-Cookie` that removes a cookie."""
    return f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"


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
