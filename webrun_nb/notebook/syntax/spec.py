"""Describes how commands are written: the rows that the parser, the help texts and completion read."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from webrun_nb.common.text import closest_match
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError

NameKind = Literal["env", "file", "job", "policy", "run", "schema", "session", "task", "variable", "verb"]
"""A kind of thing that exists and has a name, which completion can offer."""

Names = Callable[[], Iterable[str]]
"""Looks up the names of one kind when they are needed."""

CONFIG_HINT = "%config WebrunMagics lists the options, and %config WebrunMagics.max_cost = 0.50 sets one"

_LONGEST_HINT = 100
_SENTENCE_WORDS = 2
"""Words after an unknown verb from which on the line is taken for a sentence."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be written after a verb: an option with a flag, or a plain word.

    Parameters
    ----------
    flag : str
        `--url`, `-o`; empty for a plain word.
    field : str
        The field of the command's arguments that it sets.
    help : str
        Its effect, in one line.
    metavar : str
        The name of its value in help and errors; empty for a switch. `PATH` is completed by IPython.
    parse : callable
        Turns the text of a value into the field's value. It also takes the option's label, for its errors, and
        raises `CommandError`.
    required : bool
        It must be given; only for a plain word.
    repeated : bool
        It may be given several times; the field holds a tuple.
    choices : tuple of str
        Values that completion offers.
    names : NameKind, optional
        The kind of names that completion offers.
    bare : str
        The value of an option with a flag that is written without one; empty: it needs one.
    """

    flag: str
    field: str
    help: str
    metavar: str = ""
    parse: Callable[[str, str], object] = values.name
    required: bool = False
    repeated: bool = False
    choices: tuple[str, ...] = ()
    names: NameKind | None = None
    bare: str = ""

    @property
    def label(self) -> str:
        """Its name in usage lines and errors."""
        return self.flag or self.metavar

    @property
    def is_path(self) -> bool:
        """True if its value is a file's path."""
        return self.metavar == "PATH"

    @property
    def usage(self) -> str:
        """Its written form: `--url URL`, `--cache [AGE]`."""
        value = f"[{self.metavar}]" if self.bare else self.metavar
        return " ".join(part for part in (self.flag, value) if part)


@dataclass(frozen=True, slots=True)
class Command:
    """One verb of `%webrun`: its name, its options, what carries it out, and its help.

    Parameters
    ----------
    name : str
        Its word on the line; two words for a subcommand (`emulator advance`).
    summary : str
        Its effect, in one line.
    arguments : callable
        Makes the command's arguments, a frozen dataclass, from the fields that the options set. An option that is not
        written sets none.
    run : callable
        Carries the command out: takes the notebook's workspace and the arguments; returns what the cell shows, or None.
    options : tuple of Option
    aliases : tuple of str
        Other names of the verb.
    exclusive : tuple of str
        Labels of options of which only one may be given.
    cell : bool
        It is written as `%%webrun`, with its text on the lines below (the field `text`).
    cell_unless : tuple of str
        Labels of options with which the cell may be empty; only for a command with a cell.
    verbatim : bool
        It takes the rest of the line as it is, or a cell, as the field `text`.
    shows_rows : bool
        A `;` at the end sets the field `quiet`.
    subcommands : tuple of Command
        Commands whose name continues with the next word. Without one of them, the command itself is meant.
    details : str
        The text of its help below the options.
    examples : tuple of str
        Cells that help shows. Those of all commands work one after the other.
    """

    name: str
    summary: str
    arguments: Callable[..., Any]
    run: Callable[[Any, Any], object]
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    cell: bool = False
    cell_unless: tuple[str, ...] = ()
    verbatim: bool = False
    shows_rows: bool = False
    subcommands: tuple[Command, ...] = ()
    details: str = ""
    examples: tuple[str, ...] = ()

    @property
    def magic(self) -> str:
        """The beginning of a line with this command."""
        return f"{'%%' if self.cell else '%'}webrun {self.name}"

    @property
    def last_word(self) -> str:
        """Its own word: `advance` of `emulator advance`."""
        return self.name.rpartition(" ")[2]

    def subcommand(self, word: str) -> Command | None:
        """Return the subcommand whose own word this is; None if there is none."""
        return next((each for each in self.subcommands if each.last_word == word), None)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a command, as it was written in a cell."""

    command: Command
    arguments: Any
    """The frozen dataclass of the command's arguments."""


class Registry:
    """All commands, by name.

    Parameters
    ----------
    commands : sequence of Command
        In the order in which help lists them.
    """

    def __init__(self, commands: Sequence[Command]) -> None:
        self._commands = tuple(commands)
        self._by_name = {name: each for each in commands for name in (each.name, *each.aliases)}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands)

    def get(self, word: str) -> Command | None:
        """Return the command of that name or alias; None if there is none."""
        return self._by_name.get(word)

    def find(self, word: str, rest: Sequence[str] = ()) -> Command:
        """Return the command of that name or alias.

        Parameters
        ----------
        word : str
            The first word of the line.
        rest : sequence of str
            The other words of the line, for the hint.

        Raises
        ------
        CommandError
            The command is unknown; the hint suggests the nearest one.
        """
        command = self.get(word)
        if command is None:
            raise CommandError(f"there is no verb {word!r}", self._suggestion(word, rest))
        return command

    def _suggestion(self, word: str, rest: Sequence[str]) -> str:
        if word == "config":
            return CONFIG_HINT
        subcommands: dict[str, list[str]] = {}
        for each in (subcommand for command in self for subcommand in command.subcommands):
            subcommands.setdefault(each.last_word, []).append(each.magic)
        meant = word if word in subcommands else closest_match(word, self._by_name) or closest_match(word, subcommands)
        if meant in self._by_name:
            return f"did you mean {meant}?"
        if len(rest) >= _SENTENCE_WORDS and not any(each.startswith("-") for each in rest):
            return "a task is a cell: %%webrun task on its first line, the sentence on the next ones"
        if meant is None:
            return f"there are: {', '.join(self._by_name)}"
        whole = [shlex.join([*magic.split(), *rest])[:_LONGEST_HINT] for magic in subcommands[meant]]
        return f"did you mean {' or '.join(whole)}?"
