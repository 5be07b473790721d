"""Tests of reading calendars that scripts draw: their month, their days, and what turns them."""

from __future__ import annotations

from datetime import date

import pytest

from webrun_nb.agents.local.skills.calendars import calendar_in
from webrun_nb.browsers.observation import Box, Element

GRID = "body > div > table > tbody"


def thing(role: str, name: str, x: float, y: float, path: str, **facts) -> Element:
    return Element(0, role, name, facts.pop("tag", "a"), box=Box(x, y, 20, 20), path=path, **facts)


def days(first_column: int, count: int, *, before: int = 0, after: int = 0) -> list[Element]:
    """The cells of a month: links for its own days, texts for those of the months around it."""
    numbers = [("cell", 31 - before + n) for n in range(1, before + 1)]
    numbers += [("link", n) for n in range(1, count + 1)] + [("cell", n) for n in range(1, after + 1)]
    cells = []
    for at, (role, number) in enumerate(numbers, first_column - before):
        row, column = divmod(at, 7)
        path = f"{GRID} > tr:nth-of-type({row + 1}) > td:nth-of-type({column + 1})"
        cells.append(thing(role, str(number), column * 25, 100 + row * 25, f"{path} > a" if role == "link" else path))
    return cells


MONTH = thing("text", "December 2016", 60, 60, "body > div > span", tag="span")
PREVIOUS, NEXT = (
    thing("link", "Prev", 0, 60, "body > div > a:nth-of-type(1)"),
    thing("link", "Next", 150, 60, "body > div > a:nth-of-type(2)"),
)
DECEMBER = [MONTH, PREVIOUS, NEXT, *days(4, 31, before=4, after=7)]


def test_a_month_is_read():
    calendar = calendar_in(DECEMBER)
    assert (calendar.month, calendar.year, len(calendar.days)) == (12, 2016, 31)
    assert (calendar.back, calendar.forth) == (PREVIOUS, NEXT)


def test_the_days_of_other_months_are_not_those_of_this_one():
    calendar = calendar_in(DECEMBER)
    cell = calendar.cell(date(2016, 12, 31))
    assert (cell.role, cell.name) == ("link", "31")
    assert calendar.cell(date(2016, 11, 30)) is None


@pytest.mark.parametrize(("day", "months"), [(date(2016, 12, 5), 0), (date(2017, 2, 1), 2), (date(2015, 12, 31), -12)])
def test_the_months_to_a_day_are_counted(day, months):
    assert calendar_in(DECEMBER).months_to(day) == months


def test_dates_and_numbers_elsewhere_on_the_page_are_no_days():
    around = [
        thing("text", "Choose 12/19/2016", 0, 110, "body > p", tag="p"),
        thing("text", "12/19/2016", 30, 110, "body > p > b", tag="b"),
        *(thing("link", str(n), 200 + 20 * n, 130, f"body > nav > a:nth-of-type({n})") for n in range(1, 6)),
    ]
    calendar = calendar_in([*around, *DECEMBER])
    assert calendar.cell(date(2016, 12, 19)).path.startswith(GRID)
    assert len(calendar.days) == 31


def test_days_that_say_their_date_are_known_by_it():
    cells = [
        thing(
            "button", date(2026, 3, n).strftime("%B %-d, %Y"), n % 7 * 25, 100 + n // 7 * 25, f"{GRID} > span:nth({n})"
        )
        for n in range(1, 32)
    ]
    calendar = calendar_in(cells)
    assert (calendar.month, calendar.year) == (3, 2026)
    assert calendar.cell(date(2026, 3, 9)).name == "March 9, 2026"


def test_arrows_without_a_name_turn_the_month_that_they_stand_beside():
    left = thing("clickable", "", 10, 60, "body > div > i:nth-of-type(1)")
    right = thing("clickable", "", 155, 60, "body > div > i:nth-of-type(2)")
    calendar = calendar_in([MONTH, left, right, *days(4, 31)])
    assert (calendar.back, calendar.forth) == (left, right)


def test_lists_of_months_and_years_are_set_instead_of_turning():
    month = thing("combobox", "Month", 20, 60, "body > div > select:nth-of-type(1)", tag="select", value="December")
    year = thing("spinbutton", "Year", 80, 60, "body > div > input", tag="input", value="2016")
    calendar = calendar_in([month, year, *days(4, 31)])
    assert (calendar.month_control, calendar.year_control) == (month, year)
    assert (calendar.month, calendar.year) == (12, 2016)


@pytest.mark.parametrize("things", [[], [MONTH], days(0, 20), [thing("link", "1", 0, 0, "body > a")] * 40])
def test_what_has_no_whole_month_is_no_calendar(things):
    assert calendar_in(things) is None
