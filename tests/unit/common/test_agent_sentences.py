"""Tests of the sentences that `%webrun help task` shows."""

from __future__ import annotations

from webrun_nb.common.agent_sentences import examples, help_text


def test_the_grammar_and_the_table_have_sentences() -> None:
    rules = [each.rule for each in examples()]
    assert {"click", "type", "post", "question", "Extract", "ForEach"} <= set(rules)
    assert len(rules) == len(set(rules))
    assert all(each.heading and each.sentences for each in examples())


def test_the_help_fits_a_screen_and_has_a_sentence_of_each_rule() -> None:
    text = help_text()
    assert [each.sentences[0] for each in examples() if each.sentences[0] not in text] == []
    assert len(text.splitlines()) <= 55
    assert max(map(len, text.splitlines())) <= 96
