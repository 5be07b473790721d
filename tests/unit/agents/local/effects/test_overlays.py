"""Tests of layers over a page: which are declined, how, and which are left alone."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.effects.overlays import overlay_over
from webrun_nb.browsers.observation import Element, Observation

BUY = Element(0, "button", "Buy", "button", covered=True)
COOKIES = "We use cookies to improve this site."


def page(text: str, *names: str, covers: bool = True) -> Observation:
    under = BUY if covers else Element(0, "button", "Buy", "button")
    controls = tuple(Element(n, "button", name, "button", text=name, layer=1) for n, name in enumerate(names, 1))
    words = Element(90, "paragraph", text, "p", text=text, layer=1)
    return Observation("https://a.example/", "Shop", (under, *controls), text, texts=(words,))


@pytest.mark.parametrize(
    ("text", "names", "declines"),
    [
        (COOKIES, ("Accept all", "Settings", "Reject all"), "Reject all"),
        (COOKIES, ("Accept all cookies", "Only necessary"), "Only necessary"),
        (COOKIES, ("OK", "Use necessary cookies only"), "Use necessary cookies only"),
        (COOKIES, ("Allow all", "Continue without accepting", "×"), "Continue without accepting"),
        (COOKIES, ("Accept", "Close"), "Close"),
        ("Join our newsletter", ("Subscribe", "No, thanks"), "No, thanks"),
        ("Get 10% off", ("Claim", "✕"), "✕"),
    ],
)
def test_a_layer_is_declined_in_the_plainest_way_it_has(text: str, names: tuple[str, ...], declines: str) -> None:
    overlay = overlay_over(page(text, *names), "click Buy")
    assert overlay is not None
    assert overlay.declines is not None
    assert overlay.declines.name == declines
    assert overlay.accepts is None


def test_what_can_only_be_accepted_is_for_a_person_to_decide() -> None:
    overlay = overlay_over(page(COOKIES, "Got it"), "click Buy")
    assert overlay is not None
    assert overlay.declines is None
    assert overlay.accepts is not None
    assert overlay_over(page("Join our newsletter", "Subscribe"), "click Buy") is None


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (page(COOKIES, "Accept all", "Reject all", covers=False), "click Buy"),
        (page("Edit the address", "Save", "Close"), "click Buy"),
        (page(COOKIES, "Accept all", "Reject all"), "accept the cookies"),
        (page("Join our newsletter", "Email address", "No thanks"), 'type "a" in the email address'),
    ],
)
def test_other_layers_and_those_that_are_spoken_of_are_left_alone(seen: Observation, sentence: str) -> None:
    assert overlay_over(seen, sentence) is None
