"""Readings: the displayed text of a cell and the other texts that its element carries.

A reading leaves out struck text beside text that is not struck, and characters that are not visible. Raised text
(cents, exponents, footnote marks) is kept apart in `Reading.parts`: `footnotes.py` decides by the column what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from webrun_nb.extraction.snapshot import TEXT, Node

MAX_NODES = 5_000
"""Nodes that are read of one cell. A cell that holds more holds a page, not a value, and has no text."""
_MAX_LABELS = 10
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
"""Soft hyphens, spaces of no width and direction marks; not the joiners, which change the form of letters."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)")
_NOT_TEXT = frozenset({"rt", "rp", "title", "desc", "metadata", "datalist", "script", "style"})
"""Elements whose text is no part of the text around it: readings of ruby, descriptions in SVG."""
_TYPED = frozenset({"", "text", "number", "date", "datetime-local", "month", "time", "week", "email", "tel", "url"})
"""Types of `input` whose value is displayed as text."""
_CHECKED = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox"})
_EXACT: Mapping[str, str] = {"time": "datetime", "data": "value", "meter": "value", "progress": "value"}
"""The attribute with the machine-readable form, by element; `content` on all others."""


class Part(NamedTuple):
    """A piece of a cell's text."""

    text: str
    is_raised: bool
    is_link: bool = False
    """True where it links to a place in a page, as footnote marks do."""


@dataclass(slots=True)
class Reading:
    """The texts of one element."""

    text: str = ""
    """The displayed text, footnote marks included."""
    parts: tuple[Part, ...] = ()
    """The same text in pieces; empty where nothing in it is raised."""
    exact: str = ""
    label: str = ""
    href: str = ""

    @property
    def is_empty(self) -> bool:
        """True where the element says nothing to anyone."""
        return not (self.text or self.label or self.exact)


def reading_of(cell: Node) -> Reading:
    """Read an element."""
    children = cell.children
    if len(children) == 1 and not cell.attributes:
        only = children[0]
        content = only.content
        if only.tag == TEXT and not only.hidden and not only.is_raised:
            if content.isascii():
                return Reading(" ".join(content.split()))
            if not _SUPERSCRIPT.search(content):
                return Reading(plain(content))
    return _Reader().read(cell)


def plain(text: str) -> str:
    """Return a text without invisible characters and with white space collapsed."""
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


class _Reader:
    """Collects the texts of one cell in one pass over its nodes."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, bool, bool, bool]] = []
        """Text, raised, link, struck."""
        self.exact: list[str] = []
        self.named: list[str] = []
        self.titles: list[str] = []
        self.unseen: list[str] = []
        self.href = self.picture = ""

    def read(self, cell: Node) -> Reading:
        count = 0
        waiting: list[tuple[Node | None, bool, bool]] = [(cell, False, False)]
        while waiting:
            node, is_raised, is_link = waiting.pop()
            if node is None:
                self.pieces.append((" ", False, False, False))
                continue
            count += 1
            if count > MAX_NODES:
                return Reading()
            if node.hidden:
                if node.hidden in ("clipped", "offscreen") and node.tag == TEXT:
                    self.unseen.append(node.content)
                elif node.hidden in ("clipped", "offscreen"):
                    waiting.extend((child, False, False) for child in reversed(node.children))
                continue
            if node.tag == TEXT:
                raised = is_raised or node.is_raised
                self.pieces.append((node.content, raised, is_link, node.is_struck))
                continue
            if node.tag in _NOT_TEXT:
                continue
            if node.attributes:
                self._attributes(node, node is cell)
            if node.tag in ("input", "textarea", "select"):
                self.pieces.append((f" {_shown_value(node)} ", False, False, node.is_struck))
                continue
            is_raised = is_raised or node.is_raised or node.tag == "sup"
            is_link = is_link or (
                node.tag == "a" and "#" in node.attributes.get("href", "") and (is_raised or _is_mark(node))
            )
            apart = (node.is_block and node is not cell) or node.tag == "br"
            if apart:
                self.pieces.append((" ", False, False, False))
                waiting.append((None, False, False))
            waiting.extend((child, is_raised, is_link) for child in reversed(node.children))
        return self._finished()

    def _attributes(self, node: Node, is_cell: bool) -> None:
        attributes = node.attributes
        if exact := attributes.get(_EXACT.get(node.tag, "content"), ""):
            self.exact.append(plain(exact))
        if _is_checkable(node):
            self.exact.append("true" if _is_checked(attributes) else "false")
        if node.tag == "a" and not self.href:
            self.href = attributes.get("href", "")
        elif node.tag == "img" and not self.picture:
            self.picture = attributes.get("src", "")
        if (name := attributes.get("aria-label") or attributes.get("alt")) and len(self.named) < _MAX_LABELS:
            self.named.append(plain(name))
        elif (title := attributes.get("title")) and len(self.titles) < _MAX_LABELS:
            self.titles.append(plain(title))

    def _finished(self) -> Reading:
        pieces = self.pieces
        if any(struck for *_, struck in pieces):
            current = [piece for piece in pieces if not piece[3]]
            if any(char.isalnum() for text, *_ in current for char in text):
                pieces = current
        text = plain("".join(text for text, *_ in pieces))
        parts: tuple[Part, ...] = ()
        if any(raised and text.strip() for text, raised, *_ in pieces) or _SUPERSCRIPT.search(text):
            parts = _parts(pieces)
        exact = self.exact[0] if len(set(self.exact)) == 1 else ""
        label = " ".join(self.named) or " ".join(self.titles) or plain("".join(self.unseen))
        return Reading(text, parts, exact, "" if label == text else label, self.href or self.picture)


def _parts(pieces: list[tuple[str, bool, bool, bool]]) -> tuple[Part, ...]:
    """Join the pieces that are alike; superscript characters become raised digits."""
    parts: list[Part] = []
    for text, is_raised, is_link, _ in pieces:
        split = [text] if is_raised else _SUPERSCRIPT.split(text)
        for number, each in enumerate(split):
            raised = is_raised or number % 2 == 1
            clean = re.sub(r"\s+", " ", each.translate(_INVISIBLE))
            clean = clean.translate(_SUPERSCRIPTS) if raised else clean
            if not clean:
                continue
            if parts and parts[-1].is_raised == raised and parts[-1].is_link == is_link:
                clean = parts.pop().text + clean
            parts.append(Part(clean, raised, is_link))
    return tuple(parts)


def _is_mark(link: Node) -> bool:
    """Tell a link that holds a raised text and nothing else."""
    inside = [child for child in link.children if child.tag != TEXT or child.content.strip()]
    return len(inside) == 1 and (inside[0].tag == "sup" or inside[0].is_raised)


def _shown_value(node: Node) -> str:
    """Return the text that a control displays."""
    attributes = node.attributes
    if node.tag == "select":
        options = node.find("option")
        chosen = next((option for option in options if "selected" in option.attributes), None)
        return (chosen or options[0]).text if options else ""
    if node.tag == "textarea":
        return attributes.get("value", "") or " ".join(child.content for child in node.children)
    return attributes.get("value", "") if attributes.get("type", "").lower() in _TYPED else ""


def _is_checkable(node: Node) -> bool:
    if node.tag == "input":
        return node.attributes.get("type", "").lower() in _CHECKED
    return "aria-checked" in node.attributes and node.role in _CHECKED


def _is_checked(attributes: Mapping[str, str]) -> bool:
    said = attributes.get("aria-checked")
    return said == "true" if said is not None else attributes.get("checked", "false") != "false"
