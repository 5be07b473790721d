"""Getting to the page that lists the subject of a sentence: by a link called so, or by the page's search."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Failed, Refused, Reply, Step
from webrun_nb.agents.local.extracting.reading import Reading
from webrun_nb.agents.local.extracting.selection import GENERIC, PEOPLE, may_be_unnamed
from webrun_nb.agents.local.language.intents import Extract, Target
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.pages import is_about, words_of
from webrun_nb.agents.local.lists.rows import UntiedError, about, find_field, of_subject
from webrun_nb.agents.local.matching.match import found_on
from webrun_nb.browsers.actions import Click
from webrun_nb.browsers.observation import Element
from webrun_nb.extraction.assignment.choose import is_list, title_of
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]


class Arrival:
    """The way to the page that lists the subject.

    Parameters
    ----------
    task : Task
        The task.
    wanted : Extract
        The sentence.
    best : callable
        Returns what a page has of the sentence; None where it has nothing.
    shown : callable
        Returns the tables, lists and records that a page shows.
    columns : sequence of str
        The columns of the answer's schema; a list that has most of them is one of the subject, also where the page has
        no word for it.
    """

    def __init__(
        self,
        task: Task,
        wanted: Extract,
        best: Callable[[Snapshot], Reading | None],
        shown: Callable[[Snapshot], Sequence[Source]],
        columns: Sequence[str] = (),
    ) -> None:
        self._task = task
        self._columns = columns
        self._wanted = wanted
        self._best = best
        self._shown = shown
        self.page_words = ""
        """The subject of the page in its own words."""
        self.is_among_others = False
        """True if a heading or a category column tells the subject's rows from others."""
        self.was_searched = False
        self.unnamed = False
        """True if the page never says the subject, and its list is taken for having all columns of the answer."""
        self.nearest: Reading | None = None
        """The list that the page has in place of the subject, for a question about it."""

    def from_page(self, page: Snapshot) -> Work[Snapshot]:
        """Go to the page that lists the subject, where this one doesn't.

        Raises
        ------
        UntiedError
            No page is found.
        """
        subject = self._wanted.subject
        self.page_words = words_of(page)
        if not subject or tokens(subject)[-1] in GENERIC or self._wanted.place or self._wanted.place_ordinal:
            return page
        if is_about(subject, page):
            return page
        # A task that has opened a page means that page; one that only names a thing may need a link or the search.
        if self._task.done and self._listed_on(page):
            return page
        link = yield from self._link_called(subject, page)
        if link is not None:
            yield from self._task.note(f'This page is not about "{subject}"; following the link "{link.name}".')
            yield from self._follow(link)
            page = yield from self._task.snapshot()
            self.page_words = words_of(page) + " " + link.name
            return page
        if self._listed_on(page):
            return page
        best = self._best(page)
        if (yield from self._search(subject)):
            page = yield from self._task.snapshot()
            self.page_words = words_of(page) + " " + subject
            return page
        view = None if best is None else best.view
        people = view is not None and tokens(subject)[-1] in PEOPLE and find_field(view, "age") is not None
        if view is None or not (people or about(subject, page.root.text)):
            if may_be_unnamed(subject) and self._has_columns(best, subject):
                self.unnamed = True
                return page
            self.nearest = best
            raise UntiedError(subject)
        yield from self._task.note(
            f'No list of the page is called "{subject}"; this one has the columns that match best.'
        )
        return page

    def _listed_on(self, page: Snapshot) -> bool:
        """Tell whether the page lists the subject among others, or under a heading or name of its own."""
        if any(about(self._wanted.subject, title_of(each)) for each in self._shown(page) if is_list(each)):
            return True
        best, subject = self._best(page), self._wanted.subject
        if best is None or best.view is None:
            return False
        if of_subject(best.view.rows, best.view, subject):
            self.is_among_others = True
            return True
        titles = (best.view.titles, *best.view.parts, page.title)
        return best.view.lists(subject) or any(about(subject, title) for title in titles)

    def _has_columns(self, best: Reading | None, subject: str) -> bool:
        """Tell whether a list of the page has most of the answer's columns, or one and a part of the subject's name."""
        if best is None or best.view is None or best.view.is_record:
            return False
        found = sum(name in best.fields for name in self._columns)
        if found and set(tokens(subject)) & set(tokens(f"{self.page_words} {best.view.titles}")):  # postings of "Jobs"
            return True
        return found > 1 and 2 * found >= len(self._columns)

    def _follow(self, link: Element) -> Work[None]:
        outcome = yield from self._task.propose(Click(link.ref, link.name), self._wanted.sentence)
        if isinstance(outcome, Failed):
            raise AgentError(outcome.code, outcome.message)
        if isinstance(outcome, Refused):
            yield from self._task.another_way(self._wanted.sentence, link, lambda e: Click(e.ref, e.name), outcome)

    def _link_called(self, subject: str, page: Snapshot) -> Work[Element | None]:
        """Find the one link to another page that is called like the subject."""
        seen = yield from self._task.look()
        wanted = tokens(subject)
        here = page.url.split("#")[0].rstrip("/")

        def called(element: Element) -> bool:
            name = re.sub(r"\(\d[\d,.]*\)\s*$|[›»→>]+\s*$", "", element.name)
            words = tuple(word for word in tokens(name) if word not in ("all", "shop", "browse", "see", "view"))
            return words == wanted

        links = [
            e
            for e in seen.elements
            if e.role in ("link", "menuitem", "tab") and called(e) and (e.href or "").split("#")[0].rstrip("/") != here
        ]
        different = list({e.href: e for e in reversed(links)}.values())[::-1]
        if len(different) > 1:
            return (yield from self._task.which(self._wanted.sentence, Target(subject, "link"), tuple(different)))
        return different[0] if different else None

    def _search(self, subject: str) -> Work[bool]:
        seen = yield from self._task.look()
        boxes = found_on(Target("search", "field"), seen, frozenset({"searchbox", "textbox", "combobox"}))
        if len(boxes) != 1:
            return False
        yield from self._task.note(f'No link is called "{subject}"; searching for it.')
        yield from self._task.search(subject, self._wanted.sentence)
        self.was_searched = True
        return True
