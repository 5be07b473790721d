"""Other lists of a page that answer a sentence as well as the one that was read: they are named, and not forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.local.lists.view import View, labels_of

_SHARED = 0.5
"""From this part of common columns on, two tables hold the same kind of rows."""


def equals_of(view: View, found: Sequence[View], *, any_table: bool) -> list[View]:
    """Find the other lists of the page that hold the same kind of rows.

    Parameters
    ----------
    view : View
        The list that was read.
    found : sequence of View
        The lists of the page.
    any_table : bool
        Any other table does, as only rows are asked for ("how many rows are there").
    """
    others = [other for other in found if not other.nodes & view.nodes and other.region == view.region]
    tables = any_table and view.kind == "table"
    return [other for other in others if _same_kind(view, other) or (tables and other.kind == "table")]


def _same_kind(one: View, other: View) -> bool:
    if one.kind != other.kind:
        return False
    if one.title == other.title and one.kind == "list":
        return False
    if one.kind == "table":
        ours, theirs = set(labels_of(one)) - {""}, set(labels_of(other)) - {""}
        if not ours and not theirs:
            return len(labels_of(one)) == len(labels_of(other)) > 1
        return len(ours & theirs) >= _SHARED * len(ours | theirs)
    return _make(one) == _make(other)


def _make(view: View) -> tuple[object, ...]:
    """Return what the items of a list are made of."""
    items = {(row.found.row.node.tag, row.found.row.node.attributes.get("class", "")) for row in view.rows[:20]}
    columns = [(column.labels, column.properties) for column in view.source.columns]
    return (view.source.node.tag, view.source.node.attributes.get("class", ""), sorted(items), columns)
