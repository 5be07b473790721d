"""The number of rows that a page says a list has: in words beside it ("1–25 of 120"), or for assistive software.

What is stated proves nothing about the rows: it is said beside the number of rows that were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from webrun_nb.extraction.continuation.list_words import has_page_word, has_result_word, words_of
from webrun_nb.extraction.continuation.surroundings import Level, is_in_control, levels_around
from webrun_nb.extraction.sources import Source
from webrun_nb.extraction.values.locale import plain
from webrun_nb.extraction.values.vocabulary import about_words, bound_words, out_of_words, range_words

_MOST_CHARS = 120
"""A longer text about a list is prose."""
_COUNT_CHARS = 70
"""The same for a text with one number only."""
_PAGES_CHARS = 40
_MOST_LEVELS = 8
_LARGEST = 10**9
_NUMBER = re.compile(r"\d{1,3}(?:[.,'٬\u202f\u00a0 ]\d{3})+(?!\d)|\d{1,9}(?!\d)")
_DASH = re.compile(r"\s*[-–—−~〜～]\s*")
_NUMBERED = re.compile(
    r"\b(?:tab(?:le|elle|leau|la|ella|ela|ell)?|fig(?:ure|ura)?|abb(?:ildung)?|section|chapter|kapitel|таблица|рис|جدول)"
    r"\.?\s*$|[表図图]\s*$",
    re.IGNORECASE,
)
"""The words before the number of a table, a figure or a section."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "figcaption", "legend"})


@dataclass(frozen=True, slots=True)
class Stated:
    """The number of rows that a page says a list has.

    Parameters
    ----------
    total : int
        Rows of the whole list.
    text : str
        The page's words; empty if it says so to assistive software only.
    first, last : int or None
        The numbers of the first and the last row that the page says it shows.
    """

    total: int
    text: str = ""
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    start: int
    end: int


def stated_count(source: Source, language: str = "") -> Stated | None:
    """Return the number of rows that the page says a list has; None if it says none, or several that differ.

    Parameters
    ----------
    source : Source
        The list.
    language : str
        The page's language tag.
    """
    if source.stated_rows is not None:
        return Stated(source.stated_rows)
    if (size := _set_size(source)) is not None:
        return Stated(size)
    own = frozenset(word for each in (source.caption, source.heading) for word in words_of(each) if len(word) > 2)
    for number, level in enumerate(levels_around(source)):
        if number >= _MOST_LEVELS:
            break
        found = list(_stated_at(level, len(source.rows), own, language))
        by_range = [each for each in found if each.last is not None]
        totals = {each.total for each in by_range or found}
        if len(totals) == 1:
            return (by_range or found)[0]
        if totals:
            return None
    return None


def stated_pages(source: Source, language: str = "") -> tuple[int, int] | None:
    """Return which page of how many a page says it is ("Page 2 of 5"); None if it says neither or several."""
    for number, level in enumerate(levels_around(source)):
        if number >= _MOST_LEVELS:
            break
        found = {read_pages(text, language) for text in _texts_at(level)} - {None}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def read_pages(text: str, language: str = "") -> tuple[int, int] | None:
    """Read which page of how many a text names.

    >>> read_pages("Page 2 of 5"), read_pages("Seite 1/12"), read_pages("Page 3"), read_pages("2 of 5 results")
    ((2, 5), (1, 12), None, None)
    """
    said = plain(text)
    if len(said) > _PAGES_CHARS or not has_page_word(words_of(said)):
        return None
    numbers = [_Number(_whole(match[0]), match.start(), match.end()) for match in _NUMBER.finditer(said)]
    if len(numbers) != 2:
        return None
    between = said[numbers[0].end : numbers[1].start].strip().casefold()
    page, pages = numbers[0].value, numbers[1].value
    is_part = any(word in out_of_words(language) for word in (between, between.rpartition(" ")[2]))
    return (page, pages) if is_part and 1 <= page <= pages else None


def read_stated(text: str, rows: int, language: str = "", own: frozenset[str] = frozenset()) -> Stated | None:
    """Read what a text says about the number of rows of a list.

    Parameters
    ----------
    text : str
        A short text beside the list.
    rows : int
        The number of rows that the page shows.
    language : str
        Its language tag.
    own : frozenset of str
        Words of the list's heading, in their plainest form.

    >>> read_stated("1–25 of 1,204 results", 25)
    Stated(total=1204, text='1–25 of 1,204 results', first=1, last=25)
    >>> read_stated("120 Treffer", 25), read_stated("Page 1 of 5", 25), read_stated("over 100 results", 25)
    (Stated(total=120, text='120 Treffer', first=None, last=None), None, None)
    """
    said = plain(text)
    if not 0 < len(said) <= _MOST_CHARS or not any(char.isdigit() for char in said):
        return None
    found_numbers = (match for match in _NUMBER.finditer(said) if not _is_mark(said, match))
    numbers = [_Number(_whole(match[0]), match.start(), match.end()) for match in found_numbers]
    if not 0 < len(numbers) <= 6 or any(number.value >= _LARGEST for number in numbers):
        return None
    found = _by_range(said, numbers, language)
    if found is None:
        found = _by_part(said, numbers, rows, language) or _by_total(said, numbers, rows, own)
    if found is None:
        return None
    total, first, last = found
    return None if _is_estimate(said, total, language) else Stated(total.value, text[:_MOST_CHARS], first, last)


def _is_mark(said: str, number: re.Match[str]) -> bool:
    """Tell whether a number is that of a footnote, a table or a section: "1) preliminary", "Table 2: Results"."""
    before, behind = said[: number.start()], said[number.end() : number.end() + 2]
    if _NUMBERED.search(before) or behind.startswith(":") or (behind == ". " and not before.strip()):
        return True
    return behind.startswith(")") and before.count("(") <= before.count(")")


_Found = tuple[_Number, int | None, int | None]


def _by_range(said: str, numbers: list[_Number], language: str) -> _Found | None:
    """Read "1–25 of 120", whatever the words, and whether the total comes before or behind."""
    for one, (first, last) in enumerate(pairwise(numbers)):
        between = said[first.end : last.start]
        is_range = _DASH.fullmatch(between) or between.strip().casefold() in range_words(language)
        if not is_range or not first.value <= last.value or len(numbers) < 3:
            continue
        others = [*numbers[one + 2 :], *reversed(numbers[:one])]
        total = next((each for each in others if each.value >= last.value), None)
        if total is not None and not _is_of_pages(said, total):
            return total, first.value, last.value
    return None


def _by_part(said: str, numbers: list[_Number], rows: int, language: str) -> _Found | None:
    """Read "25 of 120", where 25 rows are shown."""
    if len(numbers) != 2 or has_page_word(words_of(said)):
        return None
    part, total = numbers
    between = said[part.end : total.start].strip().casefold()
    ends = (between, between.rpartition(" ")[2], between.partition(" ")[0])
    if part.value == rows and total.value >= rows and any(each in out_of_words(language) for each in ends):
        return total, None, None
    return None


def _by_total(said: str, numbers: list[_Number], rows: int, own: frozenset[str]) -> _Found | None:
    """Read "120 results" and "Results: 120"."""
    if len(numbers) != 1 or len(said) > _COUNT_CHARS or len(words_of(said)) > 8:
        return None
    (total,) = numbers
    behind, before = said[total.end : total.end + 40], said[max(0, total.start - 30) : total.start]
    if has_page_word(words_of(behind)[:1]) or re.match(r"\s?[%°$€£/:.,]\S|\s?[%+]", behind):
        return None
    numeral = said[total.start : total.end]
    named = _first_words(behind, 3) if behind.strip() else ""
    # "Results: 120" and "Treffer (120)", but not "Desk Fan 8" or "Article 12".
    is_set_off = before.rstrip().endswith((":", "(", "：")) and not words_of(behind)
    is_named = has_result_word(numeral + named, own) or (is_set_off and has_result_word(before))
    is_named = is_named or (not words_of(behind) and _is_counted_before(before, numeral))
    return (total, None, None) if is_named and total.value >= min(rows, 1) else None


def _is_counted_before(before: str, numeral: str) -> bool:
    """Tell whether a number is counted by a word right before it, in languages without spaces: "共 120"."""
    return not before.isascii() and has_result_word(before[-3:] + numeral) and not has_result_word(before[-3:])


def _first_words(text: str, count: int) -> str:
    return " " + " ".join(text.split()[:count])


def _is_estimate(said: str, total: _Number, language: str) -> bool:
    """Tell whether a number is a limit or an estimate: "about 1,000", "more than 100", "100+"."""
    if said[total.end : total.end + 2].strip().startswith("+"):
        return True
    before = said[: total.start].casefold().split()[-3:]
    words = [word.strip("(:,.") for word in before]
    about, bounds = about_words(language), bound_words(language)
    pairs = [" ".join(words[-2:]), words[-1] if words else ""]
    return any(word in about for word in words[-1:]) or any(bounds.get(each) == "over" for each in pairs)


def _is_of_pages(said: str, total: _Number) -> bool:
    return has_page_word(words_of(said[total.end : total.end + 20])[:1])


def _whole(numeral: str) -> int:
    return int("".join(char for char in numeral if char.isdigit()))


def _stated_at(level: Level, rows: int, own: frozenset[str], language: str) -> Iterator[Stated]:
    for text in _texts_at(level):
        if (found := read_stated(text, rows, language, own)) is not None:
            yield found


def _texts_at(level: Level) -> Iterator[str]:
    """Yield the texts of a level that stand apart, those of controls and headings of columns left out."""
    for node in level.elements:
        if node.tag == "th" or node.role in ("columnheader", "rowheader"):
            continue  # "Employed in 1,000" says how a column is measured
        if node.is_block and not is_in_control(node, level.node) and not any(each.is_block for each in node.elements):
            yield node.text


def _set_size(source: Source) -> int | None:
    """Return the number of rows that each row names (`aria-setsize`)."""
    sizes = {row.node.attributes.get("aria-setsize", "") for row in source.rows}
    size = sizes.pop() if len(sizes) == 1 else ""
    return int(size) if size.isdecimal() and len(size) < 10 and int(size) >= len(source.rows) else None
