"""The steps that a task's text and schema ask for: the agent follows them, a dry run shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webrun_nb.agents.base import Unused
from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.computing import refused_computing
from webrun_nb.agents.local.language.intents import Back, ClickOn, Extract, Intent, LogIn, Open, SearchFor, Unclear
from webrun_nb.agents.local.language.left_out import left_out
from webrun_nb.agents.local.language.words import step_words, unclear
from webrun_nb.agents.local.lists.pairing import paired
from webrun_nb.agents.local.unused import NO_COLUMN, ONE_LIST, unused
from webrun_nb.extraction.schema import Shape


@dataclass(frozen=True, slots=True)
class Intended:
    """Steps, and whether the schema alone asks for the values."""

    steps: tuple[Intent, ...]
    values_by_schema: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview that a dry run shows.

    `steps` are in words, `problems` say what is not understood or refused, in the words of a run, and `unused` is what
    of the text no step would follow whatever the page is.
    """

    steps: tuple[str, ...]
    problems: tuple[str, ...]
    unused: tuple[Unused, ...] = ()


def intended(instruction: str, shape: Shape | None, *, has_page: bool) -> Intended:
    """Read an instruction as steps.

    A sentence that only acts and a schema that names columns ask for those columns of the page as it is afterwards.
    Without columns (`-o` alone) they do so where the last step leads somewhere; a click alone asks for no values.

    Parameters
    ----------
    shape : Shape or None
        The form of the answer; None for text.
    has_page : bool
        Whether a page is open to begin with.
    """
    steps, said = plan(instruction), instruction.strip()
    if not steps and (said or not (shape and has_page)):  # "hello" asks for no rows
        steps = [Unclear(said or "(nothing)")]
    if shape is None or any(isinstance(step, Extract) for step in steps):
        return Intended(tuple(steps))
    last = steps[-1] if steps else None
    leads = isinstance(last, Open | SearchFor | Back | LogIn | None) or (isinstance(last, ClickOn) and last.navigates)
    if not (shape.columns or leads or isinstance(last, Unclear)):
        return Intended(tuple(steps))
    return Intended((*steps, Extract(said, one=not shape.many)), values_by_schema=bool(said))


def preview(instruction: str, shape: Shape | None, *, has_page: bool) -> Preview:
    """Say what would be done, without doing it."""
    meant = intended(instruction, shape, has_page=has_page)
    columns = tuple(column.name for column in shape.columns) if shape else ()
    shown = meant.steps[:-1] if meant.values_by_schema else meant.steps
    words = [step_words(step, columns) for step in shown]
    problems = [
        unclear(step.sentence, step.understood, step.problem) for step in meant.steps if isinstance(step, Unclear)
    ]
    problems += [why for step in meant.steps if isinstance(step, Extract) and (why := refused_computing(step))]
    if meant.values_by_schema and not problems:
        words.append(f"{step_words(meant.steps[-1], columns)}: the schema asks for it, and no sentence does")
    return Preview(tuple(words), tuple(problems), tuple(_unused(instruction, meant.steps, shape)))


def _unused(instruction: str, steps: Sequence[Intent], shape: Shape | None) -> Iterator[Unused]:
    """Tell what of the text is not used whatever the page is."""
    lists = [step for step in steps if isinstance(step, Extract)]
    for step in steps:
        for part, why in left_out(step).items():
            yield unused(instruction, step.sentence, part, why)
        if not isinstance(step, Extract) or shape is None:
            continue
        if step is not lists[-1]:
            yield unused(instruction, step.sentence, step.sentence, ONE_LIST)
        elif shape.columns and not step.count:
            for wish in paired([column.name for column in shape.columns], step.wishes)[1]:
                yield unused(instruction, step.sentence, wish, NO_COLUMN)
