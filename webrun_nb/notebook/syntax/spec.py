"""How a verb is written: the rows of the table that the parser and the help texts both read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from webrun_nb.notebook.commands.definitions import Command
from webrun_nb.notebook.syntax import values

Names = Callable[[], Iterable[str]]
"""Looks names up when they are asked for."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be written after a verb.

    Parameters
    ----------
    flag : str
        `--url`, `-o`; empty for a word without a flag.
    field : str
        The field of the verb's dataclass that it sets.
    help : str
        What it does, in one line.
    metavar : str
        What its value is called; empty for a switch.
    convert : callable
        Takes the value's text and what it was given for; raises `CommandError`.
    required : bool
        Only for a word without a flag.
    repeated : bool
        It may be given several times; the command holds a tuple.
    """

    flag: str
    field: str
    help: str
    metavar: str = ""
    convert: Callable[[str, str], object] = values.name
    required: bool = False
    repeated: bool = False

    @property
    def label(self) -> str:
        """What it is called in usage lines and errors."""
        return self.flag or self.metavar


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its names, its options, and the command it makes.

    `cell`: it is written as `%%webrun` with its text on the lines below. `verbatim`: it takes the rest of the line as
    it is, or a cell; its options are read by hand. `exclusive`: labels of options of which only one may be given.
    `shows_rows`: a trailing `;` sets the command's `quiet`. `parts`: verbs that are its next word, such as
    `emulator advance`; without one, the verb itself is meant.
    """

    name: str
    summary: str
    build: Callable[..., Command]
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    cell: bool = False
    verbatim: bool = False
    shows_rows: bool = False
    parts: tuple[Verb, ...] = ()

    @property
    def magic(self) -> str:
        """How a line with this verb starts."""
        return f"{'%%' if self.cell else '%'}webrun {self.name}"

    @property
    def word(self) -> str:
        """Its own word: `advance` of `emulator advance`."""
        return self.name.rpartition(" ")[2]
