"""Sentences that work on the page that is open, as examples in a question. Pure.

They are made of the page's own links, buttons, fields and columns, and each is tried first: it names one element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from webrun_nb.agents.caution import risk_of
from webrun_nb.agents.planner.elements import FIELD_ROLES, find
from webrun_nb.agents.planner.intents import Target
from webrun_nb.browsers.base import Element, Observation

MOST = 3
_NAME_CHARS = 40
_PLAIN = re.compile(rf"[^\W_][\w &+,.:'’()/%#-]{{0,{_NAME_CHARS - 1}}}")
_COLUMN = re.compile(r"[^\W\d_]\w*(?: [^\W\d_]\w*){0,2}")
_ROLES = (("button", "button"), ("link", "link"))


def examples_of(seen: Observation | None, columns: Sequence[str] = ()) -> tuple[str, ...]:
    """Return sentences that can be followed on a page; none where it has nothing that can be named.

    Parameters
    ----------
    seen : Observation or None
        What the page shows; None where no page is open.
    columns : sequence of str
        What the page calls the columns of its list.
    """
    found = [*_lists(columns), *(_acts(seen) if seen is not None else ())]
    return tuple(found[:MOST])


def _lists(columns: Sequence[str]) -> Iterator[str]:
    plain = list(dict.fromkeys(name for name in columns if _COLUMN.fullmatch(name)))
    if len(plain) > 1:
        yield f"list the rows with {plain[0]} and {plain[1]}"


def _acts(seen: Observation) -> Iterator[str]:
    for role, word in _ROLES:
        if element := _first(seen, frozenset({role}), word):
            yield f'click the "{element.name}" {word}'
    if field := _first(seen, FIELD_ROLES - {"combobox", "slider"}, "field"):
        yield f'type "…" into the "{field.name}" field'


def _first(seen: Observation, roles: frozenset[str], word: str) -> Element | None:
    """Find the first element that its name alone tells from all others; what is in the page's body goes first."""
    able = [e for e in seen.elements if e.role in roles and e.enabled and _PLAIN.fullmatch(e.name)]
    able = [e for e in able if risk_of(e, "") is None and e.input_type != "password" and "#" not in (e.href or "")]
    for element in sorted(able, key=lambda e: bool(e.region)):
        if find(Target(element.name, word), seen).elements == (element,):
            return element
    return None
