"""Tests of the detection of a refused form, and of the quotation of the page's words."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.effects.refusals import refusal, remarks
from webrun_nb.browsers.observation import Element, FormError, Observation

SEND = Element(1, "button", "Join", "button", in_form=True, submits=True)
BEFORE = Observation("https://a.example/", "Join", (SEND,), "")


def after(*complaints: FormError, status: int | None = 200, fresh: bool = False, gone: bool = False) -> Observation:
    return Observation("https://a.example/x", "Oops", () if gone else (SEND,), "", status, complaints, fresh)


def said(seen: Observation, before: Observation = BEFORE) -> str | None:
    error = refusal("click Join", SEND, before, seen)
    return None if error is None else error.message


@pytest.mark.parametrize(
    "seen",
    [
        after(),
        after(fresh=True),
        after(status=404),  # the error page was open before
        after(FormError("alert", "", "Your changes were saved.")),
        after(FormError("alert", "", "No results for zebra")),
        after(FormError("styled", "Name", "3 of 40 characters")),
        after(FormError("field", "Card", ""), fresh=True, gone=True),  # the next step's empty field
    ],
)
def test_what_is_no_refusal(seen: Observation) -> None:
    assert said(seen) is None


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (after(FormError("held", "Mail", "Fill it in")), 'found errors in it at the field "Mail": "Fill it in"'),
        (after(FormError("field", "Mail", "")), 'not accept it at the field "Mail"'),
        (after(FormError("field", "Mail", ""), FormError("alert", "Mail", "Fehlt")), 'at the field "Mail": "Fehlt"'),
        (after(FormError("alert", "", "Sorry, sold out")), 'not accept it. The page says: "Sorry, sold out"'),
        (after(status=500, fresh=True), 'refused: https://a.example/x answered 500 with "Oops".'),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_quotes_the_page(seen: Observation, message: str) -> None:
    whole = said(seen)
    assert whole is not None
    assert whole.startswith('"click Join": ')
    assert whole.endswith(message)


def test_an_alert_that_was_there_before_says_nothing_of_what_was_sent() -> None:
    old = FormError("alert", "", "Cookies are required")
    before = Observation("https://a.example/", "Join", (SEND,), "", None, (old,))
    assert said(after(old), before) is None


def test_the_pages_words_stay_in_one_short_line() -> None:
    message = said(after(FormError("alert", "A" * 400, "must\u2028not\n" + "x" * 5000)))
    assert message is not None
    assert len(message) < 450
    assert message.isprintable()


def test_what_a_page_announces_is_quoted() -> None:
    assert remarks(BEFORE, after(FormError("alert", "", "Saved."))) == ('"Saved."',)
