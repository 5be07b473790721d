"""Tells whether a page says that it is still loading. Pure."""

from __future__ import annotations

import re

from webrun_nb.browsers.observation import Observation

_MAX_LINES = 2_000
_LONGEST = 40
_WAITING = re.compile(
    r"(?:(?:still|now)\s+)?(?:loading|please\s+wait|one\s+moment|just\s+a\s+moment|fetching|searching|working|processing"
    r"|saving|submitting|sending|signing\s+in|logging\s+in)(?:\s+[\w']+){0,3}\s*(?:\.{2,3}|…)"
    r"|loading|(?:loading[,.]?\s+)?please\s+wait[.!]?",
    re.I,
)
_HINT = re.compile(r"\b(?:loading|please\s+wait|one\s+moment|fetching|searching)\b", re.I)
_HINT_CHARS = 20_000


def may_be_loading(text: str) -> bool:
    """Tell whether the text of a page has words of one that is loading: a look at it tells whether it is so."""
    return bool(_HINT.search(text[:_HINT_CHARS]))


def is_loading(seen: Observation) -> bool:
    """Tell whether a page shows that it is loading: a mark such as `aria-busy`, a moving spinner, a line "Loading…".

    Parameters
    ----------
    seen : Observation
        The page.
    """
    if seen.busy:
        return True
    lines = (line.strip() for line in seen.text.split("\n", _MAX_LINES)[:_MAX_LINES])
    return any(len(line) <= _LONGEST and _WAITING.fullmatch(line) for line in lines)
