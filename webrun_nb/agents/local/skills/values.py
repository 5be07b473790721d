"""The values of controls, from the way people write them to the way a field holds them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.dates import DateText, read_date
from webrun_nb.extraction.values.times import take_time

_MOST_CHARS = 2_000
YES = frozenset({"yes", "on", "true", "ticked", "checked", "enabled", "selected", "y", "1"})
NO = frozenset({"no", "off", "false", "unticked", "unchecked", "disabled", "unselected", "n", "0"})
_NAMED_TIMES: Mapping[str, time] = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_NAMED_DAYS: Mapping[str, int] = {"today": 0, "tomorrow": 1, "yesterday": -1}
_DAYS_FROM_NOW = re.compile(r"in (\d{1,3}) (day|week)s?|(\d{1,3}) (day|week)s? from (?:now|today)", re.I)
_COLORS: Mapping[str, str] = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "lime": "#00ff00", "green": "#008000",
    "blue": "#0000ff", "yellow": "#ffff00", "cyan": "#00ffff", "magenta": "#ff00ff", "orange": "#ffa500",
    "purple": "#800080", "pink": "#ffc0cb", "brown": "#a52a2a", "gray": "#808080", "grey": "#808080",
    "navy": "#000080", "teal": "#008080", "maroon": "#800000", "olive": "#808000", "silver": "#c0c0c0",
}  # fmt: skip
"""Colours of CSS that people name."""
_MONTH = re.compile(
    r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>\d{1,2})|(?P<month_first>\d{1,2})\s*[-/.]\s*(?P<year_last>\d{4})"
)
_WEEK = re.compile(
    r"(?P<year>\d{4})\s*-?\s*w(?:eek)?\s*(?P<week>\d{1,2})"
    r"|week\s*(?P<week_first>\d{1,2}),?\s*(?:of\s*)?(?P<year_last>\d{4})",
    re.I,
)
_NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?|[-+−]?\.\d+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FORMAT = re.compile(
    r"(?<![a-z])(?P<a>d{1,2}|m{1,2}|y{2,4})(?P<mark>[-/. ])(?P<b>d{1,2}|m{1,2})(?P=mark)(?P<c>d{1,2}|y{2,4})(?![a-z])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class DayRead:
    """The day that a text names."""

    day: date
    assumed: str = ""
    """The order of day and month that was taken for granted, for people: `month/day/year`; empty if it is certain."""


def _squeezed(text: str) -> str:
    return " ".join(text[:_MOST_CHARS].split())


def read_day(text: str, order: str = "", today: date | None = None) -> DayRead | None:
    """Return the day that a text names; None where it names none.

    >>> read_day("5 March 2011"), read_day("03/05/2011", "dmy")
    (DayRead(day=datetime.date(2011, 3, 5), assumed=''), DayRead(day=datetime.date(2011, 5, 3), assumed=''))
    >>> read_day("03/05/2011")
    DayRead(day=datetime.date(2011, 3, 5), assumed='month/day/year')

    Parameters
    ----------
    order : str
        The order that the field has (`dmy`, `mdy`, `ymd`); empty where nothing tells it: then `03/05/2011` has the
        month first, and `03.05.2011` the day.
    today : date, optional
        The day that `tomorrow` and `March 5` refer to.
    """
    said, today = _squeezed(text).strip(" .,"), today or date.today()
    if (days := _NAMED_DAYS.get(said.casefold())) is not None:
        return DayRead(today + timedelta(days=days))
    if (away := _DAYS_FROM_NOW.fullmatch(said)) is not None:
        number, unit = int(away[1] or away[3]), away[2] or away[4]
        return DayRead(today + timedelta(days=number * (7 if unit.lower() == "week" else 1)))
    found = read_date(said, "en")
    if isinstance(found, Reason):
        found = read_date(f"{said} {today.year}", "en") if re.search(r"[a-z]{3}", said, re.I) else found
    if isinstance(found, Reason) or not found.days:
        return None
    return _in_order(found, order)


def _in_order(found: DateText, order: str) -> DayRead | None:
    if len(found.days) == 1:
        return DayRead(found.days[0].day)
    wanted = order or ("dmy" if found.mark == "." else "mdy")
    day = next((each.day for each in found.days if each.order == wanted), found.days[0].day)
    names = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}
    return DayRead(day, "" if order else names[wanted])


def read_time(text: str) -> time | None:
    """Return the time of day that a text names; None where it names none.

    >>> read_time("7:32 PM"), read_time("7.30pm"), read_time("noon"), read_time("half")
    (datetime.time(19, 32), datetime.time(19, 30), datetime.time(12, 0), None)
    """
    said = _squeezed(text).strip(" .,").casefold()
    if said in _NAMED_TIMES:
        return _NAMED_TIMES[said]
    taken = take_time(re.sub(r"(?<=\d)\.(?=\d\d(?!\d))", ":", said), "en")
    if isinstance(taken, Reason) or taken.clock is None or taken.rest.strip(" ,"):
        return None
    return taken.clock.replace(tzinfo=None)


def read_number(text: str) -> Decimal | None:
    """Return the one number of a text; None where it has none or several.

    >>> read_number("$1,250.50"), read_number("−7"), read_number("3 to 5")
    (Decimal('1250.50'), Decimal('-7'), None)
    """
    found = _NUMBER.findall(_THOUSANDS.sub("", text[:100]).replace("−", "-"))
    try:
        return Decimal(found[0]) if len(found) == 1 else None
    except InvalidOperation:
        return None


def native_value(input_type: str, text: str, today: date | None = None) -> tuple[str, str] | None:
    """Return a value in the own format of a native field, and what was assumed for it; None where it has no such value.

    >>> native_value("date", "March 5, 2011"), native_value("time", "7:32 PM"), native_value("week", "week 9 of 2011")
    (('2011-03-05', ''), ('19:32', ''), ('2011-W09', ''))
    >>> native_value("datetime-local", "03/05/2011 7 pm"), native_value("color", "#F80"), native_value("date", "soon")
    (('2011-03-05T19:00', 'month/day/year'), ('#ff8800', ''), None)

    Parameters
    ----------
    input_type : str
        The `type` of the `<input>`: `date`, `time`, `month`, `week`, `datetime-local`, `color`, `range` or `number`.
    """
    said = text.strip()
    match input_type:
        case "date":
            day = read_day(said, today=today)
            return None if day is None else (day.day.isoformat(), day.assumed)
        case "time":
            clock = read_time(said)
            return None if clock is None else (_clock(clock), "")
        case "datetime-local":
            return _moment(said, today)
        case "month":
            month = _month(said)
            return None if month is None else (month, "")
        case "week":
            week = _WEEK.search(said)
            if week is None:
                day = read_day(said, today=today)
                year, number = (0, 0) if day is None else day.day.isocalendar()[:2]
                return None if day is None else (f"{year:04}-W{number:02}", day.assumed)
            return f"{week['year'] or week['year_last']}-W{int(week['week'] or week['week_first']):02}", ""
        case "color":
            color = _color(said)
            return None if color is None else (color, "")
        case "range" | "number":
            wanted = read_number(said)
            return None if wanted is None else (f"{wanted.normalize():f}" if wanted else "0", "")
        case _:
            return None


def _clock(clock: time) -> str:
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


def _moment(text: str, today: date | None) -> tuple[str, str] | None:
    taken = take_time(text, "en")
    if isinstance(taken, Reason) or taken.clock is None:
        return None
    day = read_day(re.sub(r"\bat\s*$|^\s*at\b|[Tt]\s*$|,\s*$", "", taken.rest.strip()), today=today)
    return None if day is None else (f"{day.day.isoformat()}T{_clock(taken.clock)}", day.assumed)


def _month(text: str) -> str | None:
    found = _MONTH.fullmatch(text)
    if found is not None:
        month = int(found["month"] or found["month_first"])
        return f"{found['year'] or found['year_last']}-{month:02}" if 1 <= month <= 12 else None
    day = read_day(f"1 {text}") or read_day(text)
    return None if day is None else f"{day.day:%Y-%m}"


def _color(text: str) -> str | None:
    said = text.casefold()
    if re.fullmatch(r"#[0-9a-f]{3}", said):
        return "#" + "".join(digit * 2 for digit in said[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", said):
        return said
    return _COLORS.get(said)


def order_of_format(hint: str) -> str:
    """Return the order of a date's parts in a field's hint, such as a placeholder; empty where it has none.

    >>> order_of_format("dd.mm.yyyy"), order_of_format("Date (MM/DD/YYYY)"), order_of_format("Your name")
    ('dmy', 'mdy', '')
    """
    found = _FORMAT.search(hint[:200])
    return "".join(found[part][0] for part in "abc").lower() if found else ""


def in_format(day: date, hint: str) -> str | None:
    """Write a day in the format that a field's hint shows; None where it shows none.

    >>> in_format(date(2011, 3, 5), "dd.mm.yyyy"), in_format(date(2011, 3, 5), "m/d/yy"), in_format(date.min, "Day")
    ('05.03.2011', '3/5/11', None)
    """
    found = _FORMAT.search(hint[:200])
    if found is None:
        return None
    numbers = {"d": day.day, "m": day.month}
    parts = []
    for name in "abc":
        code = found[name].lower()
        if code[0] == "y":
            parts.append(f"{day.year % 100:02}" if len(code) == 2 else f"{day.year:04}")
        else:
            parts.append(str(numbers[code[0]]).zfill(len(code)))
    return found["mark"].join(parts)


def same_text(one: str, other: str) -> bool:
    """Tell whether two texts say the same: case, blanks and signs do not count, as fields may write their own.

    >>> same_text("(555) 010-99", "55501099"), same_text("Ada ", "ada"), same_text("-7", "7"), same_text("", "")
    (True, True, False, True)
    """
    if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
        return True
    if re.search(r"(?<!\w)[-−]\d", one) or re.search(r"(?<!\w)[-−]\d", other):
        return False
    letters = [re.sub(r"[\W_]+", "", text.casefold()) for text in (one, other)]
    return letters[0] == letters[1] != ""


def same_moment(one: str, other: str) -> bool:
    """Tell whether two texts can name the same day, time or number.

    >>> same_moment("5 March 2011", "03/05/2011"), same_moment("7 PM", "19:00"), same_moment("7", "7.0")
    (True, True, True)
    >>> same_moment("5 March 2011", "04/05/2011"), same_moment("", "")
    (False, False)
    """
    days = [_days(text) for text in (one, other)]
    if days[0] and days[1]:
        return bool(days[0] & days[1])
    numbers = [read_number(text) for text in (one, other)]
    if None not in numbers and numbers[0] == numbers[1]:
        return True
    clocks = [read_time(text) for text in (one, other)]
    return None not in clocks and clocks[0] == clocks[1]


def _days(text: str) -> set[date]:
    found = read_date(_squeezed(text), "en")
    return set() if isinstance(found, Reason) else {each.day for each in found.days}
