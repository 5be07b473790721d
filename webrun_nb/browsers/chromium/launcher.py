"""Starts and ends browser processes: flags, sandbox, and a process group that can always be killed."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser, BrowserContext, BrowserType, CDPSession, Error

from webrun_nb.browsers.discovery import BrowserCandidate, find_browser
from webrun_nb.browsers.processes.groups import Guardian, browser_group, kill_group, signal_group
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX, InstanceUnavailableError

logger = logging.getLogger(__name__)

LAUNCH_TIMEOUT_MS = 20_000
CLOSE_TIMEOUT_S = 0.8
LOCALE = "en-US"
"""The language of browsers."""

_ARGS = (
    # Headless shell obeys the first, full Chromium the second.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Requests that bypass a context's egress proxy reach no host: all names and addresses but loopback fail.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # No requests other than those of pages. Options that Playwright sets itself are not repeated.
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--no-pings",
)
# Only the last --disable-features counts, so Playwright's list is restated. The two at the end save full Chromium a
# hidden renderer of 30 MB per context.
_CHROMIUM_FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)

_COMPLAINT = re.compile(r"(error while loading shared libraries: |FATAL|No usable sandbox)[^\n]*")


class RunningBrowser:
    """A running browser process.

    Attributes
    ----------
    browser : Browser
        Playwright's.
    group : int or None
        Its process group, which is its main process's pid; None where it has ended.
    """

    def __init__(self, browser: Browser, group: int | None, guardian: Guardian) -> None:
        self.browser = browser
        self.group = group
        self._guardian = guardian
        self._session: CDPSession | None = None
        if group is not None:
            guardian.watch_group(group)

    @property
    def version(self) -> str:
        """The browser's own version number."""
        return self.browser.version

    async def ping(self) -> None:
        """Make a cheap request that the browser itself answers, none of its pages."""
        if self._session is None:
            self._session = await self.browser.new_browser_cdp_session()
        await self._session.send("Browser.getVersion")

    def signal(self, number: int) -> None:
        """Send a signal to all its processes; nothing happens where it has ended."""
        if self.group is not None:
            signal_group(self.group, number)

    def kill(self) -> None:
        """Send SIGKILL to all its processes, stopped ones too. Safe on a dead browser."""
        if self.group is not None:
            kill_group(self.group)
            self._guardian.forget(self.group)
            self.group = None  # the number may belong to another process from now on

    async def close(self) -> None:
        """Close it within `CLOSE_TIMEOUT_S`, else by SIGKILL. Safe on a dead or stopped browser."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.browser.close()
        except (TimeoutError, Error) as error:
            logger.info("a browser did not close by itself and is killed (%s)", type(error).__name__)
        self.kill()


class Launcher:
    """Starts browsers through one Playwright driver.

    Parameters
    ----------
    chromium : BrowserType
    driver_pid : int
    guardian : Guardian
        Registers every browser.
    """

    def __init__(self, chromium: BrowserType, driver_pid: int, guardian: Guardian) -> None:
        self._chromium = chromium
        self._driver_pid = driver_pid
        self._guardian = guardian
        # Chromium cannot sandbox as root. Every other user gets a sandbox against hostile pages.
        self._sandbox = hasattr(os, "geteuid") and os.geteuid() != 0

    async def launch(self, candidate: BrowserCandidate) -> RunningBrowser:
        """Start a browser.

        Raises
        ------
        InstanceUnavailableError
            It does not start; one line says why.
        """
        try:
            return await self._start(candidate, sandbox=self._sandbox)
        except Error as error:
            if not self._sandbox:
                raise InstanceUnavailableError(_reason(error)) from error
        try:
            browser = await self._start(candidate, sandbox=False)
        except Error as error:
            raise InstanceUnavailableError(_reason(error)) from error
        logger.warning("this system does not let Chromium sandbox its pages; browsers run without a sandbox")
        self._sandbox = False
        return browser

    async def _start(self, candidate: BrowserCandidate, *, sandbox: bool) -> RunningBrowser:
        marker = f"--webrun-browser={secrets.token_hex(8)}"  # means nothing to Chromium; finds its process
        args = [*_ARGS, marker]
        if candidate.kind == "chromium":
            args.append(f"--disable-features={_CHROMIUM_FEATURES_OFF}")
        browser = await self._chromium.launch(
            executable_path=candidate.path,
            channel=candidate.channel,
            args=args,
            chromium_sandbox=sandbox,
            headless=True,
            timeout=LAUNCH_TIMEOUT_MS,
            # Ending browsers is the pool's business: first what is in them gets saved.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return RunningBrowser(browser, browser_group(self._driver_pid, marker), self._guardian)


async def launch_found_browser(chromium: BrowserType) -> Browser:
    """Start the browser of this machine for a program's own Playwright, without a session's rules.

    Raises
    ------
    InstanceUnavailableError
        No browser is installed or none starts; the message says what to run.
    """

    async def launch(candidate: BrowserCandidate) -> Browser:
        try:
            return await chromium.launch(executable_path=candidate.path, channel=candidate.channel)
        except Error as error:
            raise InstanceUnavailableError(_reason(error)) from error

    _, browser = await find_browser(launch)
    return browser


async def new_context(browser: Browser, proxy_url: str, storage_state: Mapping[str, Any] | None) -> BrowserContext:
    """Open an isolated context: en-US, UTC, 1024×600 px, with a storage state where one is given.

    Everything goes through the proxy, loopback too. Its password is not Playwright's business: given to it, it would
    route every request and turn the cache off.
    """
    return await browser.new_context(
        proxy={"server": proxy_url, "bypass": "<-loopback>"},
        viewport={"width": VIEW_WIDTH_PX, "height": VIEW_HEIGHT_PX},
        locale=LOCALE,
        timezone_id="UTC",
        accept_downloads=True,
        storage_state=dict(storage_state) if storage_state else None,  # type: ignore[arg-type] # plain JSON by contract
    )


def _reason(error: Error) -> str:
    """Return Playwright's launch report in one line: Chromium's own error message where there is one."""
    complaint = _COMPLAINT.search(error.message)
    line = complaint[0] if complaint else error.message.partition("\n")[0]
    return line.removeprefix("BrowserType.launch: ").strip()[:300]
