"""Texts of the local agent about elements and pages, and its reading of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from webrun_nb.agents.base import AgentError, Finish, Refused, Step, TaskSpec
from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.choosing import Matches
from webrun_nb.agents.local.matching.wording import describe
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

VALUES_BY_SCHEMA = (
    "The text asks for no values, but the schema does: they are read from the page as it is after the last step."
)
NO_PAGE = 'No page is open: give its address as startingUrl, or begin with "go to https://…".'


def chosen(answer: str, elements: Sequence[Element]) -> Element | None:
    """Find the element an answer names, by its number or by words that only it has."""
    text = answer.strip().strip(".)").casefold()
    if match := re.fullmatch(r"(?:number\s+|no\.?\s*|#)?(\d{1,2})(?:\.\s.*|st|nd|rd|th)?", text):
        position = int(match[1]) - 1
        return elements[position] if 0 <= position < len(elements) else None
    ordinals = ("first", "second", "third", "fourth", "fifth")
    if (word := re.sub(r"^the\s+|\s+one$", "", text)) in ordinals and ordinals.index(word) < len(elements):
        return elements[ordinals.index(word)]
    said = set(re.findall(r"\w+", text)) - _SAYS_NOTHING
    for shown in (lambda e: e.name, describe, lambda e: f"{describe(e)} {e.href or ''}"):  # its own words count first
        texts = [shown(element).casefold() for element in elements]
        for fits in (
            [e for e, words in zip(elements, texts, strict=True) if text and text in words],
            [e for e, words in zip(elements, texts, strict=True) if said and said <= set(re.findall(r"\w+", words))],
        ):
            if len(fits) == 1:
                return fits[0]
    return None


def named_choice(answer: str, choices: Sequence[str]) -> int | None:
    """Return the position of the choice that an answer names, by its number or by words that only it has."""
    text = answer.strip().strip(".)").casefold()
    if match := re.fullmatch(r"(?:number\s+|no\.?\s*|#)?(\d{1,2})(?:\.\s.*)?", text):
        position = int(match[1]) - 1
        return position if 0 <= position < len(choices) else None
    said = set(re.findall(r"\w+", text)) - _SAYS_NOTHING
    fitting = [i for i, words in enumerate(choices) if said and said <= set(re.findall(r"\w+", words.casefold()))]
    return fitting[0] if len(fitting) == 1 else None


_SAYS_NOTHING = frozenset({"the", "one", "that", "this", "with", "please", "a", "an", "i", "mean", "want", "on", "of"})
"""Words around the one that tells the candidates apart: "the left one, please"."""


def blocked(because: str, refused: Refused) -> AgentError:
    """Return the error of a task that a policy leaves no way to do."""
    return AgentError(TaskFailureCode.BLOCKED_BY_POLICY, f'"{because}" is not allowed here: {refused.reason}')


def option_of(element: Element, words: str) -> str | None:
    """Find the one option of a list that words name: the same, or the only one that has them."""
    wanted = words.casefold()
    exact = [o for o in element.options if o.casefold() == wanted]
    loose = exact or [o for o in element.options if wanted in o.casefold()]
    return loose[0] if exact or len(loose) == 1 else None


def called(element: Element) -> str:
    """Name an element as its page does."""
    return element.label or element.name or element.placeholder or element.hint or element.role


def not_found(sentence: str, target: Target, found: Matches, seen: Observation | None) -> AgentError:
    """Return the error of a step whose element is not there, with what comes near."""
    near = f" Nearest: {'; '.join(found.near_misses)}." if found.near_misses else ""
    what = "" if not seen or found.near_misses else f" The page has {len(seen.elements)} elements to act on."
    if _HOST.fullmatch(target.words) and _GOES_TO.match(sentence):
        near, what = f" An address begins with its scheme: https://{target.words}", ""
    return AgentError(
        TaskFailureCode.ELEMENT_NOT_FOUND,
        f'"{sentence}": there is no {target} on {_page_name(seen)}{_because(found)}.{near}{what}',
        {"sentence": sentence, "candidates": list(found.near_misses)},
    )


DEFECT = "A defect of the local agent ended the task"
"""The beginning of the line that `defect` returns."""


def defect(sentence: str) -> str:
    """Return the line for a task that ends by a defect of the agent at a sentence (empty where none was begun)."""
    at = f' at "{shortened(sentence, 200)}"' if sentence else ""
    return f"{DEFECT}{at}; the emulator's log has the details. Say it in other words."


def _because(found: Matches) -> str:
    """Return the reason, where it says more than that nothing is called so."""
    return f": {found.explanation}" if found.explanation and not found.explanation.startswith("nothing is") else ""


_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?", re.IGNORECASE)
"""An address without its scheme: `www.example.com/prices`."""
_GOES_TO = re.compile(r"\s*(?:go to|visit|navigate to|open)\s+(?:the\s+)?(?:www\.|\S+\s*$)", re.IGNORECASE)
_ERROR_PAGE = "chrome-error:"


def _page_name(seen: Observation | None) -> str:
    """Return what a sentence calls the page that is open."""
    if seen is None:
        return "the page"
    if seen.url.startswith(_ERROR_PAGE):
        return "the browser's error page: the last page did not open"
    return seen.title or seen.url


def written(step: Step, brief: TaskSpec) -> str:
    """Write what a model would have written for a step; the answer in the one form that was asked for."""
    if isinstance(step, Finish):
        return step.text if brief.output_type == "text" else json.dumps(step.data, default=str)
    return repr(step)


def rendered(seen: Observation) -> str:
    """Write the page as a model would be shown it; only its length counts here."""
    lines = [f"[{e.ref}] {e.role} {e.name} {e.value}" for e in seen.elements]
    return "\n".join([seen.title, seen.url, *lines, seen.text])
