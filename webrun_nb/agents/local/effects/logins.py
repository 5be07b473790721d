"""Tells whether a page refused a login, from the look before it and the look after it. Pure.

A site says so in a banner anywhere on the page, in an error status, or only by showing its form again. What it says is
quoted, never believed to be more than its words.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from webrun_nb.agents.local.effects.changes import changes
from webrun_nb.agents.local.effects.statuses import LOWEST_ERROR
from webrun_nb.agents.local.skills.login_form import (
    LoginForm,
    button_of,
    is_login_page,
    login_form,
    page_of,
    part_to_log_in_on,
    way_out,
)
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

_QUOTED = 200
_WHO = (
    r"(?:credentials?|user(?:[ -]?(?:name|id))?s?|e-?mail|password|pass(?:code|phrase)|log[ -]?in|account|code|pin"
    r"|token|combination)"
)
_BAD = (
    r"(?:invalid|incorrect|wrong|unknown|unrecogni[sz]ed|bad|locked|disabled|suspended|blocked|expired|denied"
    r"|not\s+(?:right|correct|valid|match|recogni[sz]ed|belong|found|exist|accepted|registered|allowed)"
    r"|(?:do(?:es)?|did|was|were|is|are)(?:\s+not|n['’]t)\b)"
)
_REFUSED = re.compile(
    rf"\b{_BAD}.{{0,60}}\b{_WHO}\b|\b{_WHO}\b.{{0,80}}\b{_BAD}"
    r"|\b(?:log[ -]?in|sign[ -]?in|authenti\w+|authori[sz]ation)\s+(?:has\s+|attempt\s+)?"
    r"(?:failed|failure|unsuccessful|error)"
    r"|\b(?:failed|unable|not\s+able|can(?:no|['’])t|could\s?n(?:o|['’])t)\s+(?:to\s+)?(?:log|sign|authenticate|find)"
    r"|\bno\s+(?:such\s+)?(?:user|account)\b|\baccess\s+denied\b|\bunauthori[sz]ed\b|\btoo\s+many\b.{0,30}\battempts\b"
    r"|\bplease\b.{0,40}\bcorrect\b.{0,40}\b(?:user|e-?mail|password)",
    re.I,
)
"""Says that somebody was not let in, wherever it stands."""
_COMPLAINS = re.compile(
    r"\b(?:incorrect|invalid|wrong|error|fail(?:ed|ure)?|not|n['’]t|unknown|try\s+again|locked|expired|denied|required|must"
    r"|please|sorry|too\s+many|missing)\b",
    re.I,
)
"""Says that something is wrong, where the form is there still."""


def sends_login(by: Element, before: Observation) -> bool:
    """Tell whether an element sends the form to log in with that a page has: its button, or one of its fields."""
    part = part_to_log_in_on(before)
    form = None if part is None else login_form(part)
    if part is None or form is None or form.password is None:
        return False
    return by in form.fields or by == button_of(part, form.fields[-1])


def login_refusal(before: Observation, after: Observation, expected: Container[int] = ()) -> str | None:
    """Return the words with which a page refused a login; None where nothing says that it did.

    Parameters
    ----------
    before, after : Observation
        The last look before the form was sent, and a look after that.
    expected : container of int
        HTTP statuses that the task expects.

    Returns
    -------
    str or None
        Words of the page, or `answered 401`; on one line.
    """
    asks_again = _asks_the_same(before, after)
    new = [*_new_messages(before, after)]
    refused = [said for said, _ in new if _REFUSED.search(said)]
    if not refused and asks_again:
        refused = [said for said, tone in new if tone in ("error", "red") or _COMPLAINS.search(said)]
        refused += [e.said or f"an error at {e.label}" for e in after.form_errors if e.kind == "held" or e.said]
    if not refused and (asks_again or _is_still_there(before, after)):
        refused = [line for line in changes(before, after).appeared if _REFUSED.search(line)]
    if refused:
        return shortened(refused[0], _QUOTED)
    if after.fresh and after.status is not None and after.status >= LOWEST_ERROR and after.status not in expected:
        return f"answered {after.status}"
    return None


def _new_messages(before: Observation, after: Observation) -> Iterator[tuple[str, str]]:
    """Yield the messages that the page did not have before, with their tones."""
    had = set() if after.fresh else {message.said for message in before.messages if not message.appeared}
    for message in after.messages:
        if message.tone != "success" and (message.appeared or message.said not in had):
            yield message.said, message.tone
    for error in after.form_errors:
        if error.kind in ("alert", "styled") and (after.fresh or error not in before.form_errors):
            yield error.said, "error"


def _asks_the_same(before: Observation, after: Observation) -> bool:
    """Tell whether a page asks for the same as before, whether or not its fields are switched off meanwhile."""
    part, was = part_to_log_in_on(after), part_to_log_in_on(before)
    if part is None or was is None:
        return False
    return fields_of(login_form(part)) == fields_of(login_form(was))


def _is_still_there(before: Observation, after: Observation) -> bool:
    """Tell whether a page without a form may be that of the login all the same: nothing says that somebody is in."""
    if way_out(after) is not None:
        return False
    return page_of(after.url) == page_of(before.url) or is_login_page(after.url)


def fields_of(form: LoginForm | None) -> tuple[bool, ...]:
    """Return which fields a form has: steps of a login differ in them."""
    return () if form is None else (form.identity is not None, form.password is not None, form.code is not None)
