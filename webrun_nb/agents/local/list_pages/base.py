"""The base of the ways to go on with a list: what is known of it, looking at the page, waiting and pressing."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeVar
from urllib.parse import urlsplit

from webrun_nb.agents.base import Refused, Reply, Step
from webrun_nb.agents.local.list_pages.views import Read, View, is_same_list, view_of
from webrun_nb.browsers.actions import Action, Click, WaitForChange
from webrun_nb.extraction.continuation.continuation import says_loading
from webrun_nb.extraction.continuation.list_controls import Control
from webrun_nb.extraction.continuation.screens import Screens
from webrun_nb.extraction.snapshot import Snapshot

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MORE = "more rows of the list"
"""The reason that is given with an action: a page's own words are no reason for anything."""
LATE_MS = 600
"""Time in which rows that come without any sign of it have to come."""
LATE_CLICK_MS = 2_500
"""The same after a click, which is sure to do something."""
_LOADING_WAITS = 8
_LOADING_MS = 1_500


@dataclass(slots=True)
class Outcome:
    """The result of a move.

    Parameters
    ----------
    views : list of View
        What was seen of the list that is new, in order.
    is_page : bool
        True if they are further pages; otherwise the last one takes the place of the page before.
    is_screen : bool
        True if they are screens of a list that shows few of its rows at a time.
    is_final : bool
        True if there is nothing more to come by this move.
    ends_list : bool
        True if there is nothing more to come by any move.
    ended : str
        The way in which it ended, for people.
    why : str
        The reason why the rest of the list was not collected, for people; empty where it was.
    is_noted : bool
        True if people were told already.
    """

    views: list[View] = field(default_factory=list)
    is_page: bool = False
    is_screen: bool = False
    is_final: bool = False
    ends_list: bool = False
    ended: str = ""
    why: str = ""
    is_noted: bool = False


class Ground:
    """The state of the collection of a list.

    Parameters
    ----------
    task : Task
        The task.
    read : callable
        Returns the records of pages.
    view : View
        What is seen now.
    """

    def __init__(self, task: Task, read: Read, view: View) -> None:
        self.task = task
        self.read = read
        self.view = view
        self.seen: list[View] = []
        """The last view of each page, or of each screen."""
        self.visited: set[str] = set()
        self.ignores_loading = False
        """True once a page has said for long that something is about to come, and nothing came."""
        self.screens: Screens | None = None
        """The rows of the list's screens, where it shows few of its rows at a time and is being scrolled through."""
        self.is_scrolled_through = False
        self._stated: set[int] = set()
        self._rows_before = 0

    def begin(self, view: View) -> None:
        """Begin with a list, or with a further part of it."""
        self._stated = set()
        self._rows_before = 0
        self.screens = None
        self.is_scrolled_through = False
        self.view = view
        self.seen.append(view)
        self.visited.add(view.page.url)
        self._note_stated(view)

    def add(self, view: View, *, is_page: bool) -> None:
        """Take what is seen now: another page, or more of the same."""
        if is_page:
            self._rows_before = self.rows
            self.seen.append(view)
        else:
            self.seen[-1] = view
        self.view = view
        self.visited.add(view.page.url)
        self._note_stated(view)

    @property
    def rows(self) -> int:
        """The number of rows so far, in this part of the list."""
        return self._rows_before + (len(self.view.keys) if self.screens is None else len(self.screens.rows))

    @property
    def stated(self) -> int | None:
        """The number of rows that the pages say this part of the list has; None where they say none, or differ."""
        return next(iter(self._stated)) if len(self._stated) == 1 else None

    def _note_stated(self, view: View) -> None:
        if view.on.stated is not None:
            self._stated.add(view.on.stated.total)

    @property
    def is_complete(self) -> bool:
        """True if as many rows were seen as the page says there are."""
        return self.stated is not None and self.rows == self.stated

    def look(self) -> Work[Snapshot]:
        """Take a snapshot of the page as it is now."""
        return (yield from self.task.snapshot(takes_errors=True))

    def repeats(self, view: View) -> bool:
        """Tell whether a page shows the rows of an earlier one."""
        return any(view.keys == each.keys for each in self.seen)


class Move:
    """A way to go on with a list.

    Attributes
    ----------
    is_needed_for_all : bool
        True if it leads beyond what the page shows by itself.
    is_certain : bool
        True if there is more for certain where it applies; otherwise that is to be found out.
    """

    is_needed_for_all: ClassVar[bool] = True
    is_certain: ClassVar[bool] = True

    def applies(self, ground: Ground) -> bool:
        """Tell whether the page shows that it leads on."""
        raise NotImplementedError

    def go(self, ground: Ground) -> Work[Outcome]:
        """Go on."""
        raise NotImplementedError


def settled(ground: Ground, view: View) -> Work[View]:
    """Wait until a page no longer says that something is about to come."""
    for _ in range(_LOADING_WAITS):
        if not view.on.is_loading and (view.shown.rows or not _loads(view)):
            return view
        if ground.ignores_loading:
            return view
        yield from ground.task.propose(WaitForChange(_LOADING_MS, view.frame_url), MORE, keeps_page=True)
        view = view_of((yield from ground.look()), ground.read)
    ground.ignores_loading = True
    return view


def _loads(view: View) -> bool:
    return says_loading(view.page.root)


def seen_after(ground: Ground, late_ms: int) -> Work[View]:
    """See what an action has done; where it seems to have done nothing yet, or the list is away, wait for it.

    Parameters
    ----------
    ground : Ground
        What was seen before.
    late_ms : int
        The longest wait for other rows; 0 for none.
    """
    view = yield from settled(ground, view_of((yield from ground.look()), ground.read))
    if ground.task.statuses.error_page:
        return view
    source = ground.view.source
    if source is not None and not is_same_list(source, view.source):
        late_ms = LATE_CLICK_MS
    elif not late_ms or view.keys != ground.view.keys:
        return view
    yield from ground.task.propose(WaitForChange(late_ms, ground.view.frame_url), MORE, keeps_page=True)
    return (yield from settled(ground, view_of((yield from ground.look()), ground.read)))


def press(ground: Ground, control: Control, *, because: str = MORE) -> Work[bool]:
    """Press a control of the list; say it where that was not possible."""
    seen = yield from ground.task.look(again=True)
    alike = [each for each in seen.all_elements if each.path == control.node.path and each.enabled]
    url = ground.view.document.url
    parts = {0: seen.url, **{number: frame.url for number, frame in enumerate(seen.frames, 1)}}
    alike = [each for each in alike if parts.get(each.frame) == url] or alike
    if not alike:  # the page has drawn it anew
        alike = [each for each in seen.all_elements if each.name == control.name != "" and each.enabled]
        alike = alike if len(alike) == 1 else []
    if not alike:
        yield from ground.task.note(f'"{control.name}" cannot be pressed.')
        return False
    action: Action = Click(alike[0].ref, alike[0].name or control.name)
    outcome = yield from ground.task.propose(action, because)
    if outcome is None:
        return True
    said = outcome.reason if isinstance(outcome, Refused) else outcome.message
    yield from ground.task.note(f'"{control.name}" is not pressed: {said}')
    return False


@dataclass(frozen=True, slots=True)
class Opened:
    """The page after its closed sections were opened.

    Parameters
    ----------
    view : View
        The page with all sections that stay open together.
    other : View or None
        The page with a section that was opened and closed those before, if sections do so.
    rest : tuple of Control
        The sections that were not opened yet then.
    failed : str
        The name of a section that could not be opened; empty if all could.
    """

    view: View
    other: View | None = None
    rest: tuple[Control, ...] = ()
    failed: str = ""


def open_sections(ground: Ground, view: View, sections: Sequence[Control]) -> Work[Opened]:
    """Open closed sections, as far as those opened before stay open."""
    for place, section in enumerate(sections):
        ground.view = view
        if not (yield from press(ground, section)):
            return Opened(view, failed=section.name)
        after = yield from settled(ground, view_of((yield from ground.look()), ground.read))
        if view.keys and not set(view.keys) <= set(after.keys):
            ground.view = after
            return Opened(view, after, tuple(sections[place + 1 :]))
        view = after
    ground.view = view
    return Opened(view)


def host_of(url: str) -> str:
    """Return the host and port of a URL."""
    return urlsplit(url).netloc
