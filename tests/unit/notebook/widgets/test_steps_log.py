"""Tests of the card's log of steps: labels, hostile texts, and the notice about steps that are left out."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.notebook.widgets.steps_log import STEPS_SHOWN, left_out, step_rows
from webrun_nb.wire.policies import StepBody


def step(**changes: Any) -> StepBody:
    fields = {
        "seq": 1,
        "kind": "action",
        "name": "click",
        "target": "Laptops",
        "by": "agent",
        "url": "http://shop.localhost/",
        "decision": None,
        "rule": None,
        "response": None,
        "outcome": "done",
        "error": None,
        "at": 0,
        "duration": 412.0,
        "cost": 0.00031,
        "picture": False,
    }
    return StepBody.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({}, ""),
        ({"decision": "allow", "rule": "default"}, "allowed (default)"),
        ({"decision": "block", "rule": "no deleting", "outcome": "blocked"}, "blocked (no deleting)"),
        ({"decision": "guardrail", "rule": "buys", "response": "approved"}, "asked approved (buys)"),
        ({"outcome": "failed"}, "failed"),
    ],
)
def test_what_the_policy_said(changes: dict[str, Any], policy: str) -> None:
    assert step_rows([step(**changes)])[0]["policy"] == policy


def test_unknown_values_are_not_shown_as_zero() -> None:
    row = step_rows([step(duration=None, cost=None)])[0]
    assert (row["time"], row["cost"]) == ("…", "")


def test_a_step_by_hand_says_so() -> None:
    assert step_rows([step(by="user")])[0]["what"] == "click (by hand)"


def test_hostile_texts_lose_their_control_and_direction_characters() -> None:
    assert step_rows([step(target="a\x1b[31m\u202eb")])[0]["where"].isprintable()


def test_of_a_long_log_the_latest_are_shown_and_the_rest_is_said() -> None:
    steps = [step(seq=number) for number in range(1, STEPS_SHOWN + 6)]
    assert [row["number"] for row in step_rows(steps)] == [*range(6, STEPS_SHOWN + 6)]
    assert left_out(steps) == "5 earlier steps are not shown; result.steps has them all"
