"""The names of tabs: a list that was collected from several tabs has their names as headings.

A list in one tab has not: "Specifications" says nothing about its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source

_LISTS = frozenset({"table", "grid", "list"})
_NAME_CHARS = 80


def show_several_tabs(snapshots: Sequence[Snapshot]) -> bool:
    """Tell whether snapshots show a page at several of its tabs."""
    if len(snapshots) < 2:
        return False
    return len({name for each in snapshots for name in _names_of_panels(each).values()}) > 1


def under_tabs(snapshot: Snapshot, sources: Iterable[Source]) -> list[Source]:
    """Return sources with the names of the tabs that they are in as the outermost headings of their rows.

    Parameters
    ----------
    snapshot : Snapshot
        The document that they are in.
    sources : iterable of Source
        The sources.
    """
    names = _names_of_panels(snapshot)
    if not names:
        return list(sources)
    return [_under(source, names) if source.kind in _LISTS else source for source in sources]


def _under(source: Source, names: dict[Node, str]) -> Source:
    name = next((names[each] for each in (source.node, *source.node.ancestors()) if each in names), "")
    if not name:
        return source
    return replace(source, rows=[replace(row, groups=(name, *row.groups)) for row in source.rows])


def _names_of_panels(snapshot: Snapshot) -> dict[Node, str]:
    """Return the name of the tab of each panel; tabs by themselves name nothing."""
    nodes = [node for node in snapshot.root.walk() if node.role in ("tab", "tabpanel")]
    tabs = [node for node in nodes if node.role == "tab"]
    if len(tabs) < 2:
        return {}
    by_id = {node.attributes["id"]: node for node in tabs if "id" in node.attributes}
    by_panel = {node.attributes["aria-controls"]: node for node in tabs if "aria-controls" in node.attributes}
    found = {}
    for node in nodes:
        if node.role == "tabpanel" and not node.hidden:
            tab = by_id.get(node.attributes.get("aria-labelledby", "")) or by_panel.get(node.attributes.get("id", ""))
            if tab is not None and (name := tab.text[:_NAME_CHARS]):
                found[node] = name
    return found
