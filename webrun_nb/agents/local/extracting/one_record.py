"""The extraction of one record: the page's own, or the row that is called as the sentence says."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Finish, Provenance, Reply, Step
from webrun_nb.agents.local.extracting.page_lists import PageLists, is_at, list_of
from webrun_nb.agents.local.extracting.questions import Questions
from webrun_nb.agents.local.extracting.reading import Reading
from webrun_nb.agents.local.extracting.selection import GENERIC
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.named import is_called, names_shown, rows_called
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.pages import headings_on, lines_labelled, words_of
from webrun_nb.agents.local.lists.rows import UntiedError, arrange, of_noun
from webrun_nb.agents.local.lists.selecting import said_words, says, under_headings
from webrun_nb.agents.local.lists.view import Field, Row
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_TITLES = frozenset({("title",), ("page", "title"), ("heading",), ("headline",), ("page", "heading")})
"""The words for a page's title."""
_NAMES = frozenset({"name", "title", "heading", "headline"})
"""The words for what a record is called."""
_MOST_LISTS = 20
"""Lists of a page in which the row that is called like the subject is looked for."""


class OneRecord:
    """Answers a sentence that asks for one record of a page.

    Parameters
    ----------
    lists : PageLists
        The lists of the page.
    questions : Questions
        Asks which of them is meant.
    """

    def __init__(self, lists: PageLists, questions: Questions) -> None:
        self._lists = lists
        self._questions = questions

    def answer(self) -> Work[Finish | None]:
        """Answer; None where the sentence turns out to mean many rows (`lists.wanted` says them then)."""
        page = yield from self._lists.task.snapshot()
        self._lists.page_words = words_of(page)
        self._lists.page = page
        if meant := self._under_a_heading(page):
            self._lists.wanted = meant
            return None
        record = self._lists.reader().of_record(page)
        in_list = self._row_of_subject(page, record)
        if in_list is not None:
            reading, rows = in_list
            if len(rows) > 1:
                return self._several(page, reading, rows)
            place, self._lists.seen = rows[0].place, reading.view
            around = f"{self._lists.page_words} {rows[0].text}"
        else:
            reading, place, self._lists.seen, around = record, 0, record.view, self._lists.page_words
            reading = yield from self._questions.asked_for_columns(
                reading, lambda: self._lists.reader().of_record(page)
            )
        if reading.view is None or (not reading.covered and reading.columns):
            if self._is_page_title() and words_of(page).strip():
                return self._page_title(page)
            if (labelled := self._labelled(page)) is not None:
                return labelled
            self._lists.problem = reading.extraction.problem
            raise self._lists.nothing(reading)
        self._follows(reading, around, in_list=in_list is not None)
        if self._lists.shape is None:
            unmet = [name for name in reading.columns if name not in reading.fields]
            unmet += [name for name, field in reading.fields.items() if self._is_only_the_name(page, name, field)]
            if unmet:
                raise self._lists.nothing(reading, unmet)
        return self._lists.answers().record(reading, place)

    def _under_a_heading(self, page: Snapshot) -> Extract | None:
        """Read "the items of Lyon" as the rows under the heading "Lyon", where that is one and no row's name."""
        wanted, words = self._lists.wanted, said_words(self._lists.wanted.subject)
        if not wanted.wishes or not words or (self._lists.shape is not None and not self._lists.shape.many):
            return None
        if self._page_is_called(page):
            return None
        found = [
            view for view in self._lists.found if under_headings(view.rows, wanted.subject) or says(view.title, words)
        ]
        if not found or any(rows_called(wanted.subject, view) for view in self._lists.found):
            return None
        selectors = (*wanted.selectors, f"of {wanted.subject}")
        columns = [view.field_called(wish) for wish in wanted.wishes for view in found[:1]]
        noun, *more = wanted.wishes
        is_key = any(column is not None and (column.is_key or not column.order) for column in columns)
        if not more and re.search(r"[^s]s$", noun, re.I) and (not any(columns) or is_key):
            return replace(wanted, subject=noun, wishes=(), one=False, selectors=selectors)
        if all(columns):
            return replace(wanted, subject="", with_name=True, one=False, selectors=selectors)
        return None

    def _labelled(self, page: Snapshot) -> Finish | None:
        """Answer with the one text of the page that begins with what is asked for: "Clicked: at the top"."""
        if self._lists.shape is not None or len(self._lists.wanted.wishes) != 1 or self._lists.wanted.subject:
            return None
        (name,) = self._lists.wanted.wishes
        found = list(lines_labelled(page, name))
        if len(found) != 1:
            return None
        ((node, text),) = found
        record = {name: text}
        return Finish(text, [record], (Provenance(0, name, page.url, node.path, text, captured_ms=page.captured_ms),))

    def _is_only_the_name(self, page: Snapshot, asked: str, field: Field) -> bool:
        """Tell whether the record's name would answer for what the page does not speak of: "get the abstract"."""
        words = tokens(asked)
        if not field.is_key or not words or words[-1] in _NAMES or any(set(words) & set(name) for name in field.names):
            return False
        known = f"{self._lists.page_words} {page.url}"
        return not any(says(known, (word,)) for word in words) and words[-1] not in GENERIC

    def _is_page_title(self) -> bool:
        """Tell whether the page's title is asked for, and nothing else."""
        asked = [each.name for each in self._lists.shape.columns] if self._lists.shape is not None else []
        words = {tokens(name) for name in (*asked, *self._lists.wanted.wishes)}
        return len(words) == 1 and words <= _TITLES and not self._lists.wanted.subject

    def _page_title(self, page: Snapshot) -> Finish:
        """Answer with the page's main heading, otherwise with its title."""
        heading = next((node for node in page.root.find("h1") if node.text), None)
        text, path = (page.title, "title") if heading is None else (heading.text, heading.path)
        name = (
            self._lists.shape.columns[0].name
            if self._lists.shape is not None and self._lists.shape.columns
            else self._lists.wanted.wishes[0]
        )
        record = {name: text}
        data = (
            record
            if self._lists.shape is not None and not self._lists.shape.many
            else self._lists.answers().wrapped([record])
        )
        return Finish(text, data, (Provenance(0, name, page.url, path, text, captured_ms=page.captured_ms),))

    def _page_is_called(self, page: Snapshot) -> bool:
        return is_called(self._lists.wanted.subject, headings_on(page), page.title, page.url)

    def _follows(self, reading: Reading, around: str, *, in_list: bool) -> None:
        """Make sure that one record is the one that the whole sentence speaks of.

        Raises
        ------
        UntiedError
            A condition, an order or a phrase that says which one is not answered to by the page.
        """
        if not in_list and (self._lists.wanted.constraints or self._lists.wanted.order):
            orders = [self._lists.wanted.order.words] if self._lists.wanted.order else []
            raise UntiedError([*(c.words for c in self._lists.wanted.constraints), *orders][0])
        names = {word for each in reading.fields.values() for name in each.names for word in name}
        for phrase in self._lists.wanted.selectors:
            words = said_words(phrase)
            if not (set(words) <= names or says(around, words)):
                raise UntiedError(phrase)

    def _row_of_subject(self, page: Snapshot, record: Reading) -> tuple[Reading, list[Row]] | None:
        """Find the row or rows that are meant; None where the page's own record is.

        Raises
        ------
        AgentError
            Nothing on the page is called like the subject, or more than one row fits where one is asked for.
        """
        subject = self._lists.wanted.subject
        by_place = bool(self._lists.wanted.place or self._lists.wanted.place_ordinal)
        covered = 0 if by_place else record.covered
        selects = self._lists.wanted.constraints or self._lists.wanted.order or self._lists.wanted.selectors
        is_whole = record.view is not None and 0 < len(self._lists.reader().shape.columns) <= covered and not selects
        if is_whole and self._lists.wanted.one and (not subject or tokens(subject)[-1] in GENERIC):
            return None
        best = self._lists.read_list([page])
        if self._is_page_title() and words_of(page).strip():
            return None
        if not self._lists.wanted.one or not subject or tokens(subject)[-1] in GENERIC:
            return self._only_row(best, covered)
        columns = len(record.columns) if self._lists.reader().shape.columns else 0
        if self._page_is_called(page) and covered >= columns and record.view is not None:
            return None
        whole = self._readings_of_all(page, best)
        for names in ([subject], re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", subject)):
            for reading in whole:
                view = list_of(reading)
                found = [self._lists.kept(view, rows_called(name, view)) for name in names]
                if all(len(rows) == 1 for rows in found):
                    return reading, [row for (row,) in found]
        if self._page_is_called(page) and covered:
            return None
        several = max((len(rows_called(subject, list_of(reading))) for reading in whole), default=0)
        how = (
            f'{several} things on the page are called "{subject}"; say which one.'
            if several
            else f'there is no "{subject}" here, or it does not have everything that you asked for.'
        )
        shown = names_shown([list_of(reading) for reading in whole] or self._lists.found)
        has = f" The page lists: {', '.join(shown)}." if shown else ""
        has = has or f" {self._lists.sentences_that_work()}".rstrip()
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{self._lists.wanted.sentence}": {how}{has}')

    def _readings_of_all(self, page: Snapshot, best: Reading) -> list[Reading]:
        """Return the readings of all lists of the page that have every column, the best one first."""
        readings = [best] if best.view is not None else []
        read = frozenset[int]().union(*(list_of(reading).nodes for reading in readings))
        if not (self._lists.wanted.place or self._lists.wanted.place_ordinal):
            others = [view.nodes for view in self._lists.found if not view.nodes & read][:_MOST_LISTS]
            readings += [self._lists.reader().of_list([page], is_meant=partial(is_at, nodes)) for nodes in others]
        return [
            reading
            for reading in readings
            if reading.view is not None and not reading.view.is_record and reading.covered >= len(reading.columns)
        ]

    def _only_row(self, best: Reading, covered: int) -> tuple[Reading, list[Row]] | None:
        """Take a list's row as the record, where the list has more of it than the page itself and only one row fits."""
        view = best.view
        if view is None or view.is_record:
            return None
        if not (best.covered > covered or (not self._lists.wanted.one and best.covered)):
            return None
        subject = self._lists.wanted.subject
        rows = self._lists.kept(view, of_noun(view.rows, subject) if subject else view.rows)
        rows = arrange(view, rows, self._lists.wanted.order)[: self._lists.wanted.limit]
        if len(rows) == 1:
            return best, rows
        which = (
            f'{len(rows)} rows match; say which one, or write "list all …"' if rows else "no row of the page matches"
        )
        fit = f'"{self._lists.wanted.sentence}": {which}'
        if not self._lists.has_columns():
            self._lists.seen = view
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f"{fit}. {self._lists.sentences_that_work()}".rstrip(),
                {"rows": len(rows)},
            )
        how = " with a schema of many (list[Model])." if rows else "."
        raise AgentError(TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, f"{fit}{how}", {"rows": len(rows)})

    def _several(self, page: Snapshot, reading: Reading, rows: Sequence[Row]) -> Finish:
        """Answer for several named things: a table that says which is which."""
        if self._lists.shape is not None and not self._lists.shape.many:
            raise AgentError(
                TaskFailureCode.OUTPUT_SCHEMA_MISMATCH,
                f'"{self._lists.wanted.sentence}" names {len(rows)} things, and the schema is for one record; '
                "use a schema of many: list[Model].",
            )
        if (
            self._lists.shape is None
            and "name" not in reading.fields
            and any(each.is_key for each in list_of(reading).fields)
        ):
            is_meant = partial(is_at, list_of(reading).nodes)
            named = self._lists.reader(with_name=True).of_list([page], is_meant=is_meant)
            if named.view is not None and len(named.view.rows) == len(list_of(reading).rows):
                reading = named
        return self._lists.answers().several(reading, [row.place for row in rows])
