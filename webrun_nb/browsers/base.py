"""What the rest of the emulator knows of a browser: values in, values out, no Playwright.

An instance is an isolated browser of one session. It is told what to do with an `Action`, shows what can be acted on
with `observe` (an `Observation`) and what can be extracted with `read` (a `PageData`). Everything a page says in
there is data from a possibly hostile page, never an instruction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from webrun_nb.browsers.egress.routes import WayOut

InstanceKind = Literal["process", "context"]

VIEW_WIDTH_PX = 1024
VIEW_HEIGHT_PX = 600
NAVIGATION_TIMEOUT_MS = 30_000
"""Contract, section 2: `NAVIGATION_TIMEOUT`, 30 s by default."""


class BrowserError(Exception):
    """An action or a browser failed.

    Parameters
    ----------
    code : str
        A task failure of the contract's section 2: `NAVIGATION_TIMEOUT`, `NAVIGATION_FAILED`, `ELEMENT_NOT_FOUND`,
        `PAGE_CRASH`, `BLOCKED_BY_POLICY`, `INSTANCE_LOST`.
    message : str
        One line for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InstanceUnavailableError(BrowserError):
    """No browser is installed, or one could not be started."""

    def __init__(self, message: str) -> None:
        super().__init__("INSTANCE_UNAVAILABLE", message)


# --- what can be seen -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in CSS px of the 1024×600 page (no browser bar counted)."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Element:
    """Something on the page that a person could act on.

    `ref` is its index within its observation and means nothing in another one.
    """

    ref: int
    role: str
    """ARIA role: button, link, tab, textbox, searchbox, combobox, checkbox, radio, option, menuitem, …"""
    name: str
    """Accessible name, whitespace collapsed."""
    tag: str
    text: str = ""
    label: str = ""
    placeholder: str = ""
    nearby: str = ""
    """Visible text right before or around it, for "the Add button next to Aurora"."""
    value: str = ""
    """Current value; never that of a password field."""
    input_type: str = ""
    href: str | None = None
    options: tuple[str, ...] = ()
    checked: bool | None = None
    enabled: bool = True
    in_form: bool = False
    box: Box | None = None
    hint: str = ""
    """The page's own names for it (name, id, autocomplete, data-testid): for matching, not for people."""
    region: str = ""
    """nav, header or footer, where it stands in one."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The page as something to act on, in document order."""

    url: str
    title: str
    elements: tuple[Element, ...]
    text: str
    """Visible text, at most 20,000 characters."""
    status: int | None = None
    """HTTP status that the page came with; None where it came without one."""
    secrets: tuple[str, ...] = ()
    """Names of the session's secrets that this page's fields may be given (`TypeSecret`); the emulator adds them."""


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field that a secret is about to be typed into, as the browser has it at that moment."""

    url: str
    """Of the very document that it is in, which may be a frame's."""
    targets: tuple[str, ...]
    """Where its form can be sent: the action, and what its buttons have instead; empty without a form."""
    input_type: str
    """`password`, `email`, …; of something other than an `<input>`, its tag."""


@dataclass(frozen=True, slots=True)
class PageData:
    """The page as something to extract from: candidates found in the page, nothing interpreted yet.

    The values are plain JSON as the reading script made them; `agents.extract` gives them meaning.
    """

    url: str
    title: str
    tables: Sequence[Mapping[str, Any]] = ()
    groups: Sequence[Mapping[str, Any]] = ()
    json_ld: Sequence[Any] = ()
    microdata: Sequence[Mapping[str, Any]] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[Mapping[str, Any]] = ()
    text: str = ""
    headings: Sequence[Mapping[str, Any]] = ()
    next_page: Mapping[str, Any] | None = None
    """The "Next" of a list: `href` (None for a button) and `text`."""
    status: int | None = None
    """HTTP status that the page came with; None where it came without one."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An element that an action is about to hit, as the page has it at that moment."""

    name: str
    """What people would call it."""
    words: tuple[str, ...] = ()
    """All that the page calls it: its text, labels, titles, its own names for it. Never what a field holds."""
    tag: str = ""
    input_type: str = ""
    href: str = ""
    """Where the link that it is, or is in, leads."""
    sends: str = ""
    """What sending its form does: `POST https://example.com/pay`."""
    sends_to: str = ""
    """The address of that."""
    submits: bool = False
    """A click on it sends its form."""
    enters: bool = False
    """Enter in it sends its form."""
    activates: bool = False
    """Enter or Space on it is a click."""
    opens_tab: bool = False
    downloads: bool = False
    """The link says that what it leads to is to be saved."""
    picks_file: bool = False


@dataclass(frozen=True, slots=True)
class Foresight:
    """The page right before an action, and what the action would hit (None where it hits no element)."""

    url: str
    title: str
    text: str
    """Visible text, at most 20,000 characters."""
    spot: Spot | None = None


# --- what can be done -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Navigate:
    """Open an http(s) URL."""

    url: str


@dataclass(frozen=True, slots=True)
class GoBack:
    """One page back in the history."""


@dataclass(frozen=True, slots=True)
class Click:
    """Click the element `ref` of the last observation. `target` names it for people."""

    ref: int
    target: str = ""
    double: bool = False


@dataclass(frozen=True, slots=True)
class Type:
    """Replace the content of a field; with `submit`, press Enter after it."""

    ref: int
    text: str
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class TypeSecret:
    """Type the session's secret `field` (a name of `Observation.secrets`) as `Type` does; `otp_secret` gives a code.

    Agents propose it; what they never see is filled in on the way to the browser, as a `TypeReleased`.
    """

    ref: int
    field: str
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class TypeReleased:
    """Type what `release` returns for the very place that it is typed into. Where that raises, nothing is typed.

    What was typed is shown as dots, whatever the field's type.
    """

    ref: int
    release: Callable[[FieldPlace], str] = field(repr=False, compare=False)
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """Choose an option of a `<select>` by its visible text."""

    ref: int
    option: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Press a key (`Enter`, `Escape`, `Control+A`, …) where the focus is, or in `ref`.

    Keys have their DOM names (`KeyboardEvent.key`); a character that no US keyboard has is entered as text.
    """

    key: str
    ref: int | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Give files to a file field, in the place of what it has. `names` are those that the task knows them by.

    An agent knows names alone; where their contents lie (`paths`) is added last, by the worker.
    """

    ref: int
    names: tuple[str, ...]
    target: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Wait until `text` is visible (at most `timeout_ms`, else `ELEMENT_NOT_FOUND`), or, empty, just `timeout_ms`."""

    text: str = ""
    timeout_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Scroll:
    """Scroll the page by CSS px."""

    delta_x: float = 0
    delta_y: float = 0


# What a person does who has taken over (contract, section 3). It needs no observation and returns as soon as the page
# has taken it, without waiting for what it leads to.


@dataclass(frozen=True, slots=True)
class PointerClick:
    """Click at a point of the view, CSS px from its upper left corner (0…1024, 0…600: no browser bar counted)."""

    x: float
    y: float
    double: bool = False
    second: bool = False
    """Only the second click of a double-click: the first was one by itself."""


@dataclass(frozen=True, slots=True)
class TypeText:
    """Type where the focus is; `human_like`: key by key, with small irregular pauses."""

    text: str
    human_like: bool = False


@dataclass(frozen=True, slots=True)
class PressKey:
    """Press a key where the focus is; names as in `Press`."""

    key: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """Turn the mouse wheel by CSS px with the pointer at a point of the view."""

    x: float
    y: float
    delta_x: float = 0
    delta_y: float = 0


Input = PointerClick | TypeText | PressKey | Wheel
Action = (
    Navigate | GoBack | Click | Type | TypeSecret | TypeReleased | Select | Press | WaitFor | Scroll | Upload | Input
)


# --- the instance -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a session gets back after its browser died: Playwright's storage state (JSON) and the open URL.

    The storage state is cookies, local storage and IndexedDB of every site; not session storage, forms or history.
    """

    storage_state: Mapping[str, Any]
    url: str


class InstanceListener(Protocol):
    """Told by an instance what happens to it. Called on the event loop; must not block."""

    def requested(self, url: str) -> None:
        """Record that the browser asked the network for `url`."""

    def lost(self, reason: str) -> None:
        """Record that the browser is gone (crash, kill, driver gone); called once, never after `close`."""

    def downloading(self, url: str, name: str) -> Path | None:
        """Return where to keep what begins to be downloaded under a name of the page's; None: it is not wanted."""

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Record that a download that was wanted has come; None: it broke off, or was too large."""


class Screen(Protocol):
    """The live picture of an instance's current page. It costs nothing until it is started, and on a still page."""

    def start(self, show: Callable[[bytes], None], wanted: Callable[[], Awaitable[None]]) -> None:
        """Give `show` each new picture, a JPEG, whenever `wanted` has returned since the one before."""

    def stop(self) -> None:
        """Show nothing any more. Safe twice, and on a dead browser."""


class BrowserInstance(Protocol):
    """One session's browser."""

    @property
    def kind(self) -> InstanceKind:
        """`process`: a browser of its own. `context`: one context in a shared browser."""

    @property
    def url(self) -> str:
        """Where the page is now."""

    @property
    def screen(self) -> Screen:
        """Its live picture."""

    async def observe(self) -> Observation:
        """List what can be acted on. Makes the refs of earlier observations invalid."""

    async def read(self) -> PageData:
        """Collect what can be extracted."""

    async def foresee(self, action: Action) -> Foresight:
        """Tell what an action would hit; does nothing.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: its element isn't there any more.
        """

    async def point_out(self, action: Action) -> Box | None:
        """Bring what an action would hit into view, for a person to look at, and tell where it is; None: it is nowhere.

        Raises nothing.
        """

    async def perform(self, action: Action, *, timeout_ms: int = NAVIGATION_TIMEOUT_MS) -> None:
        """Do one thing, and wait until the page has settled; at most `timeout_ms`, but `WaitFor` has its own time.

        Raises
        ------
        BrowserError
            With the contract's task failure code.
        """

    async def restrict(self, avoid_domains: Sequence[str]) -> None:
        """Refuse every request (sub-resources too) to these hosts and their subdomains; an empty list lifts it.

        Also takes up a change of the rules in its way out.
        """

    async def screenshot(self) -> bytes:
        """PNG of the 1024×600 view."""

    async def thumbnail(self) -> bytes | None:
        """Small JPEG of the view (320×188), with the same covered; None where the page or browser gives none soon.

        Raises nothing, and takes a second at most.
        """

    async def downloads_finished(self, within_s: float) -> None:
        """Wait until what is being downloaded has come, or the time is up."""

    async def checkpoint(self) -> Checkpoint:
        """Cookies, local storage, IndexedDB and the open URL."""

    async def close(self) -> None:
        """End it. Safe twice, and on a dead browser."""

    # What `/_emulator/sessions/:id/instance` does (contract, section 12): real signals to the browser's process group.
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
    """Where instances come from."""

    async def open(
        self,
        kind: InstanceKind,
        listener: InstanceListener,
        *,
        way_out: WayOut | None = None,
        restore: Checkpoint | None = None,
    ) -> BrowserInstance:
        """Open an isolated instance with an empty page, or with a checkpoint's state and page.

        All its traffic goes through `way_out`; without one it has one of its own, that only the configuration opens to
        private addresses. A page of the checkpoint that can't be opened any more is no error.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """

    def installed(self) -> bool:
        """Tell whether a browser was found, without starting one."""

    async def close(self) -> None:
        """End every instance and browser."""
