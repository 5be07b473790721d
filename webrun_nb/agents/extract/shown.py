"""Tells whether a page displays the values of its metadata; a value that only the metadata has is not trusted."""

from __future__ import annotations

import re
from functools import cached_property

from webrun_nb.agents.extract.values import number
from webrun_nb.browsers.observation import PageData

_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f' ]*\d|\d")
_A_NUMBER = re.compile(r"[^\w\s]{0,2}\s?\d[\d.,]{0,11}\s?(?:[^\w\s]|[A-Z]{3})?")
_WORDS = re.compile(r"\w+")


class Shown:
    """The text that a page displays."""

    def __init__(self, page: PageData) -> None:
        self._page = page

    @cached_property
    def _words(self) -> str:
        return " " + " ".join(_WORDS.findall(f"{self._page.title}\n{self._page.text}".casefold())) + " "

    @cached_property
    def _numbers(self) -> frozenset[object]:
        found = set()
        for match in _NUMBER.finditer(self._page.text):
            found.add(number(match[0]))
            found.update(number(part) for part in match[0].split())
        return frozenset(found)

    def bears_out(self, value: str) -> bool:
        """Tell whether the page shows a value of its metadata.

        A number has to be there as a number, words word by word; a single word, an identifier, a date or an address is
        believed, for it is written for machines ("USD", "2024-05-01", "https://schema.org/InStock").
        """
        text = value.strip()
        if _A_NUMBER.fullmatch(text):
            return number(text) in self._numbers
        words = _WORDS.findall(text.casefold())
        if not re.search(r"\s", text):
            return True
        return f" {' '.join(words)} " in self._words
