"""Writes a task or a map of the notebook as plain Python, for `%webrun code`. Pure.

Secrets stay names, as they are in the cell; no value is written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pprint import pformat
from typing import Any

from webrun_nb.tables.schema import any_records

IMPORT = "import webrun_nb as webrun"
_WIDTH = 100
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_MODEL = re.compile(r"[^\W\d]\w*|list\[[^\W\d]\w*\]")


class Expression(str):
    """A Python expression that stands for a value which means nothing to a reader, such as an id."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def environment_reference(name: str) -> Expression:
    """Return the expression for an environment's id, found by its name or id."""
    return Expression(f"webrun.environments.find({name!r}).id")


def policy_reference(name: str) -> Expression:
    """Return the expression for a policy's id, found by its name or id."""
    return Expression(f"webrun.policies.find({name!r}).id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedTask:
    """A task that was submitted from this notebook, with what is needed to write it as Python.

    Parameters
    ----------
    written_text, text : str
        The task's text as written in the cell, and as sent: with its `{{ }}` filled.
    written_url, url : str, optional
        The same of its URL.
    raw : bool
        `{{ }}` has no meaning in it.
    schema : str, optional
        As written in the cell.
    out, job : str, optional
        The name of its result (`-o`) or of its job (`--bg`).
    options : mapping
        Its other options, as keyword arguments of the object API. Values may be `Expression`s.
    session_name : str
        The name of its session, if that is not its own.
    session_options : mapping, optional
        Keyword arguments that its session was started with, `Expression`s among them; None if the session was the
        task's own.
    """

    written_text: str
    text: str
    written_url: str | None = None
    url: str | None = None
    raw: bool = False
    schema: str | None = None
    out: str | None = None
    job: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    session_name: str = ""
    session_options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedMap:
    """A map that was begun from this notebook, with what is needed to write it as Python.

    Parameters
    ----------
    data : str
        The name of its input; empty where it went on with a run.
    written_text : str
        The text of its rows as written in the cell.
    written_url : str, optional
        The template of their URLs as written.
    schema : str, optional
        As written in the cell.
    out, job : str, optional
        The name of its table (`-o`), or of its run (`--bg`).
    names : tuple of str
        The names of the notebook that its templates mention.
    raw : bool
        `{{ }}` has no meaning in its text.
    options : mapping
        Its other options, as keyword arguments of the object API. Values may be `Expression`s.
    """

    data: str
    written_text: str
    written_url: str | None = None
    schema: str | None = None
    out: str | None = None
    job: str | None = None
    names: tuple[str, ...] = ()
    raw: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


Submitted = SubmittedTask | SubmittedMap


def python_code(submitted: Submitted) -> str:
    """Return the lines of a cell that does the same in plain Python."""
    return _code_of_map(submitted) if isinstance(submitted, SubmittedMap) else _code_of_task(submitted)


def _code_of_map(run: SubmittedMap) -> str:
    given = {
        "url": None if run.written_url is None else _literal(run.written_url),
        "schema": None if run.schema is None else _written_schema(run.schema),
        "names": f"{{{', '.join(f'{name!r}: {name}' for name in run.names)}}}" if run.names else None,
        "raw": "True" if run.raw else None,
        **{key: repr(value) for key, value in run.options.items()},
    }
    arguments = [*([run.data] if run.data else []), *([_literal(run.written_text)] if run.written_text else [])]
    arguments += [f"{key}={value}" for key, value in given.items() if value is not None]
    name = run.job or "run"
    lines = [IMPORT, "", _called(f"{name} = webrun.map", arguments), f"{run.out or 'df'} = {name}.df"]
    return "\n".join(lines) + "\n"


def _code_of_task(task: SubmittedTask) -> str:
    name = task.out or task.job or "result"
    text, url = _text(task.written_text, task.text, task.raw), None
    if task.written_url is not None and task.url is not None:
        url = _text(task.written_url, task.url, task.raw)
    given = {"url": url, "schema": _schema(task), **{key: repr(value) for key, value in task.options.items()}}
    arguments = [text, *(f"{key}={value}" for key, value in given.items() if value is not None)]
    lines = [IMPORT, ""]
    if task.session_options is None:
        call = "webrun.run_task" if task.job is None else "webrun.submit_task"
    else:
        started = [repr(task.session_name), *(f"{key}={value!r}" for key, value in task.session_options.items())]
        lines.append(_called("session = webrun.start", started))
        call = "session.task" if task.job is None else "session.submit"
    reads_table = task.out is not None
    lines.append(_called(f"{name} = {call}", arguments) + (".df" if reads_table else ""))
    if task.job is not None:
        lines.append(f"df = {name}.result().df  # waits; or: df = (await {name}).df")
    elif not reads_table:
        lines.append(f"print({name}.text)" if task.schema is None else f"{name}.df")
    return "\n".join(lines) + "\n"


def _called(what: str, arguments: list[str]) -> str:
    one_line = f"{what}({', '.join(arguments)})"
    if len(one_line) <= _WIDTH and "\n" not in one_line:
        return one_line
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return f"{what}(\n{inside})"


def _text(written: str, sent: str, raw: bool) -> str:
    """Return a text as a literal: an f-string if its `{{ }}` are plain Python, else the text that was sent."""
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
    """Return a text as a literal; in triple quotes if it has several lines and that is the same text."""
    block = f'"""{text}"""'
    if "\n" in text and "\\" not in text and '"""' not in text and not text.endswith('"'):
        return block
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def _is_plain_python(expression: str) -> bool:
    """Return True if an expression of Jinja means the same in Python, and may be written in an f-string's braces."""
    if any(character in expression for character in "\"'\\{}!:"):
        return False  # quotes inside an f-string's braces need Python 3.12
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        return False
    plain = (ast.Expression, ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Load)
    return all(isinstance(node, plain) for node in ast.walk(tree))


def _schema(task: SubmittedTask) -> str | None:
    """Return the schema as an argument: the name of a model in the notebook, else its text or JSON Schema."""
    if task.schema is None:
        wants_records = task.out is not None or task.job is not None
        return repr(any_records().json_schema) if wants_records else None
    return _written_schema(task.schema)


def _written_schema(text: str) -> str:
    """Return a schema as an argument, from its text on the line."""
    written = text.strip()
    if _MODEL.fullmatch(written):
        return written
    if written.startswith(("{", "[")):
        return pformat(json.loads(written), width=_WIDTH, sort_dicts=False).replace("\n", "\n    ")
    return _literal(written)
