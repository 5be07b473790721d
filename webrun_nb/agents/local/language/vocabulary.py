"""The words of the language (`vocabulary.toml`): as terminals of the grammar, and by what they stand for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

_END = r"(?![\w'])"
_WORDS_OF_TERMINALS = ("verbs", "prepositions", "joins", "tests")
"""Tables whose keys are terminals of the grammar."""
_TERMINALS_OF_TABLES = {
    "ROLE": "roles", "QUALITY": "qualities", "ORDINAL": "ordinals", "SUPERLATIVE": "superlatives", "CASE": "cases",
    "TIMES": "times", "UNIT": "units", "STYLE": "styles", "RESULT": "results",
}  # fmt: skip
"""Terminals that stand for all words of a table."""
_PLURALS = frozenset({"roles", "units"})


@cache
def tables() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the tables of the vocabulary: by name, the words of each key."""
    text = (files("webrun_nb.agents.local.language") / "vocabulary.toml").read_text(encoding="utf-8")
    return {name: {key: tuple(words) for key, words in table.items()} for name, table in tomllib.loads(text).items()}


@cache
def _by_word(table: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key, words in tables()[table].items():
        for word in words:
            found.setdefault(word, key)
            if table in _PLURALS:
                found.setdefault(plural(word), key)
    return found


def plural(word: str) -> str:
    """Return the plural of a noun of the vocabulary."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "ch", "s")) else f"{word}s"


def key_of(table: str, words: str) -> str:
    """Return what words stand for in a table; empty if it does not have them.

    >>> key_of("roles", "Text fields")
    'field'
    """
    return _by_word(table).get(" ".join(words.lower().split()), "")


def role_of(words: str) -> str:
    """Return the role that people call so; empty for other words."""
    return key_of("roles", words)


def ordinal_of(words: str) -> int | None:
    """Return the number of an ordinal ("third", "22nd", "last": -1); None for other words."""
    if known := key_of("ordinals", words):
        return int(known)
    digits = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", words.strip().lower())
    return int(digits[1]) if digits else None


def times_of(words: str) -> int:
    """Return how often "three times" says that something is done."""
    if known := key_of("times", words):
        return int(known)
    digits = re.match(r"\d{1,3}", words.strip())
    return int(digits[0]) if digits else 1


_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip


def count_of(words: str) -> int | None:
    """Return the number that "three" or "3" says; None for other words."""
    word = words.strip().lower()
    return _NUMBERS.get(word) or (int(word) if re.fullmatch(r"\d{1,3}", word) else None)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of words and phrases, the longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


def _whole(words: Iterable[str]) -> str:
    return any_of(words) + _END


_NO_VERB = (
    r"(?!(?:for|if|unless|until|when|where|why|who|whom|whose|what|which|how|in|on|at|of|the|an?|with|from|to|by|as|and|or"
    r"|not|is|are|do|does|did|has|have|can|could|should|would|will|there|it|this|that|these|those|i|you|he|she|we|they"
    r"|scroll|wait|transfer|wire|pay|hello|hi|translate|please|make|be|let|send\s+\d+|do)(?!\w))"
)
"""Words that a clause with a verb of the page's own ("archive the first email") does not begin with."""


@cache
def terminals() -> Mapping[str, str]:
    """Return the pattern of each terminal of the grammar."""
    found: dict[str, list[str]] = {}
    for name in _WORDS_OF_TERMINALS:
        for key, words in tables()[name].items():
            found[key] = list(words)
    for terminal, name in _TERMINALS_OF_TABLES.items():
        found[terminal] = [
            form
            for words in tables()[name].values()
            for word in words
            for form in ((word, plural(word)) if name in _PLURALS else (word,))
        ]
    found["DIRECTION"] = [w for name in ("directions", "orders") for words in tables()[name].values() for w in words]
    patterns = {name: _whole(words) for name, words in found.items()}
    patterns["ORDINAL"] = rf"(?:\d{{1,3}}(?:st|nd|rd|th){_END}|{patterns['ORDINAL']})"
    patterns["TIMES"] = rf"(?:\d{{1,3}}\s+times{_END}|{patterns['TIMES']})"
    patterns["STYLE"] = rf"(?:{patterns['STYLE']}|{_whole(tables()['qualities']['colour'])})"
    patterns["COUNT"] = rf"(?:\d{{1,3}}|{any_of(_NUMBERS)}){_END}"
    patterns["NUMBER"] = rf"[-+]?\d[\d.,]*(?<![.,]){_END}"
    patterns["VERB"] = _NO_VERB + r"[^\W\d_]{2,}(?:\s+(?:out|up|off|down))?" + _END
    stops = [name for name in found if name not in tables()["verbs"] and name != "STYLE"]
    stop = "|".join(patterns[name] for name in stops)
    word = r"[^\s\",;>“”]+"
    patterns["RUN"] = rf"(?!(?:{stop})|[:#](?:\s|$)){word}(?:\s+(?!(?:{stop})|[:#](?:\s|$)){word})*"
    return patterns
