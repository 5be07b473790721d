"""Clauses that say how a native dialog of the step before is answered: "and accept the dialog", "then click Cancel".

Pure. Only the page tells whether a step opens such a dialog. Where it does not, the clause is a step of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from webrun_nb.agents.local.language.intents import AnswerDialog, ClickOn, Intent
from webrun_nb.agents.local.language.split import Held, unquote

_LONGEST = 500
"""Characters of a clause that can have a wish."""
_DIALOG = (
    r"(?:(?:the|that|this|any|its|a)\s+)?(?:(?:native|browser|confirmation|javascript|js|resulting|warning)\s+)?"
    r"(?:dialog(?:ue)?(?:\s+box)?|alert(?:\s+box)?|pop-?up|prompt|confirmation|confirm\s+box|warning|message\s+box)"
)
_IN_DIALOG = rf"(?:\s+(?:in|on|to|at|of|for)\s+{_DIALOG})?"
_PRESS = r"(?:click|press|hit|choose|select|answer|say|reply|respond)(?:\s+(?:on|with))?\s+(?:the\s+)?"
_QUOTE = "\ue000\\d+\ue001"
_ACCEPTS = (
    rf"(?:accept|confirm|approve|acknowledge|ok)\s+(?:it|{_DIALOG})|confirm"
    rf"|{_PRESS}(?:ok|okay|yes)(?:\s+button)?{_IN_DIALOG}"
)
_DISMISSES = (
    rf"(?:dismiss|cancel|decline|reject|refuse|close)\s+{_DIALOG}|{_PRESS}(?:cancel|no)(?:\s+button)?{_IN_DIALOG}"
)
_ANSWERS = (
    rf"(?:answer|reply|respond)(?:\s+(?:it|to\s+it|(?:to\s+)?{_DIALOG}))?(?:\s+with)?\s+{_QUOTE}"
    rf"|(?:enter|type|write|put)\s+{_QUOTE}\s+(?:in|into|to|at)\s+{_DIALOG}(?:\s+and\s+(?:{_ACCEPTS}))?"
)
_WISHES = tuple(
    (wish, re.compile(pattern, re.I))
    for wish, pattern in (("accept", _ACCEPTS), ("dismiss", _DISMISSES), ("text", _ANSWERS))
)
_QUOTED = re.compile(_QUOTE)
_BUTTONS = {"ok": "accept", "yes": "accept", "cancel": "dismiss", "no": "dismiss"}
_AT_END = re.compile(
    r"(?P<step>(?:please\s+)?(?:(?:double|right)[- ]?)?(?:click|press|tap|hit|push)\b.{1,400}?\S)"
    rf"\s*(?:,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?)(?P<wish>{_ACCEPTS}|{_DISMISSES}|{_ANSWERS})[.!]?",
    re.I,
)


def apart(clauses: Sequence[str]) -> list[str]:
    """Part the wish about a dialog from the click before it, in the same clause."""
    parts: list[str] = []
    for clause in clauses:
        held = Held(clause)
        match = _AT_END.fullmatch(held.text) if len(held.text) <= _LONGEST else None
        parts += [clause] if match is None else [held.restore(match["step"]), held.restore(match["wish"])]
    return parts


def wish_of(clause: str) -> str | None:
    """Return how a clause wishes a dialog to be answered: `accept`, `dismiss` or a text; None where it does not say."""
    if len(clause) > _LONGEST:
        return None
    held = Held(clause)
    said = held.text.strip(" .!")
    wish = next((wish for wish, pattern in _WISHES if pattern.fullmatch(said)), None)
    quoted = _QUOTED.search(said)
    if wish != "text" or quoted is None:
        return wish
    text = unquote(held.restore(quoted[0]))
    return _BUTTONS.get(text.casefold(), text)


def with_dialogs(steps: Sequence[Intent]) -> list[Intent]:
    """Give each click the answer that the step after it may be to its dialog."""
    out: list[Intent] = []
    for step in steps:
        last = out[-1] if out else None
        wish = wish_of(step.sentence) if isinstance(last, ClickOn) else None
        if isinstance(last, ClickOn) and wish:
            out[-1] = replace(last, dialog=wish)
            out.append(AnswerDialog(step.sentence, wish, (step,)))
        else:
            out.append(step)
    return out
