"""Tells whether a page accepted a form that was sent to it. Pure.

An action that was performed is not yet a thing done: the browser may hold a form back, the server may answer with an
error, the page may complain beside a field, or in a message above or below the form. What a page says of that is
quoted, never believed to be more than its words.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.effects.changes import changes
from webrun_nb.agents.local.effects.logins import login_refusal, sends_login
from webrun_nb.agents.local.effects.statuses import LOWEST_ERROR
from webrun_nb.browsers.actions import Action, Press, Type
from webrun_nb.browsers.observation import Element, FormError, Observation, PageMessage
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

_QUOTED = 160
_NOWHERE: Mapping[str, object] = MappingProxyType({})
_ERROR = re.compile(
    r"\b(?:errors?|invalid|incorrect|wrong|required|missing|must|please\s+(?:enter|fill|select|choose|check|correct|try"
    r"|provide|accept)|can(?:no|')t|could\s?n(?:o|')t|couldn't|not\s+(?:be\s+)?(?:found|valid|allowed|accepted|saved"
    r"|sent|available|possible|enough|match)|fail(?:ed|ure)?|denied|declined|refused|rejected|expired|too\s+(?:short|long"
    r"|many|few|large|small|big)|already\s+(?:taken|exists?|in\s+use|registered|used)|unable|try\s+again|sorry|out\s+of"
    r"\s+stock|sold\s+out|went\s+wrong|do(?:es)?\s+not|doesn't|don't|isn't|aren't)\b",
    re.I,
)
_STRONG = re.compile(
    r"\b(?:(?:an?\s+)?errors?|invalid|incorrect|wrong|(?:has|have)?\s?fail(?:ed|ure)?|denied|rejected|refused|declined"
    r"|expired|locked|unauthori[sz]ed|forbidden|unable|can(?:no|')t\s+be|could\s?n(?:o|')t|not\s+(?:be\s+)?(?:found|valid"
    r"|allowed|accepted|saved|sent|recogni[sz]ed|match|correct|available|permitted)|do(?:es)?\s?n(?:o|')t\s+(?:match|exist"
    r"|have)|already\s+(?:taken|exists?|in\s+use|registered|used|been)|(?:please\s+)?try\s+again|too\s+(?:short|long|many"
    r"|weak|large)|(?:is|are|fields?)\s+(?:required|missing|not\s+allowed)|must\s+(?:be|have|not|contain|match|agree"
    r"|accept)|please\s+(?:enter|fill|select|choose|check|correct|provide|accept|complete|use|sign|log)"
    r"|went\s+wrong|sold\s+out)\b",
    re.I,
)
"""Words of a refusal, where nothing but them marks a text as one."""
_PLAIN = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have)\s+(?:\w+\s+)?(?:required|invalid|incorrect|wrong|missing|expired|locked|rejected"
    r"|denied|declined|refused|not\s+\w+|already\s+\w+|too\s+\w+|failed)\b|\b(?:invalid|incorrect|wrong|unknown|bad)\s+"
    r"(?:user|e-?mail|pass|credential|login|code|pin|token|value|input|date|number|format|answer|name|address|card|request)"
    r"|\b(?:can|could|was|were|is|are)\s?n(?:o|')t\b|\bcannot\b|\bdo(?:es)?\s?n(?:o|')t\s+(?:match|exist|have|belong)\b"
    r"|\bfailed(?:\s+to\b|\s*[:.!]|$)|\btry\s+again\b|\bunable\s+to\b|\bmust\s+(?:be|have|not|contain|match|agree|accept)\b"
    r"|^please\s+(?:enter|fill|select|choose|check|correct|provide|accept|complete|use|sign|log)\b|^(?:error|sorry)\b"
    r"|\bno\s+such\b|\bwent\s+wrong\b|\bfield\s+is\s+required\b",
    re.I,
)
"""Words of a refusal in a text that nothing marks as a message: a sentence about it, not only "wrong"."""
_WORDS = re.compile(r"[^\W\d_]{2,}\W+[^\W\d_]{2,}|[^\W\d_]{4,}")
"""Words that are a message: not a counter, nor a clock."""
_ECHO_CHARS = 3
_FEW = 6
"""More new texts than that are another content of the page, and none of them is an answer to what was sent."""
_SENDING_ROLES = frozenset({"button", "clickable"})
_FINE = re.compile(
    r"\bno\s+(?:errors?|results?|matches|products|items|entries)\b|\b(?:success(?:ful(?:ly)?)?|thank\s+you|thanks|saved"
    r"|looks\s+good|is\s+available)\b(?!.*\b(?:not|fail|error|invalid))",
    re.I,
)


def sends(action: Action, seen: Observation | None, last: Action | None) -> Element | None:
    """Tell what an action sends something with: the button that is pressed, or the field that Enter is pressed in."""
    if seen is None:
        return None
    if action.clicked_ref is not None:
        element = _at(seen, action.clicked_ref)
        return element if element is not None and element.role in _SENDING_ROLES else None
    if isinstance(action, Type):
        return _at(seen, action.ref) if action.submit else None
    if isinstance(action, Press) and action.key in ("Enter", "NumpadEnter") and isinstance(last, Type):
        return _at(seen, last.ref)
    return None


def refusal(
    sentence: str, by: Element, before: Observation, after: Observation, expected: Container[int] = ()
) -> AgentError | None:
    """Return why what was sent was not taken; None where nothing says so.

    Parameters
    ----------
    by : Element
        What it was sent with.
    before, after : Observation
        The last look before it was sent, and the first one after.
    expected : container of int
        HTTP statuses that the task expects: they are no refusal.
    """
    held = [c for c in after.form_errors if c.kind == "held"]
    if held:
        return _error(sentence, "the form was not sent: the browser found errors in it", held)
    wrong = _complaints(by, before, after)
    if not wrong and sends_login(by, before) and (said := login_refusal(before, after, expected)):
        wrong = [] if said.startswith("answered ") else [FormError("alert", "", said)]
    status = after.status
    if after.fresh and status is not None and status >= LOWEST_ERROR and status not in expected:
        title = f' with "{_shown(after.title)}"' if after.title and not wrong else ""
        where = {"status": status, "url": after.url}
        return _error(sentence, f"refused: {after.url} answered {status}{title}", wrong, where)
    return _error(sentence, "the page did not accept it", wrong) if wrong else None


def remarks(before: Observation, after: Observation) -> tuple[str, ...]:
    """Quote what a page announces after something was sent, where that is no refusal."""
    alerts = [c.said for c in _new(before, after) if c.kind == "alert"]
    shown = " ".join(before.text.split())  # a list that is drawn anew says nothing new
    unmarked = [m for m in after.messages if m.appeared and not m.tone and m.said not in shown]
    told = [m.said for m in _new_messages(before, after) if (m.tone or m in unmarked[:_FEW]) and _WORDS.search(m.said)]
    few = told if len(unmarked) <= _FEW else []
    return tuple(f'"{_shown(said)}"' for said in dict.fromkeys([*alerts, *few]))[:2]


def refused_words(before: Observation, after: Observation, *, still_there: bool) -> str:
    """Quote what a page says of the refusal of what was sent; empty where it says nothing of it.

    Parameters
    ----------
    before, after : Observation
        The last look before it was sent, and one after.
    still_there : bool
        The page still has what it was sent with.
    """
    new = _new_messages(before, after)
    if len(new) > _FEW:
        return ""
    again = [m for m in after.messages if m.tone == "error" and (m.appeared or after.fresh)]
    for message in new:
        said, tone = message.said, message.tone
        if tone == "success" or _FINE.search(said):
            continue
        if tone == "error" and (_ERROR.search(said) or still_there):
            return said
        if tone == "red" and (_STRONG.search(said) or (still_there and _ERROR.search(said))):
            return said
        if still_there and (_STRONG if tone == "notice" else _PLAIN).search(said):
            return said
    if not still_there:
        return ""
    for message in again:  # the same words as after the try before
        if _STRONG.search(message.said) and not _FINE.search(message.said):
            return message.said
    # A form that was sent to read something, such as a search, has what was entered in its address.
    is_answer = after.fresh and urlsplit(after.url).query in ("", urlsplit(before.url).query)
    lines = list(changes(before, after).appeared) if is_answer else []
    if len(lines) > _FEW:
        return ""
    entered = _entered(before)
    plain = (line for line in lines if _PLAIN.search(line) and not _FINE.search(line))
    return next((line for line in plain if not _repeats(line, entered)), "")


def _entered(before: Observation) -> list[str]:
    values = (
        " ".join(element.value.split()) for element in before.all_elements if element.tag in ("input", "textarea")
    )
    return [value for value in values if len(value) >= _ECHO_CHARS]


def _repeats(said: str, entered: list[str]) -> bool:
    """Tell whether a text has what was entered in it: a comment that was sent is no answer to itself."""
    return any(value in said or said in value for value in entered)


def _new_messages(before: Observation, after: Observation) -> list[PageMessage]:
    """Return the messages that a page did not have before, those that appeared last first."""
    known = {" ".join(line.split()) for line in before.text.splitlines()} | {m.said for m in before.messages}
    entered = _entered(before)
    new = [m for m in after.messages if (m.appeared or after.fresh) and m.said not in known]
    new = [m for m in new if m.tone == "error" or not _repeats(m.said, entered)]
    return list({m.said: m for m in reversed(new)}.values())[::-1]


def _complaints(by: Element, before: Observation, after: Observation) -> list[FormError]:
    still_there = any((e.role, e.name) == (by.role, by.name) for e in after.all_elements)
    sent_again = by.submits or by.role != "button"
    marked = after.form_errors if sent_again else _new(before, after)
    fields = [c for c in marked if c.kind == "field" and (c.said or still_there)]
    told = [c for c in _new(before, after) if c.kind in ("alert", "styled") and not _FINE.search(c.said)]
    told = [c for c in told if _ERROR.search(c.said) or (c.kind == "alert" and c.label)]
    beside = [c for c in told if c.label]
    found = _with_words(fields, told) or beside or told
    said = "" if found else refused_words(before, after, still_there=still_there)
    return [FormError("alert", "", said)] if said else found


def _with_words(fields: list[FormError], told: list[FormError]) -> list[FormError]:
    """Give a field that is only marked the words that stand beside it, or else the page's one alert."""
    words = {c.label: c.said for c in reversed(told)}
    alone = told[0].said if len(told) == 1 else ""
    return [c if c.said else FormError(c.kind, c.label, words.get(c.label, alone)) for c in fields]


def _new(before: Observation, after: Observation) -> list[FormError]:
    return [c for c in after.form_errors if after.fresh or c not in before.form_errors]


def _error(sentence: str, what: str, complaints: list[FormError], where: Mapping[str, object] = _NOWHERE) -> AgentError:
    """Say it in one line: the first field and its words, and how many more there are.

    `where` is the status and the address of an error page.
    """
    details: dict[str, object] = {"sentence": sentence, **where}
    if not complaints:
        return AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": {what}.', details)
    first = complaints[0]
    details |= {"field": _shown(first.label), "message": _shown(first.said)}
    place = f'at the field "{_shown(first.label)}"' if first.label else "The page"
    says = f'{place} says: "{_shown(first.said)}"' if first.said and not first.label else place
    if first.label and first.said:
        says = f'{place}: "{_shown(first.said)}"'
    joint = " " if first.label else ". "
    others = list(dict.fromkeys(f'"{_shown(c.label)}"' for c in complaints[1:] if c.label not in ("", first.label)))
    more = f" (and at {', '.join(others[:5])})" if others else ""
    return AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": {what}{joint}{says}{more}', details)


def _shown(text: str) -> str:
    return shortened(text, _QUOTED)


def _at(seen: Observation, ref: int) -> Element | None:
    return next((element for element in seen.elements if element.ref == ref), None)
