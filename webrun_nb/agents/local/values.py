"""The values of steps that the page has to give: "the third word in the paragraph", "the value of Country", "it"."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Finish, Reply, Step
from webrun_nb.agents.local.language.intents import Extract, Like, Result, Target, Value, ValueOf
from webrun_nb.agents.local.skills.solving import solution_on
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

ReadValue = Callable[[Extract], Work[Finish]]
"""Reads a value with the extraction engine."""

_PARTS = {
    "word": r"\S+", "line": r"[^\n]+", "sentence": r"[^.!?]+[.!?]*", "letter": r"\S", "number": r"[-+]?\d[\d.,]*",
}  # fmt: skip
"""The pattern of each unit of a text."""


@dataclass(slots=True)
class Kept:
    """The texts that a task has read and worked out so far."""

    copied: str | None = None
    answer: str | None = None
    texts: list[str] = field(default_factory=list)
    """All of it, the last one last."""

    rows: int | None = None
    """The number of rows that were read last; None where they are not known."""

    def keep(self, text: str, *, is_copy: bool = False) -> None:
        """Keep a text as the answer, and as what was copied."""
        self.answer = text
        self.copied = text if is_copy else self.copied
        self.texts.append(text)


def text_of(task: Task, value: Value, sentence: str, kept: Kept, read: ReadValue) -> Work[str]:
    """Return the text of a value.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page does not have it; `AGENT_ERROR`: nothing was worked out or copied before.
    """
    match value:
        case str():
            return value
        case Result(kind="count") if kept.rows is not None:
            return str(kept.rows)
        case Result(kind="count", target=target):
            return str(len((yield from task.matching(target))))
        case Result(words=words, kind=kind):
            said = kept.copied if kind == "copied" else kept.answer
            if said is None and kind == "answer":  # "type the answer": of the problem that the page states
                said = solution_on((yield from task.look()))
            if said is None:
                raise AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": no step before it gives {words}.')
            return said
        case ValueOf():
            return (yield from _shown(task, value, sentence, read))
        case Like(words=words):
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{sentence}": "{words}" says what the value is like; only a field with suggestions offers such ones.',
            )


def _shown(task: Task, value: ValueOf, sentence: str, read: ReadValue) -> Work[str]:
    """Read a value from the page, or a part of it."""
    target = value.target
    if target.near and not target.words and target.role in ("number", "text", ""):
        labelled = yield from task.labelled(target.near)
        if len(labelled) == 1:
            return _part(labelled[0], value, sentence)
        named = Extract(sentence, wishes=(target.near,), one=True)
        text = (yield from read(named)).text.strip()
        return _part(text, value, sentence)
    is_part = target.superlative is None and target.ordinal is None
    if target.within is not None and is_part and not target.words and target.role in ("text", "number", ""):
        target = replace(target.within, qualities=(*target.within.qualities, *target.qualities))
    elements = yield from task.matching(target, texts=True)
    seen = yield from task.look()
    texts = [text for element in elements if (text := shown_text(element))]
    if len(set(texts)) != 1 and target == Target(role=target.role) and target.role in ("text", "number", "paragraph"):
        texts = list(main_texts(seen, task.brief.instruction)[:1])
    if len(set(texts)) != 1:
        shown = "; ".join(dict.fromkeys(texts)) if texts else "none"
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{sentence}": the page does not say which text is "{value.words}" ({shown[:200]}).',
        )
    return _part(texts[0], value, sentence)


def _part(text: str, value: ValueOf, sentence: str) -> str:
    """Take the part of a text that the unit and the ordinal of a value say."""
    if not value.unit:
        return text
    parts: list[str] = [part.strip() for part in re.findall(_PARTS[value.unit], text)]
    parts = [re.sub(r"^[^\w]+|[^\w]+$", "", part) if value.unit == "word" else part for part in parts]
    number = value.ordinal if value.ordinal is not None else 1 if len(parts) == 1 else 0
    at = number - 1 if number > 0 else number
    if number == 0 and value.unit in ("word", "line", "sentence"):
        return text
    if number == 0 or not -len(parts) <= at < len(parts):
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{sentence}": the text has {len(parts)} {value.unit}s, and "{value.words}" names none of them.',
        )
    return parts[at]


def shown_text(element: Element) -> str:
    """Return what an element shows: the value of a field, the text of anything else."""
    if element.tag in ("input", "textarea", "select"):
        return element.value
    return element.value or element.text or element.name


def first_text(element: Element, seen: Observation) -> str:
    """Return the first text in an element, which is what a row or an entry is called; its own where it has no parts."""
    within = f"{element.path} > "
    parts = [part for part in (*seen.texts, *seen.elements) if part.frame == element.frame]
    inside = [part for part in parts if part.path.startswith(within)]
    named = next((text for part in inside if (text := shown_text(part).strip()) and part.checked is None), "")
    own = element.name if element.checked is not None else shown_text(element)
    return named or own or element.name


def main_texts(seen: Observation, instruction: str = "") -> Sequence[str]:
    """Return the texts of a page's body, the longest first; single letters put together.

    Labels are left out, and what stands beside one: that is the value of something.

    Parameters
    ----------
    instruction : str
        A text that is left out, as it only repeats what is asked for.
    """
    labelled = {
        value.ref
        for label, value in pairwise(sorted(seen.texts, key=lambda text: text.order))
        if label.group == value.group and (label.role == "label" or shown_text(label).endswith(":"))
    }
    texts = [
        text
        for text in seen.texts
        if text.role in ("paragraph", "text", "img") and not text.region and text.ref not in labelled
    ]
    letters: dict[str, list[str]] = {}
    for text in texts:
        if len(shown_text(text)) == 1:
            letters.setdefault(text.path.rpartition(" > ")[0], []).append(shown_text(text))
    spelt = ["".join(each) for each in letters.values() if len(each) > 1]
    written = [shown_text(text) for text in texts if len(shown_text(text)) > 1 and not shown_text(text).endswith(":")]
    said = " ".join(instruction.split()).casefold()
    return spelt or sorted((t for t in written if " ".join(t.split()).casefold() != said), key=len, reverse=True)
