"""What `%webrun help` says. Usage and options come from the parser's own table, the rest from `help/`."""

from __future__ import annotations

import textwrap
from importlib.resources import files

from webrun_nb.notebook.commands.registry import VERBS, Option, Verb, find_verb

__all__ = ["examples", "help_text", "usage"]

_FIRST_SCREEN = ("start", "task", "status", "terminate", "help")
_SHARED_TEXT = {"wait": "jobs", "cancel": "jobs", "logout": "login"}
"""Verbs whose text in `help/` is that of another one."""
_WIDTH = 96
_PHRASES = ("agents", "planner", "phrases.txt")
"""The local agent's own list of what it follows, read as a file: the notebook doesn't import agents."""


def help_text(verb: str | None = None) -> str:
    """Return the first screen, or what there is to know of one verb, as plain text.

    Raises
    ------
    CommandError
        There is no such verb.
    """
    return _first_screen() if verb is None else _verb_screen(find_verb(verb))


def examples() -> list[str]:
    """Return a cell for each thing that help shows how to do; in this order they work one after the other."""
    cells: list[str] = []
    for line in _packaged("notebook", "syntax", "help_texts", "examples.txt").splitlines():
        if line.startswith("%"):
            cells.append(line)
        else:
            cells[-1] += f"\n{line}"
    return cells


def usage(verb: Verb) -> str:
    """Return how a verb is written, such as `%webrun start [NAME] [--url URL] [--new]`."""
    either = [option for option in verb.options if option.label in verb.exclusive]
    words = [f"[{' | '.join(map(_written, either))}]"] if either else []
    words += [
        _written(option) if option.required else f"[{_written(option)}]{'...' if option.repeated else ''}"
        for option in verb.options
        if option not in either
    ]
    if verb.parts:
        words.append(f"[{' | '.join(part.word for part in verb.parts)}]")
    return " ".join([verb.magic, *words])


def _written(option: Option) -> str:
    return " ".join(part for part in (option.flag, option.metavar) if part)


def _first_screen() -> str:
    shown = [find_verb(name) for name in _FIRST_SCREEN]
    blocks = [f"{_wrapped_usage(verb)}\n    {verb.summary}" for verb in shown]
    others = ", ".join(verb.name for verb in VERBS if verb not in shown)
    also = textwrap.fill(f"Also: {others}. %webrun help VERB says more.", _WIDTH)
    return "\n".join([*blocks, "", also, "", _own_text("first")])


def _verb_screen(verb: Verb) -> str:
    lines = [_wrapped_usage(verb), f"    {verb.summary}"]
    if verb.aliases:
        lines.append(f"    also written: {', '.join(verb.aliases)}")
    lines += _option_lines(verb)
    for part in verb.parts:
        lines += ["", _wrapped_usage(part), f"    {part.summary}", *_option_lines(part)]
    shown = [cell for cell in examples() if cell.lstrip("%").split()[1] == verb.name]
    lines += ["", "For example", *(f"  {line}" for cell in shown for line in cell.splitlines())]
    if text := _own_text(_SHARED_TEXT.get(verb.name, verb.name)):
        lines += ["", text]
    if verb.cell:
        lines += ["", _packaged(*_PHRASES)]
    return "\n".join(lines)


def _option_lines(verb: Verb) -> list[str]:
    width = max((len(_written(option)) for option in verb.options), default=0)
    lines = [f"  {_written(option):<{width}}  {option.help}" for option in verb.options]
    return ["", *lines] if lines and not verb.name.count(" ") else [f"  {line}" for line in lines]


def _wrapped_usage(verb: Verb) -> str:
    # An option and its value stay together: their space is no place to break a line.
    kept = usage(verb).replace(" [", "\n[").replace(" ", "\N{NO-BREAK SPACE}").replace("\n[", " [")
    wrapped = textwrap.fill(kept, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return wrapped.replace("\N{NO-BREAK SPACE}", " ")


def _own_text(name: str) -> str:
    """Return a verb's text in `help/`; empty where it needs none."""
    try:
        return _packaged("notebook", "syntax", "help_texts", f"{name}.txt")
    except FileNotFoundError:
        return ""


def _packaged(*path: str) -> str:
    return files("webrun_nb").joinpath(*path).read_text(encoding="utf-8").rstrip()
