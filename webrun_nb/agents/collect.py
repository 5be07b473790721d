"""The local agent's extractions: get to the page that lists the subject, go through its pages, map, filter, sort."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Failed, Finish, Refused, Reply, Step, Unused
from webrun_nb.agents.examples import list_examples
from webrun_nb.agents.extract.alike import equals_of, join_alike
from webrun_nb.agents.extract.computing import computed, number_column, says_itself
from webrun_nb.agents.extract.headings import (
    headings_of,
    in_places,
    list_shown,
    of_places,
    repeated_shown,
    tables_shown,
    titled,
)
from webrun_nb.agents.extract.mapping import Mapping, Match, assign, find_field, rank
from webrun_nb.agents.extract.named import names_shown, page_is_called, rows_called
from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.pages import counted, is_about, open_record, words_of
from webrun_nb.agents.extract.pairing import paired, rivals
from webrun_nb.agents.extract.record import assign_record, record_source
from webrun_nb.agents.extract.records import (
    column_labels,
    column_names,
    columns_meant,
    markdown,
    records_of,
    shown_field,
)
from webrun_nb.agents.extract.rows import UntiedError, about, arrange, compared, keep, of_noun, of_subject
from webrun_nb.agents.extract.schema import Column, Shape
from webrun_nb.agents.extract.selecting import (
    LABEL_CHARS,
    called,
    list_names,
    numbered,
    own_title,
    said_words,
    says,
    under_headings,
    value_of,
)
from webrun_nb.agents.extract.sources import Field, Row, Source, sources, sources_elsewhere
from webrun_nb.agents.extract.values import number
from webrun_nb.agents.extract.wishes import columns_wished, no_column
from webrun_nb.agents.paging import Pager
from webrun_nb.agents.planner.computing import refused_computing, without_computing
from webrun_nb.agents.planner.elements import find
from webrun_nb.agents.planner.intents import Extract, Target
from webrun_nb.agents.planner.patterns import SELECTOR
from webrun_nb.agents.selection import GENERIC, PEOPLE, Selection
from webrun_nb.agents.unused import NO_COLUMN, unused
from webrun_nb.browsers.actions import Click, Navigate, WaitFor
from webrun_nb.browsers.observation import Element, PageData
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

if TYPE_CHECKING:
    from webrun_nb.agents.local import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_SETTLE_MS = 1000


class Collector:
    """One extraction of a task."""

    def __init__(self, task: Task, wanted: Extract, shape: Shape | None) -> None:
        self.task = task
        self.wanted = wanted
        self.shape = shape
        self.filter_subject = False
        self._seen: Mapping | None = None
        """The list or record of the page that fits best, for questions about it."""
        self._found: Sequence[Source] = ()
        """The page's lists that the rows may be in."""
        self._lists: Sequence[Source] = ()
        """The page's lists, where none is called as the sentence says."""
        self._page_words = ""
        self._start = ""
        """Where the list begins."""
        self._searched = False
        self._unpaired: tuple[str, ...] = ()
        """Words for columns that the answer has none for."""
        self._unknown = 0
        """Rows that the page gives no value of, to compare with a condition."""
        self._not_used: dict[str, str] = {}
        """Parts of the sentence that the answer does not follow, with why."""
        self._left_out: list[Unused] = []
        """Lists of the page that would answer as well."""

    def collect(self) -> Work[Finish]:
        """Extract; a condition that no column answers to is asked about, and the answer tried in its place."""
        if why := refused_computing(self.wanted):
            raise AgentError(TaskFailureCode.AGENT_ERROR, why)
        for _ in range(4):
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

    def _one_record(self) -> bool:
        """Tell whether the page's own record is asked for, and not a row or the number of them."""
        one = self.wanted.one or (self.shape is not None and not self.shape.many)
        return one and not (self.wanted.count or self.wanted.compute) and self.wanted.row is None

    def _told(self, finish: Finish) -> Finish:
        """Say with the answer which parts of the sentence it does not follow."""
        if self.shape is not None and self.shape.columns:
            self._not_used |= dict.fromkeys(self._unpaired, NO_COLUMN)
        said, instruction = self.wanted.sentence, self.task.brief.instruction
        parts = [unused(instruction, said, text, why) for text, why in self._not_used.items()]
        return replace(finish, unused=(*parts, *self._left_out))

    def _ask_about(self, words: str) -> Work[None]:
        wanted = self.wanted
        known = [f'a list of "{wanted.subject}"'] if wanted.subject else []
        known += [f'"{c.words}"' for c in wanted.constraints if c.words != words]
        names, labels = (column_names(self._seen), column_labels(self._seen)) if self._seen else ([], [])
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
        shown = headings_of(self._seen.source.rows) if self._seen else []
        return shown if len(shown) > 1 else []

    def _under(self, words: str, heading: str) -> Extract:
        """Say that a phrase or a condition means the rows under a heading."""
        wanted = self.wanted
        others = tuple(phrase for phrase in wanted.selectors if phrase != words)
        constraints = tuple(c for c in wanted.constraints if c.words != words)
        subject = re.sub(rf"^{re.escape(words)}\s+", "", wanted.subject, flags=re.I)
        return replace(wanted, subject=subject, selectors=(*others, f"under {heading}"), constraints=constraints)

    # --- one record ---------------------------------------------------------------------------------------------------

    def _one(self) -> Work[Finish]:
        page = yield from self.task.read()
        self._page_words = words_of(page)
        columns = self._columns()
        if meant := self._under_a_heading(page):
            self.wanted = meant
            return (yield from self._many())
        source = record_source(page)
        source.rows[0].url = page.url
        mapping = assign_record(columns, source, as_shown=self.shape is None) if columns else open_record(source)
        in_list = self._row_of_subject(page, columns, mapping)
        if in_list is not None and len(in_list.source.rows) > 1:
            return self._several(in_list, columns)
        mapping = in_list or mapping
        if not mapping.covered:
            raise self._nothing(columns, column_names(mapping))
        self._seen = mapping
        self._follows(mapping, in_list=in_list is not None)
        made = records_of(mapping, mapping.source.rows[:1], columns or [Column(name) for name in mapping.matches])
        record = made.records[0]
        unmet = [c.name for c in columns if c.name not in mapping.matches]
        if unmet and self.shape is None:
            raise self._nothing([c for c in columns if c.name in unmet], column_names(mapping))
        data = self._wrapped([record]) if self.shape is None or self.shape.many else record
        if len(record) == 1:
            text = str(next(iter(record.values())))
        else:
            text = "\n".join(f"- **{name}**: {value}" for name, value in record.items() if value is not None)
        return Finish(text, data, made.provenance)

    def _under_a_heading(self, page: PageData) -> Extract | None:
        """Read "the items of Lyon" as the rows under the heading "Lyon", where that is one and no row's name."""
        wanted, words = self.wanted, said_words(self.wanted.subject)
        if not wanted.wishes or not words or (self.shape is not None and not self.shape.many):
            return None
        lists = join_alike(sources(page))
        found = [s for s in lists if under_headings(s.rows, wanted.subject) or says(own_title(s), words)]
        with_columns = rank(self._columns(), found)
        ranked = with_columns or rank((), found)
        if not ranked or page_is_called(wanted.subject, page):
            return None
        things = [source for source in lists if not re.fullmatch(r"h[1-6]", str(source.raw.get("tag")))]
        if any(rows_called(wanted.subject, mapping) for mapping in rank((), things)):
            return None
        selectors = (*wanted.selectors, f"of {wanted.subject}")
        noun, *more = wanted.wishes
        evidence = {word for mapping in with_columns[:1] for m in mapping.matches.values() for word in m.field.evidence}
        if not more and re.search(r"[^s]s$", noun, re.I) and (not with_columns or "name" in evidence):
            return replace(wanted, subject=noun, wishes=(), one=False, selectors=selectors)
        if with_columns and with_columns[0].covered == len(wanted.wishes):
            return replace(wanted, subject="", with_name=True, one=False, selectors=selectors)
        return None

    def _follows(self, mapping: Mapping, *, in_list: bool) -> None:
        """Make sure that one record is the one that the whole sentence speaks of.

        Raises
        ------
        UntiedError
            A condition, an order or a phrase that says which one is not answered to by the page.
        """
        if not in_list and (self.wanted.constraints or self.wanted.order):
            untied = [
                *(c.words for c in self.wanted.constraints),
                *([self.wanted.order.words] if self.wanted.order else []),
            ]
            raise UntiedError(untied[0])
        names = " ".join(" ".join(words) for match in mapping.matches.values() for words, _ in match.field.names)
        around = f"{self._page_words} {mapping.source.rows[0].text if in_list else ''}"
        for phrase in self.wanted.selectors:
            words = said_words(phrase)
            if not (set(words) <= set(tokens(names)) or says(around, words)):
                raise UntiedError(phrase)

    def _row_of_subject(self, page: PageData, columns: Sequence[Column], record: Mapping) -> Mapping | None:
        """Find the row or rows that are meant; None where the page's own record is.

        Raises
        ------
        AgentError
            Nothing on the page is called like the subject, or more than one row fits where one is asked for.
        """
        subject, ranked = self.wanted.subject, self._ranked(columns, sources(page))
        if self.wanted.place or self.wanted.place_ordinal:
            record = Mapping(record.source, {}, 0.0)
        if not self.wanted.one or not subject or tokens(subject)[-1] in GENERIC:
            return self._only_row(ranked, record)
        if page_is_called(subject, page) and record.covered >= len(columns):
            return None
        whole = [m for m in ranked if m.covered >= len(columns)]
        for names in ([subject], re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", subject)):
            for mapping in whole:
                found = [self._kept(mapping.source, rows_called(n, mapping)) for n in names]
                if all(len(rows) == 1 for rows in found):
                    rows = [row for (row,) in found]
                    return Mapping(replace(mapping.source, rows=rows), mapping.matches, mapping.score)
        if page_is_called(subject, page) and record.covered:
            return None
        several = max((len(rows_called(subject, m)) for m in whole), default=0)
        how = (
            f'{several} things on the page are called "{subject}"; say which one.'
            if several
            else f'there is no "{subject}" here, or it does not have everything that you asked for.'
        )
        shown = names_shown(whole or ranked)
        has = f" The page lists: {', '.join(shown)}." if shown else ""
        has = has or f" {self._sentences_that_work()}".rstrip()
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{self.wanted.sentence}": {how}{has}')

    def _kept(self, source: Source, rows: list[Row]) -> list[Row]:
        rows, conditions = of_places(source, rows, self.wanted.constraints, self._page_words)
        return keep(source, rows, conditions).rows

    def _only_row(self, ranked: Sequence[Mapping], record: Mapping) -> Mapping | None:
        """Take a list's row as the record, where the list has more of it than the page itself and only one row fits."""
        best = next(iter(ranked), None)
        if best is None or not (best.covered > record.covered or (not self.wanted.one and best.covered)):
            return None
        subject = self.wanted.subject
        rows = of_noun(best.source.rows, subject) if subject else best.source.rows
        rows = self._kept(best.source, rows)
        rows = arrange(best.source, rows, self.wanted.order)[: self.wanted.limit]
        if len(rows) == 1:
            return Mapping(replace(best.source, rows=rows), best.matches, best.score)
        which = (
            f'{len(rows)} rows match; say which one, or write "list all …"' if rows else "no row of the page matches"
        )
        fit = f'"{self.wanted.sentence}": {which}'
        if not self._has_columns():
            self._seen = best
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f"{fit}. {self._sentences_that_work()}".rstrip(), {"rows": len(rows)}
            )
        how = " with a schema of many (list[Model])." if rows else "."
        raise AgentError(TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, f"{fit}{how}", {"rows": len(rows)})

    def _sentences_that_work(self) -> str:
        """Give a sentence that works on the page's list, for an error; empty where it has no named columns."""
        examples = list_examples(self._found)
        return f"A sentence that works here: `{examples[0]}`." if examples else ""

    def _several(self, mapping: Mapping, columns: Sequence[Column]) -> Finish:
        """Answer for several named things: a table that says which is which."""
        if self.shape is not None and not self.shape.many:
            raise AgentError(
                TaskFailureCode.OUTPUT_SCHEMA_MISMATCH,
                f'"{self.wanted.sentence}" names {len(mapping.source.rows)} things, and the schema is for one record; '
                "use a schema of many: list[Model].",
            )
        shown, matches = list(columns), dict(mapping.matches)
        named = next((f for f in mapping.source.fields if "name" in f.evidence), None)
        if self.shape is None and named and "name" not in matches:
            shown.insert(0, Column("name"))
            matches["name"] = Match(named, 1.0)
        made = records_of(replace(mapping, matches=matches), mapping.source.rows, shown)
        return Finish(markdown(made.records, [c.name for c in shown]), self._wrapped(made.records), made.provenance)

    # --- many rows ----------------------------------------------------------------------------------------------------

    def _many(self) -> Work[Finish]:
        columns = self._columns()
        page = yield from self.task.read()
        if self._start and self._start != page.url:  # asked meanwhile, on a later page of the list
            yield from self.task.act(Navigate(self._start), self.wanted.sentence)
            page = yield from self.task.read()
        page = yield from self._arrive(page, columns)
        if self.wanted.compute and says_itself(self.wanted, [record_source(page), *sources(page)]):
            self.wanted = without_computing(self.wanted)
            return (yield from (self._one() if self._one_record() else self._many()))
        mapping = self._best(page, columns)
        if mapping is None:
            yield from self.task.act(WaitFor(timeout_ms=_SETTLE_MS), self.wanted.sentence)
            page = yield from self.task.read()
            mapping = self._best(page, columns)
        if mapping is None:
            raise self._nothing(columns, [name for m in rank((), sources(page))[:1] for name in column_names(m)])
        self._seen = mapping
        if self._searched and mapping.covered <= 1 < len(columns) and not self._says_subject(mapping):
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{self.wanted.sentence}": no link is called "{self.wanted.subject}", '
                "and the search for it lists none.",
            )
        self._start = page.url
        # Ask before going through pages, where it is certain already.
        keep(mapping.source, (), [c for c in self.wanted.constraints if c.op not in ("is", "is not")])
        if columns and columns[0] == Column("name") and "name" not in mapping.matches and not self._has_columns():
            columns = columns[1:]  # what stands beside the name has a name of its own, or none
        if self.shape is None and (unmet := [c.name for c in columns if c.name not in mapping.matches]):
            raise UntiedError(unmet[0])
        if said := no_column(mapping, columns, subject=self.wanted.subject, unpaired=self._unpaired):
            raise UntiedError(said)
        if meant := self._without_phrases(mapping, columns):
            self.wanted = meant
            return (yield from self._many())
        settled = yield from self._settled(mapping, columns)
        if settled != columns:
            columns, mapping = settled, assign(settled, mapping.source)
        pager = Pager(self.task, self.wanted, columns, partial(self._so_far, columns))
        chosen, mapping = mapping.source, (yield from pager.go_on(page, mapping))
        selection = self._selection()
        rows = yield from selection.rows(mapping.source)
        self._unknown, self._not_used = selection.unknown, selection.not_used
        others = self._other_lists(chosen)
        if self.wanted.count and (number := number_column(mapping.source, self.wanted.subject)):
            return self._told_by(number, rows)
        if self.wanted.count:
            return self._counted(mapping, rows, pager, others)
        if self.wanted.compute:
            return self._computed(mapping, rows, pager, others)
        order, limit = self.wanted.order, self.wanted.limit
        remarks = compared(mapping.source, rows, order, limit) if order is not None and limit is not None else []
        remarks += others
        for remark in remarks:  # a table has no room for them
            yield from self.task.note(remark)
        return self._listed(mapping, rows, columns, self._read(pager.pages, pager.whole), remarks)

    def _without_phrases(self, mapping: Mapping, columns: Sequence[Column]) -> Extract | None:
        """Read "price on day 2" as the column "price" of the rows "on day 2", where the column is not called so."""
        cut, phrases = list(self.wanted.wishes), list[str]()
        for column in columns:
            head, *rest = [part.strip() for part in SELECTOR.split(column.wish) if part.strip()] or [""]
            match = mapping.matches.get(column.name)
            if not rest or match is None or column.wish not in cut:
                continue
            named = {word for name, _ in match.field.names for word in name}
            if not {word for phrase in rest for word in tokens(value_of(phrase))} <= named:
                cut[cut.index(column.wish)] = head
                phrases += rest
        if not phrases:
            return None
        return replace(self.wanted, wishes=tuple(cut), selectors=(*self.wanted.selectors, *phrases))

    def _settled(self, mapping: Mapping, columns: tuple[Column, ...]) -> Work[tuple[Column, ...]]:
        """Ask which of the page's columns is meant where several answer equally well to a column's name."""
        settled = list(columns)
        for i, column in enumerate(columns):
            fields = rivals(mapping, column)
            if fields:
                question = f'In "{self.wanted.sentence}": which column of the page is "{column.name}"?'
                position = yield from self.task.choice(question, [shown_field(f, mapping.source) for f in fields])
                settled[i] = replace(column, field_key=fields[position].key)
        return tuple(settled)

    def _read(self, pages: int, whole: bool) -> str:
        """Say how much of the list was read, where that is not all there is to it or not on one page."""
        read = f" from {pages} pages" if pages > 1 else " on this page" if not whole else ""
        only_first = self.wanted.limit is not None and self.wanted.order is None
        return f"{read}; the list goes on" if not whole and not only_first else read if pages > 1 else ""

    def _other_lists(self, source: Source) -> list[str]:
        """Name the lists of the page that hold the same kind of rows and were not read, where none was asked for."""
        wanted = self.wanted
        said = [said_words(phrase) for phrase in (*wanted.selectors, *in_places(wanted.constraints))]
        if wanted.place or wanted.place_ordinal or any(titled(source, words) for words in said):
            return []
        generic = not wanted.subject or tokens(wanted.subject)[-1] in GENERIC
        any_table = generic and not (wanted.wishes or self._has_columns())
        others = [other for other in equals_of(source, self._found, any_table=any_table) if self._answers(other)]
        if wanted.subject and about(wanted.subject, own_title(source)):
            others = [other for other in others if about(wanted.subject, own_title(other))]
        if not others:
            return []
        why = f"the answer is read from {list_shown(source)}"
        if self.task.brief.output_type != "text":  # a table has no room for a remark
            self._left_out = [Unused(list_shown(other), None, None, why) for other in others]
        more = ", ".join(map(list_shown, others))
        return [f"Read from {list_shown(source)}; the page also has {more}."]

    def _answers(self, source: Source) -> bool:
        """Tell whether another list has rows that the conditions keep, and what the order compares."""
        try:
            return bool(arrange(source, self._kept(source, source.rows), self.wanted.order))
        except (AgentError, UntiedError):  # nothing of it can be compared
            return False

    def _says_subject(self, mapping: Mapping) -> bool:
        return any(about(self.wanted.subject, row.text) for row in mapping.source.rows)

    def _listed(
        self, mapping: Mapping, rows: list[Row], columns: Sequence[Column], read: str, remarks: Sequence[str] = ()
    ) -> Finish:
        """Write down the rows that were selected."""
        source, tables = mapping.source, tables_shown(mapping.source, rows)
        if self.wanted.limit is not None:
            rows = rows[: self.wanted.limit]
        shown = columns or tuple(Column(name) for name in mapping.matches)
        made = records_of(mapping, rows, shown)
        if tables and len(rows) == 1 and rows[0].under:
            remarks = [f"It is under “{shortened(rows[0].under, LABEL_CHARS)}”.", *remarks]
        what = self.wanted.subject if self.wanted.subject.endswith("s") else "rows"
        of = f" of {len(source.rows)}" if len(rows) != len(source.rows) else ""
        text = " ".join([f"{len(rows)}{of} {what}{tables}{read}.", *remarks])
        if rows:
            text += "\n\n" + markdown(made.records, [c.name for c in shown])
        return Finish(text, self._wrapped(made.records), made.provenance)

    def _so_far(self, columns: Sequence[Column], mapping: Mapping, pages: int) -> Finish | None:
        """Answer with what has been read by now; None where that would mislead, as half a count does."""
        if self.wanted.count or (self.wanted.order and self.wanted.limit):  # the cheapest may come yet
            return None
        selecting = self._selection().rows(mapping.source)
        try:
            while True:
                next(selecting)  # only notes: nobody is told any more why rows are left out
        except StopIteration as selected:
            return self._listed(mapping, selected.value, columns, self._read(pages, whole=False))
        except UntiedError:
            return None

    def _selection(self) -> Selection:
        return Selection(self.task, self.wanted, self._page_words, of_subject=self.filter_subject)

    def _counted(self, mapping: Mapping, rows: Sequence[Row], pager: Pager, remarks: Sequence[str]) -> Finish:
        """Answer how many there are, of a list that was read to its end or of the one page that was asked for."""
        total = len(rows)
        if not pager.whole and self.wanted.all_pages:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{self.wanted.sentence}": {total} on {counted(pager.pages)}, but the list goes on and could not be '
                'read to its end; say "on this page" to count those of one page.',
            )
        where = f" (on {counted(pager.pages)})" if pager.pages > 1 else "" if pager.whole else " (on this page)"
        text = f"{total} {self.wanted.subject or 'rows'}{tables_shown(mapping.source, rows)}{where}"
        text += repeated_shown(mapping.source, rows)
        text += f"; {self._unknown} more give no value to compare" if self._unknown else ""
        return self._number(" ".join([text + "." if remarks else text, *remarks]), "count", total)

    def _told_by(self, column: Field, rows: Sequence[Row]) -> Finish:
        """Answer "how many persons" where a column of the page tells it of each row; with one row, by its number.

        Raises
        ------
        AgentError
            There are several rows: their number is not how many persons there are.
        """
        values = [value for row in rows for cell in row.cells.get(column.key, ()) if (value := number(cell.text))]
        if len(rows) == 1 and len(values) == 1:
            return self._number(f"{values[0]:f} {column.label}", column.label, float(values[0]))
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{self.wanted.sentence}": “{shortened(column.label, LABEL_CHARS)}” is a column of numbers, of '
            f"{len(rows)} rows. A sentence that works here: `what is the total of the {column.label}`.",
        )

    def _computed(self, mapping: Mapping, rows: Sequence[Row], pager: Pager, remarks: Sequence[str]) -> Finish:
        """Answer with one number that is computed from a column of all rows."""
        wanted = self.wanted
        (name, match), *_ = mapping.matches.items()
        if not pager.whole and wanted.all_pages:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{wanted.sentence}": the list goes on and could not be read to its end.'
            )
        result = computed(wanted.compute, rows, match.field, wanted.sentence)
        what = f"{wanted.compute} {match.field.label or name}"
        more = f"; {result.without} more give no number" if result.without else ""
        more += f"; {self._unknown} more give no value to compare" if self._unknown else ""
        noun = wanted.subject if wanted.subject.endswith("s") else "rows"
        of = f"{result.rows} {noun}{tables_shown(mapping.source, rows)}"
        text = f"{what}: {result.shown} ({of}{self._read(pager.pages, pager.whole)}{more})"
        return self._number(" ".join([text + "." if remarks else text, *remarks]), what, result.value)

    def _number(self, text: str, name: str, value: float) -> Finish:
        """Answer with one number, under the schema's name for numbers where it has one."""
        names = [c.name for c in self.shape.columns if c.kind in ("int", "float", "any")] if self.shape else []
        record: dict[str, object] = {names[0] if names else name: value}
        return Finish(text, record if self.shape and not self.shape.many else self._wrapped([record]))

    # --- getting there ------------------------------------------------------------------------------------------------

    def _arrive(self, page: PageData, columns: Sequence[Column]) -> Work[PageData]:
        """Go to the page that lists the subject, where this one doesn't: by a link called so, or by the search box."""
        subject = self.wanted.subject
        self._page_words = words_of(page)
        if not subject or tokens(subject)[-1] in GENERIC or self.wanted.place or self.wanted.place_ordinal:
            return page
        if is_about(subject, page):
            return page
        # Somebody who said where to go means that page; who only named a thing may have to be led to it.
        if self.task.done and self._listed_here(page, columns):
            return page
        link = yield from self._link_called(subject, page)
        if link is not None:
            yield from self.task.note(f'This page is not about "{subject}"; following the link "{link.name}".')
            yield from self._follow(link)
            page = yield from self.task.read()
            self._page_words = words_of(page) + " " + link.name
            return page
        if self._listed_here(page, columns):
            return page
        best = self._best(page, columns)
        if (yield from self._search(subject)):
            page = yield from self.task.read()
            self._page_words = words_of(page) + " " + subject
            return page
        people = best is not None and tokens(subject)[-1] in PEOPLE and find_field(best.source, "age") is not None
        if best is None or not (people or about(subject, page.text)):
            self._seen = best
            raise UntiedError(subject)
        yield from self.task.note(
            f'No list of the page is called "{subject}"; this one has the columns that match best.'
        )
        return page

    def _listed_here(self, page: PageData, columns: Sequence[Column]) -> bool:
        """Tell whether the page lists the subject among others, or under a heading or name of its own."""
        best, subject = self._best(page, columns), self.wanted.subject
        if best is None:
            return False
        if of_subject(best.source.rows, best.source, subject):
            self.filter_subject = True
            return True
        return bool(about(subject, best.source.titles) or about(subject, page.title))

    def _follow(self, link: Element) -> Work[None]:
        outcome = yield from self.task.propose(Click(link.ref, link.name), self.wanted.sentence)
        if isinstance(outcome, Failed):
            raise AgentError(outcome.code, outcome.message)
        if isinstance(outcome, Refused):
            yield from self.task.another_way(self.wanted.sentence, link, lambda e: Click(e.ref, e.name), outcome)

    def _link_called(self, subject: str, page: PageData) -> Work[Element | None]:
        """Find the one link to another page that is called like the subject."""
        seen = yield from self.task.look()
        wanted = tokens(subject)
        here = page.url.split("#")[0].rstrip("/")

        def called(element: Element) -> bool:
            name = re.sub(r"\(\d[\d,.]*\)\s*$|[›»→>]+\s*$", "", element.name)
            words = tuple(word for word in tokens(name) if word not in ("all", "shop", "browse", "see", "view"))
            return words == wanted

        links = [
            e
            for e in seen.elements
            if e.role in ("link", "menuitem", "tab") and called(e) and (e.href or "").split("#")[0].rstrip("/") != here
        ]
        different = list({e.href: e for e in reversed(links)}.values())[::-1]
        if len(different) > 1:
            return (yield from self.task.which(self.wanted.sentence, Target(subject, "link"), tuple(different)))
        return different[0] if different else None

    def _search(self, subject: str) -> Work[bool]:
        seen = yield from self.task.look()
        boxes = find(Target("search", "field"), seen, frozenset({"searchbox", "textbox", "combobox"})).elements
        if len(boxes) != 1:
            return False
        yield from self.task.note(f'No link is called "{subject}"; searching for it.')
        yield from self.task.search(subject, self.wanted.sentence)
        self._searched = True
        return True

    # --- pages --------------------------------------------------------------------------------------------------------

    def _best(self, page: PageData, columns: Sequence[Column]) -> Mapping | None:
        # What a frame of another host shows is taken where the page itself has nothing, and never in its place.
        for found in (sources(page), sources_elsewhere(page)):
            if ranked := self._ranked(columns, found):
                return ranked[0]
        return None

    def _ranked(self, columns: Sequence[Column], found: Sequence[Source]) -> list[Mapping]:
        """Order the lists of a page by how well they answer; only the one that the sentence names, where it names one.

        Raises
        ------
        UntiedError
            No list is called as the sentence says, and neither is the page.
        AgentError
            `ELEMENT_NOT_FOUND`: the page has not so many tables or lists.
        """
        wanted = self.wanted
        place = said_words(wanted.place)
        if wanted.place_ordinal is not None:
            found = numbered(found, wanted.place, wanted.place_ordinal, wanted.sentence)
        elif place:
            named = called(found, place)
            if found and not named and not says(self._page_words, place):
                self._lists, self._seen = found, next(iter(rank((), found)), None)
                raise UntiedError(wanted.place)
            found = named or found
        if wanted.place_ordinal is None:
            found = join_alike(found)
        self._found = found
        ranked = rank(columns, found, about=wanted.subject, place=wanted.place)
        most = max((m.covered for m in ranked), default=0)
        phrases = [said_words(phrase) for phrase in (*wanted.selectors, *in_places(wanted.constraints))]
        return sorted(ranked, key=lambda m: -sum(titled(m.source, p) for p in phrases) * (m.covered == most))

    # --- the form of the answer ---------------------------------------------------------------------------------------

    def _columns(self) -> tuple[Column, ...]:
        if self.shape and self.shape.columns:
            columns, self._unpaired = paired(self.shape.columns, self.wanted.wishes)
            return columns
        return columns_wished(self.wanted)

    def _has_columns(self) -> bool:
        return self.shape is not None and bool(self.shape.columns)

    def _wrapped(self, records: list[dict[str, object]]) -> object:
        if self.shape is not None and not self.shape.many and self.wanted.row is not None:
            return records[0]
        if self.shape is not None and self.shape.wrapper:
            return {self.shape.wrapper: records}
        return records

    def _nothing(self, columns: Sequence[Column], shown: Sequence[str]) -> AgentError:
        names = f"values for {', '.join(c.name for c in columns)}" if columns else "records"
        has_columns = self._has_columns()
        code: TaskFailureCode = (
            TaskFailureCode.OUTPUT_SCHEMA_MISMATCH if has_columns else TaskFailureCode.ELEMENT_NOT_FOUND
        )
        has = f" The page shows: {', '.join(shown)}." if shown else ""
        works = f" {self._sentences_that_work()}" if not has_columns else ""
        said = f'"{self.wanted.sentence}": I found no {names} on this page.{has}{works}'
        return AgentError(code, said.rstrip())
