"""Similarity of two column names: "bank_name" and "Bank Name", "price" and "product-cost"."""

from __future__ import annotations

import re
from functools import lru_cache

# A first letter that stands alone in lower case is no word of its own: "pH", "iPhone", "kWh".
_SPLIT = re.compile(r"(?<=[A-Za-z][a-z])(?=[A-Z])|[\W_\u00b2\u00b3\u00b9\u2070-\u209f]+")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
"""In a name they belong to it: "CO₂"."""
_MEASURE = re.compile(r"(\d+)(?:\.0+)?\s*(g|kg|mg|ml|l|cm|mm|m|km|oz|lb|gb|mb|tb|%)\b", re.IGNORECASE)
_STOP = frozenset(
    ["the", "a", "an", "of", "for", "to", "in", "on", "at", "is", "are", "its", "their", "this", "that", "and", "or"]
)
# Parts of class names that say nothing about what the text is.
_STYLE = frozenset(
    [
        "col",
        "md",
        "lg",
        "sm",
        "xs",
        "row",
        "div",
        "span",
        "text-muted",
        "js",
        "css",
        "el",
        "wrap",
        "wrapper",
        "container",
        "box",
        "inner",
        "outer",
        "item",
        "card",
        "u",
        "is",
        "has",
        "btn",
        "block",
        "lead",
        "mb",
        "mt",
        "p",
        "h5",
        "h4",
        "h3",
        "small",
        "left",
        "right",
        "center",
        "bold",
        "large",
        "cell",
        "td",
        "th",
        "field",
        "value",
        "val",
        "data",
        "product",
        "info",
        "content",
    ]
)

_GROUPS = (
    ("name", "title", "headline", "heading", "label", "caption"),
    ("price", "cost", "amount", "pricing"),
    ("rating", "star", "score", "rate", "ratingvalue"),
    ("review", "reviews", "reviewcount", "ratingcount", "votes"),
    ("author", "by", "writer", "creator", "byline"),
    ("url", "link", "href", "website", "homepage", "permalink"),
    ("date", "day", "published", "posted", "time", "datetime", "datepublished", "created"),
    ("stock", "availability", "available", "instock", "inventory"),
    ("brand", "make", "manufacturer", "maker", "vendor"),
    ("sku", "id", "code", "mpn", "identifier", "article", "productid", "ref", "reference", "gtin"),
    ("description", "summary", "text", "body", "abstract", "excerpt", "details"),
    ("image", "img", "photo", "picture", "thumbnail"),
    ("category", "type", "kind", "department", "genre", "section"),
    ("tag", "keyword", "topic"),
    ("quantity", "qty", "count", "number"),
    ("email", "mail", "e-mail"),
    ("phone", "telephone", "tel"),
    ("country", "nation"),
    ("currency", "pricecurrency"),
    ("city", "town", "locality"),
    ("state", "st", "province", "region"),
    ("company", "organization", "organisation", "employer", "firm"),
    ("website", "web", "site", "homepage"),
    ("number", "no", "nr", "num"),
    ("product", "name", "title"),
)
_SYNONYMS: dict[str, set[str]] = {}
for _group in _GROUPS:
    for _word in _group:
        _SYNONYMS.setdefault(_word, set()).update(_group)

SYNONYM = 0.8
"""The weight of a synonym; the word itself has 1."""


def singular(word: str) -> str:
    """Take the plural off an English word, roughly."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:s|x|z|ch|sh)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """Split a name into comparable words, in order, each once: `"in_stock"` → `("in", "stock")` without stop words."""
    text = text.replace("_", " ").translate(_SUBSCRIPTS)
    text = _MEASURE.sub(lambda match: f" {match[1]}{match[2].lower()} ", text)
    words = [singular(part.lower()) for part in _SPLIT.split(text) if part]
    kept = [word for word in words if word not in _STOP] or words
    return tuple(dict.fromkeys(kept))


@lru_cache(maxsize=8192)
def hint_tokens(text: str) -> tuple[str, ...]:
    """Split a class name, id or itemprop, leaving out what is about style."""
    return tuple(word for word in tokens(text) if word not in _STYLE and not word.isdigit())


def word_likeness(left: str, right: str) -> float:
    """1 for the same word, `SYNONYM` for a synonym, less for a long common beginning or end, else 0."""
    if left == right:
        return 1.0
    if right in _SYNONYMS.get(left, ()):
        return SYNONYM
    if min(len(left), len(right)) >= 4 and (left.startswith(right) or right.startswith(left)):
        return 0.7
    if min(len(left), len(right)) >= 4 and (left.endswith(right) or right.endswith(left)):
        return 0.6
    return 0.0


@lru_cache(maxsize=65536)
def likeness(wanted: tuple[str, ...], found: tuple[str, ...]) -> float:
    """Compare two names by their words.

    Returns
    -------
    float
        1 for the same words, also where one name writes several as one; the part of `wanted` that is met weighs more
        than the part of `found` that is explained; the last word, which says what the thing is, weighs more than those
        before it.
    """
    if not wanted or not found:
        return 0.0
    wanted, found = _joined(wanted, found), _joined(found, wanted)
    weights = [1.0] * (len(wanted) - 1) + [1.5]
    met = sum(
        w * max(word_likeness(word, other) for other in found) for w, word in zip(weights, wanted, strict=True)
    ) / sum(weights)
    explained = sum(max(word_likeness(word, other) for word in wanted) for other in found) / len(found)
    return 0.7 * met + 0.3 * explained if met >= 0.25 else 0.0


def _joined(words: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Join neighbours that `others` has as one word: `("unit", "price")` beside `("unitprice",)`."""
    for first in range(len(words)):
        for end in range(first + 2, len(words) + 1):
            if (whole := "".join(words[first:end])) in others:
                return (*words[:first], whole, *_joined(words[end:], others))
    return words
