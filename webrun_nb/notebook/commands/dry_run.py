"""Shows what a task would do, and its request, without sending it (`--dry-run`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from webrun_nb.client.local_emulator import local_plan
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.expectations import Expectations
from webrun_nb.client.tasks.options import CacheUse, TaskOptions
from webrun_nb.client.tasks.request import build_task_request, check_cacheable
from webrun_nb.client.transfers import existing_files
from webrun_nb.client.urls import is_local, resolve_host
from webrun_nb.common.durations import age_text
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.display.results import unused_line
from webrun_nb.tables import schema

_ANY_LOCAL_SERVER = "http://127.0.0.1"
"""A placeholder for the emulator's address: a dry run starts nothing."""


def show_request(
    text: str,
    options: TaskOptions,
    session: Session | None,
    *,
    wanted: schema.Schema | None,
    policy: str | None,
    secrets: Sequence[tuple[str, str]],
    as_json: bool,
) -> None:
    """Print what a task would do, and its request if that is asked for. Looks up no secret, and uploads nothing.

    Parameters
    ----------
    text : str
        The task.
    options : TaskOptions
        Its options.
    session : Session or None
        The session that it would run in; None for one of its own.
    wanted : Schema or None
        The schema of its answer.
    policy : str or None
        The policy of a session of its own, as it was named.
    secrets : sequence of (host, name)
        The logins.
    as_json : bool
        Print the request, too.
    """
    client = toolkit.current
    base_url = _ANY_LOCAL_SERVER if client is None else client.base_url
    options = options.with_agent_of(toolkit.agent_choice if session is None else session.options.agent)
    check_cacheable(text, options)
    request = build_task_request(text, options, base_url=base_url, schema=wanted)
    where = "a session of its own" if session is None else f"session {session.name}"
    print(f"not sent (--dry-run); it would go to {where}")
    if options.replay is not None:
        print("the recorded steps would be taken, without an agent (--replay)")
        if options.heal:
            asked = (
                f"{options.model}, whose provider may charge," if options.agent_choice.asks_model else "the local agent"
            )
            print(f"where one can't be taken any more, {asked} would go on (--heal)")
    elif options.agent_choice.asks_model and options.agent != "auto":
        print(
            f"{options.model} would do it, and its provider may charge for that: what it would do is not known before"
        )
    elif is_local(base_url):
        _show_plan(request.fields)
        if options.agent == "auto":
            print(f"where it does not understand the text, {options.model} would do the task; its provider may charge")
    else:
        print(f"only {base_url} knows what it would do with the text")
    if request.cache is not None:
        print(_cache_plan(request.cache))
    expected = Expectations.read(options.expect)
    if expected.statuses:
        written = " or ".join(each for each in options.expect if Expectations.read(each).statuses)
        print(f"at least one page has to answer with: {written} (a status in --expect is for the emulator only)")
    if expected.rows:
        print(f"the answer has to have: {', '.join(map(str, expected.rows))}")
    if not as_json:
        print("add --json to see the request")
        return
    shown: dict[str, Any] = {} if policy is None else {"policyId": f"that of {policy}"}
    shown |= request.fields
    if secrets:
        shown["secrets"] = [
            {"match": resolve_host(host, base_url), "fields": f"those of {name}"} for host, name in secrets
        ]
    if options.files:
        shown["files"] = [f"{path} (to be uploaded)" for path in map(str, existing_files(options.files))]
    print("the request:")
    print(json.dumps(shown, indent=2, ensure_ascii=False))


def _cache_plan(use: CacheUse) -> str:
    """Return what a task does with kept answers."""
    if use.refresh:
        return "no kept answer would be taken (--refresh); its own would be kept, if it surely changes nothing"
    return f"a kept answer of at most {age_text(use.max_age_ms / 1000)} would be taken instead, if there is one"


def _show_plan(fields: Mapping[str, Any]) -> None:
    """Print what the emulator's agent would do, and which parts of the text it would refuse."""
    meant = local_plan(fields)
    if meant is None:
        print("what the emulator's agent would do is not known: its program gave no answer")
        return
    for number, step in enumerate(meant.steps, 1):
        print(f"{'the local agent would:' if number == 1 else '':<22} {number}. {step}")
    for problem in meant.problems:
        print(f"it would fail: {problem}")
    for part in meant.unused:
        print(unused_line(part))
