"""Facts about languages and countries, from CLDR (babel): number marks, order of dates, months, magnitudes, units.

A language is a BCP 47 tag as pages write it (`de`, `pt-BR`); a country is an ISO 3166 code. Both may be empty: unknown.
Where a fact depends on what is not known, all possible answers are returned, and none is preferred.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel import Locale

MAJOR_LANGUAGES = tuple(
    re.findall(
        r"\w+",
        "en de fr es it pt nl sv da nb fi pl cs sk hu ro bg ru uk el tr ar he fa hi bn ur ta te mr gu kn ml th vi id ms"
        " ja ko zh ca hr sr sl lt lv et is ga eu gl ka hy az kk sq mk bs af sw fil ne si km lo my",
    )
)
"""The languages that are searched for a word where the page's language does not know it."""
SPACES = " \u00a0\u202f\u2009\u2007\u2008\u2002\u2003\u2004\u2005\u2006\u200a\u3000"
_DIVIDED = frozenset({"es", "ar"})
"""Languages whose countries differ in the decimal mark (Spain, Mexico): the bare tag proves none."""
_DATES_DIVIDED = frozenset({"en"})
"""Languages whose countries differ in the order of day and month."""
_NOT_COUNTRIES = frozenset(
    re.findall(
        r"\w+",
        "ac ad ag ai am as bz cc cd co cx dj eu fm gg gl io im la ly me ms mu nu pw sc sh st tk to tv vc vu ws",
    )
)
"""Top-level domains of countries that the whole world uses."""
LETTERS = (
    r"(?:[^\W\d_]|[\u05f3\u05f4\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e31\u0e34-\u0e4e\u0eb1-\u0ecd]"
    r"|[\u102b-\u103e\u17b6-\u17d3])"
)
"""A pattern of one letter or vowel sign; the latter are no letters to `re`."""
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_PLAIN = {
    **_INVISIBLE,
    **dict.fromkeys(map(ord, "−‐‑﹣－⁻"), "-"),
    **{ord(full): chr(ord(full) - 0xFEE0) for full in "，．％（）＄＋／：～＜＞"},
    ord("￥"): "¥",
    ord("￡"): "£",
    ord("٪"): "%",
    ord("﹪"): "%",
    ord("؉"): "‰",
    ord("،"): ",",
    **dict.fromkeys(map(ord, "’ʼ′‘＇"), "'"),
}
"""Characters that mean the same as a plain one, or nothing. The dashes – and — are no minus by themselves."""


def plain(text: str) -> str:
    """Return a text with ASCII digits, signs and marks for those of other scripts, without invisible characters.

    >>> plain("١٬٢٣٤٫٥ ٪"), plain("−５．５"), plain("x² ½")
    ('1٬234٫5 %', '-5.5', 'x² ½')
    """
    if text.isascii():
        return text
    return "".join(char if char.isascii() or not char.isdecimal() else _digit(char) for char in text.translate(_PLAIN))


@lru_cache(1024)
def _digit(char: str) -> str:
    return str(unicodedata.decimal(char))


@lru_cache(512)
def locale_of(language: str) -> Locale | None:
    """Return CLDR's locale of a language tag, without subtags that it does not know; None for no language."""
    from babel import Locale, UnknownLocaleError

    parts = re.split(r"[-_]", language.strip())[:4]
    while parts and parts[0]:
        try:
            return Locale.parse("_".join(parts))
        except (ValueError, UnknownLocaleError, TypeError):
            parts.pop()
    return None


@lru_cache(512)
def base_language(language: str) -> str:
    """Return the language of a tag: `pt` of `pt-BR`."""
    return re.split(r"[-_]", language.strip().lower())[0]


@lru_cache(512)
def region_of(language: str) -> str:
    """Return the country of a tag: `BR` of `pt-BR`; empty without one."""
    locale = locale_of(language)
    return (locale.territory or "") if locale is not None else ""


def country_of_host(host: str) -> str:
    """Return the country of a host's top-level domain; empty where the domain does not stand for a country.

    >>> country_of_host("shop.example.co.uk"), country_of_host("a.de"), country_of_host("a.io")
    ('GB', 'DE', '')
    """
    ending = host.rstrip(".").rpartition(".")[2].lower()
    if ending == "uk":
        return "GB"
    if len(ending) != 2 or not ending.isalpha() or ending in _NOT_COUNTRIES:
        return ""
    from babel.core import get_global

    return ending.upper() if ending.upper() in get_global("territory_currencies") else ""


@lru_cache(512)
def _locales(language: str, country: str) -> tuple[Locale, ...]:
    """Return the locales that a page of a language and a country may follow."""
    from babel.languages import get_official_languages

    own = locale_of(language)
    if not country or (own is not None and own.territory == country):
        return () if own is None else (own,)
    spoken = get_official_languages(country, de_facto=True)
    if own is not None and own.language in spoken and (here := locale_of(f"{own.language}_{country}")) is not None:
        return (here,) if own.territory is None else (own, here)
    of_country = locale_of(f"{spoken[0]}_{country}") if spoken else None
    return tuple(locale for locale in (own, of_country) if locale is not None)


def _symbols(locale: Locale) -> Mapping[str, str]:
    return locale.number_symbols.get("latn") or {}


@lru_cache(512)
def decimal_marks(language: str, country: str = "") -> frozenset[str]:
    """Return the decimal marks that a page of a language and a country may use with ASCII digits.

    >>> [sorted(decimal_marks(*known)) for known in (("de",), ("de-CH",), ("en", "DE"), ("",))]
    [[','], ['.'], [',', '.'], []]
    """
    return frozenset(mark for locale in _locales(language, country) if (mark := _symbols(locale).get("decimal")))


@lru_cache(512)
def group_marks(language: str, country: str = "") -> frozenset[str]:
    """Return the thousands' marks that a page of a language and a country may use, as CLDR has them.

    >>> sorted(group_marks("de")), sorted(group_marks("en-IN"))
    (['.'], [','])
    """
    return frozenset(plain(_symbols(locale).get("group", "")) for locale in _locales(language, country))


def is_divided(language: str, country: str = "") -> bool:
    """Return whether the countries of a language differ in the decimal mark, and none is known."""
    return base_language(language) in _DIVIDED and not region_of(language) and not country


def groups_with_space(language: str) -> bool:
    """Return whether a language sets thousands apart with spaces."""
    return any(mark in SPACES for mark in group_marks(language))


@lru_cache(512)
def date_orders(language: str, country: str = "") -> frozenset[str]:
    """Return the orders of day, month and year that a page of a language and a country may use in figures.

    >>> [sorted(date_orders(*known)) for known in (("de",), ("en-US",), ("en",), ("ja",))]
    [['dmy'], ['mdy'], ['dmy', 'mdy'], ['ymd']]
    """
    if base_language(language) in _DATES_DIVIDED and not region_of(language) and not country:
        return frozenset({"dmy", "mdy"})
    return frozenset(_order(locale) for locale in _locales(language, country))


def _order(locale: Locale) -> str:
    pattern = locale.date_formats["short"].pattern.lower()
    return "".join(sorted("dmy", key=pattern.index))


# --- words --------------------------------------------------------------------------------------------------


def word_key(word: str) -> str:
    """Return the form in which words are compared: casefolded, without a full stop at their end.

    >>> word_key("Mio."), word_key("тыс.")
    ('mio', 'тыс')
    """
    return unicodedata.normalize("NFC", word).casefold().strip(". \u00a0\u202f")


def _gathered(found: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    """Return the meaning of each word; a word with several meanings has none (None)."""
    words: dict[str, Any] = {}
    for word, meaning in found:
        if word:
            words[word] = meaning if words.get(word, meaning) == meaning else None
    return MappingProxyType(words)


@lru_cache(256)
def month_names(language: str) -> Mapping[str, int | None]:
    """Return the months by name (`word_key`) in a language; for the empty tag, in all major languages."""
    if not base_language(language):
        return _gathered(item for one in MAJOR_LANGUAGES for item in month_names(one).items())
    return _gathered(_calendar_names(language, "months"))


@lru_cache(256)
def weekday_names(language: str) -> Mapping[str, int | None]:
    """Return the days of the week by name, 0 for Monday, like `month_names`."""
    if not base_language(language):
        return _gathered(item for one in MAJOR_LANGUAGES for item in weekday_names(one).items())
    return _gathered(_calendar_names(language, "days"))


def _calendar_names(language: str, kind: str) -> Iterator[tuple[str, int]]:
    locale = locale_of(language)
    if locale is None:
        return
    for widths in getattr(locale, kind).values():
        for width, names in widths.items():
            if width != "narrow":
                yield from ((word_key(name), number) for number, name in names.items() if not name[:1].isdecimal())


_MAGNITUDES = {
    "hundred": 100, "dozen": 12, "dozens": 12, "k": 10**3, "thousand": 10**3,
    "mn": 10**6, "mln": 10**6, "mio": 10**6, "bn": 10**9, "mrd": 10**9, "tn": 10**12,
    "millions": 10**6, "billions": 10**9, "thousands": 10**3, "trillions": 10**12,
    "tsd": 10**3, "mrds": 10**9, "mld": 10**9, "dzd": 10**3, "tis": 10**3,
    "lac": 10**5, "lacs": 10**5, "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "cr": 10**7,
}  # fmt: skip
"""Forms in common use that CLDR lacks; those of the page's language come first."""


@lru_cache(256)
def magnitudes(language: str) -> Mapping[str, int | None]:
    """Return the magnitudes by word in a language, single letters as they are written: `{"mio": 10**6, …}`."""
    if not base_language(language):
        words = [item for one in MAJOR_LANGUAGES for item in magnitudes(one).items() if len(item[0]) > 1]
        return _gathered([*words, *_MAGNITUDES.items()])
    return _gathered(_compact_words(language))


def _compact_words(language: str) -> Iterator[tuple[str, int]]:
    locale = locale_of(language)
    if locale is None:
        return
    for patterns in locale.compact_decimal_formats.values():
        for by_number in patterns.values():
            for number, pattern in by_number.items():
                written = getattr(pattern, "pattern", "").partition(";")[0]
                zeros = written.count("0")
                word = re.sub(r"['0\u200e\u200f]|¤", "", written).strip(SPACES)
                if zeros and word and str(number).isdecimal() and int(number) >= 1000:
                    key = word if len(word) == 1 else word_key(word).replace("\u00a0", " ").replace("\u202f", " ")
                    yield key, int(number) // 10 ** (zeros - 1)


def magnitude(word: str, language: str) -> tuple[int | None, bool]:
    """Return the magnitude that a word after a number names.

    Returns
    -------
    tuple of int or None, and bool
        The factor, None where the word names none or its meaning differs between languages; and whether the word
        names a magnitude at all.

    >>> magnitude("Mrd.", "de"), magnitude("billion", "de"), magnitude("billion", ""), magnitude("kg", "en")
    ((1000000000, True), (1000000000000, True), (None, True), (None, False))
    """
    key = word if len(word) == 1 else word_key(word)
    if word in ("MM", "MMM", "CR"):  # millions or thousands of thousands, crores or credits, by house style
        return None, True
    for tag in dict.fromkeys((language, base_language(language))):
        if base_language(tag) and key in (known := magnitudes(tag)):
            return known[key], True
    if key in _MAGNITUDES:
        return _MAGNITUDES[key], True
    if key == "K" or (key in ("M", "B", "T") and base_language(language) in ("", "en")):
        return {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}[key], True
    if len(key) > 1 and key in (known := magnitudes("")):
        return known[key], True
    return None, False


@lru_cache(256)
def unit_names(language: str) -> Mapping[str, str]:
    """Return units by word in a language: CLDR's key (`mass-kilogram`) of `Kilogramm` and `kg`."""
    locale = locale_of(language)
    found: dict[str, str] = {}
    if locale is None:
        return MappingProxyType(found)
    for key, widths in _unit_patterns(locale):
        for written in widths:
            found.setdefault(written if len(written) < 3 else word_key(written), key)
    return MappingProxyType(found)


_RARE_UNITS = re.compile(
    r"-(?:jp|kosaji|osaji|shaku|sai|koku|cho|se|bu|rin|sun|ken|fun|to|ri|jo)\b|-imperial$|-metric$|person|milliinch|g-force|earth|solar"
    r"|gasoline|ofglucose|concentr-(?:item|part)|-it$|temperature-generic|length-point|light-speed|graphics-dot$|angle-arc-|duration-century"
)
"""Units whose words are those of a common one, or that pages do not use."""


def _unit_patterns(locale: Locale) -> Iterator[tuple[str, list[str]]]:
    for key, widths in locale._data["unit_patterns"].items():  # babel formats with them and does not read them out
        if _RARE_UNITS.search(key):
            continue
        texts = [
            pattern.replace("{0}", "").strip(SPACES)
            for width in ("short", "long", "narrow")
            for form, pattern in (widths.get(width) or {}).items()
            if form != "per" and isinstance(pattern, str) and "{0}" in pattern
        ]
        yield key, [text for text in texts if text]


def unit_in(word: str, language: str) -> bool:
    """Return whether a word is a unit in a language itself; without a language, in English."""
    return (word if len(word) < 3 else word_key(word)) in unit_names(language or "en")


def unit(word: str, language: str) -> str:
    """Return a unit in its short English form; empty where the word is none.

    >>> unit("Kilogramm", "de"), unit("km/h", "fr"), unit("foo", "en")
    ('kg', 'km/h', '')
    """
    if known_everywhere := _UNIVERSAL.get(word):
        return _short_units()[known_everywhere]
    key = (word if len(word) < 3 else word_key(word)) if word else ""
    for tag in dict.fromkeys((language, "en")):
        if key and key in (known := unit_names(tag)):
            return _short_units()[known[key]]
    return _short_units()[_ANY_CASE[key]] if key in _ANY_CASE else ""


_UNIVERSAL = {
    "m": "length-meter", "g": "mass-gram", "t": "mass-tonne", "s": "duration-second", "sec": "duration-second",
    "sec.": "duration-second", "min": "duration-minute", "min.": "duration-minute", "h": "duration-hour",
    "hr": "duration-hour", "hrs": "duration-hour", "d": "duration-day", "W": "power-watt", "J": "energy-joule",
    "V": "electric-volt", "A": "electric-ampere", "K": "temperature-kelvin", "N": "force-newton",
}  # fmt: skip
"""Symbols that are the same in all languages; CLDR's narrowest forms have other units for some of them."""
_SHORT = {
    "duration-second": "s", "duration-hour": "h", "duration-week": "weeks", "duration-month": "months",
    "duration-year": "years",
}  # fmt: skip
"""Short forms in place of those of CLDR that are plurals cut short ("mths")."""
_ANY_CASE = {
    "l": "volume-liter", "ml": "volume-milliliter", "cl": "volume-centiliter", "dl": "volume-deciliter",
    "KG": "mass-kilogram", "Kg": "mass-kilogram", "KM": "length-kilometer", "CM": "length-centimeter",
    "MM": "length-millimeter", "Oz": "mass-ounce", "OZ": "mass-ounce", "LB": "mass-pound", "qm": "area-square-meter",
    "m2": "area-square-meter", "m3": "volume-cubic-meter", "KB": "digital-kilobyte",
}  # fmt: skip
"""Short units as pages write them beside CLDR's way."""


def dimension(short_unit: str) -> str:
    """Return the dimension of a unit in its short English form: `mass` of `kg`; the unit itself if none is known.

    >>> dimension("kg"), dimension("oz"), dimension("Mbit/s")
    ('mass', 'mass', 'Mbit/s')
    """
    return _dimensions().get(short_unit, short_unit)


@lru_cache(1)
def _dimensions() -> Mapping[str, str]:
    return {short: key.partition("-")[0] for key, short in _short_units().items()}


@lru_cache(1)
def _short_units() -> Mapping[str, str]:
    locale = locale_of("en")
    assert locale is not None
    shorts = {key: texts[0] for key, texts in _unit_patterns(locale)}
    return MappingProxyType({**shorts, **_SHORT})


_NUMBERED_DAY = re.compile(r"(?:day|tag|jour|día|dia|giorno|dag|dzień|день|gün|يوم) \d{1,2}", re.IGNORECASE)


def is_day_name(text: str, language: str) -> bool:
    """Tell whether a text is the name of a day of the week, alone or before a date, or "Day 2".

    >>> is_day_name("Monday", "en"), is_day_name("Montag, 5. Mai", "de"), is_day_name("Room 2", "en")
    (True, True, False)
    """
    first = text.strip().partition(",")[0].partition(" ")[0].casefold()
    return first in _day_names(language) or _NUMBERED_DAY.fullmatch(text.strip()) is not None


def is_territory(text: str, language: str) -> bool:
    """Tell whether a text is the name of a country or of a part of the world.

    >>> is_territory("Norwegen", "de"), is_territory("North", "en")
    (True, False)
    """
    return text.strip().casefold() in _territories(language)


@lru_cache(64)
def _day_names(language: str) -> frozenset[str]:
    locales = [locale for locale in (locale_of(language), locale_of("en")) if locale is not None]
    return frozenset(name.casefold() for each in locales for name in each.days["stand-alone"]["wide"].values())


@lru_cache(64)
def _territories(language: str) -> frozenset[str]:
    locales = [locale for locale in (locale_of(language), locale_of("en")) if locale is not None]
    return frozenset(name.casefold() for each in locales for name in each.territories.values())
