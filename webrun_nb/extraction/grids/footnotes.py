"""Footnote marks: which characters in and behind a cell's text are marks, and the notes below a table.

The same raised digits are a footnote mark (845¹), cents ($63⁰⁷), an exponent (m²) or an ordinal (2ᵉ). The shape of the
text around them and the other cells of the column decide. Where they do not, the digits stay in the text as superscript
characters, which no reader of numbers takes for digits: such a value is missing rather than wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from webrun_nb.extraction.grids.cell_texts import Part, Reading, plain
from webrun_nb.extraction.grids.text_shapes import has_currency, is_currency
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.values.locale import base_language, decimal_marks, locale_of

_SYMBOLS = frozenset("*∗⁎＊†‡§¶‖※#")
"""Characters that are footnote marks where they are raised; all but `#` also behind a text."""
_TRAILING = _SYMBOLS - {"#"}
_STARS = frozenset("*∗⁎＊")
_MASK = "***"
"""A text in the place of a secret; a mark only behind a number, and where a note has it."""
_ORDINALS = frozenset({"st", "nd", "rd", "th", "e", "er", "re", "ère", "ème", "nde", "o", "a", "os", "as", "º", "ª"})
"""Raised letters behind a number that make it an ordinal."""
_ORDINAL_LANGUAGES = frozenset({"fr", "es", "pt", "it", "ca", "gl", "nl"})
"""Languages whose ordinals are a number with one raised letter, which other languages use as a mark."""
_MARK = re.compile(r"\*{1,4}|[†‡§¶‖※#]{1,3}|\d{1,2}|[a-zA-Z]{1,2}|[ivx]{1,4}|(?:note|nb|n) ?\d{1,2}", re.I)
_NUMBERED_NOTE = re.compile(r"(?:note|nota|anm\.?|fn) ?\d{1,2}", re.IGNORECASE)
"""A mark that says itself that it is one: "[note 1]"."""
_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_LONGEST_MARK = 12
_BRANDS = frozenset({"TM", "SM", "R", "C", "™", "®", "©", "℠"})
_SHORTEST_WORD = 3
_HABIT_SHARE = 0.6
"""Share of a column's numbers from which a raised number is the column's habit, not a mark of single cells."""
_MAX_NOTES = 30
_MAX_NOTE_CHARS = 600
_NOTE = re.compile(r"\s*(?P<mark>\*{1,4}|[†‡§¶‖※]{1,3}|[\[(]?(?:\d{1,2}|[a-zA-Z])[\])])\s*\S")
_NOTE_WORDS = re.compile(
    r"(?:source|sources|notes?|quellen?|anmerkung(?:en)?|hinweise?|remarques?|nota|notas|fuentes?|fontes?|fonte|bron(?:nen)?"
    r"|källa|kilde|lähde|źródło|zdroj|forrás|источники?|примечани[ея]|джерело|kaynak|πηγή|المصدر|ملاحظات?|מקור"
    r"|स्रोत|注|資料|出典|来源|출처)\s*[:：.]",
    re.I,
)
"""Words that begin a line of notes."""


class Habit(Enum):
    """The role of the raised numbers behind the numbers of a column."""

    MARKS = auto()
    CENTS = auto()
    UNPROVED = auto()


class Column(NamedTuple):
    """The evidence of a column for its cells."""

    habit: Habit = Habit.MARKS
    decimal_mark: str = ""
    """Empty where no cell proves one."""
    known_marks: frozenset[str] = frozenset()
    """The marks that the notes below the table explain."""


def column_of(readings: Sequence[Reading], labels: str, known_marks: frozenset[str]) -> Column:
    """Return the evidence of a column.

    Parameters
    ----------
    readings : sequence of Reading
        Its cells, without its headings.
    labels : str
        Its headings, which may name the currency.
    known_marks : frozenset of str
        The marks of the notes below the table.
    """
    raised = [reading for reading in readings if reading.parts]
    if not raised:
        return Column(known_marks=known_marks)
    numbers = [reading for reading in readings if any(char.isdecimal() for char in reading.text)]
    two = [whole for reading in raised for whole, _ in _behind_digits(reading, 2)]
    one = [whole for reading in raised for whole, mark in _behind_digits(reading, 1) if mark not in known_marks]
    money = has_currency(labels) or 2 * sum(has_currency(reading.text) for reading in numbers) >= len(numbers)
    habit = Habit.MARKS
    if len(two) >= _HABIT_SHARE * len(numbers):
        habit = Habit.CENTS if money and not any(re.search(r"[.,]\d\d?$", whole) for whole in two) else Habit.UNPROVED
    elif money and two and not all(mark in known_marks for r in raised for _, mark in _behind_digits(r, 2)):
        habit = Habit.UNPROVED
    elif money and len(numbers) > 1 and len(one) >= _HABIT_SHARE * len(numbers) and all(_has_fraction(w) for w in one):
        habit = Habit.UNPROVED  # tenths of a cent, as prices of fuel have them, or one mark on all prices
    grouping = {match[1] for whole in two if (match := re.search(r"\d([.,])\d{3}$", whole))}
    decimal_mark = {".": ",", ",": "."}[grouping.pop()] if len(grouping) == 1 else ""
    return Column(habit, decimal_mark, known_marks)


def row_of(readings: Sequence[Reading], column: Column) -> Column:
    """Return the evidence of a column, or that of a row where several amounts of the row have raised cents.

    In tables whose records are columns, amounts of one kind stand in rows.
    """
    several = sum(bool(_behind_digits(reading, 2)) for reading in readings) > 1
    if not several or column.habit is Habit.CENTS:
        return column
    row = column_of(readings, "", column.known_marks)
    return row if row.habit is Habit.CENTS else column


def without_marks(reading: Reading, column: Column, node: Node) -> tuple[str, tuple[str, ...]]:
    """Return a reading's text without footnote marks, and the marks."""
    text = reading.text
    notes: list[str] = []
    if reading.parts:
        text, notes = _settled(reading.parts, column, node)
    elif not text or (text[-1] not in _ENDS and text[0] not in _TRAILING):
        return text, ()
    text, trailing = _without_trailing(text, column.known_marks)
    return text, (*notes, *trailing)


def label_without_marks(reading: Reading, node: Node) -> str:
    """Return a heading's text without footnote marks and signs of sorting."""
    text, _ = without_marks(reading, Column(), node)
    return text.strip("▲▼△▽↑↓⇅↕⇵⬍◂▸ ") or text


_ENDS = frozenset(")]") | _TRAILING


def _behind_digits(reading: Reading, count: int) -> list[tuple[str, str]]:
    """List the raised numbers of `count` digits that touch a digit before them, each with the text before it."""
    found = []
    for before, part in zip(reading.parts, reading.parts[1:], strict=False):
        mark = _amount(part.text)[0]
        if part.is_raised and not part.is_link and len(mark) == count and before.text[-1:].isdecimal():
            found.append((before.text, mark))
    return found


def _amount(raised: str) -> tuple[str, str]:
    """Split a raised text such as `99`, `99 €` or `€99` into digits and currency."""
    match = re.fullmatch(r"\s*(?P<before>[^\d\s]{0,3})\s*(?P<digits>\d{1,2})\s*(?P<behind>[^\d\s]{0,3})\s*", raised)
    if match is None:
        return "", ""
    currency = match["before"] + match["behind"]
    return (match["digits"], currency) if not currency or is_currency(currency) else ("", "")


def _has_fraction(text: str) -> bool:
    return re.search(r"\d[.,]\d\d$", text) is not None


def _settled(parts: Sequence[Part], column: Column, node: Node) -> tuple[str, list[str]]:
    out: list[str] = []
    notes: list[str] = []
    for number, part in enumerate(parts):
        if not part.is_raised:
            out.append(part.text)
            continue
        before = "".join(out)
        after = "".join(later.text for later in parts[number + 1 :])
        text, marks = _raised(part, before, after, column, node)
        out.append(text)
        notes.extend(marks)
    return plain("".join(out)), notes


def _raised(part: Part, before: str, after: str, column: Column, node: Node) -> tuple[str, list[str]]:
    """Return what a raised piece leaves in the text, and its marks."""
    text = part.text.strip()
    inner = text.strip("[]()").strip()
    glued = before[-1:].strip()
    touching = bool(glued) and not part.text[:1].isspace()
    is_brand = inner in _BRANDS and not glued.isdecimal()
    if not text or text in "°º%‰" or is_brand:
        return part.text, []
    if inner.lower() == "o" and glued.isdecimal() and after[:1] in ("C", "F"):
        return "°", []
    marks = _marks(inner)
    if set(inner) <= _SYMBOLS or (inner != text and marks) or (part.is_link and marks and len(text) <= _LONGEST_MARK):
        return "", marks
    digits, currency = _amount(text)
    if touching and glued.isdecimal() and len(digits) == 2 and _is_cents(digits, before, column):
        return _decimal_mark(before, column, node) + digits + currency, []
    if not before.strip() and not after.strip():
        return part.text, []
    if marks and all(mark.isdecimal() for mark in marks):
        return _raised_number(part, marks, before, after, column, node)
    if inner.lstrip("+-−–").isdecimal():
        return _superscript(text), []
    if marks and len(inner) <= 3:
        return _raised_letters(text, marks, before, node)
    return part.text, []


def _marks(inner: str) -> list[str]:
    """Split the inner text of a mark such as `1, 2`; empty where it is none."""
    marks = [each for each in _SEPARATOR.split(inner) if each] if len(inner) <= _LONGEST_MARK else []
    if _MARK.fullmatch(inner):
        return [inner]
    return marks if all(_MARK.fullmatch(each.strip("[]()")) for each in marks) else []


def _is_cents(digits: str, before: str, column: Column) -> bool:
    if _has_fraction(before):
        return False
    return column.habit is Habit.CENTS or (column.habit is Habit.UNPROVED and digits.startswith("0"))


def _raised_number(
    part: Part, marks: list[str], before: str, after: str, column: Column, node: Node
) -> tuple[str, list[str]]:
    text, last = part.text.strip(), before[-1:]
    if before.rstrip() and before.rstrip()[-1] in ".," and before.rstrip()[-2:-1].isdecimal():
        return text, []  # a decimal mark stands before it: 59.⁹⁹
    is_power = re.search(r"[×x·*⋅]\s*10$", before) or after.lstrip()[:1] in ("/", "⁄")
    if is_power or (last.isalpha() and len(marks) == 1 and marks[0] in "23" and _is_length(before, node)):
        return _superscript(text), []
    if not before.strip() and after[:1].isdecimal():
        return _superscript(text), []
    known = all(mark in column.known_marks for mark in marks)
    if last.isdecimal() and not known:
        longest = max(len(mark) for mark in marks)
        is_money = has_currency(before + after) and not _has_fraction(before) and not part.is_link
        unproved = column.habit is Habit.UNPROVED and (longest == 2 or _has_fraction(before))
        unproved = unproved or (longest == 2 and is_money)
        if unproved or longest > 2 or (len(marks) == 1 and marks[0].startswith("0")):
            return _superscript(text), []
        if before.strip() == "10":
            return _superscript(text), []  # 10⁶ is a power, or 10 with a mark
    return "", marks


def _raised_letters(text: str, marks: list[str], before: str, node: Node) -> tuple[str, list[str]]:
    number = re.search(r"(?<![\d.,])\d{1,3}$", before)
    is_ordinal = len(text) > 1 or base_language(node.language) in _ORDINAL_LANGUAGES
    if number and is_ordinal and text.lower() in _ORDINALS:
        return text, []
    if len(marks[0]) == 1 or re.fullmatch(r"[ivx]{2,4}", text):
        return "", marks
    return text, []


def _superscript(text: str) -> str:
    return text.translate(str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻"))


def _decimal_mark(whole: str, column: Column, node: Node) -> str:
    """Return the mark to put between a whole amount and its raised cents: one that does not group its digits."""
    if grouping := re.search(r"\d([.,])\d{3}$", whole):
        return {".": ",", ",": "."}[grouping[1]]
    marks = decimal_marks(node.language)
    return column.decimal_mark or (next(iter(marks)) if len(marks) == 1 else ".")


def _is_length(before: str, node: Node) -> bool:
    """Tell whether the last word is a unit whose square or cube is a unit too: m, km, ft."""
    word = re.search(r"[^\W\d_]+$", before[-_LONGEST_MARK:])
    return word is not None and word[0] in _lengths(node.language) | _lengths("en")


@lru_cache(maxsize=64)
def _lengths(language: str) -> frozenset[str]:
    locale = locale_of(language)
    if locale is None:
        return frozenset()
    names = locale.unit_display_names
    shown = {str(name) for key, forms in names.items() if "square" in key or "cubic" in key for name in forms.values()}
    common = {"m", "km", "cm", "mm", "dm", "in", "ft", "yd", "mi", "µm", "μm", "nm", "s"}
    return frozenset({name[:-1] for name in shown if name[-1:] in ("²", "³")} | common)


def _without_trailing(text: str, known_marks: frozenset[str]) -> tuple[str, list[str]]:
    """Take marks off both ends of a text of one size; what consists of marks alone is a value."""
    notes: list[str] = []
    while True:
        rest, mark = _last_mark(text, known_marks)
        if not mark or not any(char.isalnum() for char in rest):
            break
        if set(mark) <= _STARS and rest.isalpha() and len(rest) < _SHORTEST_WORD and mark not in known_marks:
            break  # a grade: A*
        if mark == _MASK and not rest[-1].isdecimal() and mark not in known_marks:
            break
        text = rest
        notes.insert(0, mark)
    lead = len(text) - len(text.lstrip("*†‡"))
    if 0 < lead < 4 and (text[:lead] in known_marks or text[lead:].lstrip()[:1].isdecimal()):
        notes.insert(0, text[:lead])
        text = text[lead:].lstrip()
    return text, notes


def _last_mark(text: str, known_marks: frozenset[str]) -> tuple[str, str]:
    last = text[-1:]
    if last in _TRAILING:
        rest = text.rstrip(last)
        return (rest.rstrip(), text[len(rest) :]) if len(text) - len(rest) <= 4 else (text, "")
    if last not in (")", "]"):
        return text, ""
    start = text.rfind("[" if last == "]" else "(", max(0, len(text) - _LONGEST_MARK))
    inner = text[start + 1 : -1].strip() if start >= 0 else ""
    rest = text[: max(start, 0)].rstrip()
    if not inner or not _MARK.fullmatch(inner):
        return text, ""
    behind_number = rest[-1:].isdecimal() or rest[-1:] in ("%", "€", "$", "£")
    if (
        set(inner) <= _SYMBOLS
        or inner in known_marks
        or _NUMBERED_NOTE.fullmatch(inner)
        or (last == "]" and behind_number)
    ):
        return rest, inner
    return (rest, inner) if behind_number and len(inner) == 1 and inner.isalpha() and inner.islower() else (text, "")


def notes_in(readings: Iterable[Reading]) -> tuple[list[str], frozenset[str]]:
    """Return those of a few texts below a table that are notes, and the marks that they explain.

    A note begins with a mark or with a word such as "Source:".
    """
    notes: list[str] = []
    marks: set[str] = set()
    for reading in readings:
        text = reading.text[:_MAX_NOTE_CHARS]
        first = next((part for part in reading.parts if part.text.strip()), None)
        raised = first.text.strip().strip("[]()") if first is not None and first.is_raised else ""
        match = _NOTE.match(text[:40])
        mark = raised if raised and _MARK.fullmatch(raised) else match["mark"].strip("[]()") if match else ""
        if len(notes) < _MAX_NOTES and (mark or _NOTE_WORDS.match(text[:40])):
            notes.append(text)
            marks.update([mark] if mark else [])
    return notes, frozenset(marks)
