"""Tests of the matching of words to columns: by name, never by position."""

from __future__ import annotations

import pytest

from webrun_nb.agents.extract.pairing import paired
from webrun_nb.agents.extract.schema import Column


@pytest.mark.parametrize(
    ("columns", "wishes", "pairs", "unpaired"),
    [
        ("author text", ["text", "author"], {"author": "author", "text": "text"}, []),
        (
            "part_no price_each",
            ["price each", "part number"],
            {"part_no": "part number", "price_each": "price each"},
            [],
        ),
        ("firstName zip", ["First Name", "Zip"], {"firstName": "First Name", "zip": "Zip"}, []),
        ("qty", ["quantity"], {"qty": "quantity"}, []),
        ("price_usd name", ["title", "price"], {"price_usd": "price", "name": "title"}, []),
        ("price", ["pack price", "unit price"], {}, ["pack price", "unit price"]),
        ("price pack_price", ["pack price", "price"], {"price": "price", "pack_price": "pack price"}, []),
        ("last_name", ["first name"], {}, ["first name"]),
        ("price_currency", ["price"], {}, ["price"]),
        ("price", ["name"], {}, ["name"]),
        ("name price", ["summary", "room"], {}, ["summary", "room"]),
        ("value", ["population"], {"value": "population"}, []),
        ("value name", ["population", "area"], {}, ["population", "area"]),
        ("name price", ["names", "name", "price"], {"name": "names", "price": "price"}, []),
        ("price", ["price (in euros)"], {"price": "price (in euros)"}, []),
    ],
)  # fmt: skip
def test_pairs(columns: str, wishes: list[str], pairs: dict[str, str], unpaired: list[str]) -> None:
    made, rest = paired([Column(name) for name in columns.split()], wishes)
    assert [column.name for column in made] == columns.split()
    assert {column.name: column.wish for column in made if column.wish} == pairs
    assert list(rest) == unpaired
