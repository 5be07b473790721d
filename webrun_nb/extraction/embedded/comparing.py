"""Comparison of texts of one page that may say the same: words without case and punctuation, numbers in one form.

This is enough to find out whether two texts agree. To read a value is the work of `values`.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MAX_CHARS = 5_000
_MARKS = {"٫": ".", "٬": ",", "’": "'"}
_AMOUNT = re.compile(r"\d[\d.,'\s\u00a0\u202f]*")
_WORD = re.compile(r"\w+")


def agrees(displayed: str, embedded: str) -> bool:
    """Tell whether a displayed text bears out an embedded value.

    A number is compared as a number, with a text that has no other number; all else word by word: a text that contains
    all words of the value in order bears it out.

    >>> agrees("1.299,00 €", "1299.00"), agrees("€12.50", "24.00"), agrees("Brand: Nordlys", "nordlys")
    (True, False, True)
    """
    if _AMOUNT.fullmatch(embedded.strip()):
        return plain_number(displayed) is not None and plain_number(displayed) == plain_number(embedded)
    ours, theirs = plain_words(displayed), plain_words(embedded)
    return bool(theirs) and f" {theirs} " in f" {ours} "


def plain_words(text: str) -> str:
    """Return the words of a text without case, punctuation and variants of characters, a space between two."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold()))


def plain_number(text: str) -> Decimal | None:
    """Return the only number of a text in one form; None where there is none or more than one.

    The last mark is taken for the decimal mark where one or two digits follow it.
    """
    plain = (str(unicodedata.decimal(char)) if char.isdecimal() else _MARKS.get(char, char) for char in text[:200])
    found = _AMOUNT.findall("".join(plain))
    if len(found) != 1:
        return None
    whole, cents = re.sub(r"[\s']", "", found[0]).strip(".,"), ""
    if match := re.fullmatch(r"(.*)[.,](\d{1,2})", whole):
        whole, cents = match.groups()
    return Decimal(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{cents or '0'}")
