"""Currencies: how pages write them, and which currency that is.

A sign such as `$` or `kr` belongs to several currencies; it is resolved with the page's country, language and data, and
otherwise remains unknown. Codes and the currencies of countries come from CLDR (babel).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from webrun_nb.extraction.values.locale import base_language, locale_of, region_of

_DOLLARS = (
    "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BSD BBD BZD BMD BND KYD FJD GYD JMD LRD NAD TTD XCD DOP CUP SRD"
)
SIGNS: Mapping[str, str] = {
    "$": _DOLLARS, "US$": "USD", "U$S": "USD", "$US": "USD", "USD$": "USD", "C$": "CAD", "CA$": "CAD",
    "CAD$": "CAD", "CDN$": "CAD", "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "NZ$": "NZD", "S$": "SGD",
    "SG$": "SGD", "HK$": "HKD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "AR$": "ARS", "CLP$": "CLP",
    "COP$": "COP", "RD$": "DOP", "J$": "JMD", "TT$": "TTD", "Z$": "ZWL", "€": "EUR", "£": "GBP", "¥": "JPY CNY",
    "JP¥": "JPY", "CN¥": "CNY", "円": "JPY", "元": "CNY TWD", "圓": "TWD", "₩": "KRW", "원": "KRW", "₹": "INR",
    "₨": "INR PKR LKR NPR MUR SCR", "rs": "INR PKR LKR NPR MUR SCR", "रु": "INR NPR", "রু": "INR", "৳": "BDT",
    "रू": "INR NPR", "₽": "RUB", "руб": "RUB BYN", "р": "RUB BYN", "рублей": "RUB BYN", "₴": "UAH", "грн": "UAH",
    "₸": "KZT", "тг": "KZT", "₼": "AZN", "₾": "GEL", "֏": "AMD", "₺": "TRY", "tl": "TRY", "₪": "ILS", "₫": "VND",
    "đ": "VND", "vnđ": "VND", "฿": "THB", "บาท": "THB", "₱": "PHP", "₦": "NGN", "₵": "GHS", "₡": "CRC SVC",
    "₲": "PYG", "₮": "MNT", "៛": "KHR", "₭": "LAK", "zł": "PLN", "zl": "PLN", "złotych": "PLN", "kč": "CZK",
    "kc": "CZK", "ft": "HUF", "lei": "RON MDL", "leu": "RON MDL", "лв": "BGN", "лева": "BGN", "ден": "MKD",
    "дин": "RSD", "din": "RSD", "kn": "HRK", "km": "BAM", "kr": "SEK NOK DKK ISK", "kr.": "DKK SEK NOK ISK",
    ":-": "SEK", "fr.": "CHF", "sfr": "CHF", "sfr.": "CHF", "fcfa": "XOF XAF", "cfa": "XOF XAF", "rm": "MYR",
    "rp": "IDR", "r": "ZAR", "ksh": "KES", "tsh": "TZS", "ush": "UGX", "s/": "PEN", "s/.": "PEN", "bs": "BOB VES",
    "bs.": "BOB VES", "q": "GTQ", "l": "HNL", "b/.": "PAB", "د.إ": "AED", "درهم": "AED MAD", "ر.س": "SAR",
    "ريال": "SAR QAR YER OMR IRR", "ریال": "IRR", "रुपये": "INR NPR", "रुपए": "INR NPR", "kd": "KWD", "bd": "BHD",
    "jd": "JOD", "qr": "QAR", "﷼": "SAR IRR QAR YER OMR", "ر.ق": "QAR", "د.ك": "KWD", "د.ب": "BHD", "ر.ع": "OMR",
    "ج.م": "EGP", "جنيه": "EGP SDG GBP", "د.ا": "JOD", "د.ت": "TND", "دينار": "KWD BHD JOD IQD TND DZD LYD",
    "د.م": "MAD", "dh": "AED MAD", "dhs": "AED MAD", "₿": "BTC", "e£": "EGP", "euro": "EUR", "euros": "EUR",
    "eur": "EUR", "dollars": _DOLLARS, "dollar": _DOLLARS, "pounds": "GBP", "yen": "JPY", "yuan": "CNY",
    "rmb": "CNY", "rupees": "INR PKR LKR NPR MUR SCR", "francs": "CHF XOF XAF", "franken": "CHF",
    "rubles": "RUB BYN", "kronor": "SEK", "kroner": "NOK DKK",
}  # fmt: skip
"""The currencies that a sign or word may mean, by what is written (words in lower case)."""
_MOST_LETTERS = 40
_LOWER_CASE_TOO = frozenset({"kr", "zl", "kc"})
"""Signs of one or two letters that are no unit or other word in lower case, as `ft` and `km` are."""
_COUNTRY_OF_LETTER = {"R": "ZA", "Q": "GT", "L": "HN"}
"""Signs of one letter, which are signs in one country alone."""
_LOWER_CASE_CODES = frozenset(
    {"eur", "usd", "gbp", "chf", "sek", "nok", "dkk", "pln", "czk", "jpy", "inr", "cad", "aud"}
)
_WORDS_TOO = frozenset({"ALL", "TOP", "CUP", "PEN", "BOB", "SOS", "XXX"})
"""Codes that are English words, and are codes only after a number: `TOP 10`."""
_ZERO_DECIMALS = frozenset(
    {"JPY", "KRW", "VND", "CLP", "IDR", "PYG", "UGX", "XOF", "XAF", "ISK", "HUF", "COP", "CRC", "RSD"}
)
"""Currencies whose prices have no decimals in practice."""
_THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"})
_AFTER = re.compile(r"[^\W\d_]+(?:[./][^\W\d_]+)*\.?\$?|[^\w\s]\S?")
_BEFORE = re.compile(r"(?:[^\W\d_]{1,9}[./$]{0,2}(?:[^\W\d_]\.)*|[^\w\s.,:;()]{1,2}[^\W\d_]?)$")


@lru_cache(1)
def currency_codes() -> frozenset[str]:
    """Return the ISO 4217 codes."""
    from babel.core import get_global

    return frozenset(code for code in get_global("all_currencies") if len(code) == 3)


@lru_cache(64)
def _names(language: str) -> Mapping[str, str]:
    """Return the currencies by name in a language: `Schweizer Franken` → `CHF`."""
    locale = locale_of(language)
    if locale is None:
        return {}
    from babel.numbers import get_currency_name

    codes = [*locale.currencies]
    plural = {
        get_currency_name(code, number, locale).casefold(): code for code in codes for number in (1, 2, 3, 5, 1.5)
    }
    return {**plural, **{locale.currencies[code].casefold(): code for code in codes}}


@lru_cache(20_000)
def _known(written: str, language: str) -> str:
    """Return what is written as the key of `SIGNS` or as a code; empty where it is no currency."""
    text = written.strip()
    if not text or len(text) > _MOST_LETTERS:
        return ""
    if len(text) == 3 and text.isascii() and text.isupper() and text in currency_codes():
        return text
    lower = text.casefold()
    if len(text) == 1 and text.isascii() and text.isalpha():
        return lower if _COUNTRY_OF_LETTER.get(text, "?") == region_of(language) else ""
    for key in (text, lower, lower.rstrip("."), f"{lower}."):
        is_short_word = len(key) <= 2 and key.isalpha() and key.isascii()
        if key in SIGNS and not (is_short_word and text[0].islower() and key not in _LOWER_CASE_TOO):
            return key
    if lower in _LOWER_CASE_CODES:
        return lower.upper()
    return _names(language).get(lower, "") if len(text) > 3 or not text.isascii() else ""


def currency_before(text: str, language: str) -> tuple[str, str]:
    """Return the currency that a text ends with, as it is written, and the text without it.

    >>> currency_before("Price: US$", "en"), currency_before("about", "en")
    (('US$', 'Price:'), ('', 'about'))
    """
    if not text:
        return "", text
    last = text.split()[-1]
    for candidate in (last, last.lstrip("(-+–:")):
        if candidate in _WORDS_TOO:
            return "", text
        if key := _known(candidate, language):
            return key, text[: len(text.rstrip()) - len(candidate)].rstrip()
    found = _BEFORE.search(text.rstrip()[-12:])
    if found is not None and (key := _known(found[0], language)):
        return key, text.rstrip()[: -len(found[0])].rstrip()
    if (key := _known(text.rstrip()[-1:], language)) and not text.rstrip()[-1:].isalpha():
        return key, text.rstrip()[:-1].rstrip()
    return "", text


def currency_after(text: str, language: str) -> tuple[str, str]:
    """Return the currency that a text begins with, as it is written, and the text without it.

    >>> currency_after("zł / szt.", "pl"), currency_after("US dollars", "en"), currency_after("kg", "en")
    (('zł', '/ szt.'), ('USD', ''), ('', 'kg'))
    """
    if not text:
        return "", text
    ends = [match.end() for match in re.finditer(r"\S+", text[:60])][:3]
    for end in reversed(ends):
        candidate = text[:end].rstrip(",;)*")
        if candidate and (key := _known(candidate, language)):
            return key, text[len(candidate) :].lstrip()
    found = _AFTER.match(text)
    if found is not None:
        for candidate in (found[0], found[0].rstrip("."), found[0][:1] if not found[0][:1].isalpha() else ""):
            if candidate and (key := _known(candidate, language)):
                return key, text[len(candidate) :].lstrip()
    if text[0] in "円元원" and (key := _known(text[0], language)):
        return key, text[1:].lstrip()
    return "", text


def candidates(written: str) -> tuple[str, ...]:
    """Return the codes that a key of `SIGNS`, or a code, may mean."""
    return tuple(SIGNS[written].split()) if written in SIGNS else ((written,) if written else ())


@lru_cache(512)
def currency_of_country(country: str) -> str:
    """Return the currency that a country uses today; empty where it is not known or has several."""
    from babel.core import get_global

    used = [
        code for code, _, until, tender in get_global("territory_currencies").get(country, ()) if tender and not until
    ]
    return used[0] if len(used) == 1 else ("" if not used else used[0])


@lru_cache(2_000)
def resolve_currency(written: str, language: str, country: str = "", said: frozenset[str] = frozenset()) -> str:
    """Return the ISO 4217 code of what is written; empty where nothing proves which of several it is.

    >>> resolve_currency("$", "en-US"), resolve_currency("$", "en")
    ('USD', '')
    >>> resolve_currency("$", "en", said=frozenset({"CAD"}))
    'CAD'
    >>> resolve_currency("kr", "sv"), resolve_currency("¥", "zh-CN"), resolve_currency("€", "")
    ('SEK', 'CNY', 'EUR')

    Parameters
    ----------
    written : str
        What `currency_before` or `currency_after` found.
    language, country : str
        Those of the page.
    said : frozenset of str
        The codes that the page's data for machines, or its headings, name.
    """
    possible = candidates(written)
    if len(possible) < 2:
        return possible[0] if possible else ""
    named = [code for code in possible if code in said]
    if len(named) == 1:
        return named[0]
    region = region_of(language) or _ONLY_COUNTRY.get(base_language(language), "")
    found = {code for place in (country, region) if place and (code := currency_of_country(place)) in possible}
    return found.pop() if len(found) == 1 else ""


_ONLY_COUNTRY = {
    "sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "no": "NO", "is": "IS", "ja": "JP", "zh": "CN", "hi": "IN",
    "ta": "IN", "te": "IN", "mr": "IN", "gu": "IN", "kn": "IN", "ml": "IN", "ru": "RU", "be": "BY", "ro": "RO",
    "cs": "CZ", "ur": "PK", "si": "LK", "ne": "NP",
}  # fmt: skip
"""The country that most pages of a language without a region are of, where the others use another sign."""


def decimals_of(code: str) -> int:
    """Return the number of decimals that prices in a currency have in practice.

    >>> decimals_of("EUR"), decimals_of("JPY"), decimals_of("KWD"), decimals_of("")
    (2, 0, 3, 2)
    """
    return 0 if code in _ZERO_DECIMALS else 3 if code in _THREE_DECIMALS else 2


def currencies_named(text: str) -> frozenset[str]:
    """Return the currencies that a heading names: `Price (EUR)`, `Preis in €`."""
    words = re.findall(r"[^\s()\[\],;:/]+", text[:200])
    keys = {
        key
        for word in words
        if (key := _known(word, "")) and (not word.isalpha() or (len(word) == 3 and word.isupper()))
    }
    return frozenset(codes[0] for key in keys if len(codes := candidates(key)) == 1)


def country_of_currency(code: str) -> str:
    """Return the only country whose currency this is; empty for one of several (EUR).

    >>> country_of_currency("GBP"), country_of_currency("EUR")
    ('GB', '')
    """
    return "" if code in _SHARED or len(code) != 3 else code[:2]


_SHARED = frozenset({"EUR", "XOF", "XAF", "XCD", "XPF", "ANG"})
