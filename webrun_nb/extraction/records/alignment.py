"""Alignment of items: the units of all items of a list put into columns, so that the same field is in one column.

Items have their fields in the same order, but not each has all. Two units are of one field if they have the same label
or name, or else are in the same place of the structure and of the same kind. The order is kept, and what an item lacks
is None. Amounts of money are put together by their role.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from webrun_nb.extraction.lines import common_ancestor
from webrun_nb.extraction.records.inner_labels import split_inner_labels
from webrun_nb.extraction.records.item_units import MAX_TEXT_CHARS, SPOKEN, Unit, without_label
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.prices import Role

_MOST_COLUMNS = 240
"""Columns that are compared with units; what fits none of them is left out of a page that has more."""
_MOST_COMPARISONS = 500_000
"""Comparisons of units with columns in one list. Items of forms that are not known by then have no cells: a page where
so many items differ is no list."""
ROLE_NAMES = {
    Role.CURRENT.value: "price", Role.UNKNOWN.value: "price", Role.OLD.value: "oldprice",
    Role.UNIT.value: "unitprice", Role.INSTALMENT.value: "instalment", Role.RATE.value: "rate",
    Role.SHIPPING.value: "shipping", Role.THRESHOLD.value: "threshold", Role.SAVING.value: "saving",
    Role.OTHER.value: "amount", Role.NET.value: "netprice",
}  # fmt: skip
"""The names of columns of amounts, by the role of these."""
_PLAIN_PRICES = (Role.CURRENT.value, Role.UNKNOWN.value)
_ALIKE = 3.0
"""Likeness of a unit and a column that it is of, at least."""
_FEWEST_LABELLED = 2
_LABELLED_SHARE = 0.3
"""A text before a colon is a label if so large a part of the items has it; else it is part of a title."""
_SHORT_CHARS = 30
_PARAGRAPH_CHARS = 60
"""Texts in one place of which one is longer are the paragraphs of a text."""


@dataclass(slots=True)
class Column:
    """A column of a list: its units by the number of their item, and what they have in common."""

    units: dict[int, Unit] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    classes: set[frozenset[str]] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    label: str = ""
    names: frozenset[str] = frozenset()

    def add(self, item: int, unit: Unit) -> None:
        """Add the unit of an item."""
        self.units[item] = unit
        self.paths.add(unit.path)
        self.kinds.add(unit.kind)
        if unit.classes:
            self.classes.add(unit.classes)
        self.label = self.label or unit.label
        self.names = self.names or unit.names

    def likeness(self, unit: Unit) -> float:
        """Rate how likely a unit is of this column; below `_ALIKE` it is not."""
        if self.label or unit.label:
            return 9.0 if self.label == unit.label else -9.0
        if self.names and unit.names:
            return 9.0 if self.names == unit.names else -9.0
        score = 3.0 if unit.path in self.paths else 0.0
        if unit.classes and self.classes:
            score += (
                2.0
                if unit.classes in self.classes
                else 0.5
                if any(unit.classes & each for each in self.classes)
                else -2.5
            )
        if unit.kind in self.kinds:
            score += 1.5
        elif {unit.kind, *self.kinds} & {"image", "meta"}:
            return -9.0
        elif {unit.kind, *self.kinds} & {"date", "rating"}:
            score -= 1.5
        return score


def align(items: Sequence[Sequence[Unit]]) -> list[Column]:
    """Put the units of items into columns, in the order in which they stand in the items."""
    prepared = _with_lists_joined(_with_labels_settled(split_inner_labels(items)))
    return _with_variants_merged(_aligned(prepared))


# --- before


def _with_labels_settled(items: Sequence[Sequence[Unit]]) -> list[list[Unit]]:
    """Keep the labels that several items have, and take them off the texts; others are part of the text."""
    counts = Counter(label for units in items for label in {unit.label for unit in units if unit.label})
    least = max(_FEWEST_LABELLED, _LABELLED_SHARE * len(items))
    return [
        [
            without_label(unit)
            if unit.label and counts[unit.label] >= least
            else replace(unit, label="")
            if unit.label
            else unit
            for unit in units
        ]
        for units in items
    ]


def _with_lists_joined(items: Sequence[Sequence[Unit]]) -> list[list[Unit]]:
    """Join the texts of a list within an item, or the paragraphs of its text, to one unit.

    They are in one place of the structure, and stand in list items, or their number differs by item.
    """
    counts: dict[_ListKey, list[int]] = {}
    longest: Counter[_ListKey] = Counter()
    for units in items:
        for key, count in Counter(_list_key(unit) for unit in units).items():
            counts.setdefault(key, []).append(count)
        for unit in units:
            longest[_list_key(unit)] = max(longest[_list_key(unit)], len(unit.cell.text))
    lists = {
        key
        for key, numbers in counts.items()
        if max(numbers) > 1
        and key.is_text
        and ("/li" in key.path or _differ(numbers, 1 if longest[key] > _PARAGRAPH_CHARS else 2))
    }
    return [_joined(units, lists, longest) for units in items]


class _ListKey(NamedTuple):
    """The place of a unit in the structure of its item."""

    path: str
    classes: frozenset[str]
    is_text: bool


def _list_key(unit: Unit) -> _ListKey:
    return _ListKey(unit.path, unit.classes, unit.kind in ("text", "long", "number") and not unit.label)


def _differ(numbers: Sequence[int], most: int) -> bool:
    """Tell whether a third of the items or more have several, not all as many, and some more than `most`."""
    return max(numbers) > most and len({*numbers}) > 1 and 3 * sum(number > 1 for number in numbers) >= len(numbers)


def _joined(units: Sequence[Unit], lists: Collection[_ListKey], longest: Mapping[_ListKey, int]) -> list[Unit]:
    made: list[Unit] = []
    places: dict[_ListKey, int] = {}
    for unit in units:
        key = _list_key(unit)
        if key not in lists or key not in places:
            places.setdefault(key, len(made))
            made.append(unit)
            continue
        first = made[places[key]]
        between = " " if longest[key] > _PARAGRAPH_CHARS else ", "
        text = f"{first.cell.text}{between}{unit.cell.text}"
        node = common_ancestor(first.cell.node, unit.cell.node)
        made[places[key]] = replace(first, cell=Cell(node, text[:MAX_TEXT_CHARS]))
    return made


# --- alignment


def _aligned(items: Sequence[Sequence[Unit]]) -> list[Column]:
    """Align the items' amounts by their roles, and the rest by its place."""
    columns = _in_order([[unit for unit in units if not unit.is_amount] for units in items])
    return sorted([*columns, *_by_role(items)], key=_place)


def _place(column: Column) -> float:
    """Return where in its items a column stands, on average."""
    return sum(unit.order for unit in column.units.values()) / len(column.units)


def _by_role(items: Sequence[Sequence[Unit]]) -> list[Column]:
    """Put amounts into columns by their role: the old price stands before the price here and behind it there."""
    columns: dict[tuple[str, str, int], Column] = {}
    has_plain = 2 * sum(any(unit.kind in _PLAIN_PRICES for unit in units) for units in items) >= len(items)
    for item, units in enumerate(items):
        seen: Counter[tuple[str, str]] = Counter()
        amounts = [unit for unit in units if unit.is_amount]
        # An amount that a word calls the price goes before one that nothing does.
        for unit in sorted(amounts, key=lambda unit: unit.kind != Role.CURRENT.value):
            if unit.kind == SPOKEN:
                unit = replace(unit, kind=Role.OTHER.value if has_plain else Role.UNKNOWN.value)
            role = (ROLE_NAMES[unit.kind], unit.label)
            columns.setdefault((*role, seen[role]), Column()).add(item, unit)
            seen[role] += 1
    return list(columns.values())


def _in_order(items: Sequence[Sequence[Unit]]) -> list[Column]:
    """Align the items one after the other, that with most units first."""
    columns: list[Column] = []
    known: dict[tuple[object, ...], list[Column]] = {}
    compared = 0
    for item in sorted(range(len(items)), key=lambda i: (-len(items[i]), i)):
        units = items[item]
        form = tuple((u.path, u.kind, u.label, u.names, u.classes) for u in units)
        places = known.get(form)
        if places is None:
            compared += len(columns) * len(units)
            if compared > _MOST_COMPARISONS:
                continue
            places = _places(columns, units)
            known[form] = places
        for column, unit in zip(places, units, strict=True):
            column.add(item, unit)
    return columns


def _places(columns: list[Column], units: Sequence[Unit]) -> list[Column]:
    """Return the column of each unit, in order; columns that are not there yet are added in their place.

    The longest common subsequence with weights, by dynamic programming over columns and units.
    """
    scores = [[column.likeness(unit) for unit in units] for column in columns]
    best = [[0.0] * (len(units) + 1) for _ in range(len(columns) + 1)]
    for i in reversed(range(len(columns))):
        row, below = best[i], best[i + 1]
        for j in reversed(range(len(units))):
            here = max(below[j], row[j + 1])
            score = scores[i][j]
            row[j] = max(here, score + below[j + 1]) if score >= _ALIKE else here
    places: list[Column] = []
    i = j = 0
    inserted = 0
    while j < len(units):
        if i < len(columns) - inserted and best[i][j] == best[i + 1][j] and best[i][j] != best[i][j + 1]:
            i += 1
        elif i < len(columns) - inserted and scores[i][j] >= _ALIKE and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            places.append(columns[i + inserted])
            i, j = i + 1, j + 1
        elif i < len(columns) - inserted and best[i][j] == best[i + 1][j] and best[i][j] > 0:
            i += 1
        else:
            made = Column()
            if len(columns) < _MOST_COLUMNS:
                columns.insert(i + inserted, made)
                inserted += 1
            places.append(made)
            j += 1
    return places


# --- after


def _with_variants_merged(columns: Sequence[Column]) -> list[Column]:
    """Merge neighbours of which each item has one: a date in a `time` here, and in a text there."""
    merged: list[Column] = []
    for column in columns:
        if merged and _are_variants(merged[-1], column):
            for item, unit in column.units.items():
                merged[-1].add(item, unit)
            continue
        merged.append(column)
    return merged


def _are_variants(first: Column, second: Column) -> bool:
    if first.units.keys() & second.units.keys() or not first.kinds | second.kinds <= {"text", "date", "number"}:
        return False
    if (first.label, first.names) != (second.label, second.names):
        return False
    above = [{path.rpartition("/")[0] for path in column.paths} for column in (first, second)]
    if not above[0] & above[1]:
        return False
    words = [{word for unit in column.units.values() for word in _words(unit)} for column in (first, second)]
    return bool(first.classes & second.classes or words[0] & words[1])


def _words(unit: Unit) -> set[str]:
    """Return the words of a short text, without numbers."""
    return (
        {word for word in unit.cell.text.casefold().split() if word.isalpha()}
        if len(unit.cell.text) <= _SHORT_CHARS
        else set()
    )
