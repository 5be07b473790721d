"""The rest of a list that is not all on the page: it is collected as far as there is any, or as far as it is wanted.

Nothing is read here: `read` gives the records of snapshots, and the snapshots of all pages are the result. What goes on
with a list is told by `extraction.continuation`; the ways to go on are in `moves`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from webrun_nb.agents.base import Finish, PartialResult
from webrun_nb.agents.local.extracting.evidence import PAGE_IS_CUT
from webrun_nb.agents.local.list_pages import base
from webrun_nb.agents.local.list_pages.base import (
    Ground,
    Move,
    Opened,
    Outcome,
    Work,
    open_sections,
    press,
    seen_after,
    settled,
)
from webrun_nb.agents.local.list_pages.moves import MOVES
from webrun_nb.agents.local.list_pages.views import Read, View, is_same_list, view_of
from webrun_nb.extraction.continuation.list_controls import Control
from webrun_nb.extraction.continuation.list_sections import closed_sections
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.snapshot import Snapshot

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

MAX_PAGES = 50
MAX_ROWS = 20_000
MAX_MOVES = 300
MAX_SECONDS = 180.0
_MOST_OPENED = 30
_OTHER_VIEW = 0.5
"""Share of the rows of a tab that another tab shows too, from which on it is another view of the same rows."""


@dataclass(slots=True)
class CollectedPages:
    """The pages of one list.

    Parameters
    ----------
    snapshots : list of Snapshot
        One of each page, in order.
    screens : bool
        True if they are screens of one list that was scrolled, which may overlap.
    whole : bool
        True if the list was read to its end: without it nothing may be said of all its rows.
    ended : str
        The way in which the collection ended, for people; empty where the list is all on one page.
    stated : int or None
        The number of rows that the page says the whole list has.
    is_enough : bool
        True if it ended as no more rows were asked for.
    """

    snapshots: list[Snapshot] = field(default_factory=list)
    screens: bool = False
    whole: bool = True
    ended: str = ""
    stated: int | None = None
    is_enough: bool = False

    @property
    def pages(self) -> int:
        """The number of pages; the screens of one list are one page."""
        return 1 if self.screens else len(self.snapshots)


def collect_list(
    task: Task,
    first: Snapshot,
    read: Read,
    enough: Callable[[Extraction], bool],
    *,
    so_far: Callable[[CollectedPages], Finish | None],
    all_pages: bool = True,
    shown: Extraction | None = None,
) -> Work[CollectedPages]:
    """Collect the further rows of a list, wherever the page keeps them.

    Parameters
    ----------
    task : Task
        The task.
    first : Snapshot
        The page that shows the list.
    read : callable
        Returns the records of some pages of the list.
    enough : callable
        Tells whether the records are all that is asked for.
    so_far : callable
        Makes the answer of the pages that were collected, for a task that is stopped meanwhile.
    all_pages : bool
        False if only what the page shows by itself is asked for.
    shown : Extraction, optional
        The records of `first`, where they are known already.
    """
    ground = Ground(task, read, view_of(first, read, shown))
    return (yield from _Collector(ground, enough, so_far, all_pages=all_pages).collect())


def sections_opened(task: Task, page: Snapshot) -> Work[Snapshot]:
    """Open the closed sections of a page that shows no list; return the page as it is then, or as it was.

    Parameters
    ----------
    task : Task
        The task.
    page : Snapshot
        The page.
    """
    closed = closed_sections(page)[:_MOST_OPENED]
    if not closed:
        return page
    ground = Ground(task, _no_records, View(page, Extraction()))
    return (yield from open_sections(ground, ground.view, closed)).view.page


def _no_records(pages: Sequence[Snapshot], /, *, screens: bool = False) -> Extraction:
    return Extraction()


class _Collector:
    """Goes through one list."""

    def __init__(
        self,
        ground: Ground,
        enough: Callable[[Extraction], bool],
        so_far: Callable[[CollectedPages], Finish | None],
        *,
        all_pages: bool,
    ) -> None:
        self._ground = ground
        self._enough = enough
        self._so_far = so_far
        self._all_pages = all_pages
        self._pages = CollectedPages([ground.view.page])
        self._parts: list[tuple[int, int | None]] = []
        """Of each part of the list, its rows and those that the page says it has."""
        self._moves = 0
        self._until_s = time.monotonic() + MAX_SECONDS

    def collect(self) -> Work[CollectedPages]:
        """Collect the list that the page shows."""
        ground, pages = self._ground, self._pages
        opened = Opened((yield from settled(ground, ground.view)))
        ground.view = opened.view
        if self._all_pages and (closed := opened.view.on.sections):
            opened = yield from open_sections(ground, opened.view, closed)
        view = opened.view
        pages.snapshots = [view.page]
        if view.source is None:
            return pages
        tabs: Sequence[View | Control] = view.on.tabs
        ground.begin(view)
        if opened.other is not None:  # the sections are like tabs, and the page shows the second one by now
            tabs = (opened.other, *opened.rest)
            self._parts.append((ground.rows, ground.stated))
        else:
            yield from self._go_on()
        if opened.failed and pages.whole:
            pages.whole, pages.ended = False, f'"{opened.failed}" was not opened'
        if tabs and pages.whole and self._all_pages:
            yield from self._go_through(tabs)
        self._conclude()
        return pages

    def _go_on(self) -> Work[None]:
        """Go on with the list until nothing goes on with it, or something forbids to."""
        pages, ground = self._pages, self._ground
        tried: set[Move] = set()
        has_grown = False
        while (move := next((each for each in MOVES if each not in tried and each.applies(ground)), None)) is not None:
            if move.is_needed_for_all and not self._all_pages:
                pages.whole, pages.ended = not move.is_certain, "no further page was asked for" * move.is_certain
                break
            if self._has_enough():
                self._end_with_enough()
                break
            if limit := self._limit():
                yield from self._stop(f"after {limit}; there are more")
                break
            stopped = replace(pages, snapshots=list(pages.snapshots), whole=False, ended="the task was stopped")
            yield PartialResult(partial(self._so_far, stopped))
            self._moves += 1
            outcome = yield from move.go(ground)
            self._take(outcome)
            if outcome.why:
                yield from self._stop(outcome.why, is_noted=outcome.is_noted)
                break
            has_grown = has_grown or bool(outcome.views)
            pages.ended = outcome.ended or pages.ended or "nothing more came" * (has_grown and outcome.is_final)
            if outcome.ends_list:
                break
            if outcome.views:
                tried.clear()
            if outcome.is_final:
                tried.add(move)
        self._parts.append((ground.rows, ground.stated))

    def _take(self, outcome: Outcome) -> None:
        """Add what was seen to the pages: another page comes behind, more of a page takes its place."""
        pages, seen = self._pages, [view.page for view in outcome.views]
        if outcome.is_screen and seen:
            pages.snapshots[len(pages.snapshots) - (not pages.screens) :] = seen
            pages.screens = True
        elif outcome.is_page:
            pages.snapshots += seen
        elif seen:
            pages.snapshots[-1] = seen[-1]

    def _has_enough(self) -> bool:
        """Tell whether the rows so far are all that is asked for."""
        pages, ground = self._pages.snapshots, self._ground
        if len(pages) == 1:
            return self._enough(ground.view.shown)
        return self._enough(ground.read(pages, screens=True) if self._pages.screens else ground.read(pages))

    def _end_with_enough(self) -> None:
        self._pages.whole, self._pages.is_enough, self._pages.ended = False, True, "enough rows"

    def _limit(self) -> str:
        """Return the limit that is reached; empty for none."""
        pages, rows = self._pages, self._ground.rows + sum(rows for rows, _ in self._parts)
        reached = {
            f"{counted(pages.pages)} and {rows} rows": pages.pages >= MAX_PAGES or rows >= MAX_ROWS,
            f"{rows} rows in {self._moves} steps": self._moves >= MAX_MOVES,
            f"{rows} rows in {MAX_SECONDS:.0f} s": time.monotonic() > self._until_s,
        }
        return next((limit for limit, is_reached in reached.items() if is_reached), "")

    def _stop(self, why: str, *, is_noted: bool = False) -> Work[None]:
        said = f"stopped {why}" if why.startswith("after") else why
        self._pages.whole, self._pages.ended = False, said
        if not is_noted:
            yield from self._ground.task.note(f"{said[0].upper()}{said[1:]}.")

    def _go_through(self, tabs: Sequence[View | Control]) -> Work[None]:
        """Collect the lists of further tabs or sections that have the same columns and other rows.

        One of them may be open already: then it is given by what is seen of it.
        """
        ground, pages = self._ground, self._pages
        source, seen = ground.view.source, {key for view in ground.seen for key in view.keys}
        for tab in tabs:
            if source is None or not pages.whole:
                return
            if pages.screens:
                yield from self._stop("further tabs were not read: the list shows few of its rows at a time")
                return
            if limit := self._limit():
                yield from self._stop(f"after {limit}; there are more")
                return
            if self._has_enough():
                self._end_with_enough()
                return
            if isinstance(tab, View):
                view, name = tab, "that is open"
            elif (yield from press(ground, tab)):
                view, name = (yield from seen_after(ground, base.LATE_CLICK_MS)), f'"{tab.name}"'
            else:
                pages.whole, pages.ended = False, f'the tab "{tab.name}" was not opened'
                return
            if not is_same_list(source, view.source):
                continue
            if sum(key in seen for key in view.keys) > _OTHER_VIEW * min(len(view.keys), len(seen)):
                yield from ground.task.note(f"The tab {name} shows the same rows again; it is left out.")
                if len(view.keys) > len(seen):
                    pages.whole, pages.ended = False, f"the tab {name} shows more rows, and was left out"
                continue
            pages.snapshots.append(view.page)
            ground.begin(view)
            yield from self._go_on()
            seen |= set(ground.view.keys)
        if pages.whole and len(self._parts) > 1:
            pages.ended = f"read in {len(self._parts)} of {len(tabs) + 1} tabs or sections"

    def _conclude(self) -> None:
        """Say how the list ended, and whether what was collected is as much as the page says there is."""
        pages, rows = self._pages, sum(rows for rows, _ in self._parts)
        if any(page.is_cut for page in pages.snapshots) and pages.whole:
            pages.whole, pages.ended = False, PAGE_IS_CUT
        said_pages = self._ground.view.on.pages
        if pages.whole and said_pages is not None and max(said_pages[0], pages.pages) < said_pages[1]:
            pages.whole = False
            pages.ended = f"the page says it is page {said_pages[0]} of {said_pages[1]}; no way to the next was found"
        pages.stated = self._stated(rows)
        if pages.stated is None:
            if not pages.ended and pages.pages > 1:
                pages.ended = "no next page"
        elif pages.stated == rows:
            said = f"{rows} of {rows}"
            pages.ended = said if pages.whole or pages.is_enough else f"{said}; {pages.ended}"
        elif self._all_pages and not pages.is_enough:
            said = f"the page says {pages.stated}, {rows} collected"
            pages.ended = said if pages.whole else f"{said}; {pages.ended}"
            pages.whole = pages.whole and rows > pages.stated

    def _stated(self, rows: int) -> int | None:
        """Return the number of rows that the page says the list has: of all its parts, or of each."""
        stated = {each for _, each in self._parts}
        if len(stated) == 1 and (len(self._parts) == 1 or rows in stated):
            return stated.pop()
        totals = [each for _, each in self._parts if each is not None]
        return sum(totals) if len(totals) == len(self._parts) else None


def counted(pages: int) -> str:
    """Count pages in words."""
    return "1 page" if pages == 1 else f"{pages} pages"
