"""Command `policy` with its subcommands: what sessions may reach and do, and what was decided."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webrun_nb.client.policies import TEMPLATES, Policy
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Arguments of `policy list`."""

    quiet: bool = False


def list_policies(workspace: Workspace, arguments: PolicyList) -> pd.DataFrame | None:
    """Return all policies as a DataFrame."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import policies_frame

    whole = policies_frame(toolkit.client().policies.list())
    columns = ("name", "status", "hosts", "action_rules", "default", "description")
    frame = compact(
        whole,
        *columns,
        when_empty=f'there is no policy yet; %webrun policy create NAME --template "{TEMPLATES[0]}" makes one',
    )
    return None if arguments.quiet else frame


@dataclass(frozen=True, slots=True)
class PolicyCreate:
    """Arguments of `policy create`."""

    name: str
    template: str | None = None
    file: str | None = None


def create(workspace: Workspace, arguments: PolicyCreate) -> None:
    """Create a policy from a template, a file or both, and print what it says.

    Raises
    ------
    CommandError
        The file can't be read, or the name is taken.
    """
    policies = toolkit.client().policies
    if any(policy.name == arguments.name for policy in policies.list()):
        raise CommandError(
            f"there is a policy {arguments.name!r} already", f"%webrun policy show {arguments.name}, or delete it first"
        )
    fields = {} if arguments.file is None else _fields(arguments.file)
    _show(policies.create(arguments.name, template=arguments.template, fields=fields))


@dataclass(frozen=True, slots=True)
class PolicyShow:
    """Arguments of `policy show`. `policy` is a name or an id, as in all of these."""

    policy: str


def show(workspace: Workspace, arguments: PolicyShow) -> None:
    """Print what a policy says."""
    _show(toolkit.client().policies.find(arguments.policy))


@dataclass(frozen=True, slots=True)
class PolicyDelete:
    """Arguments of `policy delete`."""

    policy: str


def delete(workspace: Workspace, arguments: PolicyDelete) -> None:
    """Delete a policy."""
    policies = toolkit.client().policies
    policy = policies.find(arguments.policy)
    policies.delete(policy.id)
    print(f"policy {policy.name} is deleted; running sessions keep its rules, and {policy.id} its audit trail")


@dataclass(frozen=True, slots=True)
class PolicyAudit:
    """Arguments of `policy audit`."""

    policy: str
    csv: str | None = None
    jsonl: str | None = None
    quiet: bool = False


def audit(workspace: Workspace, arguments: PolicyAudit) -> pd.DataFrame | None:
    """Return the decisions of a policy as a DataFrame, and write them to files."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import audit_frame

    entries = toolkit.client().policies.audit(arguments.policy)
    frame = audit_frame(entries)
    if arguments.csv is not None:
        _write(arguments.csv, frame.to_csv(index=False))
    if arguments.jsonl is not None:
        _write(arguments.jsonl, "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries))
    return None if arguments.quiet else compact(frame)


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """Arguments of `policy test`. Without `task`, the last task of this kernel is meant."""

    policy: str
    task: str | None = None
    quiet: bool = False


def test(workspace: Workspace, arguments: PolicyTest) -> pd.DataFrame | None:
    """Return what a policy would have decided on a task, as a DataFrame.

    Raises
    ------
    CommandError
        No task is named, and this kernel has run none.
    """
    from webrun_nb.notebook.display.tables import tested_frame

    task_id = arguments.task
    if task_id in (jobs := workspace.task_jobs):
        task_id = jobs[task_id].task_id
    if task_id is None:
        task_id = workspace.last_task_id
    if task_id is None:
        raise CommandError("no task was run in this kernel yet", "%webrun policy test POLICY TASK names one")
    frame = tested_frame(toolkit.client().policies.test(arguments.policy, task_id))
    changed = frame["decision"] != frame["decided"].fillna("allow")
    actions = "1 action" if len(frame) == 1 else f"{len(frame)} actions"
    print(f"{actions}, {int(changed.sum())} of them decided differently by {arguments.policy}; nothing was done")
    return None if arguments.quiet else frame


def _fields(path: str) -> Mapping[str, Any]:
    try:
        fields = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--file: {path} can't be read", str(getattr(error, "strerror", None) or error)) from error
    except ValueError as error:
        raise CommandError(f"--file: {path} is not JSON", str(error)) from error
    if not isinstance(fields, dict):
        raise CommandError(f"--file: {path} is not a JSON object", '{"actionRules": […], "defaultAction": "allow"}')
    return {name: value for name, value in fields.items() if name != "name"}


def _write(path: str, text: str) -> None:
    try:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written", str(error.strerror or error)) from error
    print(f"written to {path}")


def _show(policy: Policy) -> None:
    draft = " (a draft: no session can be started with it)" if policy.status == "draft" else ""
    lines = [f"{policy.name}{draft}"]
    lines += [textwrap.fill(policy.description, _WIDTH, initial_indent="  ", subsequent_indent="  ")] * bool(
        policy.description
    )
    lines += [
        textwrap.fill(rule, _WIDTH, initial_indent="  · ", subsequent_indent="    ", break_long_words=False)
        for rule in policy.summary
    ]
    if policy.llm_role:
        said = f"tells the agent: {policy.llm_role}"
        lines.append(textwrap.fill(said, _WIDTH, initial_indent="  ", subsequent_indent="    "))
    if any(rule.match_type == "regex" for rule in policy.action_rules):
        lines.append(f"  the rules as they are written: webrun.policies.find({policy.name!r}).action_rules")
    print("\n".join(lines))


def _policy() -> Option:
    return Option("", "policy", "its name or id", "POLICY", values.words, required=True, names="policy")


def _create_arguments(name: str, template: str | None = None, file: str | None = None) -> PolicyCreate:
    if template is None and file is None:
        raise CommandError(
            f"policy create {name}: a template or a file is needed",
            'give --template "Research Only", or --file with its rules as JSON; %webrun help policy shows both',
        )
    return PolicyCreate(name, template, file)


POLICY = Command(
    "policy",
    "what sessions may reach and do: policies, and what they decided",
    PolicyList,
    list_policies,
    subcommands=(
        Command("policy list", "all policies, as a DataFrame", PolicyList, list_policies, shows_rows=True),
        Command(
            "policy create",
            "create a policy from a template, a file, or both: the file's fields replace the template's",
            _create_arguments,
            create,
            (
                Option("", "name", "its name", "NAME", values.words, required=True),
                Option(
                    "--template", "template", "the template to begin with", "TEMPLATE", values.words, choices=TEMPLATES
                ),
                Option("--file", "file", "its fields, as JSON", "PATH", values.words),
            ),
        ),
        Command("policy show", "what it says, in plain words", PolicyShow, show, (_policy(),)),
        Command("policy delete", "delete it; running sessions keep its rules", PolicyDelete, delete, (_policy(),)),
        Command(
            "policy audit",
            "every decision of it, and every response to a question, as a DataFrame",
            PolicyAudit,
            audit,
            (
                _policy(),
                Option("--csv", "csv", "write them to a file as well", "PATH", values.words),
                Option("--jsonl", "jsonl", "write them to a file as well, a JSON object a line", "PATH", values.words),
            ),
            shows_rows=True,
        ),
        Command(
            "policy test",
            "what it would have decided on what a task did, as a DataFrame; nothing is done",
            PolicyTest,
            test,
            (
                _policy(),
                Option("", "task", "the task's id; the last one of this kernel", "TASK", values.words, names="task"),
            ),
            shows_rows=True,
        ),
    ),
    examples=('%webrun policy create careful --template "Research Only"',),
    details="""\
A policy says which hosts a session may reach and what may be done there; of all rules that match the most
restrictive holds: block, then guardrail (ask a person first), then allow. %webrun start --policy NAME, or %%webrun task
--policy NAME for a task in a session of its own, runs under it; the session keeps the rules it started with.
  %webrun policy create shop --template "Research Only"
  %webrun policy create mine --file rules.json
  %webrun policy test mine                    what it would have decided on the last task
  df = %webrun policy audit mine --csv audit.csv

Templates: Research Only, Financial Compliance, Healthcare / HIPAA, Strict Lockdown (only the hosts that you list)

rules.json
  {"domainRules": {"mode": "blocklist", "entries": [{"pattern": "*.example.com", "action": "block"}]},
   "actionRules": [{"category": "Click", "permission": "guardrail", "scope": "target", "match": "Delete"},
                   {"category": "Navigation", "permission": "block", "urlPattern": "*/admin/*"}],
   "defaultAction": "allow"}
  mode          allow_all, allowlist (only these hosts), blocklist (all but these)
  pattern       example.com: only that host; *.example.com: its subdomains; *example.com: any host that ends so
  category      Navigation, Click, Type / Keyboard, File Download, File Upload, Form Submit, Screenshot, Shell Command,
                Clipboard, Tab Management, Scroll, Mouse Move
  scope         target: the element that is acted on; page: its address, title and text; all: both. With matchType
                keyword or regex

policy show says the rules in plain words; webrun.policies.find("mine").action_rules has them as they are written.
Policies exist on the emulator only; the hosted service has its policies in its dashboard.""",
)
"""`%webrun policy`, and its subcommands."""

COMMANDS = (POLICY,)
