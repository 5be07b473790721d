"""The fields of a source, with all that tells what each is: headings, markup, the words in its values, its place.

A field is a column of a `Source`, or the headings within a list that its rows are under. Nothing is decided here:
`assign` compares fields with the columns that are asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, Source, SourceRow
from webrun_nb.extraction.values.locale import dimension
from webrun_nb.extraction.values.numbers import NumberText, read_number

MOST_FIELDS = 200
"""Columns of a source that are considered."""
SAMPLE = 40
"""Cells of a field that its evidence is taken from."""
_MOST_SHARED_WORDS = 8
_GROUP = "group"
_MEASURES = {"area": "area", "mass": "weight", "temperature": "temperature", "speed": "speed"}
"""The names of the values of a dimension."""
_MEASURED_SAMPLE, _LONGEST_MEASURE = 20, 24
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STRONG = (*_HEADINGS, "strong", "b", "dt", "th", "caption", "figcaption", "summary")
_SILENT = ("script", "meta", "link", "head")
_MARKUP_STEPS = 3
"""Elements around a cell whose classes may name it."""
_MIN_SHARE = 0.8
"""Share of the cells in which a word of markup or of the values must be to name the field."""
_STYLE = frozenset(
    {
        *(
            "col",
            "column",
            "row",
            "cell",
            "item",
            "card",
            "wrap",
            "wrapper",
            "container",
            "box",
            "inner",
            "outer",
            "block",
        ),
        *(
            "label",
            "value",
            "val",
            "data",
            "field",
            "info",
            "content",
            "main",
            "body",
            "list",
            "grid",
            "flex",
            "header",
        ),
        *("left", "right", "center", "top", "bottom", "first", "last", "odd", "even", "active", "hidden", "visible"),
        *("small", "large", "big", "bold", "muted", "light", "dark", "primary", "secondary", "btn", "button", "icon"),
        *("span", "div", "js", "css", "is", "has", "no", "sm", "md", "lg", "xs", "xl", "off", "on", "up", "down", "el"),
        *("product", "element", "component", "group", "section", "start", "end"),
    }
)
"""Words of class names that are mostly about looks or layout, so that they name no field."""

_YEAR = re.compile(r"(?:19|20)\d\d")
Origin = Literal["label", "property", "markup", "words", "group"]


@dataclass(frozen=True, slots=True)
class Naming:
    """One of the names of a field."""

    origin: Origin
    path: tuple[str, ...]
    """Of a label, the headings from the outermost to its own; otherwise the one name."""
    depth: int = 0
    """Of a property of a nested thing ("offers.price"), how deep it is nested."""


class Field:
    """A field of a source."""

    def __init__(self, source: Source, index: int, group: int | None = None) -> None:
        self.source = source
        self.index = index
        """Its number among the source's columns; that of the first column for a group."""
        self.group = group
        """The level of the headings within the list that it stands for; None for a column."""

    def __repr__(self) -> str:
        return f"Field({self.label or sorted(self.properties)!r})"

    def cells(self, rows: Sequence[SourceRow] | None = None) -> list[Cell | None]:
        """Return its cells in the given rows, otherwise in all of the source."""
        found = self.source.rows if rows is None else rows
        if self.group is None:
            return [row.cells[self.index] if self.index < len(row.cells) else None for row in found]
        return [_group_cell(row, self.group) for row in found]

    @cached_property
    def sample(self) -> list[Cell]:
        """Cells that are not empty, from all over the source."""
        rows = [row for row in self.source.rows if not row.is_total]
        step = max(1, len(rows) // SAMPLE)
        return [cell for cell in self.cells(rows[::step][: SAMPLE * 2]) if cell is not None][:SAMPLE]

    @cached_property
    def coverage(self) -> float:
        """The share of the source's rows that have a cell in it."""
        cells = self.cells([row for row in self.source.rows if not row.is_total][:400])
        return sum(cell is not None for cell in cells) / len(cells) if cells else 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """Its headings, from the outermost to its own."""
        return () if self.group is not None else self.source.columns[self.index].labels

    @property
    def properties(self) -> frozenset[str]:
        """The names that markup gives it."""
        return frozenset() if self.group is not None else self.source.columns[self.index].properties

    @property
    def label(self) -> str:
        """The name under which a person knows it: its heading, otherwise a name of its markup."""
        shown = " / ".join(dict.fromkeys(label for label in self.labels if label))
        if shown or self.group is not None:
            return shown or _GROUP
        return min(self.properties, key=lambda name: (name.count("."), len(name)), default="")

    @property
    def is_named(self) -> bool:
        """True if a heading or a property says what it is."""
        return bool(self.labels or self.properties)

    @cached_property
    def example(self) -> str:
        """One of its values."""
        return next((cell.text or cell.exact or cell.label for cell in self.sample), "")

    @cached_property
    def texts(self) -> list[str]:
        """The texts of its sample."""
        return [cell.text for cell in self.sample]

    @cached_property
    def namings(self) -> tuple[Naming, ...]:
        """Its names. Those of the markup's classes and in its values count only if nothing else names it."""
        if self.group is not None:
            return (Naming("group", (_GROUP,)), *_group_namings(self.texts))
        found = [Naming("label", self.labels)] if any(self.labels) else []
        found += [Naming("property", (name,), depth) for name, depth in _property_names(self.properties)]
        if self.texts and all(map(_YEAR.fullmatch, self.texts)):
            found.append(Naming("words", ("year",)))
        if not any(self.labels):
            found += [Naming("markup", (word,)) for word in _markup_words(self.sample, self.source)]
            found += [Naming("words", (word,)) for word in _constant_words(self.texts)]
            if measured := _measured(self.sample[:_MEASURED_SAMPLE]):
                found.append(Naming("words", (measured,)))
        return tuple(found)

    @cached_property
    def is_prominent(self) -> bool:
        """True if its values are headings of their items, or links to them."""
        cells = self.sample
        if not cells:
            return False
        strong = sum(bool(_within(cell.node, _STRONG)) for cell in cells)
        linked = sum(bool(cell.href) for cell in cells)
        return strong >= _MIN_SHARE * len(cells) or linked >= _MIN_SHARE * len(cells)

    @cached_property
    def is_displayed(self) -> bool:
        """True if a value of it is displayed."""
        return any(cell.text and not cell.node.hidden and cell.node.tag not in _SILENT for cell in self.sample)

    @cached_property
    def words_per_value(self) -> float:
        """Mean number of words of its values."""
        return sum(len(text.split()) for text in self.texts) / len(self.texts) if self.texts else 0.0

    @cached_property
    def has_letters(self) -> bool:
        """True if most of its values are words rather than numbers."""
        worded = sum(sum(map(str.isalpha, text[:80])) > sum(map(str.isdigit, text[:80])) for text in self.texts)
        return worded * 2 > len(self.texts)

    @cached_property
    def distinct_share(self) -> float:
        """The share of its values that are different from all others."""
        return len(set(self.texts)) / len(self.texts) if self.texts else 0.0


def fields_of(source: Source) -> list[Field]:
    """Return the fields of a source: its columns, and the levels of headings within it."""
    fields = [Field(source, index) for index in range(min(len(source.columns), MOST_FIELDS))]
    levels = max((len(row.groups) for row in source.rows), default=0)
    return [*fields, *(Field(source, 0, level) for level in range(min(levels, 4)))]


def key_field(fields: Sequence[Field]) -> Field | None:
    """Return the field that tells which thing a row is about; None if none does.

    It is the first with words whose values differ: the one whose values are headings of the items or links to them,
    otherwise the first of a table.
    """
    worded = [f for f in fields if f.group is None and f.has_letters and f.coverage > 0.6 and f.distinct_share > 0.5]
    prominent = [f for f in worded if f.is_prominent and f.words_per_value < 16]
    if prominent:
        return prominent[0]
    if len(fields) == 1 and worded and fields[0].source.kind == "list":
        return worded[0]  # items that are no more than their name
    is_table = bool(worded) and worded[0].source.kind in ("table", "grid")
    return worded[0] if is_table and worded[0].index < 2 else None


def _group_cell(row: SourceRow, level: int) -> Cell | None:
    if level >= len(row.groups) or not row.groups[level]:
        return None
    return Cell(row.heads[level] if level < len(row.heads) else row.node, row.groups[level])


def _measured(cells: Sequence[Cell]) -> str:
    """Return what values without a name measure, where their units say it: "82 m²" is an area, "2 kg" a weight."""
    dimensions = set[str]()
    for cell in cells:
        number = read_number(cell.text, cell.node.language) if len(cell.text) <= _LONGEST_MEASURE else None
        if not isinstance(number, NumberText) or not number.unit or number.before or number.after:
            return ""
        dimensions.add(dimension(number.unit))
    return _MEASURES.get(dimensions.pop(), "") if len(dimensions) == 1 else ""


def _group_namings(texts: Sequence[str]) -> Iterator[Naming]:
    if len(set(texts)) < 2:  # the heading of the whole list ("Car hire") names none of its columns
        return
    for word in _constant_words(texts):
        yield Naming("words", (word,))


def _property_names(properties: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield the names that properties give, with their depth; the name of a brand is the brand."""
    nested = [name for name in properties if "." in name]
    inner = {name.rpartition(".")[2] for name in nested}
    for name in sorted(properties - inner):
        parent, dot, last = name.rpartition(".")
        if dot:
            yield (parent.rpartition(".")[2] if last in ("name", "value", "@value") else last), name.count(".")
        else:
            yield name, 0


def _markup_words(cells: Sequence[Cell], source: Source) -> list[str]:
    """Return the class names that nearly all cells carry themselves or on elements that hold nothing else."""
    rows = {row.node for row in source.rows[: SAMPLE * 2]}
    counts: Counter[str] = Counter()
    for cell in cells:
        counts.update(_classes(cell, rows, is_whole=len(source.columns) == 1))
    return [name for name, count in counts.items() if count >= _MIN_SHARE * len(cells)][:12]


def _classes(cell: Cell, rows: set[Node], *, is_whole: bool) -> set[str]:
    found: set[str] = set()
    node: Node | None = cell.node.parent if cell.node.is_text else cell.node
    for _ in range(_MARKUP_STEPS):
        if node is None or (node in rows and not is_whole):
            break
        for name in node.attributes.get("class", "").split()[:6]:
            words = [word.text for word in name_of(name).words]
            kept = [word for word in words if word not in _STYLE and not word.isdigit() and len(word) > 1]
            if words and (kept or len(words) == 1):
                found.add(" ".join(words if kept else ()) or words[0])
        above = node.parent
        if above is None or above in rows or len(above.elements) > 1:
            break
        node = above
    return found


def _constant_words(texts: Sequence[str]) -> list[str]:
    """Return the words that nearly all values share, such as "people found this helpful"."""
    if len(texts) < 2:
        return []
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word.text for word in name_of(text).words if not word.is_number})
    shared = [word for word, count in counts.items() if count >= _MIN_SHARE * len(texts)]
    return shared[:_MOST_SHARED_WORDS]


def _within(node: Node, tags: Sequence[str]) -> Node | None:
    found = node.closest(*tags)
    if found is not None:
        return found
    elements = [child for child in node.walk() if child.tag in tags] if len(node.children) < 6 else []
    return elements[0] if elements else None
