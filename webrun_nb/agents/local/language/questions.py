"""Questions about a list as sentences that list the answer: "which laptop is the cheapest" → "get the cheapest laptop".

Only the form changes: every word that says what is wanted stays, so that what the page has no column for is still
asked about, and what can't be answered from rows at all is told as not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from webrun_nb.agents.local.language import patterns

_NO_NOUN = r"(?!(?:is|are|do|does|has|have|costs?|was|were)\b)"
_NOUN = rf"(?!(?:of|the)\b){_NO_NOUN}[\w-]+(?:\s+{_NO_NOUN}[\w-]+){{0,2}}?"
_WHAT_IS = r"(?:what|which|who)(?:['’]s|\s+(?:is|are|was|were))"
_NAMED = r"(?:[\w-]+\s+)?(?:(?-i:[A-Z])[\w.'’-]*(?:\s+(?:(?-i:[A-Z])|\d)[\w.'’-]*)*|\d[\w.]*|\ue000\d+\ue001)"
_LIST = (
    r"(?:list|show(?:\s+me)?|get(?:\s+me)?|find(?:\s+me)?|give(?:\s+me)?|extract|make|return|collect|create|compile"
    r"|build|produce|tabulate)"
)
_NO_VERB = rf"(?!{patterns.VERB.pattern}|(?:what|which|who|how|when|where|is|are|does|do)\b)"
_WISH = r"(?:i\s+(?:need|want|would\s+like)|i['’]d\s+like)\s+"
_NAMED_LIST = r"(?:an?|the)\s+(?:table|list|overview)\s+of"
_NTH_LIST = r"(?:the\s+)?(?:(?:first|second|third|fourth|fifth|last)\s+(?:table|list)|table\s+\d{1,2})"
_SITE = r"(?:shop|store|site|website|page|list|table|catalogue|catalog)"
_SUPER = patterns.SUPERLATIVE
_WHERE = r"(?:in|on|at|for|from|of|under|during|within)"
_COLUMN = rf"(?!{_WHERE}\b)[\w-]+"
_N = r"(?:(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)\s+)?"


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the form that is parsed; `one`: a single row answers it."""

    text: str
    one: bool = False


_FORMS: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (re.compile(rf"{pattern}$", re.I), form, one)
    for pattern, form, one in (
        (
            rf"(?:what|which|who)(?:['’]s|\s+(?:is|are|was|were))\s+(?P<what>(?:the\s+)?{_N}(?:{_SUPER})\s+.+)",
            "get {what}",
            False,
        ),
        (rf"(?P<what>(?:the\s+)?{_N}(?:{_SUPER})\s+[a-z].*)", "get {what}", False),
        (
            rf"(?:what|which)\s+(?P<noun>{_NOUN})\s+(?:is|are)\s+(?:the\s+)?(?P<sup>{_N}(?:{_SUPER}))"
            r"(?:\s+ones?)?(?P<rest>\s+.+|)",
            "get the {sup} {noun}{rest}",
            False,
        ),
        (
            rf"(?:what|which)\s+(?P<noun>{_NOUN})\s+(?P<verb>costs?)\s+the\s+(?P<sup>least|most)(?P<rest>)",
            "get the {noun}, {sup} price first",
            True,
        ),
        (
            rf"(?:what|which)\s+(?P<noun>{_NOUN})\s+(?:has|have|got)\s+the\s+(?P<sup>{_SUPER})"
            rf"\s+(?P<column>{_COLUMN}(?:\s+{_COLUMN})?)(?P<rest>\s+{_WHERE}\b.+|)",
            "get the {noun}{rest}, {sup} {column} first",
            True,
        ),
        (rf"(?:what|which)\s+(?P<noun>{_NOUN})\s+are\s+there", "list the {noun}", False),
        (
            rf"(?:what|which)\s+(?P<noun>{_NOUN})\s+(?:is|are)\s+(?:listed|shown|given)\s+with\s+(?P<rest>.+)",
            "list the {noun} with {rest}",
            False,
        ),
        (rf"which\s+(?P<noun>{_NOUN})\s+(?:is|are)\s+(?P<rest>.+)", "list the {noun} that are {rest}", False),
        (rf"which\s+(?P<noun>{_NOUN})\s+(?:has|have)\s+(?P<rest>.+)", "list the {noun} with {rest}", False),
        (rf"which\s+(?P<noun>{_NOUN})\s+(?P<rest>costs?\s+.+)", "list the {noun} that {rest}", False),
        (
            rf"how\s+many\s+(?P<noun>{_NOUN})\s+(?:are|is)(?!\s+there\b)(?:\s+(?P<rest>.+)|)",
            "how many {noun} that are {rest}",
            False,
        ),
        (rf"how\s+many\s+(?P<noun>{_NOUN})\s+(?:has|have)\s+(?P<rest>.+)", "how many {noun} with {rest}", False),
        (
            rf"how\s+many\s+(?P<noun>{_NOUN})\s+(?:does|do)\s+(?:this|the)\s+{_SITE}\s+(?:have|sell|list|show|offer)",
            "how many {noun}",
            False,
        ),
        (
            rf"{_LIST}\s+(?:the\s+)?(?P<noun>{_NOUN})\s+with\s+the\s+(?P<sup>{_SUPER})\s+(?P<column>[\w-]+)",
            "get the {noun}, {sup} {column} first",
            True,
        ),
        (rf"(?:{_WISH}|{_LIST}\s+){_NAMED_LIST}\s+(?P<rest>.+)", "list {rest}", False),
        (rf"{_NAMED_LIST}\s+(?P<rest>.+)", "list {rest}", False),
        (rf"{_WISH}(?P<rest>(?:the|all|every|each)\s+.+)", "list {rest}", False),
        (r"(?P<rest>(?:all|every|each)\s+.+)", "list {rest}", False),
        (
            rf"{_NO_VERB}(?P<rest>[\w ]+(?:,|\s+and\s)[\w ,]+\s+(?:of|for)\s+(?:all|every|each)\s+.+)",
            "list {rest}",
            False,
        ),
        (
            rf"(?:for|of)\s+(?:each|every|all(?:\s+the)?)\s+(?P<noun>{_NOUN})\s*[,:]?\s+{_LIST}\s+(?:the\s+)?(?P<rest>.+)",
            "list the {noun} with {rest}",
            False,
        ),
        (
            rf"compare\s+(?:all\s+)?(?:the\s+)?(?P<noun>{_NOUN})\s*(?::|,|\bby|\bon|\bwith)\s*(?:{_LIST}\s+)?"
            r"(?:the\s+)?(?P<rest>.+)",
            "list the {noun} with {rest}",
            False,
        ),
        (rf"what\s+does\s+(?P<rest>{_NTH_LIST})\s+(?:say|show|list|contain|have)", "list {rest}", False),
        (
            rf"how\s+many\s+(?P<noun>{_NOUN})\s+(?:does|do)\s+(?:the\s+)?(?P<whose>.+?)\s+have",
            "what is the {noun} of {whose}",
            False,
        ),
    )
)
_IN_ALL = re.compile(r"\s+(?:in\s+(?:total|all)|altogether|right\s+now|at\s+the\s+moment)$", re.I)
_VALUE = re.compile(rf"(?:the\s+)?(?!\w+\s+(?:the|an?|my|your)\s){_NOUN}\s+of\s+(?:the\s+)?{_NAMED}", re.I)
"""A value that is only named; "buy a stock of ABC" is no such text: an article follows its first word."""
_NOT_ROWS = re.compile(r"how\s+many\s+(?:pages?|columns?|fields?|values?|tables?|lists?|words?|elements?)\b", re.I)
_PLACE_ONLY = re.compile(r"^(?:listed|shown|(?:on|from|in)\s+(?:this|the)\s+.+|here)$", re.I)


def as_listing(text: str) -> Question | None:
    """Return the sentence that lists a question's answer; None where it is no such question.

    Parameters
    ----------
    text : str
        A clause whose quotes stand aside as marks (`split.Held`).
    """
    bare = _IN_ALL.sub("", text.strip().rstrip(" ?.!"))
    for pattern, form, one in _FORMS:
        match = pattern.match(bare)
        if match is None:
            continue
        words = {name: value or "" for name, value in match.groupdict().items()}
        if re.match(rf"{_WHERE}\s", words.get("rest", "").strip(), re.I):
            form = form.replace(" that are", "")
        if _PLACE_ONLY.match(words.get("rest", "").strip()):
            form = form.replace(" that are", "")
        plural = words.get("noun", "").lower().endswith("s")
        said = " ".join(form.format(**words).split()).replace(" that are with ", " with ").removesuffix(" that are")
        return Question(said, one and not plural)
    return None


def as_value(text: str) -> str:
    """Return the question for a value that is only named ("income of household 2"); empty where it is no such text."""
    bare = text.strip().rstrip(" ?.!")
    return f"what is the {re.sub(r'^the ', '', bare, flags=re.I)}" if _VALUE.fullmatch(bare) else ""


def counts_no_rows(text: str) -> bool:
    """Tell whether something else than the rows of a list is to be counted."""
    return bool(_NOT_ROWS.match(text))
