"""Tests of the values that stored pages show for a label."""

from __future__ import annotations

import pytest

from helpers.stored_pages import stored
from webrun_nb.agents.local.matching.labelled import values_called
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.browsers.observation import Element, Observation


@pytest.mark.parametrize(
    ("name", "words", "values"),
    [
        ("product", "Weight", ("1.2 kg",)),
        ("product", "colour", ("Brass",)),
        ("cards", "Price", ("$120", "$95", "$310")),
        ("form", "Pier", ("North pier",)),
        ("controls", "Hours", ("12", "40", "7")),
        ("controls", "Bob", ()),
        ("product", "Height", ()),
    ],
)
def test_values_of_labels(name: str, words: str, values: tuple[str, ...]) -> None:
    assert values_called(words, PageModel(stored(name).observation)) == values


def labelled_page(*labels_and_values: str) -> PageModel:
    texts = [
        Element(ref=at, role="text" if at % 2 else "label", name=text, tag="span", text=text, order=at)
        for at, text in enumerate(labels_and_values)
    ]
    return PageModel(
        Observation("https://stocks.example/", "Stocks", (), " ".join(labels_and_values), texts=tuple(texts))
    )


def test_the_price_is_the_one_that_is_labelled_as_some_price() -> None:
    assert values_called("price", labelled_page("Company:", "UBN", "Stock price:", "$49.00")) == ("$49.00",)


def test_of_two_prices_none_is_the_price() -> None:
    assert values_called("price", labelled_page("Unit price:", "$4", "Stock price:", "$49.00")) == ()
