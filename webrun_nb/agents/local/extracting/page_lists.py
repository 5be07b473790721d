"""The lists of a page as one sentence asks for them: which there are, how they are read, what a person chose."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.examples import list_examples
from webrun_nb.agents.local.extracting.answers import Answers
from webrun_nb.agents.local.extracting.reading import Reader, Reading
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.fields_shown import candidate_shown, field_names
from webrun_nb.agents.local.lists.headings import of_places
from webrun_nb.agents.local.lists.pairing import paired
from webrun_nb.agents.local.lists.rows import UntiedError, arrange, keep
from webrun_nb.agents.local.lists.selecting import called, numbered, said_words, says
from webrun_nb.agents.local.lists.view import Row, View, best_first, joined_views, views_of
from webrun_nb.agents.local.lists.wishes import columns_wished
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.engine import PageSources
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_PAGES_WITHOUT_RECORDS = (Problem.EMPTY_PAGE, Problem.PICTURE_PAGE, Problem.LOGIN_PAGE, Problem.ERROR_PAGE)


class PageLists:
    """The lists of the pages of one extraction, and what is known of them.

    Parameters
    ----------
    task : Task
        The task that the extraction is part of.
    wanted : Extract
        What the sentence asks for; replaced where a person or the page says that it means something else.
    shape : Shape, optional
        The form of the answer, where the task has a schema.
    """

    def __init__(self, task: Task, wanted: Extract, shape: Shape | None) -> None:
        self.task = task
        self.wanted = wanted
        self.shape = shape
        self.page: Snapshot | None = None
        """The page that is read."""
        self.page_words = ""
        self.seen: View | None = None
        """The list or record of the page that fits best, for questions about it."""
        self.candidates: Sequence[View] = ()
        """The page's lists, where none is called as the sentence says."""
        self.chosen: dict[str, str] = {}
        """The label of the field that a person chose for a column."""
        self.chosen_list: frozenset[int] = frozenset()
        """The identities of the elements of the list that a person chose."""
        self.start = ""
        """The URL at which the list begins."""
        self.first: tuple[Snapshot, Source] | None = None
        """The first page of the list that is gone through, and the list on it."""
        self.last: Reading | None = None
        """The list that was read last."""
        self.problem: Problem | None = None
        """The reason why the page has nothing to extract."""
        self.unpaired: tuple[str, ...] = ()
        """Words for columns that the answer has none for."""
        self._sources = PageSources()
        self.shown_on = self._sources.shown_on
        """Returns the tables, lists and records that a page shows; each page is searched once."""
        self._views_by_page: dict[int, list[View]] = {}
        self._joined_by_page: dict[int, list[View]] = {}

    @property
    def found(self) -> Sequence[View]:
        """The page's lists, tables with the same headings as one, the best one first."""
        return () if self.page is None else self.joined_views(self.page)

    def views(self, page: Snapshot) -> list[View]:
        """Return the lists of a page, each by itself, in its order."""
        key = id(page)
        if key not in self._views_by_page:
            self._views_by_page[key] = views_of(page, self._sources.shown_on(page))
        return self._views_by_page[key]

    def joined_views(self, page: Snapshot) -> list[View]:
        """Return the lists of a page, tables with the same headings as one, the best one first."""
        if id(page) not in self._joined_by_page:
            self._joined_by_page[id(page)] = best_first(joined_views(page, self.views(page)))
        return self._joined_by_page[id(page)]

    def with_record(self, page: Snapshot) -> list[View]:
        """Return the lists of the page that is read, and the record of a page where it has one."""
        record = self.reader().of_record(page).view
        return [*self.found, *([record] if record is not None else [])]

    # --- reading ------------------------------------------------------------------------------------------------------

    def wishes(self) -> dict[str, str]:
        """Return the columns that are asked for, each with the sentence's words for it."""
        if self.shape is not None and self.shape.columns:
            pairs, self.unpaired = paired([each.name for each in self.shape.columns], self.wanted.wishes)
            return pairs
        return columns_wished(self.wanted)

    def reader(self, *, with_name: bool | None = None) -> Reader:
        """Return a reader for the sentence; `with_name` says whether a name is read beside what is asked for."""
        wishes = self.wishes()
        if not self.has_columns() and with_name is not None:
            wishes = {name: wish for name, wish in wishes.items() if wish or name != "name"}
            wishes = {"name": "", **wishes} if with_name else wishes
        return Reader(self.wanted, self.shape, wishes, self.chosen, self._sources)

    def read_list(self, pages: Sequence[Snapshot], *, screens: bool = False, with_name: bool | None = None) -> Reading:
        """Read a list; of the first page only one that the sentence names, where it names one.

        Raises
        ------
        UntiedError
            No list is called as the sentence says, and neither is the page.
        AgentError
            `ELEMENT_NOT_FOUND`: the page has not so many tables or lists.
        """
        reader = self.reader(with_name=with_name)
        like = None if self.first is None or pages[0] is self.first[0] else self.first[1]
        reading = reader.of_list(pages, is_meant=self._meant_on(pages[0]), screens=screens, like=like)
        if not reader.shape.columns and reading.extraction.problem is Problem.SEVERAL_SOURCES:
            # Where no columns are asked for, the list that says most is taken, and the others are named.
            view = next((each for each in self.joined_views(pages[0]) if self.has_rows(each)), None)
            if view is not None:
                is_meant = partial(is_at, view.nodes)
                reading = reader.of_list(pages, is_meant=is_meant, screens=screens)
        self.last = reading
        return reading

    def _meant_on(self, page: Snapshot) -> Callable[[Source], bool] | None:
        wanted, found = self.wanted, self.views(page)
        if any(view.nodes & self.chosen_list for view in found):
            return partial(is_at, self.chosen_list)
        if wanted.place_ordinal is not None:
            views = numbered(found, wanted.place, wanted.place_ordinal, wanted.sentence)
        elif place := said_words(wanted.place):
            views = called(found, place)
            if not views and self.first is not None and page is not self.first[0]:
                return None  # a further page of the list, which need not repeat its name
            if found and not views and not says(self.page_words, place):
                self.candidates, self.seen = found, found[0]
                raise UntiedError(wanted.place)
        else:
            return None
        return partial(is_at, frozenset[int]().union(*(view.nodes for view in views or found)))

    def best(self, page: Snapshot) -> Reading | None:
        """Return what a page has of the sentence; None where it has nothing."""
        reading = self.read_list([page])
        if reading.view is None and self.wanted.with_name and not self.has_columns():
            reading = self.read_list([page], with_name=False)
        self.problem = reading.extraction.problem
        if reading.view is None:
            is_asked = any(not question.column for question in reading.extraction.questions)
            return reading if is_asked else None
        return reading if reading.covered else None

    # --- rows ---------------------------------------------------------------------------------------------------------

    def kept(self, view: View, rows: list[Row]) -> list[Row]:
        """Return the rows that the conditions of the sentence keep."""
        rows, conditions = of_places(view, rows, self.wanted.constraints, self.page_words)
        return keep(view, rows, conditions).rows

    def has_rows(self, view: View) -> bool:
        """Tell whether another list has rows that the conditions keep, and what the order compares."""
        try:
            return bool(arrange(view, self.kept(view, view.rows), self.wanted.order))
        except (AgentError, UntiedError):  # nothing of it can be compared
            return False

    # --- the form of the answer ---------------------------------------------------------------------------------------

    def is_one_record(self) -> bool:
        """Tell whether the page's own record is asked for, and not a row or the number of them."""
        one = self.wanted.one or (self.shape is not None and not self.shape.many)
        return one and not (self.wanted.count or self.wanted.compute) and self.wanted.row is None

    def has_columns(self) -> bool:
        """Tell whether a schema names the columns of the answer."""
        return self.shape is not None and bool(self.shape.columns)

    def answers(self) -> Answers:
        """Return the writer of answers to the sentence as it is understood by now."""
        return Answers(self.wanted, self.shape)

    def nothing(self, reading: Reading, unmet: Sequence[str] = ()) -> AgentError:
        """Return the error of a page that has nothing of what is asked for: what it is, and what comes nearest."""
        columns = unmet or tuple(each.name for each in self.reader().shape.columns)
        names = f"values for {', '.join(columns)}" if columns else "records"
        if len(columns) > 1 and not unmet:  # the page may have some of them
            names = f"list or record with enough of the columns {', '.join(columns)}"
        has_columns = self.has_columns()
        code: TaskFailureCode = (
            TaskFailureCode.OUTPUT_SCHEMA_MISMATCH if has_columns else TaskFailureCode.ELEMENT_NOT_FOUND
        )
        view = reading.view or next(iter(self.found), None)
        shown = field_names(view) if view is not None else []
        has = f" The page shows: {', '.join(shown)}." if shown else ""
        if self.problem in _PAGES_WITHOUT_RECORDS:
            has = f" It has nothing to extract: {self.problem.explanation}."
        nearest = [
            f'"{name}": {candidate_shown(found[0])}'
            for name, found in reading.extraction.nearest.items()
            if found and name in columns
        ]
        has += f" Nearest to {'; '.join(nearest)}." if nearest else ""
        works = f" {self.sentences_that_work()}" if not has_columns else ""
        said = f'"{self.wanted.sentence}": I found no {names} on this page.{has}{works}'
        return AgentError(code, said.rstrip())

    def sentences_that_work(self) -> str:
        """Give a sentence that works on the page's list, for an error; empty where it has no named columns."""
        examples = list_examples(self.found)
        return f"A sentence that works here: `{examples[0]}`." if examples else ""


def list_of(reading: Reading) -> View:
    """Return the list of a reading that has one."""
    if reading.view is None:
        raise AssertionError("the list was found before")
    return reading.view


def name_of(view: View) -> str:
    """Return what the engine calls a list in a question."""
    return view.title or f"{view.source.kind} {view.source.number}"


def is_at(nodes: frozenset[int], source: Source) -> bool:
    """Tell whether a list of the page is one of those at some elements, given by their identities."""
    return id(source.node) in nodes
