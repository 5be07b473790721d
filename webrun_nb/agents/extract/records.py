"""Rows and their mapping to the answer: values of the schema's types, where each came from, and markdown for people."""

from __future__ import annotations

import re
from collections.abc import Mapping as Record
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from webrun_nb.agents.base import AgentError, Provenance
from webrun_nb.agents.extract.mapping import Mapping, find_field, own_name
from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.selecting import LABEL_CHARS
from webrun_nb.agents.extract.sources import UNDER, Field, Row, Source
from webrun_nb.agents.extract.values import MISSING, Cell, convert
from webrun_nb.agents.planner.intents import Extract
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

EXAMPLE_CHARS = 40
"""How much of a page's value stands in a question."""


@dataclass(frozen=True, slots=True)
class Records:
    """Plain JSON records with the place of each value."""

    records: list[dict[str, Any]]
    provenance: tuple[Provenance, ...]


def records_of(mapping: Mapping, rows: Sequence[Row], columns: Sequence[Column]) -> Records:
    """Convert rows to records.

    A value that doesn't fit its type is null where the schema allows null, left out where the column isn't required.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`: a column that must have a value is not on the page, or not in every row.
    """
    records: list[dict[str, Any]] = []
    provenance: list[Provenance] = []
    missing: dict[str, int] = {}
    day_first = _day_first(mapping, rows)
    for row in rows:
        record: dict[str, Any] = {}
        for column in columns:
            value, cell = _value(mapping, row, column, day_first)
            if value is not MISSING:
                record[column.name] = value
                if cell is not None:
                    provenance.append(
                        Provenance(
                            len(records), column.name, row.url, cell.path or row.path, cell.text[:300] or cell.href
                        )
                    )
            elif column.nullable:
                record[column.name] = None
            elif column.required:
                missing[column.name] = missing.get(column.name, 0) + 1
        records.append(record)
    for name, count in missing.items():
        raise _mismatch(name, count, len(rows), mapping)
    return Records(records, tuple(provenance))


def _mismatch(name: str, count: int, total: int, mapping: Mapping) -> AgentError:
    has = ", ".join(column_names(mapping)) or "none"
    if name not in mapping.matches or count == total:
        message = f'No value for the column "{name}" on the page. Its columns: {has}.'
    else:
        message = (
            f'The column "{name}" has no value that fits in {count} of {total} rows; mark it as may be missing (`?`).'
        )
        message += f" The page's columns: {has}."
    return AgentError(
        TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, message, {"column": name, "rows_without": count, "rows": total}
    )


def columns_to_choose(mapping: Mapping) -> list[Field]:
    """List the source's columns that a person may mean, one of each name."""
    able = [f for f in mapping.source.fields if f.coverage >= 0.3 and "button" not in f.evidence and f.key != UNDER]
    able = [f for f in able if f.label or (not (f.attribute or f.wrapper) and _example(f, mapping.source))]
    return list({f.label or f.key: f for f in reversed(able)}.values())[::-1][:12]


def column_names(mapping: Mapping) -> list[str]:
    """Tell what the page calls the source's columns; one without a word of the page's is told by one of its values."""
    fields = columns_to_choose(mapping)
    return [shortened(f.label, LABEL_CHARS) if f.label else _example(f, mapping.source) for f in fields]


def column_labels(mapping: Mapping) -> list[str]:
    """List the source's columns that the page has a word for."""
    return [shortened(f.label, LABEL_CHARS) for f in columns_to_choose(mapping) if f.label]


def _example(field: Field, source: Source) -> str:
    texts = (row.cells[field.key][0].text for row in source.rows if field.key in row.cells)
    example = next((text for text in texts if text), "")
    return f"“{shortened(example, EXAMPLE_CHARS)}”" if example else ""


def columns_meant(mapping: Mapping, wanted: Extract, words: str) -> list[tuple[str, Extract]]:
    """List the columns that a person may mean by the words of a condition, an order or a column of an extraction.

    Returns
    -------
    list of (str, Extract)
        Each column as people see it, and the extraction with it in the place of the words.
    """
    fields, out = columns_to_choose(mapping), []
    if words in wanted.wishes and any(set(tokens(f.label)) < set(tokens(words)) for f in fields if f.label):
        return []  # "state HI" is a column together with a value
    for field in fields:
        name = field.label or own_name(field)
        if find_field(mapping.source, name) is field and (meant := _with_column(wanted, words, name)) != wanted:
            out.append((shown_field(field, mapping.source), meant))
    return out


def _with_column(wanted: Extract, words: str, name: str) -> Extract:
    constraints = tuple(replace(c, column=name) if c.words == words else c for c in wanted.constraints)
    order = replace(wanted.order, column=name) if wanted.order and wanted.order.words == words else wanted.order
    wishes = tuple(name if wish == words else wish for wish in wanted.wishes)
    return replace(wanted, constraints=constraints, order=order, wishes=wishes)


def shown_field(field: Field, source: Source) -> str:
    """Name a column of the page for people: its own words, and an example of its values."""
    shown = _example(field, source)
    if field.label:
        return f'"{shortened(field.label, LABEL_CHARS)}"' + (f" (for example {shown})" if shown else "")
    return f"the column with {shown}" if shown else "a column without values"


def _value(mapping: Mapping, row: Row, column: Column, day_first: bool) -> tuple[Any, Cell | None]:
    match = mapping.matches.get(column.name)
    cells = row.cells.get(match.field.key) if match else None
    if not match or not cells:
        return MISSING, None
    if column.kind == "list" and (match.field.many or len(cells) > 1):
        item = column.item or Column(column.name)
        values = [convert(cell, item, base_url=row.url, day_first=day_first) for cell in cells]
        return [value for value in values if value is not MISSING], cells[0]
    if column.kind in ("str", "any") and match.field.many:
        texts = list(dict.fromkeys(cell.text for cell in cells if cell.text))
        return (", ".join(texts) if texts else MISSING), cells[0]
    for cell in cells:
        value = convert(_cleaned(cell, column), column, base_url=row.url, day_first=day_first)
        if value is not MISSING:
            return value, cell
    return MISSING, None


def _cleaned(cell: Cell, column: Column) -> Cell:
    """Take off "by " before an author's name."""
    if column.name.lower() in ("author", "by", "writer") and (match := re.match(r"by:?\s+(?=\S)", cell.text, re.I)):
        return Cell(cell.text[match.end() :], cell.href, cell.src, cell.exact, cell.path)
    return cell


def _day_first(mapping: Mapping, rows: Sequence[Row]) -> bool:
    """Tell 03/04 as the third of April, where any date of the page can be nothing else or is written with dots."""
    for match in mapping.matches.values():
        for row in rows[:200]:
            for cell in row.cells.get(match.field.key, ())[:1]:
                date = re.fullmatch(r"(\d{1,2})([/.])(\d{1,2})\2\d{2,4}", cell.text.strip())
                if date and (int(date[1]) > 12 or date[2] == "."):
                    return True
    return False


def markdown(records: Sequence[Record[str, Any]], columns: Sequence[str]) -> str:
    """Write records as a markdown table."""

    def cell(value: Any) -> str:
        text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return re.sub(r"\s+", " ", text).replace("|", "\\|")

    lines = ["| " + " | ".join(cell(name) for name in columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell(record.get(name)) for name in columns) + " |" for record in records]
    return "\n".join(lines)
