"""The next pages of a list: as far as there are any, or as far as somebody wants them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from webrun_nb.agents.base import Finish, PartialResult, Refused, Reply, Step
from webrun_nb.agents.extract.alike import join_alike
from webrun_nb.agents.extract.headings import in_places
from webrun_nb.agents.extract.mapping import Mapping, assign, open_mapping
from webrun_nb.agents.extract.pages import counted, together
from webrun_nb.agents.extract.rows import keep
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.sources import Source, resemblance, sources
from webrun_nb.agents.planner.elements import find
from webrun_nb.agents.planner.intents import Extract, Target
from webrun_nb.agents.statuses import answered
from webrun_nb.browsers.actions import Click, GoBack, Navigate
from webrun_nb.browsers.observation import PageData

if TYPE_CHECKING:
    from webrun_nb.agents.local import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_ONWARD = "the next page of the list"
"""Why it is turned: a page's own words for it are no reason for anything."""
_SAME_LIST = 0.6
"""Below this a list of the next page is another list."""
MAX_PAGES = 50
MAX_ROWS = 20_000


class Pager:
    """Goes through the pages of one list.

    Parameters
    ----------
    so_far : callable
        Makes the answer of a list and the number of pages that were read, for a task that is stopped meanwhile.
    """

    def __init__(
        self,
        task: Task,
        wanted: Extract,
        columns: Sequence[Column],
        so_far: Callable[[Mapping, int], Finish | None],
    ) -> None:
        self._task = task
        self._wanted = wanted
        self._columns = columns
        self._so_far = so_far
        self.pages = 1
        self.whole = True
        """Whether the list was read to its end: nobody may speak of all its rows where it was not."""

    def go_on(self, page: PageData, mapping: Mapping) -> Work[Mapping]:
        """Collect the same rows from the next pages; return all of them."""
        source, visited = mapping.source, {page.url}
        yield from self._check_read(source)
        while page.next_page and not self._wanted.place_ordinal:
            if not self._wanted.all_pages or self._enough(source):
                self.whole = False
                break
            if self.pages >= MAX_PAGES or len(source.rows) >= MAX_ROWS:
                yield from self._stopped(f"after {counted(self.pages)} and {len(source.rows)} rows; there are more")
                break
            yield PartialResult(partial(self._so_far, mapping, self.pages))
            href = page.next_page.get("href")
            if href and (str(href) in visited or urlsplit(str(href)).netloc != urlsplit(page.url).netloc):
                break
            if not (yield from self._turn(str(href) if href else None, str(page.next_page.get("text") or "Next"))):
                self.whole = False
                break
            page = yield from self._task.read(takes_errors=True)
            if error_page := self._task.statuses.error_page:  # the rows before it are an answer that says it goes on
                yield from self._stopped(f"after {counted(self.pages)}: {answered(*error_page)}")
                yield from self._task.act(GoBack(), "back to the list")
                break
            more = self._same(page, source)
            if more is None:
                yield from self._task.note(
                    f"{page.url} has no such list; {len(source.rows)} rows from {counted(self.pages)}."
                )
                yield from self._task.act(GoBack(), "back to the list")
                break
            yield from self._check_read(more)
            visited |= {str(href), page.url}
            source, grown = together(source, more, turned=bool(href))
            if not grown:
                break
            mapping = assign(self._columns, source) if self._columns else open_mapping(source)
            self.pages += 1
        return mapping

    def _check_read(self, source: Source) -> Work[None]:
        """Say where a page has more rows than were read of it: then the list was not read to its end."""
        if source.has_unread:
            self.whole = False
            yield from self._task.note(
                f"The page has more rows than the {len(source.rows):,} that are read of one list."
            )

    def _stopped(self, where: str) -> Work[None]:
        self.whole = False
        yield from self._task.note(f"Stopped {where}.")

    def _enough(self, source: Source) -> bool:
        limit = self._wanted.limit
        if limit is None or self._wanted.order is not None or self._wanted.count:
            return False
        if self._wanted.selectors or in_places(self._wanted.constraints):  # which rows they mean is told by all pages
            return False
        return len(keep(source, source.rows, self._wanted.constraints).rows) >= limit

    def _turn(self, href: str | None, text: str) -> Work[bool]:
        if href:
            outcome = yield from self._task.propose(Navigate(href), _ONWARD)
            if isinstance(outcome, Refused):
                yield from self._task.note(f"The next page is not opened: {outcome.reason}")
            return outcome is None
        seen = yield from self._task.look(again=True)
        buttons = find(Target(text), seen).elements
        if not buttons:
            return False
        return (yield from self._task.act(Click(buttons[0].ref, buttons[0].name), _ONWARD)) is None

    def _same(self, page: PageData, source: Source) -> Source | None:
        """Find the list of another page that goes on with `source`."""
        found = sources(page) if self._wanted.place else join_alike(sources(page))
        likely = [(resemblance(source, other), -i, other) for i, other in enumerate(found)]
        best = max(likely, key=lambda entry: entry[:2], default=None)
        return best[2] if best and best[0] >= _SAME_LIST else None
