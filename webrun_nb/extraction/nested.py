"""Records within a record: a schema's lists of objects, read from the lists that stand inside a row or on its page.

`{"company": …, "offices": [{"city": …}]}` asks for such records. In a list, they are those of the table or list within
the row's own element; on a page about one thing, those of the list of the page that has the columns, and is called so
where several have. All rows decide together how the values of a column are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webrun_nb.extraction.answer_rows import Kept
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.choose import Chooser, is_list
from webrun_nb.extraction.assignment.fit import share_read
from webrun_nb.extraction.assignment.requested import Requested
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.reasons import Problem, Reason
from webrun_nb.extraction.records.records import lists_of
from webrun_nb.extraction.results import Part
from webrun_nb.extraction.schema import Shape, Wanted
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceRow
from webrun_nb.extraction.values.columns import read_column
from webrun_nb.extraction.values.values import Context, Value

_MOST_ROWS = 500
"""Rows of a list whose inner lists are read."""
_MOST_INNER_ROWS = 20_000
_ASIDE = ("nav", "footer", "aside", "header")


@dataclass(frozen=True, slots=True)
class _Found:
    """The inner records of one row."""

    assignment: Assignment
    rows: Sequence[SourceRow]


def read_nested(wanted: Wanted, kept: Sequence[Kept], context: Context) -> tuple[list[Cell | None], list[Value]]:
    """Return, for each row of an answer, the element and the value of a column that asks for records.

    Parameters
    ----------
    wanted : Wanted
        The column, with its inner columns.
    kept : sequence of Kept
        The rows of the answer.
    context : Context
        What the pages say beside their columns.
    """
    chooser = _chooser(wanted)
    pages: dict[int, _Page] = {}
    found: list[_Found | Reason] = []
    left = _MOST_INNER_ROWS
    for number, each in enumerate(kept):
        page = pages.setdefault(id(each.part), _Page(each.part))
        made = page.of_row(each.row, chooser) if number < _MOST_ROWS and left > 0 else Reason.TOO_LONG
        left -= 0 if isinstance(made, Reason) else len(made.rows)
        found.append(made)
    records = _records(wanted, [each for each in found if not isinstance(each, Reason)], context)
    cells: list[Cell | None] = []
    values: list[Value] = []
    for inner in found:
        if isinstance(inner, Reason):
            cells.append(None)
            values.append(Value("", None, inner))
            continue
        source = inner.assignment.source
        cells.append(Cell(source.node, ""))
        values.append(Value("", next(records), None, f"{len(inner.rows)} records of a {source.kind}"))
    return cells, values


def _chooser(wanted: Wanted) -> Chooser:
    name = name_of(wanted.last)
    said = Requested(many=True, subject=name, words=frozenset(word.stem for word in name.words))
    return Chooser(wanted.inner, said, share_read, {}, {})


class _Page:
    """The lists of one page, by the element that they stand in."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._grids: list[Source] | None = None

    def of_row(self, row: SourceRow, chooser: Chooser) -> _Found | Reason:
        """Return the inner records of a row, or the reason why it has none."""
        if self._part.is_record:
            lists = [each for each in self._all() if each.node.closest(*_ASIDE) is None]
        else:
            lists = [each for each in self._tables() if _is_within(each.node, row.node)]
            lists += lists_of(replace(self._part.snapshot, root=row.node))
        choice = chooser.choose([each for each in lists if is_list(each)], tuple, many=True)
        if choice.assignment is None:
            return Reason.SEVERAL_FIELDS if choice.problem is Problem.SEVERAL_SOURCES else Reason.ABSENT
        return _Found(choice.assignment, [each for each in choice.assignment.source.rows if not each.is_total])

    def _all(self) -> list[Source]:
        return [*self._tables(), *lists_of(self._part.snapshot)]

    def _tables(self) -> list[Source]:
        if self._grids is None:
            self._grids = grids_of(self._part.snapshot)
        return self._grids


def _is_within(node: Node, row: Node) -> bool:
    return any(above is row for above in node.ancestors())


def _records(wanted: Wanted, found: Sequence[_Found], context: Context) -> Iterator[list[Any]]:
    """Yield the inner records of each row that has some, all values of a column read together."""
    by_column: dict[str, Iterator[Value]] = {}
    for inner in wanted.inner:
        cells: list[Cell | None] = []
        for each in found:
            field = each.assignment.fields.get(inner.name)
            cells += field.cells(each.rows) if field is not None else [None] * len(each.rows)
        labels = next((f.labels for each in found if (f := each.assignment.fields.get(inner.name))), ())
        reading = read_column(cells, inner.column, replace(context, labels=labels, siblings=()))
        by_column[inner.name] = iter(reading.values)
    shape = Shape(wanted.inner)
    for each in found:
        yield [shape.record(_next(by_column)) for _ in each.rows]


def _next(by_column: Mapping[str, Iterator[Value]]) -> dict[str, Any]:
    return {name: next(values).value for name, values in by_column.items()}


def page_as_record(snapshot: Snapshot) -> Source:
    """Return a page as a record without columns of its own, for a schema that asks for lists alone."""
    return Source("page", snapshot.root, (), [SourceRow(snapshot.root, ())])
