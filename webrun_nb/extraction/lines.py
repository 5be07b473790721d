"""The lines of a page's text: what stands together between two breaks, with the text nodes it is made of.

A line ends where a block begins or ends and at `<br>`. Texts of neighbouring elements within a line are kept apart
where they would run into one number ("$400" and "5 bids"), and joined where they are one: cents that are raised or
stand in an element of their own ("$249" and "99").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from webrun_nb.extraction.snapshot import Node

MAX_LINE_CHARS = 2_000
"""A longer line is cut: labels and amounts stand in short ones."""
_SPACE = re.compile(r"\s+")
_CENTS = re.compile(r"\d\d")
_ENDS_WHOLE = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]?\d{3})*$")
"""A text that ends with a whole number: one whose last mark groups thousands."""
_ONLY_AMOUNT = re.compile(r"[^\w\s]{0,3}\s?[^\W\d]{0,4}[.$]?\s?\d[\d.,'’\s]{0,14}\s?[^\w\s]{0,3}[^\W\d]{0,4}\.?[*¹]?")
_LONGEST_AMOUNT_CHARS = 40
_REFERENCE = re.compile(r"\[\s?[^\W_](?:[\w ]{0,8}[^\W_])?\s?\]|[*†‡]{1,3}")
"""A raised mark of a footnote, which is no part of its line."""
_REFERENCE_CHARS = 16
_BLANKS = 4
"""Characters of a text that are looked at for one that is wanted: the others may be white space."""


@dataclass(slots=True)
class Line:
    """A line of displayed text."""

    block: Node
    """The element whose break begins it."""
    text: str = ""
    starts: list[int] = field(default_factory=list)
    """Where each piece begins in the text."""
    pieces: list[Node] = field(default_factory=list)
    """The text nodes that it is made of."""

    def node_of(self, start: int, end: int) -> Node:
        """Return the smallest element that holds the characters from `start` to `end`."""
        first = self.pieces[max(0, bisect_right(self.starts, start) - 1)]
        last = self.pieces[max(0, bisect_right(self.starts, max(start, end - 1)) - 1)]
        return common_ancestor(first, last)

    def is_struck(self, start: int) -> bool:
        """Tell whether the character at `start` is crossed out."""
        return self.pieces[max(0, bisect_right(self.starts, start) - 1)].is_struck


def lines_of(*roots: Node, without: Collection[Node] = ()) -> list[Line]:
    """Return the lines of displayed text in an element, or in several that stand side by side, in document order.

    Parameters
    ----------
    *roots : Node
        The elements.
    without : collection of Node
        Elements in them that are left out.
    """
    lines: list[Line] = []
    line = Line(roots[0])
    # A block stands here twice: where it begins, and, with True, where it ends.
    waiting: list[tuple[Node, bool]] = [(root, False) for root in reversed(roots)]
    while waiting:
        node, ends = waiting.pop()
        if ends or ((node.is_block or node.tag == "br") and not node.hidden):
            if line.text.strip():
                lines.append(_finished(line))
            line = Line(_block_of(node, roots) if ends or node.tag == "br" else node)
        if node in without:
            continue
        if ends or node.hidden or (node.tag == "sup" and _REFERENCE.fullmatch(beginning(node, _REFERENCE_CHARS))):
            continue
        if node.is_text:
            _append(line, node)
            continue
        if node.is_block:
            waiting.append((node, True))
        waiting.extend((child, False) for child in reversed(node.children))
    if line.text.strip():
        lines.append(_finished(line))
    return lines


def _block_of(node: Node, roots: Sequence[Node]) -> Node:
    """Return the block around an element, within the roots."""
    above = node
    while not any(above is root for root in roots) and above.parent is not None:
        above = above.parent
        if above.is_block:
            break
    return above


def common_ancestor(first: Node, last: Node) -> Node:
    """Return the smallest element that holds two nodes."""
    if first is last:
        return (first.parent or first) if first.is_text else first
    around = {id(node) for node in first.ancestors()}
    for node in last.ancestors():
        if id(node) in around:
            return node
    return last


def beginning(node: Node, chars: int) -> str:
    """Return the displayed text of an element, cut at about so many characters."""
    text = ""
    for part in node.walk():
        if part.is_text and not part.hidden:
            text += _SPACE.sub(" ", part.content[: _BLANKS * chars])
        if len(text) > chars:
            break
    return _SPACE.sub(" ", text).strip()


def elements_of(line: Line) -> Iterator[Node]:
    """Yield the elements directly around the line's texts."""
    for piece in line.pieces:
        if piece.parent is not None:
            yield piece.parent


def _append(line: Line, node: Node) -> None:
    text = _SPACE.sub(" ", node.content[: _BLANKS * MAX_LINE_CHARS])
    if len(line.text) + len(text) > MAX_LINE_CHARS:
        text = text[: max(0, MAX_LINE_CHARS - len(line.text))]
    if not text:
        return
    before = line.text[-1:]
    if before == " " or not before:
        text = text.lstrip(" ")
    elif before.isdecimal() and text[:1].isdecimal():
        line.text += _between(line, node, text)
    elif line.pieces and _are_apart(line.pieces[-1], node):
        line.text += " "
    if text:
        line.starts.append(len(line.text))
        line.pieces.append(node)
        line.text += text


def _are_apart(previous: Node, node: Node) -> bool:
    """Tell two texts that both hold numbers, or of which one is crossed out: "12 €" and "15 €" are two amounts."""
    if previous.is_struck != node.is_struck:
        return True
    if _is_raised(node):
        return False
    return all(any(map(str.isdecimal, each.content[:_LONGEST_AMOUNT_CHARS])) for each in (previous, node)) and (
        previous.parent is not node.parent and not node.content[:1].isspace() and node.content[:1] not in ".,"
    )


def _is_raised(node: Node) -> bool:
    return node.is_raised or (node.parent is not None and (node.parent.is_raised or node.parent.tag == "sup"))


def _between(line: Line, node: Node, text: str) -> str:
    """Return what parts two numbers that touch: a decimal mark before cents, else a space."""
    if not _CENTS.fullmatch(text.strip()) or not (whole := _ENDS_WHOLE.search(line.text)):
        return " "
    previous = line.pieces[-1]
    if not _is_raised(node):
        around = common_ancestor(previous, node)
        if not _ONLY_AMOUNT.fullmatch(beginning(around, _LONGEST_AMOUNT_CHARS)):
            return " "
    grouped = re.search(r"[.,](?=\d{3}$)", whole[0])
    return "," if grouped is not None and grouped[0] == "." else "."


def _finished(line: Line) -> Line:
    line.text = line.text.rstrip()
    return line
