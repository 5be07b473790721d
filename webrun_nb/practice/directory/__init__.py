"""`practice:directory`: a directory of 500 companies, for collecting hundreds of pages.

`/companies` lists them, 50 on a page; each has a page of its own with its facts and a table of its offices. Pages
behave as pages on the web do: some are slow, broken, gone, moved or lack facts, and some refuse their first request
with 429 (see `Behaviour`). Refused requests are counted for all visitors together; `POST /reset` forgets them.
`/companies.csv` has the addresses of all pages, and `/robots.txt` asks robots to leave `/private/` alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from webrun_nb.practice.directory.companies import COMPANIES, Behaviour, Company, Office, companies, companies_csv
from webrun_nb.practice.server import Site, download, first_value, route

__all__ = ["COMPANIES", "PER_PAGE", "RETRY_AFTER_S", "SLOW_S", "Behaviour", "Company", "Office", "companies", "create"]

PER_PAGE = 50
"""The number of companies on a page of the list."""
SLOW_S = 1.5
"""The time that a slow page takes, in seconds."""
RETRY_AFTER_S = 1
"""The `Retry-After` of a refused request, in seconds."""
_ROBOTS = "User-agent: *\nDisallow: /private/\n"
_REDIRECTS = {Behaviour.MOVED: 301, Behaviour.MOVED_FOR_NOW: 302}
_PAGES = -(-COMPANIES // PER_PAGE)


class Directory(Site):
    """The site of an invented publisher of company data.

    Parameters
    ----------
    sleep : callable, optional
        Waits for a number of seconds; slow pages use it.
    """

    name = "Quayside Company Register"
    about = "A practice directory that comes with webrun_nb. Its companies, people and numbers are invented."
    links = (("Companies", "/companies"), ("Members", "/private/"))

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        routes = [
            route("/", GET=self._home),
            route("/companies", GET=self._list),
            route("/companies.csv", GET=self._csv),
            route("/companies/{slug}", GET=self._company),
            route("/private/", GET=self._private),
            route("/reset", POST=self._reset),
            route("/robots.txt", GET=self._robots),
        ]
        self._sleep = sleep
        self._counted: Counter[str] = Counter()
        self._refused: set[str] = set()
        self._listed = {company.slug: company for company in companies()}
        self._by_page = {company.page_slug: company for company in companies()}
        super().__init__(Path(__file__).parent, routes, lambda: self._counted)

    async def _home(self, request: Request) -> Response:
        return self.page(request, "home.html", count=COMPANIES)

    async def _list(self, request: Request) -> Response:
        text = first_value(request.query_params, "page") or "1"
        if text not in {str(number) for number in range(1, _PAGES + 1)}:
            raise HTTPException(404)
        number = int(text)
        shown = companies()[(number - 1) * PER_PAGE : number * PER_PAGE]
        return self.page(request, "list.html", companies=shown, count=COMPANIES, page=number, pages=_PAGES)

    async def _csv(self, request: Request) -> Response:
        return download(companies_csv(str(request.base_url)), "companies.csv")

    async def _company(self, request: Request, slug: str) -> Response:
        """Answer for a company's page as its `Behaviour` says."""
        company = self._by_page.get(slug)
        if company is None:
            listed = self._listed.get(slug)
            if listed is None or listed.behaviour not in _REDIRECTS:
                raise HTTPException(404)
            self._counted["redirects"] += 1
            return RedirectResponse(f"/companies/{listed.page_slug}", _REDIRECTS[listed.behaviour])
        if company.behaviour is Behaviour.GONE:
            raise HTTPException(404)
        if company.behaviour is Behaviour.BROKEN:
            raise HTTPException(500)
        if company.behaviour is Behaviour.LIMITED and slug not in self._refused:
            self._refused.add(slug)
            self._counted["refused requests"] += 1
            raise HTTPException(429, headers={"Retry-After": str(RETRY_AFTER_S)})
        if company.behaviour is Behaviour.SLOW:
            await self._sleep(SLOW_S)
        self._counted["company pages"] += 1
        return self.page(request, "company.html", company=company)

    async def _private(self, request: Request) -> Response:
        return self.page(request, "private.html")

    async def _reset(self, request: Request) -> Response:
        """Have the pages with `Behaviour.LIMITED` refuse their next request again."""
        self._refused.clear()
        return Response(status_code=204)

    async def _robots(self, request: Request) -> Response:
        return PlainTextResponse(_ROBOTS)


def create() -> Directory:
    """Create the site, with nothing refused yet."""
    return Directory()
