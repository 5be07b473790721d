"""Tests of `%webrun help docs`, the manual in the notebook."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.notebook.commands import general
from webrun_nb.notebook.commands.general import Help, HelpDocs, show_docs, show_help
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.workspace import Workspace

TOPICS = [path.name.removesuffix(".md") for path in files("webrun_nb").joinpath("docs").iterdir() if path.is_file()]


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(InteractiveShell(), COMMANDS)


def test_without_a_topic_all_are_listed_with_their_titles(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    show_docs(workspace, HelpDocs())
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == sorted(TOPICS)
    assert [line for line in lines if len(line.split(maxsplit=1)) != 2] == [], "each has a title"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_shown_whole(topic: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(general, "display", shown.append)
    show_docs(workspace, HelpDocs(topic))
    forms = shown[0]._repr_mimebundle_()
    page = files("webrun_nb").joinpath("docs", f"{topic}.md").read_text(encoding="utf-8")
    assert forms["text/plain"].strip() == page.strip()
    assert "<h1>" in forms["text/html"]


def test_a_misspelled_topic_gets_a_suggestion(workspace: Workspace) -> None:
    with pytest.raises(CommandError, match="no topic 'glosary'") as caught:
        show_docs(workspace, HelpDocs("glosary"))
    assert caught.value.hint == "did you mean glossary?"


def test_help_names_the_manual(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    show_help(workspace, Help())
    assert "%webrun help docs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("model", "the manual tells of it: %webrun help docs notebook, section “Agents and models”"),
        ("models", "the manual tells of it: %webrun help docs notebook, section “Agents and models”"),
        ("environments", "did you mean env?"),
        ("strat", "did you mean start?"),
    ],
)
def test_a_word_that_is_no_verb_leads_to_the_manual_or_to_the_verb_that_is_meant(
    workspace: Workspace, word: str, hint: str
) -> None:
    with pytest.raises(CommandError, match=f"there is no verb '{word}'") as caught:
        show_help(workspace, Help(word))
    assert caught.value.hint == hint
