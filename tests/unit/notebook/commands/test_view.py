"""Tests of `%webrun view` and `start --view` with different servers and front ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from helpers.fake_cards import ENDED, IDLE
from webrun_nb.notebook.commands import view
from webrun_nb.notebook.commands.view import View
from webrun_nb.notebook.syntax.errors import CommandError


class FakeWorkspace:
    """A workspace with one session; it records the views that are shown."""

    def __init__(self, **session: Any) -> None:
        self.one = SimpleNamespace(
            **{"name": "demo", "session_id": "s", "ended": False, "has_view": True, "status": lambda: None, **session}
        )
        self.shown: list[float] = []

    def session(self, name: str | None) -> Any:
        return self.one

    def show_view(self, session: Any, fps: float) -> None:
        self.shown.append(fps)


def hosted(url: str | None) -> FakeWorkspace:
    return FakeWorkspace(has_view=False, web_view_url=url)


def test_the_emulators_view_is_shown_at_the_pace_asked_for():
    workspace = FakeWorkspace()
    view.view(workspace, View(fps=4))  # type: ignore[arg-type] # a double
    assert workspace.shown == [4]


def test_an_ended_session_has_nothing_to_see():
    with pytest.raises(CommandError, match="has ended"):
        view.view(FakeWorkspace(ended=True), View())  # type: ignore[arg-type] # a double


def test_the_hosted_services_own_page_is_framed(monkeypatch, capsys):
    shown: list[Any] = []
    monkeypatch.setattr(view, "display", shown.append)
    view.view(hosted("https://view.example/x#token=1"), View())  # type: ignore[arg-type] # a double
    assert "view.example" not in capsys.readouterr().out
    frame = shown[0]._repr_html_()
    assert 'src="https://view.example/x#token=1"' in frame
    assert 'allow="autoplay"' in frame


def test_without_a_page_of_the_hosted_service_one_line_says_so():
    with pytest.raises(CommandError, match="gives no live view"):
        view.view(hosted(None), View())  # type: ignore[arg-type] # a double


@pytest.mark.parametrize(("snapshot", "word"), [(IDLE, "active · idle"), (ENDED, "terminated")])
def test_without_a_front_end_it_is_text(monkeypatch, capsys, snapshot, word):
    from webrun_nb.notebook.display import cards

    monkeypatch.setattr(cards, "has_front_end", lambda: False)
    cards.cards.show_view(SimpleNamespace(snapshot=snapshot), None, 8)  # type: ignore[arg-type] # nothing opens it
    assert word in capsys.readouterr().out
