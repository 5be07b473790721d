"""Sorting a list by the page's own control, until the list is displayed in that order.

A page sorts by an option of a list ("Price: high to low"), by the header of a column, or by a menu "Sort by". What only
filters looks much the same; the order of the rows afterwards tells the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Failed, Refused, Reply, Step
from webrun_nb.agents.local.language.intents import Order, SortBy
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import UntiedError, is_in_order
from webrun_nb.agents.local.lists.view import View
from webrun_nb.agents.local.messages import blocked, called
from webrun_nb.browsers.actions import Action, Click, Select
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MAX_TRIES = 6
"""Controls that are tried, one after the other."""
_MOST_NAME_CHARS = 60
_HEADER_CLICKS = 2
"""A header sorts one way at the first click, and the other way at the second."""
_DOWN = re.compile(
    r"high\w*.{0,12}low|\bdesc|\bz\s?[-–—>→]\s?a\b|\bz\s+to\s+a\b|newest|latest|recent|largest|biggest|longest|most|best|highest"
    r"|\bnew\w*.{0,12}old|[↓▼⬇]|\bhi\b.{0,4}\blo\b",
    re.I,
)
_UP = re.compile(
    r"low\w*.{0,12}high|\basc|\ba\s?[-–—>→]\s?z\b|\ba\s+to\s+z\b|oldest|earliest|smallest|shortest|least|fewest|lowest|cheapest"
    r"|\bold\w*.{0,12}new|[↑▲⬆]|\blo\b.{0,4}\bhi\b",
    re.I,
)
_SORTS = re.compile(r"\b(?:sort(?:ed|ing)?|order(?:ed|ing)?(?:\s+by)|arrange)\b", re.I)
_TURNS = re.compile(
    r"\b(?:asc(?:ending)?|desc(?:ending)?|direction|reverse(?:d)?(?:\s+order)?|sort\s+order)\b|^\W*[↑↓⇅▲▼]\W*$", re.I
)
_SIMPLE_MARKS = re.compile(r"[^\w\s]|\b(?:sort(?:able|ed)?|by|ascending|descending|activate|to|column)\b", re.I)
_PRESSED = frozenset({"button", "link", "menuitem", "menuitemradio", "option", "radio", "tab", "clickable"})
_SAME_WORDS = tuple(
    frozenset(words.split())
    for words in ("price cost", "date time newest oldest recent", "name title alphabetical", "rating stars score")
)
"""Words that sort controls use for the same column."""


def sort(task: Task, intent: SortBy) -> Work[None]:
    """Have the page's list sorted.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: there is no control for it. `AGENT_ERROR`: the list is in another order afterwards.
    """
    order, tried = intent.order, list[str]()
    if (yield from _is_sorted(task, order)):
        task.remark("the list was in that order already")
        return
    while len(tried) < MAX_TRIES:
        seen = yield from task.look()
        way = next(((key, action) for key, action in _ways(seen, order) if _is_open(key, tried)), None)
        if way is None:
            break
        tried.append(way[0])
        outcome = yield from task.propose(way[1], intent.sentence)
        if isinstance(outcome, Refused):
            raise blocked(intent.sentence, outcome)
        if isinstance(outcome, Failed):
            continue
        is_sorted = yield from _is_sorted(task, order, patient=True)
        if is_sorted:
            task.settled()
            return
        if is_sorted is None and not way[0].startswith("opens "):
            task.settled()
            task.remark(f"used {way[0]}; the order of the list could not be checked")
            return
    task.settled()
    if not tried:
        message = f'"{intent.sentence}": the page has no control that sorts by "{order.column}".'
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, message, {"sentence": intent.sentence})
    used = ", ".join(dict.fromkeys(tried))
    message = f'"{intent.sentence}": I used {used}, and the list is not in that order afterwards.'
    raise AgentError(TaskFailureCode.AGENT_ERROR, message, {"sentence": intent.sentence})


def _is_open(key: str, tried: list[str]) -> bool:
    return tried.count(key) < (_HEADER_CLICKS if key.startswith("the header ") else 1)


def _is_sorted(task: Task, order: Order, *, patient: bool = False) -> Work[bool | None]:
    """Tell whether the list of the page is in an order; None where no list has such a column.

    Parameters
    ----------
    patient : bool
        Look once more after the page's next change where it is in no order yet: its rows may come late.
    """
    found = _order_of((yield from task.lists()), order)
    if found is False and patient:
        yield from task.wait_for_change()
        found = _order_of((yield from task.lists()), order)
    return None if found is None else found is order


def _order_of(views: Sequence[View], order: Order) -> Order | bool | None:
    """Return the order if a list is displayed in it, and its opposite if it is in that; False if it is in neither.

    None where no list has such a column.
    """
    opposite = replace(order, descending=not order.descending)
    for view in views:
        try:
            ways = () if view.is_record else (is_in_order(view, order), is_in_order(view, opposite))
        except (UntiedError, AgentError):
            continue
        if ways and ways[0] is not None:
            return order if ways[0] else opposite if ways[1] else False
    return None


def _ways(seen: Observation, order: Order) -> Iterator[tuple[str, Action]]:
    """Give what may sort, the plainest first, each with its name for people."""
    down = order.descending
    options = [(e, o) for e in seen.elements if e.enabled for o in e.options if _speaks_of(o, order.column)]
    directed = [(e, o) for e, o in options if _direction(o) is down and _sorts(e)]
    plain = [(e, o) for e, o in options if _direction(o) is None and _SORTS.search(f"{e.name} {e.label} {e.hint}")]
    for element, option in (*directed, *plain):
        if element.value != option or _direction(option) is down:
            yield f"the option “{shortened(option, 60)}”", Select(element.ref, option, called(element))
    headers = _headers(seen, order.column)
    for header in headers:
        if header in seen.elements:
            yield f"the header “{shortened(header.name, 60)}”", Click(header.ref, header.name)
    pressed = [e for e in seen.elements if e.enabled and e.role in _PRESSED and len(e.name) <= _MOST_NAME_CHARS]
    named = [e for e in pressed if _speaks_of(e.name, order.column)]
    for element in (e for e in named if _direction(e.name) is down):
        yield f"“{element.name}”", Click(element.ref, element.name)
    for element in (e for e in named if _direction(e.name) is None and (_SORTS.search(e.name) or _is_choice(e))):
        yield f"“{element.name}”", Click(element.ref, element.name)
    for element in seen.elements:  # the direction apart from the column
        turning = [o for o in element.options if _TURNS.search(o) and _direction(o) is down]
        if turning and element.enabled and _sorts(element) and element.value != turning[0]:
            yield f"the option “{turning[0]}”", Select(element.ref, turning[0], called(element))
    for element in pressed:
        if _TURNS.search(element.name) and _direction(element.name) is not (not down):
            yield f"“{shortened(element.name, 60)}”", Click(element.ref, element.name)
    for element in seen.elements:
        opens = element.role in ("button", "clickable", "combobox") and element.enabled and not element.options
        if opens and _SORTS.search(f"{element.name} {element.label}") and element.expanded is not True:
            yield f"opens “{shortened(element.name, 60)}”", Click(element.ref, element.name)
    for header in headers:  # nothing shows that it can be pressed
        yield f"the header “{shortened(header.name, 60)}”", Click(header.ref, header.name)


def _sorts(element: Element) -> bool:
    """Tell a list of orders from one of other things: by its name, or by several options with a direction."""
    named = _SORTS.search(f"{element.name} {element.label} {element.hint}")
    return bool(named) or sum(_direction(option) is not None for option in element.options) > 1


def _is_choice(element: Element) -> bool:
    return element.role in ("menuitem", "menuitemradio", "option", "radio")


def _headers(seen: Observation, column: str) -> list[Element]:
    """Find the headers of a column: what can be pressed in one comes before the header itself."""
    wanted = tokens(column)
    inside = [e for e in seen.elements if e.enabled and "> th" in f"> {e.path}" and tokens(_plain(e.name)) == wanted]
    marked = [thing for thing in (*seen.elements, *seen.texts) if thing.role == "columnheader"]
    return inside or [thing for thing in marked if tokens(_plain(thing.name)) == wanted]


def _plain(name: str) -> str:
    return " ".join(_SIMPLE_MARKS.sub(" ", name[:_MOST_NAME_CHARS]).split())


def _speaks_of(name: str, column: str) -> bool:
    said, wanted = set(tokens(name[: 2 * _MOST_NAME_CHARS])), set(tokens(column))
    if wanted and wanted <= said:
        return True
    return any(wanted & same and said & same for same in _SAME_WORDS)


def _direction(name: str) -> bool | None:
    """Tell the direction that a control names: True for descending; None where it names none, or both."""
    down, up = bool(_DOWN.search(name)), bool(_UP.search(name))
    return None if down == up else down
