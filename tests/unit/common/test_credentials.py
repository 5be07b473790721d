"""Tests of the user names, passwords and codes that are found in a task's text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.credentials.finding import find_credentials, masked

HOLD = {
    'username "x" and password "y"': {"username": "x", "password": "y"},
    "log in as ada with password s3cret!": {"username": "ada", "password": "s3cret!"},
    "Log in as ada with password s3cret!, then sort by date": {"username": "ada", "password": "s3cret!"},
    "Log in as ada with password s3cret. Then sort by date.": {"username": "ada", "password": "s3cret"},
    "user: ada, pass: x": {"username": "ada", "password": "x"},
    "Username: ada\nPassword: swordfish\n": {"username": "ada", "password": "swordfish"},
    'Enter the username "cierra" and the password "Tr" into the text fields and press login.': {
        "username": "cierra",
        "password": "Tr",
    },
    'the password "y"': {"password": "y"},
    'Enter the password "Zx9" into both text fields and press submit.': {"password": "Zx9"},
    "password is hunter2": {"password": "hunter2"},
    "my password is swordfish.": {"password": "swordfish"},
    "The password for ada is swordfish": {"password": "swordfish"},
    "enter PIN 1234": {"pin": "1234"},
    "Enter the code 123456 and continue": {"otp_code": "123456"},
    "type the verification code 90210": {"otp_code": "90210"},
    "Sign in (ada / s3cret)": {"username": "ada", "password": "s3cret"},
    "sign in with ada / s3cret": {"username": "ada", "password": "s3cret"},
    "Log in (admin/admin) and open Users": {"username": "admin", "password": "admin"},
    "credentials: ada / swordfish": {"username": "ada", "password": "swordfish"},
    "Log in with the username and password ada and hunter2": {"username": "ada", "password": "hunter2"},
    'username and password are "ada" and "x y"': {"username": "ada", "password": "x y"},
    "Use tomsmith as username and SuperSecretPassword! as password": {
        "username": "tomsmith",
        "password": "SuperSecretPassword!",
    },
    'type "hunter2" into the password field': {"password": "hunter2"},
    'Type "ada" into Username and "x" into "Password", then click Login': {"username": "ada", "password": "x"},
    "fill the password field with Secret1": {"password": "Secret1"},
    "Log in as ada@example.com using the password correct-horse9": {
        "email": "ada@example.com",
        "password": "correct-horse9",
    },
    "with email ada@example.com and password swordfish and sort by name": {
        "email": "ada@example.com",
        "password": "swordfish",
    },
    'Log in with password "p w, x." and user name "Ada L"': {"username": "Ada L", "password": "p w, x."},
    "sign in as ada, password: hunter2; open the orders": {"username": "ada", "password": "hunter2"},
    "login: ada password: swordfish": {"username": "ada", "password": "swordfish"},
    "Log in as standard_user with secret_sauce as the password": {
        "username": "standard_user",
        "password": "secret_sauce",
    },
    '{"username": "ada", "password": "x1"}': {"username": "ada", "password": "x1"},
    "username=ada, password=x1, code=123456": {"username": "ada", "password": "x1", "otp_code": "123456"},
    "set the password to swordfish": {"new_password": "swordfish"},
    "Sign up with e-mail ada@x.org and password Abc123!": {"email": "ada@x.org", "new_password": "Abc123!"},
    "Create a user bob with password hunter2": {"new_password": "hunter2"},
    "Log in as ada": {"username": "ada"},
    'log in as "ada lovelace" and read the heading': {"username": "ada lovelace"},
    "use the api key sk-12345678abc": {"token": "sk-12345678abc"},
    "log in with user ada and pass hunter2": {"username": "ada", "password": "hunter2"},
    "passphrase: correct": {},  # an adjective of instructions
    "Password “geheim”": {"password": "geheim"},
    "Please sign in using alice@corp.com / Pa$$w0rd and go on.": {"email": "alice@corp.com", "password": "Pa$$w0rd"},
    "Fill in Username with alice and Password with tiger, then press Log in": {
        "username": "alice",
        "password": "tiger",
    },
    "Log in with username admin and password password": {"username": "admin", "password": "password"},
    "Log in as Ada Lovelace with password tiger": {"username": "Ada Lovelace", "password": "tiger"},
    "If asked for a code, enter 123456": {"otp_code": "123456"},
    'Change my password from "old1" to "n3w"': {"password": "old1", "new_password": "n3w"},
    "Change the password of ada to Tiger99": {"new_password": "Tiger99"},
    'Fill "ada" and "tiger" into the username and password fields': {"username": "ada", "password": "tiger"},
    'Enter tiger in the "Confirm password" field': {"password": "tiger"},
    "In the password field type tiger and press Enter": {"password": "tiger"},
    "For the password, use tiger9": {"password": "tiger9"},
    "Go to http://login.localhost:4039/login and log in as ada with password tiger9": {
        "username": "ada",
        "password": "tiger9",
    },
    "open https://x.com/?user=ada&password=tiger9&next=/": {"token": "tiger9"},
    "log in as ada, open file.csv": {"username": "ada"},
    "authenticate as alice:wonderland1": {"username": "alice", "password": "wonderland1"},
}

HOLD_NONE = [
    "reset my password",
    'click "Forgot password"',
    "Click Forgot password and enter ada@example.com",
    "click the password field",
    "type the password into the field",
    "Enter your password to log in",
    "what does the password field say?",
    "is the password field empty?",
    "the password is required",
    "Read the password rules and the password policy",
    "check that the password must be at least 8 characters",
    "password strength",
    'click the password "Show" button',
    "Show password and press Submit",
    "open the password manager",
    "extract name:str, password:str",
    "Enter the zip code 12345 and the promo code SAVE10",
    "find the product with the article code 8812",
    "Pin the first tab and pass the test",
    "log in with Google and open the orders",
    "log in with email/password",
    "Log in, then list the orders: id, total",
    "search for the user ada",
    "send a password reset link to ada@example.com",
    "Log in using the session's secret",
    "Extract the token count and the country code",
    "click the 2nd password link",
    "open /accounts/2004-731-02/statement.csv",
    "Open the savings account, check 2004-731-02",
    "Log in and open tab2",
    "Read the chapter Logins and environments2",
    '{"properties": {"password": {"type": "string"}}}',
    "Go to http://login.localhost:40399/login and read the heading",
    "open https://x.com/password/reset and then https://user.x.com:8080/pin/1234",
    "Sort the users by password age",
    "find the user whose password expires on 2026-01-01",
    'Search for "password manager" and open the first result',
    "Enter the password and click Login",
    "get the error message shown when the password is wrong",
    "Find the word passphrase",
    "with the same password as before",
    "",
]


@pytest.mark.parametrize("text", HOLD)
def test_values_are_found_in_any_order_and_style(text: str) -> None:
    assert {found.kind: found.value for found in find_credentials(text)} == HOLD[text]


@pytest.mark.parametrize("text", HOLD_NONE)
def test_text_about_passwords_holds_none(text: str) -> None:
    assert find_credentials(text) == ()


@pytest.mark.parametrize("text", HOLD)
def test_places_are_those_of_the_values(text: str) -> None:
    found = find_credentials(text)
    assert [text[each.start : each.end] for each in found] == [each.value for each in found]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_two_passwords_are_both_found() -> None:
    found = find_credentials('old password "a1", new password "b2", repeat the new password "b2"')
    assert [(each.kind, each.value) for each in found] == [
        ("password", "a1"), ("new_password", "b2"), ("new_password", "b2"),
    ]  # fmt: skip


def test_what_is_shown_of_a_text_has_its_user_name_alone() -> None:
    assert masked('log in as ada with "s3cret" as password') == 'log in as ada with "***" as password'


WORDS = [
    "password",
    "PIN",
    "code",
    '"',
    "'",
    "“",
    "”",
    ":",
    "=",
    "is",
    "as",
    "into",
    "the",
    "/",
    "and",
    "log in",
    "x1!",
    "a",
    "\n",
    "(",
    ")",
]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=40).map(" ".join))
def test_no_text_is_too_odd(text: str) -> None:
    for found in find_credentials(text):
        assert text[found.start : found.end] == found.value != ""
