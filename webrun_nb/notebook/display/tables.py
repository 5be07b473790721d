"""Makes DataFrames of sessions, jobs, maps, environments, files and policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from webrun_nb.batch.progress import FINAL
from webrun_nb.batch.store import StoredRun
from webrun_nb.client.environments import Environment, StoredFile
from webrun_nb.client.monitoring.ledger import SessionRecord
from webrun_nb.client.policies import Policy
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.answer_store import AnswerEntry
from webrun_nb.client.tasks.result import ResultFile
from webrun_nb.common.durations import age_text
from webrun_nb.common.labels import action_label, end_name
from webrun_nb.common.local_time import unix_ms
from webrun_nb.notebook.jobs import BackgroundJob
from webrun_nb.wire.responses import ProxyTested


def sessions_frame(snapshots: Iterable[SessionSnapshot]) -> pd.DataFrame:
    """Return a row per session: money in US dollars, times in UTC.

    Columns: name, session_id, status, phase, reason, created_at, queued_tasks, cost_usd, idle_usd, emulated, estimated
    (the server does not say all of it: some comes from this client's own clock, requests and events).
    """
    rows = [
        {
            "name": snapshot.name,
            "session_id": snapshot.session_id,
            "status": snapshot.status_word,
            "phase": None if snapshot.phase is None else snapshot.phase.value,
            "reason": None if snapshot.reason is None else end_name(snapshot.reason),
            "created_at": snapshot.created_at_ms,
            "queued_tasks": snapshot.queued_tasks,
            "cost_usd": None if snapshot.cost_usd is None else float(snapshot.cost_usd),
            "idle_usd": None if snapshot.idle_usd is None else float(snapshot.idle_usd),
            "emulated": snapshot.emulated,
            "estimated": snapshot.estimated,
        }
        for snapshot in snapshots
    ]
    return typed(rows, _SESSION_DTYPES)


_SESSION_DTYPES = {
    "name": "string",
    "session_id": "string",
    "status": "string",
    "phase": "string",
    "reason": "string",
    "created_at": "time",
    "queued_tasks": "Int64",
    "cost_usd": "Float64",
    "idle_usd": "Float64",
    "emulated": "boolean",
    "estimated": "boolean",
}


def jobs_frame(jobs: Sequence[BackgroundJob]) -> pd.DataFrame:
    """Return a row per background job: money in US dollars, times in UTC.

    Columns: job, state, session, session_id and task_id (`<NA>` for a map, which has many of them), began_at,
    elapsed_s, cost_usd, emulated, asks, error.
    """
    rows = []
    for job in jobs:
        facts = job.facts()
        rows.append(
            {
                "job": facts.name,
                "state": facts.state,
                "session": facts.session or None,
                "session_id": facts.session_id or None,
                "task_id": facts.task_id or None,
                "began_at": round(job.began_at_s * 1000),
                "elapsed_s": round(facts.elapsed_ms / 1000, 1),
                "cost_usd": None if facts.cost_usd is None else float(facts.cost_usd),
                "emulated": facts.emulated,
                "asks": facts.asks or None,
                "error": facts.error or None,
            }
        )
    return typed(rows, _JOB_DTYPES)


_JOB_DTYPES = {
    "job": "string",
    "state": "string",
    "session": "string",
    "session_id": "string",
    "task_id": "string",
    "began_at": "time",
    "elapsed_s": "Float64",
    "cost_usd": "Float64",
    "emulated": "boolean",
    "asks": "string",
    "error": "string",
}


def answers_frame(entries: Sequence[AnswerEntry], *, now_ms: int) -> pd.DataFrame:
    """Return a row per kept answer: its age as text, size in bytes, times in UTC.

    Columns: age, kept_at, captured_at (the time of the answer), size_bytes, url, text, task_id, session_id, server.
    """
    rows = [
        {
            "age": age_text((now_ms - entry.kept_at_ms) / 1000),
            "kept_at": entry.kept_at_ms,
            "captured_at": entry.captured_at_ms,
            "size_bytes": entry.size_bytes,
            "url": entry.url,
            "text": entry.text,
            "task_id": entry.task_id,
            "session_id": entry.session_id,
            "server": entry.server,
        }
        for entry in entries
    ]
    return typed(rows, _ANSWER_DTYPES)


_ANSWER_DTYPES = {
    "age": "string",
    "kept_at": "time",
    "captured_at": "time",
    "size_bytes": "Int64",
    "url": "string",
    "text": "string",
    "task_id": "string",
    "session_id": "string",
    "server": "string",
}


def runs_frame(runs: Iterable[StoredRun], sessions: Iterable[SessionRecord]) -> pd.DataFrame:
    """Return a row per map on disk: money in US dollars, times in UTC.

    Columns: run, name (that its table is bound to), began_at, state (`killed` where its process ended without a word),
    rows, done, failed, missing (neither), repeated (ran twice, as the first attempt was lost), cost_usd (of its
    sessions; `<NA>` where that isn't known of each), emulated, server, text (secrets masked), url.
    """
    costs_usd: dict[str, list[Decimal | None]] = {}
    for session in sessions:
        costs_usd.setdefault(session.run_id, []).append(session.cost_usd)
    rows = []
    for run in runs:
        known = [cost for cost in costs_usd.get(run.meta.run_id, ()) if cost is not None]
        is_known = len(known) == len(costs_usd.get(run.meta.run_id, ()))
        rows.append(
            {
                "run": run.meta.run_id,
                "name": run.meta.name or None,
                "began_at": run.meta.created_at_ms,
                "state": run.state if run.in_use or run.state in FINAL else "killed",
                "rows": run.counts.total,
                "done": run.counts.done,
                "failed": run.counts.failed,
                "missing": run.counts.missing,
                "repeated": run.counts.repeated,
                "cost_usd": float(sum(known, Decimal(0))) if is_known else None,
                "emulated": run.meta.emulated,
                "server": run.meta.base_url,
                "text": run.meta.text,
                "url": run.meta.url,
            }
        )
    return typed(rows, _RUN_DTYPES)


_RUN_DTYPES = {
    "run": "string", "name": "string", "began_at": "time", "state": "string", "rows": "Int64", "done": "Int64",
    "failed": "Int64", "missing": "Int64", "repeated": "Int64", "cost_usd": "Float64", "emulated": "boolean",
    "server": "string", "text": "string", "url": "string",
}  # fmt: skip


def environments_frame(environments: Iterable[Environment]) -> pd.DataFrame:
    """Return a row per environment: sizes in bytes, times in UTC.

    Columns: name, environment_id, status, size, used, last_used_at, saved_at, created_at, description.
    """
    rows = [
        {
            "name": each.name,
            "environment_id": each.id,
            "status": each.status,
            "size": each.size_bytes,
            "used": each.usage_count,
            "last_used_at": _unix_ms(each.last_used_at),
            "saved_at": _unix_ms(each.saved_at),
            "created_at": _unix_ms(each.created_at),
            "description": each.description,
        }
        for each in environments
    ]
    return typed(rows, _ENVIRONMENT_DTYPES)


_ENVIRONMENT_DTYPES = {
    "name": "string",
    "environment_id": "string",
    "status": "string",
    "size": "Int64",
    "used": "Int64",
    "last_used_at": "time",
    "saved_at": "time",
    "created_at": "time",
    "description": "string",
}


def files_frame(files: Iterable[StoredFile]) -> pd.DataFrame:
    """Return a row per file that was uploaded: sizes in bytes, times in UTC.

    Columns: name, file_id, size, created_at.
    """
    rows = [
        {
            "name": each.name,
            "file_id": each.file_id,
            "size": each.size_bytes,
            "created_at": _unix_ms(each.created_at),
        }
        for each in files
    ]
    return typed(rows, {"name": "string", "file_id": "string", "size": "Int64", "created_at": "time"})


def downloads_frame(files: Iterable[ResultFile]) -> pd.DataFrame:
    """Return a row per file that a task downloaded, times in UTC.

    Columns: name, source, downloaded_at.
    """
    rows = [{"name": each.filename, "source": each.source, "downloaded_at": each.timestamp} for each in files]
    return typed(rows, {"name": "string", "source": "string", "downloaded_at": "time"})


def proxy_frame(tested: ProxyTested) -> pd.DataFrame:
    """Return the row of one proxy that was tried.

    Columns: proxy, works, exit_address, latency_ms, seen_by, error.
    """
    fields = tested.proxy
    managed = fields.get("source") == "WebRun"
    host = str(fields.get("host"))
    kind = "http" if fields.get("type") == "http" else "socks5"
    row = {
        "proxy": f"WebRun:{fields['country']}"
        if managed
        else f"{kind}://{f'[{host}]' if ':' in host else host}:{fields['port']}",
        "works": tested.works,
        "exit_address": tested.exit_address,
        "latency_ms": tested.latency_ms,
        "seen_by": tested.seen_by,
        "error": tested.error,
    }
    return typed([row], _PROXY_DTYPES)


_PROXY_DTYPES = {
    "proxy": "string",
    "works": "boolean",
    "exit_address": "string",
    "latency_ms": "Float64",
    "seen_by": "string",
    "error": "string",
}


def _unix_ms(time: datetime | None) -> int | None:
    return None if time is None else unix_ms(time)


def typed(rows: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return rows under typed columns; a column of the dtype `time` holds unix ms."""
    frame = pd.DataFrame(rows, columns=list(dtypes))
    for name in (name for name, dtype in dtypes.items() if dtype == "time"):
        frame[name] = pd.to_datetime(frame[name], unit="ms", utc=True)
    return frame.astype({name: dtype for name, dtype in dtypes.items() if dtype != "time"})


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
_TESTED = {
    "seq": "Int64", "name": "string", "target": "string", "by": "string", "decided": "string", "decision": "string",
    "rule": "string", "complete": "boolean", "url": "string",
}  # fmt: skip


def policies_frame(policies: Iterable[Policy]) -> pd.DataFrame:
    """Return a row per policy. `hosts` says which may be reached, `action_rules` is how many rules there are."""
    rows = [
        {
            "name": policy.name,
            "policyId": policy.id,
            "status": policy.status,
            "hosts": _hosts(policy),
            "actionRules": len(policy.action_rules),
            "default": policy.default_action,
            "description": policy.description,
            "updatedAt": unix_ms(policy.updated_at),
        }
        for policy in policies
    ]
    return _frame(rows, _POLICIES)


def audit_frame(entries: Rows) -> pd.DataFrame:
    """Return a row per decision, and one per response to a guardrail, in the order in which they were made."""
    return _frame([{**entry, "action": action_label(entry["action"])} for entry in entries], _AUDIT)


def steps_frame(steps: Rows) -> pd.DataFrame:
    """Return a row per step of a task."""
    rows = [
        {**step, "name": action_label(step["name"]), "durationMs": step["duration"], "costUsd": step["cost"]}
        for step in steps
    ]
    return _frame(rows, _STEPS)


def tested_frame(steps: Rows) -> pd.DataFrame:
    """Return a row per recorded action: its decision, and that of another policy."""
    return _frame([{**step, "name": action_label(step["name"])} for step in steps], _TESTED)


def _hosts(policy: Policy) -> str:
    patterns = ", ".join(rule.pattern for rule in policy.domain_rules)
    if policy.domain_mode == "allow_all":
        return "all"
    return f"only {patterns or 'none'}" if policy.domain_mode == "allowlist" else f"all but {patterns or 'none'}"


def _frame(rows: Rows, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return rows of the wire under typed columns."""
    return typed([{column: row.get(_wire(column)) for column in dtypes} for row in rows], dtypes)


def _wire(column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(map(str.capitalize, rest))
