"""Tests of the fields that the parts of a request go into."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Either, Request
from webrun_nb.agents.local.skills.requests import assigned
from webrun_nb.browsers.observation import Element, Observation


def form(*labels: str) -> Observation:
    """Return a page whose text fields have these labels."""
    fields = [Element(ref, "textbox", label, "input", label=label) for ref, label in enumerate(labels)]
    return Observation("http://x.test/", "Flights", tuple(fields), "")


def request(text: str) -> Request:
    (step,) = plan(text)
    step = step.readings[0] if isinstance(step, Either) else step
    assert isinstance(step, Request)
    return step


@pytest.mark.parametrize(
    ("labels", "filled", "left"),
    [
        (("From", "To", "Date"), {"From": "LAX", "To": "Boston", "Date": "10/25/2016"}, []),
        (
            ("Origin", "Destination", "Departure date"),
            {"Origin": "LAX", "Destination": "Boston", "Departure date": "10/25/2016"},
            [],
        ),
        (("From", "To"), {"From": "LAX", "To": "Boston"}, ["on"]),
        (("From", "From", "To", "Date"), {"To": "Boston", "Date": "10/25/2016"}, ["from"]),
        (("Search",), {}, ["from", "to", "on"]),
    ],
)
def test_parts_go_into_the_one_field_that_their_word_means(
    labels: tuple[str, ...], filled: dict[str, str], left: list[str]
) -> None:
    entries, unassigned = assigned(form(*labels), request("book a flight from LAX to Boston on 10/25/2016"))
    assert {entry.field.label: entry.value for entry in entries} == filled
    assert [label for label, _ in unassigned] == left
