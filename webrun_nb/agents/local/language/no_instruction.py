"""Texts that no steps are read from: essays, other languages, verbs alone, and what is not to be done. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.local.language.intents import (
    Choose,
    ClickOn,
    Either,
    Extract,
    Fill,
    FillForm,
    Intent,
    Open,
    SetChecked,
    SortBy,
    Tell,
    Unclear,
)
from webrun_nb.agents.local.language.split import Held
from webrun_nb.agents.local.language.vocabulary import tables

MOST_CLAUSES = 60
"""The most clauses of one instruction: more are an essay, which would take seconds to be read."""
OTHER_LANGUAGE = "I follow English sentences only"
_WORDS_OF_OTHER_LANGUAGES = frozenset({
    *("der", "und", "auf", "den", "dem", "eine", "einen", "mit", "nicht", "von", "zum", "bitte"),
    *("le", "les", "et", "sur", "des", "une", "du", "dans", "pas", "puis", "el", "los", "las"),
    *("una", "con", "por", "del", "haz", "para", "il", "gli", "nel", "della", "sul", "um", "uma", "het", "een", "van"),
    *("och", "att", "ett", "się"),
})  # fmt: skip
"""Words that join others in languages of Europe, and are no English ones."""
_LEAST_OF_THEM = 2
_WITH_OBJECT = frozenset({
    "CLICK", "DOUBLE_CLICK", "RIGHT_CLICK", "MIDDLE_CLICK", "PRESS", "TYPE", "FILL", "SET", "CHOOSE", "CHECK",
    "UNCHECK", "EXPAND", "COLLAPSE", "OPEN", "HOVER", "DRAG", "HIGHLIGHT", "MARK", "FIND",
})  # fmt: skip
"""Verbs of the vocabulary that say nothing without the thing that they are about."""
_NEGATIVE = re.compile(r"(?:do\s+not|don['’]?t|never|avoid)\s+(?P<rest>\S.*)$", re.I | re.S)


_FORBIDS = re.compile(
    r"(?:please\s+)?(?:do\s+not|don['’]?t|never)\s+(?P<act>(?:submit|send|save|log\s*in|sign\s*in|sign\s+up|click|press|buy|order"
    r"|delete|remove|pay|register|check\s*out|download|upload)\b.*)$",
    re.I | re.S,
)
_DOES_AS_SAID = (Choose, ClickOn, Extract, Fill, FillForm, Open, SetChecked, SortBy, Tell)
"""Steps that do no more than they say."""
_JOINING = frozenset({"the", "a", "an", "it", "in", "on", "to", "of", "or", "and", "yet", "any", "anything"})


def problem_of_all(clauses: Sequence[str]) -> str:
    """Return why an instruction is not read at all; empty if it is."""
    if len(clauses) <= MOST_CLAUSES:
        return ""
    return f"The text has {len(clauses)} sentences; I follow at most {MOST_CLAUSES} at a time, one step each"


def problem_of(clause: str) -> str:
    """Return why a clause is not read by the grammar; empty if nothing is known to be wrong with it.

    >>> problem_of("tick")
    'It does not say what to tick'
    """
    words = " ".join(clause.lower().split()).strip(" .!?")
    if words in _verbs_with_object():
        return f"It does not say what to {words}"
    if said := _NEGATIVE.match(clause):
        return f"It says only what is not to be done ({said['rest'][:60]}), and I do nothing that no sentence asks for"
    return ""


def without_prohibitions(steps: Sequence[Intent]) -> list[Intent]:
    """Leave out what is only forbidden ("do not submit") beside steps of which none does it by itself.

    It is kept, and asked about, where another sentence speaks of the same, and where a step may do more than it says:
    adding an entry saves it.
    """
    forbidden = [step for step in steps if isinstance(step, Unclear) and _FORBIDS.match(step.sentence)]
    others = [step for step in steps if step not in forbidden]
    said = {word for step in others for word in re.findall(r"\w+", step.sentence.lower())}
    kept = {
        at
        for at, step in enumerate(steps)
        if step not in forbidden or said & set(re.findall(r"\w+", _act(step.sentence))) - _JOINING
    }
    read = [each for step in others for each in (step.readings if isinstance(step, Either) else (step,))]
    if not read or not all(isinstance(step, _DOES_AS_SAID) for step in read):
        return list(steps)
    return [step for at, step in enumerate(steps) if at in kept]


def _act(sentence: str) -> str:
    said = _FORBIDS.match(sentence)
    return said["act"].lower() if said else ""


def is_in_another_language(clause: str) -> bool:
    """Tell whether a clause whose verb is not known is no English: by its script, or by the words that join others."""
    text = Held(clause).text
    letters = [char for char in text[:500] if char.isalpha() and not "\ue000" <= char <= "\uf8ff"]
    if letters and sum(char > "\u024f" for char in letters) > len(letters) / 2:
        return True
    words = re.findall(r"[^\W\d_]+", text.lower()[:2000])
    return len(_WORDS_OF_OTHER_LANGUAGES.intersection(words)) >= _LEAST_OF_THEM


def _verbs_with_object() -> frozenset[str]:
    return frozenset(word for name in _WITH_OBJECT for word in tables()["verbs"][name])
