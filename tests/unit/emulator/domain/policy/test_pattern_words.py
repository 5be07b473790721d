"""Tests of the plain words for a policy's regular expressions."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webrun_nb.emulator.domain.policy.model import ActionRule, describe_action_rule
from webrun_nb.emulator.domain.policy.pattern_words import pattern_words
from webrun_nb.emulator.domain.policy.templates import TEMPLATES
from webrun_nb.emulator.execution.policy_enforcer import compile_regex


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"(?i)\bpay\b", 'has the word "pay"'),
        (r"(?i)\b(pay|check ?out)\b", 'has one of the words "pay", "check out", "checkout"'),
        (r"(?i)\bdiagnos[ei]s\b", 'has one of the words "diagnoses", "diagnosis"'),
        (r"(?i)\badd to (cart|bag)", 'has one of "add to cart", "add to bag" at the start of a word'),
        (r"(?i)delete|remove", 'has one of "delete", "remove"'),
        (r"(?i)log(?: ?in)?\b", 'has one of "log in", "login", "log" at the end of a word'),
        (r"\bPOST https?://", 'has one of "POST https://", "POST http://" at the start of a word,'
         " in capitals and small letters as here"),
        (r"(?i)a\.b", 'has "a.b"'),
    ],
)  # fmt: skip
def test_a_list_of_words_is_said(expression: str, words: str) -> None:
    assert str(pattern_words(expression)) == words


@pytest.mark.parametrize(
    "expression",
    [
        "", "a.b", "a+", "a*", "a{2}", "^a", "a$", r"\d", r"\w+", "[a-z]", "[^a]", "(a", "a)", "a??", "(?=a)",
        "(?P<n>a)", r"(?i)\ba|b\b", r"\b", "a?", "(a|)", "(?s)a", r"a\Q", "[ab]" * 6, "(?i)(?i)a", r"\bé?",
        r"\b\?", r"a \b", r"\bé", r"\b(a| b)\b",
    ],
)  # fmt: skip
def test_anything_else_is_not(expression: str) -> None:
    assert pattern_words(expression) is None


@settings(max_examples=500)
@given(st.text(alphabet=r"abé |()?[]\b.", max_size=12))
@example(r"\b()()\?")
def test_the_words_are_what_the_expression_finds(expression: str) -> None:
    found = pattern_words(expression)
    if found is not None:
        finds = compile_regex(expression)
        assert all(finds(f"- {word} -") for word in found.words)


def test_the_templates_and_their_rules_show_no_regular_expression() -> None:
    for policy in TEMPLATES:
        for rule in policy.action_rules:
            said = describe_action_rule(rule)
            assert not set("\\|()[]?^$") & set(said.replace("https://", "")), said


def test_an_expression_that_is_no_list_of_words_is_not_shown() -> None:
    rule = ActionRule("Click", "block", scope="target", match_type="regex", match=r"^\d+$")
    assert describe_action_rule(rule) == "block Click where the target matches the rule's regular expression"
