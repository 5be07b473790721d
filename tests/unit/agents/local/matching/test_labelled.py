"""Tests of the values that stored pages show for a label."""

from __future__ import annotations

import pytest

from helpers.stored_pages import stored
from webrun_nb.agents.local.matching.labelled import values_called
from webrun_nb.agents.local.matching.page import PageModel


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
