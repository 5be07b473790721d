"""The check of an answer in words: each number, date, name and quotation in it has to stand in what is cited.

>>> unproved("The lamp costs $48.00.", ["Brass lamp $48.00"])
[]
>>> unproved("The lamp costs $84.00.", ["Brass lamp $48.00"])
[Unproved(sentence='The lamp costs $84.00.', what='84.00')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s|$)|$|\n)")
_NUMBER = re.compile(r"\d(?:[\d.,:/]*\d)?")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_QUOTATION = re.compile(r"[“\"„«]([^”\"“»]{2,})[”\"“»]")
_COUNTS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "dozen": "12", "hundred": "100", "thousand": "1000",
    "million": "1000000", "zero": "0",
}  # fmt: skip
_OPENERS = frozenset({
    "a", "according", "after", "all", "also", "although", "an", "and", "any", "are", "as", "at", "based", "be",
    "because", "before", "both", "but", "by", "can", "could", "done", "each", "every", "finally", "first", "for",
    "found", "from", "he", "her", "here", "his", "how", "however", "i", "if", "in", "into", "is", "it", "its",
    "last", "most", "my", "neither", "next", "no", "none", "not", "now", "of", "on", "one", "only", "or", "other",
    "our", "out", "she", "since", "so", "some", "such", "than", "that", "the", "their", "then", "there", "therefore",
    "these", "they", "this", "those", "to", "total", "two", "under", "until", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "with", "within", "without", "would", "yes", "you", "your"
})  # fmt: skip
"""Words that begin sentences and are no names."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """A part of an answer that nothing cited shows, with its sentence."""

    sentence: str
    what: str


def sentences_of(answer: str) -> list[str]:
    """Return the sentences of an answer, each line by itself."""
    return [part for found in _SENTENCE.finditer(answer) if (part := found[0].strip())]


def unproved(answer: str, shown: Iterable[str]) -> list[Unproved]:
    """Return what an answer claims that is not shown, in order.

    Parameters
    ----------
    answer : str
        The answer.
    shown : iterable of str
        The texts of the elements that it cites, and the words of the task itself.
    """
    proof = _Proof(list(shown))
    return [Unproved(each, what) for each in sentences_of(answer) for what in _claims_without(each, proof)]


def _claims_without(sentence: str, proof: _Proof) -> Iterator[str]:
    for found in _QUOTATION.finditer(sentence):
        if not proof.quotes(found[1]):
            yield found[1]
    for found in _NUMBER.finditer(sentence):
        if not proof.has_number(found[0]):
            yield found[0]
    is_first = True
    for found in _WORD.finditer(sentence):
        word = found[0].removesuffix("'s").removesuffix("’s")
        opens, is_first = is_first, False
        if word.casefold() in _COUNTS:
            if not (proof.has_word(word) or proof.has_number(_COUNTS[word.casefold()])):
                yield word
        elif word[:1].isupper() and not proof.has_word(word):
            if word.casefold() in _OPENERS and (opens or word == "I"):
                continue
            yield word


class _Proof:
    """The texts that prove the parts of an answer."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [" ".join(text.split()).casefold() for text in texts]
        self._words = {found[0].casefold() for text in texts for found in _WORD.finditer(text)}
        self._words |= {word.removesuffix("'s").removesuffix("’s") for word in self._words}
        self._numbers = {found[0] for text in texts for found in _NUMBER.finditer(text)}
        self._amounts = {amount for number in self._numbers if (amount := _amount(number)) is not None}

    def quotes(self, words: str) -> bool:
        said = " ".join(words.split()).casefold().rstrip(".,;:!?")
        return any(said in text for text in self._texts)

    def has_word(self, word: str) -> bool:
        return word.casefold() in self._words

    def has_number(self, number: str) -> bool:
        return number in self._numbers or ((amount := _amount(number)) is not None and amount in self._amounts)


def _amount(number: str) -> Decimal | None:
    """Return a number whose commas stand before groups of three digits; None for other forms, such as dates."""
    if not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", number):
        return None
    try:
        return Decimal(number.replace(",", ""))
    except InvalidOperation:
        return None
