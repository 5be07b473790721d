"""Dates as pages write them: from a text to its possible days, each with the order of its parts that it assumes.

Nothing is decided here: `2/5/2019` has two days. A text that is no whole date gives the reason. Exact forms (ISO 8601)
have one day whatever the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.locale import (
    LETTERS,
    SPACES,
    base_language,
    month_names,
    plain,
    weekday_names,
    word_key,
)
from webrun_nb.extraction.values.times import take_time
from webrun_nb.extraction.values.vocabulary import is_blank

MOST_CHARACTERS = 120
"""Longer texts are no dates."""
_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{8}(?=T|$))"
    r"(?:[T ](?P<time>\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)\s?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_FIGURES = re.compile(
    r"(?<![\d.,/-])(?P<a>\d{1,4})(?P<mark>\s?[./-]\s?| )(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})(?![\d/-]|[.,]\d)"
)
_EAST_ASIAN = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일号號]?"
)
_VIETNAMESE = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s+(?:tháng|thg)\s+(?P<month>\d{1,2})\s*(?:,|năm|\s)\s*(?P<year>\d{4})", re.I
)
_TOKEN = re.compile(rf"\d+|{LETTERS}+(?:\.{LETTERS}+)*\.?|'")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|º|ª|°|-?(?:го|е|ый|ое))(?![^\W\d_])", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1000, 2200
_FIRST_YEAR_IN_FIGURES = 1700
"""A year before it, in figures alone, is of another calendar (1403 is Persian, 1446 Islamic)."""
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}
"""The year before the first one of an era."""
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})\s?(\d{{1,3}}|元)(?=\s?年)")
_THAI_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_THAI_YEARS_AHEAD = 543
_OTHER_ERAS = ("هـ", "ه.ش", "ه‍.ش")
_THIS_CENTURY_TO, _LAST_CENTURY_FROM = 35, 70
"""Years of two digits up to the one are 20xx, from the other on 19xx; between them nothing proves the century."""


class Day(NamedTuple):
    """One possible day of a text, and the order (`dmy`, `mdy`, `ymd`) under which it has it; empty if it is certain."""

    day: date
    order: str = ""


@dataclass(frozen=True, slots=True)
class DateText:
    """A text with one date."""

    days: tuple[Day, ...]
    """Its possible days, at most three."""
    mark: str = ""
    """The character between its figures; empty for a date with a month's name."""
    time: time | None = None
    """Its time, with its zone where the text has one."""
    zone_name: str = ""
    """A zone named by letters that several zones share."""

    def moment(self, day: Day) -> datetime | None:
        """Return a day with the text's time; None without a time."""
        return None if self.time is None else datetime.combine(day.day, self.time)


def read_iso(text: str) -> DateText | None:
    """Return the date of a machine-readable text (`datetime`, `content`); None where it is no ISO date.

    >>> found = read_iso("2024-03-02T09:10:00Z")
    >>> found.moment(found.days[0]).isoformat()
    '2024-03-02T09:10:00+00:00'
    >>> read_iso("P3D") is None
    True
    """
    found = _ISO.fullmatch(text.strip()[:60])
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["date"])
        clock = (
            time.fromisoformat((found["time"] or "").replace(",", ".") + (found["zone"] or ""))
            if found["time"]
            else None
        )
    except ValueError:
        return None
    return DateText((Day(day),), "-", clock)


@lru_cache(20_000)
def read_date(text: str, language: str = "") -> DateText | Reason:
    """Return the date that a text says, or the reason why it says no whole one.

    >>> [str(one.day) for one in read_date("2/5/2019").days], [str(one.day) for one in read_date("28/6/2019").days]
    (['2019-05-02', '2019-02-05'], ['2019-06-28'])
    >>> str(read_date("5. Januar 2021", "de").days[0].day), read_date("March 2024", "en")
    ('2021-01-05', <Reason.NOT_A_WHOLE_DATE: 'not-a-whole-date'>)

    Parameters
    ----------
    text : str
        The displayed text.
    language : str
        The page's language tag, for the names of months.
    """
    if len(text) > MOST_CHARACTERS:
        return Reason.TOO_LONG
    line = plain(text).strip(SPACES + "\t\n")
    if is_blank(line):
        return Reason.BLANK
    if (iso := read_iso(line)) is not None and "-" in line:
        return iso
    line = _in_common_years(line, language)
    if any(era in line for era in _OTHER_ERAS):
        return Reason.OTHER_CALENDAR
    taken = take_time(line, language)
    if isinstance(taken, Reason):
        return taken
    clock, zone_name = taken.clock, taken.zone_name
    rest = _ORDINAL.sub("", taken.rest)
    for pattern in (_EAST_ASIAN, _VIETNAMESE):
        if found := pattern.search(rest):
            if len(re.findall(r"\d+", rest)) > 3:
                return Reason.SEVERAL_DATES
            day = _day(int(found["year"]), int(found["month"]), int(found["day"]))
            return Reason.NOT_A_WHOLE_DATE if day is None else DateText((Day(day),), "", clock, zone_name)
    in_figures = [*_FIGURES.finditer(rest)]
    if len(in_figures) > 1:
        return Reason.SEVERAL_DATES
    days = _days_of_figures(in_figures[0]) if in_figures else None
    mark = in_figures[0]["mark"].strip(SPACES) if in_figures else ""
    outside = rest[: in_figures[0].start()] + " " + rest[in_figures[0].end() :] if in_figures else ""
    if days is None or (days is Reason.NOT_A_WHOLE_DATE and any(char.isalpha() for char in rest)):
        outside, mark = "", ""
        days = _days_of_words(rest, language)
    if isinstance(days, Reason):
        return days
    if any(char.isdigit() for char in outside):
        return Reason.SEVERAL_DATES if re.search(r"\d{4}", outside) else Reason.NOT_A_WHOLE_DATE
    days = _on_weekday(days, rest, language)
    return DateText(days, mark, clock, zone_name) if days else Reason.NOT_A_WHOLE_DATE


def _in_common_years(line: str, language: str) -> str:
    """Return the text of a date with years of Japanese, Taiwanese and Thai eras as common ones."""
    if base_language(language) == "th" or "พ.ศ." in line:
        line = line.replace("พ.ศ.", "")
        return _THAI_YEAR.sub(lambda year: str(int(year[0]) - _THAI_YEARS_AHEAD), line)
    if "年" not in line:
        return line
    return _ERA_YEAR.sub(lambda era: str(_ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))), line)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(written: str) -> int | Reason:
    """Return the year of four or two digits."""
    number = int(written)
    if len(written) == 4:
        return number if _FIRST_YEAR_IN_FIGURES <= number <= _LAST_YEAR else Reason.OTHER_CALENDAR
    if len(written) != 2:
        return Reason.NOT_A_WHOLE_DATE
    if number <= _THIS_CENTURY_TO:
        return 2000 + number
    return 1900 + number if number >= _LAST_CENTURY_FROM else Reason.AMBIGUOUS_CENTURY


def _days_of_figures(found: re.Match[str]) -> tuple[Day, ...] | Reason:
    a, b, c = found["a"], found["b"], found["c"]
    if len(a) == 4:
        orders = ["ymd"]
    elif len(c) == 4:
        orders = ["dmy", "mdy"]
    elif len(a) <= 2 and len(c) == 2:
        orders = ["dmy", "mdy", "ymd"] if len(a) == 2 else ["dmy", "mdy"]
    else:
        return Reason.NOT_A_WHOLE_DATE
    days: list[Day] = []
    reason = Reason.NOT_A_WHOLE_DATE
    for order in orders:
        parts = dict(zip(order, (a, b, c), strict=True))
        year = _year(parts["y"])
        if isinstance(year, Reason):
            reason = year
            continue
        if len(parts["m"]) > 2 or len(parts["d"]) > 2:
            continue
        day = _day(year, int(parts["m"]), int(parts["d"]))
        if day is not None:
            days.append(Day(day, order))
    if not days:
        return reason
    if len({one.day for one in days}) == 1:
        return (Day(days[0].day, days[0].order if len(days) == 1 and len(orders) > 1 else ""),)
    return tuple(days)


def _days_of_words(line: str, language: str) -> tuple[Day, ...] | Reason:
    """Read a date with a month's name: of the numbers beside it one is the year and the other the day."""
    tokens = _TOKEN.findall(line)
    if len(tokens) > 24:
        return Reason.NOT_A_WHOLE_DATE
    numbers = [token for token in tokens if token.isdigit()]
    if len(numbers) < 2:  # before the names of months in all languages are read, which takes half a second once
        return Reason.NOT_A_WHOLE_DATE
    months = {*_months_in(tokens, language)}
    if len(months) != 1:
        return Reason.SEVERAL_DATES if len(months) > 1 and len(numbers) > 2 else Reason.NOT_A_WHOLE_DATE
    (month,) = months
    years = [number for number in numbers if len(number) == 4]
    others = [number for number in numbers if len(number) <= 2]
    if len(numbers) != 2:
        return Reason.SEVERAL_DATES if len(numbers) > 2 else Reason.NOT_A_WHOLE_DATE
    if len(years) == 1 and len(others) == 1:
        if int(years[0]) > _LAST_YEAR or (base_language(language) in ("fa", "ar", "th") and int(years[0]) < 1700):
            return Reason.OTHER_CALENDAR
        day = _day(int(years[0]), month, int(others[0]))
        return Reason.NOT_A_WHOLE_DATE if day is None else (Day(day),)
    if len(others) != 2:
        return Reason.NOT_A_WHOLE_DATE
    first, last = others
    if "'" in tokens and tokens.index("'") + 1 < len(tokens) and tokens[tokens.index("'") + 1] == first:
        first, last = last, first
    year = _year(last)
    if isinstance(year, Reason):
        return year
    day = _day(year, month, int(first))
    other_year = _year(first)
    other = None if isinstance(other_year, Reason) or "'" in tokens else _day(other_year, month, int(last))
    days = [] if day is None else [Day(day, "dmy")]
    if other is not None and len(first) == 2:
        days.append(Day(other, "ymd"))
    return tuple(days) or Reason.NOT_A_WHOLE_DATE


def _months_in(tokens: list[str], language: str) -> Iterator[int]:
    """Yield the months that the words name, in the page's language and English, else in any language."""
    words = [word_key(token) for token in tokens if not token.isdigit()]
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    for tag in (language, "en", ""):
        if tag and not base_language(language):
            continue
        known = month_names(tag)
        found = [known[word] for word in (*words, *pairs) if word in known]
        if not found and base_language(language) in ("he", "iw"):  # "in June" is one word
            found = [known[word[1:]] for word in words if word[:1] == "ב" and word[1:] in known]
        if len(found) > 1:  # "mar, 5 may 2024": a weekday and a month
            weekdays = weekday_names(language)
            found = [known[word] for word in (*words, *pairs) if word in known and word not in weekdays]
        if not found:
            found = [*_by_beginning(words, known)]
        if found:
            yield from (month if month is not None else 0 for month in found)
            return


def _by_beginning(words: list[str], known: Mapping[str, int | None]) -> Iterator[int | None]:
    """Yield the months of words that are the beginning of one month's name, as `Sept.` is."""
    for word in words:
        if len(word) >= 3:
            months = {month for name, month in known.items() if name.startswith(word)}
            if len(months) == 1:
                yield months.pop()


def _on_weekday(days: tuple[Day, ...], line: str, language: str) -> tuple[Day, ...]:
    """Return the days that fall on the weekday that the text names, if it names one."""
    if len(days) < 2 or not any(char.isalpha() for char in line):
        return days
    known = {**weekday_names("en"), **(weekday_names(language) if base_language(language) else {})}
    named = {known[key] for token in _TOKEN.findall(line) if len(key := word_key(token)) > 1 and key in known}
    if len(named) != 1:
        return days
    (weekday,) = named
    return tuple(one for one in days if one.day.weekday() == weekday) or days


# --- relative dates -----------------------------------------------------------------------------------------

_MOST_DAYS = 60
_MOST_RELATIVE_CHARACTERS = 40
_SURE_WITHOUT_NUMBER = range(-2, 3)
_ANY_NUMBER = 4
_USUAL_LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "ru", "ja", "zh"]
"""The languages of relative dates on pages that name none."""


def days_from_today(text: str, language: str) -> int | None:
    """Return how many days after the page's day a relative date is; None where the text does not say it to the day.

    `3 weeks ago` and `2 months ago` are rounded, and `5 hours ago` may be today or yesterday.

    >>> days_from_today("vor 3 Tagen", "de"), days_from_today("3 weeks ago", "en"), days_from_today("yesterday", "en")
    (-3, None, -1)
    """
    if len(text) > _MOST_RELATIVE_CHARACTERS or "+" in text or not any(char.isalpha() for char in text):
        return None
    taken = take_time(plain(text).strip(), language)
    if isinstance(taken, Reason):
        return None
    line = " ".join(taken.rest.split()).strip(", ")
    numbers = re.findall(r"\d+", line)
    if not numbers:
        offset = _offset(line, base_language(language))
        return offset if offset in _SURE_WITHOUT_NUMBER else None
    if len(numbers) > 1 or not 1 <= int(numbers[0]) <= _MOST_DAYS:
        return None
    # one text stands for all with another number: if "4 x ago" is 4 days ago, x are days
    offset = _offset(line.replace(numbers[0], str(_ANY_NUMBER)), base_language(language))
    return int(numbers[0]) * (1 if offset > 0 else -1) if offset is not None and abs(offset) == _ANY_NUMBER else None


@lru_cache(500)
def _offset(line: str, language: str) -> int | None:
    """Return the days from today of a relative date in any unit; None where it is none."""
    import dateparser

    languages = [language] if language in _dateparser_languages() else _USUAL_LANGUAGES
    offsets = set()
    for base in (datetime(2021, 5, 12, 0, 30), datetime(2021, 5, 12, 23, 30), datetime(2022, 3, 9, 12)):
        settings = {"RELATIVE_BASE": base, "PARSERS": ["relative-time"], "RETURN_AS_TIMEZONE_AWARE": False}
        found = dateparser.parse(line, languages=languages, settings=settings)
        if found is None:
            return None
        offsets.add((found.date() - base.date()) // timedelta(days=1))
    return offsets.pop() if len(offsets) == 1 else None


@lru_cache(1)
def _dateparser_languages() -> frozenset[str]:
    from dateparser.data.languages_info import language_order

    return frozenset(language_order)
