"""The entry point of the engine: from snapshots of pages and a schema to records with provenance.

>>> from webrun_nb.extraction.snapshot import Node, Snapshot
>>> extract([Snapshot("https://page.example/", "", Node("html"))], {"type": "array"}).problem
<Problem.EMPTY_PAGE: 'empty-page'>
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.common.garbage import collector_paused
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.choose import Choice, Chooser, has_same_columns, is_list, without_doubles
from webrun_nb.extraction.assignment.fields import fields_of
from webrun_nb.extraction.assignment.fit import share_read
from webrun_nb.extraction.assignment.requested import Requested, phrases_for, requested_of
from webrun_nb.extraction.continuation.tab_names import show_several_tabs, under_tabs
from webrun_nb.extraction.embedded.structured_data import embedded_of
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.grids.pairs import glossaries_of
from webrun_nb.extraction.grids.table_context import MAX_TABLES
from webrun_nb.extraction.nested import page_as_record
from webrun_nb.extraction.own_columns import with_own_columns
from webrun_nb.extraction.page_record.main_record import main_record_of
from webrun_nb.extraction.page_state import state_of
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.records.records import MAX_ITEMS, MAX_LISTS, continued_on, lists_of
from webrun_nb.extraction.results import Extraction, Part
from webrun_nb.extraction.schema import Shape, shape_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source
from webrun_nb.extraction.values.page_date import page_date_of
from webrun_nb.extraction.values.values import DATED

_MOST_FRAMES = 20


class PageSources:
    """The lists and records of some pages, each page searched once."""

    def __init__(self) -> None:
        self._shown: dict[int, tuple[Snapshot, list[Source]]] = {}
        self._main: dict[int, tuple[Snapshot, list[Source]]] = {}

    def shown_on(self, snapshot: Snapshot) -> list[Source]:
        """Return all sources of a page and its frames but the page's main record."""
        if id(snapshot) not in self._shown:  # kept with the page: the identity of one that is gone may come back
            self._shown[id(snapshot)] = (snapshot, shown_of(snapshot))
        return self._shown[id(snapshot)][1]

    def main_on(self, snapshot: Snapshot) -> list[Source]:
        """Return the record of what a page is about, if there is one."""
        if id(snapshot) not in self._main:
            self._main[id(snapshot)] = (snapshot, main_of(snapshot))
        return self._main[id(snapshot)][1]


@collector_paused()
def extract(
    snapshots: Sequence[Snapshot],
    schema: Mapping[str, Any] | Shape | None,
    text: str = "",
    *,
    chosen: Mapping[str, str] | None = None,
    screens: bool = False,
    requested: Requested | None = None,
    is_meant: Callable[[Source], bool] | None = None,
    found: PageSources | None = None,
    like: Source | None = None,
) -> Extraction:
    """Read the records that a schema asks for from one or more pages of a list, or from a record's page.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        The pages, in order. Pages of one list decide together how their values are read.
    schema : mapping, Shape or None
        A JSON Schema of a record, a list of records, or values, or its shape; None for a list with the page's own
        columns.
    text : str, optional
        The task in plain words: it names columns and tables, and tells one record from many.
    chosen : mapping of str to str, optional
        Answers to earlier questions: the label of a field by column, the title of a table by the empty name.
    screens : bool, optional
        True if the snapshots are screens of one list that was scrolled, which may overlap.
    requested : Requested, optional
        What the text asks for, where the caller has understood more of it; by default it is read from the text.
    is_meant : callable, optional
        Tells of each list of the first page whether it may be the one that is asked for.
    found : PageSources, optional
        What pages were found to have, where the caller reads them several times.
    like : Source, optional
        The list that the first page goes on with, as a page before it has it.

    Raises
    ------
    SchemaShapeError
        The schema asks for something else than records or values of a page.
    """
    shape = schema if isinstance(schema, Shape) else shape_of(schema)
    requested, found = requested or requested_of(text), found or PageSources()
    own = [wanted for wanted in shape.columns if not wanted.inner]
    has_inner = len(own) < len(shape.columns)
    chooser = Chooser(own, requested, share_read, phrases_for(own, requested), chosen or {}, has_inner)
    is_dated = any((wanted.column.item or wanted.column).type in DATED for wanted in shape.columns)
    has_tabs = show_several_tabs(snapshots)
    parts: list[Part] = []
    for snapshot in snapshots:
        if (problem := state_of(snapshot)) in (Problem.HTTP_ERROR, Problem.ERROR_PAGE, Problem.EMPTY_PAGE):
            if not parts:
                return Extraction(problem=problem)
            continue
        sources = found.shown_on(snapshot)
        if has_tabs:
            sources = under_tabs(snapshot, sources)
        sources = [*sources, *glossaries_of(snapshot.root, [wanted.last for wanted in own])]
        if is_meant is not None and not parts:
            sources = [each for each in sources if not is_list(each) or is_meant(each)]
        here = _of_own_host(snapshot, sources)
        before = parts[0].assignment.source if parts else like
        further = [] if before is None else _further_of(before, snapshot, sources)
        if own or not shape.columns:
            records = partial(found.main_on, snapshot) if not further else _no_records
            choice = chooser.choose(further or here, records, many=shape.many)
            if choice.assignment is None and choice.question is None and len(here) < len(sources):
                # What a frame of another site shows is taken where the page has nothing, and never in its place.
                choice = chooser.choose(sources, records, many=shape.many)
        else:  # nothing but lists of records
            choice = Choice(Assignment(page_as_record(snapshot)), many=False)
        if choice.assignment is None:
            if parts:
                continue
            return _without_records(choice, problem)
        assignment = _as_before(parts[0].assignment, choice.assignment) if parts else choice.assignment
        day = page_date_of(snapshot, sources) if is_dated else None
        currencies, is_cut = currencies_of(sources), _is_cut(snapshot, sources)
        parts.append(Part(snapshot, assignment, choice.sources, not choice.many, currencies, day, is_cut))
    if not parts:
        return Extraction(problem=Problem.EMPTY_PAGE)
    if not shape.columns:
        shape, parts = with_own_columns(shape, parts)
    return answer(shape, parts, words=requested.words, screens=screens)


def _is_cut(snapshot: Snapshot, sources: Sequence[Source]) -> bool:
    """Tell a page that has more than was read of it."""
    kinds = Counter(each.kind for each in sources)
    longest = max((len(each.rows) for each in sources if each.kind == "list"), default=0)
    is_over = kinds["table"] + kinds["grid"] + kinds["pairs"] >= MAX_TABLES or kinds["list"] >= MAX_LISTS
    return snapshot.is_cut or is_over or longest >= MAX_ITEMS


def _as_before(first: Assignment, own: Assignment) -> Assignment:
    """Return a page's assignment with the fields of the list's first page: the same columns mean the same on all."""
    if not has_same_columns(first.source, own.source):
        return own
    places = {(each.index, each.group): each for each in fields_of(own.source)}
    fields = {
        name: places[each.index, each.group]
        for name, each in first.fields.items()
        if (each.index, each.group) in places
    }
    settled = {*fields, *(question.column for question in first.questions)}
    taken = {(each.index, each.group) for each in fields.values()}
    added = {
        name: each for name, each in own.fields.items() if name not in settled and (each.index, each.group) not in taken
    }
    return replace(
        own,
        fields={**fields, **added},
        scores={**own.scores, **first.scores},
        questions=[each for each in own.questions if each.column not in settled],
        nearest={name: each for name, each in own.nearest.items() if name not in fields},
    )


def sources_of(snapshot: Snapshot) -> list[Source]:
    """Return all lists and records of a page and its frames."""
    return [*shown_of(snapshot), *main_of(snapshot)]


def _of_own_host(snapshot: Snapshot, sources: list[Source]) -> list[Source]:
    """Leave out what frames of other hosts show."""
    host = urlsplit(snapshot.url).hostname
    foreign = {frame.root for frame in snapshot.frames if urlsplit(frame.url).hostname != host}
    return [each for each in sources if _root_of(each.node) not in foreign] if foreign else sources


def _root_of(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _further_of(before: Source, snapshot: Snapshot, sources: Sequence[Source]) -> list[Source]:
    """Return what a further page has of a list: the lists with its columns, otherwise items that are made like its."""
    alike = [each for each in sources if has_same_columns(each, before)]
    continued = None if alike else continued_on(snapshot, before)
    return alike if continued is None else [continued]


def _no_records() -> list[Source]:
    return []


def lists_among(sources: Sequence[Source]) -> list[Source]:
    """Return the lists among the sources of a page, each once."""
    return without_doubles([each for each in sources if is_list(each) and each.rows])


def shown_of(snapshot: Snapshot) -> list[Source]:
    """Return all sources of a page and its frames but the page's main record."""
    found = [*grids_of(snapshot), *lists_of(snapshot), *embedded_of(snapshot)]
    for frame in snapshot.frames[:_MOST_FRAMES]:
        found += [source for source in shown_of(frame) if source.kind != "embedded"]
    return found


def main_of(snapshot: Snapshot) -> list[Source]:
    """Return the page's main record, if it has one."""
    main = main_record_of(snapshot)
    return [] if main is None else [main]


def _without_records(choice: Choice, state: Problem | None) -> Extraction:
    """Return the answer that has none: what the page is, otherwise why no source was taken, and what comes nearest."""
    questions = [choice.question] if choice.question else []
    problem = choice.problem if questions or choice.problem != Problem.NO_SOURCE or not state else state
    result = Extraction(problem=problem, questions=questions)
    for assignment in choice.near[:1]:
        result.nearest = dict(assignment.nearest)
    return result


def currencies_of(sources: Sequence[Source]) -> frozenset[str]:
    """Return the currencies that the page's data for machines name."""
    found = set()
    for source in sources:
        for place, column in enumerate(source.columns):
            if source.kind in ("embedded", "page") and any(name.endswith("currency") for name in column.properties):
                cells = [row.cells[place] for row in source.rows[:20]]
                found |= {(cell.exact or cell.text).strip().upper() for cell in cells if cell is not None}
    return frozenset(code for code in found if len(code) == 3 and code.isalpha())
