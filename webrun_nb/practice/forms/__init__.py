"""`practice:forms`: a form that asks for personal data, some of it sensitive, and shows what was entered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import GUEST, Site, Visits, first_value, read_form, redirect, route

__all__ = ["create"]

COUNTRIES = ("France", "Germany", "Poland", "Portugal", "Spain", "Sweden", "United Kingdom", "United States")
_MAX_TYPED = 200
_LABELS: Mapping[str, str] = {
    "name": "Full name", "email": "E-mail", "phone": "Phone", "birth_date": "Date of birth", "street": "Street",
    "city": "City", "postcode": "Postcode", "country": "Country", "passport": "Passport number",
    "access": "Step-free access", "newsletter": "Newsletter",
}  # fmt: skip
_OPTIONAL = frozenset({"phone", "newsletter"})
_YOUNGEST = date(2010, 3, 14)
_PATTERNS: Mapping[str, tuple[str, str]] = {
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "Enter an e-mail address, such as ada@example.org."),
    "phone": (r"\+?[\d ()/-]{6,20}", "Enter a phone number of digits, such as +44 20 7946 0000."),
    "postcode": (r"[A-Za-z0-9 -]{3,10}", "Enter a postcode, such as SW1Y 4JH."),
    "passport": (r"[A-Za-z0-9]{6,12}", "Enter the 6 to 12 letters and digits of your passport."),
}


def check(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the problem of each wrong field of a form."""
    problems = {
        name: f"Enter {label[0].lower()}{label[1:]}." if name not in ("country", "access") else "Choose one."
        for name, label in _LABELS.items()
        if name not in _OPTIONAL and not typed[name]
    }
    for name, (pattern, problem) in _PATTERNS.items():
        if typed[name] and not re.fullmatch(pattern, typed[name]):
            problems[name] = problem
    if typed["country"] and typed["country"] not in COUNTRIES:
        problems["country"] = "Choose one of the countries."
    if typed["access"] not in ("", "yes", "no"):
        problems["access"] = "Choose one."
    if typed["birth_date"] and not _grown_up(typed["birth_date"]):
        problems["birth_date"] = "Enter a day, as YYYY-MM-DD, at least 16 years ago."
    if not typed["consent"]:
        problems["consent"] = "Without this we may not keep your data."
    return problems


def _grown_up(text: str) -> bool:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= _YOUNGEST


class Forms(Site):
    """The registration form of an invented congress."""

    name = "Lindwood Congress"
    about = "A practice form that comes with webrun_nb. What is typed stays in the emulator’s memory and is not used."

    def __init__(self) -> None:
        self._visits: Visits[dict[str, str]] = Visits("forms_visit", lambda who: {} if who == GUEST else None)
        routes = [route("/", GET=self._form, POST=self._send), route("/summary", GET=self._summary)]
        super().__init__(Path(__file__).parent, routes, lambda: self._visits.counts)

    async def _form(self, request: Request) -> Response:
        return self._form_page(request, {}, {})

    def _form_page(self, request: Request, typed: Mapping[str, str], problems: Mapping[str, str]) -> Response:
        status = 422 if problems else 200
        return self.page(request, "form.html", status=status, countries=COUNTRIES, typed=typed, problems=problems)

    async def _send(self, request: Request) -> Response:
        form = await read_form(request)
        typed = {name: first_value(form, name)[:_MAX_TYPED] for name in (*_LABELS, "consent")}
        if problems := check(typed):
            self._visits.counts["rejected"] += 1
            return self._form_page(request, typed, problems)
        response = redirect("/summary")
        self._visits.begin(response).update(typed)
        self._visits.counts["registrations"] += 1
        return response

    async def _summary(self, request: Request) -> Response:
        visit = self._visits.find(request)
        if not visit:
            return redirect("/")
        shown = {label: visit[name] or "–" for name, label in _LABELS.items()}
        shown["Newsletter"] = "yes" if visit["newsletter"] else "no"
        return self.page(request, "summary.html", shown=shown)


def create() -> Forms:
    """Create the site, with nothing done on it yet."""
    return Forms()
