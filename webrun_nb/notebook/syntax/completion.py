"""What the Tab key offers on a line of `%webrun` or `%%webrun`: verbs, options, and names of what there is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from webrun_nb.client.policies import TEMPLATES
from webrun_nb.client.secrets import SOURCES
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.notebook.commands.registry import VERBS, Option, Verb, find_verb
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.line_words import begun_words
from webrun_nb.notebook.syntax.spec import Names


class Offered(NamedTuple):
    """What the end of a line may become."""

    fragment: str
    """The end of the line that is replaced."""
    names: list[str]


_MAGIC = re.compile(r"(?:[^%]*=)?\s*(%{1,2})webrun\b")
_FIXED: Mapping[str, tuple[str, ...]] = {
    "setting": ("on",),
    "source": SOURCES,
    "template": TEMPLATES,
    "url": tuple(f"practice:{site}" for site in PRACTICE_SITES),
    "what": ("start-session", "send-message", "session-status", "run-task", "task", "instance-start", "clear"),
}
_FILES = "PATH"
_OPEN_TEMPLATE = re.compile(r"\{\{(?:(?!\}\}).)*?([A-Za-z_]\w*)?$")


def complete(line: str, names: Mapping[str, Names]) -> Offered | None:
    """Return what the end of a line may become; None where IPython's own completion is the right one.

    Parameters
    ----------
    line : str
        The line up to the cursor, magic included.
    names : mapping
        What there is of `session`, `job`, `env`, `policy`, `file`, `task` and `variable`, each looked up when asked.
    """
    found = _MAGIC.match(line)
    if found is None or line[found.end() : found.end() + 1].strip():
        return None
    *before, word = begun_words(line[found.end() :].lstrip())
    if template := _OPEN_TEMPLATE.search(word):
        name = template[1] or ""
        return Offered(name, _begins(names["variable"]() if "variable" in names else (), name))
    option, equals, value = word.partition("=")
    if equals and option.startswith("--"):
        before, word = [*before, option], value
    offered = _offered(before, word, is_cell=found[1] == "%%", names=names)
    return None if offered is None else Offered(word, _begins(offered, word))


def _offered(before: list[str], word: str, is_cell: bool, names: Mapping[str, Names]) -> Iterable[str] | None:
    if not before:
        return [name for verb in VERBS for name in (verb.name, *verb.aliases) if _fits(verb, is_cell)]
    try:
        verb = find_verb(before[0])
    except CommandError:
        return ()
    if verb.parts and len(before) > 1:
        verb, before = next((part for part in verb.parts if part.word == before[1]), verb), before[1:]
    elif verb.parts:
        return [part.word for part in verb.parts]
    return _after(verb, before[1:], word, names)


def _fits(verb: Verb, is_cell: bool) -> bool:
    return (verb.cell or verb.verbatim) if is_cell else not verb.cell


def _after(verb: Verb, before: list[str], word: str, names: Mapping[str, Names]) -> Iterable[str] | None:
    flags = {option.flag: option for option in verb.options if option.flag}
    waiting = flags.get(before[-1]) if before else None
    if waiting is not None and waiting.metavar:
        return _values(waiting, verb, names)
    if word.startswith("-"):
        return _unused(flags, before)
    plain = [option for option in verb.options if not option.flag]
    given = len([each for each in _without_options(before, flags) if each])
    if given < len(plain):
        offered = _values(plain[given], verb, names)
        if offered is None:
            return None
        return [*offered, *_unused(flags, before)] if word == "" else offered
    return _unused(flags, before)


def _unused(flags: Mapping[str, Option], before: list[str]) -> list[str]:
    return [flag for flag, option in flags.items() if option.repeated or flag not in before]


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


def _values(option: Option, verb: Verb, names: Mapping[str, Names]) -> Iterable[str] | None:
    """Return what an option's value may be, as far as it is known; None for a file."""
    if option.metavar == _FILES:
        return None
    if option.field in _FIXED:
        return _FIXED[option.field]
    if option.field == "verb":
        return [each.name for each in VERBS]
    kind = _KINDS.get(option.metavar, option.field)
    group = verb.name.partition(" ")[0]
    if option.metavar == "NAME" and group in ("env", "policy", "file"):
        kind = group
    if (kind, verb.name) in _NEW_NAMES:
        return []
    return names[kind]() if kind in names else ()


_NEW_NAMES = {
    ("session", "start"),
    ("job", "task"),
    ("env", "env create"),
    ("policy", "policy create"),
    ("file", "file delete"),
}
"""Values that name nothing yet, or something of which no list is at hand, with their verbs."""
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
    """Return what begins with the word, in any case of letters, with the quotes that it needs on a line."""
    quote = word[:1] if word[:1] in ("'", '"') else ""
    begun = word.removeprefix(quote).casefold()
    return [_quoted(each, quote) for each in dict.fromkeys(offered) if each.casefold().startswith(begun)]


def _quoted(name: str, quote: str) -> str:
    if not quote and re.fullmatch(r"[\w@%+=:,./-]*", name):
        return name
    quote = quote or ("'" if '"' in name or "\\" in name else '"')
    return f"{quote}{name}{quote}"
