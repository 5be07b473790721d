"""Sentences that work on the page that is open, as examples in a question. Pure.

They are made of the page's own links, buttons, fields and columns, and each is tried first: it names one element, or
it lists rows of the page with just these columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from webrun_nb.agents.local.approval import risk_level
from webrun_nb.agents.local.effects.statuses import LOWEST_ERROR
from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Extract, Target
from webrun_nb.agents.local.lists.fields_shown import field_labels
from webrun_nb.agents.local.lists.headings import headings_of
from webrun_nb.agents.local.lists.rows import find_field
from webrun_nb.agents.local.lists.selecting import said_words, under_heading
from webrun_nb.agents.local.lists.view import View
from webrun_nb.agents.local.matching.match import found_on
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.browsers.observation import Element, Observation

MOST = 3
_NAME_CHARS = 40
_PLAIN = re.compile(rf"[^\W_][\w &+,.:'’()/%#-]{{0,{_NAME_CHARS - 1}}}")
_COLUMN = re.compile(r"[^\W\d_]\w*(?: [^\W\d_]\w*){0,2}")
_ROLES = (("button", "button"), ("link", "link"))


def examples_of(seen: Observation | None, lists: Sequence[View] = ()) -> tuple[str, ...]:
    """Return sentences that can be followed on a page; none where it has nothing that can be named.

    Parameters
    ----------
    seen : Observation or None
        What the page shows; None where no page is open.
    lists : sequence of View
        The page's lists, the best one first.
    """
    if seen is not None and seen.status is not None and seen.status >= LOWEST_ERROR:
        return ()  # nothing is done on an error page
    return (*list_examples(lists), *(_acts(seen) if seen is not None else ()))[:MOST]


def list_examples(lists: Sequence[View]) -> tuple[str, ...]:
    """Return sentences about the first of some lists: with its first two columns, and under one of its headings."""
    for best in lists[:1]:
        labels = [label for label in field_labels(best) if _COLUMN.fullmatch(label)]
        pairs = ((f"list the rows with {a} and {b}", (a, b)) for a, b in pairwise(labels))
        columns = [sentence for sentence, pair in pairs if _lists_columns(sentence, pair, best, lists)]
        headings = [f"list the rows under {title}" for title in headings_of(best.rows) if _PLAIN.fullmatch(title)]
        return (*columns[:1], *[sentence for sentence in headings if _lists_rows_under(sentence, best)][:1])
    return ()


def _lists_rows_under(sentence: str, best: View) -> bool:
    """Tell whether a sentence is read as some of the rows of a list: those under a heading."""
    match plan(sentence):
        case [Extract(subject="rows", wishes=(), constraints=(), order=None, selectors=(phrase,), place="")]:
            return 0 < len(under_heading(best.rows, said_words(phrase))) < len(best.rows)
    return False


def _lists_columns(sentence: str, labels: Sequence[str], best: View, lists: Sequence[View]) -> bool:
    """Tell whether a sentence is read as the columns of these names, which one list alone has."""
    match plan(sentence):
        case [Extract() as wanted] if wanted.wishes == tuple(labels):
            found = [find_field(best, label) for label in labels]
            having = [view for view in lists if all(find_field(view, label) is not None for label in labels)]
            return [each.label if each else "" for each in found] == list(labels) and having == [best]
    return False


def _acts(seen: Observation) -> Iterator[str]:
    for role, word in _ROLES:
        if element := _first(seen, frozenset({role}), word):
            yield f'click the "{element.name}" {word}'
    if field := _first(seen, FIELD_ROLES - {"combobox", "slider"}, "field"):
        yield f'type "…" into the "{field.name}" field'


def _first(seen: Observation, roles: frozenset[str], word: str) -> Element | None:
    """Find the first element that its name alone tells from all others; what is in the page's body goes first."""
    able = [e for e in seen.elements if e.role in roles and e.enabled and _PLAIN.fullmatch(e.name)]
    able = [e for e in able if risk_level(e, "") is None and e.input_type != "password" and "#" not in (e.href or "")]
    for element in sorted(able, key=lambda e: bool(e.region)):
        if found_on(Target(element.name, word), seen) == (element,):
            return element
    return None
