"""Tests of the detection of a refused form, and of the quotation of the page's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.effects.refusals import refusal, remarks
from webrun_nb.browsers.observation import Element, FormError, Observation, PageMessage

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


def showing(
    *messages: PageMessage, fresh: bool = False, text: str = "Join\nWe don't sell data", gone: bool = False
) -> Observation:
    return Observation("https://a.example/", "Join", () if gone else (SEND,), text, 200, fresh=fresh, messages=messages)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (showing(PageMessage("error", "Falsches Passwort"), fresh=True), "Falsches Passwort"),
        (showing(PageMessage("notice", "Wrong user or password"), fresh=True), "Wrong user or password"),
        (showing(PageMessage("red", "The code is invalid"), fresh=True, gone=True), "The code is invalid"),
        (showing(PageMessage("", "Name is required", appeared=True)), "Name is required"),
        (showing(fresh=True, text="Join\nInvalid credentials\nWe don't sell data"), "Invalid credentials"),
    ],
)
def test_a_message_anywhere_on_the_page_can_be_a_refusal(seen: Observation, words: str) -> None:
    message = said(seen, showing())
    assert message is not None
    assert message.endswith(f'"{words}"')


def test_the_same_message_after_the_next_try_is_a_refusal_too() -> None:
    wrong = showing(PageMessage("error", "Wrong password"), fresh=True, text="Wrong password\nJoin")
    assert said(wrong, wrong) is not None


@pytest.mark.parametrize(
    "seen",
    [
        showing(fresh=True),
        showing(PageMessage("error", "Wrong tide")),  # it was there before
        showing(PageMessage("success", "No error was found"), fresh=True),
        showing(PageMessage("notice", "Welcome"), fresh=True),
        showing(PageMessage("notice", "Payments can be declined"), fresh=True, gone=True),
        showing(PageMessage("red", "-20 %"), fresh=True),
        showing(*(PageMessage("", f"Product {n} is not available", appeared=True) for n in range(9))),
        showing(fresh=True, text="\n".join(f"Result {n}: errors in Go" for n in range(9))),
        showing(fresh=True, text="Join\nErrors in Go\nWe don't sell data"),
        showing(PageMessage("", "Wrong Turn", appeared=True)),
        showing(PageMessage("notice", "Ada: please try again later", appeared=True)),
        showing(*(PageMessage("error", f"request {n} failed", appeared=True) for n in range(9))),
    ],
)
def test_messages_that_are_no_answer_to_what_was_sent(seen: Observation) -> None:
    before = showing(PageMessage("error", "Wrong tide"))
    comment = Element(2, "textbox", "Comment", "textarea", value="please try again later")
    assert said(seen, replace(before, elements=(SEND, comment))) is None


def test_a_message_in_another_language_is_quoted() -> None:
    assert remarks(showing(), showing(PageMessage("red", "Falsch"), fresh=True)) == ('"Falsch"',)
    assert remarks(showing(), showing(PageMessage("", "3 items", appeared=True))) == ('"3 items"',)
    assert remarks(showing(), showing(PageMessage("", "59 / 60", appeared=True))) == ()
    redrawn = PageMessage("", "buy milk Remove", appeared=True)
    assert remarks(showing(text="buy milk\nRemove"), showing(redrawn, text="buy milk\nRemove")) == ()
