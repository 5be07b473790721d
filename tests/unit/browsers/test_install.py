"""Tests of the commands that install a browser, and of the messages if that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from webrun_nb.browsers import install
from webrun_nb.browsers.discovery import FoundBrowser
from webrun_nb.browsers.protocol import InstanceUnavailableError

FOUND = FoundBrowser("/usr/bin/x", None, "headless-shell", "1.2", "PATH")


class FakeMachine:
    """A machine on which a browser starts once `works(commands)`, and commands that contain a word of `fails` fail."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.works: Callable[[list[str]], bool] = lambda commands: False
        self.fails: tuple[str, ...] = ()

    def run(self, command: Sequence[str], report: install.Report) -> tuple[bool, str]:
        line = " ".join(command).replace(" ".join(install._PLAYWRIGHT), "playwright")
        self.commands.append(line.replace("env DEBIAN_FRONTEND=noninteractive ", ""))
        return not any(word in line for word in self.fails), "Error: no network"

    def try_(self) -> tuple[FoundBrowser | None, str]:
        return (FOUND, "") if self.works(self.commands) else (None, "No browser starts")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = FakeMachine()
    (tmp_path / "debian").touch()
    monkeypatch.delenv("WEBRUN_BROWSER", raising=False)
    monkeypatch.setattr(install, "_run", machine.run)
    monkeypatch.setattr(install, "_try", machine.try_)
    monkeypatch.setattr(install, "_DEBIAN_MARK", tmp_path / "debian")
    monkeypatch.setattr(install, "_which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(install, "_root_prefix", lambda: ())
    return machine


def failed_with() -> str:
    with pytest.raises(InstanceUnavailableError) as caught:
        install.install_browser(lambda line: None)
    return caught.value.message


def test_nothing_is_run_where_one_starts(machine):
    machine.works = lambda commands: True
    install.install_browser(lambda line: None)
    assert machine.commands == []


def test_it_says_which_one_is_ready(machine):
    machine.works = lambda commands: True
    lines: list[str] = []
    install.install_browser(lines.append)
    assert lines == ["A browser is ready: headless shell 1.2 (/usr/bin/x)"]


def test_playwrights_download_comes_first(machine):
    machine.works = bool
    install.install_browser(lambda line: None)
    assert machine.commands == ["playwright install chromium --only-shell"]


def test_missing_libraries_are_installed(machine):
    machine.works = lambda commands: len(commands) == 2
    install.install_browser(lambda line: None)
    assert machine.commands[-1] == "playwright install-deps chromium-headless-shell"


def test_missing_libraries_without_root(machine, monkeypatch):
    monkeypatch.setattr(install, "_root_prefix", lambda: None)
    assert failed_with().endswith("-m playwright install-deps chromium-headless-shell")


def test_the_systems_package_where_the_download_fails(machine):
    machine.fails = ("playwright",)
    machine.works = lambda commands: "install -y" in (commands or [""])[-1]
    install.install_browser(lambda line: None)
    assert machine.commands[1:] == [
        "apt-get update",
        "apt-get install -y chromium-headless-shell fonts-liberation",
    ]


def test_the_whole_browser_where_there_is_no_headless_shell(machine):
    machine.fails = ("playwright", "chromium-headless-shell")
    machine.works = lambda commands: "chromium fonts" in (commands or [""])[-1]
    install.install_browser(lambda line: None)
    assert machine.commands[-1] == "apt-get install -y chromium fonts-liberation"


def test_no_download_and_no_root(machine, monkeypatch):
    machine.fails = ("playwright",)
    monkeypatch.setattr(install, "_root_prefix", lambda: None)
    assert failed_with() == (
        "Chromium could not be downloaded (Error: no network); "
        "run: sudo apt-get install -y chromium-headless-shell fonts-liberation"
    )


def test_no_download_and_another_system(machine, monkeypatch, tmp_path):
    machine.fails = ("playwright",)
    monkeypatch.setattr(install, "_DEBIAN_MARK", tmp_path / "nothing")
    assert failed_with().endswith("or set WEBRUN_BROWSER to the path of one")


def test_a_wrong_choice_of_the_user_is_not_installed_over(machine, monkeypatch):
    monkeypatch.setenv("WEBRUN_BROWSER", "/nowhere")
    failed_with()
    assert machine.commands == []
