"""The server side that all practice sites share, on Starlette: pages from templates, forms, files, visits, counts."""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict, MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHARED = Path(__file__).parent / "shared"
STATIC_CACHING = {"Cache-Control": "max-age=300"}
"""The header of files that do not change while the emulator runs. Everything else is requested again every time."""

Handler = Callable[..., Awaitable[Response]]
"""Takes the request and the parts of the path as keyword arguments; may raise `HTTPException(404)`."""


def route(path: str, **handlers: Handler) -> Route:
    """Return one route with a handler per method, so that a wrong method is a 405 that lists all of them.

    Parameters
    ----------
    path : str
        Such as `/product/{slug}`; `{slug}` is one part of the path.
    **handlers : Handler
        By method, in capitals. HEAD is answered by GET's handler.
    """

    async def dispatch(request: Request) -> Response:
        return await handlers["GET" if request.method == "HEAD" else request.method](request, **request.path_params)

    return Route(path, dispatch, methods=list(handlers))


def redirect(location: str) -> RedirectResponse:
    """Return a redirect to a page that the browser asks for with GET (RFC 9110, 15.4.4)."""
    return RedirectResponse(location, status_code=303)


def download(content: str, filename: str) -> Response:
    """Return a CSV file that a browser saves instead of showing it. `filename` is plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, media_type="text/csv", headers=headers)


def money(amount_usd: Decimal) -> str:
    """Format an amount as the sites do: `$1,249.00`, `-$20.00`."""
    return f"{'-' if amount_usd < 0 else ''}${abs(amount_usd):,.2f}"


# --- forms ------------------------------------------------------------------------------------------------------------


class _InMemoryParser(MultiPartParser):
    """Parses an upload without ever writing it to a disk: the limit is more than any request may have."""

    spool_max_size = 100_000_000


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form; `name` is as the browser sent it."""

    name: str
    content: bytes


Form = ImmutableMultiDict[str, str | UploadedFile]


async def read_form(request: Request) -> Form:
    """Return the fields and files of the form in a request's body; a body that is no form gives an empty one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind != "multipart/form-data":
            return Form([(name, str(value)) for name, value in (await request.form()).multi_items()])
        parsed = await _InMemoryParser(request.headers, request.stream()).parse()
    except (MultiPartException, HTTPException):
        return Form()
    form = Form([(name, await _content(value)) for name, value in parsed.multi_items()])
    await parsed.close()
    return form


async def _content(value: str | UploadFile) -> str | UploadedFile:
    return value if isinstance(value, str) else UploadedFile(value.filename or "", await value.read())


def first_value(values: ImmutableMultiDict[str, Any], name: str) -> str:
    """Return the first value of a query's or form's field, stripped; `""` for an absent field or a file."""
    found = values.getlist(name)
    return found[0].strip() if found and isinstance(found[0], str) else ""


# --- sites ------------------------------------------------------------------------------------------------------------


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder / "templates", _SHARED / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money
    return environment


class _CachedFiles(StaticFiles):
    """Serves a site's static files, and those that all sites share."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.all_directories = [each / "static" for each in (folder, _SHARED) if (each / "static").is_dir()]

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file that the browser may keep for a while."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(STATIC_CACHING)
        return response


class _DefaultHeaders:
    """Adds the headers that every answer has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-cache")
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Site:
    """A practice site: an ASGI application whose subclasses give its routes and answer with `page`.

    `/static/` has its static files and `/counts.json` what was done on it so far.

    Parameters
    ----------
    folder : Path
        The folder of its `templates` and `static` files; missing ones are taken from the shared folder.
    routes : sequence of Route
        Its pages; see `route`.
    counts : callable
        Returns how often something was done on the site so far, by kind.
    """

    name = ""
    """Shown at the top of its pages, unless the site has a frame of its own."""
    about = ""
    """Shown at the foot of its pages."""
    links: Sequence[tuple[str, str]] = ()
    """Links at the top of its pages: text and address."""

    def __init__(self, folder: Path, routes: Sequence[Route], counts: Callable[[], Mapping[str, int]]) -> None:
        self.templates = _environment(folder)
        self._counts = counts
        self._app = Starlette(
            routes=[*routes, route("/counts.json", GET=self._count), Mount("/static", _CachedFiles(folder))],
            middleware=[Middleware(_DefaultHeaders)],
            exception_handlers={HTTPException: self._error_page},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app(scope, receive, send)

    def common(self, request: Request) -> dict[str, Any]:
        """Return what every page of the site shows besides its own: who is logged in, for example."""
        return {}

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a page of the site."""
        frame = {"site_name": self.name, "site_about": self.about, "site_links": self.links}
        shown = {**frame, **self.common(request), **values}
        return HTMLResponse(self.templates.get_template(template).render(status=status, **shown), status_code=status)

    async def _error_page(self, request: Request, error: Exception) -> Response:
        """Render the site's page for an error, with the error's headers."""
        assert isinstance(error, HTTPException)
        response = self.page(request, "error.html", status=error.status_code, method=request.method)
        response.headers.update(error.headers or {})
        if "Allow" in response.headers:
            response.headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
        return response

    async def _count(self, request: Request) -> Response:
        return JSONResponse(dict(sorted(self._counts().items())))


# --- visits -----------------------------------------------------------------------------------------------------------

V = TypeVar("V")
MAX_VISITS = 500
"""The visit that was idle longest is forgotten first."""
GUEST = "guest"
_ID = re.compile(r"(?P<account>[a-z]{1,20})\.(?P<nonce>[0-9a-f]{16})")


class Visits(Generic[V]):
    """The visits of one site: one per browser, recognised by a cookie, in memory alone, at most `MAX_VISITS`.

    Visits share nothing: what one browser buys or transfers no other one sees, so that every notebook finds what its
    text says. The cookie names its account: a browser that kept it (in an environment) can be still logged in after the
    emulator was started again, in a fresh visit. On a site whose passwords are printed on its login page such a cookie
    gives nothing away.

    Parameters
    ----------
    cookie : str
        Name of the cookie.
    make : callable
        Makes a new visit for an account, or for `GUEST`; None where there is no such account.
    restores : bool
        A cookie that is not known any more (the emulator was started again) begins a fresh visit of its account;
        otherwise its owner has to log in again.

    Attributes
    ----------
    counts : Counter
        Number of times that something was done by all visits since the site was created, by kind.
    """

    def __init__(self, cookie: str, make: Callable[[str], V | None], *, restores: bool = True) -> None:
        self.counts: Counter[str] = Counter()
        self._cookie = cookie
        self._make = make
        self._restores = restores
        self._known: OrderedDict[str, V | None] = OrderedDict()

    def find(self, request: Request) -> V | None:
        """Return the visit that a request belongs to; None for a new visitor, or one who left."""
        identity = request.cookies.get(self._cookie, "")
        if identity in self._known:
            self._known.move_to_end(identity)
            return self._known[identity]
        match = _ID.fullmatch(identity) if self._restores else None
        visit = self._make(match["account"]) if match else None
        if visit is not None:
            self._keep(identity, visit)
        return visit

    def begin(self, response: Response, account: str = GUEST) -> V:
        """Begin a visit, and have a response set the cookie that the browser is recognised by.

        The cookie is for this host alone: no script reads it, and no other site's form or frame sends it.

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
        response.set_cookie(self._cookie, identity, httponly=True, samesite="lax")
        return visit

    def end(self, request: Request, response: Response) -> None:
        """End a request's visit, and have the response remove its cookie."""
        identity = request.cookies.get(self._cookie, "")
        if _ID.fullmatch(identity):
            self._keep(identity, None)
        response.delete_cookie(self._cookie, httponly=True, samesite="lax")

    def _keep(self, identity: str, visit: V | None) -> None:
        self._known[identity] = visit
        self._known.move_to_end(identity)
        while len(self._known) > MAX_VISITS:
            self._known.popitem(last=False)
