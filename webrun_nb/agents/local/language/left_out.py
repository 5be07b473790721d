"""Parts of a sentence that its reading leaves out whatever the page is. Pure."""

from __future__ import annotations

import re

from webrun_nb.agents.local.language.intents import Back, Intent, LogIn

_BACK = re.compile(r"(?:go|navigate)\s+back\b\s*(?P<rest>.*)$", re.I | re.S)
_ONE_PAGE_BACK = re.compile(
    r"(?:(?:by\s+)?(?:one|a)\s+(?:page|step)|once|again|please|to\s+(?:the|my)\s+(?:previous|last)\s+page)?\W*$", re.I
)
_LOGIN_AS = re.compile(r"\s(?P<rest>(?:as|with|using|through)\s+.+)$", re.I | re.S)
_OWN = re.compile(r"\b(?:secrets?|credentials|passwords?|account|login|saved|stored)\b", re.I)


def left_out(intent: Intent) -> dict[str, str]:
    """Return the parts of an intent's sentence that it does not follow, each with why.

    >>> left_out(Back("go back to the results"))
    {'to the results': 'going back opens the page before, whatever that is'}
    """
    match intent:
        case Back(sentence=sentence):
            said = _BACK.match(sentence)
            if said and not _ONE_PAGE_BACK.match(said["rest"]):
                return {said["rest"].strip(): "going back opens the page before, whatever that is"}
        case LogIn(sentence=sentence):
            said = _LOGIN_AS.search(sentence)
            if said and not _OWN.search(said["rest"]):
                return {said["rest"].strip(): "the login uses the session's secret for the host"}
        case _:
            pass
    return {}
