"""Names that the page shows, in sentences that do not quote them."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Extract, Intent
from webrun_nb.agents.local.shown_names import with_shown_name
from webrun_nb.browsers.observation import Element, Observation

NAMES = ("Maps for the underground", "Rounding in public", "Chairs that do not wobble")
PAGE = Observation(
    "http://x.test/",
    "Talks",
    tuple(Element(at, "link", name, "a") for at, name in enumerate(NAMES)),
    " ".join(NAMES),
)


def read(text: str) -> Intent:
    (step,) = plan(text)
    return with_shown_name(step, PAGE)


@pytest.mark.parametrize(
    ("text", "wish", "name"),
    [
        ("Get the speaker of Maps for the underground.", "speaker", NAMES[0]),
        ("Which room is Rounding in public in?", "room", NAMES[1]),
        ("At what time does Rounding in public start?", "time", NAMES[1]),
        ("What is the room of Maps for the underground?", "room", NAMES[0]),
    ],
)
def test_the_words_of_a_name_are_no_conditions(text: str, wish: str, name: str) -> None:
    step = read(text)
    assert isinstance(step, Extract)
    assert (step.wishes, step.subject.strip('"“”'), step.constraints) == ((wish,), name, ())


@pytest.mark.parametrize("text", ["List the talks under $900", "Get the room of Boats in public", "List the talks"])
def test_a_sentence_without_such_a_name_stays_as_it_was_read(text: str) -> None:
    (step,) = plan(text)
    assert with_shown_name(step, PAGE) is step
