"""Reads a column of cells as values of a type: each text's possible readings, and for all of them what is proved.

The cells may come from several pages of one list. No cell is decided by itself: numbers are decided in
`column_numbers`, dates in `column_dates`; texts, choices, truth values and addresses have one reading at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.column_dates import DateRangeReader, DateReader
from webrun_nb.extraction.values.column_numbers import NumberRangeReader, NumberReader
from webrun_nb.extraction.values.column_reader import CellKey, ColumnReader, key_of
from webrun_nb.extraction.values.list_items import items_of
from webrun_nb.extraction.values.locale import base_language
from webrun_nb.extraction.values.values import DATED, NO_CONTEXT, NUMERIC, Context, Value, read_plain


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """The values of a column, one per cell."""

    values: tuple[Value, ...]
    conventions: Mapping[str, str]
    """What was decided for the whole column, for people: `{"decimal mark ,": "by column"}`."""

    @property
    def missing(self) -> Mapping[Reason, int]:
        """The number of missing values by reason."""
        return Counter(one.reason for one in self.values if one.value is None and one.reason is not None)


_ABSENT = Value("", None, Reason.ABSENT)


def read_column(cells: Sequence[Cell | None], column: Column, context: Context = NO_CONTEXT) -> ColumnReading:
    """Read the cells of a column.

    Parameters
    ----------
    cells : sequence of Cell or None
        Its cells in the order of the rows, of all pages of the list; None where a row has none.
    column : Column
        The name, type and choices that are asked for.
    context : Context
        What the pages say beside the column.

    Returns
    -------
    ColumnReading
        One value per cell. A value that is not proved is None, with the reason and its possible readings.
    """
    if column.type is ColumnType.LIST and column.item is not None:
        return _read_lists(cells, column, column.item, context)
    languages = _Languages(context.language)
    keys = [None if cell is None else key_of(cell, languages.of(cell.node)) for cell in cells]
    distinct = {key: cell for key, cell in zip(keys, cells, strict=True) if key is not None and cell is not None}
    by_language: dict[str, dict[CellKey, Cell]] = {}
    for key, cell in distinct.items():
        by_language.setdefault(key[0], {})[key] = cell
    found: dict[CellKey, Value] = {}
    conventions: dict[str, str] = {}
    for language, group in by_language.items():
        own = context if language == context.language else replace(context, language=language)
        reader: ColumnReader
        if column.type in NUMERIC:
            reader = NumberReader(column, own, group, keys)
        elif column.type in DATED:
            reader = DateReader(column, own, group)
        elif column.type is ColumnType.RANGE and column.item is not None:
            is_dated = column.item.type in DATED
            item = column.item
            reader = DateRangeReader(item, own, group) if is_dated else NumberRangeReader(item, own, group, keys)
        else:
            reader = _PlainReader(column, own)
        for key, cell in group.items():
            found[key] = reader.read(cell)
        conventions.update(reader.conventions)
    return ColumnReading(tuple(_ABSENT if key is None else found[key] for key in keys), conventions)


class _Languages:
    """The language tags of nodes, each element looked at once."""

    def __init__(self, default: str) -> None:
        self._default = default
        self._known: dict[int, str] = {}

    def of(self, node: Node) -> str:
        passed: list[int] = []
        here: Node | None = node
        language = self._default
        while here is not None:
            if tag := here.attributes.get("lang"):
                is_vaguer = tag.lower() == base_language(self._default)  # "en" within "en-US"
                language = self._default if is_vaguer else tag
                break
            if (known := self._known.get(id(here))) is not None:
                language = known
                break
            passed.append(id(here))
            here = here.parent
        self._known.update(dict.fromkeys(passed, language))
        return language


class _PlainReader(ColumnReader):
    def __init__(self, column: Column, context: Context) -> None:
        super().__init__()
        self._column = column
        self._context = context

    def read(self, cell: Cell) -> Value:
        texts = [(cell.text, "as written"), (cell.label, "as its label"), (cell.exact, "as the element's value")]
        if self._column.type is ColumnType.URL:
            texts.insert(0, (cell.href, "as its link"))
        first: Reason | None = None
        for text, how in texts:
            if text.strip():
                value = read_plain(text, self._column, self._context)
                if not isinstance(value, Reason):
                    return Value(text, value, None, how)
                first = first or value
        return Value(cell.text, None, first or Reason.BLANK)


def _read_lists(cells: Sequence[Cell | None], column: Column, item: Column, context: Context) -> ColumnReading:
    """Read cells that list values; all items of the column are decided together."""
    found = items_of(cells, column, item)
    parts = [part for each in found if not isinstance(each, Reason) for part in each]
    inner = read_column(parts, item, context)
    left = iter(inner.values)
    values = []
    for cell, items in zip(cells, found, strict=True):
        text = "" if cell is None else cell.text
        if isinstance(items, Reason):
            values.append(Value(text, None, items))
            continue
        own = [next(left) for _ in items]
        lacking = next((one for one in own if one.value is None), None)
        if lacking is not None:
            values.append(Value(text, None, lacking.reason))
        else:
            values.append(Value(text, [one.value for one in own], None, own[0].how if own else ""))
    return ColumnReading(tuple(values), inner.conventions)
