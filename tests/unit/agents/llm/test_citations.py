"""Claims of an answer, and what proves them."""

from __future__ import annotations

import pytest

from webrun_nb.agents.llm.citations import sentences_of, unproved

SHOWN = ["Aurora 13", "$1,299.00", "Released on 5 March 2024 by Ines Okafor", "The sea is patient."]


@pytest.mark.parametrize(
    "answer",
    [
        "The Aurora 13 costs $1,299.00.",
        "It costs 1299.00 dollars.",
        "It was released on 5 March 2024.",
        "Ines Okafor's laptop was released in 2024.",
        "It says “the sea is patient”.",
        "There is one. No others are shown.",
        "",
    ],
)
def test_what_the_cited_texts_show_is_proved(answer: str) -> None:
    assert unproved(answer, SHOWN) == []


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("The Aurora 13 costs $1,399.00.", "1,399.00"),
        ("It costs $12.99.", "12.99"),
        ("It was released on 6 March 2024.", "6"),
        ("It was released in April.", "April"),
        ("Jonas Weil made it.", "Jonas"),
        ("It says “the sea is angry”.", "the sea is angry"),
        ("There are three laptops.", "three"),
        ("Zephyr is cheaper.", "Zephyr"),
        ("It costs 5,3 euros.", "5,3"),
    ],
)
def test_what_they_do_not_show_is_named(answer: str, what: str) -> None:
    assert what in [each.what for each in unproved(answer, SHOWN)]


def test_sentences_keep_their_numbers_whole() -> None:
    assert sentences_of("It costs 4.50 now. Then more!\nA line") == ["It costs 4.50 now.", "Then more!", "A line"]
