"""Label and value: definition lists, and elements that hold texts such as "Label: value", as records of one row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from webrun_nb.extraction.grids.cell_texts import plain, reading_of
from webrun_nb.extraction.grids.footnotes import Column, label_without_marks, without_marks
from webrun_nb.extraction.grids.text_shapes import shape_of
from webrun_nb.extraction.snapshot import TEXT, Node
from webrun_nb.extraction.sources import Cell, Source, SourceColumn, SourceRow

_LABELLED = re.compile(r"\s*(?P<label>[^:：\n]{1,60}?)\s*[:：]\s*(?P<value>\S.*)", re.S)
_LONGEST_VALUE = 500
_MOST_PAIRS = 400
_FEWEST_PAIRS = 2
_PAIR_SHARE = 0.6
_FEWEST_TERMS = 3
_MOST_GLOSSARIES = 50
_TERMS = frozenset({"term", "question"})
_DEFINITIONS = frozenset({"definition", "answer", "meaning", "explanation"})
_COLON_DEPTH = 4
"""Levels between a text with a colon and the element of its pair or pairs."""
_LABEL_TAGS = frozenset({"b", "strong", "dt", "th", "label", "em"})
_NO_PAIRS = frozenset(
    {"table", "tr", "td", "th", "tbody", "thead", "tfoot", "dl", "select", "svg", "a", "button", "form", "pre"}
)

Pair = tuple[str, Cell]


def definition_list(node: Node) -> Source | None:
    """Return the record of a `dl`, or its records where its terms come again in the same order."""
    found: list[tuple[list[str], Cell]] = []
    terms: list[str] = []
    had_value = False
    for child in _parts(node):
        if child.tag == "dt":
            if had_value:
                terms, had_value = [], False
            if name := _label(child):
                terms.append(name)
        elif terms:
            had_value = True
            found.append(([*terms], cell_of(child)))
        if len(found) > _MOST_PAIRS * 10:
            return None
    if not found:
        return None
    pairs = [(term, cell) for names, cell in found for term in names]
    names = [name for name, _ in pairs]
    period = _period(names)
    if not period:
        return _source(node, pairs[:_MOST_PAIRS])
    rows = [
        SourceRow(pairs[start][1].node, tuple(cell for _, cell in pairs[start : start + period]))
        for start in range(0, len(pairs), period)
    ]
    return Source("list", node, [SourceColumn((name,)) for name in names[:period]], rows)


def glossaries_of(root: Node, asked: Collection[str]) -> list[Source]:
    """Return the lists of terms and definitions, or of questions and answers, on a page, if they are asked for.

    Parameters
    ----------
    root : Node
        The page.
    asked : collection of str
        The names of the columns: the same elements are labels and values for all others.
    """
    if not set(asked) & (_TERMS | _DEFINITIONS):
        return []
    found = (_glossary(node) for node in root.find("dl")[:_MOST_GLOSSARIES])
    return [source for source in found if source is not None]


def _glossary(node: Node) -> Source | None:
    rows: list[SourceRow] = []
    term: Node | None = None
    for child in _parts(node):
        if child.tag == "dt":
            term = child
        elif term is not None and len(rows) < _MOST_PAIRS * 10:
            rows.append(SourceRow(term, (cell_of(term), cell_of(child))))
            term = None
        else:
            return None
    columns = [SourceColumn(properties=_TERMS), SourceColumn(properties=_DEFINITIONS)]
    return Source("list", node, columns, rows) if len(rows) >= _FEWEST_TERMS else None


def labelled_texts(root: Node, taken: set[Node]) -> list[Source]:
    """Return the records that elements with texts such as "Label: value" are.

    Elements that have their labels in common with others are items of a list, which the stage `records` reads.
    """
    found = [*_labelled(root, taken)]
    used = Counter(
        column.labels for source in found for column in {each.labels: each for each in source.columns}.values()
    )
    return [
        source
        for source in found
        if 2 * sum(used[column.labels] > 1 for column in source.columns) <= len(source.columns)
    ]


def cell_of(node: Node) -> Cell:
    """Return the cell of an element by itself."""
    reading = reading_of(node)
    text, notes = without_marks(reading, Column(), node)
    return Cell(node, text, reading.exact, reading.label, reading.href, notes)


def _parts(node: Node) -> Iterator[Node]:
    """Yield the displayed terms and values of a definition list, also those in elements that only group them."""
    for child in node.elements:
        if child.hidden:
            continue
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from (each for each in child.elements if each.tag in ("dt", "dd") and not each.hidden)


def _label(node: Node) -> str:
    reading = reading_of(node)
    return (label_without_marks(reading, node) if reading.text else reading.label).rstrip(":： ")[:200]


def _period(names: Sequence[str]) -> int:
    """Return the number of labels after which they begin anew; 0 where they do not."""
    period = next((place for place, name in enumerate(names) if place and name == names[0]), 0)
    if period < 1 or len(names) % period or len(set(names[:period])) < period:
        return 0
    return period if list(names) == [*names[:period]] * (len(names) // period) else 0


def _source(node: Node, pairs: Sequence[Pair]) -> Source:
    columns = [SourceColumn((name,) if name else ()) for name, _ in pairs]
    return Source("pairs", node, columns, [SourceRow(node, tuple(cell for _, cell in pairs))])


def _labelled(root: Node, taken: set[Node]) -> Iterator[Source]:
    near = _near_colons(root, taken)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.hidden or node in taken or node.tag in ("svg", "select", "head"):
            continue
        children = [child for child in node.children if not child.hidden]
        if node.tag not in _NO_PAIRS and len(children) > 1:
            pairs = (_run(node, children) if node in near else []) or _items(children, near)
            names = [name for name, _ in pairs]
            if _FEWEST_PAIRS <= len(pairs) <= _MOST_PAIRS and len(set(names)) == len(names):
                yield _source(node, pairs)
                continue
        waiting.extend(reversed(node.elements))


def _near_colons(root: Node, taken: set[Node]) -> set[Node]:
    """Return the elements with a colon in a text not far within them: no others hold labels that end with one."""
    near: set[Node] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.hidden or node in taken:
            continue
        if node.tag == TEXT and (":" in node.content or "：" in node.content):
            near.update(around for _, around in zip(range(_COLON_DEPTH), node.ancestors(), strict=False))
        waiting.extend(node.children)
    return near


def _items(children: Sequence[Node], near: set[Node]) -> list[Pair]:
    """Return the pairs of elements each of which holds one; none where too few do."""
    elements = [child for child in children if child.tag != TEXT and child.tag != "br"]
    if len(elements) < _FEWEST_PAIRS or any(child.tag == TEXT and child.content.strip() for child in children):
        return []
    pairs = [pair for child in elements if (pair := _item(child, near)) is not None]
    return pairs if len(pairs) >= _PAIR_SHARE * len(elements) else []


def _item(node: Node, near: set[Node]) -> Pair | None:
    """Return the pair that an element holds: a label's element and a value's, or one text."""
    first = next((child for child in node.children if child.tag != TEXT and not child.hidden), None)
    if node not in near and (first is None or first.tag not in _LABEL_TAGS):
        return None
    if node.tag in _NO_PAIRS or _is_large(node):
        return None
    parts = [child for child in node.children if not child.hidden and (child.tag != TEXT or child.content.strip())]
    if len(parts) == 2 and parts[0].tag != TEXT and parts[1].tag != TEXT:
        name = reading_of(parts[0]).text
        if name.endswith((":", "：")) or parts[0].tag in _LABEL_TAGS:
            cell = cell_of(parts[1])
            return (name.rstrip(":： "), cell) if _is_label(name.rstrip(":： ")) else None
    cell = cell_of(node)
    match = _LABELLED.fullmatch(cell.text[:_LONGEST_VALUE])
    if match is None or len(cell.text) > _LONGEST_VALUE or not _is_label(match["label"]):
        return None
    if match["value"].startswith("//"):
        return None  # an address
    return match["label"], replace(cell, text=match["value"])


def _run(parent: Node, children: Sequence[Node]) -> list[Pair]:
    """Return the pairs of an element in which labels in bold and texts take turns: `<b>Label:</b> text<br>`."""
    if not any(child.tag in ("b", "strong") for child in children):
        return []
    pairs: list[Pair] = []
    name = ""
    values: list[Node] = []

    def close() -> None:
        shown = [value for value in values if value.tag != TEXT or value.content.strip(" \n\t:：")]
        if name and shown:
            cells = [Cell(each, plain(each.content)) if each.tag == TEXT else cell_of(each) for each in shown]
            text = plain(" ".join(cell.text for cell in cells)).lstrip(":： ").replace(" ,", ",")
            pairs.append((name, replace(cells[0], text=text) if len(cells) == 1 else Cell(parent, text)))

    for place, child in enumerate(children):
        if child.tag in ("b", "strong"):
            text = reading_of(child).text
            behind = children[place + 1].content.lstrip()[:1] if place + 1 < len(children) else ""
            if text.endswith((":", "：")) or behind in (":", "："):
                close()
                name, values = text.rstrip(":： "), []
                if not _is_label(name):
                    return []
                continue
        if child.tag == "br":
            close()
            name, values = "", []
        elif name:
            values.append(child)
    close()
    return pairs


def _is_large(node: Node) -> bool:
    """Tell an element that holds more than one pair: it has more than a few elements in it."""
    return sum(1 for _, each in zip(range(12), node.walk(), strict=False) if each.tag != TEXT) > 10


def _is_label(text: str) -> bool:
    return (
        1 < len(text) <= 60
        and shape_of(text) == "text"
        and len(text.split()) <= 6
        and text.count("(") == text.count(")")
    )
