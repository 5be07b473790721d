"""Tests of the toolkit's start: its line while the emulator starts."""

from __future__ import annotations

from typing import NoReturn

import pytest

from webrun_nb.client.errors import EmulatorStartError
from webrun_nb.notebook import api
from webrun_nb.notebook.api import Toolkit
from webrun_nb.notebook.display import startup_notice


class FakeOutputs:
    """A front end that keeps the outputs of cells by display id."""

    def __init__(self) -> None:
        self.shown: dict[str, list[str]] = {}

    def display(self, forms: dict[str, str], *, raw: bool, display_id: str, update: bool) -> None:
        assert raw
        assert update == (display_id in self.shown), "what is updated has been shown, and nothing is shown twice"
        self.shown.setdefault(display_id, []).append(forms["text/plain"])


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> FakeOutputs:
    outputs = FakeOutputs()
    monkeypatch.setattr("IPython.display.display", outputs.display)
    monkeypatch.setattr(startup_notice, "has_front_end", lambda: True)
    monkeypatch.setattr(startup_notice, "can_display_widgets", lambda: True)
    return outputs


def test_the_line_that_the_emulator_starts_is_shown_meanwhile_and_taken_back(
    monkeypatch: pytest.MonkeyPatch, outputs: FakeOutputs
) -> None:
    async def start() -> NoReturn:
        assert list(outputs.shown.values()) == [[startup_notice.STARTING]]
        raise EmulatorStartError("it ended")

    monkeypatch.setattr(api, "local_emulator", start)
    with pytest.raises(EmulatorStartError):
        Toolkit().client()
    assert list(outputs.shown.values()) == [[startup_notice.STARTING, ""]]


def test_a_card_takes_the_place_of_the_line(outputs: FakeOutputs) -> None:
    notice = startup_notice.StartNotice()
    with notice.deferred():
        with notice.shown():
            pass
        place = notice.replace()
    assert outputs.shown == {place: [startup_notice.STARTING]}, "what stands there now is the card's"


def test_a_program_that_runs_notebooks_gets_no_start_line(
    monkeypatch: pytest.MonkeyPatch, outputs: FakeOutputs
) -> None:
    monkeypatch.setattr(startup_notice, "can_display_widgets", lambda: False)
    with startup_notice.StartNotice().shown():
        assert outputs.shown == {}


def test_in_a_terminal_the_line_is_erased(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with startup_notice.StartNotice().shown():
        assert capsys.readouterr().out == startup_notice.STARTING
    assert capsys.readouterr().out == "\r\x1b[2K"
