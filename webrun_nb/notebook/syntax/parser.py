"""A magic's line and cell → a frozen command. Pure: no IPython, no network, no pandas.

Rules of the line, beyond the shell's quoting (`shlex`):

- `{{ expression }}` is part of one value, with the spaces and quotes in it: `--url http://host/{{ row["id"] }}`.
- A `#` that starts a word outside quotes starts a comment; the one in `https://example.com/#top` does not.
- A `;` at the end of the line or of the cell hides the rows that would be shown and is not part of either.
- An option is given at most once (a few may be repeated), in full, and an option this version doesn't have is an error.
- What `answer` is given is taken as it is: none of this holds for it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from webrun_nb.notebook.commands.definitions import (
    Answer,
    Asyncio,
    Command,
    Help,
    Pause,
    Resume,
    Start,
    Status,
    Stop,
    Task,
    Terminate,
    Usage,
)
from webrun_nb.notebook.commands.registry import Verb, find_verb
from webrun_nb.notebook.syntax import values as options
from webrun_nb.notebook.syntax.credentials import refuse_credentials
from webrun_nb.notebook.syntax.errors import CommandError, near
from webrun_nb.notebook.syntax.line_words import split_line, without_comment

__all__ = [
    "Answer",
    "Asyncio",
    "Command",
    "CommandError",
    "Help",
    "Pause",
    "Resume",
    "Start",
    "Status",
    "Stop",
    "Task",
    "Terminate",
    "Usage",
    "parse",
]


def parse(line: str, cell: str | None) -> Command:
    """Read what was written after `%webrun` or `%%webrun`.

    Parameters
    ----------
    line : str
        The rest of the magic's line, as typed (`@no_var_expand`).
    cell : str or None
        The lines below `%%webrun`; None for `%webrun`.

    Returns
    -------
    Command
        The dataclass of the verb. An empty line is `Help()`.

    Raises
    ------
    CommandError
        Anything that can't be used, in one line with a hint; never `SystemExit`, never a usage dump.
    """
    first_word = line.split(maxsplit=1)[:1]
    if first_word == ["answer"]:
        return _read_answer(line, cell)
    line, line_silenced = _without_semicolon(without_comment(line))
    refuse_credentials(line)
    words = split_line(line)
    if not words and cell is None:
        return Help()
    if not words or words[0].startswith("-"):
        example = "%webrun start" if cell is None else "%%webrun task"
        raise CommandError("the verb is missing", f"write it first: {example} …")
    verb = find_verb(words[0], words[1:])
    _check_kind_of_magic(verb, cell)
    verb, words = _part(verb, words)
    values = _read_options(verb, words[1:])
    body, cell_silenced = _without_semicolon(cell or "")
    if verb.shows_rows and (line_silenced or cell_silenced):
        values["quiet"] = True
    if verb.cell:
        refuse_credentials(body)
        values["text"] = body.strip()
        if not values["text"]:
            raise CommandError(
                f"the cell holds no {verb.name}",
                f"write what to do on the lines below {verb.magic}, such as: List the rows of the first table.",
            )
    return verb.build(**values)


def _read_answer(line: str, cell: str | None) -> Command:
    """Read `answer`: the rest of the line, or a cell whose line may name the session."""
    verb = find_verb("answer")
    rest = line.split(maxsplit=1)[1:]
    text = "".join(rest).strip() if cell is None else cell.strip("\n")
    if not text.strip():
        raise CommandError("the answer is empty", f"write it on the line, {verb.magic} TEXT, or below %{verb.magic}")
    refuse_credentials(text)
    if cell is None or not rest:
        return Answer(text)
    name, *more = rest[0].split()
    if more:
        raise CommandError(
            "an answer stands on the line or in the cell, not in both", f"%{verb.magic} NAME, and the text below"
        )
    return Answer(text, verb.options[0].convert(name, "NAME"))  # type: ignore[arg-type]


def _part(verb: Verb, words: list[str]) -> tuple[Verb, list[str]]:
    """Return the part that a verb's next word names (the verb itself where there is none), and the words from there.

    Raises
    ------
    CommandError
        There is no such part; the hint names the near one.
    """
    if not verb.parts or len(words) < 2:
        return verb, words
    parts = {part.word: part for part in verb.parts}
    if words[1] in parts:
        return parts[words[1]], words[1:]
    meant = near(words[1], parts)
    raise CommandError(
        f"{verb.name} has no verb {words[1]!r}",
        f"did you mean {verb.magic} {meant}?" if meant else f"there are: {', '.join(parts)}",
    )


def _without_semicolon(text: str) -> tuple[str, bool]:
    stripped = text.rstrip()
    return (stripped[:-1].rstrip(), True) if stripped.endswith(";") else (stripped, False)


def _check_kind_of_magic(verb: Verb, cell: str | None) -> None:
    if verb.cell and cell is None:
        raise CommandError(
            f"{verb.name} takes its text from a cell",
            f"start the cell with {verb.magic} … and write it on the lines below",
        )
    if not verb.cell and cell is not None:
        raise CommandError(f"{verb.name} takes no cell", f"write it on one line, with one %: {verb.magic}")


_SECRET_OPTION = re.compile(r"pass|pwd|secret|token|key|otp", re.IGNORECASE)


class _Once(argparse.Action):
    """Store a value; a second one is an error rather than a silent winner."""

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


def _parser(verb: Verb) -> _Parser:
    parser = _Parser(prog=verb.name, add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in verb.options:
        if not option.flag:
            parser.add_argument(option.field, nargs="?", metavar=option.metavar)
        elif option.repeated:
            parser.add_argument(option.flag, dest=option.field, action="append")
        elif option.metavar:
            parser.add_argument(option.flag, dest=option.field, action=_Once)
        else:
            parser.add_argument(option.flag, dest=option.field, action="store_true", default=None)
    return parser


def _read_options(verb: Verb, words: list[str]) -> dict[str, Any]:
    """Return the fields that were given, converted."""
    help_line = _help_line(verb)
    try:
        found, extra = _parser(verb).parse_known_args(_with_negative_values(verb, words))
    except argparse.ArgumentError as error:
        flag = error.argument_name or ""
        takes_value = any(option.flag == flag and option.metavar for option in verb.options)
        raise CommandError(f"{flag} {'needs a value' if takes_value else 'takes no value'}", help_line) from error
    values: dict[str, Any] = {}
    for option in verb.options:
        value = getattr(found, option.field)
        if option.repeated and value is not None:
            values[option.field] = tuple(option.convert(one, option.label) for one in value)
        elif isinstance(value, str):
            values[option.field] = option.convert(value, option.label)
        elif value is not None:
            values[option.field] = value
        elif option.required and extra:
            raise _unknown(verb, extra)
        elif option.required:
            raise CommandError(f"{verb.name} needs one more word: {option.metavar}", f"{verb.magic} {option.metavar}")
    if extra:
        raise _unknown(verb, extra)
    given = [option.label for option in verb.options if option.field in values and option.label in verb.exclusive]
    if len(given) > 1:
        raise CommandError(f"{verb.name} takes {' or '.join(given)}, not both", help_line)
    return values


def _with_negative_values(verb: Verb, words: Sequence[str]) -> list[str]:
    """Join an option and a value such as `-5s`, which argparse would take for an option of its own."""
    takes_value = {option.flag for option in verb.options if option.flag and option.metavar}
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in takes_value and re.match(r"-[\d.]", word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _help_line(verb: Verb) -> str:
    return f"%webrun help {verb.name.split()[0]}"


def _unknown(verb: Verb, extra: list[str]) -> CommandError:
    """Explain the first word nobody asked for; of an option, never its value, which could be a secret."""
    options_first = sorted(extra, key=lambda word: not word.startswith("-"))
    word = options_first[0].split("=")[0]
    if re.match(r"-\d", word):
        return CommandError(f"{verb.name} takes no negative value: {word}", _help_line(verb))
    if word.startswith("-"):
        meant = _near_option(verb, word)
        if _SECRET_OPTION.search(word):
            hint = "no option takes a secret's value: a cell is saved with its notebook"
        else:
            hint = f"did you mean {meant}?" if meant else _help_line(verb)
        return CommandError(f"{verb.name} has no option {word}", hint)
    if any(option.convert is options.name and not option.flag for option in verb.options):
        return CommandError(
            f"{verb.name} can't use the word {extra[0]!r}", "a session's name is one word: letters, digits, _ and -"
        )
    hint = "a value with spaces needs quotes" + ("; the task goes on the lines below" if verb.cell else "")
    return CommandError(f"{verb.name} can't use the word {extra[0]!r}", hint)


def _near_option(verb: Verb, word: str) -> str | None:
    """Return the option that was probably meant: by its flag, or by what it sets (`--output` for `-o`)."""
    sets = {option.field: option.flag for option in verb.options if option.flag}
    if (written := word.lstrip("-")) in sets:
        return sets[written]
    return near(word, sets.values()) or sets.get(near(written, sets) or "")
