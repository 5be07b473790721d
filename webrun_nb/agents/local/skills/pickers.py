"""Chooses days and times in what fields open: calendars, lists of times, fields for hour and minute."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from functools import partial

from webrun_nb.agents.local.skills.calendars import MONTHS, Calendar, calendar_in
from webrun_nb.agents.local.skills.choices import choose_options
from webrun_nb.agents.local.skills.comboboxes import Wish, choose_suggestion, pick, suggestions
from webrun_nb.agents.local.skills.values import read_number, read_time, same_moment
from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    again,
    called,
    common_depth,
    do,
    fail,
    look_until,
    new_things,
    place_of,
    same_element,
    things,
)
from webrun_nb.browsers.actions import Click, Press, Type
from webrun_nb.browsers.observation import Element, Observation

_MOST_TURNS = 240
"""Months that a calendar is turned, one by one."""
_OPENS_MS = 1_500
"""Longest wait for a calendar to open."""
_OPENS = re.compile(r"calendar|date|pick|clock|time", re.I)
_SETS = re.compile(r"^(?:ok(?:ay)?|apply|done|set|select|choose|confirm|save)$", re.I)
_COLUMN_PX = 12
_LEAST_HOURS = 12
_HALF = re.compile(r"^[ap]\.?m\.?$", re.I)


def enter_day(worker: Worker, field: Element, day: date, sentence: str) -> Work[None]:
    """Choose a day in the calendar that a field opens, and check that the field shows it.

    Raises
    ------
    AgentError
        It opens no calendar, the calendar does not reach the day, or the day cannot be chosen in it.
    """
    before = yield from worker.look()
    calendar = yield from _opened(worker, field, before, sentence)
    yield from choose_day(worker, calendar, day, sentence)
    now = yield from again(worker, field)
    if now is not None and not same_moment(now.value, day.isoformat()):
        yield from _confirm(worker, before, sentence)
        now = yield from again(worker, field)
    if now is not None and not same_moment(now.value, day.isoformat()):
        fail(sentence, f'"{called(field)}" shows "{now.value}" after {day.isoformat()} was chosen')


def _opened(worker: Worker, field: Element, before: Observation, sentence: str) -> Work[Calendar]:
    """Open the calendar of a field: with a click on it, with the button beside it, with the keyboard."""
    shown = calendar_in([e for e in things(before) if place_of(e) != place_of(field)])
    if shown is not None:
        return shown
    beside = [
        e
        for e in things(before)
        if e.role in ("button", "clickable", "link", "img")
        and _OPENS.search(f"{e.name} {e.icon} {e.hint}")
        and common_depth(e, field) >= field.path.count(" > ") - 1
    ]
    ways: list[Click | Press] = [Click(field.ref, called(field)), *(Click(e.ref, called(e)) for e in beside[:1])]
    ways.append(Press("Alt+ArrowDown", field.ref, called(field)))
    for way in ways:
        here = next((e for e in (field, *beside) if e.ref == way.ref), field)
        now = same_element(here, (yield from worker.look()))
        if now is not None:
            yield from worker.act(replace(way, ref=now.ref), sentence)
        yield from worker.look(again=True)
        seen = yield from look_until(worker, lambda seen: calendar_in(things(seen)), sentence, _OPENS_MS)
        calendar = calendar_in(things(seen))
        if calendar is not None:
            return calendar
    fail(sentence, f'"{called(field)}" cannot be typed into, and opens no calendar')


def choose_day(worker: Worker, calendar: Calendar, day: date, sentence: str) -> Work[None]:
    """Turn a calendar to the month of a day and click the day.

    Raises
    ------
    AgentError
        The calendar does not reach the day, or the day cannot be chosen in it.
    """
    calendar = yield from _turned(worker, calendar, day, sentence)
    cell = calendar.cell(day)
    if cell is None or not cell.enabled:
        fail(sentence, f"{day.isoformat()} cannot be chosen in the calendar")
    yield from do(worker, Click(cell.ref, called(cell)), sentence)


def _turned(worker: Worker, calendar: Calendar, day: date, sentence: str) -> Work[Calendar]:
    for part, control in (("year", calendar.year_control), ("month", calendar.month_control)):
        held = calendar.year_control if part == "year" else calendar.month_control
        if control is not None and held is not None and getattr(calendar, part) != getattr(day, part):
            yield from _set_part(worker, held, part, day, sentence)
            calendar = yield from _looked(worker, sentence)
    for _ in range(_MOST_TURNS):
        away = calendar.months_to(day)
        if calendar.cell(day) is not None or not away:
            return calendar
        turn = calendar.forth if away > 0 else calendar.back
        if turn is None or not turn.enabled:
            fail(sentence, f"the calendar shows {_shown(calendar)} and cannot be turned to {day:%B %Y}")
        yield from do(worker, Click(turn.ref, called(turn)), sentence)
        turned = yield from _looked(worker, sentence)
        if turned.months_to(day) == away:
            yield from look_until(worker, partial(_is_turned, day=day, away=away), sentence)
            turned = yield from _looked(worker, sentence)
        if turned.months_to(day) == away:
            fail(sentence, f"the calendar stays at {_shown(calendar)} and does not turn to {day:%B %Y}")
        calendar = turned
    fail(sentence, f"the calendar is still at {_shown(calendar)} after {_MOST_TURNS} turns")


def _is_turned(seen: Observation, *, day: date, away: int) -> bool:
    calendar = calendar_in(things(seen))
    return calendar is None or calendar.months_to(day) != away


def _shown(calendar: Calendar) -> str:
    if calendar.month is None or calendar.year is None:
        return "no month"
    return f"{date(calendar.year, calendar.month, 1):%B %Y}"


def _looked(worker: Worker, sentence: str) -> Work[Calendar]:
    calendar = calendar_in(things((yield from worker.look(again=True))))
    if calendar is None:
        fail(sentence, "the calendar has closed before a day was chosen")
    return calendar


def _set_part(worker: Worker, control: Element, part: str, day: date, sentence: str) -> Work[None]:
    if control.tag == "select":
        wanted = str(day.year)
        if part == "month":
            names = [o for o in control.options if MONTHS.get(o.strip(" .").casefold()) == day.month]
            wanted = names[0] if names else f"{day:%B}"
        yield from choose_options(worker, control, (wanted,), sentence)
    else:
        text = str(day.year) if part == "year" else f"{day:%B}"
        yield from do(worker, Type(control.ref, text, called(control), by_keys=True), sentence)
        now = yield from again(worker, control)
        if now is not None:
            yield from do(worker, Press("Tab", now.ref, called(now)), sentence)


def _confirm(worker: Worker, before: Observation, sentence: str) -> Work[None]:
    """Click the button of a picker that sets what was chosen, where it has one."""
    seen = yield from worker.look()
    sets = [e for e in new_things(before, seen) if e.role in ("button", "clickable") and _SETS.match(e.name.strip())]
    if len(sets) == 1:
        yield from do(worker, Click(sets[0].ref, called(sets[0])), sentence)


def enter_time(worker: Worker, field: Element, clock: time, sentence: str) -> Work[None]:
    """Choose a time in what a field opens: fields for hour and minute, or a list of times.

    Raises
    ------
    AgentError
        It opens neither, or the field does not show the time then.
    """
    before = yield from worker.look()
    yield from do(worker, Click(field.ref, called(field)), sentence)
    yield from worker.look(again=True)
    seen = yield from look_until(
        worker, lambda now: clock_in(things(now)) or suggestions(before, now, field), sentence, _OPENS_MS
    )
    written = f"{clock:%H:%M}"
    numbers = [e for e in new_things(before, seen) if e.role == "spinbutton" or e.input_type == "number"]
    columns = clock_in(things(seen))
    if columns:
        yield from _choose_clock(worker, clock, sentence)
        yield from _confirm(worker, before, sentence)
    elif len(numbers) >= 2:
        yield from _set_clock(worker, numbers, before, clock, sentence)
        yield from _confirm(worker, before, sentence)
    else:
        listed = [e for e in suggestions(before, seen, field) if read_time(e.name) == clock]
        if listed:
            yield from pick(worker, same_element(field, seen) or field, listed[0], sentence)
        else:
            yield from choose_suggestion(
                worker, field, Wish(written, "", lambda name: read_time(name) == clock), sentence, free=False
            )
    now = yield from again(worker, field)
    if now is not None and not same_moment(now.value, written):
        fail(sentence, f'"{called(field)}" shows "{now.value}" after {written} was chosen')


def clock_in(shown: Sequence[Element]) -> list[list[Element]]:
    """Return the columns of a clock: hours, minutes and seconds to choose one each from; none where there are none.

    A column has the numbers from 00 or 01 on, one below the other. The last one may be am and pm.
    """
    columns: dict[int, list[Element]] = {}
    for thing in shown:
        if thing.box is not None and (re.fullmatch(r"\d\d", thing.name.strip()) or _HALF.match(thing.name.strip())):
            columns.setdefault(round(thing.box.x / _COLUMN_PX), []).append(thing)
    found = [columns[x] for x in sorted(columns)]
    numbers = [column for column in found if len(column) >= _LEAST_HOURS and column[0].name.strip() in ("00", "01")]
    if len(numbers) < 2:
        return []
    return numbers + [column for column in found if len(column) == 2 and _HALF.match(column[0].name.strip())]


def _choose_clock(worker: Worker, clock: time, sentence: str) -> Work[None]:
    """Choose hour, minute and, where they are there, second and half of the day in the columns of a clock."""
    columns = clock_in(things((yield from worker.look())))
    has_half = bool(_HALF.match(columns[-1][0].name.strip()))
    numbers = [f"{clock.hour % 12 or 12:02}" if has_half else f"{clock.hour:02}", f"{clock.minute:02}", "00"]
    wanted = numbers[: len(columns) - has_half] + (["pm" if clock.hour >= 12 else "am"] if has_half else [])
    for at, name in enumerate(wanted):
        columns = clock_in(things((yield from worker.look())))
        fitting = [e for e in (columns[at] if at < len(columns) else []) if e.name.strip().casefold() == name]
        if not fitting:
            fail(sentence, f"the clock has no {name}")
        yield from do(worker, Click(fitting[0].ref, called(fitting[0])), sentence)
        yield from worker.look(again=True)


def _set_clock(worker: Worker, numbers: list[Element], before: Observation, clock: time, sentence: str) -> Work[None]:
    """Type hour and minute into their fields, and switch between am and pm where that is shown."""
    seen = yield from worker.look()
    half = next((e for e in new_things(before, seen) if _HALF.match(e.name.strip())), None)
    hour = clock.hour if half is None else clock.hour % 12 or 12
    for field, number in zip(numbers, (hour, clock.minute), strict=False):
        now = same_element(field, (yield from worker.look()))
        if now is not None and read_number(now.value) != number:
            yield from do(worker, Type(now.ref, f"{number:02}", called(now), by_keys=True), sentence)
            yield from do(worker, Press("Tab"), sentence)
            yield from worker.look(again=True)
    if half is not None:
        here = next((e for e in things((yield from worker.look())) if _HALF.match(e.name.strip())), None)
        if here is not None and here.name.strip().casefold().startswith("p") is not (clock.hour >= 12):
            yield from do(worker, Click(here.ref, called(here)), sentence)
            yield from worker.look(again=True)
