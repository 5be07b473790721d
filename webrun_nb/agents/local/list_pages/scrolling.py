"""Lists that are scrolled: those that show few of their rows at a time, and those that grow at their end."""

from __future__ import annotations

from webrun_nb.agents.base import Failed, Refused
from webrun_nb.agents.local.list_pages import base
from webrun_nb.agents.local.list_pages.base import MORE, Ground, Move, Outcome, Work, seen_after
from webrun_nb.agents.local.list_pages.views import View, change_between, is_same_list
from webrun_nb.browsers.actions import ScrollBox, ScrollGoal
from webrun_nb.extraction.continuation.screens import Screens
from webrun_nb.extraction.continuation.scroll_areas import ScrollArea

_MOST_SCREENS = 400
_SCREENS_AT_ONCE = 4
"""Screens that are collected before it is looked whether they are enough; then twice as many each time."""
_LATE_MS = 300
"""Time in which the rows of another screen have to come: a page draws them at once, or says that they are loading."""
_MOST_UNCHANGED = 2
"""Scrolls without any change after which the rest is scrolled at once: the room is not for rows."""
_MOST_SCROLLS_AT_ONCE = 4


class ScrollThrough(Move):
    """Scroll through a list that shows few of its rows at a time, and collect each screen."""

    is_needed_for_all = False

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        area = ground.view.on.scrolls
        if area is None or ground.is_scrolled_through or not ground.view.on.is_scripted:
            return False
        return area.has_blank or ground.screens is not None

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        area = ground.view.on.scrolls
        if area is None:
            return Outcome(is_final=True)
        views: list[View] = []
        if ground.screens is None or not ground.screens.rows:
            if len(ground.seen) > 1:
                ground.is_scrolled_through = True
                return Outcome(why="the list shows few of its rows at a time on further pages; these are not scrolled")
            if area.state.offset_px > 0:
                if (refusal := (yield from _scroll(ground, area, "start"))) is not None:
                    return _not_scrolled(ground, refusal, None)
                ground.view = yield from seen_after(ground, 0)
            ground.screens = Screens()
            ground.screens.add(ground.view.rows)
            views.append(ground.view)
        outcome = yield from self._scroll_on(ground, area, ground.screens, views)
        ground.is_scrolled_through = outcome.is_final
        if outcome.is_final and ground.screens.screens == 1:  # it showed all of its rows at a time
            ground.screens = None
            return Outcome(is_final=True, why=outcome.why)
        return outcome

    def _scroll_on(self, ground: Ground, area: ScrollArea, rows: Screens, views: list[View]) -> Work[Outcome]:
        """Collect as many further screens as there are by now, as far as there are any."""
        outcome, unchanged = Outcome(views, is_screen=True, is_final=True, ended="scrolled to the end"), 0
        until = max(_SCREENS_AT_ONCE, 2 * rows.screens)
        while not (unchanged and rows.is_by_index and len(rows.rows) == ground.stated):
            latest = ground.view
            before = latest.on.scrolls
            if before is None or before.state.is_at_end or unchanged > _MOST_UNCHANGED:
                break
            if rows.screens >= _MOST_SCREENS:
                outcome.why = f"after {len(rows.rows)} rows on {rows.screens} screens; there are more"
                return outcome
            if rows.screens >= until and not unchanged:
                return Outcome(views, is_screen=True)
            goal: ScrollGoal = "end" if unchanged == _MOST_UNCHANGED else "on"
            if (refusal := (yield from _scroll(ground, area, goal))) is not None:
                outcome.why = _said(refusal)
                return outcome
            view = yield from seen_after(ground, _LATE_MS)
            if latest.source is None or not is_same_list(latest.source, view.source):
                outcome.why = "the list went away while it was scrolled"
                return outcome
            unchanged = unchanged + 1 if view.keys == latest.keys else 0
            if unchanged == 0:
                views.append(view)
                rows.add(view.rows)
            ground.view = view
        outcome.why = _gaps(rows)
        return outcome


class ScrollToEnd(Move):
    """Scroll to the end of a list: pages load more rows once it comes into view."""

    is_certain = False

    def applies(self, ground: Ground) -> bool:
        """See `Move`."""
        on = ground.view.on
        return (
            on.scrolls is not None
            and on.is_scripted
            and on.following is None
            and not on.is_at_last_page
            and not ground.is_complete
            and ground.screens is None
        )

    def go(self, ground: Ground) -> Work[Outcome]:
        """See `Move`."""
        area, at_once, latest = ground.view.on.scrolls, 1, None
        while area is not None:
            for _ in range(at_once):
                refusal = yield from _scroll(ground, area, "end")
                if refusal is not None:
                    return _not_scrolled(ground, refusal, latest)
            late_ms = base.LATE_MS if ground.stated is None or ground.rows >= ground.stated else base.LATE_CLICK_MS
            view = yield from seen_after(ground, late_ms)
            before = ground.view
            if before.source is None or not is_same_list(before.source, view.source):
                break
            change = change_between(before, view)
            if change == "other" and latest is None and view.page.url == before.page.url:
                ground.screens = Screens()  # its rows come and go: it has to be scrolled through
                return Outcome()
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


# --- the steps


def _gaps(rows: Screens) -> str:
    """Say which rows no screen showed, for people; empty where there are none."""
    if rows.is_parted:
        return "rows may be missing: what the page showed while it was scrolled does not overlap"
    return f"{rows.missing} rows between those that the page showed are missing" if rows.missing else ""


def _scroll(ground: Ground, area: ScrollArea, goal: ScrollGoal) -> Work[Failed | Refused | None]:
    # Rows with an index need no overlap: the last one that the page has comes to the top.
    rows = ground.view.rows if goal == "end" or (goal == "on" and _has_indices(ground.view)) else []
    action = ScrollBox(area.path, goal, rows[-1].node.path if rows else "", ground.view.frame_url)
    return (yield from ground.task.propose(action, MORE, keeps_page=True))


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
