from __future__ import annotations

import dataclasses
from importlib.resources import files

import pytest

from webrun_nb.notebook.command import parse
from webrun_nb.notebook.errors import CommandError
from webrun_nb.notebook.help import help_text, usage
from webrun_nb.notebook.verbs import VERBS, Verb, find_verb

BY_NAME = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


def test_the_first_screen_holds_what_one_starts_with() -> None:
    words = help_text().split()
    assert {"start", "task", "status", "terminate"} <= set(words)


def test_the_first_screen_names_every_verb() -> None:
    assert [verb.name for verb in VERBS if verb.name not in help_text()] == []


def test_the_first_screen_fits_a_screen() -> None:
    assert len(help_text().splitlines()) <= 24


def test_the_first_screens_example_works() -> None:
    line, _, body = help_text()[help_text().index("%%webrun task --url") :].partition("\n")
    parse(line.removeprefix("%%webrun "), body)


@BY_NAME
def test_help_explains_every_option(verb: Verb) -> None:
    text = help_text(verb.name)
    assert [option for option in verb.options if option.label not in text or option.help not in text] == []


@BY_NAME
def test_the_table_sets_fields_that_the_command_has(verb: Verb) -> None:
    fields = {field.name for field in dataclasses.fields(verb.build)}  # type: ignore[arg-type]
    assert {option.field for option in verb.options} <= fields


@pytest.mark.parametrize(
    ("verb", "written"),
    [
        ("start", "%webrun start [NAME] [--url URL] [--new]"),
        ("terminate", "%webrun terminate [NAME | --all]"),
        ("asyncio", "%webrun asyncio on"),
        ("help", "%webrun help [VERB]"),
    ],
)
def test_usage(verb: str, written: str) -> None:
    assert usage(find_verb(verb)) == written


def test_help_of_an_alias_is_help_of_its_verb() -> None:
    assert help_text("end") == help_text("terminate")


def test_help_of_task_holds_what_the_local_agent_understands() -> None:
    phrases = files("webrun_nb").joinpath("agents", "planner", "phrases.txt").read_text(encoding="utf-8")
    assert phrases.strip() in help_text("task")


@pytest.mark.parametrize("pitfall", ["above %%webrun", "single quotes", "ends in ?"])
def test_help_of_task_names_the_pitfalls(pitfall: str) -> None:
    assert pitfall in help_text("task")


def test_unknown_verbs() -> None:
    with pytest.raises(CommandError, match="no verb"):
        help_text("mpa")
