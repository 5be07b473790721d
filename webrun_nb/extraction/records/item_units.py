"""The units of an item: the texts, amounts, pictures and hidden texts of which its fields are made.

A unit is the smallest thing that stands for itself: an element with a text of its own, an amount with its currency, the
value behind a label, a picture, stars that only have a text for those who can't see them. `alignment` puts the units of
all items of a list into columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from webrun_nb.extraction.lines import Line, lines_of
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.prices import Amount, Role, amounts_of

MAX_UNITS = 60
"""Units of one item; further ones are left out."""
_LABEL = re.compile(r"(?P<label>[^\W\d_][^:：\n]{0,28}?)\s?(?::\s+|：\s*)(?=\S)")
_LABEL_END = re.compile(r"(?P<label>[^\W\d_][^:：\d]{0,28}?)\s?[:：]\s*$")
_SEPARATORS = " \u00a0·•|,;–—-/()[]"
MAX_TEXT_CHARS = 20_000
_LINE_CHARS = 60
_PROSE_CHARS = 100
"""An amount in a longer text is spoken of, and is not the item's price."""
_MIXED_CHARS = 160
_SPOKEN_CHARS = 50
"""A text up to so long that holds an amount with a role ("Free shipping over $35") says nothing beside it."""
_STARS = re.compile(r"[★☆✭✩⭐✮✯\s]+")
RATING_OUT_OF = re.compile(
    r"(?<![\d.,])\d(?:[.,]\d+)?\s*(?:out of|of|von|sur|de|su|van|av|af|z|ze|od|из|з|na|/|／|中|满分)"
    r"\s*(?:5|10|100|五|十)(?!\d)"
    r"|(?<![\d.,])\d(?:[.,]\d)?\s*(?:stars?|sterne?|étoiles?|estrellas?|stelle|sterren|stjärnor|gwiazd\w*|зв[её]зд\w*"
    r"|つ星|星)\b",
    re.IGNORECASE,
)
"""A rating in words: "4.5 out of 5", "3 Sterne"."""
_COUNTED = re.compile(
    r"(?P<rating>[★⭐✭]+\s?\d(?:[.,]\d)?|\d[.,]\d\s?[★⭐✭]?|(?=[★☆✭✩⭐✮✯])[★☆✭✩⭐✮✯ ]+)"
    r"\s*(?P<count>[(（]\s?\d[^()（）]{0,30}[)）])"
)
"""A rating with a number in brackets behind it: "★4.5 (120 reviews)"."""
RATING_STARS = re.compile(r"[★✭⭐✮✯][★☆✭✩⭐✮✯\s]*")
"""A rating as a row of stars."""
_NUMBER = re.compile(r"\W{0,3}\d[\d.,\s]*\W{0,3}")
_FOR_OTHERS = ("clipped", "offscreen", "transparent")
"""The ways in which texts are hidden that are for those who can't see what is displayed instead."""
_TEXTS = ("text", "long", "number")
_BUTTONS = frozenset({"button", "select", "option", "input", "textarea", "script", "style"})
_ICON_CHARS = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of an item with one meaning."""

    path: str
    """The tags from the item down to its element."""
    kind: str
    """`text`, `long`, `number`, `date`, `rating`, `image`, or the role of an amount."""
    cell: Cell
    order: int
    """Its place in the item."""
    label: str = ""
    """Its label, if its own text begins with one."""
    names: frozenset[str] = frozenset()
    """The names that markup gives it."""
    classes: frozenset[str] = frozenset()

    @property
    def is_amount(self) -> bool:
        """True for an amount of money."""
        return self.kind in _ROLES


SPOKEN = "spoken"
"""The kind of an amount without a role beside which there are words, which are not known: it may be anything."""
_ROLES = frozenset({SPOKEN, *(role.value for role in Role)})


def units_of(roots: Sequence[Node]) -> list[Unit]:
    """Return the units of an item, in document order.

    Parameters
    ----------
    roots : sequence of Node
        The elements of the item: one, or several that stand side by side.
    """
    item = _Item(roots)
    lines = lines_of(*roots)
    amounts: dict[int, list[Amount]] = {}
    for amount in amounts_of(lines):
        amounts.setdefault(amount.line, []).append(amount)
    found = [unit for number, line in enumerate(lines) for unit in item.of_line(line, amounts.get(number, []))]
    found = _with_lines_joined(found)
    found += item.without_text(" ".join(line.text for line in lines))
    return sorted(found, key=lambda unit: unit.order)[:MAX_UNITS]


def _with_lines_joined(units: Sequence[Unit]) -> list[Unit]:
    """Join the lines of one text: those that one element holds, if one is long. Those of an address stay apart."""
    joined: list[Unit] = []
    for (_, path, is_text), group in groupby(units, key=lambda u: (u.cell.node, u.path, u.kind in _TEXTS)):
        lines = list(group)
        if is_text and len(lines) > 1 and _is_prose([unit.cell.text for unit in lines]):
            text = " ".join(unit.cell.text for unit in lines)[:MAX_TEXT_CHARS]
            joined.append(replace(lines[0], kind="long", path=path, cell=replace(lines[0].cell, text=text), label=""))
        else:
            joined += lines
    return joined


def _is_prose(lines: Sequence[str]) -> bool:
    return max(map(len, lines)) > _LINE_CHARS or sum(map(len, lines)) > _PROSE_CHARS


class _Segment(NamedTuple):
    """A part of a line."""

    start: int
    end: int
    node: Node
    """The element that it is of."""
    piece: Node
    """Its first text node."""


_Span = tuple[int, int, Amount]
"""The place of an amount in its line."""


class _Item:
    """The places of an item's nodes."""

    def __init__(self, roots: Sequence[Node]) -> None:
        self.roots = set(roots)
        self.places = {node: place for place, node in enumerate(node for root in roots for node in root.walk())}

    def of_line(self, line: Line, amounts: Sequence[Amount]) -> Iterator[Unit]:
        """Yield the units of a line of text: its amounts, and the texts that are no amounts."""
        is_prose = len(line.text) > _PROSE_CHARS
        # An amount in a sentence is spoken of: its text says it, and no column of prices has it.
        stated = [each for each in amounts if not (each.role.may_be_price and each.is_in_sentence)]
        spans = [] if is_prose else [(a.start, a.start + len(a.text), a) for a in _ranges_joined(line, stated)]
        for holder, segments in self._held(line):
            if not self._is_button(holder):
                yield from self._texts(line, holder, segments, spans, is_prose=is_prose)
        for start, _, amount in spans:
            if not self._is_button(amount.node):
                yield self._amount(amount, self._piece(line, start), _label_before(line.text[:start]))

    def _texts(
        self, line: Line, holder: Node, segments: Sequence[_Segment], spans: Sequence[_Span], *, is_prose: bool
    ) -> Iterator[Unit]:
        """Yield the texts of an element: the whole, and those of the elements in it if it has a text of its own."""
        start, end = segments[0].start, segments[-1].end
        text = line.text[start:end].strip()
        inner = [each for each in segments if each.node is not holder]
        if _is_amount(start, end, text, spans) or (_STARS.fullmatch(text) and self._is_labelled(holder)):
            return
        if len(segments) == 1:
            if counted := _COUNTED.fullmatch(text):
                unit = self._text(segments[0].node, counted["rating"], segments[0].piece)
                count = replace(
                    unit, path=f"{unit.path}/count", kind="text", cell=replace(unit.cell, text=counted["count"])
                )
                yield from (unit, count)
                return
            yield self._text(segments[0].node, text, segments[0].piece)
            return
        match = _LABEL.match(text)
        own = [line.text[each.start : each.end] for each in segments if each.node is holder]
        if match is not None and len(inner) > 1 and not any(part.strip(_SEPARATORS) for part in own[1:]) and own:
            parts = [
                line.text[each.start : each.end].strip(_SEPARATORS) for each in inner if not self._is_button(each.node)
            ]
            listed = self._text(holder, ", ".join(filter(None, parts)), segments[0].piece)
            yield replace(listed, label=match["label"].strip())
            return
        yield self._text(holder, text, segments[0].piece)
        if match is not None and len(inner) < 2:
            return
        for each in segments:
            part = line.text[each.start : each.end].strip(_SEPARATORS)
            is_fragment = each.node is holder
            is_known = "itemprop" in each.node.attributes or each.node.tag == "time"
            if not part or self._is_button(each.node) or _is_amount(each.start, each.end, part, spans):
                continue
            if is_known or not (is_prose or (is_fragment and len(line.text) > _MIXED_CHARS)):
                yield self._text(each.node, part, each.piece, is_fragment=is_fragment)

    def _is_labelled(self, stars: Node) -> bool:
        """Tell stars whose element has a text for those who can't see them: that is the exact rating."""
        near = (stars, *stars.ancestors())[:3]
        return any(node in self.places and _is_rating(node.attributes.get("aria-label", "")) for node in near)

    def without_text(self, displayed: str) -> Iterator[Unit]:
        """Yield the units that display no text: pictures, texts for those who can't see, values for machines."""
        for node, place in self.places.items():
            attributes = node.attributes
            if node.is_text:
                if node.hidden in _FOR_OTHERS and any(c.isdecimal() for c in node.content) and node.parent:
                    text = " ".join(node.content.split())
                    if text not in displayed:
                        yield self._unit(
                            node.parent,
                            "rating" if _is_rating(text) else "text",
                            Cell(node.parent, "", label=text),
                            place,
                        )
                continue
            if node.hidden and node.tag not in ("meta", "link"):
                continue
            if node.tag == "img":
                if attributes.get("src") or attributes.get("alt"):
                    yield self._unit(
                        node,
                        "image",
                        Cell(node, "", label=attributes.get("alt", ""), href=attributes.get("src", "")),
                        place,
                    )
            elif node.tag in ("meta", "link"):
                if "itemprop" in attributes and (text := attributes.get("content") or attributes.get("href", "")):
                    yield self._unit(node, "meta", Cell(node, "", exact=text), place)
            elif (said := attributes.get("aria-label", "")) and node not in self.roots and not self._is_button(node):
                if not any(char.isalnum() for char in said):
                    continue
                text = node.text
                if not text or (len(text) <= _ICON_CHARS or _STARS.fullmatch(text)):
                    yield self._unit(
                        node, "rating" if _is_rating(said) else "text", Cell(node, text, label=said), place
                    )

    # --- parts of a line

    def _held(self, line: Line) -> Iterator[tuple[Node, list[_Segment]]]:
        """Yield the elements whose texts a line is made of, each with its parts."""
        held: list[tuple[Node, list[_Segment]]] = []
        ends = [*line.starts[1:], len(line.text)]
        for start, end, piece in zip(line.starts, ends, line.pieces, strict=True):
            if line.text[start:end].strip():
                holder, node = self._holder(piece, line.block)
                if not held or held[-1][0] is not holder:
                    held.append((holder, []))
                held[-1][1].append(_Segment(start, end, node, piece))
        yield from held

    def _holder(self, piece: Node, block: Node) -> tuple[Node, Node]:
        """Return the elements that a text node is of.

        They are the outermost in the line that has a text of its own, and the part of it that holds the text node.
        """
        holder = part = inner = piece.parent or piece
        while inner is not block and inner not in self.roots and inner.parent is not None:
            part, inner = inner, inner.parent
            if _has_own_text(inner):
                holder, found = inner, part
        return (holder, holder) if holder is piece.parent else (holder, found)

    def _piece(self, line: Line, start: int) -> Node:
        numbers = [i for i, begin in enumerate(line.starts) if begin <= start]
        return line.pieces[numbers[-1] if numbers else 0]

    def _is_button(self, node: Node) -> bool:
        inside: Node | None = node
        while inside is not None and inside in self.places:
            if inside.tag in _BUTTONS or inside.role in ("button", "menuitem", "option"):
                return True
            if inside in self.roots:
                break
            inside = inside.parent
        return False

    # --- units

    def _text(self, node: Node, text: str, piece: Node, *, is_fragment: bool = False) -> Unit:
        exact, href, said = self._carried(node)
        kind = (
            "date" if exact and node.closest("time") is not None
            else "rating" if len(text) <= 40 and _is_rating(text)
            else "number" if _NUMBER.fullmatch(text)
            else "long" if len(text) > _PROSE_CHARS
            else "text"
        )  # fmt: skip
        unit = self._unit(node, kind, Cell(node, text, exact=exact, label=said, href=href), self.places.get(piece, 0))
        return replace(unit, path=f"{unit.path}/#") if is_fragment else unit

    def _amount(self, amount: Amount, piece: Node, label: str) -> Unit:
        exact, href, _ = self._carried(amount.node)
        cell = Cell(amount.node, amount.text, exact=exact, href=href)
        is_spoken = amount.role is Role.UNKNOWN and not amount.is_alone and not label
        kind = SPOKEN if is_spoken else amount.role.value
        unit = self._unit(amount.node, kind, cell, self.places.get(piece, 0))
        # "Was: $8" and "List: $9" are one field, "Deposit: $8" and "Total: $9" are two.
        return unit if amount.role in (Role.CURRENT, Role.OLD) else replace(unit, label=label)

    def _unit(self, node: Node, kind: str, cell: Cell, place: int) -> Unit:
        steps: list[str] = []
        names: set[str] = set()
        classes = node.attributes.get("class", "")
        above: Node | None = node
        while above is not None and above in self.places:
            said = above.attributes.get("itemprop", "") or above.attributes.get("property", "")
            if said and len(steps) < 3 and "itemscope" not in above.attributes:
                names.update(said.lower().split())
            if above in self.roots:
                steps.append(above.tag if len(self.roots) > 1 else "")
                break
            if not classes:
                classes = above.attributes.get("class", "")
            steps.append(above.tag)
            above = above.parent
        path = "/".join(reversed(steps[:10]))
        match = _LABEL.match(cell.text) if kind in (*_TEXTS, "rating") else None
        label = match["label"].strip() if match is not None else ""
        return Unit(path, kind, cell, place, label, frozenset(names), frozenset(classes.split()[:6]))

    def _carried(self, node: Node) -> tuple[str, str, str]:
        """Return what an element carries beside its text: value for machines, address, text for those who can't see."""
        exact = href = said = ""
        above: Node | None = node
        for _ in range(4):
            if above is None or above not in self.places:
                break
            attributes = above.attributes
            exact = exact or attributes.get("datetime", "") or (attributes.get("content", "") if above is node else "")
            href = href or (attributes.get("href", "") if above.tag == "a" else "")
            said = said or (attributes.get("aria-label", "") or attributes.get("title", "") if above is node else "")
            above = above.parent
        inner = node.elements
        if len(inner) == 1 and not (exact and href):
            exact = exact or inner[0].attributes.get("datetime", "")
            href = href or (inner[0].attributes.get("href", "") if inner[0].tag == "a" else "")
        return exact, href, said


def _ranges_joined(line: Line, amounts: Sequence[Amount]) -> list[Amount]:
    """Join the two ends of a range of amounts, which is one value: "$30,000 - $40,000"."""
    joined: list[Amount] = []
    for amount in amounts:
        if amount.part == "high" and joined and joined[-1].part == "low":
            low = joined.pop()
            end = amount.start + len(amount.text)
            amount = replace(
                low, text=line.text[low.start : end], node=line.node_of(low.start, end), is_followed=amount.is_followed
            )
        joined.append(amount)
    return joined


def without_label(unit: Unit) -> Unit:
    """Return a unit whose text is the value behind its label."""
    match = _LABEL.match(unit.cell.text)
    if match is None:
        return unit
    return replace(unit, cell=replace(unit.cell, text=unit.cell.text[match.end() :].strip()))


def _is_rating(text: str) -> bool:
    return RATING_OUT_OF.search(text) is not None or RATING_STARS.search(text) is not None


def _label_before(text: str) -> str:
    """Return the label that the text before an amount ends with."""
    match = _LABEL_END.search(text[-40:])
    return match["label"].strip() if match is not None else ""


def _has_own_text(node: Node) -> bool:
    return any(child.is_text and child.content.strip(_SEPARATORS + "\n\t") for child in node.children)


def _is_amount(start: int, end: int, text: str, spans: Sequence[_Span]) -> bool:
    """Tell whether a text says nothing but its amounts and their roles, so that it is no unit beside them."""
    within = [(first, last, amount) for first, last, amount in spans if first < end and last > start]
    if not within:
        return False
    if all(amount.role is not Role.UNKNOWN for _, _, amount in within):
        return len(text) <= _SPOKEN_CHARS
    return len(text.strip(_SEPARATORS)) <= sum(len(amount.text) for _, _, amount in within) + 3
