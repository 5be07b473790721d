"""Tests of `%webrun help`."""

from __future__ import annotations

import dataclasses

import pytest

from webrun_nb.common import agent_sentences
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax import help as help_of_commands
from webrun_nb.notebook.syntax import parser
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.help import usage
from webrun_nb.notebook.syntax.spec import Command, Invocation

BY_NAME = pytest.mark.parametrize("command", list(COMMANDS), ids=lambda command: command.name)


def help_text(verb: str | None = None) -> str:
    return help_of_commands.help_text(COMMANDS, verb)


def parse(line: str, cell: str | None) -> Invocation:
    return parser.parse(COMMANDS, line, cell)


def test_the_first_screen_holds_what_one_starts_with() -> None:
    words = help_text().split()
    assert {"start", "task", "status", "terminate"} <= set(words)


def test_the_first_screen_names_every_verb() -> None:
    assert [command.name for command in COMMANDS if command.name not in help_text()] == []


def test_the_first_screen_fits_a_screen() -> None:
    assert len(help_text().splitlines()) <= 24


def test_the_first_screens_example_works() -> None:
    line, _, body = help_text()[help_text().index("%%webrun task --url") :].partition("\n")
    assert parse(line.removeprefix("%%webrun "), body).command.name == "task"


@BY_NAME
def test_help_explains_every_option(command: Command) -> None:
    text = help_text(command.name)
    assert [option for option in command.options if option.label not in text or option.help not in text] == []


@BY_NAME
def test_help_of_every_verb_has_an_example_that_can_be_read(command: Command) -> None:
    text = help_text(command.name)
    assert command.examples
    assert all(f"  {line}" in text for cell in command.examples for line in cell.splitlines())
    for cell in command.examples:
        line, newline, body = cell.partition("\n")
        parse(line.lstrip("%").removeprefix("webrun "), body if newline else None)


@BY_NAME
def test_the_table_sets_fields_that_the_command_has(command: Command) -> None:
    fields = {field.name for field in dataclasses.fields(command.arguments)}  # type: ignore[arg-type]
    assert {option.field for option in command.options} <= fields


@pytest.mark.parametrize(
    ("verb", "written"),
    [
        (
            "start",
            "%webrun start [NAME] [--url URL] [--env ENV] [--proxy SPEC] [--max-cost USD] [--policy POLICY] "
            "[--secret HOST=NAME]... [--agent local|llm|auto] [--model PROVIDER:NAME] [--model-url URL] "
            "[--view] [--pictures] [--new]",
        ),
        ("terminate", "%webrun terminate [NAME | --all]"),
        ("answer", "%webrun answer [NAME] TEXT"),
        ("usage", "%webrun usage [--by WHAT] [--plot]"),
        ("asyncio", "%webrun asyncio on"),
        ("help", "%webrun help [VERB | docs]"),
    ],
)
def test_usage(verb: str, written: str) -> None:
    assert usage(COMMANDS.find(verb)) == written


def test_help_of_an_alias_is_help_of_its_verb() -> None:
    assert help_text("end") == help_text("terminate")


def test_help_of_task_holds_what_the_local_agent_understands() -> None:
    assert agent_sentences.help_text() in help_text("task")


@pytest.mark.parametrize("pitfall", ["above %%webrun", "single quotes", "ends in ?"])
def test_help_of_task_names_the_pitfalls(pitfall: str) -> None:
    assert pitfall in help_text("task")


@pytest.mark.parametrize("pitfall", ["ends in ?", "two-factor codes are refused", "line breaks"])
def test_help_of_answer_names_the_pitfalls(pitfall: str) -> None:
    assert pitfall in help_text("answer")


def test_help_of_the_emulator_explains_all_its_verbs() -> None:
    text = help_text("emulator")
    parts = COMMANDS.find("emulator").subcommands
    assert [part.name for part in parts if usage(part).split(" [")[0] not in text or part.summary not in text] == []
    assert [option.help for part in parts for option in part.options if option.help not in text] == []


def test_the_examples_of_the_emulators_help_work() -> None:
    lines = [line.split("   ")[0].strip() for line in help_text("emulator").splitlines() if "  %webrun" in line]
    assert len(lines) == 8
    for line in lines:
        parse(line.removeprefix("%webrun "), None)


def test_unknown_verbs() -> None:
    with pytest.raises(CommandError, match="no verb") as caught:
        help_text("tsak")
    assert caught.value.hint == "did you mean task?"
