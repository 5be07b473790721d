"""Readings of an extraction that leave out what was said: better told as not understood than answered. Pure."""

from __future__ import annotations

import re

from webrun_nb.agents.local.language import patterns
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.language.split import Held
from webrun_nb.agents.local.lists.names import tokens

_VERBS = re.compile(r"\b(?:is|are|has|have|does|do|did|should|can|could|would|was|were|costs?)\b", re.I)
_NO_NOUN = re.compile(r"\b(?:not|or|except|but|random|neither|nor|unless)\b|^last\s+(?:\d+|[a-z]+)\s", re.I)
_GROUPS = re.compile(r"\b(?:of|for|per|in|by|from)\s+(?:each|every)\b|\bper\s+[a-z]+$|\beach\s+[a-z]+'s\b", re.I)
_RANKED = re.compile(rf"\b(?:second|third|fourth|fifth|\d+(?:st|nd|rd|th))[\s-]+(?:{patterns.SUPERLATIVE})\b", re.I)
_SUPERLATIVE = re.compile(rf"\b(?:{patterns.SUPERLATIVE})\b", re.I)
_BEST = re.compile(rf"(?:the\s+)?(?:{patterns.SUPERLATIVE})\b", re.I)
_THAN = re.compile(r"\bthan\b", re.I)
_OR = re.compile(r"\bor\b(?!\s+(?:more|higher|above|better|up|less|cheaper|below|lower|fewer|later|earlier)\b)", re.I)


def leaves_out(wanted: Extract) -> bool:
    """Tell whether rows would be given that are not those that were asked for.

    Alternatives ("over $900 or under $500"), exceptions, the best of each group, the second best, both ends of an
    order, a number of several things, the best of a column beside others and a comparison that no column is known for
    have no place in a reading.
    """
    text = Held(wanted.sentence).text
    subject = Held(wanted.subject).text
    if subject and not tokens(subject):  # signs alone name nothing
        return True
    if _VERBS.search(subject) or _NO_NOUN.search(subject) or _RANKED.search(text):
        return True
    if wanted.order is not None and wanted.limit is not None:
        others = _SUPERLATIVE.findall(" ".join(map(str, wanted.wishes)))
        if others or _GROUPS.search(text):
            return True
    if (wanted.count and not wanted.subject) or (wanted.compute and _GROUPS.search(text)):
        return True
    if any(_BEST.match(wish) or _THAN.search(wish) for wish in wanted.wishes) or _THAN.search(subject):
        return True
    return len(wanted.constraints) > 1 and _OR.search(text) is not None
