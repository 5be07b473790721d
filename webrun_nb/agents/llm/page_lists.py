"""The tables, lists and records of a page by the names that a model uses for them, with the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webrun_nb.agents.llm.page_view import Place
from webrun_nb.agents.local.lists.view import View, best_first, joined_views, views_of
from webrun_nb.agents.recording.choices import ListKind
from webrun_nb.common.text import closest_match, shortened
from webrun_nb.extraction.assignment.choose import title_of
from webrun_nb.extraction.assignment.fields import Field, fields_of
from webrun_nb.extraction.engine import currencies_of, main_of, shown_of
from webrun_nb.extraction.grids.pairs import cell_of
from webrun_nb.extraction.own_columns import own_names
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source, SourceColumn, SourceRow

_MOST_RECORDS = 3
_MOST_COLUMNS = 15
_TABLES = frozenset({"table", "grid"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A list or record of a page with the names of its columns."""

    source: Source
    parts: tuple[Source, ...]
    is_record: bool
    title: str
    """Its caption, or the heading above it; empty where it has none."""
    fields: Mapping[str, Field]
    page: Snapshot
    currencies: frozenset[str]
    joined: tuple[str, ...] = ()
    """The titles of the tables that it was joined of; empty for one that stands alone."""

    @property
    def kind(self) -> ListKind:
        """The kind of list that it is."""
        return "record" if self.is_record else "table" if self.source.kind in _TABLES else "list"

    def field_called(self, said: str) -> Field | None:
        """Return the field that a model means: by the name it was shown, in any case, or one that is close."""
        by_name = {name.casefold(): field for name, field in self.fields.items()}
        by_label = {each.label.casefold(): each for each in fields_of(self.source) if each.label}
        wanted = said.strip().casefold()
        return by_name.get(wanted) or by_label.get(wanted) or by_name.get(closest_match(wanted, by_name) or "")

    def described(self, name: str) -> str:
        """Return a line on it for the model, which calls it by a name."""
        columns = []
        for column, field in self.fields.items():
            example = next((text for text in field.texts if text), "")
            columns.append(f"{column} (“{shortened(example, 30)}”)" if example else column)
        rows = "" if self.is_record else f", {len(self.source.rows)} rows"
        title = self.title or ("the page itself" if self.is_record else "")
        return f"{name}: {self.kind} “{shortened(title, 60)}”{rows}; columns: {', '.join(columns)}"


@dataclass(frozen=True, slots=True)
class PageLists:
    """The lists and records of a page."""

    named: Mapping[str, Listed]
    """Those that a model is shown, by name: L1 and so on, the ones that say the most first; P1 for what the page is
    about. Tables with the same headings are one list."""
    every: tuple[Listed, ...]
    """All of them: also each of the tables that were joined by itself."""


def lists_of_page(page: Snapshot) -> PageLists:
    """Return the lists of a page."""
    sources = shown_of(page)
    currencies = currencies_of(sources)
    named: dict[str, Listed] = {}
    every: list[Listed] = []
    alone = views_of(page, sources)
    for number, view in enumerate(best_first(joined_views(page, alone)), 1):
        listed = _listed(view, page, currencies)
        if listed.fields:
            named[f"L{number}"] = listed
        if view.is_joined:
            every.append(listed)
    every += [listed for view in alone if (listed := _listed(view, page, currencies)).fields]
    records = [
        each
        for each in (*main_of(page), *sources)
        if each.kind in ("page", "pairs", "embedded") and len(each.rows) == 1
    ]
    for number, source in enumerate(records[:_MOST_RECORDS], 1):
        fields = dict(list(own_names(source))[:_MOST_COLUMNS])
        listed = Listed(source, (source,), True, title_of(source), fields, page, currencies)
        named[f"P{number}"] = listed
        every.append(listed)
    return PageLists(named, tuple(every))


def _listed(view: View, page: Snapshot, currencies: frozenset[str]) -> Listed:
    fields = {name: each.found for name, each in view.own_columns[:_MOST_COLUMNS]}
    return Listed(view.source, tuple(view.part.sources), False, view.title, fields, page, currencies, view.parts)


def record_of_elements(page: Snapshot, nodes: Mapping[str, Node]) -> Listed:
    """Return the record that single elements of a page make, each in a column of its own."""
    columns = [SourceColumn((name,)) for name in nodes]
    cells = tuple(cell_of(node) for node in nodes.values())
    source = Source("page", page.root, columns, [SourceRow(page.root, cells)])
    fields = {name: Field(source, index) for index, name in enumerate(nodes)}
    return Listed(source, (source,), True, "elements", fields, page, currencies_of(shown_of(page)))


def node_at(page: Snapshot, place: Place) -> Node | None:
    """Return the node of an element of a page or of one of its frames."""
    documents = [each for each in (page, *page.frames) if each.url.partition("#")[0] == place.url.partition("#")[0]]
    nodes = (node for each in documents for node in each.root.walk() if not node.is_text and not node.hidden)
    return next((node for node in nodes if node.path == place.element), None)
