"""Choice of the sources that answer a request: a list or a record, and which of several tables.

Tables are chosen by their number, their caption or heading, and by how many of the columns they have. Sources that show
the same elements are one, as which the more structured one is taken. Tables with the same headings are parts of one
list, unless the request names one of them. The sources of the page's one record are joined: what is displayed comes
before what the page embeds for machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from webrun_nb.extraction.assignment.assign import Ambiguous, Assignment, Candidate, Reads, assign
from webrun_nb.extraction.assignment.related_lists import is_of_others
from webrun_nb.extraction.assignment.requested import Requested
from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.embedded.embedded_things import is_beside, is_of_another, named_in, types_of
from webrun_nb.extraction.naming.names import Name, name_of
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.schema import Wanted
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, Source, SourceColumn, SourceRow

_LISTS = ("table", "grid", "list")
_RECORDS = ("page", "pairs")
_ORDER = ("table", "grid", "list", "pairs", "page", "embedded")
"""Kinds of sources, the most structured first."""
_LEAST_ANSWERED = 0.4
"""Share of the columns that a list has to have."""
_LITTLE = 0.5
"""Share of the columns up to which a record may be about something else than what is asked for."""
_MARGIN = 0.04
"""Scores of sources that differ by less are equally good."""
_TITLE_BONUS, _SUBJECT_BONUS = 0.15, 0.1
_ASIDE = ("nav", "footer", "aside", "header")
_ASIDE_WEIGHT = 0.8
_OF_PRODUCTS = frozenset({"price", "sku", "mpn", "gtin", "brand", "availability"})
"""Facts that only products have."""
_ABOUT_PRODUCTS = ("price", "list", "identifier", "gtin", "brand", "availability", "rating", "reviews", "currency")
"""The concepts of columns that ask for such facts."""
_HEADINGS = frozenset({"headline"})
"""The property of the main heading of a page's record."""
_FEWEST_TO_COMPARE = 2
_SIZE_RATIO = 3
"""Of equally good lists, one that is so many times longer is the list of the page."""
_MOST_SOURCES = 1000
"""Sources of a page that are compared."""


@dataclass(slots=True)
class Choice:
    """The source that answers, with its assignment; or the reason why there is none.

    Parameters
    ----------
    assignment : Assignment or None
        The fields of the chosen source.
    sources : tuple of Source
        The sources that it was joined of.
    many : bool
        True for a list.
    problem : Problem or None
        Why there is no source.
    question : Ambiguous or None
        The sources that are equally good; its column is empty.
    near : tuple of Assignment
        The sources that come nearest, if none is taken.
    """

    assignment: Assignment | None = None
    sources: tuple[Source, ...] = ()
    many: bool = True
    problem: Problem | None = None
    question: Ambiguous | None = None
    near: tuple[Assignment, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses among the sources of a page.

    Parameters
    ----------
    columns : sequence of Wanted
        The columns that are asked for; empty for the source's own.
    requested : Requested
        What the text says.
    reads : Reads
        Tells which share of cells can be read as a column's type.
    phrases : mapping of str to sequence of Name
        What the text calls the columns.
    chosen : mapping of str to str
        What a person chose: a field's label by column, a source's title by the empty name.
    keeps_sections : bool
        True if records within the records are asked for.
    """

    columns: Sequence[Wanted]
    requested: Requested
    reads: Reads
    phrases: Mapping[str, Sequence[Name]]
    chosen: Mapping[str, str]
    keeps_sections: bool = False

    def choose(self, sources: Sequence[Source], records: Callable[[], Sequence[Source]], *, many: bool) -> Choice:
        """Choose the sources for a list, or for one record.

        Parameters
        ----------
        sources : sequence of Source
            The lists of a page, and its records as far as they are known.
        records : callable
            Returns its further records; called only if they may answer, because the page's main record takes time.
        many : bool
            True if the schema asks for a list.
        """
        listed = [each for each in sources if is_list(each)][:_MOST_SOURCES]
        lists = without_doubles(listed, keeps_sections=self.keeps_sections)
        of_list = self._of_lists(lists)
        asked_for_table = self.requested.number or self.requested.all_tables or "" in self.chosen
        if asked_for_table and (of_list.assignment or of_list.problem is Problem.NO_SUCH_TABLE):
            return of_list
        if many and any(map(self._is_subject, lists)):
            return of_list
        wants_many = many if self.requested.many is None or not many else self.requested.many
        if wants_many and self._is_whole(of_list):
            return of_list
        record = self._record([*(each for each in sources if not is_list(each)), *records()])
        if self._record_is_better(record, of_list, wants_many=wants_many, many=many):
            return record
        if not many and of_list.assignment and len(of_list.assignment.source.rows) > 1:
            return Choice(problem=Problem.SEVERAL_ROWS, near=(of_list.assignment,))
        if of_list.assignment or of_list.question:
            return of_list
        if not wants_many and record.sources and self._is_product(record.sources):
            return replace(record, assignment=record.near[0], problem=None)  # a product without a price has none
        return Choice(problem=Problem.NO_SOURCE, near=(*of_list.near, *record.near))

    def _is_whole(self, choice: Choice, *, table: bool = False) -> bool:
        """Tell whether no record can answer better: it is a table that has all columns, or a list was asked for."""
        assignment = choice.assignment
        if assignment is None or not self.columns:
            return bool(self.requested.many) and (assignment is not None or choice.question is not None)
        is_table = assignment.source.kind in ("table", "grid") and len(assignment.source.rows) > 1
        has_all = is_table and assignment.answered == len(self.columns)
        return has_all or (bool(self.requested.many) and not table)

    def _record_is_better(self, record: Choice, of_list: Choice, *, wants_many: bool, many: bool) -> bool:
        if record.assignment is None:
            return False
        if of_list.assignment is None and of_list.question is None:
            is_enough = self._share(record.assignment) >= _LEAST_ANSWERED and self._says_more(record.assignment)
            return not wants_many or is_enough
        if not wants_many:
            # "The company's employees" are many after all, where a table has all columns and the record few.
            return not many or self._share(record.assignment) > _LITTLE or not self._is_whole(of_list, table=True)
        if self.requested.many or of_list.assignment is None:
            return False
        # The text does not tell: the page's main record answers as well as a list that stands on its page.
        displayed = any(each.kind == "page" for each in record.sources)
        return displayed and record.assignment.answered >= of_list.assignment.answered

    def _says_more(self, assignment: Assignment) -> bool:
        """Tell whether a record answers with more than its heading, which any page has."""
        if len(self.columns) < _FEWEST_TO_COMPARE and not self.requested.many:
            return True
        headings = [each for each in assignment.fields.values() if each.properties & _HEADINGS]
        return len(assignment.fields) > len(headings)

    def _share(self, assignment: Assignment) -> float:
        return assignment.answered / len(self.columns) if self.columns else 1.0

    def _is_enough(self, assignment: Assignment) -> bool:
        """Tell whether a list has enough of the columns, and not all of them by type and place alone."""
        share = self._share(assignment)
        enough = share >= _LEAST_ANSWERED and (assignment.is_named or share == 1)
        return bool(assignment.source.rows) and (enough or not self.columns)

    def _assign(self, source: Source) -> Assignment:
        return assign(
            self.columns,
            source,
            reads=self.reads,
            phrases=self.phrases,
            requested=self.requested,
            chosen={name: label for name, label in self.chosen.items() if name},
        )

    # --- lists

    def _of_lists(self, lists: Sequence[Source]) -> Choice:
        named = self._named(lists)
        if named is None:
            return Choice(problem=Problem.NO_SUCH_TABLE)
        rated = sorted(((self._rate(each), each) for each in map(self._assign, named)), key=lambda pair: -pair[0])
        good = [(score, each) for score, each in rated if self._is_enough(each)]
        if not good:
            return Choice(problem=Problem.NO_SOURCE, near=tuple(each for _, each in rated[:3] if each.nearest))
        best_score, best = good[0]
        equal = [each for score, each in good if score >= best_score - _MARGIN]
        alike = [each for _, each in good] if self.requested.all_tables else self._parts_of_list(best, good)
        if len(alike) > 1 and any(_signature(best.source)):
            return self._joined([each.source for each in alike])
        rest = [each for each in equal if each is not best and not _is_much_longer(best, each)]
        if rest and not any(_is_much_longer(each, best) for each in rest):
            return Choice(problem=Problem.SEVERAL_SOURCES, question=_question([best, *rest]), near=(best, *rest))
        longest = max(equal, key=lambda each: len(each.source.rows))
        return Choice(longest, (longest.source,))

    def _parts_of_list(self, best: Assignment, good: Sequence[tuple[float, Assignment]]) -> list[Assignment]:
        """Return the tables that have the same headings as the best one, and of whose titles the text says as much."""
        signature, said = sorted(_signature(best.source)), self._said_of_title(best.source)
        return [
            each
            for _, each in good
            if sorted(_signature(each.source)) == signature
            and (self.requested.joins_all or self._said_of_title(each.source) == said)
            and _is_aside(each.source) == _is_aside(best.source)
            and self._is_of_others(each.source) == self._is_of_others(best.source)
        ]

    def _is_of_others(self, source: Source) -> bool:
        subject = {word.stem for word in self.requested.subject.words}
        return any(is_of_others(title, subject, self.requested.words) for title in (source.caption, source.heading))

    def _said_of_title(self, source: Source) -> float:
        title = name_of(title_of(source))
        said = sum(word.stem in self.requested.words for word in title.words)
        return said / len(title.words) if title.words else 0.0

    def _named(self, lists: Sequence[Source]) -> Sequence[Source] | None:
        """Return the sources that the request names, otherwise all; None if there is none of that number."""
        if title := self.chosen.get(""):
            return [each for each in lists if title_of(each) == title] or lists
        if number := self.requested.number:
            titled = [each for each in lists if _has_number(each, number)]
            tables = [each for each in lists if each.kind in ("table", "grid")] or list(lists)
            if titled or abs(number) <= len(tables):
                return titled or [tables[number - 1 if number > 0 else number]]
            return None
        for place in self.requested.places:
            if called := [each for each in lists if _is_called(each, place)]:
                return called
        return [each for each in lists if self._is_subject(each)] or lists

    def _is_subject(self, source: Source) -> bool:
        """Tell whether a list is titled as what is asked for: "the practice accounts". A word alone may be chance."""
        asked = {word.stem for word in self.requested.subject.words}
        titles = (source.caption, source.heading)
        return len(asked) > 1 and any({word.stem for word in name_of(title).words} == asked for title in titles)

    def _rate(self, assignment: Assignment) -> float:
        source = assignment.source
        if self.columns:
            asked = sum(assignment.scores.values()) + sum(0.9 for _ in assignment.questions)
            score = asked / len(self.columns)
        else:
            score = _richness(source)
        title = name_of(title_of(source))
        score += _TITLE_BONUS * self._said_of_title(source)
        subject = {word.stem for word in self.requested.subject.words}
        if subject & {word.stem for word in title.words}:
            score += _SUBJECT_BONUS
        if _is_aside(source) or self._is_of_others(source):
            score *= _ASIDE_WEIGHT
        if source.kind == "embedded":
            score *= 0.9
        return score

    def _joined(self, sources: Sequence[Source]) -> Choice:
        """Join tables to one list; those with other headings by the columns that are asked for alone."""
        if len({tuple(sorted(_signature(each))) for each in sources}) > 1:
            sources = [self._as_columns(each) for each in sources]
        whole, ordered = joined(sources)
        return Choice(self._assign(whole), ordered)

    def _as_columns(self, source: Source) -> Source:
        """Return a source with the columns that are asked for alone, so that different tables can be joined."""
        found = self._assign(source).fields
        fields = [found.get(wanted.name) for wanted in self.columns]
        cells = [each.cells() if each else [None] * len(source.rows) for each in fields]
        rows = [replace(row, cells=tuple(column[place] for column in cells)) for place, row in enumerate(source.rows)]
        names = [
            each.labels if each and any(each.labels) else (wanted.name,)
            for each, wanted in zip(fields, self.columns, strict=True)
        ]
        return replace(source, columns=[SourceColumn(labels) for labels in names], rows=rows)

    # --- records

    def _record(self, sources: Sequence[Source]) -> Choice:
        kept = [each for each in sources if len(each.rows) == 1]
        if not kept:
            return Choice(many=False, problem=Problem.NO_SOURCE)
        kept.sort(key=lambda each: (each.kind == "embedded", _RECORDS.index(each.kind) if each.kind in _RECORDS else 0))
        main = next((each for each in kept if each.kind == "page"), None)
        assignment = self._of_records(kept)
        near = (assignment,)
        enough = assignment.answered and (main is not None or self._share(assignment) >= _LEAST_ANSWERED)
        if not enough and self.columns:
            sources = (main,) if main is not None else ()
            return Choice(None, sources, many=False, problem=Problem.NO_SOURCE, near=near)
        return Choice(assignment, tuple(kept), many=False)

    def _is_product(self, sources: Sequence[Source]) -> bool:
        """Tell whether a page is about a product, and facts of products are all that is asked for."""
        properties = frozenset().union(*(column.properties for each in sources for column in each.columns))
        asked = [name_of(wanted.last) for wanted in self.columns]
        return bool(properties & _OF_PRODUCTS) and all(name.is_about(*_ABOUT_PRODUCTS) for name in asked)

    def _of_records(self, sources: Sequence[Source]) -> Assignment:
        """Assign the columns to the records, in the order: what the page is about, its pairs, what it embeds."""
        page = [each for each in sources if each.kind == "page"][:1]
        pairs = [each for each in sources if each.kind == "pairs"]
        stages = [*map(self._assign, page), *([self._assign(_one_row(pairs))] if pairs else [])]
        main = next((set(plain_words(name).split()) for each in page if (name := named_in(each))), set[str]())
        embedded = [
            self._assign(each)
            for each in sources
            if each.kind == "embedded" and not is_beside(each) and not is_of_another(each, main)
        ]
        embedded.sort(key=lambda each: -each.total)
        about = next((types_of(each.source) for each in embedded if each.total), frozenset())
        # Of the embedded things, those of another type are about something else.
        stages += [each for each in embedded if types_of(each.source) <= {"website"} or types_of(each.source) & about]
        if not stages:
            return Assignment(sources[0])
        first, *further = stages
        for other in further:
            _add_missing(first, other)
        return first


def _add_missing(assignment: Assignment, other: Assignment) -> None:
    """Take the fields of a further record for the columns that have none."""
    asked = {question.column for question in assignment.questions}
    for name, found in other.fields.items():
        if name in assignment.fields:
            if other.source.kind == "embedded":
                assignment.beside.setdefault(name, found)
        elif name not in asked:
            assignment.fields[name] = found
            assignment.scores[name] = other.scores[name]
            assignment.nearest.pop(name, None)
    for question in other.questions:
        if question.column not in assignment.fields and question.column not in asked:
            assignment.questions.append(question)


def joined(sources: Sequence[Source]) -> tuple[Source, tuple[Source, ...]]:
    """Join tables with the same headings to one list, with their titles as headings above their rows.

    Returns
    -------
    tuple of Source and tuple of Source
        The list, and the tables in the order of the page.
    """
    ordered = sorted(sources, key=lambda each: each.number)
    rows = [
        replace(row, groups=(title_of(each), *row.groups), heads=(each.node, *row.heads)) if title_of(each) else row
        for each in ordered
        for row in _in_order(each, ordered[0]).rows
    ]
    return replace(ordered[0], rows=rows, caption="", heading=""), tuple(ordered)


def title_of(source: Source) -> str:
    """Return what the page calls a list: its caption, otherwise the heading above it."""
    return source.caption or source.heading


def has_same_columns(one: Source, other: Source) -> bool:
    """Tell whether two lists, perhaps of different pages, have the same columns."""
    return one.kind == other.kind and list(one.columns) == list(other.columns)


def is_list(source: Source) -> bool:
    """Tell whether a source is a list rather than a record."""
    return source.kind in _LISTS or (source.kind == "embedded" and len(source.rows) > 1)


def _one_row(sources: Sequence[Source]) -> Source:
    """Join records to one row with the columns of all."""
    first = sources[0]
    columns = [column for each in sources for column in each.columns]
    cells = tuple(cell for each in sources for cell in _padded(each))
    return replace(first, columns=columns, rows=[SourceRow(first.rows[0].node, cells)])


def _padded(source: Source) -> Iterable[Cell | None]:
    cells = source.rows[0].cells
    return (*cells, *[None] * (len(source.columns) - len(cells)))[: len(source.columns)]


def _signature(source: Source) -> tuple[tuple[str, ...], ...]:
    return tuple(column.labels for column in source.columns)


def _is_aside(source: Source) -> bool:
    return source.node.closest(*_ASIDE) is not None


def _in_order(source: Source, like: Source) -> Source:
    """Return a source with its columns in the order of another that has the same headings."""
    own, order = _signature(source), _signature(like)
    if sorted(own) != sorted(order) or len(set(own)) < len(own):
        return source
    places = [own.index(labels) for labels in order]
    rows = [
        replace(row, cells=tuple(row.cells[place] if place < len(row.cells) else None for place in places))
        for row in source.rows
    ]
    return replace(source, columns=[source.columns[place] for place in places], rows=rows)


def _richness(source: Source) -> float:
    """Rate a list whose columns nobody named: by its size, and by how many of its columns have a heading."""
    labelled = sum(any(column.labels) for column in source.columns) / max(1, len(source.columns))
    size = min(1.0, len(source.rows) * len(source.columns) / 50)
    return 0.5 * size + 0.3 * labelled + (0.2 if source.kind in ("table", "grid") else 0.0)


def _is_much_longer(one: Assignment, other: Assignment) -> bool:
    return len(one.source.rows) >= _SIZE_RATIO * max(1, len(other.source.rows))


def _is_called(source: Source, place: Name) -> bool:
    title = name_of(f"{source.caption} {source.heading}")
    stems = {word.stem for word in title.words}
    return all(word.stem in stems or (word.concepts & title.concepts) for word in place.words)


def _has_number(source: Source, number: int) -> bool:
    """Tell whether the page itself numbers the table so ("Table 2: Households")."""
    title = name_of(title_of(source)[:40]).words
    return any(
        after.text == str(number)
        and before.text in ("table", "tabelle", "tableau", "tabla", "tabella", "tabela", "tab")
        for before, after in pairwise(title)
    )


def _question(assignments: Sequence[Assignment]) -> Ambiguous:
    candidates = []
    for each in assignments[:4]:
        source = each.source
        title = title_of(source) or f"{source.kind} {source.number}"
        first = source.rows[0].cells if source.rows else ()
        example = " | ".join(cell.text for cell in first[:4] if cell is not None)[:80]
        candidates.append(Candidate(title, example))
    return Ambiguous("", tuple(candidates))


def without_doubles(sources: Sequence[Source], *, keeps_sections: bool = False) -> list[Source]:
    """Leave out a source that shows the elements of a more structured one.

    Parameters
    ----------
    sources : sequence of Source
        The sources of a page.
    keeps_sections : bool
        True to keep lists whose items are sections with a table in each: their records hold those of the tables.
    """
    kept: list[Source] = []
    taken: set[Node] = set()
    for source in sorted(sources, key=_structure):
        nodes = {
            cell.node for row in source.rows[:50] for cell in row.cells if cell is not None and not cell.node.hidden
        }
        around = {above for row in source.rows[:10] for above in (row.node, *row.node.ancestors())}
        inside = bool(nodes) and len(nodes & taken) * 2 > len(nodes)
        wraps = source.kind == "list" and any(each.node in around or each.node is source.node for each in kept)
        is_of_sections = not keeps_sections and _holds_tables(source, kept)
        if inside or is_of_sections or (wraps and source.kind == "list" and _is_within(source, kept)):
            continue
        kept.append(source)
        taken |= nodes
    places = {id(each): place for place, each in enumerate(sources)}
    return sorted(kept, key=lambda each: places[id(each)])


def _structure(source: Source) -> tuple[int, bool]:
    """Return the order in which sources are taken; a table without headings may be no more than a layout of a list."""
    is_bare = source.kind == "table" and not any(any(column.labels) for column in source.columns)
    return _ORDER.index("list" if is_bare else source.kind), is_bare


def _holds_tables(source: Source, kept: Sequence[Source]) -> bool:
    """Tell whether most items of a list are sections with a table of several columns in each, which are lists."""
    tables = {each.node for each in kept if each.kind in ("table", "grid") and _is_headed(each)}
    if source.kind != "list" or len(tables) < 2:
        return False
    held = [_tables_in(row, tables) for row in source.rows[:20]]
    holding = [each for each in held if each]
    return len(set().union(*holding)) > 1 and 2 * len(holding) > len(held)


def _is_headed(source: Source) -> bool:
    return len(source.columns) > 1 and all(any(column.labels) for column in source.columns)


def _tables_in(row: SourceRow, tables: set[Node]) -> set[Node]:
    nodes = [cell.node for cell in row.cells if cell is not None]
    return {above for node in nodes for above in node.ancestors() if above in tables}


def _is_within(source: Source, kept: Sequence[Source]) -> bool:
    """Tell whether most of a list's rows are rows or cells of a table that is kept."""
    tables = {each.node for each in kept if each.kind in ("table", "grid")}
    inner = sum(any(above in tables for above in row.node.ancestors()) for row in source.rows[:20])
    return inner * 2 > len(source.rows[:20])
