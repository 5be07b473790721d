"""Installs a browser: Playwright's headless shell, or the system's package.

Never `playwright install chrome`, which replaces the user's own Chrome by way of the system's package manager.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from webrun_nb import config
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.discovery import FoundBrowser, installed
from webrun_nb.browsers.protocol import InstanceUnavailableError

Report = Callable[[str], None]

_PLAYWRIGHT = (sys.executable, "-m", "playwright")
_DOWNLOAD = (*_PLAYWRIGHT, "install", "chromium", "--only-shell")
_LIBRARIES = (*_PLAYWRIGHT, "install-deps", "chromium-headless-shell")
_FONT = "fonts-liberation"
"""Without any font a page is empty boxes, in screenshots and in the live view."""
_PACKAGES = ("chromium-headless-shell", "chromium")
_NOISE = re.compile(r"at |\}|[a-z]+: ")
"""Stack traces and the fields of an error as Playwright's Node.js prints them."""
_CONNECTION_TIMEOUT_MS = 10_000
_DEBIAN_MARK = Path("/etc/debian_version")


def install_browser(report: Report) -> FoundBrowser:
    """Install a browser unless one starts already. Asks no questions; blocks; not for a running event loop.

    Parameters
    ----------
    report : callable
        Called with progress messages, one line each.

    Returns
    -------
    FoundBrowser
        The browser, which has been launched once.

    Raises
    ------
    InstanceUnavailableError
        With one line that ends in what to do.
    """
    found, problem = _try()
    if found is not None:
        report(f"A browser is ready: {_describe(found)}")
        return found
    if config.browser_path() is not None:
        # It would take precedence over the installed one.
        raise InstanceUnavailableError(f"{problem}; or unset WEBRUN_BROWSER first")
    if installed():
        report(problem)

    report("Downloading Chromium's headless shell (about 110 MB) with Playwright …")
    ok, complaint = _run(_DOWNLOAD, report)
    if ok:
        found, problem = _try()
        if found is None:
            _install_libraries(report)
            found, problem = _try()
    else:
        report(f"That failed: {complaint}")
        _install_package(report, complaint)
        found, problem = _try()
    if found is None:
        raise InstanceUnavailableError(problem)
    report(f"Installed: {_describe(found)}")
    return found


def _install_libraries(report: Report) -> None:
    """Install the system libraries that Playwright's browser needs."""
    if _root_prefix() is None:
        raise InstanceUnavailableError(
            f"The browser is here, but libraries of the system are missing; run: sudo {' '.join(_LIBRARIES)}"
        )
    report("Installing the system's libraries that it needs …")
    ok, complaint = _run(_LIBRARIES, report)
    if not ok:
        raise InstanceUnavailableError(f"{complaint}; run: sudo {' '.join(_LIBRARIES)}")


def _install_package(report: Report, complaint: str) -> None:
    """Install the browser of Debian or Ubuntu."""
    by_hand = f"sudo apt-get install -y {_PACKAGES[0]} {_FONT}"
    why = f"Chromium could not be downloaded ({complaint})"
    if not _DEBIAN_MARK.exists() or _which("apt-get") is None:
        raise InstanceUnavailableError(
            f"{why}; install Chromium or Chrome yourself, or set WEBRUN_BROWSER to the path of one"
        )
    prefix = _root_prefix()
    if prefix is None:
        raise InstanceUnavailableError(f"{why}; run: {by_hand}")
    apt = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
    report("Installing the system's package instead …")
    ok, complaint = _run((*apt, "update"), report)
    if not ok:
        report(f"The list of packages could not be updated: {complaint}")
    for package in _PACKAGES:
        ok, complaint = _run((*apt, "install", "-y", package, _FONT), report)
        if ok:
            return
        report(f"That failed: {complaint}")
    raise InstanceUnavailableError(f"{why}, nor installed with apt ({complaint}); run: {by_hand}")


def _root_prefix() -> tuple[str, ...] | None:
    """Return the prefix of a command that needs root: nothing, or `sudo -n`; None where neither is possible."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ()
    if _which("sudo") is not None and _run(("sudo", "-n", "true"), lambda line: None)[0]:
        return ("sudo", "-n")
    return None


def _run(command: Sequence[str], report: Report) -> tuple[bool, str]:
    """Run a command and pass its output on; return whether it worked, and its error in one line."""
    environment = config.child_environment(
        PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT=str(_CONNECTION_TIMEOUT_MS), NO_COLOR="1", FORCE_COLOR="0"
    )
    complaint = ""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        )
    except OSError as error:
        return False, f"{command[0]}: {error.strerror}"
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            line = line.strip()
            if not line or _NOISE.match(line):
                continue
            report(f"  {line}")
            if not complaint and line.startswith(("E: ", "Error")):
                complaint = line
    return process.returncode == 0, complaint or f"{Path(command[0]).name} ended with code {process.returncode}"


def _try() -> tuple[FoundBrowser | None, str]:
    """Return the browser that starts, or None and the reason."""
    try:
        return asyncio.run(_first_that_starts()), ""
    except InstanceUnavailableError as error:
        return None, error.message


async def _first_that_starts() -> FoundBrowser:
    pool = ChromiumPool()
    try:
        return await pool.start()
    finally:
        await pool.close()


def _which(name: str) -> str | None:
    return shutil.which(name, path=config.search_path())


def _describe(found: FoundBrowser) -> str:
    name = "headless shell" if found.kind == "headless-shell" else "Chromium"
    return f"{name} {found.version} ({found.path or found.where})"
