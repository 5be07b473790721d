"""Completes a line of `%webrun` or `%%webrun`: verbs, options, and values that are known. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from webrun_nb.notebook.syntax.line_words import begun_words
from webrun_nb.notebook.syntax.spec import Command, NameKind, Names, Option, Registry


class Completions(NamedTuple):
    """The completions of the end of a line."""

    fragment: str
    """The end of the line that is replaced."""
    names: list[str]


_MAGIC = re.compile(r"(?:[^%]*=)?\s*(%{1,2})webrun\b")
_OPEN_TEMPLATE = re.compile(r"\{\{(?:(?!\}\}).)*?([A-Za-z_]\w*)?$")


def complete(registry: Registry, line: str, names: Mapping[NameKind, Names]) -> Completions | None:
    """Return what the end of a line may become; None where IPython's own completion is the right one.

    Parameters
    ----------
    registry : Registry
        The commands that there are.
    line : str
        The line up to the cursor, magic included.
    names : mapping
        Looks up the names of each kind when they are needed. Kinds that are missing have no names.
    """
    found = _MAGIC.match(line)
    if found is None or line[found.end() : found.end() + 1].strip():
        return None
    *before, word = begun_words(line[found.end() :].lstrip())
    if template := _OPEN_TEMPLATE.search(word):
        name = template[1] or ""
        return Completions(name, _matching(names["variable"]() if "variable" in names else (), name))
    option, equals, value = word.partition("=")
    if equals and option.startswith("--"):
        before, word = [*before, option], value
    verbs: Mapping[NameKind, Names] = {"verb": lambda: [command.name for command in registry]}
    offered = _offered(registry, before, word, is_cell=found[1] == "%%", names={**names, **verbs})
    return None if offered is None else Completions(word, _matching(offered, word))


def _offered(
    registry: Registry, before: list[str], word: str, is_cell: bool, names: Mapping[NameKind, Names]
) -> Iterable[str] | None:
    if not before:
        return [name for each in registry if _fits(each, is_cell) for name in (each.name, *each.aliases)]
    command = registry.get(before[0])
    if command is None:
        return ()
    if len(before) == 1 and command.subcommands:
        own = _after(command, [], word, names) if command.options else ()
        return [*(own or ()), *(each.last_word for each in command.subcommands)]
    if len(before) > 1 and (subcommand := command.subcommand(before[1])) is not None:
        command, before = subcommand, before[1:]
    return _after(command, before[1:], word, names)


def _fits(command: Command, is_cell: bool) -> bool:
    return (command.cell or command.verbatim) if is_cell else not command.cell


def _after(command: Command, before: list[str], word: str, names: Mapping[NameKind, Names]) -> Iterable[str] | None:
    flags = {option.flag: option for option in command.options if option.flag}
    waiting = flags.get(before[-1]) if before else None
    if waiting is not None and waiting.metavar:
        return _values(waiting, names)
    if word.startswith("-"):
        return _unused(flags, before)
    plain = [option for option in command.options if not option.flag]
    given = len([each for each in _without_options(before, flags) if each])
    if given < len(plain):
        offered = _values(plain[given], names)
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


def _values(option: Option, names: Mapping[NameKind, Names]) -> Iterable[str] | None:
    """Return what an option's value may be, as far as it is known; None for a file's path."""
    if option.is_path:
        return None
    if option.names is not None and option.names in names:
        return names[option.names]()
    return option.choices


def _matching(offered: Iterable[str], word: str) -> list[str]:
    """Return what begins with the word, in any case of letters, with the quotes that it needs on a line."""
    quote = word[:1] if word[:1] in ("'", '"') else ""
    begun = word.removeprefix(quote).casefold()
    return [_quoted(each, quote) for each in dict.fromkeys(offered) if each.casefold().startswith(begun)]


def _quoted(name: str, quote: str) -> str:
    if not quote and re.fullmatch(r"[\w@%+=:,./-]*", name):
        return name
    quote = quote or ("'" if '"' in name or "\\" in name else '"')
    return f"{quote}{name}{quote}"
