"""Pages of `practice:directory` on the benchmarks' own server, so that neither side has to serve them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from webrun_nb.bench.harness.site import Site
from webrun_nb.bench.results import BenchError
from webrun_nb.practice.directory import Behaviour, Company, companies, create

TASK = "List the offices with their country and staff."
COLUMNS = "office:str, country:str, staff:int"
_ANSWERS = frozenset({None, Behaviour.INCOMPLETE})
"""The behaviours of companies whose pages are answered at once, at the address that is listed."""


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """The page of a company, and the rows of its table of offices."""

    url: str
    offices: Sequence[tuple[str, str, int]]


async def directory_pages(site: Site, count: int, *, after_ms: int = 0) -> list[DirectoryPage]:
    """Publish pages of companies on a site; return so many of them, the first ones again where there are fewer.

    Parameters
    ----------
    site : Site
        The benchmarks' server.
    count : int
        The number of pages.
    after_ms : int
        The time after which they answer.
    """
    usual = [company for company in companies() if company.behaviour in _ANSWERS][:count]
    transport = httpx.ASGITransport(app=create())
    async with httpx.AsyncClient(transport=transport, base_url="http://directory.localhost") as practice:
        pages = [await _published(site, practice, company, after_ms) for company in usual]
    return [pages[number % len(pages)] for number in range(count)]


async def _published(site: Site, practice: httpx.AsyncClient, company: Company, after_ms: int) -> DirectoryPage:
    answer = await practice.get(f"/companies/{company.slug}")
    if answer.status_code != httpx.codes.OK:
        raise BenchError(f"the practice directory answered {answer.status_code} for {company.slug}")
    site.publish(company.slug, answer.text)
    url = site.published_url(company.slug, after_ms)
    return DirectoryPage(url, [(office.city, office.country, office.staff) for office in company.offices])
