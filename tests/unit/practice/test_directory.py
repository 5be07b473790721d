"""Tests of the directory of companies, over its application: what it lists, and what its pages do."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import fields

import httpx
import pytest

from helpers.practice_client import ask
from webrun_nb.practice.directory import (
    COMPANIES,
    PER_PAGE,
    RETRY_AFTER_S,
    SLOW_S,
    Behaviour,
    Company,
    Directory,
    companies,
)
from webrun_nb.practice.directory.companies import OPTIONAL
from webrun_nb.practice.server import money

LABELS = {
    "employees": "Employees",
    "founded": "Founded",
    "website": "Website",
    "phone": "Phone",
    "revenue_usd": "Revenue",
}


class Waits(list[float]):
    """Keeps for how long was waited, in seconds, and does not wait."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def get(address: str, site: Directory | None = None) -> httpx.Response:
    return ask(site or Directory(Waits()), "directory", address)


def one(behaviour: Behaviour | None) -> Company:
    """Return the first company whose page does so."""
    return next(each for each in companies() if each.behaviour is behaviour)


def page(company: Company, site: Directory | None = None) -> httpx.Response:
    return get(f"/companies/{company.slug}", site)


def facts(text: str) -> dict[str, str]:
    """Return the facts of a company's page."""
    found = re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    return {name: re.sub("<[^>]+>", "", value) for name, value in found}


def test_the_lists_have_every_company_once_in_order() -> None:
    listed: list[str] = []
    address: str | None = "/companies"
    while address:
        text = get(address).text
        listed += re.findall('<td><a href="/companies/([a-z-]+)">', text)
        following = re.search('<a href="([^"]+)" rel="next">', text)
        address = following[1] if following else None
    assert listed == [each.slug for each in companies()]
    assert len(set(listed)) == COMPANIES
    assert listed == sorted(listed)


@pytest.mark.parametrize("number", ["0", "11", "x", "1.0", "²"])
def test_there_are_no_other_pages(number: str) -> None:
    assert get(f"/companies?page={number}").status_code == 404


def test_a_list_does_not_tell_what_pages_do() -> None:
    rows = re.findall("<tr>.*?</tr>", get("/companies").text, re.DOTALL)[1:]
    assert len(rows) == PER_PAGE
    assert len({re.sub(r'href="[^"]+"|>[^<]+<', "", row) for row in rows}) == 1


def test_the_csv_has_the_same_companies() -> None:
    rows = list(csv.DictReader(io.StringIO(get("/companies.csv").text)))
    assert [(row["name"], row["country"]) for row in rows] == [(each.name, each.country) for each in companies()]
    first = companies()[0]
    assert rows[0]["url"] == f"http://directory.localhost:8000/companies/{first.slug}"
    assert first.url == f"practice:directory/companies/{first.slug}"


def test_a_page_has_all_that_is_known_of_its_company() -> None:
    company = one(None)
    text = page(company).text
    assert facts(text) == {
        "City": company.city,
        "Country": company.country,
        "Employees": f"{company.employees:,}",
        "Founded": str(company.founded),
        "Website": company.website,
        "Phone": company.phone,
        "Revenue": money(company.revenue_usd or 0),
    }
    rows = re.findall(
        r"<td>(.*?)</td><td>(.*?)</td>\s*<td class=\"number\">(\d+)</td><td class=\"number\">(.*?)</td>", text
    )
    assert rows == [
        (office.city, office.country, str(office.staff), office.opened.isoformat()) for office in company.offices
    ]


def test_offices_add_up_to_their_company() -> None:
    for company in companies():
        assert 3 <= len(company.offices) <= 5
        assert company.offices[0].city == company.city
        assert company.employees in (None, sum(office.staff for office in company.offices))
        assert len({office.city for office in company.offices}) == len(company.offices)


def test_every_kind_of_page_is_there() -> None:
    counted = Counter(each.behaviour for each in companies())
    assert {*counted} == {None, *Behaviour}
    assert counted[None] > COMPANIES * 0.7


def test_incomplete_pages_leave_one_fact_out() -> None:
    left_out = set()
    for company in companies():
        missing = [each.name for each in fields(company) if getattr(company, each.name) is None]
        if company.behaviour is Behaviour.INCOMPLETE:
            assert [*facts(page(company).text)] == [
                "City", "Country", *(LABELS[name] for name in OPTIONAL if name not in missing)
            ]  # fmt: skip
            left_out.update(missing)
        else:
            assert missing in ([], ["behaviour"])
    assert left_out == {*OPTIONAL}


def test_a_slow_page_answers_late_and_whole() -> None:
    waits, company = Waits(), one(Behaviour.SLOW)
    answer = page(company, Directory(waits))
    assert (waits, answer.status_code) == ([SLOW_S], 200)
    assert company.name in answer.text


@pytest.mark.parametrize(
    ("behaviour", "status", "said"),
    [(Behaviour.BROKEN, 500, "Something went wrong"), (Behaviour.GONE, 404, "Page not found")],
)
def test_broken_and_gone_pages_are_so_every_time(behaviour: Behaviour, status: int, said: str) -> None:
    site = Directory(Waits())
    for _ in range(2):
        answer = page(one(behaviour), site)
        assert answer.status_code == status
        assert said in answer.text


@pytest.mark.parametrize(("behaviour", "status"), [(Behaviour.MOVED, 301), (Behaviour.MOVED_FOR_NOW, 302)])
def test_moved_pages_lead_to_the_new_page(behaviour: Behaviour, status: int) -> None:
    company = one(behaviour)
    answer = page(company)
    assert (answer.status_code, answer.headers["Location"]) == (status, f"/companies/{company.slug}-group")
    assert company.name in get(answer.headers["Location"]).text
    assert get(f"/companies/{one(None).slug}-group").status_code == 404


def test_a_limited_page_refuses_its_first_request_until_a_reset() -> None:
    site, company = Directory(Waits()), one(Behaviour.LIMITED)

    def statuses() -> list[int]:
        return [page(company, site).status_code for _ in range(3)]

    assert statuses() == [429, 200, 200]
    assert ask(site, "directory", "/reset", "POST").status_code == 204
    assert statuses() == [429, 200, 200]
    assert get("/counts.json", site).json() == {"company pages": 4, "refused requests": 2}


def test_a_refused_request_says_when_to_come_back() -> None:
    answer = page(one(Behaviour.LIMITED))
    assert answer.headers["Retry-After"] == str(RETRY_AFTER_S)
    assert "Too many requests" in answer.text


def test_robots_are_asked_to_leave_the_private_pages_alone() -> None:
    answer = get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.splitlines() == ["User-agent: *", "Disallow: /private/"]
    assert get("/private/").status_code == 200
