"""Reads a calendar that a script draws: its days, its month and year, and what turns its pages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from webrun_nb.agents.local.skills.working import innermost
from webrun_nb.browsers.observation import Element
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.dates import read_date

_LEAST_DAYS = 26
"""A calendar has at least so many numbered days, some of which may not be chosen."""
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_FORTH = re.compile(r"\bnext\b|\bforward\b|\blater\b|chevron-?right|arrow-?right|^\s*[›>→»▶❯]+\s*$", re.I)
_BACK = re.compile(r"\bprev(?:ious)?\b|\bback(?:ward)?\b|\bearlier\b|chevron-?left|arrow-?left|^\s*[‹<←«◀❮]+\s*$", re.I)
_OF_YEARS = re.compile(r"\byears?\b|\bdecade\b|^\s*(?:»|«|>>|<<)\s*$", re.I)
_ROW_PX = 8
"""Cells whose middles differ less are in one row."""
_HEADER_PX = 140
"""Height of what stands above the days: month, year, and what turns the pages."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month of days that can be chosen."""

    days: Mapping[int, Element]
    """The days of the month, by number."""
    dated: Mapping[date, Element]
    """The days that say which date they are."""
    month: int | None
    """None where the calendar displays none."""
    year: int | None
    month_control: Element | None = None
    """The field or list that the month is set with; None where it only turns."""
    year_control: Element | None = None
    forth: Element | None = None
    """Turns to the next month."""
    back: Element | None = None

    def months_to(self, day: date) -> int | None:
        """Return the number of months from the displayed one to that of a day; None where that is not known."""
        if self.month is None or self.year is None:
            return None
        return (day.year - self.year) * 12 + day.month - self.month

    def cell(self, day: date) -> Element | None:
        """Return the element of a day, where its month is displayed; None where it is not."""
        if day in self.dated:
            return self.dated[day]
        return None if self.months_to(day) != 0 else self.days.get(day.day)


def calendar_in(shown: Sequence[Element]) -> Calendar | None:
    """Return the calendar among things of a page; None where there is none."""
    cells = _of_one_grid(innermost([e for e in shown if e.box is not None and _day_number(e) is not None]))
    # Days that cannot be chosen are texts, which are listed apart: the places tell the order.
    numbered = [(number, e) for e in _in_reading_order(cells) if (number := _day_number(e)) is not None]
    run = _month_run(numbered)
    if len(run) < _LEAST_DAYS:
        return None
    cells = list(run.values())
    head = [e for e in shown if _is_head(e, cells)]
    month, year, month_control, year_control = _month_shown(head)
    dated = {day: e for e in cells if (day := _date_of(e)) is not None}
    if dated and (month is None or year is None):
        first = _date_of(cells[0])
        month, year = (month, year) if first is None else (first.month, first.year)
    turns = [e for e in head if e.role in ("button", "link", "clickable", "graphic", "img") or e.draggable]
    forth, back = _turn(turns, _FORTH), _turn(turns, _BACK)
    if forth is None and back is None:
        back, forth = _beside_the_month(turns, head)
    return Calendar(run, dated, month, year, month_control, year_control, forth, back)


def _of_one_grid(cells: Sequence[Element]) -> list[Element]:
    """Return the cells in the innermost part of the page with the days of a whole month; none where there is none."""
    counts: Counter[tuple[int, str]] = Counter()
    for cell in cells:
        counts.update((cell.frame, path) for path in _around(cell))
    whole = [part for part, count in counts.items() if count >= _LEAST_DAYS]
    frame, path = max(whole, key=lambda part: part[1].count(" > "), default=(0, ""))
    return [e for e in cells if path and e.frame == frame and e.path.startswith(f"{path} > ")]


def _around(cell: Element) -> Iterator[str]:
    path = cell.path
    while " > " in path:
        path = path.rpartition(" > ")[0]
        yield path


def _in_reading_order(cells: Sequence[Element]) -> list[Element]:
    """Return elements row by row, each row from left to right."""
    placed = [(e.box.y + e.box.height / 2, e.box.x, e) for e in cells if e.box is not None]
    placed.sort(key=lambda each: each[0])
    rows: list[list[tuple[float, float, Element]]] = []
    for each in placed:
        if rows and each[0] - rows[-1][0][0] <= _ROW_PX:
            rows[-1].append(each)
        else:
            rows.append([each])
    return [e for row in rows for _, _, e in sorted(row, key=lambda each: each[1])]


def _day_number(element: Element) -> int | None:
    name = element.text if element.text.strip().isdecimal() else element.name
    if re.fullmatch(r"[0-3]?\d", name.strip()) and element.tag not in ("option", "select", "input"):
        number = int(name)
        return number if 1 <= number <= 31 else None
    day = _date_of(element)
    return None if day is None else day.day


def _date_of(element: Element) -> date | None:
    if not 8 <= len(element.name) <= 60:
        return None
    found = read_date(element.name, "en")
    return None if isinstance(found, Reason) or len(found.days) != 1 else found.days[0].day


def _month_run(numbered: Sequence[tuple[int, Element]]) -> dict[int, Element]:
    """Return the days from the first one that is followed by the most: days of the months around are left out."""
    best: dict[int, Element] = {}
    run: dict[int, Element] = {}
    for number, element in numbered:
        if run and number == len(run) + 1:
            run[number] = element
            continue
        best = max(best, run, key=len)
        run = {1: element} if number == 1 else {}
    return max(best, run, key=len)


def _is_head(element: Element, cells: Sequence[Element]) -> bool:
    """Tell whether a thing stands above the days of a calendar, or in it."""
    if element.box is None or cells[0].box is None or element.frame != cells[0].frame:
        return False
    boxes = [cell.box for cell in cells if cell.box is not None]
    left, right = min(b.x for b in boxes), max(b.x + b.width for b in boxes)
    top, bottom = min(b.y for b in boxes), max(b.y + b.height for b in boxes)
    margin = 40
    across = left - margin <= element.box.x and element.box.x + element.box.width <= right + margin
    return across and top - _HEADER_PX <= element.box.y <= bottom


def _month_shown(head: Sequence[Element]) -> tuple[int | None, int | None, Element | None, Element | None]:
    month = year = month_control = year_control = None
    for element in head:
        is_field = element.tag in ("select", "input")
        text = (element.value if is_field else f"{element.text} {element.name}").casefold()
        if len(text) > 60 or _day_number(element) is not None:
            continue
        words = re.findall(r"[^\W\d_]+", text)
        named = next((MONTHS[word] for word in words if word in MONTHS), None)
        if named is not None and (month is None or is_field):
            month, month_control = named, element if is_field else month_control
        found = _YEAR.search(text)
        if found is not None and (year is None or is_field):
            year, year_control = int(found[0]), element if is_field else year_control
    return month, year, month_control, year_control


def _beside_the_month(turns: Sequence[Element], head: Sequence[Element]) -> tuple[Element | None, Element | None]:
    """Return what stands left and right of the month without a name: arrows that are only drawn."""
    title = next((e for e in head if any(word in MONTHS for word in re.findall(r"[a-z]+", e.name.casefold()))), None)
    if title is None or title.box is None:
        return None, None
    middle = title.box.y + title.box.height / 2
    unnamed = [e for e in turns if e.box is not None and not e.name and e.box.y <= middle <= e.box.y + e.box.height]
    arrows = innermost(unnamed)
    left = [e for e in arrows if e.box is not None and e.box.x + e.box.width <= title.box.x + 1]
    right = [e for e in arrows if e.box is not None and e.box.x >= title.box.x + title.box.width - 1]
    return (left[0], right[-1]) if len(left) == len(right) == 1 else (None, None)


def _turn(turns: Sequence[Element], words: re.Pattern[str]) -> Element | None:
    named = [e for e in turns if any(words.search(text) for text in (e.name, e.text, e.icon, e.hint))]
    months = [e for e in named if not any(_OF_YEARS.search(text) for text in (e.name, e.text))]
    return next(iter([*(e for e in months if e.enabled), *months]), None)
