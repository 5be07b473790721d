"""Pairs the words of a sentence with the columns of a schema: by the names alone, never by their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webrun_nb.agents.local.lists.names import SYNONYM, tokens, word_likeness

_PREFIX = 0.7
"""The likeness of a word and its long beginning ("descr", "description")."""
_UNITS = frozenset(
    {
        *("usd", "eur", "gbp", "chf", "jpy", "dollar", "euro", "pound", "cent", "percent", "pct", "each"),
        *("kg", "g", "mg", "lb", "oz", "km", "m", "cm", "mm", "mile", "ft", "inch", "l", "ml"),
        *("h", "min", "sec", "s", "day", "year", "k", "thousand", "million", "mn", "billion", "bn"),
    }
)
"""Words that only say how a value is measured."""
_ANSWERS = frozenset({"answer", "value", "result", "output", "response"})
"""Names of a column that stand for whatever is asked."""

Words = tuple[str, ...]


def paired(columns: Sequence[str], wishes: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give each column the words of the sentence that name it.

    A pair is made where the names are the same, else where they are synonyms, else where one contains the other; and
    only where each has no other partner of that kind.

    Parameters
    ----------
    columns : sequence of str
        Their names in the schema.
    wishes : sequence of str
        The words of the sentence for columns.

    Returns
    -------
    pairs : dict of str to str
        The columns in the schema's order, each with its words; empty where none were found.
    unpaired : tuple of str
        The words that name no column.
    """
    wishes = list({tokens(wish) or (wish,): wish for wish in reversed(wishes)}.values())[::-1]
    names = [tokens(column) for column in columns]
    said = [tokens(wish.split("(")[0]) or tokens(wish) for wish in wishes]
    pairs: dict[int, int] = {}
    for alike in (_same, _synonymous, _contained):
        pairs |= _unique_pairs(names, said, pairs, alike)
    if len(names) == len(said) == 1 and not pairs and set(names[0]) <= _ANSWERS:
        pairs[0] = 0
    made = {column: wishes[pairs[i]] if i in pairs else "" for i, column in enumerate(columns)}
    return made, tuple(wish for j, wish in enumerate(wishes) if j not in pairs.values())


def _unique_pairs(
    names: Sequence[Words], said: Sequence[Words], taken: dict[int, int], alike: Callable[[Words, Words], bool]
) -> dict[int, int]:
    free = [j for j in range(len(said)) if j not in taken.values()]
    likely = {i: [j for j in free if alike(name, said[j])] for i, name in enumerate(names) if i not in taken}
    counts = {j: sum(j in found for found in likely.values()) for j in free}
    return {i: found[0] for i, found in likely.items() if len(found) == 1 and counts[found[0]] == 1}


def _same(name: Words, said: Words) -> bool:
    return bool(name) and (sorted(name) == sorted(said) or "".join(name) == "".join(said))


def _synonymous(name: Words, said: Words) -> bool:
    return len(name) == len(said) > 0 and all(word_likeness(a, b) >= _PREFIX for a, b in zip(name, said, strict=True))


def _contained(name: Words, said: Words) -> bool:
    """Tell "pack price" for "price" and "price" for "price_usd"; "price" says nothing of "price_currency"."""
    short, long = sorted((name, said), key=len)
    if not short or not all(any(word_likeness(word, other) >= SYNONYM for other in long) for word in short):
        return False
    head = next((word for word in reversed(long) if word not in _UNITS), long[-1])
    return any(word_likeness(word, head) >= SYNONYM for word in short)
