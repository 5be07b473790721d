"""The fields of a list's items: its columns with their names, and the cells of each item.

A column is named by its label, by the markup, by the role of its amounts, and where none of these does by its type and
place: the heading of an item is its name, a number in brackets behind a rating counts the reviews.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.records.alignment import ROLE_NAMES, Column, align
from webrun_nb.extraction.records.item_units import Unit
from webrun_nb.extraction.records.product_terms import byline_of
from webrun_nb.extraction.sources import Cell, SourceColumn
from webrun_nb.extraction.values.prices import Role

MAX_COLUMNS = 60
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SCHEMES = {"mailto:": "email", "tel:": "telephone"}
_TEXT_CHARS = 40
"""Mean length of texts that are those of the items, such as reviews; others are half as long at most."""
_COUNT = re.compile(r"[(（]\s*\d[\d.,\s]*(?:[KkMm]\b|千|万)?\s*[^\W\d_]{0,12}(?:[ '’]?[^\W\d_]{1,12}){0,2}\s*[)）]")
"""A number in brackets, with a few words at most: "(128)", "(1,204 reviews)"."""
_MARK_OF_5 = re.compile(r"[0-5][.,]\d|[0-5]")
_CONSTANT_SHARE = 0.9
_LABEL_CHARS = 30


def item_fields(items: Sequence[Sequence[Unit]]) -> tuple[list[SourceColumn], list[tuple[Cell | None, ...]]]:
    """Return the columns that the units of items make, and the cells of each item, one per column."""
    columns = _without_buttons(_labelled_by_constants(align(items), len(items)), len(items))[:MAX_COLUMNS]
    described = [_described(column) for column in columns]
    _named(columns, described)
    cells = [_cells(column, len(items)) for column in columns]
    return described, [tuple(column[item] for column in cells) for item in range(len(items))]


def _named(columns: Sequence[Column], described: list[SourceColumn]) -> None:
    """Name columns by their type and place, where neither a label nor the markup does."""

    def name(place: int, *names: str) -> None:
        if not described[place].labels:
            described[place] = replace(described[place], properties=described[place].properties | {*names})

    for place, column in enumerate(columns[1:], 1):
        if not _is_count(column):
            continue
        if _are_marks(columns[place - 1]):
            name(place - 1, "ratingvalue")
        if "ratingvalue" in described[place - 1].properties:
            name(place, "reviewcount")
    if not any("price" in each.properties for each in described):
        for place in range(len(columns)):
            if described[place].properties & {"rate", "netprice"}:
                name(place, "price")
    for place, column in enumerate(columns):
        if not described[place].properties and _are_bylines(column):
            name(place, "author")
    longest = sorted(range(len(columns)), key=lambda place: -_chars(columns[place]))[:2]
    if longest and not described[longest[0]].properties:
        others = _chars(columns[longest[1]]) if len(longest) > 1 else 0
        if _chars(columns[longest[0]]) >= max(_TEXT_CHARS, 2 * others):
            name(longest[0], "text")
    if (named := _place_of_name(columns)) is not None:
        name(named, "name", "title")


def _cells(column: Column, count: int) -> list[Cell | None]:
    """Return the cells of a column, one for each item."""
    cells = [column.units[item].cell if item in column.units else None for item in range(count)]
    if _is_count(column):
        # The brackets of a count are no minus: "4.5 (128)".
        return [None if cell is None else replace(cell, text=cell.text.strip("()（） ")) for cell in cells]
    if _are_bylines(column):
        return [None if cell is None else replace(cell, text=byline_of(cell.text)) for cell in cells]
    return cells


def _chars(column: Column) -> float:
    """Return the mean length of a column's texts."""
    return sum(len(unit.cell.text) for unit in column.units.values()) / len(column.units) if column.units else 0.0


def _place_of_name(columns: Sequence[Column]) -> int | None:
    """Return the place of the column that names the items: of their headings, else of their first links with a text."""
    worded = [
        (place, [unit.cell for unit in column.units.values()])
        for place, column in enumerate(columns)
        if column.kinds <= {"text", "long"} and len(column.units) > 1
    ]
    for is_name in (lambda cell: cell.node.closest(*_HEADINGS) is not None, lambda cell: bool(cell.href)):
        for place, cells in worded:
            if sum(map(is_name, cells)) >= _CONSTANT_SHARE * len(cells) and 2 * len({c.text for c in cells}) > len(
                cells
            ):
                return place
    return None


def _are_bylines(column: Column) -> bool:
    return all(map(byline_of, (unit.cell.text for unit in column.units.values())))


def _are_marks(column: Column) -> bool:
    """Tell numbers from 0 to 5, some with a decimal, which ratings are where a count stands behind them."""
    texts = [unit.cell.text.strip() for unit in column.units.values()]
    return all(map(_MARK_OF_5.fullmatch, texts)) and 2 * sum(len(text) > 1 for text in texts) >= len(texts)


def _is_count(column: Column) -> bool:
    return all(_COUNT.fullmatch(unit.cell.text) for unit in column.units.values())


def _labelled_by_constants(columns: Sequence[Column], count: int) -> list[Column]:
    """Take a column that says the same in all items for the label of the next one, if both stand together."""
    constants = [_constant(column, count) for column in columns]
    styles = Counter(
        (path, classes)
        for column, said in zip(columns, constants, strict=True)
        if said
        for path in column.paths
        for classes in column.classes or {frozenset[str]()}
    )
    kept: list[Column] = []
    label = ""
    for place, (column, said) in enumerate(zip(columns, constants, strict=True)):
        if label:
            column.label, label = column.label or label, ""
        following = next((each for each in columns[place + 1 :] if not each.kinds & {"image", "meta"}), None)
        if said and following is not None and not following.label and columns[place + 1] is following:
            is_styled = any(
                styles[path, classes] > 1 for path in column.paths for classes in column.classes or {frozenset[str]()}
            )
            if _stand_together(column, following, said, is_label=is_styled or bool(name_of(said).concepts)):
                label = said.rstrip(":： ")
                continue
        kept.append(column)
    return kept


def _constant(column: Column, count: int) -> str:
    """Return the short text that a column has in nearly all of its items; empty where it has none."""
    texts = Counter(unit.cell.text for unit in column.units.values())
    text, number = texts.most_common(1)[0]
    is_label = 0 < len(text) <= _LABEL_CHARS and not any(char.isdecimal() for char in text) and len(text.split()) <= 4
    enough = number >= _CONSTANT_SHARE * len(column.units) and number >= max(2, 0.3 * count)
    return text if is_label and enough and column.kinds <= {"text"} else ""


def _stand_together(label: Column, value: Column, said: str, *, is_label: bool) -> bool:
    """Tell whether a text that is the same in all items labels what is next to it.

    A colon says so, or a description list; otherwise both are all that is in an element, and the text is a word for a
    fact or one of several in its place (`is_label`).
    """
    pairs = [(unit, value.units[item]) for item, unit in label.units.items() if item in value.units]
    if not pairs or 2 * len(pairs) < len(label.units):
        return False
    first, second = pairs[0]
    if said.endswith((":", "：")) or (first.cell.node.tag, second.cell.node.tag) == ("dt", "dd"):
        return True
    around = first.cell.node.parent
    inside = around is not None and any(node is around for node in second.cell.node.ancestors())
    alone = inside and around is not None and len(around.elements) == 2
    return is_label and alone and len({unit.cell.text for _, unit in pairs}) > 1


def _without_buttons(columns: Sequence[Column], count: int) -> list[Column]:
    """Leave out links that say the same in all items ("Read more"), if other columns have the address too."""
    kept = []
    for column in columns:
        links = [unit.cell for unit in column.units.values() if unit.cell.href and unit.kind == "text"]
        is_same = count > 2 and len(links) == len(column.units) > 2 and len({cell.text for cell in links}) == 1
        leads_nowhere = all(cell.href.endswith("#") for cell in links)
        others = any(other is not column and any(u.cell.href for u in other.units.values()) for other in columns)
        if is_same and (others or leads_nowhere):
            continue
        kept.append(column)
    return kept


def _lead_by(column: Column, scheme: str) -> bool:
    return all(unit.cell.href.startswith(scheme) for unit in column.units.values())


def _described(column: Column) -> SourceColumn:
    names = set(column.names)
    roles = {ROLE_NAMES[kind] for kind in column.kinds if kind in ROLE_NAMES}
    if column.label and column.kinds == {Role.UNKNOWN.value}:
        pass  # the amount is what its label says: a deposit, a salary
    elif roles:
        names |= roles
        if roles == {"oldprice"}:
            names.add("listprice")
    elif "rating" in column.kinds:
        names.add("ratingvalue")
    elif column.kinds == {"image"}:
        names.add("image")
    else:
        names |= {name for scheme, name in _SCHEMES.items() if _lead_by(column, scheme)}
    return SourceColumn((column.label,) if column.label else (), frozenset(names))
