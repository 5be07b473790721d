"""Tests of the examples in the grammar and in `examples.toml`: each is read as the step that it is an example of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from webrun_nb.agents.local.language import intents, plan
from webrun_nb.agents.local.language.intents import Either, Intent, Unclear
from webrun_nb.common.agent_sentences import examples

STEPS_OF_RULES = {
    "click": "ClickOn", "press": "PressKey ClickOn", "open": "ClickOn", "path": "FollowPath", "expand": "SetOpen",
    "collapse": "SetOpen", "close": "NamedAction ClickOn", "hover": "Hover", "drag": "DragTo", "type": "Fill FillForm",
    "choose": "Choose ClickOn Fill SetChecked", "choose_named": "Choose", "check": "SetChecked",
    "mark": "SetChecked NamedAction", "clear": "Fill", "focus": "Focus", "submit": "ClickOn",
    "copy_values": "CopyValues", "highlight": "SelectText", "copy": "Copy", "paste": "Fill", "find": "Find",
    "solve": "Solve", "style": "Style",
    "request": "Request", "run": "Request RunText", "do": "NamedAction", "things": "ClickOn SetChecked",
    "post": "NamedAction ClickOn SetChecked Fill Choose", "value": "Fill", "premise": "If", "question": "Tell",
}  # fmt: skip
"""The kinds of steps that a rule's examples may be read as; the first step of an example is looked at."""
SENTENCES = [(each.rule, sentence) for each in examples() for sentence in each.sentences]


def steps_in(value: object) -> Iterator[Intent]:
    """Yield all steps that a value holds: readings, and steps of a condition."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from steps_in(each)
    elif is_dataclass(value) and not isinstance(value, type):
        if isinstance(value, get_args(Intent)):
            yield value
        for field in fields(value):
            yield from steps_in(getattr(value, field.name))


def test_every_rule_with_examples_is_known() -> None:
    assert {rule for rule, _ in SENTENCES if rule.islower()} == set(STEPS_OF_RULES)
    assert all(hasattr(intents, rule) for rule, _ in SENTENCES if not rule.islower())


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_an_example_is_read_as_its_kind_of_step(rule: str, sentence: str) -> None:
    steps = plan(sentence)
    first = steps[0].readings[0] if isinstance(steps[0], Either) else steps[0]
    assert type(first).__name__ in STEPS_OF_RULES.get(rule, rule).split()
    assert not any(isinstance(step, Unclear) for step in steps_in(steps))
