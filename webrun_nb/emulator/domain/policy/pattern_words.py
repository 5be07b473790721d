"""The words of a policy's regular expression, where it is a plain list of words."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_WORDS = 40
"""An expression with more words is not described by them."""

_HEAD = re.compile(r"(?P<any_case>\(\?i\))?(?P<boundary>\\b)?")
_LITERAL = re.compile(r"[^\\\[\](){}.*+?|^$]|\\(?P<escaped>[^\w\s])")
_CHOICE = re.compile(r"\[(?P<characters>[\w ]+)\]")
_LETTER = re.compile(r"\w", re.ASCII)
_ALTERNATIVES = re.compile(r"\((?:\?:)?")


@dataclass(frozen=True, slots=True)
class PatternWords:
    """The words that an expression matches, and whether they have to start or end at a word boundary."""

    words: tuple[str, ...]
    any_case: bool
    starts_word: bool
    ends_word: bool

    def __str__(self) -> str:
        listed = ", ".join(f'"{word}"' for word in self.words)
        several = len(self.words) > 1
        if self.starts_word and self.ends_word:
            found = f"has one of the words {listed}" if several else f"has the word {listed}"
        else:
            found = f"has one of {listed}" if several else f"has {listed}"
            if self.starts_word or self.ends_word:
                found += f" at the {'start' if self.starts_word else 'end'} of a word"
        return found if self.any_case else f"{found}, in capitals and small letters as here"


def pattern_words(expression: str) -> PatternWords | None:
    """Return the words of an expression; None where it is more than a short list of words."""
    head = _HEAD.match(expression)
    assert head is not None, "all of it may be missing"
    ends_word = expression.endswith(r"\b") and len(expression) > head.end()
    body = expression[head.end() : -2 if ends_word else None]
    reader = _Reader(body)
    words = reader.alternatives()
    bounded = ends_word or head["boundary"] is not None
    if words is None or reader.at < len(body) or "" in words or (bounded and reader.divided):
        return None
    found = PatternWords(tuple(words), head["any_case"] is not None, head["boundary"] is not None, ends_word)
    return found if _are_bounded(found) else None


def _are_bounded(found: PatternWords) -> bool:
    r"""Return whether the words begin and end with letters where they are bounded: before a sign, `\b` means no start.

    Letters are ASCII's, as for RE2.
    """
    starts = not found.starts_word or all(_LETTER.match(word[0]) for word in found.words)
    return starts and (not found.ends_word or all(_LETTER.match(word[-1]) for word in found.words))


class _Reader:
    """Reads literals, `[ab]`, `(a|b)` and `?`; a method returns the texts a part stands for, None for anything else."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._depth = 0
        self.at = 0
        self.divided = False
        """True where a `|` is outside of all groups."""

    def alternatives(self) -> list[str] | None:
        found: list[str] = []
        while True:
            texts = self._sequence()
            if texts is None or len(found := list(dict.fromkeys([*found, *texts]))) > MOST_WORDS:
                return None
            if self._body[self.at : self.at + 1] != "|":
                return found
            self.divided = self.divided or not self._depth
            self.at += 1

    def _sequence(self) -> list[str] | None:
        texts = [""]
        while self.at < len(self._body) and self._body[self.at] not in "|)":
            part = self._part()
            if part is None:
                return None
            if self._body[self.at : self.at + 1] == "?":
                self.at += 1
                part = [*part, ""]
            texts = [before + after for before in texts for after in part]
            if len(texts) > MOST_WORDS:
                return None
        return texts

    def _part(self) -> list[str] | None:
        if choice := _CHOICE.match(self._body, self.at):
            self.at = choice.end()
            return list(choice["characters"])
        if group := _ALTERNATIVES.match(self._body, self.at):
            return self._group(group.end())
        literal = _LITERAL.match(self._body, self.at)
        if literal is None:
            return None
        self.at = literal.end()
        return [literal["escaped"] or literal[0]]

    def _group(self, start: int) -> list[str] | None:
        self.at, self._depth = start, self._depth + 1
        texts = self.alternatives()
        if texts is None or self._body[self.at : self.at + 1] != ")":
            return None
        self.at, self._depth = self.at + 1, self._depth - 1
        return texts
