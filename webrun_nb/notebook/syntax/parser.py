"""Parses a magic's line and cell into a command and its arguments. Pure: no IPython, no network, no pandas.

Rules of the line, beyond the shell's quoting (`shlex`):

- `{{ expression }}` is part of one value, with the spaces and quotes in it: `--url http://host/{{ row["id"] }}`.
- A `#` that starts a word outside quotes starts a comment; the one in `https://example.com/#top` does not.
- A `;` at the end of the line or of the cell hides the rows that would be shown and is not part of either.
- An option is written in full and at most once, unless it may be repeated; an unknown option is an error.
- The text of a verbatim command (`answer`) is taken as it is: none of these rules applies to it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from webrun_nb.common.text import closest_match
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.credentials import refuse_credentials
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.line_words import split_line, without_comment
from webrun_nb.notebook.syntax.spec import Command, Invocation, Registry


def parse(registry: Registry, line: str, cell: str | None) -> Invocation:
    """Parse what was written after `%webrun` or `%%webrun`.

    Parameters
    ----------
    registry : Registry
        The commands that there are. `help` is the one of an empty line.
    line : str
        The rest of the magic's line, as typed (`@no_var_expand`).
    cell : str or None
        The lines below `%%webrun`; None for `%webrun`.

    Raises
    ------
    CommandError
        The line or the cell can't be used: in one line with a hint; never `SystemExit`, never a usage dump.
    """
    verbatim = registry.get("".join(line.split(maxsplit=1)[:1]))
    if verbatim is not None and verbatim.verbatim:
        return _parse_verbatim(verbatim, line, cell)
    line, line_silenced = _without_semicolon(without_comment(line))
    refuse_credentials(line)
    words = split_line(line)
    if not words and cell is None:
        words = ["help"]
    if not words or words[0].startswith("-"):
        example = "%webrun start" if cell is None else "%%webrun task"
        raise CommandError("the verb is missing", f"write it first: {example} …")
    command = registry.find(words[0], words[1:])
    _check_kind_of_magic(command, cell)
    command, words = _subcommand(command, words)
    fields = _parse_options(command, words[1:])
    body, cell_silenced = _without_semicolon(cell or "")
    if command.shows_rows and (line_silenced or cell_silenced):
        fields["quiet"] = True
    if command.cell:
        refuse_credentials(body)
        fields["text"] = body.strip()
        if not fields["text"] and not _may_be_empty(command, fields):
            raise CommandError(
                f"the cell has no text for {command.name}",
                f"write what to do on the lines below {command.magic}, such as: List the rows of the first table.",
            )
    return Invocation(command, command.arguments(**fields))


def _may_be_empty(command: Command, fields: Mapping[str, Any]) -> bool:
    return any(option.label in command.cell_unless and option.field in fields for option in command.options)


def _parse_verbatim(command: Command, line: str, cell: str | None) -> Invocation:
    """Parse a command whose text is the rest of the line, or a cell whose line may name the session."""
    rest = line.split(maxsplit=1)[1:]
    text = "".join(rest).strip() if cell is None else cell.strip("\n")
    if not text.strip():
        raise CommandError(
            f"the {command.name} is empty", f"write it on the line, {command.magic} TEXT, or below %{command.magic}"
        )
    refuse_credentials(text)
    if cell is None or not rest:
        return Invocation(command, command.arguments(text=text))
    name, *more = rest[0].split()
    if more:
        raise CommandError(
            f"write the {command.name} on the line or in the cell, not in both",
            f"%{command.magic} NAME, and the text below",
        )
    return Invocation(command, command.arguments(text=text, name=values.name(name, "NAME")))


def _subcommand(command: Command, words: list[str]) -> tuple[Command, list[str]]:
    """Return the subcommand that the next word names (the command itself without one), and the words from there.

    Raises
    ------
    CommandError
        There is no such subcommand; the hint suggests the nearest one.
    """
    if not command.subcommands or len(words) < 2:
        return command, words
    if (found := command.subcommand(words[1])) is not None:
        return found, words[1:]
    if command.options:
        return command, words
    known = [each.last_word for each in command.subcommands]
    meant = closest_match(words[1], known)
    raise CommandError(
        f"{command.name} has no verb {words[1]!r}",
        f"did you mean {command.magic} {meant}?" if meant else f"there are: {', '.join(known)}",
    )


def _without_semicolon(text: str) -> tuple[str, bool]:
    stripped = text.rstrip()
    return (stripped[:-1].rstrip(), True) if stripped.endswith(";") else (stripped, False)


def _check_kind_of_magic(command: Command, cell: str | None) -> None:
    if command.cell and cell is None:
        raise CommandError(
            f"{command.name} takes its text from a cell",
            f"start the cell with {command.magic} … and write the text on the lines below",
        )
    if not command.cell and cell is not None:
        raise CommandError(f"{command.name} takes no cell", f"write it on one line, with one %: {command.magic}")


_SECRET_OPTION = re.compile(r"pass|pwd|secret|token|key|otp", re.IGNORECASE)


class _Once(argparse.Action):
    """Stores the value of an option; a second value is an error."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        if values is not None and getattr(namespace, self.dest) is not None:
            raise CommandError(f"{option_string} is given twice", "give it once")
        setattr(namespace, self.dest, values)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{self.prog}: {message}", f"%webrun help {self.prog.split()[0]}")


def _parser(command: Command) -> _Parser:
    parser = _Parser(prog=command.name, add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in command.options:
        if not option.flag:
            parser.add_argument(option.field, nargs="?", metavar=option.metavar)
        elif option.repeated:
            parser.add_argument(option.flag, dest=option.field, action="append")
        elif option.bare:
            parser.add_argument(option.flag, dest=option.field, nargs="?", const=option.bare, action=_Once)
        elif option.metavar:
            parser.add_argument(option.flag, dest=option.field, action=_Once)
        else:
            parser.add_argument(option.flag, dest=option.field, action="store_true", default=None)
    return parser


def _parse_options(command: Command, words: list[str]) -> dict[str, Any]:
    """Return the fields that the options set."""
    help_line = _help_line(command)
    try:
        found, extra = _parser(command).parse_known_args(_with_negative_values(command, words))
    except argparse.ArgumentError as error:
        flag = error.argument_name or ""
        takes_value = any(option.flag == flag and option.metavar for option in command.options)
        raise CommandError(f"{flag} {'needs a value' if takes_value else 'takes no value'}", help_line) from error
    fields: dict[str, Any] = {}
    for option in command.options:
        value = getattr(found, option.field)
        if option.repeated and value is not None:
            fields[option.field] = tuple(option.parse(one, option.label) for one in value)
        elif isinstance(value, str):
            fields[option.field] = option.parse(value, option.label)
        elif value is not None:
            fields[option.field] = value
        elif option.required and extra:
            raise _unknown(command, extra)
        elif option.required:
            raise CommandError(
                f"{command.name} needs one more word: {option.metavar}", f"{command.magic} {option.metavar}"
            )
    if extra:
        raise _unknown(command, extra)
    given = [option.label for option in command.options if option.field in fields and option.label in command.exclusive]
    if len(given) > 1:
        raise CommandError(f"{command.name} takes {' or '.join(given)}, not both", help_line)
    return fields


def _with_negative_values(command: Command, words: Sequence[str]) -> list[str]:
    """Join an option and a value such as `-5s`, which argparse would take for an option of its own."""
    takes_value = {option.flag for option in command.options if option.flag and option.metavar}
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in takes_value and re.match(r"-[\d.]", word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _help_line(command: Command) -> str:
    return f"%webrun help {command.name.split()[0]}"


def _unknown(command: Command, extra: list[str]) -> CommandError:
    """Return the error for words that belong to no option; of an option never its value, which could be a secret."""
    options_first = sorted(extra, key=lambda word: not word.startswith("-"))
    word = options_first[0].split("=")[0]
    if re.match(r"-\d", word):
        return CommandError(f"{command.name} takes no negative value: {word}", _help_line(command))
    if word.startswith("-"):
        meant = _near_option(command, word)
        if _SECRET_OPTION.search(word):
            hint = "no option takes a secret's value: a cell is saved with its notebook"
        else:
            hint = f"did you mean {meant}?" if meant else _help_line(command)
        return CommandError(f"{command.name} has no option {word}", hint)
    unexpected = f'{command.name}: unexpected "{extra[0]}"'
    if any(option.parse is values.name and not option.flag for option in command.options):
        return CommandError(unexpected, "a session's name is one word: letters, digits, _ and -")
    hint = "put values with spaces in quotes" + ("; the task goes on the lines below" if command.cell else "")
    return CommandError(unexpected, hint)


def _near_option(command: Command, word: str) -> str | None:
    """Return the option that was probably meant, by its flag or by what it sets (`--output` for `-o`)."""
    sets = {option.field: option.flag for option in command.options if option.flag}
    if (written := word.lstrip("-")) in sets:
        return sets[written]
    return closest_match(word, sets.values()) or sets.get(closest_match(written, sets) or "")
