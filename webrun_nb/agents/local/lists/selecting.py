"""Phrases that say which rows are meant ("on day 2"): the rows that the page says they are, or None."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.patterns import ORDINALS, SELECTED
from webrun_nb.agents.local.lists.names import singular, tokens
from webrun_nb.agents.local.lists.view import Field, Row, View, text_of
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

LABEL_CHARS = 60
"""The most characters of a page's own name for something in a question."""

Words = tuple[str, ...]


def value_of(phrase: str) -> str:
    """Return a phrase without its preposition: "on the second day" is "second day"."""
    match = SELECTED.match(phrase)
    return match["what"] if match else phrase


def said_words(phrase: str) -> Words:
    """Return the words of a phrase that count, numbers in figures: "on the second day" is ("2", "day")."""
    return _figures(tokens(value_of(phrase)))


def says(text: str, wanted: Words) -> bool:
    """Tell whether a text has the words one after the other, in this or in the opposite order ("Day 2")."""
    words = _figures(tuple(singular(word) for word in re.findall(r"[^\W_]+", text.casefold())))
    runs = {words[i : i + len(wanted)] for i in range(len(words))}
    return bool(wanted) and (wanted in runs or wanted[::-1] in runs)


def selected(phrase: str, view: View, rows: Sequence[Row], page_words: str) -> list[Row] | None:
    """Find the rows that a phrase means.

    The heading above rows says so, one of several; else the list is called so, and all of its rows are meant; else a
    column together with its value ("in room 5"), else the page's name or address, else a value of one column
    ("at Wembley").

    Parameters
    ----------
    page_words : str
        What the page says it is about.

    Returns
    -------
    list of Row or None
        None where nothing of this is so.
    """
    wanted = said_words(phrase)
    under = under_headings(rows, value_of(phrase))
    if under and len({(row.under, row.heading) for row in rows}) > 1:  # the title may be that of the first tab alone
        return under
    if says(view.titles, wanted):
        return list(rows)
    if under:
        return under
    for field in view.fields:
        if (having := _having_value(field, rows, wanted)) is not None:
            return having
    if says(page_words, wanted):
        return list(rows)
    match = SELECTED.match(phrase)
    return _having(view, rows, wanted, match["by"] if match else "")


def under_headings(rows: Sequence[Row], said: str) -> list[Row]:
    """Return the rows under the heading that is named, or under all of several ("Day 1 and Day 2")."""
    if under := under_heading(rows, said_words(said)):
        return under
    several = [under_heading(rows, said_words(part)) for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", said)]
    meant = {id(row) for found in several for row in found}
    return [row for row in rows if id(row) in meant] if all(several) else []


def under_heading(rows: Sequence[Row], wanted: Words) -> list[Row]:
    """Return the rows under a heading that says so: one in their list, else the title of their table.

    Where most rows have a heading of their own, that is no more than the name of the row before.
    """
    headings = {row.heading for row in rows}
    shared = 2 * len(headings) <= len(rows)
    is_table = any(row.view.kind == "table" for row in rows[:1])
    inside = [row for row in rows if (shared or is_table) and row.heading and says(row.heading, wanted)]
    return inside or [row for row in rows if row.under and says(row.under, wanted)]


def rows_of_column_value(view: View, phrase: str) -> list[Row]:
    """Return the rows of "household 2": those that have the value 2 in the column "Household"."""
    found = (_having_value(field, view.rows, said_words(phrase)) for field in view.fields)
    return next((rows for rows in found if rows), [])


def _having_value(field: Field, rows: Sequence[Row], wanted: Words) -> list[Row] | None:
    label = tokens(field.label)
    value = tuple(word for word in wanted if word not in label)
    if not value or not label or not set(label) < set(wanted):
        return None
    having = [row for row in rows if value == words_in(row, field)]
    numbers = [words for row in rows if (words := words_in(row, field))]
    counted = "".join(value).isdigit() and all("".join(words).isdigit() for words in numbers)
    return having if having or (counted and numbers) else None


def _having(view: View, rows: Sequence[Row], wanted: Words, by: str) -> list[Row] | None:
    found: dict[str, list[Row]] = {}
    for field in view.fields:
        if not field.attribute and (having := [row for row in rows if wanted == words_in(row, field)]):
            found[field.label.casefold() or field.key] = having
    if by.casefold() in found:  # "to Paris", where a column is called "To"
        return found[by.casefold()]
    first, *others = found.values() or [None]
    return first if all(other == first for other in others) else None


def words_in(row: Row, field: Field) -> Words:
    """Return the words of a row's cell in one field, numbers in figures."""
    cell = row.cells.get(field.key)
    return () if cell is None else _figures(tokens(text_of(cell)))


def _figures(words: Words) -> Words:
    def figure(word: str) -> str:
        number = ORDINALS.get(word, 0)
        nth = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word)
        return str(number) if number > 0 else nth[1] if nth else word

    return tuple(map(figure, words))


def numbered(found: Sequence[View], place: str, number: int, sentence: str) -> list[View]:
    """Return the table that is asked for by its number: the one that is called "Table 2", else the second of the page.

    Parameters
    ----------
    found : sequence of View
        The lists of the page, each by itself.
    place : str
        The words for it ("table 2"), where the sentence has other words than its number.
    number : int
        1 is the first, -1 the last; lists are counted where the page has no tables.
    sentence : str
        The sentence.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page has not so many.
    """
    if place and (named := [view for view in found if says(view.titles, said_words(place))]):
        return named
    tables = [view for view in found if view.kind == "table"]
    in_order = sorted(tables, key=lambda view: view.source.number) or list(found)
    if not number or abs(number) > len(in_order):
        has = f"{len(in_order)} {'tables' if tables else 'lists'}"
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": the page has {has}, and so no number {number}.'
        )
    return [in_order[number - 1 if number > 0 else number]]


def called(found: Sequence[View], place: Words) -> list[View]:
    """Find the tables and lists that are called so, by their own titles, else by all that stands for a title."""
    own = [view for view in found if says(view.title, place)]
    return own or [view for view in found if set(place) <= set(tokens(view.titles))]


def list_names(found: Sequence[View]) -> list[str]:
    """List what the page calls its tables and lists."""
    return list(dict.fromkeys(shortened(view.title, LABEL_CHARS) for view in found if tokens(view.title)))
