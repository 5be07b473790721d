"""Tests of the texts that take the place of a task's text with secrets in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.emulator.domain.secrets.redaction import Redactor
from webrun_nb.emulator.domain.secrets.task_text import TaskText, read_task_text


def read(text: str, *known: str) -> TaskText:
    redactor = Redactor()
    for value in known:
        redactor.add(value)
    return read_task_text(text, redactor)


@pytest.mark.parametrize(
    ("text", "stored", "for_agent"),
    [
        (
            "log in as ada with password s3cret! and sort by date",
            "log in as ada with password *** and sort by date",
            'log in as "ada" with password "⟦password⟧" and sort by date',
        ),
        (
            'Enter the username "ada" and the password "x y" into both',
            'Enter the username "ada" and the password "***" into both',
            'Enter the username "ada" and the password "⟦password⟧" into both',
        ),
        (
            'Password "Abc1", repeat "Abc1"; Abc1 is not Abc12',
            'Password "***", repeat "***"; *** is not ***2',
            'Password "⟦password⟧", repeat "⟦password⟧"; "⟦password⟧" is not ***2',
        ),
        (
            "change my password from old1 to n3w!",
            "change my password from *** to ***",
            'change my password from "⟦password⟧" to "⟦new_password⟧"',
        ),
        (
            'old password "a1b2", new password "c3d4", and the password "e5f6"',
            'old password "***", new password "***", and the password "***"',
            'old password "⟦password⟧", new password "⟦new_password⟧", and the password "⟦new_password_2⟧"',
        ),
        ("Log in as admin with password admin", 'Log in as *** with password ***',
         'Log in as "⟦username⟧" with password "⟦password⟧"'),
        ('Type "⟦password⟧" into Name', 'Type "[password]" into Name', 'Type "[password]" into Name'),
        ("click Forgot password", "click Forgot password", "click Forgot password"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_each_secret_is_a_mask_for_people_and_a_mark_for_the_agent(text, stored, for_agent):
    result = read(text)
    assert (result.stored, result.for_agent.text) == (stored, for_agent)


def test_credentials_have_their_names_in_the_vault_and_stay_out_of_reprs():
    result = read("log in as ada with password s3cret! and PIN 4711")
    assert result.credentials == {"username": "ada", "password": "s3cret!", "pin": "4711"}
    assert result.secret == {"password", "pin"}
    assert result.for_agent.names == ("password", "pin")
    assert "s3cret!" not in repr(result)


def test_secrets_that_were_known_before_are_masked_as_well():
    result = read("Log in as ada@x.org with password s3cret!", "ada@x.org")
    assert result.stored == "Log in as *** with password ***"
    assert result.for_agent.text == 'Log in as "⟦email⟧" with password "⟦password⟧"'


def test_a_password_that_is_a_word_of_every_form_masks_no_form():
    redactor = Redactor()
    assert read_task_text('enter the password "password"', redactor).stored == 'enter the password "***"'
    assert redactor.redact_text("Password") == "Password"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Go to http://a.com/x, then to https://b.com/login and log in with password x1y2.", "https://b.com/login"),
        ("Log in with password x1y2 at https://b.com/login.", "https://b.com/login"),
        ("Log in with password x1y2", None),
        ("Go to http://a.com and log in as ada", None),
    ],
)
def test_the_page_that_the_text_opens_before_the_secret(text, page):
    assert read(text).for_agent.page == page


def test_places_of_the_agents_text_are_found_in_the_stored_one():
    result = read("log in with password s3cret!, then click X with PIN 4711 and sort by date")
    agent = result.for_agent
    for part in ("log in", "then click X", "sort by date"):
        start = agent.text.index(part)
        first, last = agent.stored_place(start, start + len(part))
        assert result.stored[first:last] == part
    start, end = agent.text.index("password"), agent.text.index(", then")
    first, last = agent.stored_place(start, end)
    assert result.stored[first:last] == "password ***"


def test_a_text_that_is_nothing_but_passwords_is_refused_without_any_of_them():
    redactor = Redactor()
    with pytest.raises(ValueError, match="holds 60 passwords and codes") as error:
        read_task_text("; ".join(f"password s3cret{number}!" for number in range(60)), redactor)
    assert "s3cret" not in str(error.value)
    assert redactor.is_empty


@given(st.text(alphabet='abp ="⟦⟧1/!', max_size=60), st.text(alphabet="abcXYZ0129!$%&", min_size=6, max_size=12))
def test_no_secret_is_left_in_either_text(around, secret):
    result = read(f'{around} the password "{secret}" {around}')
    assert secret not in result.stored
    assert secret not in result.for_agent.text
