"""Sources made by hand: rows of texts under headings, for tests of the stages that use them; and their texts."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, Source, SourceColumn, SourceKind, SourceRow


def table(
    headings: Sequence[str | tuple[str, ...]],
    *rows: Sequence[str | None],
    kind: SourceKind = "table",
    caption: str = "",
    heading: str = "",
    number: int = 1,
    properties: Sequence[str] = (),
    groups: Sequence[tuple[str, ...]] = (),
) -> Source:
    """Return a source whose cells have the given texts; an empty heading is none, `properties` are one per column."""
    columns = [
        SourceColumn(
            each if isinstance(each, tuple) else (each,) if each else (),
            frozenset({properties[place]} if place < len(properties) and properties[place] else ()),
        )
        for place, each in enumerate(headings)
    ]
    body = Node("table")
    made = [
        _row(_child("tr", body), row, groups[place] if place < len(groups) else ()) for place, row in enumerate(rows)
    ]
    return Source(kind, body, columns, made, caption=caption, heading=heading, number=number)


def labels(source: Source) -> list[str]:
    """Return the headings of a source's columns, those of one path with a slash between them."""
    return [" / ".join(column.labels) for column in source.columns]


def texts(source: Source) -> list[list[str | None]]:
    """Return the texts of a source's rows."""
    return [[None if cell is None else cell.text for cell in row.cells] for row in source.rows]


def _row(node: Node, texts: Sequence[str | None], groups: tuple[str, ...]) -> SourceRow:
    return SourceRow(node, tuple(None if text is None else Cell(_child("td", node), text) for text in texts), groups)


def _child(tag: str, parent: Node) -> Node:
    node = Node(tag, parent=parent)
    parent.children.append(node)
    return node
