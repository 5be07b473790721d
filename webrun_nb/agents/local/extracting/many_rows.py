"""The extraction of many rows: get to their list, go through its pages, select rows, answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Finish, Reply, Step, Unused
from webrun_nb.agents.local.extracting.arriving import Arrival
from webrun_nb.agents.local.extracting.evidence import PAGE_IS_CUT
from webrun_nb.agents.local.extracting.page_lists import PageLists, list_of
from webrun_nb.agents.local.extracting.questions import Questions
from webrun_nb.agents.local.extracting.reading import Reading
from webrun_nb.agents.local.extracting.selection import GENERIC, Selection
from webrun_nb.agents.local.language.computing import without_computing
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.language.patterns import SELECTOR
from webrun_nb.agents.local.list_pages.collect import CollectedPages, collect_list, sections_opened
from webrun_nb.agents.local.lists.alike import equals_of
from webrun_nb.agents.local.lists.computing import counts_others, number_column, says_itself
from webrun_nb.agents.local.lists.headings import in_places, list_shown, titled
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import UntiedError, about, compared, keep
from webrun_nb.agents.local.lists.selecting import said_words, value_of
from webrun_nb.agents.local.lists.view import View
from webrun_nb.agents.local.lists.wishes import no_column
from webrun_nb.agents.local.unused import NO_VALUE, OTHER_CURRENCY
from webrun_nb.browsers.actions import Navigate
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]


class ManyRows:
    """Answers a sentence that asks for rows of a list, their number, or something computed of them.

    Parameters
    ----------
    lists : PageLists
        The lists of the page.
    questions : Questions
        Asks which of them is meant.
    """

    def __init__(self, lists: PageLists, questions: Questions) -> None:
        self._lists = lists
        self._questions = questions
        self.not_used: dict[str, str] = {}
        """Parts of the sentence that the answer does not follow, with why."""
        self.left_out: list[Unused] = []
        """Lists of the page that would answer as well, and how many rows could not be compared with a condition."""
        self.waited = False
        """The page was given time to display a list."""
        self._is_among_others = False
        self._is_unnamed = False

    def answer(self) -> Work[Finish | None]:
        """Answer; None where the page says itself what was to be computed (`lists.wanted` asks for that then)."""
        self._lists.first = None
        page = yield from self._lists.task.snapshot()
        if self._lists.start and self._lists.start != page.url:  # asked meanwhile, on a later page of the list
            yield from self._lists.task.act(Navigate(self._lists.start), self._lists.wanted.sentence)
            page = yield from self._lists.task.snapshot()
        columns = [each.name for each in self._lists.shape.columns] if self._lists.shape is not None else []
        arrival = Arrival(self._lists.task, self._lists.wanted, self._lists.best, self._lists.shown_on, columns)
        try:
            page = yield from arrival.from_page(page)
        except UntiedError:
            self._lists.seen = None if arrival.nearest is None else arrival.nearest.view
            raise
        finally:
            self._lists.page_words, self._is_among_others = arrival.page_words, arrival.is_among_others
            self._is_unnamed = arrival.unnamed
        self._lists.page = page
        if self._lists.wanted.compute and says_itself(self._lists.wanted, self._lists.with_record(page)):
            self._lists.wanted = without_computing(self._lists.wanted)
            return None
        if meant := self._without_phrases():
            self._lists.wanted = meant
        reading = self._lists.best(page)
        if reading is None:
            self.waited = True
            if (yield from self._lists.task.late_content()):
                page = yield from self._lists.task.snapshot()
                self._lists.page = page
                reading = self._lists.best(page)
        if reading is None and (opened := (yield from sections_opened(self._lists.task, page))) is not page:
            page = self._lists.page = opened
            reading = self._lists.best(page)
        if reading is None:
            raise self._lists.nothing(self._lists.read_list([page]))
        if question := next((each for each in reading.extraction.questions if not each.column), None):
            yield from self._questions.asked_for_list(page, question)
            reading = self._lists.read_list([page])
        if reading.view is None:
            raise self._lists.nothing(reading)
        view = self._lists.seen = reading.view
        is_little = reading.covered <= 1 < len(reading.columns) and not self._says_subject(view)
        if arrival.was_searched and (is_little or view.is_record):
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{self._lists.wanted.sentence}": no link is called "{self._lists.wanted.subject}", '
                "and the search for it lists none.",
            )
        self._lists.start = page.url
        # Ask before going through pages, where it is certain already.
        keep(view, (), [c for c in self._lists.wanted.constraints if c.op not in ("is", "is not")])
        reading = yield from self._settled(page, reading)
        return (yield from self._read_on(page, reading))

    def _read_on(self, page: Snapshot, reading: Reading) -> Work[Finish]:
        """Go through the pages of a list, select its rows and answer."""
        chosen = list_of(reading)
        self._lists.first = (page, chosen.source)
        yield from self._lists.task.note(f"Reading {list_shown(chosen)}.")
        pages = yield from collect_list(
            self._lists.task,
            page,
            lambda snapshots, *, screens=False: self._lists.read_list(snapshots, screens=screens).extraction,
            self._enough,
            so_far=self._so_far,
            all_pages=self._lists.wanted.all_pages and not self._lists.wanted.place_ordinal,
            shown=reading.extraction,
        )
        if pages.snapshots != [page]:
            reading = self._lists.read_list(pages.snapshots, screens=pages.screens)
        view = list_of(reading)
        is_cut = page.is_cut or any(each.is_cut for each in reading.extraction.lists)
        if is_cut and not pages.ended:
            pages.whole, pages.ended = False, PAGE_IS_CUT
            yield from self._lists.task.note(
                f"{PAGE_IS_CUT[0].upper()}{PAGE_IS_CUT[1:]}; {len(view.rows):,} rows were read."
            )
        selection = self._selection()
        rows = yield from selection.rows(view)
        self.not_used = selection.not_used
        remarks = self._other_lists(chosen)
        if selection.other_currency:
            are = "is left out: its amount is" if selection.other_currency == 1 else "are left out: their amounts are"
            remarks.append(f"{_counted_rows(selection.other_currency)} {are} in another currency.")
        self._tell_uncompared(selection)
        if totals := sum(each.totals for each in reading.extraction.lists):
            remarks.append(f"{_counted_rows(totals)} of totals left out.")
        answers, unknown = self._lists.answers(), selection.unknown
        if self._lists.wanted.count and (number := number_column(view, self._lists.wanted.subject)):
            return answers.told_by(reading, number, rows)
        if self._lists.wanted.count and counts_others(view, self._lists.wanted.subject):
            raise answers.not_counted(reading)
        if self._lists.wanted.count:
            return answers.number_of_rows(reading, rows, pages, unknown, remarks)
        if self._lists.wanted.compute:
            return answers.computed(reading, rows, pages, self._read_words(pages), unknown, remarks)
        order, limit = self._lists.wanted.order, self._lists.wanted.limit
        if order is not None and limit is not None:
            remarks = [*compared(view, rows, order, limit), *remarks]
        for remark in remarks:  # a table has no room for them
            yield from self._lists.task.note(remark)
        if unknown:
            remarks = [*remarks, f"{_counted_rows(unknown)} left out: {NO_VALUE}."]
        return answers.listed(reading, rows, self._read_words(pages), remarks, pages)

    def _tell_uncompared(self, selection: Selection) -> None:
        """Tell with the answer how many rows are left out as nothing says whether they meet a condition."""
        if self._lists.task.brief.output_type == "text":  # its text says so
            return
        reasons = ((selection.other_currency, OTHER_CURRENCY), (selection.unknown, NO_VALUE))
        self.left_out += [Unused(_counted_rows(count), None, None, why) for count, why in reasons if count]

    def _settled(self, page: Snapshot, reading: Reading) -> Work[Reading]:
        """Make sure that the columns are what the sentence means.

        Raises
        ------
        UntiedError
            The page has no such column.
        """
        reading = self._with_name(page, reading)
        view, wishes = list_of(reading), self._lists.wishes()
        reading = yield from self._questions.asked_for_columns(reading, lambda: self._lists.read_list([page]))
        asked = {question.column for question in reading.extraction.questions}
        unmet = [name for name in wishes if name not in reading.fields and name not in asked]
        if self._lists.shape is None and unmet:
            raise UntiedError(unmet[0])
        if said := no_column(
            view, reading.fields, wishes, subject=self._lists.wanted.subject, unpaired=self._lists.unpaired
        ):
            raise UntiedError(said)
        return reading

    def _with_name(self, page: Snapshot, reading: Reading) -> Reading:
        """Find what tells which thing a row is about, where that is to stand beside what is asked for."""
        if self._lists.has_columns() or not self._lists.wanted.with_name or "name" in reading.fields:
            return reading
        view, taken = list_of(reading), {each.key for each in reading.fields.values()}
        first = next((each for each in view.fields if each.label and not each.order), None)
        wishes = self._lists.wishes()
        if "name" not in wishes or wishes["name"]:
            return reading
        if first is not None and first.key not in taken and view.kind == "table" and first.found.distinct_share > 0.5:
            self._lists.chosen["name"] = first.label
        else:  # what stands beside the name has a name of its own, or none
            self._lists.wanted = replace(self._lists.wanted, with_name=False)
        return self._lists.read_list([page])

    def _without_phrases(self) -> Extract | None:
        """Read "price on day 2" as the column "price" of the rows "on day 2", where the column is not called so."""
        cut, phrases = list(self._lists.wanted.wishes), list[str]()
        for wish in self._lists.wanted.wishes:
            head, *rest = [part.strip() for part in SELECTOR.split(wish) if part.strip()] or [""]
            found = [view.field_called(head) for view in self._lists.found] if rest else []
            names = [{word for name in each.names for word in name} for each in found if each is not None]
            said = {word for phrase in rest for word in tokens(value_of(phrase))}
            if names and not any(said <= each for each in names):
                cut[cut.index(wish)] = head
                phrases += rest
        if not phrases:
            return None
        return replace(self._lists.wanted, wishes=tuple(cut), selectors=(*self._lists.wanted.selectors, *phrases))

    def _read_words(self, pages: CollectedPages) -> str:
        """Say how much of the list was read, where that is not all there is to it or not on one page."""
        read = f" from {pages.pages} pages" if pages.pages > 1 else " on this page" if not pages.whole else ""
        only_first = self._lists.wanted.limit is not None and self._lists.wanted.order is None
        goes_on = not pages.whole and not only_first
        return f"{read}; the list goes on" if goes_on else read if pages.pages > 1 else ""

    def _other_lists(self, view: View) -> list[str]:
        """Name the lists of the page that hold the same kind of rows and were not read, where none was asked for."""
        wanted = self._lists.wanted
        said = [said_words(phrase) for phrase in (*wanted.selectors, *in_places(wanted.constraints))]
        if wanted.place or wanted.place_ordinal or any(titled(view, words) for words in said):
            return []
        generic = not wanted.subject or tokens(wanted.subject)[-1] in GENERIC
        any_table = generic and not (wanted.wishes or self._lists.has_columns())
        others = [
            other for other in equals_of(view, self._lists.found, any_table=any_table) if self._lists.has_rows(other)
        ]
        if wanted.subject and about(wanted.subject, view.title):
            others = [other for other in others if about(wanted.subject, other.title)]
        if not others:
            return []
        why = f"the answer is read from {list_shown(view)}"
        if self._lists.task.brief.output_type != "text":  # a table has no room for a remark
            self.left_out = [Unused(list_shown(other), None, None, why) for other in others]
        more = ", ".join(map(list_shown, others))
        return [f"Read from {list_shown(view)}; the page also has {more}."]

    def _says_subject(self, view: View) -> bool:
        return any(about(self._lists.wanted.subject, row.text) for row in view.rows)

    def _enough(self, so_far: object) -> bool:
        """Tell whether the pages that were read have as many rows as are asked for."""
        limit = self._lists.wanted.limit
        if limit is None or self._lists.wanted.order is not None or self._lists.wanted.count:
            return False
        if self._lists.wanted.selectors or in_places(
            self._lists.wanted.constraints
        ):  # which rows they mean is told by all pages
            return False
        view = None if self._lists.last is None else self._lists.last.view
        return view is not None and len(keep(view, view.rows, self._lists.wanted.constraints).rows) >= limit

    def _so_far(self, pages: CollectedPages) -> Finish | None:
        """Answer with what has been read by now; None where that would mislead, as half a count does."""
        if self._lists.wanted.count or (
            self._lists.wanted.order and self._lists.wanted.limit
        ):  # the cheapest may come yet
            return None
        reading = self._lists.read_list(pages.snapshots, screens=pages.screens)
        if reading.view is None:
            return None
        selecting = self._selection().rows(reading.view)
        try:
            while True:
                next(selecting)  # only notes: nobody is told any more why rows are left out
        except StopIteration as selected:
            words = self._read_words(replace(pages, whole=False))
            return self._lists.answers().listed(reading, selected.value, words, pages=pages)
        except UntiedError:
            return None

    def _selection(self) -> Selection:
        return Selection(
            self._lists.task,
            self._lists.wanted,
            self._lists.page_words,
            of_subject=self._is_among_others,
            unnamed=self._is_unnamed,
        )


def _counted_rows(count: int) -> str:
    """Count rows in words."""
    return "1 row" if count == 1 else f"{count} rows"
