"""Tests of the registry of commands, and of the consistency of its real entries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Registry


def nothing(workspace: object, arguments: object) -> None: ...


GO = Command("go", "go somewhere", dict, nothing, aliases=("walk",))
LIST = Command("place", "places", dict, nothing, subcommands=(Command("place list", "all places", dict, nothing),))
REGISTRY = Registry((GO, LIST))


def test_a_command_is_found_by_its_name_and_its_aliases() -> None:
    assert [REGISTRY.find("go"), REGISTRY.find("walk"), REGISTRY.get("fly")] == [GO, GO, None]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("goo", "did you mean go?"),
        ("list", "did you mean %webrun place list?"),
        ("xyz", "there are: go, walk, place"),
        ("Go to the shop", "did you mean go?"),
        ("List all of them", "a task is a cell"),
        ("Xyz all of them", "a task is a cell"),
        ("config", "%config WebrunMagics"),
    ],
)
def test_an_unknown_command_gets_a_hint(line: str, hint: str) -> None:
    word, *rest = line.split()
    with pytest.raises(CommandError, match=f"there is no verb '{word}'") as caught:
        REGISTRY.find(word, rest)
    assert caught.value.hint.startswith(hint)


def every_command() -> Iterator[Command]:
    for command in COMMANDS:
        yield command
        yield from command.subcommands


def test_no_two_commands_have_one_name() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


def test_subcommands_begin_with_the_name_of_their_command() -> None:
    names = [(command.name, each.name) for command in COMMANDS for each in command.subcommands]
    assert [each for name, each in names if each.rpartition(" ")[0] != name] == []


def test_what_is_exclusive_is_an_option() -> None:
    for command in every_command():
        assert {*command.exclusive} <= {option.label for option in command.options}, command.name


def test_what_hides_rows_can_be_quiet() -> None:
    quiet = [command for command in every_command() if command.shows_rows]
    assert [command.name for command in quiet if "quiet" not in command.arguments.__dataclass_fields__] == []
