"""What every practice site is made of: templates over a shared frame, files, an error page, counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webrun_nb.practice.base import PageNotFoundError, Request, Response, Router, html, reply

_SHARED = Path(__file__).parent / "shared"
_TYPES: Mapping[str, str] = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
STATIC_AGE_S = 300


def money(amount_usd: Decimal) -> str:
    """Write an amount as the sites do: `$1,249.00`, `-$20.00`."""
    return f"{'-' if amount_usd < 0 else ''}${abs(amount_usd):,.2f}"


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


class Site:
    """A practice site: subclasses add routes to `router` and answer with `page`.

    Parameters
    ----------
    folder : Path
        Where its `templates` and `static` files are; what is not there is taken from the shared ones.
    counts : callable
        Gives what was done on the site so far, per kind; shown at `/counts.json`.
    """

    name = ""
    """What a site is called that has no frame of its own."""
    about = ""
    """What is said at the foot of its pages."""
    links: Sequence[tuple[str, str]] = ()
    """What its pages link to at their top: shown text and address."""

    def __init__(self, folder: Path, counts: Callable[[], Mapping[str, int]] = dict) -> None:
        self._folder = folder
        self._counts = counts
        self.templates = _environment(folder)
        self.router = Router(self.error_page)
        self.router.add("/static/{name}", GET=self._static)
        self.router.add("/counts.json", GET=self._count)

    def respond(self, request: Request) -> Response:
        """Answer a request."""
        return self.router.respond(request)

    def common(self, request: Request) -> dict[str, Any]:
        """Give what every page of the site shows besides its own: who is logged in, say."""
        return {}

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a page of the site."""
        frame = {"site_name": self.name, "site_about": self.about, "site_links": self.links}
        shown = {**frame, **self.common(request), **values}
        rendered = self.templates.get_template(template).render(status=status, **shown)
        return html(rendered, status=status)

    def error_page(self, request: Request, status: int) -> Response:
        """Render the site's page for a 404 or a 405."""
        return self.page(request, "error.html", status=status, method=request.method)

    def _static(self, request: Request, name: str) -> Response:
        if Path(name).name == name and (content_type := _TYPES.get(Path(name).suffix)):
            for folder in (self._folder, _SHARED):
                if (path := folder / "static" / name).is_file():
                    return reply(path.read_bytes(), content_type, max_age_s=STATIC_AGE_S)
        raise PageNotFoundError(name)

    def _count(self, request: Request) -> Response:
        return reply(json.dumps(dict(self._counts()), sort_keys=True), "application/json")
