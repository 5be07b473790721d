"""Questions that want a number computed from many rows. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from webrun_nb.agents.local.language import patterns
from webrun_nb.agents.local.language.intents import Extract

_COMPUTED = re.compile(r"(?P<how>average|mean|median|total|sum)\b\s*(?:of\s+)?(?:(?:all|the)\s+)*(?P<of>.*)$", re.I)
_OTHER = re.compile(r"(?:combined|overall|price\s+range)\b\s*(?:of\s+)?(?:the\s+)?(?P<of>.*)$", re.I)
_OF_WHAT = re.compile(r"(?:the\s+)?(?P<wish>[\w ]+?)\s+of\s+(?:all\s+)?(?:the\s+)?(?P<subject>.+)$", re.I)


def with_computing(wanted: Extract) -> Extract:
    """Read "the average price of all laptops" as the average of a column.

    A column of a list may be called "total price": one that is to be listed with its things ("laptops with their total
    price") is no computation, and where the page has such a column or value, it is taken (`without_computing`).
    """
    if wanted.with_name or wanted.count or len(wanted.wishes) != 1 or wanted.limit is not None:
        return wanted
    if not (wanted.subject or wanted.one) or not (match := _COMPUTED.match(wanted.wishes[0])):
        return wanted
    wish, subject = _column_of(match["of"], wanted.subject)
    wish, subject = (wish, subject) if wish else (subject, "")
    wish, *phrases = [part.strip() for part in patterns.SELECTOR.split(wish) if part.strip()] or [""]
    if not wish:
        return wanted
    selectors = wanted.selectors or tuple(phrases)
    how = match["how"].lower()
    return replace(wanted, compute=how, subject=subject, wishes=(wish,), one=False, selectors=selectors)


def without_computing(wanted: Extract) -> Extract:
    """Return what is wanted where the page has a value or a column of that name itself."""
    return replace(wanted, compute="", wishes=(f"{wanted.compute} {wanted.wishes[0]}",), one=not wanted.subject)


def refused_computing(wanted: Extract) -> str:
    """Return the refusal of a question that wants something else computed; empty where it wants nothing of the kind."""
    if wanted.one or wanted.with_name or wanted.count or not wanted.subject:
        return ""
    computed = [match["of"] for wish in wanted.wishes if (match := _OTHER.match(wish))]
    if not computed:
        return ""
    wish, subject = _column_of(computed[0], wanted.subject)
    instead = f"list the {subject} with their {wish or 'values'}"
    return f'"{wanted.sentence}": the local agent does not compute this. Use `{instead}`, and compute with pandas.'


def _column_of(wish: str, subject: str) -> tuple[str, str]:
    if not wish and (inner := _OF_WHAT.match(subject)):
        return inner["wish"], inner["subject"]
    return wish, subject
