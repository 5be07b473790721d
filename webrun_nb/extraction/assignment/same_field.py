"""Fields of the lists of two pages that are the same, whose columns may differ: a badge that only one page has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from webrun_nb.extraction.assignment.choose import has_same_columns
from webrun_nb.extraction.assignment.fields import Field, fields_of
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Source


def same_fields(source: Source, other: Source) -> Callable[[Field], Field | None]:
    """Return a function from the fields of one source to those of another that are the same."""
    if source is other:
        return lambda each: each
    theirs = fields_of(other)
    by_place = {(each.index, each.group): each for each in theirs}
    if has_same_columns(source, other):
        return lambda each: by_place.get((each.index, each.group))
    marks = Counter(map(mark_of, theirs))
    by_mark = {mark_of(each): each for each in theirs if marks[mark_of(each)] == 1}
    return lambda each: by_mark.get(mark_of(each))


def mark_of(field: Field) -> tuple[str, ...]:
    """Return what tells a field from the others of its source: its names, otherwise the way to its elements.

    It begins with the kind of the mark: `group`, `label` or `way`.
    """
    if field.group is not None:
        return ("group", str(field.group))
    if any(field.labels):
        return ("label", *field.labels)
    names = tuple(sorted(naming.path[0] for naming in field.namings if naming.origin in ("property", "markup")))
    ways = Counter(_way(cell.node, {row.node for row in field.source.rows[:50]}) for cell in field.sample[:10])
    return ("way", " ".join(names), *(ways.most_common(1)[0][0] if ways else ()))


def _way(node: Node, rows: set[Node]) -> tuple[str, ...]:
    """Return the tags from an element up to its row."""
    tags: list[str] = []
    each: Node | None = node
    while each is not None and each not in rows and len(tags) < 12:
        tags.append(each.tag)
        each = each.parent
    return tuple(tags)
