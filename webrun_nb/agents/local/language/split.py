"""Instruction text to clauses, one step each. Quoted text, URLs and e-mail addresses are never cut.

A comma, "and" or "then" begins a new step only where a verb follows it: "name and price" is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from webrun_nb.browsers.actions import ClickManner

_HOLD = "\ue000{}\ue001"
_HELD = re.compile("\ue000(\\d+)\ue001")
_PROTECTED = re.compile(
    r"“[^”]{0,2000}”|\"[^\"\n]{0,2000}\"|«[^»]{0,2000}»|‘[^’\n]{0,500}’|(?<!\w)'[^'\n]{1,500}'(?!\w)|`[^`\n]{1,500}`"
    r"|https?://[^\s<>\"”]+[^\s<>\"”.,;:!?)\]]|practice:[\w-]+|[\w.+-]+@[\w-]+\.[\w.-]+\w"
)
QUOTED = re.compile(r"^[“\"«‘'`](.*)[”\"»’'`]$", re.S)

CLICK_VERBS = "|".join(manner.replace("-", "[- ]") for manner in get_args(ClickManner))
"""The ways to click, with a space as well as a hyphen."""
# Verbs that are nothing else, and those that are nouns too and count only before what a verb is followed by.
_VERBS = (
    rf"{CLICK_VERBS}|tap|go\s+(?:to|back)|navigate|visit|browse|fill|choose|pick|tick|untick|uncheck"
    r"|extract|collect|scrape|"
    r"scroll|submit|log\s*in|sign\s*in|log\s+me\s+in|authenticate|tell\s+me|give\s+me|show\s+me|fetch|retrieve|read|hit|skip|ignore|exclude"
    r"|return\s+to|what\s+(?:is|are)|how\s+many|"
    r"search\s+for|look\s+(?:up|for)|wait|press\s+\w+|sort\s+(?:by|them|it|the)|order\s+(?:them|by)|type\s+\ue000"
    r"|enter\s+\ue000|select\s+\ue000|put\s+\ue000"
    r"|(?:add|delete|remove|download|export|upload|attach)\s+(?:the|an?|my|all|it|this|[\w-]+\.\w{2,5}\b|\ue000|(?-i:[A-Z])\w)|check\s?out\b"
    r"|(?:transfer|send|wire|pay)\s+[$£€]?\d[\d,.]*|(?:place|confirm)\s+(?:the|my)\b"
    r"|(?:save|submit|send|cancel|continue|confirm|register|sign\s+up|search|order|go)(?:\s+(?:it|them))?\s*(?=$|[,;.!])"
    r"|(?:turn|switch)\s+(?:on|off)|enable|disable|dismiss|unmark|hover|drag|repeat|highlight|expand|collapse|paste|otherwise|else|if|hit|tap|solve|uncheck|deselect|reply\s+to"
)
_NOUN_VERBS = (
    r"type|enter|press|check|list|open|get|find|show|select|set|return|search|write|put|input|report|filter|use"
    r"|copy|close|clear|focus|mark|move|make|give|change|save|reply|forward|delete|remove|add|create|edit|update|press|push"
    r"|cancel|confirm|accept|switch|star|archive|like|share|send|book|buy|follow|apply|count"
)
_OBJECT = (
    r"(?:(?:the|a|an|all|every|each|my|your|that|this|these|those|on|for|in|into|to|its|their|it|them|me|both|only|up|out|down|first|\d+)\b"
    r"|\ue000|(?-i:[A-Z]\w))"
)
_POLITELY = r"(?:(?:please|now|finally|next|also|again|just|simply|instead)\s+)*"
_AFTER = r"afterwards|after\s+that|finally"


def _steps(verb: str) -> re.Pattern[str]:
    """Match what stands between two steps: "then", a semicolon, or a comma or "and" before a verb."""
    return re.compile(
        rf"\s*(?:[,;]\s*(?:and\s+)?(?:then|next|{_AFTER})\b,?|\b(?:and\s+)?then\b,?|\band\s+(?:{_AFTER})\b,?"
        rf"|;|[,;]?\s*\band\s+(?={verb})|,\s*(?={verb}))\s*",
        re.IGNORECASE,
    )


_ALSO_TYPED = r"\ue000\d+\ue001\s+(?:as|in|into|for)\s"
# After "list …" a noun that is a verb too is a column's name, unless its object follows; after "click …" it is a verb.
_AFTER_LISTING = _steps(rf"{_POLITELY}(?:(?:{_VERBS})\b|(?:{_NOUN_VERBS})\s+{_OBJECT})")
_AFTER_ACTION = _steps(rf"{_POLITELY}(?:(?:{_VERBS})\b|(?:{_NOUN_VERBS})\s+[\w\ue000]|{_ALSO_TYPED})")
_LISTING = re.compile(
    rf"{_POLITELY}(?:list|extract|get|collect|scrape|read|show|give|fetch|retrieve|return|find|tell|report|what"
    rf"|which|from)\b",
    re.IGNORECASE,
)
_THEN = re.compile(rf"\s*(?:[,;]\s*(?:and\s+)?(?:then|{_AFTER})\b,?|\b(?:and\s+)?then\b,?|;)\s*", re.IGNORECASE)
_ENTRIES = re.compile(r"(?:add|create|make|insert)\s+[^:,;]{1,60}:\s", re.I)
"""The beginning of a list of entries, which may begin with verbs: "add three todos: buy milk, write to Bob"."""
_CONDITION_FIRST = re.compile(r"where\s+\S+.*\s(?:is|are|=|equals|contains|has|was|were)\b", re.I)
"""A condition before the sentence that lists."""
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\(?\d{1,2}[.)]\s+|step\s+\d+\s*[:.)-]\s*)", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"(?<=[.!?\ue001])(?<!\b[A-Z]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!\bNo\.)(?<=[.!?])\s+(?=[A-Z\ue000\d(])"
)
_INLINE_NUMBER = re.compile(r"\s+(?=\(?\d{1,2}[.)]\s+[A-Za-z])")
_FILLER = re.compile(
    r"^(?:(?:please|kindly|first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|now|finally|lastly|after(?:wards"
    r"| that)|and|also|so|ok(?:ay)?|hi|hello|"
    r"just|simply|instead|"
    r"can you|could you|would you|will you|i(?:'d| would) like (?:you )?to|i want (?:you )?to|i need (?:you )?to"
    r"|you should|try to|let'?s|help me)\b[,:]?\s*)+",
    re.IGNORECASE,
)


def unquote(text: str) -> str:
    """Take the quotes off, where the whole text stands in quotes."""
    match = QUOTED.match(text.strip())
    return match[1] if match else text.strip()


class Held:
    """Text whose quotes and URLs stand aside as marks, so that patterns can't cut them."""

    def __init__(self, text: str) -> None:
        self._parts: list[str] = []
        text = _HELD.sub("", text)
        self.text = _PROTECTED.sub(self._hold, text)

    def _hold(self, match: re.Match[str]) -> str:
        self._parts.append(match[0])
        return _HOLD.format(len(self._parts) - 1)

    def restore(self, text: str) -> str:
        """Put the quotes and URLs back."""
        return _HELD.sub(lambda match: self._parts[int(match[1])], text)


def split(instruction: str) -> list[str]:
    """Split an instruction into clauses.

    Returns
    -------
    list of str
        In order, trimmed, without bullets, fillers and final full stops.
    """
    return [clause for sentence in sentences(instruction) for clause in sentence]


def sentences(instruction: str) -> list[list[str]]:
    """Split an instruction into sentences, and each of them into clauses."""
    held = Held(instruction.replace("\r\n", "\n"))
    found: list[list[str]] = []
    for line in held.text.split("\n"):
        numbered = bool(_BULLET.match(line)) and line.lstrip()[:1].isdigit()
        for item in _INLINE_NUMBER.split(line) if numbered else [line]:
            for sentence in _SENTENCE_END.split(_BULLET.sub("", item)):
                clauses = [clean for part in _cut(sentence) if (clean := tidy(part))]
                if found and clauses and _MORE_OF_THE_CLAUSE.match(clauses[0]) and not _is_context(clauses):
                    found[-1][-1] += ", " + clauses.pop(0)
                if clauses:
                    found.append(_joined(clauses))
    return [[held.restore(clause) for clause in clauses] for clauses in found]


def _cut(sentence: str) -> list[str]:
    """Cut a sentence into steps, one after the other, since it depends on a step what may follow it."""
    parts, start = [], 0
    while start <= len(sentence):
        rest = _FILLER.sub("", sentence[start:].lstrip())
        ends = _THEN if _ENTRIES.match(rest) else _AFTER_LISTING if _LISTING.match(rest) else _AFTER_ACTION
        match = ends.search(sentence, start)
        parts.append(sentence[start : match.start() if match else len(sentence)])
        if match is None:
            break
        start = match.end()
    return parts


_MORE_OF_THE_CLAUSE = re.compile(
    r"(?:under|below|above|over|cheapest|sorted|ordered|only|in stock|with|without|between|at (?:least|most))\b", re.I
)
"""A clause that is only a condition ("under $900", "cheapest first")."""
_WHEN_DONE = re.compile(
    r"[\s,]+(?:when|once|after)\s+(?:you(?:'re|\s+are|\s+have)?\s+)?(?:done|finished|ready|complete)[\s.!]*$", re.I
)
_TO_FIND = re.compile(
    r"\s*,?\s+(?:in\s+order\s+)?to\s+(?:find|locate|see|reveal|access)(?:\s+(?:it|them|text))?$", re.I
)
"""The end of a clause whose purpose the next one says: "open the sections to find and click the link"."""
_CONTEXT = re.compile(r"(?:using|with|in|inside|within|for|on|from)\s+(?!each\b|every\b|all\b)\S+", re.I)
"""A clause that says where the next one happens: "In the dialog, click OK"."""
_ACTS = re.compile(
    r"\b(?:type|enter|write|put|click|select|choose|pick|check|tick|press|open|get|list|extract|tap)\b", re.I
)
_EACH = re.compile(r"(?:for|of)\s+(?:each|every|all)\b", re.I)
_FIND_ONLY = re.compile(r"(?:find|locate|look)$", re.I)


def _is_context(clauses: Sequence[str]) -> bool:
    """Tell whether the first clause of a sentence says where the others happen."""
    return len(clauses) > 1 and bool(_CONTEXT.match(clauses[0]))


def _joined(clauses: Sequence[str]) -> list[str]:
    """Join what is no step of its own to the clause that it belongs to."""
    out: list[str] = []
    for at, clause in enumerate(clauses):
        last = out[-1] if out else ""
        if out and _CONDITION_FIRST.match(last) and _LISTING.match(clause):  # "Where status is open, list …"
            out[-1] = f"{clause} {last[0].lower()}{last[1:]}"
        elif out and _MORE_OF_THE_CLAUSE.match(clause):
            out[-1] += ", " + clause
        elif _FIND_ONLY.fullmatch(last):
            out[-1] += f" and {clause}"
        elif at == 1 and not _ACTS.search(last) and (_CONTEXT.match(last) or _EACH.match(last)):
            out[-1] += f", {clause}"
        else:
            out.append(clause)
    return out


def tidy(clause: str) -> str:
    """Trim, and take off fillers and the final punctuation."""
    clause = _WHEN_DONE.sub("", _FILLER.sub("", clause.strip()).strip())
    clause = _TO_FIND.sub("", clause)
    return re.sub(r"[\s,;:.!]+$", "", clause)
