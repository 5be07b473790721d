"""Tests of finding the form of a page to log in with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.skills.login_form import (
    button_of,
    credential_field,
    login_form,
    password_fields,
    secret_for,
    way_out,
    ways_to_login,
)
from webrun_nb.browsers.observation import Element, Group, Observation


def field(ref: int, label: str, kind: str = "text", **more: object) -> Element:
    return replace(Element(ref, "textbox", label, "input", label=label, input_type=kind, in_form=True), **more)


def button(ref: int, name: str, **more: object) -> Element:
    return replace(Element(ref, "button", name, "button", in_form=True, submits=True), **more)


def page(*elements: Element, url: str = "https://x.org/login", title: str = "Log in", groups: int = 1) -> Observation:
    return Observation(url, title, elements, "", groups=tuple(Group("form") for _ in range(groups)))


USER, PASSWORD = field(0, "User name"), field(1, "Password", "password")


def test_a_form_has_a_user_name_and_a_password():
    form = login_form(page(USER, PASSWORD, button(2, "Log in")))
    assert form is not None
    assert form.fields == (USER, PASSWORD)


def test_two_passwords_choose_a_new_one():
    assert login_form(page(USER, PASSWORD, field(2, "Repeat password", "password"))) is None


def test_the_login_is_found_beside_a_form_to_sign_up():
    login = (
        field(0, "E-mail", "email", group=0),
        field(1, "Password", "password", group=0),
        button(2, "Log in", group=0),
    )
    new = (
        field(3, "E-mail", "email", group=1),
        field(4, "Password", "password", group=1),
        button(5, "Sign up", group=1),
    )
    repeated = (*new[:2], field(5, "Repeat password", "password", group=1), button(6, "Sign up", group=1))
    for elements in ((*login, *new), (*login, *repeated)):
        form = login_form(page(*elements, groups=2))
        assert form is not None
        assert form.fields == login[:2]
        assert button_of(page(*elements, groups=2), login[1]) == login[2]


def test_a_field_that_is_called_a_password_is_one_whatever_its_type():
    secret = field(1, "Password")
    form = login_form(page(USER, secret))
    assert form is not None
    assert form.password == secret


@pytest.mark.parametrize("label", ["E-mail to reset your password", "Search passwords", "Forgot password"])
def test_a_field_about_passwords_is_none(label):
    assert login_form(page(USER, field(1, label), url="https://x.org/", title="X")) is None


def test_a_code_beside_the_password_is_a_part_of_the_form():
    code = field(2, "One-time code", hint="one-time-code")
    form = login_form(page(USER, PASSWORD, code))
    assert form is not None
    assert form.code == code
    assert secret_for(code, form, ("otp_code", "password")) == "otp_code"


def test_a_field_without_a_name_before_the_password_is_the_user_name():
    form = login_form(page(field(0, ""), PASSWORD))
    assert form is not None
    assert form.identity == field(0, "")


def test_fields_get_the_secrets_that_are_called_like_them():
    form = login_form(page(field(0, "E-mail", "email"), field(1, "PIN", "password")))
    assert form is not None
    assert secret_for(form.fields[0], form, ("email", "username", "password", "pin")) == "email"
    assert secret_for(form.fields[1], form, ("email", "username", "password", "pin")) == "pin"
    assert secret_for(form.fields[0], form, ("password", "username")) == "username"
    assert secret_for(form.fields[1], form, ("new_password",)) is None


def test_ways_in_and_out():
    seen = page(button(0, "Log in with Google"), button(1, "Member login"), button(2, "Log in"), button(3, "Sign out"))
    assert [way.ref for way in ways_to_login(seen)][:2] == [2, 1]
    assert way_out(seen) == seen.elements[3]


def test_fields_are_found_by_what_people_call_them():
    mail, password, repeat = field(0, "E-mail", "email"), field(1, "Secret word password"), field(2, "Verify password")
    seen = page(mail, password, repeat)
    assert credential_field(seen, "password") == password
    assert credential_field(seen, "repeated password") == repeat
    assert credential_field(page(mail, PASSWORD), "user name") == mail
    assert credential_field(page(mail, PASSWORD), "repeated password") is None
    assert password_fields(seen) == (password, repeat)
