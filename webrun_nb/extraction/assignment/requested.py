"""The request in the text of a task: its columns' names, one record or many, and which table or list.

The text is a wish in plain words, mostly English; the words for tables, ordinals and numbers are known in some other
languages too. What is not understood here is left to the caller: conditions and orders are not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from webrun_nb.extraction.naming.names import KIN, SYNONYM, Name, likeness, name_of
from webrun_nb.extraction.schema import ANSWER, Wanted

_LONGEST_TEXT = 4000
"""Characters of the text that are looked at."""
_TABLE_WORD = r"tables?|grids?|tabellen?|tableaux?|tablas?|tabelas?|tabelle|tabella|таблиц\w{0,3}|جدول|表格?"
_TABLE = rf"(?:{_TABLE_WORD}|lists?|listen?|listes?|listas?|спис\w{{0,4}})"
"""The words for a table or list, in some languages."""
_ORDINALS = (
    ("first", "1st", "erste", "ersten", "première", "premier", "primera", "primer", "prima", "primeira", "первая"),
    ("second", "2nd", "zweite", "zweiten", "deuxième", "seconde", "segunda", "segundo", "seconda", "вторая"),
    ("third", "3rd", "dritte", "dritten", "troisième", "tercera", "terza", "terceira", "третья"),
    ("fourth", "4th", "vierte", "vierten", "quatrième", "cuarta", "quarta", "четвёртая"),
    ("fifth", "5th", "fünfte", "fünften", "cinquième", "quinta", "пятая"),
    ("sixth", "6th", "sechste", "sechsten", "sixième", "sexta", "sesta"),
)
"""Words for the numbers from one on."""
_LAST = ("last", "letzte", "letzten", "dernière", "última", "ultima", "последняя")
_NUMBER_OF = {word: number for number, words in enumerate(_ORDINALS, 1) for word in words} | dict.fromkeys(_LAST, -1)
_NTH = re.compile(rf"\b({'|'.join(map(re.escape, _NUMBER_OF))})\s+{_TABLE}", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"\b(?:{_TABLE_WORD})\s{{0,3}}(?:no\.?|nr\.?|n°|№|#)?\s{{0,3}}(\d{{1,3}})(?!\w|[.,]\d)", re.IGNORECASE
)
"""Table 2; "list 45 jobs" names no list."""
_ALL = re.compile(
    rf"\b(?:both|all|each|beiden?|alle|allen|les\s+deux|toutes\s+les|ambas|ambos|todas\s+las|entrambe|обе|все)"
    rf"\s+(?:(?:the|of|of\s+the|die|der|las|los|le)\s+)?(?:\w{{1,20}}\s+)?{_TABLE}",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"\b(?:the|die|der|la|le|el|il)\s+[\"“„«']?((?:(?!(?:the|of|in|on|from|der|die|la|le|de)\b)[\w'’&-]{{1,30}}\s+){{1,5}}?)"
    rf"[\"”“»']?{_TABLE}\b",
    re.IGNORECASE,
)
"""The households table."""
_TABLE_OF = re.compile(
    rf"\b{_TABLE}\s+(?:of|called|named|titled|about|under|headed|for|von|der|de|des|del|della)\s+(?:the\s+)?"
    r"[\"“„«']?([\w'’&\- ]{2,60})",
    re.IGNORECASE,
)
"""The table of households."""
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{2,80})[\"”“»]")
_MANY = re.compile(
    r"\b(?:list|all|every|each|both|rows|records|items|entries|alle|liste|tous|toutes|todos|todas|tutti|tutte|все)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\bthe\s+(?:\w{1,30}\s+){0,2}\w{1,30}(?<!s)['’]s\b"  # the product's price
    r"|\bthis\s+(?!page\b|site\b|table\b|list\b)\w{1,30}"
    r"|\b(?:of|for)\s+the\s+(?:product|article|item|event|job|recipe|book|film|movie)\b",
    re.IGNORECASE,
)
_OF_THE_PAGE = re.compile(r"\b(?:of|for)\s+the\s+page\b|\bthis\s+(?:page|site)\b", re.IGNORECASE)
"""The page is one thing, unless the words before say that it lists several."""
_SUBJECT = re.compile(
    r"\b(?:list|get|extract|find|show|give\s+me|collect|read)\s+(?:me\s+)?(?:(?:all|each|every|both)\s+)?(?:of\s+)?(?:the\s+)?"
    r"((?:[\w'’-]{1,30}\s+){0,3}?[\w'’-]{1,30}?)(?=\s+(?:with|and|from|in|on|of|by|where|that|which|under|over)\b|[,.:;(]|$)",
    re.IGNORECASE,
)
"""What is listed: "List the funds with …"."""
_SEPARATOR = re.compile(
    r"[,;:.!?()\n]|(?:^|[.!?\n])\s{0,9}(?:please\s)?list\b|\b(?:and|with|its|their|und|mit|et|avec|y|con|e|com|met|en|och|med|og|i|z|и|с)\b",
    re.IGNORECASE,
)
_LONGEST_PHRASE = 6
_QUANTIFIERS = frozenset({"all", "every", "each", "both", "the", "alle", "tous", "toutes", "todos", "todas", "tutti"})


@dataclass(frozen=True, slots=True)
class Requested:
    """The request in a text.

    Parameters
    ----------
    many : bool or None
        Whether it speaks of several things or of one; None where it does not tell.
    number : int
        The number of the table that it names, from 1; -1 for the last; 0 without one.
    all_tables : bool
        Whether it asks for "both tables" or "all tables".
    places : tuple of Name
        What it calls the table or list.
    subject : Name
        What is listed.
    phrases : tuple of str
        Its parts that may name columns.
    words : frozenset of str
        The stems of all of its words.
    joins_all : bool
        True to take all tables that have the same headings as one list, whatever the text says of their titles: the
        caller selects among the rows.
    """

    many: bool | None = None
    number: int = 0
    all_tables: bool = False
    places: tuple[Name, ...] = ()
    subject: Name = Name()  # noqa: RUF009 - it is frozen
    phrases: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    joins_all: bool = False


def requested_of(text: str) -> Requested:
    """Read what a text asks for.

    >>> asked = requested_of("List the talks of the second table with title and speaker")
    >>> asked.many, asked.number, asked.phrases
    (True, 2, ('the talks of the second table', 'title', 'speaker'))
    """
    text = text[:_LONGEST_TEXT]
    nth, numbered = _NTH.search(text), _NUMBERED.search(text)
    number = _NUMBER_OF[nth[1].lower()] if nth else int(numbered[1]) if numbered else 0
    places = [*_CALLED.findall(text), *_TABLE_OF.findall(text), *_QUOTED.findall(text)]
    names = [_without_ordinals(name_of(place)) for place in places]
    subject = _SUBJECT.search(text)
    one = bool(_ONE.search(text))
    phrases = tuple(part for part in (part.strip() for part in _SEPARATOR.split(text)) if part)
    return Requested(
        many=False if one else True if _MANY.search(text) else False if _OF_THE_PAGE.search(text) else None,
        number=number,
        all_tables=bool(_ALL.search(text)),
        places=tuple(name for name in names if name.words),
        subject=name_of(subject[1]) if subject else Name(),
        phrases=phrases,
        words=frozenset(word.stem for sentence in phrases for word in name_of(sentence).words),
    )


def _without_ordinals(name: Name) -> Name:
    kept = tuple(w for w in name.words if w.text not in _NUMBER_OF and w.text not in ("both", "all", "same", "whole"))
    return replace(name, words=kept)


def phrases_for(columns: Sequence[Wanted], requested: Requested) -> dict[str, tuple[Name, ...]]:
    """Return what the text calls the columns, by column: "quantity" for `qty`, "the price in euros" for `price`.

    A phrase belongs to the column whose name it is most like, and a column has the phrase that is most like it. The
    values of an answer without names may be called by any part of the text.
    """
    if [wanted.name for wanted in columns] == [ANSWER]:
        parts = [requested.subject, *map(name_of, requested.phrases)]
        parts += [Name((word,)) for part in parts for word in part.words]
        return {ANSWER: tuple(dict.fromkeys(part for part in parts if 0 < len(part.words) <= _LONGEST_PHRASE))}
    names = {wanted.name: name_of(wanted.last) for wanted in columns}
    subject = {word.stem for word in requested.subject.words}
    best: dict[str, tuple[bool, float, Name]] = {}
    for phrase in requested.phrases:
        said = name_of(phrase)
        if not 0 < len(said.words) <= _LONGEST_PHRASE:
            continue
        scores = {column: _resemblance(name, said) for column, name in names.items()}
        column, score = max(scores.items(), key=lambda pair: pair[1], default=("", 0.0))
        rivals = [other for other, value in scores.items() if value >= score - 1e-9]
        # "all parts" is what is listed: it names a column only where nothing else does
        is_field = {word.stem for word in said.words if word.text not in _QUANTIFIERS} != subject
        if score >= KIN and len(rivals) == 1 and (is_field, score) > best.get(column, (False, 0.0))[:2]:
            best[column] = (is_field, score, said)
    return {column: (said,) for column, (_, _, said) in best.items()}


def _resemblance(name: Name, said: Name) -> float:
    """Compare a column's name with a phrase, which may say more: "the closing date of each bank"."""
    # a phrase that is looked up as one word has its words joined in the stem: "part_number"
    stems = {word.stem for word in said.words}.union(*(word.stem.split("_") for word in said.words))
    met = sum(word.stem in stems or bool(word.concepts & said.concepts) for word in name.words)
    share = met / len(name.words) if name.words else 0.0
    return max(likeness(name, said), share * SYNONYM * (0.8 + 0.2 * met / len(said.words)))
