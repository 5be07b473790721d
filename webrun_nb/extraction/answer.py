"""The answer: records in the order of the page, with where each value was read, and how complete they are.

Nothing is defaulted: a value that can't be proved is null, with the reason. Totals of a table and rows without any
value are left out and counted. True duplicates are kept; only in the screens of one list that was scrolled are rows
that were seen before left out, by their index where the page has one, otherwise by the overlap of the screens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

from webrun_nb.common.column_types import ColumnType
from webrun_nb.common.json_schema import first_misfit
from webrun_nb.common.nullable_schema import with_nulls
from webrun_nb.extraction.answer_rows import Kept, rows_of
from webrun_nb.extraction.assignment.assign import Candidate
from webrun_nb.extraction.assignment.fields import Field
from webrun_nb.extraction.embedded.comparing import agrees
from webrun_nb.extraction.embedded.displayed import Displayed, is_silent
from webrun_nb.extraction.naming.names import are_different, name_of
from webrun_nb.extraction.nested import read_nested
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.results import ColumnReport, Evidence, Extraction, Part, Row
from webrun_nb.extraction.schema import Shape, Wanted
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, SourceRow
from webrun_nb.extraction.values.columns import ColumnReading, read_column
from webrun_nb.extraction.values.currencies import currencies_named
from webrun_nb.extraction.values.locale import country_of_host
from webrun_nb.extraction.values.numbers import read_number
from webrun_nb.extraction.values.values import NUMERIC, Context, Value

_AMOUNTS = ("price", "amount", "list", "total")
"""The concepts of columns that a currency belongs to."""
_PLAIN_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,4})?")
_MOST_SIBLINGS = 30
"""Columns of a list that may prove the values of another."""


def answer(
    shape: Shape, parts: Sequence[Part], *, words: frozenset[str] = frozenset(), screens: bool = False
) -> Extraction:
    """Make the answer of the pages' sources, reading each column over all pages at once.

    Parameters
    ----------
    shape : Shape
        What is asked for, with its columns.
    parts : sequence of Part
        The pages' sources, in order.
    words : frozenset of str
        Stems of the task's words: rows of totals are kept where it speaks of them.
    screens : bool
        True if the pages are screens of one list that was scrolled.
    """
    kept, lists = rows_of(shape, parts, keep_totals="total" in words, screens=screens)
    result = Extraction(lists=lists, parts=parts)
    cells = {wanted.name: _cells(wanted, kept) for wanted in shape.columns}
    _take_each_once(shape, cells)
    context = _context(parts, kept)
    in_money = _with_currency(shape)
    readings = [_read(w, cells[w.name], context, parts, in_money=w.name in in_money) for w in shape.columns]
    read: dict[str, list[Value]] = {}
    for wanted, reading in zip(shape.columns, readings, strict=True):
        found = list(reading.values)
        if wanted.name in in_money:
            found = [_amount_of(each, wanted) for each in found]
        read[wanted.name] = _judged(wanted, found, parts)
    _derive_currencies(shape, cells, read, parts)
    for wanted in shape.columns:
        if wanted.inner:
            cells[wanted.name], read[wanted.name] = read_nested(wanted, kept, context)
    for wanted in shape.columns:
        if wanted.type is ColumnType.STR and name_of(wanted.last).is_about(*_AMOUNTS):
            read[wanted.name] = [
                _plain_amount(each, part.part) for each, part in zip(read[wanted.name], kept, strict=True)
            ]
    _leave_out_unseen(shape, cells, read, kept)
    documents = _documents_in(parts)
    for place, each in enumerate(kept):
        values = {wanted.name: read[wanted.name][place].value for wanted in shape.columns}
        url = _url_of(each, documents)
        result.rows.append(Row(values, each.row.groups, each.part.assignment.source, each.row, url))
        result.records.append(shape.record(values))
        for wanted in shape.columns:
            cell, value = cells[wanted.name][place], read[wanted.name][place]
            note = _note(wanted, cell, value, each.part)
            result.values.append(Evidence(place, wanted.name, url, cell, value, note, each.part.snapshot))
    for wanted, reading in zip(shape.columns, readings, strict=True):
        result.columns.append(_report(wanted, reading, read[wanted.name], parts))
    result.questions = list(
        {question.column: question for part in parts for question in part.assignment.questions}.values()
    )
    result.data = shape.data(result.records)
    if shape.schema and result.data is not None:
        result.misfit = first_misfit(with_nulls(shape.schema), result.data)
    return result


def _documents_in(parts: Sequence[Part]) -> dict[Node, str]:
    """Return the URLs of the documents in frames by their roots; none for pages without frames."""
    waiting = [frame for part in parts for frame in part.snapshot.frames]
    found: dict[Node, str] = {}
    while waiting:
        frame = waiting.pop()
        found[frame.root] = frame.url
        waiting += frame.frames
    return found


def _url_of(kept: Kept, documents: Mapping[Node, str]) -> str:
    """Return the URL of the document that a row is in."""
    if documents:
        *_, root = (kept.row.node, *kept.row.node.ancestors())
        if root in documents:
            return documents[root]
    return kept.part.snapshot.url


# --- values


def _leave_out_unseen(
    shape: Shape, cells: Mapping[str, list[Cell | None]], read: Mapping[str, list[Value]], kept: Sequence[Kept]
) -> None:
    """Give up the values that only the pages' data for machines have, where the page does not display them."""
    displayed: dict[int, Displayed] = {}
    for wanted in shape.columns:
        values = read[wanted.name]
        is_amount = wanted.type in NUMERIC or name_of(wanted.path[-1]).is_about(*_AMOUNTS)
        for place, (cell, each) in enumerate(zip(cells[wanted.name], kept, strict=True)):
            value = values[place]
            if cell is None or value.value is None or not is_silent(cell):
                continue
            page = displayed.setdefault(id(each.part.snapshot), Displayed(each.part.snapshot))
            if not page.bears_out(value.text or cell.text or cell.exact, is_amount=is_amount):
                cells[wanted.name][place] = None  # nor is it evidence: it may be an instruction that nobody is to see
                values[place] = Value("", None, Reason.NOT_DISPLAYED)


def _cells(wanted: Wanted, kept: Sequence[Kept]) -> list[Cell | None]:
    """Return a column's cells in the rows of the answer."""
    by_part: dict[int, tuple[Field | None, list[SourceRow]]] = {}
    for each in kept:
        found = each.part.assignment.fields.get(wanted.name)
        by_part.setdefault(id(each.part), (found, []))[1].append(each.row)
    cells: dict[int, list[Cell | None]] = {}
    for part, (found, rows) in by_part.items():
        if found is None:
            cells[part] = [None] * len(rows)
        elif any(row in found.source.rows for row in rows[:1]):
            cells[part] = found.cells(rows)
        else:  # a value that another source of the same record has
            cells[part] = found.cells()[:1] * len(rows)
    places: Counter[int] = Counter()
    made = []
    for each in kept:
        part = id(each.part)
        made.append(cells[part][places[part]])
        places[part] += 1
    return made


def _take_each_once(shape: Shape, cells: dict[str, list[Cell | None]]) -> None:
    """Take a cell that spans two columns for the value of the first one alone where they are about different things.

    A break in a programme that spans titles and speakers is no speaker; a number that spans two years is of both.
    """
    columns = [wanted for wanted in shape.columns if wanted.type is not ColumnType.URL]
    sharing: set[tuple[int, int]] = set()
    for row in zip(*(cells[wanted.name] for wanted in columns), strict=True):
        first_of: dict[int, int] = {}
        for number, cell in enumerate(row):
            if cell is not None and first_of.setdefault(id(cell), number) != number:
                sharing.add((first_of[id(cell)], number))
    for one, other in sharing:
        first, second = columns[one], columns[other]
        if are_different(name_of(first.path[-1]), name_of(second.path[-1])):
            pairs = zip(cells[first.name], cells[second.name], strict=True)
            cells[second.name] = [None if a is b else b for a, b in pairs]


def _judged(wanted: Wanted, values: list[Value], parts: Sequence[Part]) -> list[Value]:
    """Give the values of a column that no field was taken for their reason."""
    if wanted.type is ColumnType.JSON:
        return [Value("", None, Reason.NOT_ONE_FIELD) for _ in values]
    if any(wanted.name in part.assignment.fields for part in parts):
        return values
    asked = any(question.column == wanted.name for part in parts for question in part.assignment.questions)
    reason = Reason.SEVERAL_FIELDS if asked else Reason.NO_FIELD
    return [Value("", None, reason) for _ in values]


def _derive_currencies(
    shape: Shape, cells: dict[str, list[Cell | None]], read: dict[str, list[Value]], parts: Sequence[Part]
) -> None:
    """Fill a text column for the currency, which the page displays with the prices and not by itself.

    It is the sign that is displayed with the price of the same row; where none is displayed, what the page's data for
    machines say stays.
    """
    prices = [wanted for wanted in shape.columns if name_of(wanted.last).is_about("price", "amount", "list", "total")]
    for wanted in shape.columns:
        name = name_of(wanted.last)
        if wanted.type is not ColumnType.STR or "currency" not in name.concepts:
            continue
        fields = [part.assignment.fields[wanted.name] for part in parts if wanted.name in part.assignment.fields]
        if any(each.is_displayed for each in fields):
            continue
        beside = [each for each in prices if name_of(each.last).joined in name.joined] or prices
        if len(beside) != 1:
            continue
        (price,) = beside
        for place, cell in enumerate(cells[price.name]):
            if cell is not None and cell.text and (sign := _currency_sign(cell)):
                cells[wanted.name][place] = cell
                read[wanted.name][place] = Value(cell.text, sign, how=f"as displayed with {price.name}")


def _currency_sign(cell: Cell) -> str:
    number = read_number(cell.text, cell.node.language)
    return "" if isinstance(number, Reason) else number.currency


def _plain_amount(value: Value, part: Part) -> Value:
    """Return a record's displayed price, asked for as text, as the plain number that its data for machines confirm."""
    if not part.is_record or not isinstance(value.value, str) or _PLAIN_NUMBER.fullmatch(value.value):
        return value
    for source in part.sources:
        for place, column in enumerate(source.columns):
            cell = _at(source.rows[0], place)
            said = "" if cell is None else cell.exact or cell.text
            is_price = any("price" in name.rpartition(".")[2] for name in column.properties)
            if is_price and _PLAIN_NUMBER.fullmatch(said) and agrees(value.value, said):
                return replace(value, value=said, how="amount as the page's data for machines write it")
    return value


def _note(wanted: Wanted, cell: Cell | None, value: Value, part: Part) -> str:
    """Say what the page's data for machines have in place of the displayed value; empty where they agree."""
    beside = part.assignment.beside.get(wanted.name)
    if cell is None or value.value is None or beside is None:
        return ""
    (other, *_) = [*beside.cells()[:1], None]
    said = "" if other is None else other.exact or other.text
    return (
        f"the page's data for machines say {said[:80]!r}" if said and not agrees(cell.text or cell.exact, said) else ""
    )


def _report(wanted: Wanted, reading: ColumnReading, values: Sequence[Value], parts: Sequence[Part]) -> ColumnReport:
    nulls = Counter(str(value.reason) for value in values if value.value is None and value.reason is not None)
    found = next((part.assignment.fields[wanted.name] for part in parts if wanted.name in part.assignment.fields), None)
    nearest: tuple[Candidate, ...] = ()
    if found is None and parts and nulls:
        nearest = parts[0].assignment.nearest.get(wanted.name, ())
    how = ", ".join(f"{what} {why}".strip() for what, why in reading.conventions.items())
    return ColumnReport(wanted.name, "" if found is None else found.label, how, dict(nulls), nearest)


def _context(parts: Sequence[Part], kept: Sequence[Kept]) -> Context:
    """Return what the pages say beside their columns; the other columns of a list are there to prove values."""
    if not parts:
        return Context()
    first = parts[0].snapshot
    host = urlsplit(first.url).hostname or ""
    width = 0 if parts[0].is_record else min(len(parts[0].assignment.source.columns), _MOST_SIBLINGS)
    siblings = [
        [cell.text if (cell := _at(each.row, place)) is not None else "" for each in kept] for place in range(width)
    ]
    currencies = frozenset().union(*(part.currencies for part in parts))
    days = {part.page_date for part in parts}
    day = days.pop() if len(days) == 1 else None
    return Context(first.language, country_of_host(host), day, currencies, siblings=siblings)


def _at(row: SourceRow, place: int) -> Cell | None:
    return row.cells[place] if place < len(row.cells) else None


def _read(
    wanted: Wanted, cells: Sequence[Cell | None], context: Context, parts: Sequence[Part], *, in_money: bool
) -> ColumnReading:
    found = next((part.assignment.fields[wanted.name] for part in parts if wanted.name in part.assignment.fields), None)
    siblings = context.siblings
    if found is None:
        return read_column(cells, wanted.column, replace(context, siblings=()))
    column = replace(wanted.column, type=ColumnType.MONEY) if in_money else wanted.column
    others = [texts for place, texts in enumerate(siblings) if place != found.index or found.group is not None]
    said = currencies_named(" ".join(found.labels)) or context.currencies
    return read_column(cells, column, replace(context, labels=found.labels, currencies=said, siblings=others))


def _with_currency(shape: Shape) -> frozenset[str]:
    """Return the columns of plain numbers whose currency another column holds: they may mix currencies."""
    names = {wanted.name: name_of(wanted.last) for wanted in shape.columns}
    if not any("currency" in name.concepts for name in names.values()):
        return frozenset()
    numbers = (ColumnType.FLOAT, ColumnType.INT)
    return frozenset(w.name for w in shape.columns if w.type in numbers and names[w.name].is_about(*_AMOUNTS))


def _amount_of(value: Value, wanted: Wanted) -> Value:
    """Return the plain number of a value of money."""
    if value.value is None:
        return replace(value, readings=())
    amount = Decimal(value.value.partition(" ")[0])
    if wanted.type is ColumnType.FLOAT:
        return replace(value, value=float(amount))
    is_whole = amount == amount.to_integral_value()
    return replace(value, value=int(amount) if is_whole else None, reason=None if is_whole else Reason.NOT_WHOLE)
