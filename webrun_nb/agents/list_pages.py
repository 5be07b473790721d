"""The pages of a list: the next ones are opened as far as there are any, or as far as somebody wants them.

Nothing is read here: `read` gives the records of snapshots, and the snapshots of all pages are the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urldefrag, urlsplit

from webrun_nb.agents.base import Finish, PartialResult, Refused, Reply, Step
from webrun_nb.agents.planner.elements import find
from webrun_nb.agents.planner.intents import Target
from webrun_nb.agents.statuses import answered
from webrun_nb.browsers.actions import Click, GoBack, Navigate
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source

if TYPE_CHECKING:
    from webrun_nb.agents.local import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
Read = Callable[[Sequence[Snapshot]], Extraction]

MAX_PAGES = 50
MAX_ROWS = 20_000
_ONWARD = "the next page of the list"
"""The reason for turning the page that is given with the action: a page's own words are no reason for anything."""
_SAME_LIST = 0.6
"""Share of the columns that a list of the next page has in common with the list, or it is another one."""
_NEXT = re.compile(
    r"next|next page|next\s*[›»→>]+|[›→]|older(?: posts| entries)?|show more|load more|more results", re.IGNORECASE
)
_SIGNS_AROUND = re.compile(r"[^\w\s›»→>]")
_NAME_CHARS = 60
_SHORT_CHARS = 20
"""A control whose text is longer is not called by its label for those who can't see it."""


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
    """

    snapshots: list[Snapshot] = field(default_factory=list)
    screens: bool = False
    whole: bool = True
    ended: str = ""
    stated: int | None = None

    @property
    def pages(self) -> int:
        """The number of pages."""
        return len(self.snapshots)


@dataclass(frozen=True, slots=True)
class _Next:
    """What leads to the next page: an address, or the words of a button."""

    url: str
    words: str


def collect_list(
    task: Task,
    first: Snapshot,
    read: Read,
    enough: Callable[[Extraction], bool],
    *,
    so_far: Callable[[CollectedPages], Finish | None],
    all_pages: bool = True,
) -> Work[CollectedPages]:
    """Open the further pages of a list, as long as they show the same list.

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
        False if only the first page is asked for.
    """
    pages, shown = CollectedPages([first]), read([first])
    if not shown.rows:
        return pages
    source, rows_before, visited, page = shown.rows[0].source, 0, {first.url}, first
    pages.stated = source.stated_rows
    while (following := _next_of(page)) is not None:
        rows = rows_before + len(shown.rows)
        if not all_pages or enough(shown if pages.pages == 1 else read(pages.snapshots)):
            pages.whole, pages.ended = False, "enough rows" if all_pages else "no further page was asked for"
            break
        if pages.pages >= MAX_PAGES or rows >= MAX_ROWS:
            yield from _stop(task, pages, f"after {counted(pages.pages)} and {rows} rows; there are more")
            break
        yield PartialResult(partial(so_far, replace(pages, snapshots=list(pages.snapshots))))
        if following.url in visited or (following.url and _host(following.url) != _host(page.url)):
            break
        if not (yield from _turn(task, following)):
            pages.whole, pages.ended = False, "the next page could not be opened"
            break
        page = yield from task.snapshot(takes_errors=True)
        if error_page := task.statuses.error_page:  # the rows before it are an answer that says it goes on
            yield from _stop(task, pages, f"after {counted(pages.pages)}: {answered(*error_page)}")
            yield from task.act(GoBack(), "back to the list")
            break
        before, shown = shown, read([page])
        if not shown.rows or _resemblance(source, shown.rows[0].source) < _SAME_LIST:
            yield from task.note(f"{page.url} has no such list; {rows} rows from {counted(pages.pages)}.")
            yield from task.act(GoBack(), "back to the list")
            break
        visited |= {following.url, page.url}
        old, new = _texts(before), _texts(shown)
        if new == old[-len(new) :]:
            break
        if not following.url and new[: len(old)] == old:
            pages.snapshots[-1] = page  # it still has the rows before
        else:
            pages.snapshots.append(page)
            rows_before = rows
    pages.ended = pages.ended or ("no next page" if pages.pages > 1 else "")
    return pages


def counted(pages: int) -> str:
    """Count pages in words."""
    return "1 page" if pages == 1 else f"{pages} pages"


def _stop(task: Task, pages: CollectedPages, where: str) -> Work[None]:
    pages.whole, pages.ended = False, f"stopped {where}"
    yield from task.note(f"Stopped {where}.")


def _turn(task: Task, following: _Next) -> Work[bool]:
    """Open the next page; tell whether that could be done."""
    if following.url:
        outcome = yield from task.propose(Navigate(following.url), _ONWARD)
        if isinstance(outcome, Refused):
            yield from task.note(f"The next page is not opened: {outcome.reason}")
        return outcome is None
    seen = yield from task.look(again=True)
    buttons = find(Target(following.words), seen).elements
    if not buttons:
        return False
    return (yield from task.act(Click(buttons[0].ref, buttons[0].name), _ONWARD)) is None


def _next_of(page: Snapshot) -> _Next | None:
    """Return what leads to the next page: a link of that relation, otherwise the first that is called so."""
    here, called = urldefrag(page.url).url, None
    for node in page.root.walk():
        if node.tag not in ("a", "link", "button") or (node.hidden and node.tag != "link"):
            continue
        url = node.attributes.get("href", "")
        leads = url.startswith(("http:", "https:")) and urldefrag(url).url != here
        if not (leads or node.tag == "button") or _is_disabled(node):
            continue
        text = "" if node.tag == "link" else node.text[:_NAME_CHARS]
        name = (node.attributes.get("aria-label") or node.attributes.get("title") or "").strip()[:_NAME_CHARS]
        if node.tag != "button" and "next" in node.attributes.get("rel", "").lower().split():
            return _Next(url, text or name)
        words = " ".join(_SIGNS_AROUND.sub("", text).split())
        is_called = _NEXT.fullmatch(words) or (_NEXT.fullmatch(name) and len(text) < _SHORT_CHARS)
        if called is None and node.tag != "link" and is_called:
            called = _Next(url if leads else "", text or name)
    return called


def _is_disabled(node: Node) -> bool:
    attributes = node.attributes
    around = node.parent.attributes.get("class", "") if node.parent is not None else ""
    classes = f"{attributes.get('class', '')} {around}".lower()
    said = "disabled" in attributes or attributes.get("aria-disabled", "").lower() == "true"
    return said or re.search(r"\bdisabled\b", classes) is not None


def _resemblance(source: Source, other: Source) -> float:
    """Rate how likely lists of two pages are the same list, 0 to 1."""
    if source.kind != other.kind:
        return 0.0
    ours, theirs = _names(source), _names(other)
    if ours or theirs:
        return len(ours & theirs) / max(1, min(len(ours), len(theirs)))
    tags = [{row.node.tag for row in each.rows[:20]} for each in (source, other)]
    return float(tags[0] == tags[1] and len(source.columns) == len(other.columns))


def _names(source: Source) -> set[str]:
    """Return the headings of a list's columns, otherwise the names that markup gives them."""
    labels = {" ".join(column.labels) for column in source.columns if any(column.labels)}
    return labels or {name for column in source.columns for name in column.properties}


def _texts(shown: Extraction) -> list[tuple[str | None, ...]]:
    return [tuple(None if cell is None else cell.text for cell in row.row.cells) for row in shown.rows]


def _host(url: str) -> str:
    return urlsplit(url).netloc
