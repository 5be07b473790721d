"""How `%webrun policy …` is written."""

from __future__ import annotations

from webrun_nb.notebook import options
from webrun_nb.notebook.errors import CommandError
from webrun_nb.notebook.grammar import Option, Verb
from webrun_nb.notebook.policy_commands import (
    PolicyAudit,
    PolicyCreate,
    PolicyDelete,
    PolicyList,
    PolicyShow,
    PolicyTest,
)


def policy_option(help_text: str) -> Option:
    """Return `--policy`, as `start` and `task` have it."""
    return Option("--policy", "policy", help_text, "POLICY", options.words)


def _policy() -> Option:
    return Option("", "policy", "its name or id", "POLICY", options.words, required=True)


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
                Option("", "name", "what to call it", "NAME", options.words, required=True),
                Option("--template", "template", "what to begin with", "TEMPLATE", options.words),
                Option("--file", "file", "its fields, as JSON", "PATH", options.words),
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
                Option("--csv", "csv", "write them to a file as well", "PATH", options.words),
                Option("--jsonl", "jsonl", "write them to a file as well, a JSON object a line", "PATH", options.words),
            ),
            shows_rows=True,
        ),
        Verb(
            "policy test",
            "what it would have decided on what a task did, as a DataFrame; nothing is done",
            PolicyTest,
            (_policy(), Option("", "task", "the task's id; the last one of this kernel", "TASK", options.words)),
            shows_rows=True,
        ),
    ),
)
"""`%webrun policy`, and each of its parts."""
