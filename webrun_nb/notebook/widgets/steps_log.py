"""From a task's recorded steps to the lines of the card's log: words and numbers as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webrun_nb.common.labels import action_label
from webrun_nb.notebook.text import labels as words
from webrun_nb.wire.policies import StepBody

STEPS_SHOWN = 200
"""The latest so many; `result.steps` has them all."""

_DECISIONS = {"allow": "allowed", "block": "blocked", "guardrail": "asked"}


def step_rows(steps: Sequence[StepBody]) -> list[dict[str, Any]]:
    """Return the latest steps as the page shows them: texts only, cleaned and cut."""
    return [_row(step) for step in steps[-STEPS_SHOWN:]]


def left_out(steps: Sequence[StepBody]) -> str:
    """Return what to say of steps that are not among those shown."""
    more = len(steps) - STEPS_SHOWN
    return f"{more} earlier steps are not shown; result.steps has them all" if more > 0 else ""


def _row(step: StepBody) -> dict[str, Any]:
    return {
        "number": step.seq,
        "what": words.clean(
            f"{action_label(step.name or step.kind)}{' (by hand)' if step.by == 'user' else ''}", words.TASK_CHARACTERS
        ),
        "where": words.clean(step.target or step.url, words.ACTION_CHARACTERS),
        "policy": words.clean(_policy(step), words.ACTION_CHARACTERS),
        "decision": step.decision or "",
        "time": _time(step),
        "cost": "" if step.cost is None else f"${step.cost:.4f}",
        "picture": step.picture,
    }


def _policy(step: StepBody) -> str:
    said = _DECISIONS.get(step.decision or "", "")
    parts = [said, step.response or "", f"({step.rule})" if step.rule else ""]
    failed = step.outcome if step.outcome in ("failed",) else ""
    return " ".join(part for part in [*parts, failed] if part)


def _time(step: StepBody) -> str:
    return "…" if step.duration is None else f"{step.duration / 1000:.1f} s"
