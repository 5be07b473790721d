"""Tests of the remark that a form was filled in but not sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.effects.unsent import Unsent, unsent_after
from webrun_nb.browsers.actions import Action, Click, Navigate, Press, Select, Type, TypeSecret
from webrun_nb.browsers.observation import Element, Observation

NAME = Element(0, "textbox", "Name", "input", in_form=True)
SEND = Element(1, "button", "Send", "button", in_form=True, submits=True)
BOX = Element(2, "checkbox", "Newsletter", "input", in_form=True)
SEARCH = Element(3, "searchbox", "Search", "input", in_form=True)
LOOSE = Element(4, "textbox", "Filter", "input")
PAGE = Observation("https://a.example/", "Join", (NAME, SEND, BOX, SEARCH, LOOSE), "")
FILLED = Unsent(NAME, "Ada", "Send")


def holding(value: str) -> Observation:
    return Observation(PAGE.url, "Join", (Element(7, "textbox", "Name", "input", value=value, in_form=True), SEND), "")


def test_what_is_typed_into_a_form_is_not_sent() -> None:
    assert unsent_after(Type(0, "Ada"), PAGE, None) == FILLED


@pytest.mark.parametrize("action", [Click(2), Type(4, "x"), Navigate("https://b.example/")])
def test_what_sends_nothing_leaves_it_unsent(action: Action) -> None:
    assert unsent_after(action, PAGE, FILLED) == FILLED


@pytest.mark.parametrize("action", [Click(1), Click(9), Press("Enter"), Type(0, "a", submit=True)])
def test_what_may_have_sent_it_ends_that(action: Action) -> None:
    assert unsent_after(action, PAGE, FILLED) is None


def test_a_secret_that_is_sent_ends_it_too() -> None:
    assert unsent_after(TypeSecret(0, "password", submit=True), PAGE, FILLED) is None


@pytest.mark.parametrize("action", [Type(3, "lamp"), Type(4, "lamp"), Click(2)])
def test_a_search_a_loose_field_and_a_box_alone_are_no_form_to_send(action: Action) -> None:
    assert unsent_after(action, PAGE, None) is None


def test_a_form_without_a_button_that_sends_it_is_none_to_send() -> None:
    assert unsent_after(Type(0, "Ada"), Observation(PAGE.url, "Join", (NAME,), ""), None) is None


def test_the_remark_names_the_button() -> None:
    assert FILLED.remark(holding("Ada")) == 'The form was not sent: no step pressed "Send".'


@pytest.mark.parametrize("seen", [holding(""), Observation("https://a.example/thanks", "Thanks", (), "")])
def test_a_page_that_holds_it_no_more_may_have_been_sent(seen: Observation) -> None:
    assert FILLED.remark(seen) == ""


def test_a_choice_that_no_button_has_sent_is_told_as_one_that_may_not_be_kept() -> None:
    role = Element(5, "combobox", "Role", "select", in_form=True, options=("Reader", "Editor"))
    page = Observation(PAGE.url, "User", (role, SEND), "")
    chosen = unsent_after(Select(5, "Editor"), page, None)
    assert chosen is not None
    assert "may not be kept" in chosen.remark(replace(page, elements=(replace(role, value="Editor"), SEND)))
    assert unsent_after(Click(1), page, chosen) is None
