"""Policies, their audit trail and tasks' steps as DataFrames: money in US dollars, times in UTC.

Actions have the words that the card uses (`open`), not the wire's names (`navigateUrl`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from webrun_nb.client.plain_words import action_word
from webrun_nb.notebook.narrow_frames import narrow

Rows = Iterable[Mapping[str, Any]]

_POLICIES = {
    "name": "string", "policy_id": "string", "status": "string", "hosts": "string", "action_rules": "Int64",
    "default": "string", "description": "string", "updated_at": "time",
}  # fmt: skip
_AUDIT = {
    "timestamp": "time", "session_id": "string", "policy_id": "string", "by": "string", "action": "string",
    "target": "string", "decision": "string", "rule": "string", "response": "string", "task_id": "string",
}  # fmt: skip
_STEPS = {
    "seq": "Int64", "kind": "string", "name": "string", "target": "string", "by": "string", "decision": "string",
    "rule": "string", "response": "string", "outcome": "string", "error": "string", "url": "string", "at": "time",
    "duration_ms": "Float64", "cost_usd": "Float64", "picture": "boolean",
}  # fmt: skip
_SOURCES = {"row": "Int64", "column": "string", "page": "string", "element": "string", "text": "string"}
_TESTED = {
    "seq": "Int64", "name": "string", "target": "string", "by": "string", "decided": "string", "decision": "string",
    "rule": "string", "complete": "boolean", "url": "string",
}  # fmt: skip


def policies_frame(policies: Rows) -> pd.DataFrame:
    """Return a row per policy. `hosts` says which may be reached, `action_rules` is how many rules there are."""
    rows = [
        {
            **policy,
            "policyId": policy["_id"],
            "hosts": _hosts(policy["domainRules"]),
            "actionRules": len(policy["actionRules"]),
            "default": policy["defaultAction"],
        }
        for policy in policies
    ]
    return _frame(rows, _POLICIES)


def audit_frame(entries: Rows) -> pd.DataFrame:
    """Return a row per decision, in the order in which they were made."""
    return _frame([{**entry, "action": action_word(entry["action"])} for entry in entries], _AUDIT)


def steps_frame(steps: Rows) -> pd.DataFrame:
    """Return a row per step of a task."""
    rows = [
        {**step, "name": action_word(step["name"]), "durationMs": step["duration"], "costUsd": step["cost"]}
        for step in steps
    ]
    return _frame(rows, _STEPS)


def provenance_frame(sources: Rows) -> pd.DataFrame:
    """Return a row per value of an answer: where it stands."""
    return _frame(sources, _SOURCES)


def tested_frame(steps: Rows) -> pd.DataFrame:
    """Return a row per recorded action: what was decided then, and what another policy would decide."""
    return _frame([{**step, "name": action_word(step["name"])} for step in steps], _TESTED)


def _hosts(rules: Mapping[str, Any]) -> str:
    patterns = ", ".join(entry["pattern"] for entry in rules["entries"])
    if rules["mode"] == "allow_all":
        return "all"
    return f"only {patterns or 'none'}" if rules["mode"] == "allowlist" else f"all but {patterns or 'none'}"


def _frame(rows: Rows, columns: Mapping[str, str]) -> pd.DataFrame:
    given = [{column: row.get(_wire(column)) for column in columns} for row in rows]
    frame = pd.DataFrame(given, columns=list(columns))
    series: Any
    for column, kind in columns.items():
        series = frame[column]
        frame[column] = pd.to_datetime(series, unit="ms", utc=True) if kind == "time" else series.astype(kind)
    return frame


def _wire(column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(map(str.capitalize, rest))


def table(what: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a task's `steps` or `provenance` as a table."""
    return narrow(steps_frame(rows)) if what == "steps" else provenance_frame(rows)
