"""Answers of rows of a list: in the form of the schema, each value with its proof, and how the list ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webrun_nb.agents.base import Finish, TaskSpec
from webrun_nb.agents.llm.whole_list import ending_of
from webrun_nb.agents.local.extracting.evidence import columns_of, lists_of, provenance_of
from webrun_nb.agents.local.list_pages.collect import CollectedPages
from webrun_nb.agents.local.lists.fields_shown import markdown
from webrun_nb.common.json_schema import first_misfit
from webrun_nb.extraction.results import Extraction, Part
from webrun_nb.extraction.schema import Shape


class MisfitError(Exception):
    """Raised where rows do not fit the schema; the message says why."""


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The rows that were read of a list."""

    shape: Shape
    parts: Sequence[Part]
    read: Extraction
    collected: CollectedPages | None
    """The pages of the list, where they were collected and not read one by one."""


def answer_of_rows(brief: TaskSpec, rows: RowsRead, places: Sequence[int], said: Sequence[str]) -> Finish:
    """Return an answer that consists of rows.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    rows : RowsRead
        The rows that were read.
    places : sequence of int
        The places of those that the answer has, from 0, in its order.
    said : sequence of str
        Sentences about them.

    Raises
    ------
    MisfitError
        They do not fit the schema.
    """
    read, shape = rows.read, rows.shape
    records = [_copied(read.records[place]) for place in places]
    _leave_out_missing(rows, places, records)
    columns = [each.name for each in shape.columns]
    if not shape.many and len(records) != 1:
        raise MisfitError(f"The answer is one record, and {len(records)} rows were chosen: choose one with rows.")
    shown = [record if isinstance(record, dict) else {columns[0]: record} for record in records]
    ending = ending_of(rows.parts, rows.collected)
    text = " ".join([f"{len(records)} of {len(read.rows)} rows{ending.words}.", *said])
    data = shape.data(records) if brief.output_type != "text" else records
    schema = brief.output_schema
    if isinstance(schema, Mapping) and (misfit := first_misfit(schema, data)) is not None:
        raise MisfitError(f"At {misfit[0]}: {misfit[1]}.")
    return Finish(
        f"{text}\n\n{markdown(shown, columns)}" if shown else text,
        data,
        provenance_of(read, places),
        columns=columns_of(read.columns),
        lists=lists_of(read.lists, stated=ending.stated, ended=ending.ended, is_whole=ending.is_whole),
    )


def _leave_out_missing(rows: RowsRead, places: Sequence[int], records: Sequence[Any]) -> None:
    """Leave out values that are missing and can't be null; refuse those that the schema requires.

    Raises
    ------
    MisfitError
        One that it requires is missing.
    """
    for wanted in rows.shape.columns:
        if wanted.column.nullable:
            continue
        without = [at for at, place in enumerate(places) if rows.read.rows[place].values.get(wanted.name) is None]
        if without and wanted.required:
            reasons = Counter(
                str(each.reason) for each in rows.read.values
                if each.column == wanted.name and each.row in {places[at] for at in without} and each.reason
            )  # fmt: skip
            why = f" ({reasons.most_common(1)[0][0]})" if reasons else ""
            raise MisfitError(f'The column "{wanted.name}" has no value in {len(without)} of {len(places)} rows{why}.')
        for at in without:
            record = records[at]
            for key in wanted.path[:-1]:
                record = record[key]
            if isinstance(record, dict):
                record.pop(wanted.path[-1], None)


def _copied(record: Any) -> Any:
    return {name: _copied(value) for name, value in record.items()} if isinstance(record, dict) else record
