"""Tests of the order in which browsers are tried, and of the message if none starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from webrun_nb.browsers import discovery
from webrun_nb.browsers.discovery import BrowserCandidate, candidates, find_browser, installed
from webrun_nb.browsers.protocol import InstanceUnavailableError


@dataclass
class FakeBrowser:
    version: str = "1.2.3"


class FakeMachine:
    """A machine that has only those programs and browsers that a test installs."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.cache = root / "cache"
        self.bin.mkdir()

    def program(self, name: str) -> str:
        path = self.bin / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return str(path)

    def playwright(self, folder: str) -> None:
        (self.cache / folder).mkdir(parents=True)
        (self.cache / folder / "INSTALLATION_COMPLETE").touch()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = FakeMachine(tmp_path)
    monkeypatch.delenv("WEBRUN_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine.cache))
    monkeypatch.setattr(discovery, "_DEBIAN_CHROMIUM", tmp_path / "debian")
    monkeypatch.setattr(discovery, "_CHANNEL_FILES", {"chrome": {discovery.sys.platform: str(tmp_path / "chrome")}})
    return machine


async def starts(candidate: BrowserCandidate) -> FakeBrowser:
    return FakeBrowser()


async def does_not_start(candidate: BrowserCandidate) -> FakeBrowser:
    raise InstanceUnavailableError("a library is missing")


def test_nothing_is_installed(machine):
    assert not installed()


def test_a_browser_on_the_path_is_installed(machine):
    machine.program("chromium")
    assert installed()


def test_the_order(machine, tmp_path, monkeypatch):
    for name in ("chromium-headless-shell", "chromium", "google-chrome"):
        machine.program(name)
    (tmp_path / "debian").touch()
    (tmp_path / "chrome").touch()
    monkeypatch.setattr(discovery, "_playwright_has", lambda name: True)
    assert [each.path or each.channel for each in candidates()] == [
        None,
        "chromium",
        str(machine.bin / "chromium-headless-shell"),
        str(tmp_path / "debian"),
        "chrome",
        str(machine.bin / "chromium"),
        str(machine.bin / "google-chrome"),
    ]


def test_another_revision_of_playwrights_browser_is_none(machine):
    machine.playwright("chromium_headless_shell-1")
    assert not installed()


def test_playwrights_own_revision_counts(machine):
    known = discovery.json.loads(
        (Path(discovery.playwright.__file__).parent / "driver/package/browsers.json").read_text(encoding="utf-8")
    )
    revision = next(each["revision"] for each in known["browsers"] if each["name"] == "chromium-headless-shell")
    machine.playwright(f"chromium_headless_shell-{revision}")
    assert candidates() == [BrowserCandidate("Playwright's download", "headless-shell")]


def test_the_users_choice_stands_alone(machine, monkeypatch):
    machine.program("chromium")
    mine = machine.program("my-browser")
    monkeypatch.setenv("WEBRUN_BROWSER", mine)
    assert candidates() == [BrowserCandidate("WEBRUN_BROWSER", "chromium", path=mine)]


def test_a_wrong_choice_is_no_browser(machine, monkeypatch):
    machine.program("chromium")
    monkeypatch.setenv("WEBRUN_BROWSER", "/nowhere")
    assert not installed()


async def test_a_wrong_choice_fails_hard(machine, monkeypatch):
    machine.program("chromium")
    monkeypatch.setenv("WEBRUN_BROWSER", "/nowhere")
    with pytest.raises(InstanceUnavailableError, match="WEBRUN_BROWSER is /nowhere, which is not a program"):
        await find_browser(starts)


async def test_the_first_that_starts_is_taken(machine):
    machine.program("chromium-headless-shell")
    works = machine.program("chromium")

    async def launch(candidate: BrowserCandidate) -> FakeBrowser:
        return await (starts if candidate.path == works else does_not_start)(candidate)

    found, _ = await find_browser(launch)
    assert found == discovery.FoundBrowser(works, None, "chromium", "1.2.3", "PATH")


async def test_the_launched_browser_is_handed_over(machine):
    machine.program("chromium")
    browser = FakeBrowser()

    async def launch(candidate: BrowserCandidate) -> FakeBrowser:
        return browser

    assert (await find_browser(launch))[1] is browser


async def test_none_installed_says_what_to_run(machine):
    with pytest.raises(InstanceUnavailableError) as caught:
        await find_browser(starts)
    assert caught.value.message == "No browser is installed; run: webrun-nb install-browser"


async def test_none_starts_says_why_and_what_to_run(machine):
    path = machine.program("chromium")
    with pytest.raises(InstanceUnavailableError) as caught:
        await find_browser(does_not_start)
    expected = f"No browser starts ({path}: a library is missing); run: webrun-nb install-browser"
    assert caught.value.message == expected
