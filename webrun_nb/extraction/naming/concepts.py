"""The concepts that columns are about, with the words for each in many languages (`concepts.txt`).

A word may stand for several concepts ("number"). Words of one phrase are joined by `_`; phrases are looked up before
their words. Words are listed in their dictionary form: `names` compares stems and knows plurals and compounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def concept_words() -> Mapping[str, tuple[str, ...]]:
    """Return the words for each concept."""
    text = files(__package__ or "webrun_nb.extraction").joinpath("concepts.txt").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {concept: tuple(words.split()) for concept, _, words in lines}


RELATED: frozenset[frozenset[str]] = frozenset(
    map(
        frozenset,
        (
            ("name", "item"), ("name", "model"), ("name", "talk"), ("name", "person"), ("name", "team"),
            ("name", "job"),
            ("name", "player"), ("item", "model"), ("price", "amount"), ("price", "rent"), ("amount", "total"),
            ("author", "person"), ("author", "speaker"), ("company", "brand"), ("category", "department"),
            ("identifier", "number"), ("quantity", "number"), ("date", "time"),
            ("date", "published"), ("date", "created"), ("date", "updated"), ("date", "released"), ("date", "start"),
            ("published", "created"), ("published", "released"), ("availability", "status"), ("length", "duration"),
            ("city", "region"), ("city", "room"), ("area", "size"), ("departure", "origin"), ("departure", "start"),
            ("arrival", "destination"), ("arrival", "end"), ("note", "description"),
            ("rank", "number"), ("rooms", "bedrooms"), ("order", "identifier"), ("invoice", "identifier"),
            ("points", "rating"), ("grade", "rating"), ("job", "talk"),
        ),
    )
)  # fmt: skip
"""Pairs of concepts of which one may stand for the other where nothing fits better."""

OTHERS: frozenset[str] = frozenset(
    {
        *("list", "each", "discount", "shipping", "tax", "fee", "minimum", "maximum", "average", "change", "share"),
        *("total", "currency", "unit", "quantity", "rank", "reviews", "first", "last", "born", "died"),
        *(
            "start",
            "end",
            "departure",
            "arrival",
            "origin",
            "destination",
            "debit",
            "credit",
            "updated",
            "url",
            "image",
        ),
        *(
            "against",
            "delivered",
            "invoiced",
            "ordered",
            "density",
            "rent",
            "balance",
            "return",
            "postal",
            "age",
            "language",
        ),
    }
)
"""Concepts that make another quantity of what they stand beside: the shipping price is no price, a list price is not
the price, and the rank of a city is no city."""
