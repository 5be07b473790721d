"""Lists of one page that answer a sentence equally well: tables of the same columns are joined, others are named."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.selecting import own_title
from webrun_nb.agents.extract.sources import Source, joined_tables

_SHARED = 0.5
"""From this part of common columns on, two tables hold the same kind of rows."""


def join_alike(found: Sequence[Source]) -> list[Source]:
    """Join the tables of the same columns, each of whose rows then says under which title it stands.

    Returns
    -------
    list of Source
        In the order of the page; the tables that were joined are only in the one that takes their place.
    """
    alike: dict[object, list[Source]] = {}
    for source in found:
        alike.setdefault(_columns_of(source) or id(source), []).append(source)
    return [
        members[0] if len(members) == 1 else joined_tables(members, [own_title(member) for member in members])
        for members in alike.values()
    ]


def _columns_of(source: Source) -> object:
    """Return what two tables have in common that can be joined; None where a table can't be joined with any."""
    labels = _labels(source)
    if source.kind != "table" or not source.header or not any(labels):
        return None
    unique = all(labels) and len(set(labels)) == len(labels)
    return (source.region, tuple(sorted(labels)) if unique else tuple(labels))


def _labels(source: Source) -> list[str]:
    columns = source.raw.get("columns", ())
    return [" ".join(str(column.get("label") or "").casefold().split()) for column in columns]


def equals_of(source: Source, found: Sequence[Source], *, any_table: bool) -> list[Source]:
    """Find the other lists of the page that answer as well as `source`: those that hold the same kind of rows.

    Parameters
    ----------
    any_table : bool
        Any other table does, as only rows are asked for ("how many rows are there").
    """
    others = [other for other in found if other is not source and other.region == source.region]
    tables = any_table and source.kind == "table"
    return [other for other in others if _same_kind(source, other) or (tables and other.kind == "table")]


def _same_kind(one: Source, other: Source) -> bool:
    if one.kind != other.kind:
        return False
    if own_title(one) == own_title(other) and one.kind == "group":
        return False
    if one.kind == "table":
        ours, theirs = set(_labels(one)) - {""}, set(_labels(other)) - {""}
        if not ours and not theirs:
            return len(_labels(one)) == len(_labels(other)) > 1
        return len(ours & theirs) >= _SHARED * len(ours | theirs)
    alike = all(one.raw.get(key) == other.raw.get(key) for key in ("how", "tag", "item_classes", "classes"))
    return alike and {field.key for field in one.fields} == {field.key for field in other.fields}


def titles_of(found: Sequence[Source]) -> list[str]:
    """List the titles under which the rows of some lists stand, in the order of the page."""
    titles = [title for source in found for title in (source.parts or (own_title(source),))]
    return list(dict.fromkeys(title for title in titles if tokens(title)))
