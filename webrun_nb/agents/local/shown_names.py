"""Names that the page shows and a sentence repeats without quotes: "the speaker of Maps for the underground". Pure."""

from __future__ import annotations

import re

from webrun_nb.agents.local.language.intents import Extract, Intent, Unclear
from webrun_nb.agents.local.language.parse import parse_clause
from webrun_nb.agents.local.language.split import Held
from webrun_nb.browsers.observation import Observation

_LEAST_WORDS = 3
_MOST_CHARS = 120
_MOST_NAMES = 5_000


def with_shown_name(intent: Intent, seen: Observation) -> Intent:
    """Read a sentence again with the name quoted that the page shows in the same words.

    Only a sentence that was not understood, or that was read with conditions, is: its words may be those of a name.

    Parameters
    ----------
    intent : Intent
        The step as it was read without the page.
    seen : Observation
        The page.

    Returns
    -------
    Intent
        The step with the name; `intent` itself where the page shows no such name, or the sentence with it makes none.
    """
    if not needs_names(intent):
        return intent
    name = _longest_in(intent.sentence, seen)
    if not name:
        return intent
    read = parse_clause(intent.sentence.replace(name, f'"{name}"', 1))
    return intent if isinstance(read, Unclear) else read


def needs_names(intent: Intent) -> bool:
    """Tell whether a name of the page may be what a step was not understood for."""
    if ";" in intent.sentence:  # two sentences that were put together: their parts can not be told apart again
        return False
    if isinstance(intent, Extract):
        return bool(intent.constraints or intent.leftover or intent.selectors)
    return isinstance(intent, Unclear) and not intent.problem


def _longest_in(sentence: str, seen: Observation) -> str:
    """Return the longest name of several words that the page shows and the sentence says, letter by letter."""
    said = Held(sentence).text
    found = ""
    for thing in (*seen.elements, *seen.texts)[:_MOST_NAMES]:
        for name in (thing.name.strip(), thing.text.strip()):
            if len(found) < len(name) <= _MOST_CHARS and name in said and _is_name(name, said):
                found = name
    return found


def _is_name(name: str, said: str) -> bool:
    is_whole = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) is not None
    return is_whole and name[:1].isupper() and len(name.split()) >= _LEAST_WORDS and '"' not in name
