"""`%webrun policy …`, in a notebook."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webrun_nb.client.policies import TEMPLATES
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import (
    PolicyAudit,
    PolicyCreate,
    PolicyDelete,
    PolicyList,
    PolicyShow,
    PolicyTest,
)
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Option, Verb
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 100


def listed(workspace: Workspace, command: PolicyList) -> pd.DataFrame | None:
    """Return the policies as a table."""
    from webrun_nb.notebook.display.tables import narrow, policies_frame

    whole = policies_frame(toolkit.client().policies.list())
    telling = ("name", "status", "hosts", "action_rules", "default", "description")
    frame = narrow(
        whole,
        *telling,
        when_empty=f'there is no policy yet; %webrun policy create NAME --template "{TEMPLATES[0]}" makes one',
    )
    return None if command.quiet else frame


def create(workspace: Workspace, command: PolicyCreate) -> None:
    """Make one, and say what it does.

    Raises
    ------
    CommandError
        The file can't be read, or the name is taken.
    """
    policies = toolkit.client().policies
    if any(policy["name"] == command.name for policy in policies.list()):
        raise CommandError(
            f"there is a policy {command.name!r} already", f"%webrun policy show {command.name}, or delete it first"
        )
    fields = {} if command.file is None else _fields(command.file)
    _show(policies.create(command.name, template=command.template, fields=fields))


def show(workspace: Workspace, command: PolicyShow) -> None:
    """Say what it does."""
    _show(toolkit.client().policies.find(command.policy))


def delete(workspace: Workspace, command: PolicyDelete) -> None:
    """Delete it."""
    policies = toolkit.client().policies
    policy = policies.find(command.policy)
    policies.delete(policy["_id"])
    print(f"policy {policy['name']} is deleted; sessions that run keep its rules, and {policy['_id']} its audit trail")


def audit(workspace: Workspace, command: PolicyAudit) -> pd.DataFrame | None:
    """Return its decisions as a table, and write them down where that is wanted."""
    from webrun_nb.notebook.display.tables import audit_frame, narrow

    entries = toolkit.client().policies.audit(command.policy)
    frame = audit_frame(entries)
    if command.csv is not None:
        _write(command.csv, frame.to_csv(index=False))
    if command.jsonl is not None:
        _write(command.jsonl, "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries))
    return None if command.quiet else narrow(frame)


def test(workspace: Workspace, command: PolicyTest) -> pd.DataFrame | None:
    """Return what it would have decided as a table.

    Raises
    ------
    CommandError
        No task is named, and this kernel ran none.
    """
    from webrun_nb.notebook.display.tables import tested_frame

    task_id = command.task
    if task_id in workspace.jobs:
        task_id = workspace.jobs[task_id].task_id
    if task_id is None and not workspace.done:
        raise CommandError("no task was run in this kernel yet", "%webrun policy test POLICY TASK names one")
    frame = tested_frame(toolkit.client().policies.test(command.policy, task_id or next(reversed(workspace.done))))
    changed = frame["decision"] != frame["decided"].fillna("allow")
    actions = "1 action" if len(frame) == 1 else f"{len(frame)} actions"
    print(f"{actions}, {int(changed.sum())} of them decided otherwise by {command.policy}; nothing was done")
    return None if command.quiet else frame


def _fields(path: str) -> Mapping[str, Any]:
    try:
        fields = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--file: {path} can't be read", str(getattr(error, "strerror", None) or error)) from error
    except ValueError as error:
        raise CommandError(f"--file: {path} is not JSON", str(error)) from error
    if not isinstance(fields, dict):
        raise CommandError(f"--file: {path} holds no JSON object", '{"actionRules": […], "defaultAction": "allow"}')
    return {name: value for name, value in fields.items() if name != "name"}


def _write(path: str, text: str) -> None:
    try:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written", str(error.strerror or error)) from error
    print(f"written to {path}")


def _show(policy: Mapping[str, Any]) -> None:
    draft = " (a draft: no session can be started with it)" if policy["status"] == "draft" else ""
    lines = [f"{policy['name']}{draft}"]
    lines += [textwrap.fill(policy["description"], _WIDTH, initial_indent="  ", subsequent_indent="  ")] * bool(
        policy["description"]
    )
    lines += [
        textwrap.fill(rule, _WIDTH, initial_indent="  · ", subsequent_indent="    ", break_long_words=False)
        for rule in policy["summary"]
    ]
    if policy["llmRole"]:
        said = f"tells the agent: {policy['llmRole']}"
        lines.append(textwrap.fill(said, _WIDTH, initial_indent="  ", subsequent_indent="    "))
    if any(rule.get("matchType") == "regex" for rule in policy["actionRules"]):
        lines.append(f"  the rules as they are written: webrun.policies.find({policy['name']!r})['actionRules']")
    print("\n".join(lines))


def policy_option(help_text: str) -> Option:
    """Return `--policy`, as `start` and `task` have it."""
    return Option("--policy", "policy", help_text, "POLICY", values.words)


def _policy() -> Option:
    return Option("", "policy", "its name or id", "POLICY", values.words, required=True)


def _create(name: str, template: str | None = None, file: str | None = None) -> PolicyCreate:
    if template is None and file is None:
        raise CommandError(
            f"policy create {name}: what is it to say?",
            'give --template "Research Only", or --file with its rules as JSON; %webrun help policy shows both',
        )
    return PolicyCreate(name, template, file)


POLICY = Verb(
    "policy",
    "what sessions may reach and do: policies, and what they decided",
    PolicyList,
    parts=(
        Verb("policy list", "all policies, as a DataFrame", PolicyList, shows_rows=True),
        Verb(
            "policy create",
            "make a policy, of a template, a file, or both: the file's fields go before the template's",
            _create,
            (
                Option("", "name", "what to call it", "NAME", values.words, required=True),
                Option("--template", "template", "what to begin with", "TEMPLATE", values.words),
                Option("--file", "file", "its fields, as JSON", "PATH", values.words),
            ),
        ),
        Verb("policy show", "what it says, in plain words", PolicyShow, (_policy(),)),
        Verb("policy delete", "delete it; sessions that run keep its rules", PolicyDelete, (_policy(),)),
        Verb(
            "policy audit",
            "every decision of it, as a DataFrame",
            PolicyAudit,
            (
                _policy(),
                Option("--csv", "csv", "write them to a file as well", "PATH", values.words),
                Option("--jsonl", "jsonl", "write them to a file as well, a JSON object a line", "PATH", values.words),
            ),
            shows_rows=True,
        ),
        Verb(
            "policy test",
            "what it would have decided on what a task did, as a DataFrame; nothing is done",
            PolicyTest,
            (_policy(), Option("", "task", "the task's id; the last one of this kernel", "TASK", values.words)),
            shows_rows=True,
        ),
    ),
)
"""`%webrun policy`, and each of its parts."""
