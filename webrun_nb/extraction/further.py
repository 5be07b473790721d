"""One more column of the lists of an extraction: a condition or an order may speak of one that nobody asked for."""

from __future__ import annotations

from dataclasses import replace

from webrun_nb.common.column_types import Column
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.fields import Field
from webrun_nb.extraction.assignment.same_field import same_fields
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.schema import Shape, Wanted
from webrun_nb.extraction.sources import SourceRow
from webrun_nb.extraction.values.values import Value


def read_further(extraction: Extraction, field: Field, column: Column) -> list[Value | None]:
    """Read a field of the lists that an extraction was made of.

    Parameters
    ----------
    extraction : Extraction
        The extraction.
    field : Field
        A field of the source of its first page.
    column : Column
        The type of the values.

    Returns
    -------
    list of Value or None
        One for each of its rows; None where the row has nothing in that field.
    """
    wanted = Wanted(column, (column.name,))
    parts = []
    for part in extraction.parts:
        found = same_fields(field.source, part.assignment.source)(field)
        fields = {} if found is None else {column.name: found}
        parts.append(replace(part, assignment=Assignment(part.assignment.source, fields)))
    read = answer(Shape((wanted,)), parts, words=frozenset({"total"}))
    values: dict[int, Value] = {_key(row.row): each.read for row, each in zip(read.rows, read.values, strict=True)}
    return [values.get(_key(row.row)) for row in extraction.rows]


def _key(row: SourceRow) -> int:
    return id(row)
