"""`%%webrun task`, in a notebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from webrun_nb.client.budget import Budget
from webrun_nb.client.client import SINGLE_TASK
from webrun_nb.client.errors import SessionGoneError, ShortTracebackMixin
from webrun_nb.client.local_emulator import local_plan
from webrun_nb.client.proxies import format_proxy
from webrun_nb.client.result import TaskResult
from webrun_nb.client.session import Session
from webrun_nb.client.task_handle import TaskHandle
from webrun_nb.client.task_options import SingleTaskKeywords, TaskOptions
from webrun_nb.client.task_request import build_task_request
from webrun_nb.client.transport import existing_files
from webrun_nb.client.urls import display_url, is_local, resolve_host
from webrun_nb.common.money import exact_dollars
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands import jobs
from webrun_nb.notebook.commands.definitions import Task
from webrun_nb.notebook.display.code_export import SubmittedTask, environment_reference, policy_named
from webrun_nb.notebook.display.results import show_partial, show_result, unused_line
from webrun_nb.notebook.syntax.credentials import refuse_credentials
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.static_card import final_line
from webrun_nb.notebook.workspace import Workspace, gone
from webrun_nb.tables import schema, templates

if TYPE_CHECKING:
    import pandas as pd


def _options(command: Task, url: str | None, wanted: schema.Schema | None) -> SingleTaskKeywords:
    """Return the command's options as the client takes them."""
    return {
        "url": url,
        "schema": wanted,
        "timeout_ms": command.timeout_ms,
        "max_cost_usd": command.max_cost_usd,
        "secrets": dict(command.secrets),
        "files": command.files,
        "expect": command.expect,
    }


def _budget_for(workspace: Workspace, command: Task) -> Budget | None:
    """Return the budget of the current session, which has ended: a task in a session of its own counts against it.

    The budget holds until a session is started. A task with a budget of its own (`--max-cost`) is not limited by it.
    """
    if command.max_cost_usd is not None or workspace.current is None:
        return None
    return workspace.current.budget


_ANY_LOCAL_SERVER = "http://127.0.0.1"
"""Stands for the emulator where it has not been started: a dry run starts nothing."""


def task(workspace: Workspace, command: Task) -> None:
    """Run it, and show or bind what comes back."""
    text, url = command.text, command.url
    if not command.raw:
        text = templates.fill(text, workspace.scope)
        url = None if url is None else templates.fill(url, workspace.scope)
        refuse_credentials(f"{text} {url or ''}")  # what was filled in may hold some
    wanted = _schema(workspace, command)
    if command.job is not None:
        jobs.check_name(workspace, command.job)
    _refuse_policy_in_session(workspace, command)
    if command.show_json and not command.dry_run:
        raise CommandError("--json shows the request of a dry run", "add --dry-run; then nothing is sent")
    if command.dry_run:
        _show_request(workspace, command, text, url, wanted)
        return
    sent = _sent(workspace, command, text, url)
    if _session_for(workspace, command) is None:
        toolkit.client()  # before the widgets are imported: whoever waits for the emulator is to be told at once
    if command.job is not None:
        handle = _begun(workspace, command, text, url, wanted)
        workspace.done[handle.task_id] = sent
        jobs.begin(workspace, command, handle)
        return
    try:
        with workspace.following() as show_card:
            result = _result(workspace, command, text, url, wanted, show_card)
        workspace.done[result.task_id] = sent
    except ShortTracebackMixin as error:
        if error.task_id is not None:
            workspace.done[error.task_id] = sent
        if error.partial and not command.quiet:
            show_partial(error.partial, wanted, rows=command.rows)
        raise
    finally:
        workspace.drain_cards()  # so that the saved card says how it ended, however it ended

    def bind(frame: pd.DataFrame) -> None:
        if command.out is not None:
            workspace.shell.push({command.out: frame})  # type: ignore[no-untyped-call]

    own = next((each for each in workspace.sessions.values() if each.session_id == result.session_id), None)
    show_result(
        result,
        name=command.out,
        rows=command.rows,
        quiet=command.quiet,
        bind=bind,
        own_session=own.snapshot if own is not None and own.name.startswith(SINGLE_TASK) else None,
    )


def _sent(workspace: Workspace, command: Task, text: str, url: str | None) -> SubmittedTask:
    """Return what is kept of a task, to be shown by `history` and `code`."""
    session = _session_for(workspace, command)
    if session is None:
        return SubmittedTask(command, text, url, "", None)
    options, written = session.options, workspace.started.get(session.session_id)
    started: dict[str, Any] = {
        "url": None if options.url is None else display_url(options.url, session.client.base_url),
        "environment_id": options.environment_id,
        "policy_id": options.policy_id,
        "proxy": None if options.proxy is None else format_proxy(options.proxy),
        "max_cost_usd": None if options.max_cost_usd is None else str(options.max_cost_usd),
        "pictures": options.pictures or None,
    }
    if written is not None:  # what somebody typed says more than the ids that became of it
        typed = {
            "environment_id": None if written.env is None else environment_reference(written.env),
            "policy_id": None if written.policy is None else policy_named(written.policy),
            "proxy": written.proxy,
            "secrets": dict(written.secrets) or None,
        }
        started |= {name: value for name, value in typed.items() if value is not None}
    given = {name: value for name, value in started.items() if value is not None}
    return SubmittedTask(command, text, url, session.name, given)


def _result(
    workspace: Workspace,
    command: Task,
    text: str,
    url: str | None,
    wanted: schema.Schema | None,
    show_card: Callable[[Session], None],
) -> TaskResult:
    session = _session_for(workspace, command)
    if session is None:
        return toolkit.client().run_task(
            text,
            environment_id=_environment_id(command),
            policy_id=_policy_id(command),
            **_options(command, url, wanted),
            budget=_budget_for(workspace, command),
            opened=show_card,
        )
    show_card(session)
    if command.end:
        workspace.told_ended.add(session)
    try:
        return session.task(text, **_options(command, url, wanted), end=command.end)
    except SessionGoneError as error:  # it ended by itself, a moment ago
        session.status()
        if session.ended:
            raise gone(session) from error
        raise


def _begun(
    workspace: Workspace, command: Task, text: str, url: str | None, wanted: schema.Schema | None
) -> TaskHandle[Session]:
    """Begin it in the background."""
    session = _session_for(workspace, command)
    options = _options(command, url, wanted)
    if session is None:
        handle = toolkit.client().submit_task(
            text,
            environment_id=_environment_id(command),
            policy_id=_policy_id(command),
            **options,
            budget=_budget_for(workspace, command),
        )
    else:
        if command.end:
            workspace.told_ended.add(session)
        handle = session.submit(text, **options, end=command.end)
    return handle


def _environment_id(command: Task) -> str | None:
    return None if command.env is None else toolkit.client().environments.find(command.env).id


def _policy_id(command: Task) -> str | None:
    if command.policy is None:
        return None
    policy_id: str = toolkit.client().policies.find(command.policy)["_id"]
    return policy_id


def _refuse_policy_in_session(workspace: Workspace, command: Task) -> None:
    """Refuse a policy for a task in an open session: it has the rules it was started with.

    Raises
    ------
    CommandError
        That is so.
    """
    if command.policy is None:
        return
    session = _session_for(workspace, command)
    if session is not None:
        raise CommandError(
            f"session {session.name} keeps the rules it was started with",
            f"%webrun start --new --policy {command.policy}, or %webrun terminate first",
        )


def _schema(workspace: Workspace, command: Task) -> schema.Schema | None:
    if command.schema is not None:
        return schema.resolve(command.schema, workspace.scope)
    return schema.any_records() if command.out is not None or command.job is not None else None


def _session_for(workspace: Workspace, command: Task) -> Session | None:
    """Return where the task runs: the session named, the current one, or None for one of its own."""
    session = _open_session_for(workspace, command)
    if session is not None and command.env is not None:
        raise CommandError(
            f"--env: the task runs in session {session.name}, which has been started already",
            "give it to %webrun start; or %webrun terminate first, for a session of the task's own",
        )
    return session


def _open_session_for(workspace: Workspace, command: Task) -> Session | None:
    if command.session is not None:
        session = workspace.session(command.session)
        if session.ended:
            if session.budget is not None:
                session.budget.refuse_if_spent()
            raise gone(session)
        return session
    current = workspace.current
    if current is None or not current.ended:
        return current
    if current not in workspace.told_ended:  # it ended by itself: nobody may think that the task still runs in it
        if command.max_cost_usd is None and current.budget is not None:
            current.budget.refuse_if_spent()  # one line: it says all there is to know
        workspace.told_ended.add(current)
        print(f"{final_line(current.snapshot)}; {_without(current, command)}")
    return None


def _without(ended: Session, command: Task) -> str:
    """Say where tasks run without a session that has ended, and what is left of its budget for them."""
    budget = ended.budget
    if command.max_cost_usd is not None or budget is None or budget.limit_usd is None or budget.left_usd is None:
        return "without it, tasks run in sessions of their own"
    left = f"{words.about(budget.left_usd, ended.snapshot)} of {exact_dollars(budget.limit_usd)}"
    return f"tasks run in sessions of their own, within what is left of its budget ({left})"


def _show_request(
    workspace: Workspace, command: Task, text: str, url: str | None, wanted: schema.Schema | None
) -> None:
    session = _session_for(workspace, command)
    client = toolkit.current
    base_url = _ANY_LOCAL_SERVER if client is None else client.base_url
    options = TaskOptions(url=url, end=command.end, timeout_ms=command.timeout_ms, expect=command.expect)
    request = build_task_request(text, options, base_url=base_url, schema=wanted)
    where = "a session of its own" if session is None else f"session {session.name}"
    print(f"not sent (--dry-run); it would go to {where}")
    if is_local(base_url):
        _show_plan(request.fields)
    else:
        print(f"how {base_url} reads the text is not known here")
    if command.expect:
        print(f"at least one page has to answer with: {' or '.join(command.expect)} (only an emulator takes --expect)")
    if not command.show_json:
        print("add --json to see the request")
        return
    named = [{"match": resolve_host(host, base_url), "fields": f"those of {name}"} for host, name in command.secrets]
    policy = {} if command.policy is None else {"policyId": f"that of {command.policy}"}
    attached = {"files": [f"{path} (to be uploaded)" for path in map(str, existing_files(command.files))]}
    shown = {**policy, **request.fields, **({"secrets": named} if named else {}), **(attached if command.files else {})}
    # a dry run looks no secret up, and uploads nothing
    print("the request:")
    print(json.dumps(shown, indent=2, ensure_ascii=False))


def _show_plan(fields: Mapping[str, Any]) -> None:
    """Show what the emulator's agent would do, and what of the text it would refuse, in the words of a run."""
    meant = local_plan(fields)
    if meant is None:
        print("what the emulator's agent would do can't be told: its program gave no answer")
        return
    for number, step in enumerate(meant.steps, 1):
        print(f"{'the local agent would:' if number == 1 else '':<22} {number}. {step}")
    for problem in meant.problems:
        print(f"it would not go through: {problem}")
    for part in meant.unused:
        print(unused_line(part))
