"""Sentences that say in other words what a simpler one says, as a table: they are read as the simpler one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_N = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_ASKS = r"(?:tell|give|show|read)\s+me|let\s+me\s+know|say|report|find\s+out"


def _first_of(match: re.Match[str]) -> str:
    is_last = not match[3].lower().startswith(("first", "earliest"))
    return f"which {match[1]} has the {'latest' if is_last else 'earliest'} {match[2]}"


_WORDS = r"[\w-]+(?:\s+(?!and\b|of\b|for\b|with\b|in\b|on\b|from\b|the\b)[\w-]+){0,2}"

_VALUE = rf"(?:(?:number|date|year|place|country)\s+of\s+[\w-]+|{_WORDS})"


def _without_articles(match: re.Match[str]) -> str:
    return re.sub(r"(,|\band)\s+the\s+", r"\1 ", match[0], flags=re.I)


_FORMS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        # get the price and the brand; get the name and the number of employees
        (
            rf"^(?:get|read|extract|fetch|what\s+(?:is|are)|(?:tell|give|show)\s+me)\s+the\s+{_VALUE}"
            rf"(?:\s*,\s*the\s+{_VALUE}){{0,8}}\s*,?\s+and\s+the\s+{_VALUE}\s*[.?!]*$",
            _without_articles,
        ),
        # tell me how many books there are in total
        (rf"^(?:{_ASKS})\s+(?=how\s+many\b)", ""),
        (r"^(how\s+many\b.*?)\s+(?:in\s+total|altogether|in\s+all)\s*[.?!]*$", r"\1"),
        (r"^(how\s+many\s+[\w-]+(?:\s+[\w-]+)?)\s+there\s+(?:are|is)\s*[.?!]*$", r"\1 are there"),
        # which room is "Maps for the underground" in
        (
            r"^(?:which|what)\s+([a-z][\w-]*)\s+(?:is|are|was)\s+(\"[^\"]+\"|“[^”]+”)\s+(?:in|on|at|by|from)\s*[.?!]*$",
            r"what is the \1 of \2",
        ),
        # at what time does "Maps for the underground" start
        (
            r"^(?:at\s+)?what\s+time\s+(?:does|is)\s+(\"[^\"]+\"|“[^”]+”)(?:\s+(?:start|begin|on|at))?\s*[.?!]*$",
            r"what is the time of \1",
        ),
        # how long is "Maps for the underground"
        (
            r"^how\s+long\s+(?:is|does|was)\s+(\"[^\"]+\"|“[^”]+”)(?:\s+(?:last|take))?\s*[.?!]*$",
            r"what is the length of \1",
        ),
        # tell me the first one
        (
            rf"^(?:{_ASKS}|list|get(?:\s+me)?|what\s+is)\s+(?:the\s+)?first\s+(?:one|of\s+them)\s*[.?!]*$",
            "list the first 1 rows",
        ),
        # count the books on this page
        (
            r"^count\s+(?:up\s+)?(?:all\s+)?(?:of\s+)?(?:(?:the|these|those)\s+)?([a-z][\w-]*s)\s*[.?!]*$",
            r"how many \1 are there",
        ),
        (
            r"^count\s+(?:up\s+)?(?:all\s+)?(?:of\s+)?(?:(?:the|these|those)\s+)?([a-z][\w-]*s)\s+(\S.*?)\s*[.?!]*$",
            r"how many \1 are \2",
        ),
        # how many rows that are
        (r"^(how\s+many\s+[\w-]+)\s+(?:that|those|these|they|it)\s+(?:are|is|makes?|were|was)\s*[.?!]*$", r"\1"),
        # the names of the first five in that order
        (r"^(.*\S)\s*,?\s+in\s+(?:that|this|the\s+same)\s+order\s*[.?!]*$", r"\1"),
        (
            rf"^(?:{_ASKS}|list|get(?:\s+me)?|what\s+(?:is|are))\s+(?:the\s+)?([\w-]+(?:\s+and\s+[\w-]+)?)\s+of\s+"
            rf"(?:the\s+)?((?:first|top|last)\s+{_N})(?:\s+(?:ones|of\s+them))?\s*[.?!]*$",
            r"list the \2 rows with their \1",
        ),
        # the e-mail address of the customer called Ines Carvalho
        (
            r"^(.*\b(?:of|for)\s+)(?:the|my|our)\s+[a-z][\w-]*\s+(?:called|named)\s+(?=(?-i:[A-Z])|[\"“'‘])",
            r"\1",
        ),
        # what files are here
        (
            r"^(?:what|which)\s+([a-z][\w-]*s)\s+(?:are|do\s+you\s+see|can\s+you\s+see)\s+(?:there\s+)?"
            r"(?:here|there|on\s+(?:this|the)\s+page|in\s+(?:it|there))\s*[.?!]*$",
            r"list the \1",
        ),
        # which member joined first
        (
            r"^(?:which|what|who)\s+((?!is\b|are\b|was\b|has\b|have\b)[a-z][\w-]*)\s+([a-z][\w-]*(?:ed|t|n|d|e))\s+(?:the\s+)?"
            r"(first|earliest|last|latest|most\s+recently)\s*[.?!]*$",
            _first_of,
        ),
        # how much Luca paid
        (
            r"^(?:tell\s+me\s+)?how\s+much\s+(?:(?:did|does|has)\s+)?((?-i:[A-Z])[\w'.-]*(?:\s+(?-i:[A-Z])[\w'.-]*)?)\s+"
            r"(?:has\s+)?([a-z]+)(?:\s+(?:in\s+total|altogether|in\s+all))?\s*[.?!]*$",
            r"what is the \2 of \1",
        ),
        # use the search box to find "lamps"
        (
            r"^use\s+(?P<field>(?:the|this|that)\s+(?:[\w-]+\s+)*(?:box|field|textbox|input|bar|textarea|area))\s+to\s+"
            r"(?:enter|type|write|input|search\s+for|search|find|look\s+for|fill\s+in)\s+(?P<text>.+)$",
            r"type \g<text> into \g<field>",
        ),
        # move the slider all the way to the right
        (
            r"^(?:move|drag|pull|slide|set|turn)\s+(?P<thing>the\s+(?:[\w-]+\s+)*slider)\s+(?:all\s+the\s+way|fully|completely)\s+"
            r"(?:to\s+)?(?:the\s+)?(?:right|top|up|end)\s*[.!]*$",
            r"set \g<thing> to the maximum",
        ),
        (
            r"^(?:move|drag|pull|slide|set|turn)\s+(?P<thing>the\s+(?:[\w-]+\s+)*slider)\s+(?:all\s+the\s+way|fully|completely)\s+"
            r"(?:to\s+)?(?:the\s+)?(?:left|bottom|down|start)\s*[.!]*$",
            r"set \g<thing> to the minimum",
        ),
        # use the slider to choose 5
        (
            r"^use\s+(?P<thing>(?:the|this|that)\s+(?:[\w-]+\s+)?(?:slider|spinner|picker|dropdown|calendar|list))\s+to\s+"
            r"(?:choose|select|set|pick|enter)\s+(?P<value>.+)$",
            r"set \g<thing> to \g<value>",
        ),
        (
            r"^use\s+(?P<thing>(?:the|this|that)\s+\S+(?:\s+\S+){0,3}?)\s+to\s+(?P<step>\S.*)$",
            r"using \g<thing>, \g<step>",
        ),
        # close the dialog by clicking the cross
        (
            r"^(?:\S+\s+)(?P<what>(?:the|this|that)\s+(?:[\w-]+\s+)?(?:dialog(?:\s+box)?|pop-?up|modal|window|box))\s+by\s+"
            r"(?:clicking|pressing|tapping|hitting)\s+(?:on\s+)?(?P<control>.+)$",
            r"in \g<what>, click \g<control>",
        ),
        (r"^\S.*\s+by\s+(?:clicking|pressing|tapping|hitting)\s+(?:on\s+)?(?P<control>.+)$", r"click \g<control>"),
        # right now, at the moment
        (
            r"^((?:which|what|who|how|is|are)\b.*\S)\s+(?:right\s+now|at\s+the\s+moment|currently|today)\s*[.?!]*$",
            r"\1",
        ),
    )
)
"""Patterns of sentences, and what is read in their place."""


def rephrased(clause: str) -> str:
    """Return the simpler sentence that says the same; the sentence itself where none is known.

    >>> rephrased("tell me how many books there are in total")
    'how many books are there'
    """
    for pattern, said in _FORMS:
        clause = pattern.sub(said, clause, count=1)
    return clause
