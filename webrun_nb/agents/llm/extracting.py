"""The tools that read data: the model says which list and which of its columns, the extraction engine reads the values.

No value passes through the model, so it can neither invent nor garble one; each keeps its element and its reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Finish,
    PartialResult,
    Reply,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
)
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.choosing import Reading, choice_of_rows, choices_of
from webrun_nb.agents.llm.page_lists import Listed, PageLists, lists_of_page, node_at, record_of_elements
from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.agents.llm.row_choice import chosen_rows
from webrun_nb.agents.llm.rows_answer import MisfitError, RowsRead, answer_of_rows
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.agents.llm.whole_list import Ending, ending_of, whole_list
from webrun_nb.agents.local.extracting.asked_for import shape_of, shape_of_names
from webrun_nb.agents.local.list_pages.collect import CollectedPages
from webrun_nb.agents.local.list_pages.views import is_same_list
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.common.text import counted, shortened
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.choose import has_same_columns
from webrun_nb.extraction.assignment.fields import Field
from webrun_nb.extraction.assignment.same_field import same_fields
from webrun_nb.extraction.further import read_further
from webrun_nb.extraction.page_state import state_of
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.results import Extraction, Part, Row
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source
from webrun_nb.extraction.values.page_date import page_date_of

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MOST_REPAIRS = 2
"""How often a model may try again to give an answer the form that is asked for."""
_ELEMENTS = "elements"
"""The name of what is no list: single elements of the page."""
_NUMBER = re.compile(r"\D*(\d{1,6})\D*")
_MOST_LISTS = 12
_SHOWN_ROWS = 20
_ROWS_CHARS = 2_500
_VALUE_CHARS = 60
_NONE_CHOSEN = "The model has chosen none of them yet."


class Extracting:
    """The lists of the pages of a task, and the rows that were read of them.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    view : PageView
        The elements by their numbers.
    repairs : int
        How often rows that do not fit the schema may be chosen again.
    is_allowed : callable, optional
        Tells whether a URL is on a host that the task may reach; all are where it is left out.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`: its schema asks for something else than records or values of a page.
    """

    def __init__(
        self,
        brief: TaskSpec,
        view: PageView,
        repairs: int = MOST_REPAIRS,
        is_allowed: Callable[[str], bool] = lambda url: True,
    ) -> None:
        self._brief = brief
        self._is_allowed = is_allowed
        self._view = view
        self._shape = shape_of(brief)
        self._parts: list[Part] = []
        self._columns: Mapping[str, Field] = {}
        self._others: dict[str, Field] = {}
        self._shape_read = Shape()
        self._read: Extraction | None = None
        self._collected: CollectedPages | None = None
        """The pages of the list, where they were collected and not read one by one."""
        self._repairs_left = repairs
        self._step: int | None = None
        self.readings: list[Reading] = []
        """The parts of the rows that were read, in order."""

    @property
    def wants_data(self) -> bool:
        """True if the answer has a form that words don't have."""
        return self._shape is not None

    @property
    def texts(self) -> list[str]:
        """The texts of the values that were read, and the number of rows, which an answer in words may tell."""
        if self._read is None:
            return []
        return [f"{len(self._read.rows)} rows", *(each.text for each in self._read.values)]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that were read."""
        return () if self._read is None else self._read.rows

    def lists(self) -> Work[str]:
        """Return the lists and records of the page, with their columns and their first values."""
        lists = lists_of_page((yield from self._taken()))
        return _told_lists(lists) or "The page has no table, no list and no record."

    def extract(self, call: tools.Extract) -> Work[str]:
        """Read the rows of a list of the page; return what was read.

        Raises
        ------
        ToolCallError
            There is no such list, or no such column; or all pages are asked for of what is no list.
        """
        page = yield from self._taken()
        if call.list == _ELEMENTS:
            if call.all_pages or call.more:
                raise ToolCallError("Not read: single elements have no further pages; leave out all_pages and more.")
            self.begin(self._elements(page, call.columns))
            yield self._partial_result()
            return self._told()
        lists = lists_of_page(page)
        listed = lists.named.get(call.list) or lists.named.get(call.list.strip("[] ").upper())
        if listed is None:
            names = _told_lists(lists) or "none"
            raise ToolCallError(f"The page has no list {shortened(call.list, 40)!r}. Its lists:\n{names}")
        if call.all_pages and listed.is_record:
            raise ToolCallError(f"Not read: {call.list} is one record and has no further pages; leave out all_pages.")
        if call.more and self._parts:
            self.add(listed, self._step, lists.every)
        else:
            fields, others = self._fields(listed, call.columns), lists.every
            self.begin(Reading(listed, fields, listed.fields, step=self._step, others=others))
        yield self._partial_result()
        if call.all_pages:
            yield from self._read_all_pages()
            yield self._partial_result()
        return self._told()

    def _fields(self, listed: Listed, columns: Mapping[str, str]) -> dict[str, Field]:
        """Return the field of a list that holds each column of the answer: the one that is named, or called so.

        Raises
        ------
        ToolCallError
            There is no such column, of the answer or of the list.
        """
        asked = self._asked
        names = [each.name for each in asked.columns] if asked is not None else list(columns or listed.fields)
        wrong = [name for name in columns if name not in names]
        if wrong:
            raise ToolCallError(f"The answer has no column {wrong[0]!r}. Its columns: {', '.join(names)}.")
        fields: dict[str, Field] = {}
        for name in names:
            said = columns.get(name, name)
            found = listed.field_called(said)
            if found is not None:
                fields[name] = found
            elif name in columns:
                raise ToolCallError(
                    f"The list has no column {shortened(said, 60)!r}. Its columns: {', '.join(listed.fields)}."
                )
        if not fields:
            raise ToolCallError(
                f"Say which column of the page is which: columns={{{names[0]!r}: …}} with {', '.join(listed.fields)}."
            )
        return fields

    @property
    def _asked(self) -> Shape | None:
        """The shape that the schema of the task names columns in; None where they are the page's own."""
        return self._shape if self._shape is not None and self._shape.columns else None

    def begin(self, reading: Reading) -> None:
        """Read the rows of a list, in place of those that were read before."""
        asked = self._asked
        shape = asked if asked is not None else replace(shape_of_names(reading.fields), bare=False)
        self._shape_read = shape
        self._take([_part(reading.listed, reading.fields)], [reading])

    def _take(self, parts: list[Part], readings: list[Reading], collected: CollectedPages | None = None) -> None:
        """Take the parts of the list that were read, and read their rows."""
        self._parts, self.readings, self._collected = parts, readings, collected
        self._columns = readings[0].fields
        self._others = {name.casefold(): each for name, each in readings[0].comparable.items()}
        self._read = answer(self._shape_read, parts, screens=any(each.is_screen for each in readings))

    def add(
        self, listed: Listed, step: int | None, others: tuple[Listed, ...] = (), *, is_screen: bool = False
    ) -> None:
        """Read the rows of a further page of the list, and add them.

        Parameters
        ----------
        listed : Listed
            The list on that page.
        step : int, optional
            The number of the recorded step in which it was read.
        others : tuple of Listed, optional
            All lists of that page.
        is_screen : bool, optional
            True if it is a further screen of a list that was scrolled, which may have rows of the screen before it.

        Raises
        ------
        ToolCallError
            It is none.
        """
        first = self._parts[0].assignment.source
        texts = _texts_of(listed.page, listed.source)
        if not is_screen and any(_texts_of(part.snapshot, part.assignment.source) == texts for part in self._parts):
            raise ToolCallError("These rows were read already: go to the next page first.")
        if not has_same_columns(first, listed.source):
            raise ToolCallError("This is not a further page of the same list: its columns are others.")
        same = same_fields(first, listed.source)
        fields = {name: found for name, each in self._columns.items() if (found := same(each)) is not None}
        reading = Reading(listed, fields, {}, step=step, others=others, is_screen=is_screen)
        self._take([*self._parts, _part(listed, fields)], [*self.readings, reading])

    def _read_all_pages(self) -> Work[None]:
        """Go through all pages of the list that was read last, from the one that is shown on, and read them.

        Raises
        ------
        ToolCallError
            It led to another site, or is not on the page any more: what was read before is kept.
        """
        first, part = self.readings[-1], self._parts[-1]
        pages = _Pages(first, part, self._shape_read)
        whole = yield from whole_list(self._brief, first.listed.page, first.step, pages.read, self._is_allowed)
        found = [each for page in whole.pages.snapshots if (each := pages.on(page)) is not None]
        if not found:
            raise ToolCallError("Not read: the list was gone from the page before its other pages were read.")
        readings = (
            replace(each, step=whole.steps.get(each.listed.page.root), is_screen=whole.pages.screens)
            for each, _ in found
        )
        parts = [*self._parts[:-1], *(part for _, part in found)]
        self._take(parts, [*self.readings[:-1], *readings], whole.pages)

    def _elements(self, page: Snapshot, columns: Mapping[str, str]) -> Reading:
        """Return the reading of the record that single elements of the page make.

        Raises
        ------
        ToolCallError
            A number is none of an element of the page.
        """
        found: dict[str, tuple[int, Node]] = {}
        for name, said in columns.items():
            digits = _NUMBER.fullmatch(said)
            number = int(digits[1]) if digits is not None else 0
            place = self._view.place_of(number)
            node = None if place is None else node_at(page, place)
            if node is None:
                raise ToolCallError(f"{name}: {shortened(said, 40)!r} is no element of this page: give its number.")
            found[name] = number, node
        if not found:
            raise ToolCallError('Say which element has which value: columns={"name": "[12]"}.')
        listed = record_of_elements(page, {name: node for name, (_, node) in found.items()})
        fields = self._fields(listed, {name: name for name in found})
        numbers = {name: number for name, (number, _) in found.items()}
        return Reading(listed, fields, listed.fields, numbers, self._step)

    def _taken(self) -> Work[Snapshot]:
        reply = yield TakeSnapshot()
        if not isinstance(reply, SnapshotTaken):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a read with {type(reply).__name__}.")
        page, self._step = reply.snapshot, reply.step
        if page.status in self._brief.expect_status:
            page = replace(page, status=None)
        if state_of(page) is Problem.HTTP_ERROR:
            raise ToolCallError(f"Nothing was read: the page answered with HTTP status {page.status}.")
        return page

    # --- what the model is told

    def _told(self) -> str:
        assert self._read is not None
        read = self._read
        lines = [f"Read: {counted(len(read.rows), 'row')}{self._ending.words}."]
        for report in read.columns:
            reasons = ", ".join(f"{count} × {reason}" for reason, count in report.nulls.items())
            missing = f"; missing: {reasons}" if reasons else ""
            lines.append(f"- {report.name}: {report.label or '(no name on the page)'}{missing}")
        if read.misfit is not None:
            lines.append(f"It does not fit the schema yet: at {read.misfit[0]}: {read.misfit[1]}.")
        used = 0
        for place, row in enumerate(read.rows[:_SHOWN_ROWS], 1):
            line = f"{place}. " + " | ".join(shortened(str(value), _VALUE_CHARS) for value in row.values.values())
            used += len(line)
            if used > _ROWS_CHARS:
                break
            lines.append(line)
        return "\n".join(lines)

    @property
    def _ending(self) -> Ending:
        return ending_of(self._parts, self._collected)

    # --- the answer

    def finished(self, call: tools.Finish, remarks: Sequence[str]) -> Finish:
        """Return the answer with the rows that were read and chosen.

        Raises
        ------
        ToolCallError
            There are no rows yet, or they do not fit, and the model may try again.
        AgentError
            `OUTPUT_SCHEMA_MISMATCH`: it has tried often enough.
        """
        read = self._read
        if read is None:
            raise ToolCallError("Nothing was read yet: read the rows with lists and extract, then finish.")
        places, said = chosen_rows(len(read.rows), call, self._values)
        try:
            finish = answer_of_rows(self._brief, self._rows(read), places, [*said, *remarks])
        except MisfitError as error:
            raise self._misfit(str(error)) from error
        choice = choice_of_rows(call, read.rows)
        return replace(finish, choices=choices_of(self._brief, self._view, self.readings, {}, choice))

    def _partial_result(self) -> PartialResult:
        """Return the answer for the case that the task ends now: all rows, as none were chosen yet."""
        rows = None if self._read is None else self._rows(self._read)
        return PartialResult(partial(self._answer_so_far, rows))  # what is read meanwhile leaves these rows as they are

    def _rows(self, read: Extraction) -> RowsRead:
        return RowsRead(self._shape_read, tuple(self._parts), read, self._collected)

    def _answer_so_far(self, rows: RowsRead | None) -> Finish | None:
        """Return all rows that were read; None where there are none, or they do not fit the schema."""
        if rows is None or not rows.read.rows:
            return None
        try:
            return answer_of_rows(self._brief, rows, range(len(rows.read.rows)), [_NONE_CHOSEN])
        except MisfitError:
            return None

    def _values(self, name: str, is_number: bool) -> Sequence[Any]:
        """Return the value of each row in a column of the answer, or in another one of the list.

        Raises
        ------
        ToolCallError
            There is no such column.
        """
        assert self._read is not None
        known = next((each for each in self._shape_read.columns if each.name.casefold() == name.casefold()), None)
        if known is not None and not (is_number and known.type is ColumnType.STR):
            return [row.values.get(known.name) for row in self._read.rows]
        field = self._columns.get(known.name) if known is not None else self._others.get(name.casefold())
        if field is None:
            names = ", ".join([*(each.name for each in self._shape_read.columns), *self._others])
            raise ToolCallError(f"There is no column {shortened(name, 60)!r} to compare. The columns are {names}.")
        kind = ColumnType.FLOAT if is_number else ColumnType.STR
        read = read_further(self._read, field, Column(name, kind))
        return [None if each is None else each.value for each in read]

    def _misfit(self, message: str) -> Exception:
        self._repairs_left -= 1
        if self._repairs_left < 0:
            return AgentError(TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, message)
        return ToolCallError(f"The answer does not fit: {message} Read another column or list, or choose other rows.")


def _told_lists(lists: PageLists) -> str:
    names = [name for name, each in lists.named.items() if not each.is_record][:_MOST_LISTS]
    names += [name for name, each in lists.named.items() if each.is_record]
    return "\n".join(lists.named[name].described(name) for name in names)


def _texts_of(page: Snapshot, source: Source) -> tuple[str, ...]:
    """Return what tells the rows of a list from those of another page of it: its page, and what they say."""
    return (page.url, *(cell.text for row in source.rows for cell in row.cells if cell is not None))


def _part(listed: Listed, fields: Mapping[str, Field]) -> Part:
    return Part(
        listed.page,
        Assignment(listed.source, dict(fields)),
        listed.parts,
        listed.is_record,
        listed.currencies,
        page_date_of(listed.page, [listed.source]),
        listed.page.is_cut,
    )


class _Pages:
    """The parts of a list on its pages, each found once.

    Parameters
    ----------
    first : Reading
        The reading of the page that it begins on.
    part : Part
        Its part of the list.
    shape : Shape
        What is asked for.
    """

    def __init__(self, first: Reading, part: Part, shape: Shape) -> None:
        self._first = first
        self._shape = shape
        self._found: dict[Node, tuple[Reading, Part] | None] = {first.listed.page.root: (first, part)}

    def read(self, pages: Sequence[Snapshot], /, *, screens: bool = False) -> Extraction:
        """Return the records of some pages."""
        parts = [found[1] for page in pages if (found := self.on(page)) is not None]
        return answer(self._shape, parts, screens=screens) if parts else Extraction()

    def on(self, page: Snapshot) -> tuple[Reading, Part] | None:
        """Return the reading of a page and its part; None where the page does not have the list."""
        if page.root not in self._found:
            self._found[page.root] = self._find(page)
        return self._found[page.root]

    def _find(self, page: Snapshot) -> tuple[Reading, Part] | None:
        first = self._first.listed
        others = lists_of_page(page).every
        alike = [each for each in others if has_same_columns(first.source, each.source)]
        alike = alike or [each for each in others if is_same_list(first.source, each.source)]
        alike.sort(key=lambda each: (each.title != first.title, -len(each.source.rows)))
        if not alike:
            return None
        same = same_fields(first.source, alike[0].source)
        fields = {name: found for name, each in self._first.fields.items() if (found := same(each)) is not None}
        reading = Reading(alike[0], fields, alike[0].fields, others=others)
        return reading, _part(alike[0], fields)
