"""Tests of the words with which a page refuses a login."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.effects.logins import login_refusal, sends_login
from webrun_nb.agents.local.effects.refusals import refusal
from webrun_nb.browsers.observation import Element, FormError, Observation, PageMessage

FIELDS = (
    Element(0, "textbox", "User name", "input", input_type="text", in_form=True),
    Element(1, "textbox", "Password", "input", input_type="password", in_form=True),
)
BEFORE = Observation("https://x.org/login", "Log in", FIELDS, "Welcome\nForgot password?")
HOME = Observation("https://x.org/home", "Home", (), "Hello Ada\n2 messages", status=200)


@pytest.mark.parametrize(
    "words",
    [
        "Invalid credentials",
        "Your username is invalid!",
        "Please enter the correct username and password for a staff account.",
        "Epic sadface: Username and password do not match any user in this service",
        "Login failed",
        "Unable to log in with provided credentials.",
        "Sorry, this user has been locked out.",
        "No account was found with this e-mail",
        "The password you entered was not recognised",
        "Too many login attempts, wait 5 minutes",
        "Authentication error",
        "User doesn't exist",
    ],
)
def test_a_banner_anywhere_refuses_whatever_marks_it(words):
    marked = replace(BEFORE, messages=(PageMessage("error", words),), fresh=True)
    plain = replace(BEFORE, text=f"{words}\n{BEFORE.text}", fresh=False)
    without_form = replace(marked, elements=())
    assert [login_refusal(BEFORE, after) for after in (marked, plain, without_form)] == [words] * 3


def test_a_form_that_is_there_still_is_refused_by_any_complaint():
    after = replace(BEFORE, messages=(PageMessage("red", "Try something else"),))
    assert login_refusal(BEFORE, after) == "Try something else"
    after = replace(BEFORE, form_errors=(FormError("field", "User name", "Too short"),))
    assert login_refusal(BEFORE, after) == "Too short"


def test_a_status_refuses():
    assert login_refusal(BEFORE, replace(HOME, status=401)) == "answered 401"
    assert login_refusal(BEFORE, replace(HOME, status=401), {401}) is None


@pytest.mark.parametrize(
    "after",
    [
        HOME,
        replace(HOME, text="Hello\nYour password expires in 3 days\n1 failed login since Monday"),
        replace(HOME, messages=(PageMessage("success", "You are not a robot: account found"),)),
        replace(BEFORE, elements=FIELDS[:1], text="Enter the code that was sent to you"),
    ],
)
def test_a_page_behind_the_login_refuses_nothing(after):
    assert login_refusal(BEFORE, after) is None


def test_what_the_page_said_before_is_not_new():
    before = replace(BEFORE, messages=(PageMessage("notice", "Accounts are locked after 3 wrong passwords"),))
    assert login_refusal(before, replace(before, fresh=False)) is None


def test_a_login_that_is_sent_by_hand_is_checked_as_one():
    button = Element(2, "button", "Go", "button", in_form=True, submits=True)
    before = replace(BEFORE, elements=(*FIELDS, button))
    after = replace(BEFORE, elements=(), messages=(PageMessage("", "Invalid credentials", appeared=True),), fresh=False)
    assert [sends_login(by, before) for by in before.elements] == [True, True, True]
    assert not sends_login(Element(3, "button", "Search", "button"), before)
    error = refusal("press Go", button, before, after)
    assert error is not None
    assert "Invalid credentials" in error.message
    assert refusal("press Go", button, before, HOME) is None
