"""Extracts what one sentence of a task asks for.

The extraction engine finds the lists and records of a page and reads their values; here it is decided which of them a
sentence means.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Finish, Reply, Step
from webrun_nb.agents.local.extracting.many_rows import ManyRows
from webrun_nb.agents.local.extracting.one_record import OneRecord
from webrun_nb.agents.local.extracting.page_lists import PageLists
from webrun_nb.agents.local.extracting.questions import Questions
from webrun_nb.agents.local.language.computing import refused_computing
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.rows import UntiedError
from webrun_nb.agents.local.unused import NO_COLUMN, unused
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.schema import Shape

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_MOST_ANSWERS = 4


class Collector:
    """One extraction of a task.

    Parameters
    ----------
    task : Task
        The task.
    wanted : Extract
        What the sentence asks for.
    shape : Shape, optional
        The form of the answer, where the task has a schema.
    """

    def __init__(self, task: Task, wanted: Extract, shape: Shape | None) -> None:
        self._lists = PageLists(task, wanted, shape)
        self._questions = Questions(self._lists)
        self._one = OneRecord(self._lists, self._questions)
        self._many = ManyRows(self._lists, self._questions)

    def collect(self) -> Work[Finish]:
        """Extract; a condition that no column answers to is asked about, and the answer tried in its place."""
        if why := refused_computing(self._lists.wanted):
            raise AgentError(TaskFailureCode.AGENT_ERROR, why)
        for _ in range(_MOST_ANSWERS):
            try:
                return self._told((yield from self._found()))
            except UntiedError as error:
                yield from self._questions.ask_about(error.words)
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{self._lists.wanted.sentence}": no column of the page matches it, even after several answers.',
        )

    def _found(self) -> Work[Finish]:
        """Extract; once more where the page has nothing of it yet, and changes."""
        for is_last in (False, True):
            self._many.not_used, self._many.left_out = {}, []
            finish: Finish | None = None
            try:
                while finish is None:  # the page can say that one record is meant instead of many rows, or many of one
                    finish = yield from (self._one if self._lists.is_one_record() else self._many).answer()
                return finish
            except AgentError as error:
                is_missing = error.code == TaskFailureCode.ELEMENT_NOT_FOUND and not self._many.waited
                if is_last or not is_missing or not (yield from self._lists.task.late_content()):
                    raise
        raise AssertionError("the last turn returns or raises")

    def _told(self, finish: Finish) -> Finish:
        """Say with the answer which parts of the sentence it does not follow."""
        not_used = self._many.not_used
        if self._lists.has_columns():
            not_used |= dict.fromkeys(self._lists.unpaired, NO_COLUMN)
        said, instruction = self._lists.wanted.sentence, self._lists.task.brief.instruction
        parts = [unused(instruction, said, text, why) for text, why in not_used.items()]
        return replace(finish, unused=(*parts, *self._many.left_out))
