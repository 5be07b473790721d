"""Texts with a label: "Label: value" in a line, a label beside its value, a known label before an identifier."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from webrun_nb.extraction.lines import Line
from webrun_nb.extraction.records.product_terms import label_key, label_name
from webrun_nb.extraction.snapshot import Node

MAX_LABEL_CHARS = 40
MAX_VALUE_CHARS = 300
IDENTIFIERS = ("sku", "mpn", "gtin")
_MOST_PIECES = 60
_CODE_CHARS = 20
_CODE = re.compile(r"(?=\S*\d)[\w./-]{3,30}")
_COLON = re.compile(r"[:：]")
_LABEL_WORD = r"[^\W\d_]{1,20}"
_KNOWN = re.compile(rf"\s*({_LABEL_WORD}(?:[.\- /]{{1,2}}{_LABEL_WORD}){{0,3}}\.?\s?[#№º°]?)\s*[:：]?\s*(?=[\w#(])")
"""Words at the beginning of a line that may be a label without a colon."""
_MOST_BESIDE = 20
"""Nodes of an element that may hold a label, its value and spaces."""
_PAIRS = frozenset({("dt", "dd"), ("th", "td"), ("td", "td")})


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and its label."""

    label: str
    name: str
    """The fact that the label names (`product_terms.label_name`); empty for a label of the page's own."""
    phrase: str
    """The phrase of the table that the label was found by."""
    text: str
    node: Node
    """The element of the text."""
    line: int
    """The number of the text's line."""


def labelled_of(lines: Sequence[Line]) -> list[Labelled]:
    """Return the labelled texts in lines of text, in document order."""
    found: list[Labelled] = []
    for number, line in enumerate(lines):
        within = _within(line, number)
        if not within and number + 1 < len(lines):
            across = _across(line, lines[number + 1], number + 1)
            within = [] if across is None else [across]
        found += within
    return found


def _within(line: Line, number: int) -> list[Labelled]:
    """Read a line that holds labels and their values."""
    found = _by_pieces(line, number)
    if found and found[0].start == 0:
        return [each.labelled for each in found]
    if colon := _COLON.search(line.text, 1, MAX_LABEL_CHARS + 1):
        value = line.text[colon.end() :].strip()
        label = line.text[: colon.start()].strip()
        if value and len(value) <= MAX_VALUE_CHARS and _is_label(label) and not value.startswith("//"):
            return [_labelled(label, line, colon.end(), len(line.text), number)]
    # The label is only text, and a number or code follows it: "SKU 579-33".
    if (words := _KNOWN.match(line.text)) and len(line.text) <= MAX_LABEL_CHARS + 40:
        for end in _ends(words[1]):
            is_code = any(char.isdecimal() for char in line.text[end : end + _CODE_CHARS])
            if is_code and label_name(line.text[:end])[0] in IDENTIFIERS:
                return [_labelled(line.text[:end].strip(), line, end, len(line.text), number)]
    return [each.labelled for each in found]


class _Found(NamedTuple):
    """A labelled text, and where its label begins in the line."""

    start: int
    labelled: Labelled


def _by_pieces(line: Line, number: int) -> list[_Found]:
    """Read the labels that are elements of their own: "<b>Brand</b> Orla", "<b>Weight:</b> 2 kg <b>Height:</b> 9 cm".

    Within a line a label needs a colon, for a word may be emphasised; a code behind a label for one is enough too.
    """
    ends = [*line.starts[1:], len(line.text)]
    parts = [(a, b, line.text[a:b].strip()) for a, b in zip(line.starts, ends, strict=True) if line.text[a:b].strip()]
    found: list[_Found] = []
    at = 0
    while at + 1 < len(parts) and at < _MOST_PIECES:
        start, _, text = parts[at]
        name = label_name(text)[0] if len(text) <= MAX_LABEL_CHARS else ""
        has_colon = text.endswith((":", "：")) and _is_label(text)
        following = parts[at + 1]
        is_code = name in IDENTIFIERS and len(following[2]) <= MAX_LABEL_CHARS and any(map(str.isdecimal, following[2]))
        if not (is_code or (name and at == 0) or (has_colon and (at == 0 or found))):
            at += 1
            continue
        last = at + 1
        while name not in IDENTIFIERS and last + 1 < len(parts) and not parts[last + 1][2].endswith((":", "：")):
            last += 1
        end = parts[last][1]
        if line.text[following[0] : end].strip(" :：") and end - following[0] <= MAX_VALUE_CHARS:
            found.append(_Found(start, _labelled(text.rstrip(":： "), line, following[0], end, number)))
        at = last + 1
    return found


def _ends(words: str) -> list[int]:
    """Return where a label of one, two, … words would end, the longest first."""
    return [match.end() for match in re.finditer(r"[^\W\d_]+\.?(?:\s?[#№º°])?", words)][::-1]


def _across(line: Line, following: Line, number: int) -> Labelled | None:
    """Read a label and the line after it, if the page's structure or a colon says that they belong together."""
    label = line.text.strip()
    if not label or len(label) > MAX_LABEL_CHARS or len(following.text) > MAX_VALUE_CHARS:
        return None
    ends = label.endswith((":", "："))
    # Neighbours without a mark: only where the label is a known one, or one for codes and a code follows.
    name, phrase = label_name(label)
    is_code = name in IDENTIFIERS and " " in phrase and _CODE.fullmatch(following.text)
    is_known = name and not label_name(following.text)[0] and _are_siblings(line, following)
    if not (ends or is_code or is_known or _is_pair(line, following)):
        return None
    label = label.rstrip(":： ")
    if not _is_label(label) or following.text.rstrip().endswith((":", "：")):
        return None
    return _labelled(label, following, 0, len(following.text), number)


def _labelled(label: str, line: Line, start: int, end: int, number: int) -> Labelled:
    rest = line.text[start:end]
    at = start + len(rest) - len(rest.lstrip(" :：\u200e\u200f"))
    name, phrase = label_name(label)
    text = line.text[at:end].strip(" \u200e\u200f")
    return Labelled(label, name, phrase, text, line.node_of(at, end), number)


def _is_label(text: str) -> bool:
    return 0 < len(text) <= MAX_LABEL_CHARS and bool(label_key(text)) and text.count(" ") <= 6 and "?" not in text


def _is_pair(line: Line, following: Line) -> bool:
    """Tell whether two lines are the name and value of a description list, or the first two cells of a row."""
    label, value = (each.pieces[0].closest("dt", "dd", "th", "td") for each in (line, following))
    if label is None or value is None or label.parent is not value.parent or (label.tag, value.tag) not in _PAIRS:
        return False
    is_small = label.parent is not None and len(label.parent.children) <= _MOST_BESIDE
    siblings = label.parent.elements if label.parent is not None and is_small else []
    return label.tag == "dt" or (len(siblings) == 2 and siblings[0] is label)


def _are_siblings(line: Line, following: Line) -> bool:
    """Tell whether two lines are all that stands in an element, each in a child of its own."""
    first, second = line.pieces[0], following.pieces[-1]
    around = {id(node) for node in first.ancestors()}
    shared = next((node for node in second.ancestors() if id(node) in around), None)
    return (
        shared is not None
        and len(shared.children) <= _MOST_BESIDE
        and len(shared.elements) == 2
        and len(shared.text) <= len(line.text) + len(following.text) + 2
    )
