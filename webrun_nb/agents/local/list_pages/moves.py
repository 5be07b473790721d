"""The ways to go on with a list, one small class each; `MOVES` has them in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webrun_nb.agents.base import Refused
from webrun_nb.agents.local.effects.statuses import answered
from webrun_nb.agents.local.list_pages import base
from webrun_nb.agents.local.list_pages.base import MORE, Ground, Move, Outcome, Work, host_of, press, seen_after
from webrun_nb.agents.local.list_pages.scrolling import ScrollThrough, ScrollToEnd
from webrun_nb.agents.local.list_pages.views import View, change_between, is_same_list
from webrun_nb.browsers.actions import GoBack, Navigate
from webrun_nb.extraction.continuation.list_controls import Control

_ONWARD = "the next page of the list"


class TurnPage(Move):
    """Open the next page by its link, or press the button that shows it."""

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        return ground.view.on.following is not None

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        following = ground.view.on.following
        if following is None or ground.screens is not None:
            return Outcome(why="only the first page was collected: it shows few of its rows at a time")
        if ground.view.frame_url:  # its address is that of the frame, not of the page
            following = replace(following, url="")
        if following.url:
            if following.url in ground.visited:
                return Outcome(is_final=True, ended="no next page")
            if host_of(following.url) != host_of(ground.view.page.url):
                return Outcome(why=f"the next page is on another site, {host_of(following.url)}")
            outcome = yield from ground.task.propose(Navigate(following.url), _ONWARD)
            if isinstance(outcome, Refused):
                yield from ground.task.note(f"The next page is not opened: {outcome.reason}")
                return Outcome(why=f"the next page was not opened: {outcome.reason}", is_noted=True)
            if outcome is not None:
                return Outcome(why=f"the next page could not be opened: {outcome.message}")
        elif not (yield from press(ground, following, because=_ONWARD)):
            return Outcome(why="the next page could not be opened", is_noted=True)
        view = yield from seen_after(ground, base.LATE_CLICK_MS if not following.url else 0)
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
        view = yield from seen_after(ground, base.LATE_CLICK_MS)
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
        if more is None or not (yield from press(ground, more, because=MORE)):
            return Outcome(why=f'"{more.name if more else ""}" was not pressed; there may be more', is_noted=True)
        view = yield from seen_after(ground, base.LATE_CLICK_MS)
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


MOVES: Sequence[Move] = (ScrollThrough(), TurnPage(), LoadMore(), ScrollToEnd())
