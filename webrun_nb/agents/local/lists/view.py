"""A list as the words of a sentence speak of it: its rows over all pages, its fields, and the values of a field.

A `View` is made of an extraction of the engine, or of a list of a page that nothing was extracted from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from webrun_nb.agents.local.lists.names import hint_tokens, tokens
from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment import fields as engine_fields
from webrun_nb.extraction.assignment.assign import Assignment, assign
from webrun_nb.extraction.assignment.choose import joined, title_of
from webrun_nb.extraction.assignment.fit import share_read
from webrun_nb.extraction.assignment.same_field import same_fields
from webrun_nb.extraction.engine import lists_among, shown_of
from webrun_nb.extraction.further import read_further
from webrun_nb.extraction.naming.names import STEM, has_words, likeness, name_of
from webrun_nb.extraction.own_columns import name_of_field, own_names
from webrun_nb.extraction.results import Extraction, Part
from webrun_nb.extraction.results import Row as FoundRow
from webrun_nb.extraction.schema import Shape, Wanted
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Cell, Source
from webrun_nb.extraction.values.availability import availability
from webrun_nb.extraction.values.values import Value

UNDER = "under"
"""The key of the field that holds the titles of tables which were joined."""
_SECTION = "section"
_MOST_READ = 0.6
"""Share of the values that have to be readable as a type to say that a field is of it."""
_LONG_WORDS = 5
_SAMPLE = 12
"""Values of a field that tell what it looks like."""
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PER = re.compile(r"\bper\b|/|\bje\b|\bpar\b|\bpor\b", re.IGNORECASE)


@dataclass(eq=False)
class Field:
    """A field of a list."""

    found: engine_fields.Field
    key: str
    order: int
    is_key: bool = False
    """True if it tells which thing a row is about."""

    @property
    def label(self) -> str:
        """Its name on the page; empty where the page has none."""
        return "" if self.found.group is not None or not any(self.found.labels) else self.found.label

    @property
    def own_name(self) -> str:
        """Its name in an answer."""
        return name_of_field(self.found, is_key=self.is_key)

    @property
    def coverage(self) -> float:
        """The share of the rows that have it."""
        return self.found.coverage

    @property
    def attribute(self) -> bool:
        """True if its values are not displayed."""
        return bool(self.found.sample) and not self.found.is_displayed

    @cached_property
    def names(self) -> list[tuple[str, ...]]:
        """The words of all its names."""
        names = [tokens(self.label)] if self.label else []
        for naming in self.found.namings:
            names.append(tokens(naming.path[-1]) if naming.origin == "label" else hint_tokens(naming.path[-1]))
        return [name for name in dict.fromkeys(names) if name]

    @cached_property
    def evidence(self) -> frozenset[str]:
        """The kind of its values: price, number, date, url, stock, name, text."""
        cells = self.found.sample[:_SAMPLE]
        if not cells:
            return frozenset()
        found = {"name"} if self.is_key else set()
        has_digits = sum(any(map(str.isdigit, text_of(cell) + cell.exact)) for cell in cells) >= _MOST_READ * len(cells)
        for name, kind in (("number", ColumnType.FLOAT), ("date", ColumnType.DATE)):
            if has_digits and "number" not in found and share_read(cells, Column(name, kind)) >= _MOST_READ:
                found.add(name)
        if "number" in found and share_read(cells, Column("price", ColumnType.MONEY)) >= _MOST_READ:
            is_called = any({"price", "cost", "amount"} & set(name) for name in self.names)
            signs = sum(any(sign in text_of(cell) for sign in "$€£¥₹₽₩₪₺₴") for cell in cells)
            if signs >= _MOST_READ * len(cells) or is_called:
                found.add("price")
        if sum(bool(cell.href) for cell in cells) >= _MOST_READ * len(cells):
            found.add("url")
        if sum(availability(text_of(cell)) is not None for cell in cells) >= _MOST_READ * len(cells):
            found.add("stock")
        if self.found.words_per_value >= _LONG_WORDS:
            found.add("text")
        return frozenset(found)


def text_of(cell: Cell) -> str:
    """Return what a cell says: its displayed text, otherwise that for those who can't see it."""
    return cell.text or cell.label or cell.exact


@dataclass(eq=False)
class Row:
    """A row of a list."""

    place: int
    """Its number among the rows of the list, from 0."""
    found: FoundRow
    view: View = field(repr=False)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Its cells by the key of their field; those without a text or an address are left out."""
        return self.view.cells_of(self.found)

    @cached_property
    def text(self) -> str:
        """All that it says."""
        if self.view.kind == "table":
            return " ".join(text_of(cell) for key, cell in self.cells.items() if key != UNDER)
        return self.found.row.node.text

    @property
    def under(self) -> str:
        """The title of its table, where several tables were joined."""
        return self.found.groups[0] if self.view.is_joined and self.found.groups else ""

    @property
    def heading(self) -> str:
        """The heading within its list that it is under; empty where it is under none."""
        inner = self.found.groups[1:] if self.view.is_joined else self.found.groups
        return inner[-1] if inner else ""

    @property
    def url(self) -> str:
        """The page that it is on."""
        return self.found.url


class View:
    """A list."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        part = extraction.parts[0]
        self.part: Part = part
        self.source: Source = part.assignment.source
        self.is_record = part.is_record
        self.is_joined = len(part.sources) > 1 and not part.is_record
        found = [each for each in engine_fields.fields_of(self.source) if each.sample]
        key = engine_fields.key_field(found)
        self.fields = [Field(each, self._key(each), place, each is key) for place, each in enumerate(found)]
        self.rows = [Row(place, row, self) for place, row in enumerate(extraction.rows)]
        self._values: dict[tuple[str, ColumnType], list[Value | None]] = {}
        self._same: dict[int, Callable[[engine_fields.Field], engine_fields.Field | None]] = {}

    def _key(self, found: engine_fields.Field) -> str:
        if found.group is None:
            return f"c{found.index}"
        return UNDER if self.is_joined and found.group == 0 else f"{_SECTION}{found.group}"

    @property
    def kind(self) -> str:
        """`table`, or `list` for items without one, or `record`."""
        if self.is_record:
            return "record"
        return "table" if self.source.kind in ("table", "grid") else "list"

    @property
    def nodes(self) -> frozenset[int]:
        """The identities of the elements of its tables."""
        return frozenset(id(each.node) for each in self.part.sources) | {id(self.source.node)}

    @property
    def title(self) -> str:
        """Its title on the page; of joined tables, the words that their titles have in common."""
        if not self.is_joined:
            return title_of(self.source)
        first, *others = [title.split() for title in self.parts]
        return " ".join(word for word in first if all(word in other for other in others))

    @property
    def parts(self) -> tuple[str, ...]:
        """The titles of the tables that were joined, some maybe empty; none for a list that stands alone."""
        return tuple(title_of(each) for each in self.part.sources) if self.is_joined else ()

    @cached_property
    def titles(self) -> str:
        """All that it is called by: its title, its id and the names of its classes."""
        nodes = [each.node for each in self.part.sources] if self.is_joined else [self.source.node]
        classes = [set(node.attributes.get("class", "").split()) for node in nodes]
        shared = [name for name in nodes[0].attributes.get("class", "").split() if all(name in c for c in classes)]
        if self.kind == "list":  # and its items: `<li class="word">`
            items = [set(row.found.row.node.attributes.get("class", "").split()) for row in self.rows[:_SAMPLE]]
            shared += sorted(set.intersection(*items)) if items else []
        own_id = "" if self.is_joined else nodes[0].attributes.get("id", "")
        return " ".join([self.title, self.source.caption and self.source.heading, own_id, *shared]).strip()

    def lists(self, subject: str) -> bool:
        """Tell whether the column that names the rows is called like what is listed: the rows under "Talk" are talks.

        Words for one thing in several languages count as one.
        """
        noun = name_of(subject.rpartition(" ")[2])
        key = next((each for each in self.fields if each.is_key), None)
        return key is not None and bool(key.label) and likeness(noun, name_of(key.label)) >= STEM

    @property
    def region(self) -> str:
        """The part of the page that it is in: `nav`, `header`, `footer`, `aside`, or empty."""
        around = self.source.node.closest("nav", "header", "footer", "aside")
        return "" if around is None else around.tag

    @cached_property
    def own_columns(self) -> list[tuple[str, Field]]:
        """The fields that are worth to be shown, with their names."""
        by_key = {each.key: each for each in self.fields}
        shown = own_names(self.source, has_titles=self.is_joined)
        return [(name, by_key[key]) for name, each in shown if (key := self._key(each)) in by_key]

    def cells_of(self, row: FoundRow) -> dict[str, Cell]:
        """Return the cells of a row by the key of their field."""
        if id(row.source) not in self._same:
            self._same[id(row.source)] = same_fields(self.source, row.source)
        same, cells = self._same[id(row.source)], {}
        for each in self.fields:
            found = same(each.found)
            cell = None if found is None else found.cells([row.row])[0]
            if cell is not None and (text_of(cell) or cell.href):
                cells[each.key] = cell
        return cells

    def values(self, which: Field, kind: ColumnType, name: str = "") -> list[Value | None]:
        """Return the values of a field as a type, one for each row; None where a row has nothing in it.

        Parameters
        ----------
        which : Field
            The field.
        kind : ColumnType
            The type.
        name : str, optional
            What the column is called, where that says what its values mean; by default as the field.
        """
        key = (which.key, kind)
        if key not in self._values:
            self._values[key] = read_further(self.extraction, which.found, Column(name or which.own_name, kind))
        return self._values[key]

    def field_called(self, words: str, kind: ColumnType = ColumnType.STR) -> Field | None:
        """Return the field that words for a column mean; None where none is called so, or several are."""
        assigned = self.assigned(words, kind)
        found = assigned.fields.get(words)
        if found is None:  # of several, those that only hold signs or the texts of others are not meant
            shown = {each.key for _, each in self.own_columns}
            named = [c.field for question in assigned.questions for c in question.candidates if c.field is not None]
            meant = [each for each in named if self._key(each) in shown]
            found = meant[0] if len(meant) == 1 else None
        return None if found is None else self.own(found)

    def rivals(self, words: str, found: Field) -> list[Field]:
        """Return the other fields of a table that words name as well as the one that was found.

        Both are called so with a word more: "price", of "Unit price" and "Pack price". A price per something is none,
        but for another one.
        """
        asked = name_of(words)
        if self.kind != "table" or not has_words(name_of(_BRACKETED.sub(" ", found.label)), asked):
            return []
        others = [each for each in self.fields if each is not found and has_words(name_of(each.label), asked)]
        is_per = bool(_PER.search(found.label))
        meant = [each for each in others if is_per or not _PER.search(each.label)]
        return [each for each in meant if not _BRACKETED.search(each.label)]

    def asked_for(self, words: str) -> Field | None:
        """Return the field of the one column of the schema that is called so with a word more: `price_each`."""
        asked = name_of(words)
        found = [each for name, each in self.part.assignment.fields.items() if has_words(name_of(name), asked)]
        return self.own(found[0]) if len(found) == 1 else None

    def assigned(self, words: str, kind: ColumnType = ColumnType.STR) -> Assignment:
        """Return what the engine takes for a column that is called so."""
        return assign([Wanted(Column(words, kind), (words,))], self.source, reads=share_read)

    def own(self, found: engine_fields.Field) -> Field | None:
        """Return the view's field for one of the engine's, of this list or of one with the same fields."""
        key = self._key(found)
        return next((each for each in self.fields if each.key == key), None)


def view_of(extraction: Extraction) -> View | None:
    """Return the list that an extraction read; None where it has no rows."""
    return View(extraction) if extraction.rows and extraction.parts else None


def views_of(snapshot: Snapshot, sources: Sequence[Source] | None = None) -> list[View]:
    """Return the lists of a page, each by itself.

    Parameters
    ----------
    snapshot : Snapshot
        The page.
    sources : sequence of Source, optional
        What `engine.shown_of` returns for it.
    """
    return [_alone(snapshot, each) for each in lists_among(shown_of(snapshot) if sources is None else sources)]


def joined_views(snapshot: Snapshot, views: Sequence[View]) -> list[View]:
    """Join the tables of a page that have the same headings, each of whose rows then says under which title it stands.

    Returns
    -------
    list of View
        In the order of the page; the tables that were joined are only in the one that takes their place.
    """
    alike: dict[object, list[View]] = {}
    for view in views:
        labels = labels_of(view)
        is_headed = view.kind == "table" and any(labels)
        alike.setdefault((view.region, *sorted(labels)) if is_headed else id(view), []).append(view)
    return [members[0] if len(members) == 1 else _joined(snapshot, members) for members in alike.values()]


def _joined(snapshot: Snapshot, views: Sequence[View]) -> View:
    source, parts = joined([view.source for view in views])
    return View(answer(Shape(), [Part(snapshot, Assignment(source), parts)]))


def _alone(snapshot: Snapshot, source: Source) -> View:
    return View(answer(Shape(), [Part(snapshot, Assignment(source), (source,))]))


def best_first(views: Sequence[View]) -> list[View]:
    """Order the lists of a page by how much they say: the likeliest to be what the page is about comes first."""
    return sorted(views, key=lambda view: -_richness(view))


def _richness(view: View) -> float:
    columns = view.source.columns
    labelled = sum(any(column.labels) for column in columns) / max(1, len(columns))
    size = min(1.0, len(view.rows) * len(columns) / 50)
    table = 0.2 if view.kind == "table" and labelled else 0.0
    in_body = 1.0 if not view.region else 0.8 if view.region == "aside" else 0.2
    return (0.5 * size + 0.3 * labelled + 0.1 * min(len(columns), 6) + table) * in_body


def labels_of(view: View) -> Sequence[str]:
    """Return the headings of a list's columns, in comparable form."""
    return [" ".join(" ".join(column.labels).casefold().split()) for column in view.source.columns]
