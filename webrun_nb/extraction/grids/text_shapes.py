"""Shapes of texts: coarse kinds that tell labels from values and columns from rows. No value is read here."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from webrun_nb.extraction.values.currencies import SIGNS, currency_codes

_ABSENT = frozenset(
    {"", "-", "--", "–", "—", "―", "−", "…", "...", "..", ".", ":", "/", "x", "n/a", "na", "n.a.", "n. a.", "k. a."}
)
"""Texts that stand for "no value", lower case; they fit columns of all shapes."""
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_TICKS = frozenset("✓✔✗✘✕✖☑☐☒●○◯×√")
_LONGEST_SIGN = 5
_LONGEST_PROBED = 200
_LONGEST_VALUE = 40
"""Characters; a longer text is prose, whatever digits are in it."""


def is_absent(text: str) -> bool:
    """Tell a text that stands for "no value"."""
    return len(text) < 6 and text.lower() in _ABSENT


def shape_of(text: str) -> str:
    """Return the shape of a text.

    It is empty for "no value", else `text`, `tick`, `money`, `percent`, `date`, `number`, or `unit` with the letters
    that the number has with it.

    >>> [shape_of(text) for text in ("—", "Bern", "€ 12", "5,5 %", "05.01.2021", "(1,234)", "48 g")]
    ['', 'text', 'money', 'percent', 'date', 'number', 'unit g']
    """
    if is_absent(text):
        return ""
    if len(text) > _LONGEST_PROBED:
        return "text"
    digits = sum(char.isdecimal() for char in text)
    if not digits:
        return "tick" if len(text) < 4 and not _TICKS.isdisjoint(text) else "text"
    if len(text) > _LONGEST_VALUE:
        return "text"
    if has_currency(text):
        return "money"
    letters = "".join(char for char in text if char.isalpha())
    if "%" in text or "٪" in text or "％" in text:
        return "percent"
    if not letters:
        return "date" if _separators(text) >= 2 else "number"
    if not _starts_with_number(text):
        return "date" if _is_like_a_date(text) else "text"
    if len(letters) <= 4:
        return f"unit {letters.lower()}"
    return "date" if _is_like_a_date(text) else "text"


def _separators(text: str) -> int:
    """Count the marks between digits that stand in dates and times, and not in numbers."""
    inner = re.findall(r"(?<=\d)[^\d\s](?=\d)", text)
    if not set(inner) <= {"-", ".", "/", ":"}:
        return 0
    if set(inner) == {"."} and all(len(group) == 3 for group in re.findall(r"\.(\d+)", text)):
        return 0
    return len(inner) + (":" in inner)


def _starts_with_number(text: str) -> bool:
    return next((char for char in text if char.isalnum()), "").isdecimal()


def _is_like_a_date(text: str) -> bool:
    """Tell a text of few words with a year in it."""
    return len(text.split()) <= 4 and re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text) is not None


def is_year(text: str) -> bool:
    """Tell a year of our time or a span of two: 2023, 2023/24."""
    return re.fullmatch(r"(?:19|20)\d\d(?:[-–/](?:(?:19|20)?\d\d))?", text) is not None


def has_currency(text: str) -> bool:
    """Tell a text with a currency's sign or code."""
    if "$" in text or ((found := _CODE.search(text)) is not None and found[0] in currency_codes()):
        return True
    if text.isascii():
        return False
    return any(unicodedata.category(char) == "Sc" or char in SIGNS for char in text if not char.isascii()) or any(
        not word.isascii() and word.casefold() in SIGNS for word in text.split()
    )


def is_currency(text: str) -> bool:
    """Tell a text that is a currency's sign or code and nothing else (`US$`, `EUR`, `zł`).

    Signs of ASCII letters alone are none here: `km` and `ft` are units too.
    """
    if not text or len(text) > _LONGEST_SIGN:
        return False
    return text in currency_codes() or (text.casefold() in SIGNS and not (text.isascii() and text.isalpha()))


def majority(shapes: Iterable[str]) -> tuple[str, float]:
    """Return the most frequent shape that is not empty, and its share of those that are not."""
    counts = Counter(shape for shape in shapes if shape)
    if not counts:
        return "", 0.0
    shape, count = counts.most_common(1)[0]
    return shape, count / counts.total()
