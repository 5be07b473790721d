"""The items of a cell that holds a list: by its elements where these part them, otherwise by the marks in its text.

All cells of a column are parted in one way. A comma parts items only where no surer character does in any cell, and
not within "Smith, J.": initials belong to the name before them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.lines import lines_of
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.locale import locale_of, plain
from webrun_nb.extraction.values.values import NUMERIC
from webrun_nb.extraction.values.vocabulary import is_blank

MOST_ITEMS = 200
"""Items of a cell; further ones are not read."""
_LONGEST_LIST = 10_000
_MOST_NODES = 2_000
_CODE_LETTERS = 3
_SURE = re.compile(r"\s*[;；|•·]\s*")
_COMMA = re.compile(r"\s*,\s+|\s+/\s+|\s*、\s*|،\s*|，\s*")
_TIGHT_COMMA = re.compile(r"\s*,\s*")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.[ -]?){1,4}|[A-Z]{1,3}|(?:Jr|Sr|PhD|Ph\.D|MD|II|III|IV)\.?")
"""What stands behind a family name and a comma."""
_BETWEEN = re.compile(r"[\s,;|/•·、،&+]*(?:and|und|et|y|e|и|i|و)?[\s,;]*")
"""What may stand between elements that are the items of a list."""
_PEOPLE = ("author", "person", "speaker", "player", "name")


def items_of(cells: Sequence[Cell | None], column: Column, item: Column) -> list[list[Cell] | Reason]:
    """Return the items of each cell of a column, or the reason why they are not proved.

    Parameters
    ----------
    cells : sequence of Cell or None
        The column's cells.
    column : Column
        The column of lists; its name tells lists of people.
    item : Column
        The column that each item is read as.
    """
    parted = [None if cell is None else _by_elements(cell) for cell in cells]
    tags = {parts[0].node.tag for parts in parted if parts is not None and len(parts) > 1}
    texts = [" ".join(cell.text[:_LONGEST_LIST].split()) if cell is not None else "" for cell in cells]
    by_text = [text for text, parts in zip(texts, parted, strict=True) if parts is None]
    is_sure = any(len(_split(_SURE, text)) > 1 for text in by_text)
    of_people = name_of(column.name.rpartition(".")[2]).is_about(*_PEOPLE)
    found: list[list[Cell] | Reason] = []
    for cell, text, parts in zip(cells, texts, parted, strict=True):
        if cell is None or not text or (item.type is ColumnType.STR and _says_none(text)):
            found.append(Reason.ABSENT if cell is None else Reason.BLANK)
        elif parts is not None:
            found.append(parts)
        elif _only_element(cell.node).tag in tags:
            found.append([Cell(cell.node, text)])
        else:
            split = _split(_SURE, text) if is_sure else _by_commas(text, cell.node.language, item, of_people=of_people)
            found.append(split if isinstance(split, Reason) else [Cell(cell.node, each) for each in split])
    return [each if isinstance(each, Reason) else each[:MOST_ITEMS] for each in found]


def _says_none(text: str) -> bool:
    """Tell whether a cell says that it lists nothing: "–", "n/a", "none". Few letters alone may be a code ("Na")."""
    return is_blank(plain(text)) and not (text.isalpha() and len(text) <= _CODE_LETTERS)


def _split(separator: re.Pattern[str], text: str) -> list[str]:
    return [part for part in separator.split(text) if part.strip()]


def _by_commas(text: str, language: str, item: Column, *, of_people: bool) -> list[str] | Reason:
    parts = _split(_COMMA, text)
    if len(parts) < 2 and item.type not in NUMERIC:  # "1,5" is one number
        parts = _split(_TIGHT_COMMA, text)
    joined: list[str] = []
    for part in parts:
        if joined and _INITIALS.fullmatch(part) and not _INITIALS.fullmatch(joined[-1]):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    if of_people and len(joined) == len(parts) == 2 and all(" " not in part for part in parts):
        return Reason.AMBIGUOUS_LIST  # "Smith, John" is one name, "Ada, Bob" are two
    if item.type in NUMERIC or not joined:
        return joined or [text]
    if len(joined) > 1 or of_people:
        last = joined.pop()
        joined += [part for part in _and_of(language).split(last) if part.strip()]
    return joined


@lru_cache(100)
def _and_of(language: str) -> re.Pattern[str]:
    """Return the word before the last item of a list in a language, as CLDR has it; "and" where it is not known."""
    locale = locale_of(language)
    words = {"&"}
    for kind in ("end", "2"):
        pattern = locale.list_patterns.get("standard", {}).get(kind, "") if locale is not None else "{0} and {1}"
        words.add(re.sub(r"\{[01]\}|[,،、\s]", "", pattern))
    return re.compile(rf"(?:^|\s+)(?:{'|'.join(map(re.escape, sorted(filter(None, words))))})\s+", re.IGNORECASE)


# --- items that are elements


def _by_elements(cell: Cell) -> list[Cell] | None:
    """Return the items that a cell's elements are: those of a list, lines, or elements with nothing between them."""
    if sum(1 for _, _ in zip(range(_MOST_NODES), cell.node.walk(), strict=False)) == _MOST_NODES:
        return None
    for found in (_list_items(cell.node), _equal_elements(cell.node), _lines(cell.node)):
        if found and plain_words(" ".join(text for _, text in found)) == plain_words(cell.text):
            return [Cell(node, text, href=node.attributes.get("href", "")) for node, text in found]
    return None


def _list_items(node: Node) -> list[tuple[Node, str]]:
    return [(each, each.text) for each in node.find("li") if each.text]


def _lines(node: Node) -> list[tuple[Node, str]]:
    lines = [(line.block, line.text.strip(" ,;•·")) for line in lines_of(node)]
    return lines if len(lines) > 1 and not any(_COMMA.search(text) for _, text in lines) else []


def _equal_elements(node: Node) -> list[tuple[Node, str]]:
    """Return the elements of one tag that an element consists of, with no more than separators between them."""
    node = _only_element(node)
    elements = [each for each in node.elements if not each.hidden and each.text]
    between = "".join(_own_texts(node))
    if len(elements) < 2 or not all(_BETWEEN.fullmatch(text) for text in _own_texts(node)):
        return []
    tags = Counter(each.tag for each in elements)
    parts = [(each, each.text) for each in elements]
    is_apart = bool(between.strip()) or any(each.is_block for each in elements) or elements[0].tag in ("a", "button")
    is_apart = is_apart or (bool(between) and elements[0].tag == "span")
    return parts if len(tags) == 1 and is_apart else []


def _own_texts(node: Node) -> Iterator[str]:
    return (child.content for child in node.children if child.is_text and not child.hidden)


def _only_element(node: Node) -> Node:
    """Return the innermost element that holds all of an element's text."""
    while True:
        elements = [each for each in node.elements if not each.hidden and each.text]
        if len(elements) != 1 or any(text.strip() for text in _own_texts(node)):
            return node
        (node,) = elements
