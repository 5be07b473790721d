"""Selects the rows of a list that a sentence names: by noun, kind, phrase, condition and order."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.headings import headings_of, of_places
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.pages import path_words
from webrun_nb.agents.local.lists.rows import UntiedError, arrange, keep, of_noun, of_subject
from webrun_nb.agents.local.lists.selecting import said_words, says, selected, value_of
from webrun_nb.agents.local.lists.view import Row, View, text_of
from webrun_nb.common.codes import TaskFailureCode

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

GENERIC = frozenset({
    "item", "product", "result", "row", "entry", "record", "thing", "article", "listing", "everything", "all", "data",
    "value", "information", "info", "detail", "content", "page", "one", "table", "list", "offer", "column", "field",
    "element", "it", "them",
})  # fmt: skip


_KINDS_OF_ROWS = frozenset({"line", "row", "table", "list", "data", "single", "individual", "separate"})
"""Words before a noun for rows that say no more than it: "each line item"."""
NAMES_OF_ROWS = _KINDS_OF_ROWS | {
    "product", "job", "search", "log", "news", "menu", "catalogue", "catalog", "directory", "index", "calendar",
    "schedule", "price", "statement", "invoice", "exchange", "interest", "company", "league", "programme", "program",
    "timetable", "weather", "stock", "exam", "election", "census", "budget", "inventory", "contact", "event",
}  # fmt: skip
"""Words before a word for rows that select none of them: a "line item", a "search result", "exchange rates"."""

_MANY_WORDS = 2

UNNAMED = "the page has no such word; the rows are of the list that has the columns of the answer"
"""The reason why the name of a list was not used."""

PEOPLE = frozenset({"person", "people"})
"""Words for the rows of a list that has an age of each."""


def may_be_unnamed(subject: str) -> bool:
    """Tell whether words only name what is listed ("job postings"), so that no row is left out for them.

    What may tell some rows from others ("gaming laptops", "Dell laptops", "flights after 10:00") may not.
    """
    words = subject.split()
    if not 0 < len(words) <= _MANY_WORDS or not all(re.fullmatch(r"[^\W\d_]+", word) for word in words):
        return False
    if len(words) == 1:
        return words[0][:1].islower()
    return words[0].casefold() in NAMES_OF_ROWS


class Selection:
    """The rows of one list that one sentence means.

    Parameters
    ----------
    task : Task
        For telling how many rows were left out.
    wanted : Extract
        The sentence.
    page_words : str
        What the page says it is about.
    of_subject : bool
        Whether a heading or a category column tells the subject's rows from others.
    unnamed : bool
        Whether the list is taken for its columns, the page having no word for the subject.
    """

    def __init__(
        self, task: Task, wanted: Extract, page_words: str, *, of_subject: bool, unnamed: bool = False
    ) -> None:
        self._task = task
        self._wanted = wanted
        self._page_words = page_words
        self._of_subject = of_subject
        self._unnamed = unnamed
        self.unknown = 0
        """Rows that the page gives no value of, to compare with a condition."""
        self.other_currency = 0
        """Rows whose amounts are in another currency than that of a condition."""
        self.not_used: dict[str, str] = {}
        """Phrases that the page does not answer to, with why."""

    def rows(self, view: View) -> Work[list[Row]]:
        """Return the rows that are meant, in the order that is asked for."""
        rows: list[Row] = view.rows
        self.not_used = {}
        if self._unnamed:
            self.not_used[self._wanted.subject] = UNNAMED
        elif self._of_subject and self._wanted.subject:  # a person may have taken it back
            rows = of_subject(rows, view, self._wanted.subject) or rows
        else:
            rows = yield from self._of_noun(view, rows)
        if not self._unnamed:
            rows = yield from self._of_kind(view, rows)
        for phrase in self._wanted.selectors:
            rows = self._of_phrase(phrase, view, rows)
        rows, conditions = of_places(view, rows, self._wanted.constraints, self._page_words)
        kept = keep(view, rows, conditions)
        for words, count in kept.unknown.items():
            yield from self._task.note(f'{count} rows left out: the page gives no value to compare for "{words}".')
        for words, count in kept.other_currency.items():
            why = (
                f'{count} rows left out for "{words}": their amounts are in another currency, and nothing is converted.'
            )
            yield from self._task.note(why)
        self.unknown = sum(kept.unknown.values())
        self.other_currency = sum(kept.other_currency.values())
        return self._nth(arrange(view, kept.rows, self._wanted.order))

    def _of_phrase(self, phrase: str, view: View, rows: list[Row]) -> list[Row]:
        """Keep the rows that "on day 2" means; where the page does not say which, all of them.

        Raises
        ------
        UntiedError
            The page does not say which, and the answer would be another number or row for it.
        """
        found = selected(phrase, view, rows, self._page_words)
        if found is not None:
            return found
        if self._wanted.count or self._wanted.row or (self._wanted.order and self._wanted.limit):
            raise UntiedError(phrase)
        self.not_used[phrase] = f'nothing on the page says which rows are "{value_of(phrase)}"{self._headings(rows)}'
        return rows

    @staticmethod
    def _headings(rows: list[Row]) -> str:
        shown = headings_of(rows)
        return f"; its headings are {', '.join(f'“{heading}”' for heading in shown)}" if len(shown) > 1 else ""

    def _nth(self, rows: list[Row]) -> list[Row]:
        """Keep only the row that the sentence counts to, where it does."""
        number = self._wanted.row
        if number is None:
            return rows
        if not number or abs(number) > len(rows):
            what = f'"{self._wanted.sentence}": the list has {len(rows)} rows, and so no row {number}.'
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, what)
        return [rows[number - 1 if number > 0 else number]]

    def _of_noun(self, view: View, rows: list[Row]) -> Work[list[Row]]:
        """Keep the rows that say the subject's noun ("cats" among pets), unless the page calls all of them so."""
        subject = self._wanted.subject
        if not subject or tokens(subject)[-1] in GENERIC or self._wanted.place or self._wanted.place_ordinal:
            return rows
        if told := self._told_apart(tokens(subject)[-1], view, rows):
            yield from self._task.note(f'Kept the {len(told)} of {len(rows)} rows that say "{subject}".')
            return told
        if view.lists(subject) or tokens(subject)[-1] in tokens(f"{self._page_words} {view.titles}"):
            return rows
        kept = of_noun(rows, subject)
        if len(kept) < len(rows):
            yield from self._task.note(f'Kept the {len(kept)} of {len(rows)} rows that say "{subject}".')
        return kept

    def _of_kind(self, view: View, rows: list[Row]) -> Work[list[Row]]:
        """Heed what stands before the subject's noun ("gaming laptops"): the page is about it, or rows say it."""
        *kinds, noun = tokens(self._wanted.subject) or ("",)
        if len(kinds) == 2 and kinds[1].isdigit():
            return self._of_number(" ".join(kinds), view, rows)
        for kind in kinds:
            if told := self._told_apart(kind, view, rows):
                yield from self._task.note(f'Kept the {len(told)} of {len(rows)} rows that say "{kind}".')
                rows = told
                continue
            if kind in _KINDS_OF_ROWS or kind in tokens(f"{self._page_words} {view.titles}"):
                continue
            if noun in GENERIC and kind in NAMES_OF_ROWS:
                continue
            saying = [row for row in rows if kind in tokens(f"{row.text} {row.under}")]
            if not saying:
                raise UntiedError(kind)
            if len(saying) < len(rows):
                yield from self._task.note(f'Kept the {len(saying)} of {len(rows)} rows that say "{kind}".')
            rows = saying
        return rows

    def _told_apart(self, word: str, view: View, rows: list[Row]) -> list[Row]:
        """Return the rows that have a word as a value, where of the page only its address says it, and not all have it.

        An address may speak of several things ("/cats-and-dogs"), and is no proof that all rows are of one of them.
        """
        address = path_words(rows[0].url) if rows else ""
        if word not in tokens(address) or word in tokens(f"{self._page_words.removesuffix(address)} {view.titles}"):
            return []
        having = [row for row in rows if any(tokens(text_of(cell)) == (word,) for cell in row.cells.values())]
        return having if len(having) < len(rows) else []

    def _of_number(self, kind: str, view: View, rows: list[Row]) -> list[Row]:
        """Keep the rows of "day 2": those that a heading, a column or the words of a row say are.

        Raises
        ------
        UntiedError
            Nothing says so; a number by itself may stand in any row.
        """
        found = selected(kind, view, rows, self._page_words)
        found = found or [row for row in rows if says(row.text, said_words(kind))]
        if not found:
            raise UntiedError(kind)
        return found
