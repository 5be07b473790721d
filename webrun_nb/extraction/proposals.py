"""The contents of a page: its lists and records, each with a schema and a text of a task that ask for it.

Names and types of the columns are taken from the page. Each proposal is tried on the page: columns that the engine
would not find again, or would find elsewhere, are left out, and of several texts the first is taken that leads to this
list and no other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.common.column_types import Column, ColumnType, column_schema
from webrun_nb.common.garbage import collector_paused
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.choose import Choice, Chooser, is_list, title_of, without_doubles
from webrun_nb.extraction.assignment.fields import Field, fields_of, key_field
from webrun_nb.extraction.assignment.fit import share_read
from webrun_nb.extraction.assignment.requested import phrases_for, requested_of
from webrun_nb.extraction.embedded.comparing import agrees
from webrun_nb.extraction.engine import currencies_of, main_of, shown_of
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.page_state import state_of
from webrun_nb.extraction.reasons import Problem, Reason
from webrun_nb.extraction.results import Part
from webrun_nb.extraction.schema import Shape, shape_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source
from webrun_nb.extraction.values.columns import read_column
from webrun_nb.extraction.values.currencies import currencies_named
from webrun_nb.extraction.values.locale import country_of_host
from webrun_nb.extraction.values.numbers import NumberText, read_number
from webrun_nb.extraction.values.page_date import page_date_of
from webrun_nb.extraction.values.values import Context, read_address
from webrun_nb.extraction.values.vocabulary import is_blank

MOST_SOURCES = 30
"""Sources of a page that are proposed; the others are counted."""
SHOWN_ROWS = 3
"""Records of a proposal that are shown."""
_SHOWN_CHARS = 500
_MOST_COLUMNS = 30
_SAMPLE_ROWS = 200
"""Rows from which a column's type is taken."""
_MOST_CELLS = 300_000
"""Cells of a page's sources that are read."""
_MOST_TRIED = 5000
"""Sources that are compared with proposed columns, all proposals of a page together."""
_ATTEMPTS = 6
"""Sets of names that are tried for the columns of a source."""
_FEW_COLUMNS = 4
_NEAR = 3
"""Elements around a value that may be the cell of a list."""
_TITLE_CHARS = 60
_NAME_CHARS = 40
_WORD_CHARS = 20
"""Longer names in markup say more about the site's design than about the value."""

_NUMBERS = (ColumnType.PERCENT, ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.INT, ColumnType.FLOAT)
_DATES = (ColumnType.DATE, ColumnType.DATETIME)
"""The types of texts with digits, the most telling first."""
_DATED = frozenset({Reason.AMBIGUOUS_DAY_MONTH, Reason.AMBIGUOUS_CENTURY, Reason.RELATIVE_DATE})
"""Why a date is not read: its numbers are none to be read."""
_NO_VALUE = frozenset({Reason.ABSENT, Reason.BLANK})
_LEAST_READ = 0.6
"""Share of the texts of a column that have to be values of its type; the others say nothing with digits."""
_CODE = re.compile(r"(?:\+|0\d)[\d\s()/-]*")
"""Postal codes, numbers of articles and telephones: numbers with which nobody calculates."""
_QUOTABLE = re.compile(r"(?=.*\w)[\w '’()&/–-]{1,60}")
"""Titles without a mark that could end a part of a sentence."""
_DIGIT = re.compile(r"\d")
_BY_TYPE = {ColumnType.MONEY: "price", ColumnType.DATE: "date", ColumnType.DATETIME: "time", ColumnType.URL: "link"}
"""The names of columns that the page does not name, by their type."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A list or record of a page, with the way to ask for it."""

    source: Source
    title: str
    """The page's own name for it; empty without one."""
    rows: int
    """The number of rows, totals left out."""
    columns: str = ""
    """A column list; empty if the engine does not find the source again by it."""
    text: str = ""
    """A task's text."""
    records: list[dict[str, Any]] = field(default_factory=list)
    """The first records of the answer to both."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The lists and records of a page."""

    proposals: tuple[Proposal, ...]
    problem: Problem | None = None
    """The kind of a page without content."""
    more: int = 0
    """The number of lists and records that are not proposed."""


@collector_paused()
def overview(snapshot: Snapshot) -> Overview:
    """Return the lists and records of a page in its order, what it embeds for machines last."""
    problem = state_of(snapshot)
    if problem in (Problem.HTTP_ERROR, Problem.EMPTY_PAGE):
        return Overview((), problem)
    page = _Page(snapshot)
    lists = without_doubles([each for each in page.shown if is_list(each)])
    records = [each for each in (*page.main, *page.shown) if not is_list(each)]
    found = [each for each in (*lists, *records) if each.rows and each.columns]
    found.sort(key=lambda each: each.kind == "embedded")
    proposals: list[Proposal] = []
    cells = tried = 0
    for source in found[:MOST_SOURCES]:
        cells += len(source.rows) * len(source.columns)
        if cells > _MOST_CELLS:
            break
        tried += 1
        proposals.append(_propose(page, source))
    in_lists = _nodes([each.source for each in proposals if each.columns and is_list(each.source)])
    kept = [each for each in proposals if _says_something(each, in_lists)]
    return Overview(tuple(kept), problem, len(found) - tried)


def _nodes(lists: Sequence[Source]) -> set[Node]:
    return {cell.node for source in lists for row in source.rows for cell in row.cells if cell is not None}


def _says_something(proposal: Proposal, in_lists: set[Node]) -> bool:
    """Tell whether a proposal is worth showing: all tables are, but not a record that repeats what a list shows."""
    source = proposal.source
    if source.kind in ("table", "grid") or not proposal.columns:
        return source.kind in ("table", "grid")
    if is_list(source) or source.kind == "embedded":
        return True
    cells = [cell for cell in source.rows[0].cells if cell is not None and (cell.text or cell.exact)]
    own = [cell for cell in cells if in_lists.isdisjoint((cell.node, *islice(cell.node.ancestors(), _NEAR)))]
    if in_lists and source.kind == "page" and len(own) < _FEW_COLUMNS:
        return False  # the page of a list has a name, and little more, of its own
    return len(own) * 2 > len(cells)


class _Page:
    """The sources of a page, found once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.shown = shown_of(snapshot)
        self.currencies = currencies_of(self.shown)
        self.day = page_date_of(snapshot, self.shown)
        self._tried = 0

    @cached_property
    def has_one_list(self) -> bool:
        """True if no sentence has to say which list is meant."""
        return sum(map(is_list, self.shown)) == 1

    @cached_property
    def main(self) -> list[Source]:
        return main_of(self.snapshot)

    def choose(self, shape: Shape, text: str) -> Choice | None:
        """Return what the engine takes for a schema and a text; None once too much was tried."""
        self._tried += len(self.shown) + 1
        if self._tried > _MOST_TRIED:
            return None
        requested = requested_of(text)
        chooser = Chooser(shape.columns, requested, share_read, phrases_for(shape.columns, requested), {})
        return chooser.choose(self.shown, lambda: self.main, many=shape.many)

    @cached_property
    def context(self) -> Context:
        """What the page says beside its lists."""
        host = urlsplit(self.snapshot.url).hostname or ""
        return Context(self.snapshot.language, country_of_host(host), self.day, self.currencies)


# --- one source


@dataclass(frozen=True, slots=True)
class _Proposed:
    """A column, and its other names in case that the engine finds nothing, or something else, by the first."""

    column: Column
    field: Field
    names: tuple[str, ...]

    def renamed(self) -> _Proposed | None:
        """Return the column under its next name; None if there is none."""
        if not self.names:
            return None
        return _Proposed(replace(self.column, name=self.names[0]), self.field, self.names[1:])


def _propose(page: _Page, source: Source) -> Proposal:
    rows = [row for row in source.rows if not row.is_total]
    bare = Proposal(source, _short(title_of(source)), len(rows))
    named = _columns(page, source)
    for text in _texts(page, source):
        kept, choice = _found_again(page, source, named, text)
        if choice is None or choice.assignment is None:
            continue
        part = Part(page.snapshot, choice.assignment, choice.sources, not choice.many, page.currencies, page.day)
        read = answer(_shape(kept), [part], words=requested_of(text).words)
        lacking = {report.name for report in read.columns if report.nulls}
        written = (f"{each.column.name}:{each.column.type.label}" for each in kept)
        columns = ", ".join(f"{each}{'?' if each.partition(':')[0] in lacking else ''}" for each in written)
        return replace(bare, rows=len(read.records), columns=columns, text=text, records=_shown(read.records))
    return bare


def _shown(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first records; of long texts, the beginning."""
    return [
        {name: value[:_SHOWN_CHARS] if isinstance(value, str) else value for name, value in record.items()}
        for record in records[:SHOWN_ROWS]
    ]


def _found_again(
    page: _Page, source: Source, named: Sequence[_Proposed], text: str
) -> tuple[list[_Proposed], Choice | None]:
    """Return the columns by which the engine takes this source, with its choice; None if it takes another."""
    kept = list(named)
    for attempt in range(_ATTEMPTS):
        choice = page.choose(_shape(kept), text) if kept else None
        if choice is None or choice.assignment is None or not _is_taken(source, choice, choice.assignment):
            break
        fields = choice.assignment.fields
        found = [_is_same(fields.get(each.column.name), each.field) for each in kept]
        if all(found):
            return kept, choice
        taken = {each.column.name for each in kept}
        again: list[_Proposed] = []
        for each, is_found in zip(kept, found, strict=True):
            other = each if is_found or attempt == _ATTEMPTS - 2 else each.renamed()
            while other is not None and other is not each and other.column.name in taken:
                other = other.renamed()
            if other is not None and (is_found or other is not each):
                taken.add(other.column.name)
                again.append(other)
        kept = again
    return [], None


def _is_taken(source: Source, choice: Choice, assignment: Assignment) -> bool:
    if not is_list(source):
        return not choice.many
    taken = assignment.source
    return choice.many and taken.node is source.node and len(taken.rows) == len(source.rows)


def _is_same(found: Field | None, proposed: Field) -> bool:
    if found is None:
        return False
    if found.source.node is proposed.source.node and (found.index, found.group) == (proposed.index, proposed.group):
        return True
    # Records are joined: what is displayed is taken before the same thing that is embedded.
    return not is_list(proposed.source) and agrees(found.example, proposed.example)


def _shape(columns: Sequence[_Proposed]) -> Shape:
    properties = {each.column.name: column_schema(each.column) for each in columns}
    return shape_of({"type": "array", "items": {"type": "object", "properties": properties}})


def _texts(page: _Page, source: Source) -> Iterator[str]:
    """Yield texts of tasks that may lead to a source, the plainest first."""
    if not is_list(source):
        yield "Get the details of this page."
        return
    is_table = source.kind in ("table", "grid")
    if page.has_one_list or not is_table:
        yield "List all rows."
    title = " ".join(title_of(source).split())
    if _QUOTABLE.fullmatch(title):
        yield f'From the table "{title}" list all rows.'
    if source.number and is_table:
        yield f"List all rows of table {source.number}."
    if is_table and not page.has_one_list:
        yield "List all rows."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else line[:_TITLE_CHARS].rpartition(" ")[0] or line[:_TITLE_CHARS]


# --- columns


def _columns(page: _Page, source: Source) -> list[_Proposed]:
    rows = [row for row in source.rows if not row.is_total][:_SAMPLE_ROWS]
    fields = [each for each in fields_of(source) if each.sample][:_MOST_COLUMNS]
    cells = [each.cells(rows) for each in fields]
    texts = [["" if cell is None else cell.text for cell in column] for column in cells]
    proposed: list[_Proposed] = []
    key = key_field(fields)
    taken: set[str] = set()
    for place, (each, column) in enumerate(zip(fields, cells, strict=True)):
        others = [other for number, other in enumerate(texts) if number != place] if len(rows) > 1 else []
        context = replace(page.context, labels=each.labels, siblings=others)
        kind = _type_of(column, context, is_price=_is_price(each))
        names = dict.fromkeys(_names(each, kind, is_key=each is key or (key is None and place == 0)))
        free = [name for name in names if name and name not in taken]
        if free and not _is_ornament(each):
            taken.add(free[0])
            proposed.append(_Proposed(Column(free[0], kind, nullable=True), each, tuple(free[1:])))
    return proposed


def _is_ornament(found: Field) -> bool:
    """Tell whether a field without a name has the same text in all rows, or no letter and digit."""
    texts = set(found.texts)
    return not found.labels and (
        not any(char.isalnum() for text in texts for char in text)
        if any(texts)
        else not any(cell.exact or cell.label or cell.href for cell in found.sample)
    )


def _is_price(found: Field) -> bool:
    """Tell whether a field's names say that it holds prices."""
    names = (*found.labels[-1:], *(name.rpartition(".")[2] for name in found.properties))
    return any(name_of(name).is_about("price", "amount", "list", "total") for name in names)


def _type_of(cells: Sequence[Cell | None], context: Context, *, is_price: bool) -> ColumnType:
    """Return the type as which all of the cells can be read; text if there is none."""
    said = [cell for cell in cells if cell is not None]
    if all(cell.node.tag == "img" and cell.href for cell in said):
        return ColumnType.URL
    texts = [text for cell in said if (text := (cell.text or cell.exact or cell.label).strip())]
    if not texts:
        return ColumnType.URL if said and all(cell.href for cell in said) else ColumnType.STR
    if all(not isinstance(read_address(text), Reason) for text in texts):
        return ColumnType.URL
    if not any(_DIGIT.search(text) for text in texts):
        return ColumnType.BOOL if _reads_as(ColumnType.BOOL, cells, context) else ColumnType.STR
    dated = read_column(cells, Column("", ColumnType.DATE), context)
    if any(each.value is not None or each.reason in _DATED for each in dated.values):
        return next((kind for kind in _DATES if _reads_as(kind, cells, context)), ColumnType.STR)
    if any(_CODE.fullmatch(text) for text in texts):
        return ColumnType.STR
    numbers = [read_number(text, context.language) for text in texts if not is_blank(text)]
    read = [each for each in numbers if not isinstance(each, Reason)]
    for kind in _NUMBERS:
        if _is_marked(kind, read, context):
            if _reads_as(kind, cells, context, measured=kind is ColumnType.QUANTITY):
                return kind
        elif kind is ColumnType.MONEY and is_price and _reads_as(kind, cells, context, measured=True):
            return kind
    return ColumnType.STR


def _is_marked(kind: ColumnType, numbers: Sequence[NumberText], context: Context) -> bool:
    """Tell whether all texts, or the headings, have the sign of a type: the page alone does not make a price of 6."""
    heading = " ".join(context.labels)
    match kind:
        case ColumnType.PERCENT:
            return "%" in heading or all(number.unit in ("%", "‰") for number in numbers)
        case ColumnType.MONEY:
            return bool(currencies_named(heading)) or all(number.currency for number in numbers)
        case ColumnType.QUANTITY:  # of a known unit: "128 reviews" is a count
            return all(number.unit for number in numbers)
        case ColumnType.INT:  # 12.00 is whole, and no count
            return any(not digits.decimal for number in numbers for digits in number.digits)
        case _:
            return True


def _reads_as(kind: ColumnType, cells: Sequence[Cell | None], context: Context, *, measured: bool = False) -> bool:
    """Tell whether all cells can be read as a type; with `measured` also their currencies or units."""
    read = read_column(cells, Column("", kind, nullable=True), context)
    said = [each for each in read.values if each.reason not in _NO_VALUE]
    values = [each.value for each in said if each.value is not None]
    # A word in place of a number, such as "on request", is no value; another number is one of another type.
    if any(each.value is None and _DIGIT.search(each.text) for each in said):
        return False
    return len(values) >= max(1, _LEAST_READ * len(said)) and (not measured or all(" " in value for value in values))


def _names(found: Field, kind: ColumnType, *, is_key: bool) -> Iterator[str]:
    """Yield names for a column, the best first."""
    labels = [label for label in dict.fromkeys(found.labels) if label]
    if labels:
        yield _written(labels[-1])
        yield _written(" ".join(labels))
        yield _written(_DIGIT.sub(" ", labels[-1]))
        yield _written(labels[0])
    for name in sorted(found.properties, key=lambda name: (name.count("."), len(name))):
        yield _written(name.rpartition(".")[2])
    if found.group is not None:
        yield "group"
    elif not labels:
        if is_key:
            yield "name"
            yield "item"
        yield _BY_TYPE.get(kind, "")
    for naming in found.namings:
        word = _written(naming.path[-1])
        if naming.origin in ("markup", "words") and len(word) <= _WORD_CHARS and not _DIGIT.search(word):
            yield word


def _written(label: str) -> str:
    """Return a label as the name of a column: lower case, words joined by `_`; empty if nothing is left of it.

    >>> _written("Price (EUR)")
    'price_eur'
    """
    kept = "".join(
        char if char.isalnum() or unicodedata.category(char).startswith("M") else "_"
        for char in unicodedata.normalize("NFC", label[: 4 * _NAME_CHARS])
    )
    words = [word for word in kept.lower().split("_") if word]
    name = ""
    for word in words:
        longer = f"{name}_{word}" if name else word
        if len(longer) > _NAME_CHARS:
            break
        name = longer
    return name
