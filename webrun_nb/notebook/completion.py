"""What the Tab key offers on a line of `%webrun` or `%%webrun`: verbs, options, and names of what there is. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from webrun_nb.client.service_key import SOURCES
from webrun_nb.notebook.errors import CommandError
from webrun_nb.notebook.verbs import VERBS, Option, Verb, find_verb

Names = Callable[[], Iterable[str]]
"""Looks names up when they are asked for."""

_MAGIC = re.compile(r"\s*%{1,2}webrun\b")
_CELL_ONLY = "%%"
_FIXED: Mapping[str, tuple[str, ...]] = {
    "setting": ("on",),
    "source": SOURCES,
    "what": ("start-session", "send-message", "session-status", "run-task", "task", "instance-start", "clear"),
}


def complete(line: str, names: Mapping[str, Names]) -> list[str]:
    """Return what the last word of a line may become.

    Parameters
    ----------
    line : str
        The line up to the cursor, magic included.
    names : mapping
        What there is of `session`, `job`, `env`, `policy`, `file`, `task` and `variable`, each looked up when asked.
    """
    found = _MAGIC.match(line)
    if found is None:
        return []
    is_cell = found[0].strip().startswith(_CELL_ONLY)
    before, word = _words(line[found.end() :])
    if not before:
        offered = [name for verb in VERBS for name in (verb.name, *verb.aliases) if _fits(verb, is_cell)]
        return _begins(offered, word)
    try:
        verb = find_verb(before[0])
    except CommandError:
        return []
    if verb.parts and len(before) > 1:
        verb, before = next((part for part in verb.parts if part.word == before[1]), verb), before[1:]
    elif verb.parts:
        return _begins([part.word for part in verb.parts], word)
    return _begins(_after(verb, before[1:], word, names), word)


def _words(rest: str) -> tuple[list[str], str]:
    """Return the whole words before the cursor, and the one that is being written."""
    words = rest.split()
    return (words, "") if rest[-1:].isspace() or not words else (words[:-1], words[-1])


def _fits(verb: Verb, is_cell: bool) -> bool:
    return (verb.cell or verb.verbatim) if is_cell else not verb.cell


def _after(verb: Verb, before: list[str], word: str, names: Mapping[str, Names]) -> Iterable[str]:
    flags = {option.flag: option for option in verb.options if option.flag}
    waiting = flags.get(before[-1]) if before else None
    if waiting is not None and waiting.metavar:
        return _values(waiting, verb, names)
    if word.startswith("-"):
        return [flag for flag in flags if flag not in before]
    plain = [option for option in verb.options if not option.flag]
    given = len([each for each in _without_options(before, flags) if each])
    if given < len(plain):
        offered = list(_values(plain[given], verb, names))
        return [*offered, *(flag for flag in flags if flag not in before)] if word == "" else offered
    return [flag for flag in flags if flag not in before]


def _without_options(words: list[str], flags: Mapping[str, Option]) -> list[str]:
    """Return the words that belong to no option."""
    plain, takes_value = [], False
    for word in words:
        if takes_value:
            takes_value = False
        elif word in flags:
            takes_value = bool(flags[word].metavar)
        else:
            plain.append(word)
    return plain


def _values(option: Option, verb: Verb, names: Mapping[str, Names]) -> Iterable[str]:
    """Return what an option's value may be, where that can be told."""
    if option.field in _FIXED:
        return _FIXED[option.field]
    if option.field == "verb":
        return [each.name for each in VERBS]
    kind = _KINDS.get(option.metavar, option.field)
    group = verb.name.partition(" ")[0]
    if option.metavar == "NAME" and group in ("env", "policy"):
        kind = group
    if (kind, verb.name) in _NEW_NAMES:
        return []
    return names[kind]() if kind in names else ()


_NEW_NAMES = {("session", "start"), ("job", "task"), ("env", "env create"), ("policy", "policy create")}
_KINDS = {
    "NAME": "session",
    "JOB": "job",
    "TASK": "task",
    "ENV": "env",
    "POLICY": "policy",
    "S": "schema",
    "VAR": "variable",
}
"""What a value names, by what the help calls it."""


def _begins(offered: Iterable[str], word: str) -> list[str]:
    return [each for each in dict.fromkeys(offered) if each.startswith(word)]
