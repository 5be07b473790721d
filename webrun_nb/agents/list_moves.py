"""The ways to go on with a list, one small class each; `MOVES` has them in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeVar
from urllib.parse import urlsplit

from webrun_nb.agents.base import Failed, Refused, Reply, Step
from webrun_nb.agents.list_views import Read, View, change_between, is_same_list, view_of
from webrun_nb.agents.statuses import answered
from webrun_nb.browsers.actions import Action, Click, GoBack, Navigate, ScrollBox, ScrollGoal, WaitForChange
from webrun_nb.extraction.continuation import says_loading
from webrun_nb.extraction.list_controls import Control
from webrun_nb.extraction.screens import Screens
from webrun_nb.extraction.scroll_areas import ScrollArea
from webrun_nb.extraction.snapshot import Snapshot

if TYPE_CHECKING:
    from webrun_nb.agents.local import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_ONWARD = "the next page of the list"
"""The reason that is given with an action: a page's own words are no reason for anything."""
_MORE = "more rows of the list"
_LOADING_WAITS = 8
_LOADING_MS = 1_500
_LATE_MS = 800
"""Time in which rows that come without any sign of it have to come."""
_LATE_CLICK_MS = 2_500
"""The same after a click, which is sure to do something."""
_MOST_SCROLLS_AT_ONCE = 4


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
    """What is known of the list on the way.

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
        self.is_scrolled_through = False
        """True if the list shows few of its rows at a time, and its screens were collected."""
        self._stated: set[int] = set()
        self._rows_before = 0
        self._of_screens: int | None = None

    def begin(self, view: View) -> None:
        """Begin with a list, or with a further part of it."""
        self._stated = set()
        self._rows_before = 0
        self._of_screens = None
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

    def count_screens(self, rows: int) -> None:
        """Take the number of rows that screens showed, each once."""
        self._of_screens = rows

    @property
    def rows(self) -> int:
        """The number of rows so far, in this part of the list."""
        return self._rows_before + (len(self.view.keys) if self._of_screens is None else self._of_screens)

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


class ScrollThrough(Move):
    """Scroll through a list that shows few of its rows at a time, and collect each screen."""

    is_needed_for_all = False

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        area = _area(ground)
        return area is not None and area.has_blank and not ground.is_scrolled_through

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        area = _area(ground)
        if area is None:
            return Outcome(is_final=True)
        return (yield from scroll_through(ground, area))


class TurnPage(Move):
    """Open the next page by its link, or press the button that shows it."""

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        return ground.view.on.following is not None

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        following = ground.view.on.following
        if following is None or ground.is_scrolled_through:
            return Outcome(why="only the first page was collected: it shows few of its rows at a time")
        if following.url:
            if following.url in ground.visited:
                return Outcome(is_final=True, ended="no next page")
            if _host(following.url) != _host(ground.view.page.url):
                return Outcome(why=f"the next page is on another site, {_host(following.url)}")
            outcome = yield from ground.task.propose(Navigate(following.url), _ONWARD)
            if isinstance(outcome, Refused):
                yield from ground.task.note(f"The next page is not opened: {outcome.reason}")
                return Outcome(why=f"the next page was not opened: {outcome.reason}", is_noted=True)
            if outcome is not None:
                return Outcome(why=f"the next page could not be opened: {outcome.message}")
        elif not (yield from press(ground, following, because=_ONWARD)):
            return Outcome(why="the next page could not be opened", is_noted=True)
        view = yield from _seen_after(ground, _LATE_CLICK_MS if not following.url else 0)
        return (yield from self._arrived(ground, following, view))

    def _arrived(self, ground: Ground, following: Control, view: View) -> Work[Outcome]:
        if error_page := ground.task.statuses.error_page:  # the rows before it are an answer that says it goes on
            why = f"after {len(ground.seen)} {'page' if len(ground.seen) == 1 else 'pages'}: {answered(*error_page)}"
            yield from ground.task.note(f"Stopped {why}.")
            yield from ground.task.act(GoBack(), "back to the list")
            return Outcome(why=why, is_noted=True)
        before = ground.view
        if before.source is None or not is_same_list(before.source, view.source):
            yield from ground.task.note(f"{view.page.url} has no such list; {ground.rows} rows before it.")
            if view.page.url != before.page.url:
                yield from ground.task.act(GoBack(), "back to the list")
            return Outcome(is_final=True, ends_list=True, ended="no next page")
        ground.visited.add(following.url)
        change = change_between(before, view)
        if change == "none" and following.url:
            return (yield from self._by_click(ground, following))
        if change == "none":
            return Outcome(is_final=True, ended="no next page")
        if change == "grown" and not following.url:
            ground.add(view, is_page=False)
            return Outcome([view])
        if ground.repeats(view):
            return Outcome(is_final=True, ends_list=True, ended="the next page repeats an earlier one")
        ground.add(view, is_page=True)
        return Outcome([view], is_page=True)

    def _by_click(self, ground: Ground, following: Control) -> Work[Outcome]:
        """Press a link whose address shows the same page again: a script may turn the page."""
        yield from ground.task.act(GoBack(), "back to the list")
        if not (yield from press(ground, following, because=_ONWARD)):
            return Outcome(is_final=True, ends_list=True, ended="no next page")
        view = yield from _seen_after(ground, _LATE_CLICK_MS)
        before = ground.view
        is_new = before.source is not None and is_same_list(before.source, view.source)
        if not is_new or change_between(before, view) != "other" or ground.repeats(view):
            return Outcome(is_final=True, ends_list=True, ended="no next page")
        ground.add(view, is_page=True)
        return Outcome([view], is_page=True)


class LoadMore(Move):
    """Press the control that adds rows to the list."""

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        return ground.view.on.more is not None

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        more, before = ground.view.on.more, ground.view
        if more is None or not (yield from press(ground, more, because=_MORE)):
            return Outcome(why=f'"{more.name if more else ""}" was not pressed; there may be more', is_noted=True)
        view = yield from _seen_after(ground, _LATE_CLICK_MS)
        if before.source is None or not is_same_list(before.source, view.source):
            if view.page.url != before.page.url:
                yield from ground.task.act(GoBack(), "back to the list")
            return Outcome(is_final=True, ended="nothing more came")
        change = change_between(before, view)
        if change == "none" or ground.repeats(view):
            return Outcome(is_final=True, ended="nothing more came")
        is_page = change == "other"
        ground.add(view, is_page=is_page)
        return Outcome([view], is_page=is_page)


class ScrollToEnd(Move):
    """Scroll to the end of a list: pages load more rows once it comes into view."""

    is_certain = False

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        on = ground.view.on
        is_page = ground.view.document is ground.view.page
        return (
            on.scrolls is not None
            and on.is_scripted
            and is_page
            and on.following is None
            and not on.is_at_last_page
            and not ground.is_complete
            and not ground.is_scrolled_through
        )

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        area, at_once, latest = ground.view.on.scrolls, 1, None
        while area is not None:
            for _ in range(at_once):
                refusal = yield from _scroll(ground, area, "end")
                if refusal is not None:
                    return _not_scrolled(ground, refusal, latest)
            late_ms = _LATE_MS if ground.stated is None or ground.rows >= ground.stated else _LATE_CLICK_MS
            view = yield from _seen_after(ground, late_ms)
            before = ground.view
            if before.source is None or not is_same_list(before.source, view.source):
                break
            change = change_between(before, view)
            if change == "other" and latest is None and view.page.url == before.page.url:
                return (yield from scroll_through(ground, area))
            if change != "grown":
                break
            ground.add(view, is_page=False)
            latest, area = view, view.on.scrolls
            at_once = min(2 * at_once, _MOST_SCROLLS_AT_ONCE)
            if at_once == _MOST_SCROLLS_AT_ONCE or view.on.more is not None or view.on.following is not None:
                return Outcome([view])
        if latest is not None:
            return Outcome([latest], is_final=latest.on.more is None, ended="nothing more came")
        return Outcome(is_final=True)


MOVES: Sequence[Move] = (ScrollThrough(), TurnPage(), LoadMore(), ScrollToEnd())


# --- scrolling


def scroll_through(ground: Ground, area: ScrollArea) -> Work[Outcome]:
    """Collect the screens of a list that shows few of its rows at a time, from its start to its end."""
    ground.is_scrolled_through = True
    if area.state.offset_px > 0:
        if (refusal := (yield from _scroll(ground, area, "start"))) is not None:
            return _not_scrolled(ground, refusal, None)
        ground.view = yield from _seen_after(ground, 0)
    views, rows, unchanged = [ground.view], Screens(), 0
    rows.add(ground.view.rows)
    outcome = Outcome(is_screen=True, is_final=True)
    while not (rows.is_by_index and ground.stated is not None and len(rows.rows) >= ground.stated):
        latest = views[-1]
        before = latest.on.scrolls
        if before is None or before.state.is_at_end or unchanged > _MOST_UNCHANGED:
            break
        if len(views) >= _MOST_SCREENS:
            outcome.why = f"after {len(rows.rows)} rows on {len(views)} screens; there are more"
            break
        if (refusal := (yield from _scroll(ground, area, "end" if unchanged == _MOST_UNCHANGED else "on"))) is not None:
            outcome.why = _said(refusal)
            break
        view = yield from _seen_after(ground, _LATE_MS)
        if latest.source is None or not is_same_list(latest.source, view.source):
            outcome.why = "the list went away while it was scrolled"
            break
        unchanged = unchanged + 1 if view.keys == latest.keys else 0
        if unchanged == 0:
            views.append(view)
            rows.add(view.rows)
        else:
            views[-1] = view  # where it is now
        ground.view = view
    if len(views) == 1:
        return Outcome(is_final=True, why=outcome.why)  # it showed all of its rows at a time
    ground.count_screens(len(rows.rows))
    outcome.views = views
    outcome.why = outcome.why or _gaps(rows)
    outcome.ended = "scrolled to the end"
    return outcome


def _gaps(rows: Screens) -> str:
    """Say which rows no screen showed, for people; empty where there are none."""
    if rows.is_parted:
        return "rows may be missing: what the page showed while it was scrolled does not overlap"
    return f"{rows.missing} rows between those that the page showed are missing" if rows.missing else ""


_MOST_UNCHANGED = 2
"""Scrolls without any change after which the rest is scrolled at once: the room is not for rows."""
_MOST_SCREENS = 400


def _area(ground: Ground) -> ScrollArea | None:
    """Return the box that the list is scrolled in; None where it cannot be scrolled, as in frames."""
    return ground.view.on.scrolls if ground.view.document is ground.view.page else None


def _scroll(ground: Ground, area: ScrollArea, goal: ScrollGoal) -> Work[Failed | Refused | None]:
    # Rows with an index need no overlap: the last one that the page has comes to the top.
    rows = ground.view.rows if goal == "end" or (goal == "on" and _has_indices(ground.view)) else []
    action = ScrollBox(area.path, goal, rows[-1].node.path if rows else "")
    return (yield from ground.task.propose(action, _MORE, keeps_page=True))


def _has_indices(view: View) -> bool:
    return all(row.index is not None for row in view.rows)


def _not_scrolled(ground: Ground, refusal: Failed | Refused, latest: View | None) -> Outcome:
    """Return the outcome of a scroll that was not possible: nobody knows then whether there is more."""
    views = [] if latest is None else [latest]
    if isinstance(refusal, Refused):
        return Outcome(views, why=_said(refusal))
    return Outcome(views, is_final=True)


def _said(refusal: Failed | Refused) -> str:
    return f"the list was not scrolled: {refusal.reason if isinstance(refusal, Refused) else refusal.message}"


# --- waiting and pressing


def settled(ground: Ground, view: View) -> Work[View]:
    """Wait until a page no longer says that something is about to come."""
    for _ in range(_LOADING_WAITS):
        if not view.on.is_loading and (view.shown.rows or not _loads(view)):
            return view
        if ground.ignores_loading:
            return view
        yield from ground.task.propose(WaitForChange(_LOADING_MS), _MORE, keeps_page=True)
        view = view_of((yield from ground.look()), ground.read)
    ground.ignores_loading = True
    return view


def _loads(view: View) -> bool:
    return says_loading(view.page.root)


def _seen_after(ground: Ground, late_ms: int) -> Work[View]:
    """See what an action has done; where it seems to have done nothing yet, wait for it."""
    view = yield from settled(ground, view_of((yield from ground.look()), ground.read))
    if not late_ms or ground.task.statuses.error_page or view.keys != ground.view.keys:
        return view
    yield from ground.task.propose(WaitForChange(late_ms), _MORE, keeps_page=True)
    return (yield from settled(ground, view_of((yield from ground.look()), ground.read)))


def press(ground: Ground, control: Control, *, because: str = _MORE) -> Work[bool]:
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


def open_sections(ground: Ground, view: View, sections: Sequence[Control]) -> Work[View]:
    """Open closed sections, as far as those opened before stay open; return what is seen then."""
    before = ground.view
    ground.view = view
    for section in sections:
        if not (yield from press(ground, section)):
            break
        after = yield from settled(ground, view_of((yield from ground.look()), ground.read))
        if view.keys and not set(view.keys) <= set(after.keys):
            break
        ground.view = view = after
    ground.view = before
    return view


def _host(url: str) -> str:
    return urlsplit(url).netloc
