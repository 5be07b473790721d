"""Describes steps in words, for a dry run, and a sentence that can't be followed, for a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.local.language import patterns
from webrun_nb.agents.local.language.intents import (
    Choose,
    ClickOn,
    Either,
    Extract,
    Fill,
    ForEach,
    If,
    Intent,
    NamedAction,
    Open,
    PressKey,
    Repeat,
    ScrollPage,
    SearchFor,
    SetChecked,
    Skip,
    SortBy,
    Unclear,
    Wait,
)  # fmt: skip
from webrun_nb.common.text import shortened

SHOWN_CHARS = 200
"""The most of a sentence that a question repeats."""
FORMS = ('click "…"', 'type "…" into the … field', "list the … with … and …", "go to https://…")
"""The forms of sentences that stand for examples where no page is open."""


_KNOWN_ORDERS = frozenset({*patterns.ASCENDING.values(), *patterns.DESCENDING.values(), "name"}) - {""}


def unclear(
    sentence: str,
    understood: str = "",
    problem: str = "",
    examples: Sequence[str] = (),
) -> str:
    """Say that a sentence was not understood, what was understood of it, and which sentences work.

    Parameters
    ----------
    problem : str
        What is wrong with the sentence, where it is something else.
    examples : sequence of str
        Sentences that work on the page at hand; without any, the message has the forms of sentences.
    """
    problem = problem or f"I did not understand {'all' if understood else 'any'} of this"
    known = f" I understood: {understood}." if understood else ""
    work = "Sentences that work here" if examples else "Forms of sentences that work"
    return f'{problem}: "{shortened(sentence, SHOWN_CHARS)}".{known} {work}: ' + "; ".join(
        f"`{each}`" for each in examples or FORMS
    )


def step_words(step: Intent, columns: Sequence[str] = ()) -> str:
    """Say in a few words how a step was understood; `columns` are those of the task's schema."""
    match step:
        case Open(url=url):
            return f"go to {url}"
        case ClickOn(target=target, manner=manner):
            return f"{manner} {target}"
        case Fill(text=text, target=target, submit=submit):
            return f'type "{text}" into {target}{" and press Enter" if submit else ""}'
        case Choose(option=option, target=target):
            return f'choose "{option}"{f" from {target}" if target.words or target.ordinal else ""}'
        case SetChecked(target=target, checked=checked):
            return f"{'tick' if checked else 'untick'} {target}"
        case PressKey(key=key):
            return f"press {key}"
        case SearchFor(query=query):
            return f'search for "{query}"'
        case Wait(text=text, duration_ms=duration_ms):
            return f'wait for "{text}"' if text else f"wait {duration_ms / 1000:g} s"
        case ScrollPage(screens=screens):
            return f"scroll {'up' if screens < 0 else 'down'}"
        case SortBy(order=order):
            return f"use the page's own sorting: {order.words}"
        case Unclear(sentence=sentence) | Skip(sentence=sentence):
            sentence = shortened(sentence, SHOWN_CHARS)
            return f'not understood: "{sentence}"'
        case Either(readings=readings):
            return step_words(readings[0], columns)
        case NamedAction(verb=verb, target=target):
            return f'use the control "{verb}" of the page for {target}'
        case If(premise=premise, then=then, otherwise=otherwise):
            first = f"if {premise.words}: {_all_words(then, columns)}"
            return f"{first}; otherwise {_all_words(otherwise, columns)}" if otherwise else first
        case Repeat(steps=steps, times=times, until=until):
            how = f"until {until.words}" if until else f"{times} times"
            return f"{_all_words(steps, columns)} {how}" if steps else f"wait {how}"
        case ForEach(target=target, steps=steps):
            return f"for each of {target}: {_all_words(steps, columns)}"
        case Extract():
            return _extract_words(step, columns)
        case _:
            return step.sentence


def _all_words(steps: Sequence[Intent], columns: Sequence[str]) -> str:
    return ", then ".join(step_words(step, columns) for step in steps) or "nothing"


def _cut(wish: str) -> tuple[str, tuple[str, ...]]:
    """Cut a wish before the phrases that may say which rows are meant: "prices on page 2"."""
    head, *phrases = [part.strip() for part in patterns.SELECTOR.split(wish) if part.strip()] or [wish]
    return (head, tuple(phrases)) if not re.match(r"(?:of|to|by|under)\b", " ".join(phrases), re.I) else (wish, ())


def _extract_words(step: Extract, columns: Sequence[str]) -> str:
    what = f'"{step.subject}"' if step.subject else "the page's own list" if not step.one else "the page's record"
    head = f"count {what}" if step.count else f"read {'one of ' if step.one and step.subject else ''}{what}"
    if step.compute:
        head = f"compute the {step.compute} of {step.wishes[0]} over {what}"
    parts = [head]
    names = list(dict.fromkeys([*columns, *(_cut(wish)[0] for wish in step.wishes)]))
    if names and not (step.count or step.compute):
        where = "" if set(names) == set(columns) else " (where the page has them)"
        parts.append(f"columns {', '.join(names)}{where}")
    parts += [f"only {c.words}" for c in step.constraints]
    if step.order:
        by = step.order.column or step.order.words
        where = "" if by in _KNOWN_ORDERS else f" (where the page has a column {by})"
        parts.append(f"by {by}, {'highest' if step.order.descending else 'lowest'} first{where}")
    if step.limit is not None:
        parts.append(f"the first {step.limit}" if step.limit > 1 else "the first one")
    if step.row is not None:
        parts.append("the last row alone" if step.row < 0 else f"row {step.row} alone")
    if step.place or step.place_ordinal:
        number = {None: "", -1: " the last"}.get(step.place_ordinal, f" number {step.place_ordinal}")
        named = f' called "{step.place}"' if step.place else ""
        parts.append(f"in the table or list{number}{named}")
    phrases = dict.fromkeys([*step.selectors, *(phrase for wish in step.wishes for phrase in _cut(wish)[1])])
    parts += [f'only "{phrase}", where the page says which these are' for phrase in phrases]
    if not step.one:
        parts.append("over all its pages" if step.all_pages and not step.place_ordinal else "on this page only")
    return ", ".join(parts)
