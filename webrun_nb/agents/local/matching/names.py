"""Compares the words of a sentence with the names on a page.

A score is 1 for the same text, less for what differs in case, signs, form or word, and 0 for nothing alike. What a
sentence puts in quotes is taken word by word: forms, synonyms and misspellings count for unquoted names alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files

CERTAIN = 0.5
"""Below this, a thing is only a near miss."""
_MAX_COMPARED = 300
"""Characters of a text that are compared."""
_MIN_MISSPELT = 5
_MAX_PHRASE = 3
_TABLE = tomllib.loads((files("webrun_nb.agents.local.matching") / "synonyms.toml").read_text(encoding="utf-8"))
_SMALL_WORDS = frozenset({"the", "a", "an", "of", "to", "for", "your", "my", "this", "in", "on", "us", "our"})


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """Lower case, single spaces, no punctuation around."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s&+@.%/#-]", " ", text[:MAX_NORMAL].casefold())).strip(" .:-#")


MAX_NORMAL = 4_000


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text, as names are compared: stems, in lower case."""
    return tuple(stem(word) for word in re.split(r"[\W_]+", text[:_MAX_COMPARED].casefold()) if word)


def stem(word: str) -> str:
    """Return a word without the ending of a plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _canonical() -> Mapping[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for words in _TABLE["same"]:
        for each in words:
            key = tokens(each) or (each,)
            table.setdefault(key, words[0])
    return table


_CANONICAL = _canonical()
_SIGNS: Mapping[str, str] = {key[0]: name for key, name in _CANONICAL.items() if not re.search(r"\w", key[0])}
_FILLERS = frozenset(_TABLE["icon_fillers"])


@lru_cache(maxsize=20_000)
def meanings(text: str) -> tuple[str, ...]:
    """Return the words of a text with one word for each of several that mean the same."""
    sign = _SIGNS.get(text.strip())
    if sign is not None:
        return (sign,)
    words, found, at = tokens(text), [], 0
    while at < len(words):
        for length in range(min(_MAX_PHRASE, len(words) - at), 0, -1):
            same = _CANONICAL.get(words[at : at + length])
            if same is not None or length == 1:
                found.append(same or words[at])
                at += length
                break
    return tuple(found)


def alike(words: str, text: str, *, is_quoted: bool = False) -> float:
    """Rate how well a text of the page fits the words of a sentence."""
    return _alike(words, text[:_MAX_COMPARED], is_quoted)


@lru_cache(maxsize=20_000)
def _alike(words: str, text: str, is_quoted: bool) -> float:
    if not text or not words:
        return 0.0
    if words == text:
        return 1.0
    said, shown = normal(words), normal(text)
    if not said:  # signs alone
        signs = words.strip()
        if signs == text.strip():
            return 1.0
        return 0.9 if not is_quoted and signs in _SIGNS and meanings(signs) == meanings(text) else 0.0
    if said == shown:
        return 0.99
    if _compact(said) == _compact(shown) != "" or _without_count(shown) == said:
        return 0.97
    if (at := _phrase_at(said, shown)) is not None:
        return 0.72 + 0.2 * len(said) / len(shown) + (0.03 if at == 0 else 0.0)
    return 0.0 if is_quoted else _loosely_alike(words, text)


def _loosely_alike(words: str, text: str) -> float:
    said, shown = meanings(words), meanings(text)
    if not said or not shown:
        return 0.0
    if said == shown:
        return 0.93 if tokens(words) == tokens(text) else 0.9
    large = [word for word in said if word not in _SMALL_WORDS] or list(said)
    among = set(shown)
    if all(word in among for word in large):
        return 0.66 + 0.2 * min(len(large) / len(shown), 1.0)
    begun = [word for word in large if word in among or any(_begins(word, other) for other in shown)]
    if len(begun) == len(large):
        return 0.58 + 0.1 * min(len(large) / len(shown), 1.0)
    # What is shown may say less than the sentence: "the submit order button" of a button "Submit".
    common = [word for word in shown if word in large]
    if len(common) == len(shown) and len(common) * 2 > len(large):
        return 0.5 + 0.1 * len(common) / len(large)
    return 0.0


def misspelt(words: str, text: str) -> float:
    """Rate a text that differs from the words in few letters: 0.52 for the same but for those, else 0."""
    said, shown = normal(words), normal(text)[: 2 * len(words) + 10]
    if len(said) < _MIN_MISSPELT or not shown or abs(len(said) - len(shown)) > 0.3 * len(said):
        return 0.0
    matcher = SequenceMatcher(None, said, shown)
    return (
        0.52
        if matcher.real_quick_ratio() >= 0.85 and matcher.quick_ratio() >= 0.85 and matcher.ratio() >= 0.85
        else 0.0
    )


def in_text(words: str, text: str) -> bool:
    """Return whether a normal text has the words: as they stand, or each of them in any form."""
    said = normal(words)
    if not said:
        return words.strip() in text
    if _phrase_at(said, text) is not None:
        return True
    large = [word for word in meanings(words) if word not in _SMALL_WORDS]
    return bool(large) and set(large) <= set(_long_meanings(text))


@lru_cache(maxsize=2_000)
def _long_meanings(text: str) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(text), _MAX_COMPARED - 40):
        found |= set(meanings(text[start : start + _MAX_COMPARED]))
    return frozenset(found)


@lru_cache(maxsize=5_000)
def icon_words(icon: str) -> str:
    """Return the words of a picture's classes and file name that may say what it shows."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", icon[:_MAX_COMPARED])
    words = [word for word in re.split(r"[\W_\d]+", split.casefold()) if len(word) > 2 and word not in _FILLERS]
    return " ".join(dict.fromkeys(words))


@lru_cache(maxsize=1_000)
def hints_of(words: str) -> frozenset[str]:
    """Return beginnings, one of which every text that fits the words at all has in lower case."""
    found: set[str] = set()
    for word in tokens(words):
        found.add(word[:3])
    said = set(meanings(words))
    for key, same in _CANONICAL.items():
        if same in said:
            found.add(key[0][:3])
    return frozenset(found)


def _begins(word: str, other: str) -> bool:
    """Return whether one of two words is the beginning of the other: "desc" and "description"."""
    return (len(word) >= 3 and other.startswith(word)) or (len(other) >= 4 and word.startswith(other))


def _compact(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _without_count(text: str) -> str:
    """Leave out a number at the end: "Cart (2)" is called Cart."""
    return re.sub(r"\s*\d{1,4}$", "", text)


def _phrase_at(words: str, text: str) -> int | None:
    """Return where a phrase stands as whole words; None where it does not."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        before = at == 0 or not (text[at - 1].isalnum() and words[0].isalnum())
        after = end == len(text) or not (text[end].isalnum() and words[-1].isalnum())
        if before and after:
            return at
        at = text.find(words, at + 1)
    return None
