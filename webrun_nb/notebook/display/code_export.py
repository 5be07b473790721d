"""A task of the notebook as plain Python: what `%webrun code` writes. Pure.

Secrets are references here as they are in the cell; no value gets into what is written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from webrun_nb.notebook.commands.definitions import Task
from webrun_nb.tables.schema import any_records

IMPORT = "import webrun_nb as webrun"
_WIDTH = 100
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_MODEL = re.compile(r"[^\W\d]\w*|list\[[^\W\d]\w*\]")


class Expression(str):
    """Python that stands for a value, where the value itself means nothing to a reader."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def environment_reference(name: str) -> Expression:
    """Return how an environment's id is had from its name (an id will do as well)."""
    return Expression(f"webrun.environments.find({name!r}).id")


def policy_named(name: str) -> Expression:
    """Return how a policy's id is had from its name (an id will do as well)."""
    return Expression(f'webrun.policies.find({name!r})["_id"]')


@dataclass(frozen=True, slots=True)
class SubmittedTask:
    """A task that was given to the service from this notebook.

    `text` and `url` are as they were sent, their `{{ }}` filled; `session` is what its session was started with, as
    keyword arguments (`Expression`s among them); None where the task had a session of its own.
    """

    command: Task
    text: str
    url: str | None
    session_name: str
    session: Mapping[str, Any] | None


def python_code(done: SubmittedTask) -> str:
    """Return cells' worth of Python that does the same."""
    command = done.command
    name = command.out or command.job or "result"
    text, url = _text(command.text, done.text, command.raw), None
    if command.url is not None and done.url is not None:
        url = _text(command.url, done.url, command.raw)
    given: list[tuple[str, str | None]] = [
        ("url", url),
        ("schema", _schema(command)),
        ("timeout_ms", None if command.timeout_ms is None else f"{command.timeout_ms:_}"),
        ("max_cost_usd", None if command.max_cost_usd is None else repr(str(command.max_cost_usd))),
        ("policy_id", None if command.policy is None else policy_named(command.policy)),
        ("environment_id", None if command.env is None else environment_reference(command.env)),
        ("secrets", repr(dict(command.secrets)) if command.secrets else None),
        ("files", repr([str(path) for path in command.files]) if command.files else None),
        ("expect", repr(list(command.expect)) if command.expect else None),
        ("end", "True" if command.end and done.session is not None else None),
    ]
    arguments = [text, *(f"{key}={value}" for key, value in given if value is not None)]
    lines = [IMPORT, ""]
    if done.session is None:
        call = "webrun.run_task" if command.job is None else "webrun.submit_task"
    else:
        started = [repr(done.session_name), *(f"{key}={value!r}" for key, value in done.session.items())]
        lines.append(_called("session = webrun.start", started))
        call = "session.task" if command.job is None else "session.submit"
    reads_table = command.out is not None
    lines.append(_called(f"{name} = {call}", arguments) + (".df" if reads_table else ""))
    if command.job is not None:
        lines.append(f"df = {name}.result().df  # waits; or: df = (await {name}).df")
    elif not reads_table:
        lines.append(f"print({name}.text)" if command.schema is None else f"{name}.df")
    return "\n".join(lines) + "\n"


def _called(what: str, arguments: list[str]) -> str:
    one_line = f"{what}({', '.join(arguments)})"
    if len(one_line) <= _WIDTH and "\n" not in one_line:
        return one_line
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return f"{what}(\n{inside})"


def _text(written: str, sent: str, raw: bool) -> str:
    """Return a text as a literal: an f-string where its `{{ }}` are plain Python, else as it was sent."""
    if raw or "{{" not in written:
        return _literal(sent)
    parts = _EXPRESSION.split(written)
    expressions = [part.strip() for part in parts[1::2]]
    if "{{" in "".join(parts[::2]) or not all(map(_is_plain_python, expressions)):
        return _literal(sent)
    pieces = [part.replace("{", "{{").replace("}", "}}") for part in parts]
    pieces[1::2] = [f"{{{expression}}}" for expression in expressions]
    return "f" + _literal("".join(pieces))


def _literal(text: str) -> str:
    """Return a text as a literal; of several lines, in triple quotes where that is the same text."""
    block = f'"""{text}"""'
    if "\n" in text and "\\" not in text and '"""' not in text and not text.endswith('"'):
        return block
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def _is_plain_python(expression: str) -> bool:
    """Tell whether an expression of jinja's means the same in Python, and may stand in an f-string's braces."""
    if any(character in expression for character in "\"'\\{}!:"):
        return False  # quotes inside an f-string's braces need Python 3.12
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        return False
    plain = (ast.Expression, ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Load)
    return all(isinstance(node, plain) for node in ast.walk(tree))


def _schema(command: Task) -> str | None:
    """Return the schema as an argument: the notebook's own name for a model, else text or JSON Schema as it was."""
    if command.schema is None:
        wants_records = command.out is not None or command.job is not None
        return repr(any_records().json_schema) if wants_records else None
    written = command.schema.strip()
    if _MODEL.fullmatch(written):
        return written
    if written.startswith(("{", "[")):
        return pformat(json.loads(written), width=_WIDTH, sort_dicts=False).replace("\n", "\n    ")
    return _literal(written)
