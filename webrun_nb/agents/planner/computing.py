"""Questions that want a number computed from many rows, which the local agent doesn't do. Pure."""

from __future__ import annotations

import re

from webrun_nb.agents.planner.intents import Extract

_COMPUTED = re.compile(
    r"(?:average|mean|median|total|sum|combined|overall|price\s+range)\b\s*(?:of\s+)?(?:the\s+)?(?P<of>.*)$", re.I
)
_OF_WHAT = re.compile(r"(?:the\s+)?(?P<wish>[\w ]+?)\s+of\s+(?:all\s+)?(?:the\s+)?(?P<subject>.+)$", re.I)


def without_computing(wanted: Extract) -> str:
    """Return a sentence that lists what would be computed from; empty where nothing would be.

    A column of a list may be called "total price", so only one that is asked of all its things ("the total price of
    all laptops") counts, and not one that is to be listed with them ("laptops with their total price").

    Parameters
    ----------
    wanted : Extract
        What was asked for.
    """
    if wanted.one or wanted.with_name or wanted.count or not wanted.subject:
        return ""
    computed = [match["of"] for wish in wanted.wishes if (match := _COMPUTED.match(wish))]
    if not computed:
        return ""
    wish, subject = computed[0], wanted.subject
    if not wish and (inner := _OF_WHAT.match(subject)):
        wish, subject = inner["wish"], inner["subject"]
    return f"list the {subject} with their {wish or 'values'}"


def refused_computing(wanted: Extract) -> str:
    """Return the refusal of a question that wants something computed; empty where it wants nothing of the kind."""
    instead = without_computing(wanted)
    if not instead:
        return ""
    return f'"{wanted.sentence}": the local agent computes nothing. Use `{instead}`, and compute with pandas.'
