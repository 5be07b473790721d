"""Times of day in the texts of dates: `18:02`, `5 pm`, `18 h 02`, `18.02 Uhr`, `오후 9:41`, with their zones."""

from __future__ import annotations

import re
from datetime import UTC, time, tzinfo
from functools import lru_cache
from typing import NamedTuple

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.locale import MAJOR_LANGUAGES, base_language, locale_of, plain

_ZONES = (
    "ACST ACDT AEST AEDT AKST AKDT AST AWST BRT BST CAT CDT CEST CET CST EAT EDT EEST EET EST ET HKT HST ICT IST JST"
    " KST MDT MSK MST NST NZDT NZST PDT PHT PKT PST PT SAST SGT WAT WEST WET WIB"
)
"""Letters that name a time zone, some of them several."""
_TIME = re.compile(
    r"(?<![\d.,:/-])(?P<hour>[01]?\d|2[0-4])"
    r"(?:(?P<mark>:|\s?Uhr(?!\w)\s?|\s?h(?![^\W\d_])\s?|\.(?=\d\d\s?(?:Uhr|h\b)))(?P<minute>[0-5]\d)?(?!\d)"
    r"(?:(?::|\s?min\s?)(?P<second>[0-5]\d)?(?:[.,]\d{1,9}|\s?s\b)?)?(?:\s?(?:Uhr|h|hrs|min)(?!\w))?"
    r"|\s?時\s?(?P<minute_east>[0-5]?\d)\s?分)"
    r"(?:\s?(?P<half>[ap]\.?m\b\.?))?(?:\s?(?P<zone>Z\b|UTC|GMT|[+-]\d\d:?\d\d)(?![\w+-])"
    rf"|\s?(?P<named>(?-i:{'|'.join(sorted(_ZONES.split(), key=len, reverse=True))})\b))?"
    r"|\b(?:klo|kl)\.?\s?(?P<hour_nordic>[01]?\d|2[0-3])[.:](?P<minute_nordic>[0-5]\d)(?!\d)"
    r"|(?<=\d{4})[\s,]{1,3}(?P<hour_dot>[01]?\d|2[0-3])\.(?P<minute_dot>[0-5]\d)(?:\.(?P<second_dot>[0-5]\d))?$"
    r"|(?<![\d.,:/-])(?P<hour12>1[0-2]|0?[1-9])\s?(?P<half12>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)


class TimeTaken(NamedTuple):
    """A text without its time of day."""

    rest: str
    clock: time | None = None
    """The time, with its zone where the text has one by offset."""
    zone_name: str = ""
    """A zone named by letters."""


def take_time(line: str, language: str) -> TimeTaken | Reason:
    """Take the time of day off the text of a date.

    >>> take_time("17 February 2024, 6:02 pm", "en")
    TimeTaken(rest='17 February 2024,', clock=datetime.time(18, 2), zone_name='')
    >>> take_time("2024. 9. 14. 오후 9:41", "ko").clock
    datetime.time(21, 41)
    """
    found = [one for one in _TIME.finditer(line) if not _is_no_time(one)]
    if not found:
        return TimeTaken(line)
    if len(found) > 1:
        return Reason.SEVERAL_DATES
    one = found[0]
    names = ("hour", "hour12", "hour_nordic", "hour_dot"), ("minute", "minute_east", "minute_nordic", "minute_dot")
    hour, minute = (int(next((one[name] for name in group if one[name]), "0")) for group in names)
    second = int(one["second"] or one["second_dot"] or 0)
    before, after = line[: one.start()].rstrip(), line[one.end() :].lstrip()
    half = (one["half"] or one["half12"] or "").lower()[:1]
    if not half:
        half, before, after = _taken_half(before, after, language)
    if half and (hour <= 12 or one["half"] or one["half12"]):  # "晚上21:16" needs no half
        if not 1 <= hour <= 12:
            return Reason.NOT_A_WHOLE_DATE
        is_late = half == "p" or (half == "n" and 6 <= hour < 12)
        hour = hour % 12 + (12 if is_late else 0)
    if hour > 23:
        return Reason.NOT_A_WHOLE_DATE
    clock = time(hour, minute, second, tzinfo=_zone((one["zone"] or "").upper()))
    return TimeTaken(f"{before} {after}".strip(), clock, one["named"] or "")


def _is_no_time(found: re.Match[str]) -> bool:
    """Return whether a match is an hour without minutes, as `5 h` is, which may be a duration."""
    return bool(found["mark"]) and found["minute"] is None and "uhr" not in found["mark"].lower()


def _zone(written: str) -> tzinfo | None:
    if not written:
        return None
    return UTC if written in ("Z", "UTC", "GMT") else time.fromisoformat(f"00:00{written}").tzinfo


def _taken_half(before: str, after: str, language: str) -> tuple[str, str, str]:
    """Return the half of the day (`a`, `p`, `n` for a night) that a word beside the time names, and the rest."""
    for name, half in _halves(base_language(language)):
        if before.lower().endswith(name) and not before[-len(name) - 1 : -len(name)].isalpha():
            return half, before[: -len(name)].rstrip(), after
        if after.lower().startswith(name) and not after[len(name) : len(name) + 1].isalpha():
            return half, before, after[len(name) :].lstrip()
    return "", before, after


_HALF_OF = {
    "am": "a", "midnight": "a", "morning": "a", "pm": "p", "noon": "p", "afternoon": "p", "evening": "p", "night": "n",
}  # fmt: skip
"""The half of the day by CLDR's name of its part; a night is before and after midnight."""


@lru_cache(64)
def _halves(language: str) -> tuple[tuple[str, str], ...]:
    """Return the words for the halves of the day in a language, the longest first; without one, those of all."""
    known: dict[str, str] = {}
    for one in (language,) if language else MAJOR_LANGUAGES:
        locale = locale_of(one)
        for widths in locale.day_periods.values() if locale is not None else ():
            for width in ("abbreviated", "wide", "narrow"):
                for name, written in (widths.get(width) or {}).items():
                    word = plain(written).replace("\u00a0", " ").lower().strip()
                    if len(word) > 1 or name in ("am", "pm"):
                        known.setdefault(word, _HALF_OF[name.rstrip("12")])
    return tuple(sorted(known.items(), key=lambda item: -len(item[0])))
