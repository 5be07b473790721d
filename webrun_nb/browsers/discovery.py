"""Finds the browser to use: the first candidate, in a fixed order, that starts.

A file being there says little (a missing library, a wrapper for another system), so the choice is made by
launching. `installed` is a cheap check that tells whether trying makes sense at all.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import platformdirs
import playwright

from webrun_nb import config
from webrun_nb.browsers.protocol import InstanceUnavailableError

logger = logging.getLogger(__name__)

BrowserKind = Literal["headless-shell", "chromium"]

INSTALL_COMMAND = "webrun-nb install-browser"

_DEBIAN_CHROMIUM = Path("/usr/lib/chromium/chromium")

# The binary itself rather than Playwright's own search: `installed` must not start anything.
_CHANNEL_FILES: dict[str, dict[str, str]] = {
    "chrome": {
        "linux": "/opt/google/chrome/chrome",
        "darwin": "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    },
    "msedge": {
        "linux": "/opt/microsoft/msedge/msedge",
        "darwin": "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    },
}


@dataclass(frozen=True, slots=True)
class BrowserCandidate:
    """An installed browser that may start.

    With neither `path` nor `channel` it is the headless shell that Playwright downloaded for itself.
    """

    where: str
    """The place where it was found, for people: `WEBRUN_BROWSER`, `PATH`, …"""
    kind: BrowserKind
    path: str | None = None
    channel: str | None = None

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.path or (f"channel {self.channel}" if self.channel else "Playwright's headless shell")


@dataclass(frozen=True, slots=True)
class FoundBrowser:
    """A browser that was launched, so that it is known to start."""

    path: str | None
    channel: str | None
    kind: BrowserKind
    version: str
    where: str


class LaunchedBrowser(Protocol):
    """The part of a launched browser that `find_browser` uses."""

    @property
    def version(self) -> str:
        """The browser's own version number."""


BrowserT = TypeVar("BrowserT", bound=LaunchedBrowser)


def candidates() -> list[BrowserCandidate]:
    """Return the browsers to try, best first.

    `WEBRUN_BROWSER` is the only candidate where it is set: a wrong one must not silently become another browser.

    Raises
    ------
    InstanceUnavailableError
        `WEBRUN_BROWSER` names no program.
    """
    wanted = config.browser_path()
    if wanted is None:
        return list(_candidates())
    path = _which(wanted)
    if path is None:
        raise InstanceUnavailableError(
            f"WEBRUN_BROWSER is {wanted}, which is not a program; correct or unset it, or run: {INSTALL_COMMAND}"
        )
    return [BrowserCandidate("WEBRUN_BROWSER", _kind_of(path), path=path)]


def installed() -> bool:
    """Return whether there is a candidate; starts none."""
    try:
        return bool(candidates())
    except InstanceUnavailableError:
        return False


async def find_browser(
    launch: Callable[[BrowserCandidate], Awaitable[BrowserT]],
) -> tuple[FoundBrowser, BrowserT]:
    """Launch one candidate after the other and return the first that starts.

    Parameters
    ----------
    launch : callable
        Launches a candidate; raises `InstanceUnavailableError` with one line where it does not start.

    Returns
    -------
    tuple of FoundBrowser and the launched browser
        The browser is running and the caller's to close.

    Raises
    ------
    InstanceUnavailableError
        None starts; the line ends with the command that installs one.
    """
    failures: list[str] = []
    for candidate in candidates():
        try:
            browser = await launch(candidate)
        except InstanceUnavailableError as error:
            logger.info("browser %s (%s) does not start: %s", candidate.label, candidate.where, error.message)
            failures.append(f"{candidate.label}: {error.message}")
            continue
        found = FoundBrowser(candidate.path, candidate.channel, candidate.kind, browser.version, candidate.where)
        return found, browser
    if not failures:
        raise InstanceUnavailableError(f"No browser is installed; run: {INSTALL_COMMAND}")
    raise InstanceUnavailableError(f"No browser starts ({'; '.join(failures)}); run: {INSTALL_COMMAND}")


def _candidates() -> Iterator[BrowserCandidate]:
    if _playwright_has("chromium-headless-shell"):
        yield BrowserCandidate("Playwright's download", "headless-shell")
    if _playwright_has("chromium"):
        yield BrowserCandidate("Playwright's download", "chromium", channel="chromium")
    if shell := _which("chromium-headless-shell"):
        yield BrowserCandidate("PATH", "headless-shell", path=shell)
    if _DEBIAN_CHROMIUM.is_file():
        # The binary behind Debian's wrapper script, which reads flags from /etc and the user's files.
        yield BrowserCandidate("Debian's package", "chromium", path=str(_DEBIAN_CHROMIUM))
    for channel, files in _CHANNEL_FILES.items():
        if (file := files.get(sys.platform)) and Path(file).is_file():
            yield BrowserCandidate("installed", "chromium", channel=channel)
    for name in ("chromium", "google-chrome"):
        if path := _which(name):
            yield BrowserCandidate("PATH", "chromium", path=path)


def _which(name: str) -> str | None:
    return shutil.which(name, path=config.search_path())


def _kind_of(path: str) -> BrowserKind:
    return "headless-shell" if "headless" in Path(path).name else "chromium"


def _playwright_has(name: str) -> bool:
    """Return whether Playwright finished downloading the revision of a browser that this Playwright launches."""
    package = Path(playwright.__file__).parent / "driver" / "package"
    known = json.loads((package / "browsers.json").read_text(encoding="utf-8"))["browsers"]
    revision = next((str(each["revision"]) for each in known if each["name"] == name), None)
    given = config.playwright_browsers_path()
    if given == "0":
        cache = package / ".local-browsers"
    elif given:
        cache = Path(given)
    else:
        cache = platformdirs.user_cache_path("ms-playwright", appauthor=False, opinion=False)
    return (cache / f"{name.replace('-', '_')}-{revision}" / "INSTALLATION_COMPLETE").is_file()
