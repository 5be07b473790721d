"""Tells whether a page displays what only its data for machines say: prices and texts that nobody sees are no values.

What is written for machines alone (an identifier, an address, a date, a code) need not be displayed as it is written.
"""

from __future__ import annotations

import re
from functools import cached_property

from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Cell

_SILENT = frozenset({"script", "meta", "link", "head", "title"})
_NUMBER = re.compile(r"\d[\d.,'’\u00a0\u202f]*")
_AMOUNT = re.compile(r"[^\w\s]{0,2}\s?\d[\d.,]{0,14}\s?(?:[^\w\s]{1,2}|[A-Z]{3})?")
_WORD = re.compile(r"\w+")
_MOST_CHARACTERS = 1_000_000
_MOST_WORDS = 400


class Displayed:
    """The text that a page displays, its title apart: that is in no place of the page.

    Parameters
    ----------
    snapshot : Snapshot
        The page.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def _text(self) -> str:
        parts = [self._snapshot.root.text, *(frame.root.text for frame in self._snapshot.frames)]
        return "\n".join(parts)[:_MOST_CHARACTERS]

    @cached_property
    def _words(self) -> str:
        return f" {' '.join(_WORD.findall(self._text.casefold()))} "

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(form for found in _NUMBER.findall(self._text) for form in _forms(found))

    def bears_out(self, text: str, *, is_amount: bool) -> bool:
        """Tell whether the page displays a text of its data for machines, or need not: a single word is for machines.

        An amount has to be displayed with the same digits, cents of zero apart; texts of several words word by word.
        """
        said = text.strip()
        if is_amount and _AMOUNT.fullmatch(said):
            return bool(_forms(said) & self._numbers)
        if not re.search(r"\s", said):
            return True
        words = _WORD.findall(said.casefold())[:_MOST_WORDS]
        return f" {' '.join(words)} " in self._words


def is_silent(cell: Cell) -> bool:
    """Tell whether a cell is not displayed: its element is for machines, or hidden."""
    node = cell.node.parent if cell.node.is_text and cell.node.parent is not None else cell.node
    return node.hidden is not None or node.tag in _SILENT


def _forms(number: str) -> frozenset[str]:
    """Return the digits of a number, and those without cents of zero."""
    digits = re.sub(r"\D", "", number).lstrip("0")
    without = re.sub(r"[.,]0{1,2}$", "", re.sub(r"[^\d.,]", "", number).rstrip(".,"))
    return frozenset({digits, re.sub(r"\D", "", without).lstrip("0")} - {""}) or frozenset({"0"})
