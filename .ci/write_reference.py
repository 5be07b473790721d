"""Writes webrun_nb/docs/reference.md from the registry of commands, the public docstrings and the agent's grammar.

Usage: .venv/bin/python .ci/write_reference.py. A unit test fails while the file differs from what this would write.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import webrun_nb
from webrun_nb.common.agent_sentences import examples
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.help import usage
from webrun_nb.notebook.syntax.spec import Command

REFERENCE = Path(webrun_nb.__file__).parent / "docs" / "reference.md"

_HEAD = """\
# Reference

Written by `.ci/write_reference.py` from the registry of commands, the docstrings and the grammar of the local agent;
change those, not this page.

- [Commands](#commands): what can be written after `%webrun` and `%%webrun`
- [Python](#python): the functions and classes of `import webrun_nb as webrun`
- [Errors](#errors): what they raise
- [Sentences](#sentences): examples of what the local agent understands
"""
_FOR_THE_TOOLKIT = frozenset(
    (
        *("about", "begin_task", "cache_context", "end_over_budget", "note_earlier_task"),
        *("note_submitted", "note_task", "prepare_task"),
        *("refuse_if_spent", "resolve_guardrail", "restart_session", "send", "start_for_run"),
        *("load_ipython_extension", "unload_ipython_extension"),
    )
)
"""Public names that only the toolkit's own parts call, and IPython."""
_SECTION = re.compile(r"(\w[\w ]*)\n-{3,}\n")
_EXAMPLE = re.compile(r"^(?:>>>|\.\.\.) ?(.*?)(?:  # doctest: .*)?$")


def reference() -> str:
    """Return the whole page as markdown."""
    return "\n".join([_HEAD, *_commands(), *_python(), *_sentences()]).rstrip() + "\n"


# --- commands ---------------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    for command in COMMANDS:
        yield f"### {command.name}\n"
        yield f"{_sentence(command.summary)}\n"
        if command.aliases:
            yield f"Also written: {', '.join(command.aliases)}.\n"
        yield from _usage_and_options(command)
        for subcommand in command.subcommands:
            yield f"#### {subcommand.name}\n"
            yield f"{_sentence(subcommand.summary)}\n"
            yield from _usage_and_options(subcommand)
        yield "Examples:\n"
        yield f"```text\n{chr(10).join(command.examples)}\n```\n"
        if command.details:
            yield f"```text\n{command.details}\n```\n"


def _usage_and_options(command: Command) -> Iterator[str]:
    yield f"```text\n{usage(command)}\n```\n"
    if not command.options:
        return
    yield "| option | what it does |\n|---|---|"
    for option in command.options:
        yield f"| `{_cell(option.usage)}` | {_cell(option.help)} |"
    yield ""


def _sentences() -> Iterator[str]:
    yield "## Sentences\n"
    yield "What they do is in [the local agent](local-agent.md).\n"
    for heading, rules in groupby(examples(), key=lambda each: each.heading):
        lines = [sentence for rule in rules for sentence in rule.sentences]
        yield f"{heading}:\n\n```text\n{chr(10).join(lines)}\n```\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


# --- Python -----------------------------------------------------------------------------------------------------------


def _python() -> Iterator[str]:
    public = {name: getattr(webrun_nb, name) for name in webrun_nb.__all__ if name not in {"last", *_FOR_THE_TOOLKIT}}
    classes = {name: thing for name, thing in public.items() if inspect.isclass(thing)}
    errors = {name: cls for name, cls in classes.items() if issubclass(cls, BaseException)}
    yield "## Python\n"
    yield "`webrun.last` is the latest `TaskResult` of the current client, or None.\n"
    yield from _members({name: thing for name, thing in public.items() if inspect.isroutine(thing)}, "webrun", "###")
    for name in ("environments", "policies"):
        yield f"### webrun.{name}\n"
        yield f"{_docstring(public[name])}\n"
        methods = {each: getattr(public[name], each) for each in dir(public[name]) if not each.startswith("_")}
        yield from _members(methods, f"webrun.{name}", "####")
    for name in sorted(classes.keys() - errors.keys()):
        yield f"### {name}\n"
        yield f"{_docstring(classes[name])}\n"
        yield from _members(dict(inspect.getmembers(classes[name], _is_documented)), name, "####")
    yield "## Errors\n"
    for name in sorted(errors):
        bases = ", ".join(base.__name__ for base in errors[name].__bases__)
        yield f"### {name}({bases})\n"
        yield f"{_docstring(errors[name])}\n"


def _is_documented(member: object) -> bool:
    return (inspect.isfunction(member) or isinstance(member, property)) and bool(inspect.getdoc(member))


def _members(members: dict[str, Any], owner: str, heading: str) -> Iterator[str]:
    """Yield a section per method, function or property; an awaitable twin is named beside the blocking one."""
    shown = {name: each for name, each in members.items() if not name.startswith("_") and name not in _FOR_THE_TOOLKIT}
    for name, member in sorted(shown.items()):
        if name.startswith("a") and name[1:] in shown:
            continue
        yield f"{heading} {owner}.{name}\n"
        if not isinstance(member, property):
            yield f"```python\n{owner}.{name}{_signature(member)}\n```\n"
        if f"a{name}" in shown:
            yield f"Awaitable: `{owner}.a{name}`.\n"
        yield f"{_docstring(member)}\n"


class _Annotation:
    """An annotation that is written without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)

    def unquoted(annotation: Any) -> Any:
        return _Annotation(annotation) if isinstance(annotation, str) else annotation

    own = [each for each in signature.parameters.values() if each.name != "self"]
    parameters = [each.replace(annotation=unquoted(each.annotation)) for each in own]
    return str(signature.replace(parameters=parameters, return_annotation=unquoted(signature.return_annotation)))


def _docstring(thing: object) -> str:
    """Return a NumPy docstring as markdown."""
    text, *sections = _SECTION.split(inspect.getdoc(thing) or "")
    parts = [_with_examples(text)]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        has_entries = re.search(r"^\S.*\n +\S", body, re.MULTILINE)
        parts.append(f"**{title}**\n\n{_entries(body) if has_entries else body.strip()}")
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _entries(body: str) -> str:
    """Return the entries of a section as a list: a line that names something, and its indented description."""
    items: list[str] = []
    for line in body.strip().splitlines():
        if items and items[-1].endswith(",`"):
            items[-1] = f"{items[-1].removesuffix('`')} {line}`"
        elif line.strip() and not line.startswith(" "):
            items.append(f"- `{line}`")
        elif line.strip():
            items[-1] += (": " if items[-1].endswith("`") else " ") + line.strip()
    return "\n".join(items)


def _with_examples(text: str) -> str:
    """Return a text with its doctest lines as a block of Python."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        example = _EXAMPLE.match(line)
        if example is not None and (not lines or not lines[-1].endswith("\n```")):
            lines.append(f"```python\n{example[1]}\n```")
        elif example is not None:
            lines[-1] = lines[-1].removesuffix("```") + f"{example[1]}\n```"
        else:
            lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
