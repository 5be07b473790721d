"""Tests of the clauses that take the place of what a text says of its user name and password."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.credentials import plainly
from webrun_nb.agents.local.language.intents import ClickOn, Extract, FillForm, LogIn, Unclear

M = '"⟦password⟧"'
BOTH = f'enter the username "ada" and the password {M}'
LOGIN = f'"ada" with the password {M}'


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (f'Use "ada" as username and {M} as password, then press Go', f"{BOTH}, then press Go"),
        (f'Fill "ada" and {M} into the username and password fields', BOTH),
        (f'Fill in username with "ada" and password with {M}', BOTH),
        (f'username "ada", password {M}. Then click Go', f"{BOTH}. Then click Go"),
        (f'E-mail: "ada"\nPassword: {M}\nClick Go', f'enter the E-mail "ada" and the Password {M}\nClick Go'),
        (f'E-mail: "ada"\nPassword: {M}\nLog in and list the orders', "Log in and list the orders"),
        (f'My user name is "ada" and my password is {M}. Log in.', "Log in."),
        (f'credentials: "ada" / {M}. Log in.', "Log in."),
        (f'Use the username "ada" and the password {M} to log in, then go back', "log in, then go back"),
        (f'Sign in as "ada", the password is {M}. Then go back', f"Sign in as {LOGIN}. Then go back"),
        (f'Sign in (user: "ada", password: {M}). Then go back', f"Sign in as {LOGIN}. Then go back"),
        (f'Log in ("ada" / {M}) and go back', f"Log in as {LOGIN} and go back"),
        (f'1. Log in with password {M} and user "ada"\n2. Go back', f"1. Log in as {LOGIN}\n2. Go back"),
        (
            f"Choose a password {M}, repeat it and press Save",
            f"enter the password {M} and the repeated password {M} and press Save",
        ),
        (f"Enter the password {M} twice", f"enter the password {M} and the repeated password {M}"),
        (
            f'Fill in First name "Ada", password {M} and confirm password {M}',
            f'Fill in First name "Ada", password {M} and the repeated password {M}',
        ),
        (
            f"Enter {M} as password, confirm the password with {M}",
            f"enter the password {M} and the repeated password {M}",
        ),
        (
            f'Sign up with first name "Ada", e-mail "a@b.org" and password {M}',
            f'enter the first name "Ada" and the e-mail "a@b.org" and the password {M}, then submit the form',
        ),
        (
            f"Set the password to {M} and the repeat password to {M}",
            f"enter the password {M} and the repeat password {M}",
        ),
        (f"Fill in Password and Repeat password with {M}", f"Fill in Password and Repeat password with {M}"),
        (f"For the password, use {M}", f"enter the password {M}"),
        (f"Type {M} into the first field", f"Type {M} into the first field"),
        ('My user name is "ada" and my password is "x"', 'My user name is "ada" and my password is "x"'),
    ],
)
def test_credentials_are_said_in_clauses_of_the_grammar(said, plain):
    assert plainly(said) == plain


def test_steps_before_and_after_a_login_stay():
    steps = plan(f'Go to https://x.org/login. My e-mail is "ada" and the password is {M}. Log in and list the orders')
    assert [type(step).__name__ for step in steps] == ["Open", "LogIn", "Extract"]
    assert isinstance(steps[1], LogIn)
    assert isinstance(steps[2], Extract)


@pytest.mark.parametrize("name", ["Log in", "Sign in", "Check in"])
def test_a_control_may_be_called_like_a_verb_of_two_words(name):
    (step,) = plan(f"click {name}")
    assert isinstance(step, ClickOn)
    assert step.target.words == name


@pytest.mark.parametrize(
    "text", ['"a" ' * 3000 + M, "\n" * 5000 + M, 'the user "a" ' * 1000 + M, "log in as " * 2000 + M]
)
def test_long_texts_are_rewritten_too(text):
    assert M in plainly(text)


def test_nothing_is_left_unclear_in_an_ordinary_login():
    steps = plan(f'Enter the username "ada" and the password {M} into the text fields and press Log in.')
    assert not any(isinstance(step, Unclear) for step in steps)


def test_values_without_quotes_stand_beside_those_with_them():
    (step,) = plan(f'Enter first name Ada, email "a@b.org", password {M}')
    assert isinstance(step, FillForm)
    assert step.values == ("first name Ada", 'email "a@b.org"', f"password {M}")
