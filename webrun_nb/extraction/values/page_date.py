"""The day that a page says it is of: what its relative dates ("3 days ago") are relative to.

It is the day of the page's last change, else that of its publication, as its data for machines name it or a line such
as "Last updated: 5 May 2024" displays it. Never the clock: a page that was stored is read long after it was made.
Where the page names several days, none is proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source
from webrun_nb.extraction.values.columns import read_column
from webrun_nb.extraction.values.dates import read_iso
from webrun_nb.extraction.values.values import Context

_PROPERTIES: Sequence[frozenset[str]] = (
    frozenset({"datemodified", "modified_time", "updated_time", "article:modified_time", "last-modified", "revised"}),
    frozenset({"datepublished", "published_time", "article:published_time", "dateposted", "pubdate", "date"}),
)
"""Names of the day of the last change and of that of the publication; the first that a page has are taken."""
_META_NAMES = ("property", "name", "itemprop", "http-equiv")
_LISTS = frozenset({"table", "ul", "ol", "dl", "nav", "script", "style", "select", "svg"})
"""Elements whose dates are those of the things in them."""
_LONGEST_LINE_CHARS = 80
_LONGEST_LABEL_WORDS = 4
_MOST_LINES = 400
_FEWEST_DIGITS = 5


def page_date_of(snapshot: Snapshot, sources: Sequence[Source]) -> date | None:
    """Return the day that a page says it is of; None where it says none, or several.

    Parameters
    ----------
    snapshot : Snapshot
        The page.
    sources : sequence of Source
        What it shows and embeds.
    """
    embedded = [*_embedded(sources), *_metas(snapshot.root)]
    for names in _PROPERTIES:
        days = {day for name, day in embedded if name in names}
        if days:
            days |= set(_displayed(snapshot))
            return days.pop() if len(days) == 1 else None
    days = set(_displayed(snapshot))
    return days.pop() if len(days) == 1 else None


def _embedded(sources: Sequence[Source]) -> Iterator[tuple[str, date]]:
    for source in sources:
        if source.kind == "embedded" and len(source.rows) == 1:
            for column, cell in zip(source.columns, source.rows[0].cells, strict=False):
                for name in column.properties:
                    if cell is not None and "." not in name and (day := _iso_day(cell.exact or cell.text)):
                        yield name, day


def _metas(root: Node) -> Iterator[tuple[str, date]]:
    head = next((node for node in root.children if node.tag == "head"), None)
    for node in head.children if head is not None else ():
        if node.tag == "meta" and (day := _iso_day(node.attributes.get("content", ""))):
            for attribute in _META_NAMES:
                if name := node.attributes.get(attribute, "").lower():
                    yield name, day


def _iso_day(text: str) -> date | None:
    found = read_iso(text.strip()[:40])
    return found.days[0].day if found is not None else None


def _displayed(snapshot: Snapshot) -> Iterator[date]:
    """Yield the dates of the lines that say when the page was changed."""
    waiting, lines = [snapshot.root], 0
    while waiting and lines < _MOST_LINES:
        node = waiting.pop()
        if node.hidden or node.tag in _LISTS:
            continue
        waiting.extend(reversed([child for child in node.children if not child.is_text]))
        own = "".join(child.content for child in node.children if child.is_text).strip()
        if not own or len(own) > _LONGEST_LINE_CHARS or not any(char.isalpha() for char in own):
            continue
        if not any(map(str.isdecimal, own)) and node.parent is not None:
            node = node.parent  # "<b>Updated:</b> <time>5 May 2024</time>"
        text = node.text
        if len(text) <= _LONGEST_LINE_CHARS and sum(map(str.isdecimal, text)) >= _FEWEST_DIGITS:
            lines += 1
            if (day := _day_of_line(text, node, snapshot.language)) is not None:
                yield day


def _day_of_line(text: str, node: Node, language: str) -> date | None:
    """Return the day of a text such as "Last updated: 5 May 2024", where it can be read in one way only."""
    label = text[: next(place for place, char in enumerate(text) if char.isdecimal())]
    label, colon, rest = label.rpartition(":")
    words = name_of(label if colon else rest).words
    is_update = bool(words) and len(words) <= _LONGEST_LABEL_WORDS and any("updated" in w.concepts for w in words)
    exact = next((each.attributes["datetime"] for each in node.find("time") if "datetime" in each.attributes), "")
    if not is_update:
        return None
    if day := _iso_day(exact):
        return day
    said = text[len(label) + len(colon) :] if colon else text[len(rest) :]
    context = Context(node.language or language)
    (value,) = read_column([Cell(node, said.strip())], Column("date", ColumnType.DATE), context).values
    return None if value.value is None else date.fromisoformat(value.value)
