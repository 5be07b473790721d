"""The local agent's extractions: get to the page that lists the subject, go through its pages, select rows, answer.

The extraction engine finds the lists and records of a page and reads their values; here it is decided which of them a
sentence means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.arriving import Arrival
from webrun_nb.agents.base import AgentError, Finish, Provenance, Reply, Step, Unused
from webrun_nb.agents.evidence import PAGE_IS_CUT
from webrun_nb.agents.examples import list_examples
from webrun_nb.agents.list_answers import Answers
from webrun_nb.agents.list_pages.collect import CollectedPages, collect_list, sections_opened
from webrun_nb.agents.lists.alike import equals_of
from webrun_nb.agents.lists.computing import number_column, says_itself
from webrun_nb.agents.lists.fields_shown import candidate_shown, columns_meant, example_of, field_labels, field_names
from webrun_nb.agents.lists.headings import headings_of, in_places, list_shown, of_places, titled
from webrun_nb.agents.lists.named import is_called, names_shown, rows_called
from webrun_nb.agents.lists.names import tokens
from webrun_nb.agents.lists.pages import headings_on, lines_labelled, words_of
from webrun_nb.agents.lists.pairing import paired
from webrun_nb.agents.lists.rows import UntiedError, about, arrange, compared, keep, of_noun
from webrun_nb.agents.lists.selecting import called, list_names, numbered, said_words, says, under_headings, value_of
from webrun_nb.agents.lists.view import Row, View, best_first, joined_views, views_of
from webrun_nb.agents.lists.wishes import columns_wished, no_column
from webrun_nb.agents.planner.computing import refused_computing, without_computing
from webrun_nb.agents.planner.intents import Extract
from webrun_nb.agents.planner.patterns import SELECTOR
from webrun_nb.agents.reading import Reader, Reading
from webrun_nb.agents.selection import GENERIC, Selection
from webrun_nb.agents.unused import NO_COLUMN, unused
from webrun_nb.browsers.actions import Navigate, WaitFor
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.assign import Ambiguous, Candidate
from webrun_nb.extraction.engine import PageSources
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source

if TYPE_CHECKING:
    from webrun_nb.agents.local import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_SETTLE_MS = 1000
_MOST_ANSWERS = 4
_TITLES = frozenset({("title",), ("page", "title"), ("heading",), ("headline",), ("page", "heading")})
"""The words for a page's title."""
_MOST_LISTS = 20
"""Lists of a page in which the row that is called like the subject is looked for."""
_PAGES_WITHOUT_RECORDS = (Problem.EMPTY_PAGE, Problem.PICTURE_PAGE, Problem.LOGIN_PAGE, Problem.ERROR_PAGE)


class Collector:
    """One extraction of a task."""

    def __init__(self, task: Task, wanted: Extract, shape: Shape | None) -> None:
        self.task = task
        self.wanted = wanted
        self.shape = shape
        self._sources = PageSources()
        self._views_by_page: dict[int, list[View]] = {}
        self._joined_by_page: dict[int, list[View]] = {}
        self._chosen: dict[str, str] = {}
        """The label of the field that a person chose for a column."""
        self._chosen_list: frozenset[int] = frozenset()
        """The identities of the elements of the list that a person chose."""
        self._seen: View | None = None
        """The list or record of the page that fits best, for questions about it."""
        self._lists: Sequence[View] = ()
        """The page's lists, where none is called as the sentence says."""
        self._page: Snapshot | None = None
        """The page that is read."""
        self._problem: Problem | None = None
        """What the page is that has nothing to extract."""
        self._page_words = ""
        self._is_among_others = False
        self._is_unnamed = False
        self._start = ""
        """Where the list begins."""
        self._first: tuple[Snapshot, Source] | None = None
        """The first page of the list that is gone through, and the list on it."""
        self._unpaired: tuple[str, ...] = ()
        """Words for columns that the answer has none for."""
        self._not_used: dict[str, str] = {}
        """Parts of the sentence that the answer does not follow, with why."""
        self._left_out: list[Unused] = []
        """Lists of the page that would answer as well."""

    def collect(self) -> Work[Finish]:
        """Extract; a condition that no column answers to is asked about, and the answer tried in its place."""
        if why := refused_computing(self.wanted):
            raise AgentError(TaskFailureCode.AGENT_ERROR, why)
        for _ in range(_MOST_ANSWERS):
            try:
                self._not_used, self._left_out = {}, []
                finish = yield from (self._one() if self._one_record() else self._many())
                return self._told(finish)
            except UntiedError as error:
                yield from self._ask_about(error.words)
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{self.wanted.sentence}": no column of the page matches it, even after several answers.',
        )

    @property
    def _found(self) -> Sequence[View]:
        """The page's lists, tables with the same headings as one, the best one first."""
        return () if self._page is None else self._joined_views(self._page)

    def _one_record(self) -> bool:
        """Tell whether the page's own record is asked for, and not a row or the number of them."""
        one = self.wanted.one or (self.shape is not None and not self.shape.many)
        return one and not (self.wanted.count or self.wanted.compute) and self.wanted.row is None

    def _told(self, finish: Finish) -> Finish:
        """Say with the answer which parts of the sentence it does not follow."""
        if self._has_columns():
            self._not_used |= dict.fromkeys(self._unpaired, NO_COLUMN)
        said, instruction = self.wanted.sentence, self.task.brief.instruction
        parts = [unused(instruction, said, text, why) for text, why in self._not_used.items()]
        return replace(finish, unused=(*parts, *self._left_out))

    # --- questions ----------------------------------------------------------------------------------------------------

    def _ask_about(self, words: str) -> Work[None]:
        wanted = self.wanted
        known = [f'a list of "{wanted.subject}"'] if wanted.subject else []
        known += [f'"{c.words}"' for c in wanted.constraints if c.words != words]
        names, labels = (field_names(self._seen), field_labels(self._seen)) if self._seen else ([], [])
        if names:
            what = "the page's columns" if names == labels else "what the page's rows show"
            known.append(f"{what}: {', '.join(names)}")
        problem = f'I found no "{words}" on this page{self.task.statuses.error_words}'
        meant = columns_meant(self._seen, wanted, words) if self._seen else []
        if words == wanted.place:
            meant = [(f'the list "{name}"', replace(wanted, place=name)) for name in list_names(self._lists)]
        elif words in (*wanted.selectors, *in_places(wanted.constraints)) or re.fullmatch(r"[a-z]+ \d+", words):
            meant = [(f'the rows under "{name}"', self._under(words, name)) for name in self._headings()]
        intents = yield from self.task.ask_again(
            wanted.sentence,
            "; ".join(known),
            problem,
            lists=self._found,
            choices=[shown for shown, _ in meant],
            picked=lambda position: meant[position][1],
        )
        for intent in intents:
            if isinstance(intent, Extract):
                self.wanted = intent
            else:
                self._start = ""
                yield from self.task.follow(intent)
        if not intents:  # "skip it": the person takes the condition back
            constraints = tuple(c for c in wanted.constraints if c.words != words)
            order = None if wanted.order and wanted.order.words == words else wanted.order
            subject = "" if words in (wanted.subject, *tokens(wanted.subject)) else wanted.subject
            wishes = tuple(wish for wish in wanted.wishes if wish != words)
            selectors = tuple(phrase for phrase in wanted.selectors if phrase != words)
            place = "" if words == wanted.place else wanted.place
            compute = wanted.compute if wishes else ""
            self.wanted = replace(
                wanted, subject=subject, wishes=wishes, constraints=constraints, order=order,
                selectors=selectors, place=place, compute=compute,
            )  # fmt: skip

    def _headings(self) -> list[str]:
        """List the headings of the list that fits best, where it has several."""
        shown = headings_of(self._seen.rows) if self._seen else []
        return shown if len(shown) > 1 else []

    def _under(self, words: str, heading: str) -> Extract:
        """Say that a phrase or a condition means the rows under a heading."""
        wanted = self.wanted
        others = tuple(phrase for phrase in wanted.selectors if phrase != words)
        constraints = tuple(c for c in wanted.constraints if c.words != words)
        subject = re.sub(rf"^{re.escape(words)}\s+", "", wanted.subject, flags=re.I)
        return replace(wanted, subject=subject, selectors=(*others, f"under {heading}"), constraints=constraints)

    def _asked_for_columns(self, reading: Reading, read: Callable[[], Reading]) -> Work[Reading]:
        """Ask which of the page's fields is meant where several answer equally well to a column; read again then."""
        for question in (*reading.extraction.questions, *self._rival_questions(reading)):
            labels = [candidate.label for candidate in question.candidates]
            if not question.column or not all(labels) or len(set(labels)) < len(labels):
                continue  # what can't be told apart in words stays missing, with the reason
            asked = f'In "{self.wanted.sentence}": which column of the page is "{question.column}"?'
            position = yield from self.task.choice(asked, list(map(candidate_shown, question.candidates)))
            self._chosen[question.column] = labels[position]
        return read() if self._chosen else reading

    def _rival_questions(self, reading: Reading) -> list[Ambiguous]:
        """Return the columns for which several fields are called so with a word more, and no word of the sentence."""
        view, said, questions = reading.view, set(tokens(self.wanted.sentence)), list[Ambiguous]()
        if view is None or view.kind != "table":
            return questions
        for report in reading.extraction.columns:
            words, found = set(tokens(report.name)), reading.fields.get(report.name)
            near = [each for each in view.fields if words and words < set(tokens(each.label))] if found is None else []
            fields = near if found is None else [found, *view.rivals(report.name, found)]
            meant = [each for each in fields if (set(tokens(each.label)) - words) & said]
            if len(fields) > 1 and len(meant) != 1 and report.name not in self._chosen:
                candidates = [
                    Candidate(each.label, example_of(each)) for each in sorted(fields, key=lambda each: each.order)
                ]
                questions.append(Ambiguous(report.name, tuple(candidates)))
        return questions

    def _asked_for_list(self, page: Snapshot, question: Ambiguous) -> Work[None]:
        """Ask which of several lists is meant that have all columns equally well."""
        found = joined_views(page, self._views(page))  # in the order of the page
        views = [view for view in found if _name_of(view) in {each.label for each in question.candidates}]
        names = [_name_of(view) for view in views]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            self._chosen_list = views[0].nodes if views else frozenset()
            return
        shown = [f'"{name}"' for name in names]
        position = yield from self.task.choice(f'In "{self.wanted.sentence}": which list of the page is meant?', shown)
        self._chosen_list = views[position].nodes

    # --- one record ---------------------------------------------------------------------------------------------------

    def _one(self) -> Work[Finish]:
        page = yield from self.task.snapshot()
        self._page_words = words_of(page)
        self._page = page
        if meant := self._under_a_heading(page):
            self.wanted = meant
            return (yield from self._many())
        record = self._reader().of_record(page)
        in_list = self._row_of_subject(page, record)
        if in_list is not None:
            reading, rows = in_list
            if len(rows) > 1:
                return self._several(page, reading, rows)
            place, self._seen = rows[0].place, reading.view
            around = f"{self._page_words} {rows[0].text}"
        else:
            reading, place, self._seen, around = record, 0, record.view, self._page_words
            reading = yield from self._asked_for_columns(reading, lambda: self._reader().of_record(page))
        if reading.view is None or (not reading.covered and reading.columns):
            if self._is_page_title() and words_of(page).strip():
                return self._page_title(page)
            if (labelled := self._labelled(page)) is not None:
                return labelled
            self._problem = reading.extraction.problem
            raise self._nothing(reading)
        self._follows(reading, around, in_list=in_list is not None)
        if self.shape is None and (unmet := [name for name in reading.columns if name not in reading.fields]):
            raise self._nothing(reading, unmet)
        return self._answers().record(reading, place)

    def _under_a_heading(self, page: Snapshot) -> Extract | None:
        """Read "the items of Lyon" as the rows under the heading "Lyon", where that is one and no row's name."""
        wanted, words = self.wanted, said_words(self.wanted.subject)
        if not wanted.wishes or not words or (self.shape is not None and not self.shape.many):
            return None
        if self._page_is_called(page):
            return None
        found = [view for view in self._found if under_headings(view.rows, wanted.subject) or says(view.title, words)]
        if not found or any(rows_called(wanted.subject, view) for view in self._found):
            return None
        selectors = (*wanted.selectors, f"of {wanted.subject}")
        columns = [view.field_called(wish) for wish in wanted.wishes for view in found[:1]]
        noun, *more = wanted.wishes
        is_key = any(column is not None and (column.is_key or not column.order) for column in columns)
        if not more and re.search(r"[^s]s$", noun, re.I) and (not any(columns) or is_key):
            return replace(wanted, subject=noun, wishes=(), one=False, selectors=selectors)
        if all(columns):
            return replace(wanted, subject="", with_name=True, one=False, selectors=selectors)
        return None

    def _labelled(self, page: Snapshot) -> Finish | None:
        """Answer with the one text of the page that begins with what is asked for: "Clicked: at the top"."""
        if self.shape is not None or len(self.wanted.wishes) != 1 or self.wanted.subject:
            return None
        (name,) = self.wanted.wishes
        found = list(lines_labelled(page, name))
        if len(found) != 1:
            return None
        ((node, text),) = found
        record = {name: text}
        return Finish(text, [record], (Provenance(0, name, page.url, node.path, text, captured_ms=page.captured_ms),))

    def _is_page_title(self) -> bool:
        """Tell whether the page's title is asked for, and nothing else."""
        asked = [each.name for each in self.shape.columns] if self.shape is not None else []
        words = {tokens(name) for name in (*asked, *self.wanted.wishes)}
        return len(words) == 1 and words <= _TITLES and not self.wanted.subject

    def _page_title(self, page: Snapshot) -> Finish:
        """Answer with the page's main heading, otherwise with its title."""
        heading = next((node for node in page.root.find("h1") if node.text), None)
        text, path = (page.title, "title") if heading is None else (heading.text, heading.path)
        name = self.shape.columns[0].name if self.shape is not None and self.shape.columns else self.wanted.wishes[0]
        record = {name: text}
        data = record if self.shape is not None and not self.shape.many else self._answers().wrapped([record])
        return Finish(text, data, (Provenance(0, name, page.url, path, text, captured_ms=page.captured_ms),))

    def _page_is_called(self, page: Snapshot) -> bool:
        return is_called(self.wanted.subject, headings_on(page), page.title, page.url)

    def _follows(self, reading: Reading, around: str, *, in_list: bool) -> None:
        """Make sure that one record is the one that the whole sentence speaks of.

        Raises
        ------
        UntiedError
            A condition, an order or a phrase that says which one is not answered to by the page.
        """
        if not in_list and (self.wanted.constraints or self.wanted.order):
            orders = [self.wanted.order.words] if self.wanted.order else []
            raise UntiedError([*(c.words for c in self.wanted.constraints), *orders][0])
        names = {word for each in reading.fields.values() for name in each.names for word in name}
        for phrase in self.wanted.selectors:
            words = said_words(phrase)
            if not (set(words) <= names or says(around, words)):
                raise UntiedError(phrase)

    def _row_of_subject(self, page: Snapshot, record: Reading) -> tuple[Reading, list[Row]] | None:
        """Find the row or rows that are meant; None where the page's own record is.

        Raises
        ------
        AgentError
            Nothing on the page is called like the subject, or more than one row fits where one is asked for.
        """
        subject = self.wanted.subject
        by_place = bool(self.wanted.place or self.wanted.place_ordinal)
        covered = 0 if by_place else record.covered
        selects = self.wanted.constraints or self.wanted.order or self.wanted.selectors
        is_whole = record.view is not None and 0 < len(self._reader().shape.columns) <= covered and not selects
        if is_whole and self.wanted.one and (not subject or tokens(subject)[-1] in GENERIC):
            return None
        best = self._read_list([page])
        if self._is_page_title() and words_of(page).strip():
            return None
        if not self.wanted.one or not subject or tokens(subject)[-1] in GENERIC:
            return self._only_row(best, covered)
        columns = len(record.columns) if self._reader().shape.columns else 0
        if self._page_is_called(page) and covered >= columns and record.view is not None:
            return None
        whole = self._readings_of_all(page, best)
        for names in ([subject], re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", subject)):
            for reading in whole:
                view = _list_of(reading)
                found = [self._kept(view, rows_called(name, view)) for name in names]
                if all(len(rows) == 1 for rows in found):
                    return reading, [row for (row,) in found]
        if self._page_is_called(page) and covered:
            return None
        several = max((len(rows_called(subject, _list_of(reading))) for reading in whole), default=0)
        how = (
            f'{several} things on the page are called "{subject}"; say which one.'
            if several
            else f'there is no "{subject}" here, or it does not have everything that you asked for.'
        )
        shown = names_shown([_list_of(reading) for reading in whole] or self._found)
        has = f" The page lists: {', '.join(shown)}." if shown else ""
        has = has or f" {self._sentences_that_work()}".rstrip()
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{self.wanted.sentence}": {how}{has}')

    def _readings_of_all(self, page: Snapshot, best: Reading) -> list[Reading]:
        """Return the readings of all lists of the page that have every column, the best one first."""
        readings = [best] if best.view is not None else []
        read = frozenset[int]().union(*(_list_of(reading).nodes for reading in readings))
        if not (self.wanted.place or self.wanted.place_ordinal):
            others = [view.nodes for view in self._found if not view.nodes & read][:_MOST_LISTS]
            readings += [self._reader().of_list([page], is_meant=partial(_is_at, nodes)) for nodes in others]
        return [
            reading
            for reading in readings
            if reading.view is not None and not reading.view.is_record and reading.covered >= len(reading.columns)
        ]

    def _kept(self, view: View, rows: list[Row]) -> list[Row]:
        rows, conditions = of_places(view, rows, self.wanted.constraints, self._page_words)
        return keep(view, rows, conditions).rows

    def _only_row(self, best: Reading, covered: int) -> tuple[Reading, list[Row]] | None:
        """Take a list's row as the record, where the list has more of it than the page itself and only one row fits."""
        view = best.view
        if view is None or view.is_record:
            return None
        if not (best.covered > covered or (not self.wanted.one and best.covered)):
            return None
        subject = self.wanted.subject
        rows = self._kept(view, of_noun(view.rows, subject) if subject else view.rows)
        rows = arrange(view, rows, self.wanted.order)[: self.wanted.limit]
        if len(rows) == 1:
            return best, rows
        which = (
            f'{len(rows)} rows match; say which one, or write "list all …"' if rows else "no row of the page matches"
        )
        fit = f'"{self.wanted.sentence}": {which}'
        if not self._has_columns():
            self._seen = view
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f"{fit}. {self._sentences_that_work()}".rstrip(), {"rows": len(rows)}
            )
        how = " with a schema of many (list[Model])." if rows else "."
        raise AgentError(TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, f"{fit}{how}", {"rows": len(rows)})

    def _sentences_that_work(self) -> str:
        """Give a sentence that works on the page's list, for an error; empty where it has no named columns."""
        examples = list_examples(self._found)
        return f"A sentence that works here: `{examples[0]}`." if examples else ""

    def _several(self, page: Snapshot, reading: Reading, rows: Sequence[Row]) -> Finish:
        """Answer for several named things: a table that says which is which."""
        if self.shape is not None and not self.shape.many:
            raise AgentError(
                TaskFailureCode.OUTPUT_SCHEMA_MISMATCH,
                f'"{self.wanted.sentence}" names {len(rows)} things, and the schema is for one record; '
                "use a schema of many: list[Model].",
            )
        if (
            self.shape is None
            and "name" not in reading.fields
            and any(each.is_key for each in _list_of(reading).fields)
        ):
            is_meant = partial(_is_at, _list_of(reading).nodes)
            named = self._reader(with_name=True).of_list([page], is_meant=is_meant)
            if named.view is not None and len(named.view.rows) == len(_list_of(reading).rows):
                reading = named
        return self._answers().several(reading, [row.place for row in rows])

    # --- many rows ----------------------------------------------------------------------------------------------------

    def _many(self) -> Work[Finish]:
        self._first = None
        page = yield from self.task.snapshot()
        if self._start and self._start != page.url:  # asked meanwhile, on a later page of the list
            yield from self.task.act(Navigate(self._start), self.wanted.sentence)
            page = yield from self.task.snapshot()
        columns = [each.name for each in self.shape.columns] if self.shape is not None else []
        arrival = Arrival(self.task, self.wanted, self._best, columns)
        try:
            page = yield from arrival.from_page(page)
        except UntiedError:
            self._seen = None if arrival.nearest is None else arrival.nearest.view
            raise
        finally:
            self._page_words, self._is_among_others = arrival.page_words, arrival.is_among_others
            self._is_unnamed = arrival.unnamed
        self._page = page
        if self.wanted.compute and says_itself(self.wanted, self._with_record(page)):
            self.wanted = without_computing(self.wanted)
            return (yield from (self._one() if self._one_record() else self._many()))
        if meant := self._without_phrases():
            self.wanted = meant
        reading = self._best(page)
        if reading is None:
            yield from self.task.act(WaitFor(timeout_ms=_SETTLE_MS), self.wanted.sentence)
            page = yield from self.task.snapshot()
            self._page = page
            reading = self._best(page)
        if reading is None and (opened := (yield from sections_opened(self.task, page))) is not page:
            page = self._page = opened
            reading = self._best(page)
        if reading is None:
            raise self._nothing(self._read_list([page]))
        if question := next((each for each in reading.extraction.questions if not each.column), None):
            yield from self._asked_for_list(page, question)
            reading = self._read_list([page])
        if reading.view is None:
            raise self._nothing(reading)
        view = self._seen = reading.view
        is_little = reading.covered <= 1 < len(reading.columns) and not self._says_subject(view)
        if arrival.was_searched and (is_little or view.is_record):
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{self.wanted.sentence}": no link is called "{self.wanted.subject}", '
                "and the search for it lists none.",
            )
        self._start = page.url
        # Ask before going through pages, where it is certain already.
        keep(view, (), [c for c in self.wanted.constraints if c.op not in ("is", "is not")])
        reading = yield from self._settled(page, reading)
        return (yield from self._read_on(page, reading))

    def _read_on(self, page: Snapshot, reading: Reading) -> Work[Finish]:
        """Go through the pages of a list, select its rows and answer."""
        chosen = _list_of(reading)
        self._first = (page, chosen.source)
        pages = yield from collect_list(
            self.task,
            page,
            lambda snapshots, *, screens=False: self._read_list(snapshots, screens=screens).extraction,
            self._enough,
            so_far=self._so_far,
            all_pages=self.wanted.all_pages and not self.wanted.place_ordinal,
            shown=reading.extraction,
        )
        if pages.snapshots != [page]:
            reading = self._read_list(pages.snapshots, screens=pages.screens)
        view = _list_of(reading)
        is_cut = page.is_cut or any(each.is_cut for each in reading.extraction.lists)
        if is_cut and not pages.ended:
            pages.whole, pages.ended = False, PAGE_IS_CUT
            yield from self.task.note(f"{PAGE_IS_CUT[0].upper()}{PAGE_IS_CUT[1:]}; {len(view.rows):,} rows were read.")
        selection = self._selection()
        rows = yield from selection.rows(view)
        self._not_used = selection.not_used
        remarks = self._other_lists(chosen)
        if selection.other_currency:
            left = f"{selection.other_currency} rows are left out: their amounts are in another currency."
            remarks.append(left)
        if totals := sum(each.totals for each in reading.extraction.lists):
            remarks.append(f"{_counted_rows(totals)} of totals left out.")
        answers, unknown = self._answers(), selection.unknown
        if self.wanted.count and (number := number_column(view, self.wanted.subject)):
            return answers.told_by(reading, number, rows)
        if self.wanted.count:
            return answers.number_of_rows(reading, rows, pages, unknown, remarks)
        if self.wanted.compute:
            return answers.computed(reading, rows, pages, self._read_words(pages), unknown, remarks)
        order, limit = self.wanted.order, self.wanted.limit
        if order is not None and limit is not None:
            remarks = [*compared(view, rows, order, limit), *remarks]
        for remark in remarks:  # a table has no room for them
            yield from self.task.note(remark)
        return answers.listed(reading, rows, self._read_words(pages), remarks, pages)

    def _settled(self, page: Snapshot, reading: Reading) -> Work[Reading]:
        """Make sure that the columns are what the sentence means.

        Raises
        ------
        UntiedError
            The page has no such column.
        """
        reading = self._with_name(page, reading)
        view, wishes = _list_of(reading), self._wishes()
        reading = yield from self._asked_for_columns(reading, lambda: self._read_list([page]))
        asked = {question.column for question in reading.extraction.questions}
        unmet = [name for name in wishes if name not in reading.fields and name not in asked]
        if self.shape is None and unmet:
            raise UntiedError(unmet[0])
        if said := no_column(view, reading.fields, wishes, subject=self.wanted.subject, unpaired=self._unpaired):
            raise UntiedError(said)
        return reading

    def _with_name(self, page: Snapshot, reading: Reading) -> Reading:
        """Find what tells which thing a row is about, where that is to stand beside what is asked for."""
        if self._has_columns() or not self.wanted.with_name or "name" in reading.fields:
            return reading
        view, taken = _list_of(reading), {each.key for each in reading.fields.values()}
        first = next((each for each in view.fields if each.label and not each.order), None)
        wishes = self._wishes()
        if "name" not in wishes or wishes["name"]:
            return reading
        if first is not None and first.key not in taken and view.kind == "table" and first.found.distinct_share > 0.5:
            self._chosen["name"] = first.label
        else:  # what stands beside the name has a name of its own, or none
            self.wanted = replace(self.wanted, with_name=False)
        return self._read_list([page])

    def _without_phrases(self) -> Extract | None:
        """Read "price on day 2" as the column "price" of the rows "on day 2", where the column is not called so."""
        cut, phrases = list(self.wanted.wishes), list[str]()
        for wish in self.wanted.wishes:
            head, *rest = [part.strip() for part in SELECTOR.split(wish) if part.strip()] or [""]
            found = [view.field_called(head) for view in self._found] if rest else []
            names = [{word for name in each.names for word in name} for each in found if each is not None]
            said = {word for phrase in rest for word in tokens(value_of(phrase))}
            if names and not any(said <= each for each in names):
                cut[cut.index(wish)] = head
                phrases += rest
        if not phrases:
            return None
        return replace(self.wanted, wishes=tuple(cut), selectors=(*self.wanted.selectors, *phrases))

    def _read_words(self, pages: CollectedPages) -> str:
        """Say how much of the list was read, where that is not all there is to it or not on one page."""
        read = f" from {pages.pages} pages" if pages.pages > 1 else " on this page" if not pages.whole else ""
        only_first = self.wanted.limit is not None and self.wanted.order is None
        goes_on = not pages.whole and not only_first
        return f"{read}; the list goes on" if goes_on else read if pages.pages > 1 else ""

    def _other_lists(self, view: View) -> list[str]:
        """Name the lists of the page that hold the same kind of rows and were not read, where none was asked for."""
        wanted = self.wanted
        said = [said_words(phrase) for phrase in (*wanted.selectors, *in_places(wanted.constraints))]
        if wanted.place or wanted.place_ordinal or any(titled(view, words) for words in said):
            return []
        generic = not wanted.subject or tokens(wanted.subject)[-1] in GENERIC
        any_table = generic and not (wanted.wishes or self._has_columns())
        others = [other for other in equals_of(view, self._found, any_table=any_table) if self._has_rows(other)]
        if wanted.subject and about(wanted.subject, view.title):
            others = [other for other in others if about(wanted.subject, other.title)]
        if not others:
            return []
        why = f"the answer is read from {list_shown(view)}"
        if self.task.brief.output_type != "text":  # a table has no room for a remark
            self._left_out = [Unused(list_shown(other), None, None, why) for other in others]
        more = ", ".join(map(list_shown, others))
        return [f"Read from {list_shown(view)}; the page also has {more}."]

    def _has_rows(self, view: View) -> bool:
        """Tell whether another list has rows that the conditions keep, and what the order compares."""
        try:
            return bool(arrange(view, self._kept(view, view.rows), self.wanted.order))
        except (AgentError, UntiedError):  # nothing of it can be compared
            return False

    def _says_subject(self, view: View) -> bool:
        return any(about(self.wanted.subject, row.text) for row in view.rows)

    def _enough(self, so_far: object) -> bool:
        """Tell whether the pages that were read have as many rows as are asked for."""
        limit = self.wanted.limit
        if limit is None or self.wanted.order is not None or self.wanted.count:
            return False
        if self.wanted.selectors or in_places(self.wanted.constraints):  # which rows they mean is told by all pages
            return False
        view = None if self._last is None else self._last.view
        return view is not None and len(keep(view, view.rows, self.wanted.constraints).rows) >= limit

    def _so_far(self, pages: CollectedPages) -> Finish | None:
        """Answer with what has been read by now; None where that would mislead, as half a count does."""
        if self.wanted.count or (self.wanted.order and self.wanted.limit):  # the cheapest may come yet
            return None
        reading = self._read_list(pages.snapshots, screens=pages.screens)
        if reading.view is None:
            return None
        selecting = self._selection().rows(reading.view)
        try:
            while True:
                next(selecting)  # only notes: nobody is told any more why rows are left out
        except StopIteration as selected:
            words = self._read_words(replace(pages, whole=False))
            return self._answers().listed(reading, selected.value, words, pages=pages)
        except UntiedError:
            return None

    def _selection(self) -> Selection:
        return Selection(
            self.task, self.wanted, self._page_words, of_subject=self._is_among_others, unnamed=self._is_unnamed
        )

    # --- reading ------------------------------------------------------------------------------------------------------

    def _wishes(self) -> dict[str, str]:
        """Return the columns that are asked for, each with the sentence's words for it."""
        if self.shape is not None and self.shape.columns:
            pairs, self._unpaired = paired([each.name for each in self.shape.columns], self.wanted.wishes)
            return pairs
        return columns_wished(self.wanted)

    def _reader(self, *, with_name: bool | None = None) -> Reader:
        wishes = self._wishes()
        if not self._has_columns() and with_name is not None:
            wishes = {name: wish for name, wish in wishes.items() if wish or name != "name"}
            wishes = {"name": "", **wishes} if with_name else wishes
        return Reader(self.wanted, self.shape, wishes, self._chosen, self._sources)

    _last: Reading | None = None
    """The list that was read last."""

    def _read_list(self, pages: Sequence[Snapshot], *, screens: bool = False, with_name: bool | None = None) -> Reading:
        """Read a list; of the first page only one that the sentence names, where it names one.

        Raises
        ------
        UntiedError
            No list is called as the sentence says, and neither is the page.
        AgentError
            `ELEMENT_NOT_FOUND`: the page has not so many tables or lists.
        """
        reader = self._reader(with_name=with_name)
        like = None if self._first is None or pages[0] is self._first[0] else self._first[1]
        reading = reader.of_list(pages, is_meant=self._meant_on(pages[0]), screens=screens, like=like)
        if not reader.shape.columns and reading.extraction.problem is Problem.SEVERAL_SOURCES:
            # Where no columns are asked for, the list that says most is taken, and the others are named.
            view = next((each for each in self._joined_views(pages[0]) if self._has_rows(each)), None)
            if view is not None:
                is_meant = partial(_is_at, view.nodes)
                reading = reader.of_list(pages, is_meant=is_meant, screens=screens)
        self._last = reading
        return reading

    def _meant_on(self, page: Snapshot) -> Callable[[Source], bool] | None:
        wanted, found = self.wanted, self._views(page)
        if any(view.nodes & self._chosen_list for view in found):
            return partial(_is_at, self._chosen_list)
        if wanted.place_ordinal is not None:
            views = numbered(found, wanted.place, wanted.place_ordinal, wanted.sentence)
        elif place := said_words(wanted.place):
            views = called(found, place)
            if not views and self._first is not None and page is not self._first[0]:
                return None  # a further page of the list, which need not repeat its name
            if found and not views and not says(self._page_words, place):
                self._lists, self._seen = found, found[0]
                raise UntiedError(wanted.place)
        else:
            return None
        return partial(_is_at, frozenset[int]().union(*(view.nodes for view in views or found)))

    def _views(self, page: Snapshot) -> list[View]:
        """Return the lists of a page, each by itself, in its order."""
        key = id(page)
        if key not in self._views_by_page:
            self._views_by_page[key] = views_of(page, self._sources.shown_on(page))
        return self._views_by_page[key]

    def _joined_views(self, page: Snapshot) -> list[View]:
        """Return the lists of a page, tables with the same headings as one, the best one first."""
        if id(page) not in self._joined_by_page:
            self._joined_by_page[id(page)] = best_first(joined_views(page, self._views(page)))
        return self._joined_by_page[id(page)]

    def _with_record(self, page: Snapshot) -> list[View]:
        record = self._reader().of_record(page).view
        return [*self._found, *([record] if record is not None else [])]

    def _best(self, page: Snapshot) -> Reading | None:
        """Return what a page has of the sentence; None where it has nothing."""
        reading = self._read_list([page])
        if reading.view is None and self.wanted.with_name and not self._has_columns():
            reading = self._read_list([page], with_name=False)
        self._problem = reading.extraction.problem
        if reading.view is None:
            is_asked = any(not question.column for question in reading.extraction.questions)
            return reading if is_asked else None
        return reading if reading.covered else None

    # --- the form of the answer ---------------------------------------------------------------------------------------

    def _answers(self) -> Answers:
        return Answers(self.wanted, self.shape)

    def _has_columns(self) -> bool:
        return self.shape is not None and bool(self.shape.columns)

    def _nothing(self, reading: Reading, unmet: Sequence[str] = ()) -> AgentError:
        """Return the error of a page that has nothing of what is asked for: what it is, and what comes nearest."""
        columns = unmet or tuple(each.name for each in self._reader().shape.columns)
        names = f"values for {', '.join(columns)}" if columns else "records"
        has_columns = self._has_columns()
        code: TaskFailureCode = (
            TaskFailureCode.OUTPUT_SCHEMA_MISMATCH if has_columns else TaskFailureCode.ELEMENT_NOT_FOUND
        )
        view = reading.view or next(iter(self._found), None)
        shown = field_names(view) if view is not None else []
        has = f" The page shows: {', '.join(shown)}." if shown else ""
        if self._problem in _PAGES_WITHOUT_RECORDS:
            has = f" It has nothing to extract: {self._problem.explanation}."
        nearest = [
            f'"{name}": {candidate_shown(found[0])}'
            for name, found in reading.extraction.nearest.items()
            if found and name in columns
        ]
        has += f" Nearest to {'; '.join(nearest)}." if nearest else ""
        works = f" {self._sentences_that_work()}" if not has_columns else ""
        said = f'"{self.wanted.sentence}": I found no {names} on this page.{has}{works}'
        return AgentError(code, said.rstrip())


def _list_of(reading: Reading) -> View:
    if reading.view is None:
        raise AssertionError("the list was found before")
    return reading.view


def _counted_rows(count: int) -> str:
    """Count rows in words."""
    return "1 row" if count == 1 else f"{count} rows"


def _name_of(view: View) -> str:
    """Return what the engine calls a list in a question."""
    return view.title or f"{view.source.kind} {view.source.number}"


def _is_at(nodes: frozenset[int], source: Source) -> bool:
    return id(source.node) in nodes
