"""The protocol between the emulator and a browser: values in, values out, no Playwright.

An instance is the isolated browser of one session. It performs an `Action` (module `actions`) and returns what can be
acted on (`observe`) and what can be extracted (`read`) as the data classes of the module `observation`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import Box, DialogAnswer, HitTest, NativeDialog, Observation
from webrun_nb.browsers.traffic import Traffic
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

if TYPE_CHECKING:
    from webrun_nb.browsers.egress.routes import EgressRoute

InstanceKind = Literal["process", "context"]

VIEW_WIDTH_PX = 1024
VIEW_HEIGHT_PX = 600
NAVIGATION_TIMEOUT_MS = 30_000
"""Contract, section 2: `NAVIGATION_TIMEOUT`, 30 s by default."""


class BrowserError(Exception):
    """An action or a browser failed.

    Parameters
    ----------
    code : TaskFailureCode
        A task failure of the contract's section 2: `NAVIGATION_TIMEOUT`, `NAVIGATION_FAILED`, `ELEMENT_NOT_FOUND`,
        `PAGE_CRASH`, `BLOCKED_BY_POLICY`, `INSTANCE_LOST`.
    message : str
        One line for people.
    url : str, optional
        The URL that was not opened as its host is none of those that the browser is confined to.
    """

    def __init__(self, code: TaskFailureCode, message: str, url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.url = url


class InstanceUnavailableError(BrowserError):
    """No browser is installed, or one could not be started."""

    def __init__(self, message: str) -> None:
        super().__init__(TaskFailureCode.INSTANCE_UNAVAILABLE, message)


class CheckpointRefusedError(BrowserError):
    """The browser does not accept a checkpoint; the browser itself works."""

    def __init__(self, why: str) -> None:
        super().__init__(TaskFailureCode.INSTANCE_UNAVAILABLE, f"What was saved can't be given to a browser: {why}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state that a session gets back after its browser died: Playwright's storage state (JSON) and the open URL.

    The storage state is cookies, local storage and IndexedDB of every site; not session storage, forms or history.
    """

    storage_state: Mapping[str, Any]
    url: str


class InstanceListener(Protocol):
    """Receives the events of an instance. Called on the event loop; must not block."""

    def requested(self, url: str) -> None:
        """Record that the browser asked the network for `url`."""

    def lost(self, reason: str) -> None:
        """Record that the browser is gone (crash, kill, driver gone); called once, never after `close`."""

    def downloading(self, url: str, name: str) -> Path | None:
        """Return where to save a download that begins, with a name chosen by the page; None to refuse it."""

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Record that an accepted download has ended; None: it was cancelled, or too large."""


class Screen(Protocol):
    """The live picture of an instance's current page. It costs nothing until it is started, and on a still page."""

    def start(self, show: Callable[[bytes], None], wanted: Callable[[], Awaitable[None]]) -> None:
        """Call `show` with each new picture, a JPEG, whenever `wanted` has returned since the one before."""

    def stop(self) -> None:
        """Stop showing pictures. Safe to call twice, and on a dead browser."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture of a page from its top left, a JPEG of any scale."""

    jpeg: bytes
    width_px: int
    """The width of the part that it shows, in CSS px."""
    height_px: int


class BrowserInstance(Protocol):
    """One session's browser."""

    @property
    def kind(self) -> InstanceKind:
        """`process`: a browser of its own. `context`: one context in a shared browser."""

    @property
    def url(self) -> str:
        """URL of the current page."""

    @property
    def screen(self) -> Screen:
        """The live picture of the current page."""

    async def observe(self) -> Observation:
        """List the elements that can be acted on. Makes the refs of earlier observations invalid."""

    async def snapshot(self) -> Snapshot:
        """Take the snapshot of the page and its frames that the extraction engine reads.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: the page does not let itself be read.
        """

    async def hit_test(self, action: Action) -> HitTest:
        """Return the element that an action would hit, without performing it.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: its element isn't there any more.
        """

    async def scroll_into_view_and_locate(self, action: Action) -> Box | None:
        """Scroll the element that an action would hit into view, and return its box; None where there is none.

        Raises nothing.
        """

    async def perform(
        self, action: Action, *, timeout_ms: int = NAVIGATION_TIMEOUT_MS, dialog_answer: DialogAnswer | None = None
    ) -> None:
        """Perform an action, and wait until the page has settled; at most `timeout_ms`, but `WaitFor` has its own time.

        Native dialogs that ask something are dismissed, but for the one that there is a `dialog_answer` to.

        Raises
        ------
        BrowserError
            With the contract's task failure code.
        """

    async def confine(self, hosts: frozenset[str] | None) -> None:
        """Let only documents of some hosts and their subdomains take the place of a page; None lifts it.

        An action that leads to another host raises `BLOCKED_BY_POLICY` with the URL, and the page stays.
        """

    def take_dialogs(self) -> tuple[NativeDialog, ...]:
        """Return the native dialogs that pages have opened since the last call, in order."""

    async def restrict(self, avoid_domains: Sequence[str]) -> None:
        """Refuse every request (sub-resources too) to these hosts and their subdomains; an empty list lifts it.

        Also applies a change of the rules of its egress route.
        """

    async def set_user_agent(self, user_agent: str | None) -> None:
        """Send and report this `User-Agent` from now on, in the open pages and in new ones; None: the browser's own.

        Chromium goes on with its own in shared and service workers. A popup's first document sends it, and may see the
        browser's own.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: the browser is gone.
        """

    async def set_traffic(self, traffic: Traffic | None) -> None:
        """Keep the traffic of all pages from now on, or play it in place of the network; None: neither.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: the browser is gone.
        """

    async def retry_after(self, url: str, status: int) -> str | None:
        """Return the header `Retry-After` of the current page; None where it came without one.

        Also None where the page is not at `url` any more, or answered with another status. Raises nothing.
        """

    async def screenshot(self) -> bytes:
        """PNG of the 1024×600 view."""

    async def thumbnail(self) -> bytes | None:
        """Small JPEG of the view (320×188), with secrets masked; None where the page or browser gives none in time.

        Raises nothing, and takes 2.5 s at most.
        """

    async def page_picture(self) -> PagePicture | None:
        """Picture of the whole page, typed secrets masked; None where the page or browser gives none in time.

        Raises nothing, and takes 5 s at most.
        """

    async def downloads_finished(self, within_s: float) -> None:
        """Wait until the downloads in progress have finished, or the time is up."""

    async def checkpoint(self) -> Checkpoint:
        """Cookies, local storage, IndexedDB and the open URL."""

    async def close(self) -> None:
        """Close the instance. Safe to call twice, and on a dead browser."""

    # The actions of `/_emulator/sessions/:id/instance` (contract, section 12): signals to the browser's process group.
    # A `context` instance has no browser of its own, so its neighbours in the shared one get the same.

    async def kill(self) -> None:
        """SIGKILL its browser; the listener is told within moments.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: it is gone already.
        """

    async def hang(self) -> None:
        """SIGSTOP its browser; the listener is told within 5 s, unless `unhang` is called before it is noticed.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: it is gone already.
        """

    async def unhang(self) -> None:
        """SIGCONT its browser; does nothing to one that runs.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: it was noticed to hang, and is gone.
        """


class Browsers(Protocol):
    """Opens browser instances."""

    async def open(
        self,
        kind: InstanceKind,
        listener: InstanceListener,
        *,
        egress_route: EgressRoute | None = None,
        restore: Checkpoint | None = None,
    ) -> BrowserInstance:
        """Open an isolated instance with an empty page, or with a checkpoint's state and page.

        All its traffic goes through `egress_route`; without one it has one of its own, that only the configuration
        opens to private addresses. That the page of a checkpoint cannot be opened any more is no error.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """

    async def snapshot_of_html(self, html: str | bytes, *, url: str = "", charset: str = "") -> Snapshot:
        """Return the snapshot of HTML as the browser displays it, with scripts off and no network.

        Parameters
        ----------
        html : str or bytes
            Of bytes, a byte order mark, `charset`, the page's own `meta` or the browser's guess tell the encoding.
        url : str, optional
            Its URL, http or https, so that relative links resolve; without one they are as they are written.
        charset : str, optional
            The encoding that came with the bytes, such as that of an HTTP header.

        Raises
        ------
        BrowserError
            `NAVIGATION_FAILED`: it could not be loaded.
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """

    def installed(self) -> bool:
        """Return whether a browser was found, without starting one."""

    async def close(self) -> None:
        """Close every instance and browser."""
