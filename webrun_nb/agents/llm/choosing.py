"""The choices that an answer of a model rests on, as recordings hold them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from webrun_nb.agents.base import TaskSpec
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.page_lists import Listed
from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.agents.recording.choices import (
    Choice,
    Citation,
    Comparison,
    Conclusion,
    ElementsChoice,
    ListChoice,
    RowsChoice,
)
from webrun_nb.agents.recording.list_targets import describe_list
from webrun_nb.common.text import shortened
from webrun_nb.extraction.assignment.fields import Field
from webrun_nb.extraction.results import Row

_BECAUSE_CHARS = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of the rows that were read, with the choice that it rests on."""

    listed: Listed
    fields: Mapping[str, Field]
    """The field of the list that holds each column of the answer."""
    comparable: Mapping[str, Field]
    """The fields that rows can be chosen and ordered by, by name; empty for a further page."""
    elements: Mapping[str, int] = field(default_factory=dict)
    """The numbers of single elements that hold the columns of the answer; empty for those of a list."""
    step: int | None = None
    """The number of the recorded step in which the page was read; None if that is not recorded."""
    others: tuple[Listed, ...] = ()
    """All lists of the page."""
    is_screen: bool = False
    """True if it is a screen of a list that was scrolled, which may have rows of the screen before it."""


def because_of(brief: TaskSpec) -> str:
    """Return the part of the task that each step of a model serves: all of it, shortened."""
    return shortened(brief.instruction, _BECAUSE_CHARS)


def digests_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return a digest of the values of each row."""
    texts = (json.dumps(row.values, sort_keys=True, default=str) for row in rows)
    return tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)


def choice_of_rows(call: tools.Finish, rows: Sequence[Row]) -> RowsChoice:
    """Return the choice that a call makes among the rows that were read."""
    return RowsChoice(
        tuple(Comparison(each.column, each.is_, each.value) for each in call.where),
        call.order_by,
        call.descending,
        call.limit,
        None if call.rows is None else tuple(call.rows),
        () if call.rows is None else digests_of(rows),
    )


def call_for_rows(choice: RowsChoice) -> tools.Finish:
    """Return the call that makes a choice among the rows that were read."""
    return tools.Finish(
        where=[
            tools.Condition.model_validate({"column": each.column, "is": each.sign, "value": each.value})
            for each in choice.where
        ],
        order_by=choice.order_by,
        descending=choice.descending,
        limit=choice.limit,
        rows=None if choice.rows is None else list(choice.rows),
    )


def choices_of(
    brief: TaskSpec, view: PageView, readings: Sequence[Reading], cited: Mapping[int, str], conclusion: Conclusion
) -> tuple[Choice, ...]:
    """Return all choices of an answer, in the order of the steps in which their pages were seen.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    view : PageView
        The elements by their numbers.
    readings : sequence of Reading
        The parts of the rows that were read.
    cited : mapping of int to str
        What each cited element says, by its number.
    conclusion : RowsChoice or WordsChoice
        The choice that makes the answer of them.
    """
    because = because_of(brief)
    columns = {name.casefold() for reading in readings[:1] for name in reading.fields}
    further = {name.casefold(): name for name in _names_compared(conclusion) if name.casefold() not in columns}
    found = [*_of_readings(readings, view, because, further), *_of_citations(cited, view, because)]
    found.sort(key=lambda each: each.step or 0)
    last = found[-1].step if found else None
    return (*found, Choice(conclusion, because, last))


def _names_compared(conclusion: Conclusion) -> Iterator[str]:
    if isinstance(conclusion, RowsChoice):
        yield from (each.column for each in conclusion.where)
        if conclusion.order_by:
            yield conclusion.order_by


def _of_readings(
    readings: Sequence[Reading], view: PageView, because: str, further: Mapping[str, str]
) -> Iterator[Choice]:
    for place, reading in enumerate(readings):
        chosen: ListChoice | ElementsChoice
        if reading.elements:
            described = {name: view.description_of(number) for name, number in reading.elements.items()}
            chosen = ElementsChoice({name: each[0] for name, each in described.items() if each is not None})
        else:
            compared = {
                further[name.casefold()]: found
                for name, found in reading.comparable.items()
                if name.casefold() in further
            }
            chosen = describe_list(reading.listed, reading.fields, compared, reading.others)
            chosen = replace(chosen, adds=place > 0, is_screen=reading.is_screen)
        yield Choice(chosen, because, reading.step)


def _of_citations(cited: Mapping[int, str], view: PageView, because: str) -> Iterator[Choice]:
    for number, says in cited.items():
        described = view.description_of(number)
        if described is not None:
            element, step = described
            yield Choice(Citation(element, says), because, step)
