"""Likeness of names: what a column is called by the user ("bank_name"), and what the page calls it ("Bank Name").

A name is split into words. Two words are alike if they are the same, if they share a stem, or if they stand for the
same concept (`concepts.txt`, in many languages); the likeness of two names is made of that of their words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from webrun_nb.extraction.naming.concepts import OTHERS, RELATED, concept_words

SYNONYM, STEM, KIN = 0.92, 0.85, 0.5
"""Likeness of two words for one concept, of two forms of one word, and of words for related concepts."""
_PART = 0.97
"""Weight of the likeness of a part of a label: without its brackets, or without the headings above it."""
_NAME_OF_ANOTHER = 0.55
_ELSEWHERE = 0.5
"""Weight of a number's likeness ("2024") if the headings above it are about something else."""
_NAMED = frozenset({"name", "item", "model", "talk", "job", "person", "player"})
"""The concepts whose name is that of the row: the name of a product in a list of products."""
_LONGEST_NAME = 160
"""Characters of a name that are looked at: a longer text is no name."""
_MOST_WORDS = 14
_LONGEST_PHRASE = 3
"""Words of the longest phrase in `concepts.txt`."""
_SHORTEST_TAIL = 4
"""Letters that the last part of a compound has at least ("Listenpreis"); more if its first part is not known."""

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640]+")
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_MEASURE = re.compile(r"(?<![\d.,])(\d{1,6})(?:[.,]0{1,3})?\s?(kg|mg|g|ml|l|cm|mm|km|m|oz|lb|gb|mb|tb)\b")
"""A measure in a name is one word: "100.0 g" is "100g"."""
_YEAR = re.compile(r"(?<![^\W\d_])(?:y|yr|fy|year)[ _]?((?:19|20)\d\d)\b")
"""A year in a name that can't begin with a digit: "y2023", "year_2023"."""
_BRACKETED = re.compile(r"\([^()]{1,60}\)|\[[^\[\]]{1,60}\]")
_LETTER = "(?:[^\\W_]|[\u0900-\u0963\u0966-\u0dff\u0e01-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff])"
"""A letter or digit; of scripts whose vowels are marks, the marks too."""
_WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LONG_WORD = 8
_NUMBER_OF = frozenset(
    {"no", "nr", "number", "nummer", "numero", "code", "codigo", "kod", "id", "номер", "код", "番号"}
)
"""Last words of the headings of numbers that stand for things."""
_COUNTS = ("number", "quantity", "unit")
_SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELLED_SPAN = re.compile(rf"\b({'|'.join(_SPELLED)})[ -](?=(?:year|month|week|day|quarter|hour)s?\b)")
"""A number in words before a unit of time: "one-year return" is "1-year return"."""
_PIECES = frozenset(
    {
        "pcs",
        "pc",
        "stk",
        "stck",
        "st",
        "шт",
        "szt",
        "ks",
        "db",
        "pz",
        "uds",
        "adet",
        "tk",
        "kpl",
        "бр",
        "個",
        "개",
        "件",
    }
)
"""Units of what is counted, at the end of a heading."""
_COUNTED = frozenset({"availability", "quantity", "pack", "number"})
"""Concepts of columns of counts."""
_ABOVE_UNIT = 0.95
"""The weight of the headings above one that only says how values are counted."""
_PER = re.compile(
    r"(?:\b(?:per|pro|par|por|je|na|za|на)\s|/)\s{0,3}(?:\d{1,4}\s?)?"
    r"(?:kg|g|l|ml|lb|lbs|oz|m2|m3|sqm|sq ft|ft2|km2|km|kilo|kilogram\w?|litre|liter|litro|capita|head|kopf|inhabitant"
    r"|einwohner|habitante?|tete|кг|л|душу|чел)\b"
    r"|\bpro-kopf|\bper-capita|\bau (?:kilo|litre|m2)\b|\bal (?:kilo|litro|kg)\b"
)
"""One of something, of which an amount is told, in a plain text."""
_OF_ONE = frozenset({"each", "unit"})
"""Concepts of columns that ask for such amounts."""
_OTHER_SHARE = 0.4
_DIGRAPH = re.compile("([aou])e")
"""An umlaut as it is written without one, in names of columns: "bevoelkerung"."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts whose words stand without spaces between them, or take endings without a break."""
_STOP = frozenset(
    {
        *(
            "the",
            "a",
            "an",
            "of",
            "for",
            "to",
            "in",
            "on",
            "at",
            "is",
            "are",
            "its",
            "their",
            "this",
            "that",
            "and",
            "or",
        ),
        *("by", "with", "from", "per", "as", "der", "die", "das", "des", "dem", "den", "von", "im", "und", "für", "le"),
        *("la", "les", "de", "du", "d", "l", "et", "en", "el", "los", "las", "del", "y", "di", "il", "lo", "gli", "e"),
        *(
            "do",
            "da",
            "dos",
            "o",
            "os",
            "van",
            "het",
            "een",
            "och",
            "i",
            "og",
            "w",
            "z",
            "и",
            "в",
            "на",
            "по",
            "с",
            "из",
            "من",
            "في",
        ),
    }
)
"""Words that are left out of a name that has others."""
_UNITS = {
    "usd": "$", "dollar": "$", "us$": "$", "eur": "€", "euro": "€", "gbp": "£", "pound": "£", "sterling": "£",
    "jpy": "¥", "yen": "¥", "cny": "¥", "yuan": "¥", "inr": "₹", "rupee": "₹", "rs": "₹", "chf": "CHF",
    "franken": "CHF", "franc": "CHF", "rub": "₽", "руб": "₽", "pln": "zł", "zł": "zł", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "czk": "Kč", "kč": "Kč", "brl": "R$", "aud": "AUD", "cad": "CAD", "krw": "₩", "won": "₩",
    "kg": "kg", "kilogram": "kg", "kilo": "kg", "g": "g", "gram": "g", "mg": "mg", "lb": "lb", "oz": "oz", "t": "t",
    "ounce": "oz", "km": "km", "kilometre": "km", "kilometer": "km", "mi": "mi", "mile": "mi", "m": "m", "metre": "m",
    "meter": "m", "cm": "cm", "mm": "mm", "ft": "ft", "feet": "ft", "foot": "ft", "inch": "in", "l": "l", "ml": "ml",
    "litre": "l", "liter": "l", "km2": "km2", "sqkm": "km2", "m2": "m2", "sqm": "m2", "ha": "ha", "mi2": "mi2",
    "kwh": "kWh", "kw": "kW", "hp": "hp", "celsius": "°C", "fahrenheit": "°F", "mb": "MB", "gb": "GB", "tb": "TB",
    "kb": "kB", "min": "min", "minute": "min", "sec": "s", "second": "s", "million": "million", "mio": "million",
    "mn": "million", "millionen": "million", "млн": "million", "billion": "billion", "bn": "billion", "mrd": "billion",
    "milliarden": "billion", "млрд": "billion", "thousand": "thousand", "tausend": "thousand", "тыс": "thousand",
    "кг": "kg", "г": "g", "км": "km", "м": "m", "см": "cm", "мм": "mm", "л": "l",
    "pct": "%", "percent": "%", "prozent": "%",
}  # fmt: skip
"""Words and abbreviations in names that only say how a value is measured, with what they stand for."""
_SIGNS = frozenset("€$£¥₹₽₩%")


_BOUNDS = {
    word: bound
    for bound, words in {
        "from": "from since starting ab von seit depuis desde dal dalla od vanaf från fra alkaen от с з"
        " من از से から 부터 自",
        "to": "to until till through bis jusque hasta até fino tot do til saakka до по إلى حتى تا तक まで 까지 至",
    }.items()
    for word in words.split()
}
"""Words at an end of a name that say which end of a period or a range it is: "Valid from", "Gültig bis"."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name, with what it stands for."""

    text: str
    stem: str
    concepts: frozenset[str] = frozenset()
    is_number: bool = False

    def __hash__(self) -> int:
        """Return the hash of its text, which is cheap: words are the keys of caches."""
        return hash(self.text)


@dataclass(frozen=True)
class Name:
    """A name as its words, and the units that it names."""

    words: tuple[Word, ...] = ()
    units: frozenset[str] = frozenset()
    bound: str = ""
    """The end of a period or a range that it names: `from`, `to`, or neither."""
    is_per: bool = False
    """True for what is told of one of something else: "price per kg", "GDP per capita"."""

    def __hash__(self) -> int:
        """Return the hash of its words as one, which is cheap: names are the keys of caches."""
        return hash(self.joined)

    @cached_property
    def joined(self) -> str:
        """Its words as one."""
        return "".join(word.text for word in self.words)

    @cached_property
    def concepts(self) -> frozenset[str]:
        """All that its words stand for."""
        return frozenset().union(*(word.concepts for word in self.words))

    def is_about(self, *concepts: str) -> bool:
        """Tell whether each of its words stands for one of the concepts."""
        return bool(self.words) and all(word.concepts & set(concepts) for word in self.words)


@lru_cache(maxsize=16384)
def name_of(text: str) -> Name:
    """Split a text into the words of a name.

    >>> [word.text for word in name_of("priceEach_USD").words], name_of("priceEach_USD").units
    (['price', 'each'], frozenset({'$'}))
    """
    folded = plain(_CAMEL.sub(" ", text[:_LONGEST_NAME])).replace("_", " ").replace("#", " number ")
    folded = _YEAR.sub(r" \1 ", _MEASURE.sub(r" \1\2 ", folded))
    folded = _SPELLED_SPAN.sub(lambda match: f" {_SPELLED.index(match[1]) + 1} ", folded)
    units = {char for char in folded if char in _SIGNS}
    texts = _WORD.findall(folded)[:_MOST_WORDS]
    words = tuple(_words_of(texts))
    named = tuple(word for word in words if word.text not in _STOP) or words
    units |= {_unit(word.text) for word in named} - {""}
    # "Km" alone is what the column is called.
    bound = _BOUNDS.get(texts[-1]) or _BOUNDS.get(texts[0], "") if len(texts) > 1 else ""
    kept = tuple(word for word in named if not _unit(word.text)) or named
    # "Stock (pcs.)" counts pieces; "Price (pcs.)" is that of a piece.
    if len(kept) > 1 and kept[-1].text in _PIECES and kept[0].concepts & _COUNTED:
        kept = kept[:-1]
    return Name(kept, frozenset(units), bound, _PER.search(folded) is not None)


def plain(text: str) -> str:
    """Return a text in lower case, in its plainest characters: without accents, "m²" as "m2"."""
    decomposed = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).casefold()


@lru_cache(maxsize=16384)
def likeness(wanted: Name, found: Name) -> float:
    """Compare two names.

    Returns
    -------
    float
        1 for the same words, 0 for nothing in common. The part of `wanted` that is met weighs more than the part of
        `found` that is explained. A number that `wanted` has and `found` has not ("year_2023", "2022"), other units
        ("price_usd", "Price in €") or other ends ("valid_from", "Valid to") make them different; so does a word that
        makes another quantity of what it stands beside ("price", "shipping price").
    """
    if not wanted.words or not found.words or _units_differ(wanted, found):
        return 0.0
    if wanted.bound and found.bound and wanted.bound != found.bound:
        return 0.0
    share = _OTHER_SHARE if found.is_per and not (wanted.is_per or wanted.concepts & _OF_ONE) else 1.0
    if wanted.joined == found.joined:
        return share
    met = [max(_word_likeness(word, other) for other in found.words) for word in wanted.words]
    explained = [max(_word_likeness(other, word) for word in wanted.words) for other in found.words]
    if _numbers_differ(wanted, found):
        return 0.0
    score = share * (0.7 * _mean(wanted, met) + 0.3 * _mean(found, explained))
    for name, alike in ((wanted, met), (found, explained)):
        beside = len(name.words) > 1
        if beside and any(part < STEM and word.concepts & OTHERS for word, part in zip(name.words, alike, strict=True)):
            score *= 0.5
    if _is_name_of_another(found, explained) or _is_number_of(wanted, found):
        score *= _NAME_OF_ANOTHER
    if any(word.is_number and part < 1 for word, part in zip(found.words, explained, strict=True)):
        score *= 0.9
    return score


def has_words(name: Name, asked: Name) -> bool:
    """Tell whether a name has each of the words of another, in any language, and more words than it.

    >>> has_words(name_of("Preis je Packung"), name_of("price")), has_words(name_of("Preis"), name_of("price"))
    (True, False)
    """
    met = all(any(_word_likeness(word, other) >= STEM for other in name.words) for word in asked.words)
    return bool(asked.words) and met and len(name.words) > len(asked.words)


def are_different(one: Name, other: Name) -> bool:
    """Tell names that are known to be about different things, as "title" and "speaker" are.

    >>> are_different(name_of("title"), name_of("speaker")), are_different(name_of("room A"), name_of("room B"))
    (True, False)
    """
    if not one.concepts or not other.concepts or one.concepts & other.concepts:
        return False
    return not any(frozenset((a, b)) in RELATED for a in one.concepts for b in other.concepts)


def _is_number_of(wanted: Name, found: Name) -> bool:
    """Tell whether a heading is the number of what was asked for: "Hersteller-Nr.", for "manufacturer"."""
    if len(found.words) < 2 or found.words[-1].text not in _NUMBER_OF:
        return False
    return not any(word.is_number or word.concepts & {"identifier", "number", "gtin"} for word in wanted.words)


def _is_name_of_another(found: Name, explained: list[float]) -> bool:
    """Tell whether a heading is the name of something that was not asked for: "Brand name", for "name"."""
    is_name = any("name" in word.concepts for word in found.words)
    others = (word for word, part in zip(found.words, explained, strict=True) if part < KIN)
    return is_name and any(word.concepts and not word.concepts & _NAMED for word in others)


def path_likeness(wanted: Name, labels: Iterable[str]) -> float:
    """Compare a name with a column's headings, from the outermost to its own.

    Its own heading counts with all of its words, those above it with the words that the name has: "Population on 31
    December", "2024" is the "population_2024", and under "Population change" it is not. Under other headings a number
    alone says nothing.
    """
    path = tuple(label for label in labels if label)
    return _path_likeness(wanted, path) if path else 0.0


@lru_cache(maxsize=16384)
def _path_likeness(wanted: Name, path: tuple[str, ...]) -> float:
    score = _label_likeness(wanted, path[-1])
    if len(path) == 1:
        return score
    own, above = name_of(path[-1]), name_of(" ".join(dict.fromkeys(path[:-1])))
    whole = likeness(wanted, name_of(" ".join(dict.fromkeys(path))))
    if own.is_about(*_COUNTS):  # a row of units: "Population", "Men", "Number"
        whole = max(whole, path_likeness(wanted, path[:-1]) * _ABOVE_UNIT)
    shared = tuple(word for word in above.words if _is_met(word, wanted.words) and word not in own.words)
    if shared:
        different = tuple(word for word in above.words if word.concepts & OTHERS and word not in shared)
        joined = Name(different + shared + own.words, own.units | above.units, own.bound)
        return max(whole, likeness(wanted, joined))
    if all(word.is_number for word in own.words) and not all(map(_is_general, wanted.words)):
        return whole * _ELSEWHERE
    return max(whole, score * _PART)


def _is_general(word: Word) -> bool:
    """Tell whether a word can be said of any number: "2024", "value"."""
    return word.is_number or bool(word.concepts & {"amount", "number", "total", "year"})


def _is_met(word: Word, others: Iterable[Word]) -> bool:
    return any(_word_likeness(word, other) >= STEM for other in others)


def _label_likeness(wanted: Name, label: str) -> float:
    """Compare a name with one heading, also without what stands in brackets: "Price each (ex VAT)"."""
    score, bare = likeness(wanted, name_of(label)), _BRACKETED.sub(" ", label)
    if bare == label or score == 1 or _units_differ(wanted, name_of(label)):
        return score
    return max(score, likeness(wanted, name_of(bare)) * _PART)


def _units_differ(one: Name, other: Name) -> bool:
    return bool(one.units and other.units and not one.units & other.units)


def _numbers_differ(wanted: Name, found: Name) -> bool:
    asked = {word.text for word in wanted.words if word.is_number}
    return bool(asked) and not asked <= {word.text for word in found.words}


def _mean(name: Name, parts: list[float]) -> float:
    weights = [2.0 if word.is_number else 1.0 for word in name.words]
    return sum(weight * part for weight, part in zip(weights, parts, strict=True)) / sum(weights)


@lru_cache(maxsize=65536)
def _word_likeness(one: Word, other: Word) -> float:
    if one.text == other.text or _DIGRAPH.sub(r"\1", one.text) == _DIGRAPH.sub(r"\1", other.text):
        return 1.0
    if one.is_number or other.is_number:
        return 0.0
    if one.concepts & other.concepts:
        return SYNONYM
    if one.stem == other.stem:
        return STEM
    if any(frozenset((a, b)) in RELATED for a in one.concepts for b in other.concepts):
        return KIN
    short, long = sorted((one.text, other.text), key=len)
    if one.concepts and other.concepts:
        return 0.0
    is_end = len(short) >= _LONG_WORD and long.endswith(short)  # "Bürgermeister", "Oberbürgermeister"
    return KIN if is_end or (len(short) >= 3 and long.startswith(short)) else 0.0


def _unit(word: str) -> str:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"), "")


def _words_of(words: list[str]) -> Iterable[Word]:
    """Yield words, with phrases that are known joined and with compounds cut."""
    known = _known()
    first = 0
    while first < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - first), 1, -1):
            phrase = "_".join(words[first : first + length])
            if concepts := known.get(phrase):
                yield Word(phrase.replace("_", ""), phrase, concepts)
                first += length
                break
        else:
            yield from _parts(words[first])
            first += 1


def _parts(word: str) -> list[Word]:
    if _NUMBER.fullmatch(word):
        return [Word(word, word, is_number=True)]
    for form in (word, _DIGRAPH.sub(r"\1", word)):
        if concepts := _concepts(form):
            return [Word(form, _stemmer()(form), concepts)]
    if _UNSPACED.search(word):
        return _cut_unspaced(word) or [Word(word, word)]
    return _cut_compound(word) or _cut_compound(_DIGRAPH.sub(r"\1", word)) or [Word(word, _stemmer()(word))]


def _concepts(word: str) -> frozenset[str]:
    """Look a word up, also without the ending of a plural or a case."""
    known = _known()
    for form in (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word[:-3] + "y" if word.endswith("ies") else "",
    ):
        if found := known.get(form):
            return found
    return known.get(word[:-1], frozenset()) if len(word) > 5 and not word.isascii() else frozenset()


def _cut_compound(word: str) -> list[Word]:
    """Cut a compound whose last part is known: "Listenpreis" is "liste" and "preis"."""
    for start in range(3, len(word) - _SHORTEST_TAIL + 1):
        tail = word[start:]
        if concepts := _known().get(tail):
            head = word[:start]
            for form in (head, head.removesuffix("s"), head.removesuffix("n"), head.removesuffix("en"), f"{head}e"):
                if before := _known().get(form):
                    return [Word(form, form, before), Word(tail, tail, concepts)]
            if len(head) > 3 and len(tail) > _SHORTEST_TAIL:
                return [Word(head, head), Word(tail, tail, concepts)]
    return []


def _cut_unspaced(word: str) -> list[Word]:
    """Cut a text without spaces at the longest known words; what lies between them are words too."""
    known, words, unknown, first = _known(), list[Word](), "", 0
    while first < len(word):
        for end in range(min(len(word), first + 12), first, -1):
            if concepts := known.get(word[first:end]):
                if unknown:
                    words.append(Word(unknown, unknown))
                    unknown = ""
                words.append(Word(word[first:end], word[first:end], concepts))
                first = end
                break
        else:
            unknown += word[first]
            first += 1
    return [*words, Word(unknown, unknown)] if unknown and words else words


@cache
def _known() -> dict[str, frozenset[str]]:
    known: dict[str, set[str]] = {}
    for concept, words in concept_words().items():
        for word in words:
            known.setdefault(plain(word), set()).add(concept)
    return {word: frozenset(concepts) for word, concepts in known.items()}


@cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem: Callable[[str], str] = lru_cache(maxsize=16384)(snowballstemmer.stemmer("english").stemWord)
    return stem
