"""The columns of an answer for which nobody named any: those of the list or record, as texts under their own names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.fields import Field, fields_of, key_field
from webrun_nb.extraction.assignment.fit import share_read
from webrun_nb.extraction.assignment.same_field import same_fields
from webrun_nb.extraction.results import Part
from webrun_nb.extraction.schema import Shape, Wanted
from webrun_nb.extraction.sources import Source

_MOST = 40
_BY_TYPE = (("price", ColumnType.MONEY), ("date", ColumnType.DATE), ("number", ColumnType.FLOAT))
"""The names of fields that nothing names, by the type that their values can be read as."""
_LEAST_READ = 0.6
_SAMPLE = 10
"""Values of a field that tell what it is."""


def with_own_columns(shape: Shape, parts: Sequence[Part]) -> tuple[Shape, list[Part]]:
    """Take the columns of the first page's source.

    Parameters
    ----------
    shape : Shape
        The shape without columns.
    parts : sequence of Part
        The pages' sources.
    """
    first = parts[0]
    joined = len(first.sources) > 1 and not first.is_record
    names: dict[str, Field] = {}
    for name, each in own_names(first.assignment.source, has_titles=joined):
        number, unique = 2, name
        while unique in names:
            unique, number = f"{name} {number}", number + 1
        names[unique] = each
    columns = tuple(Wanted(Column(name, ColumnType.STR, True), (name,)) for name in names)
    made = []
    for part in parts:
        same = same_fields(first.assignment.source, part.assignment.source)
        fields = {name: other for name, each in names.items() if (other := same(each)) is not None}
        made.append(replace(part, assignment=Assignment(part.assignment.source, fields)))
    return replace(shape, columns=columns), made


def own_names(source: Source, *, has_titles: bool = False) -> Iterable[tuple[str, Field]]:
    """Yield the fields of a source that are worth to be shown, with their names.

    Parameters
    ----------
    source : Source
        The source.
    has_titles : bool
        True if the first headings of its rows are the titles of tables that were joined, which are no column.
    """
    fields = [each for each in fields_of(source) if each.sample and not (has_titles and each.group == 0)]
    key, texts = key_field(fields), dict[tuple[str, ...], None]()
    whole = [tuple(each.texts[:20]) for each in fields]
    for place, each in enumerate(fields[:_MOST]):
        if not any(each.labels) and each.group is None and source.kind in ("list", "embedded"):
            if whole[place] in texts or _is_around(whole[place], whole[:place] + whole[place + 1 :]):
                continue
            if each.texts and (_says_nothing(each) or not any(c.isalnum() for text in each.texts for c in text)):
                continue
        texts[whole[place]] = None
        yield name_of_field(each, is_key=each is key), each


def name_of_field(field: Field, *, is_key: bool = False) -> str:
    """Return what a field is called: its label, a name of its markup, what its values are, otherwise its number."""
    if field.label:
        return field.label
    if is_key:
        return "name"
    named = [naming.path[0] for naming in field.namings if naming.origin == "markup"]
    if named:
        return named[0]
    if field.sample and not field.texts and all(cell.href for cell in field.sample):
        return "link"
    sample = [cell for cell in field.sample if any(map(str.isdigit, cell.text + cell.exact))][:_SAMPLE]
    if len(sample) >= _LEAST_READ * min(len(field.sample), _SAMPLE):
        for name, kind in _BY_TYPE:
            if share_read(sample, Column(name, kind)) >= _LEAST_READ:
                return name
    return f"column {field.index + 1}"


def _says_nothing(field: Field) -> bool:
    """Tell whether a field without a name has the same words in all rows: "by", "read more"."""
    is_named = any(naming.origin in ("property", "markup") for naming in field.namings)
    return not is_named and len(field.texts) > 2 and len(set(field.texts)) == 1


def _is_around(texts: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether a field only holds the texts of two or more others."""
    inner = [o for o in others if len(o) == len(texts) and o != texts and any(o)]
    held = [o for o in inner if all(part in whole for part, whole in zip(o, texts, strict=True))]
    return len(held) > 1
