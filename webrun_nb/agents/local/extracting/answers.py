"""The answers of an extraction: the records of the rows that are meant, and the words about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from webrun_nb.agents.base import AgentError, Finish
from webrun_nb.agents.local.extracting.evidence import columns_of, lists_of, provenance_of
from webrun_nb.agents.local.extracting.reading import Reading
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.list_pages.collect import CollectedPages, counted
from webrun_nb.agents.local.lists.computing import computed, counts_others, number_column
from webrun_nb.agents.local.lists.fields_shown import field_names, markdown
from webrun_nb.agents.local.lists.headings import repeated_shown, tables_shown
from webrun_nb.agents.local.lists.selecting import LABEL_CHARS
from webrun_nb.agents.local.lists.view import Field, Row, View
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.column_types import ColumnType
from webrun_nb.common.text import shortened
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.schema import Shape, Wanted

_ONE_PAGE = CollectedPages()
_NUMBERS = (ColumnType.INT, ColumnType.FLOAT, ColumnType.PERCENT, ColumnType.JSON)


class Answers:
    """Writes the answers for one sentence.

    Parameters
    ----------
    wanted : Extract
        The sentence.
    shape : Shape or None
        The form of the answer; None for an answer in words.
    """

    def __init__(self, wanted: Extract, shape: Shape | None) -> None:
        self._wanted = wanted
        self._shape = shape

    def record(self, reading: Reading, place: int = 0) -> Finish:
        """Answer with one record."""
        (record,) = self._records(reading, [place])
        if isinstance(record, dict):
            lines = [f"- **{name}**: {value}" for name, value in record.items() if value is not None]
            text = str(next(iter(record.values()))) if len(record) == 1 else "\n".join(lines)
        else:
            text = str(record)
        data = self.wrapped([record]) if self._shape is None or self._shape.many else record
        return self._finish(text, data, reading, [place])

    def several(self, reading: Reading, places: Sequence[int]) -> Finish:
        """Answer for several named things: a table that tells which is which."""
        records = self._records(reading, places)
        return self._finish(markdown(records, reading.columns), self.wrapped(records), reading, places)

    def listed(
        self,
        reading: Reading,
        rows: list[Row],
        read: str,
        remarks: Sequence[str] = (),
        pages: CollectedPages = _ONE_PAGE,
    ) -> Finish:
        """Answer with the rows that were selected.

        Parameters
        ----------
        reading : Reading
            What was read.
        rows : list of Row
            The rows that are meant, in the order of the answer.
        read : str
            How much of the list was read, in words; empty where that is all of it.
        remarks : sequence of str
            Sentences that the text adds.
        pages : CollectedPages
            The pages of the list.
        """
        view, wanted = _view(reading), self._wanted
        tables = tables_shown(view, rows)
        if wanted.limit is not None:
            rows = rows[: wanted.limit]
        places = [row.place for row in rows]
        records = self._records(reading, places)
        if tables and len(rows) == 1 and rows[0].under:
            remarks = [f"It is under “{shortened(rows[0].under, LABEL_CHARS)}”.", *remarks]
        what = _noun(view, wanted.subject)
        of = f" of {len(view.rows)}" if len(rows) != len(view.rows) else ""
        text = " ".join([f"{len(rows)}{of} {what}{tables}{read}.", *remarks])
        if rows:
            shown = records if isinstance(records[0], dict) else [{reading.columns[0]: record} for record in records]
            text += "\n\n" + markdown(shown, reading.columns)
        return self._finish(text, self.wrapped(records), reading, places, pages)

    def number_of_rows(
        self, reading: Reading, rows: Sequence[Row], pages: CollectedPages, unknown: int, remarks: Sequence[str]
    ) -> Finish:
        """Answer how many there are, of a list that was read to its end or of the one page that was asked for.

        Raises
        ------
        AgentError
            The list could not be read to its end, or nothing fits and some give no value to compare.
        """
        total, view = len(rows), _view(reading)
        if not pages.whole and self._wanted.all_pages:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{self._wanted.sentence}": {total} on {counted(pages.pages)}, but the list goes on and could not be '
                'read to its end; say "on this page" to count those of one page.',
            )
        if not total and unknown:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{self._wanted.sentence}": {unknown} may be meant, and the page gives no value to compare for any of '
                "them: a count of 0 would not be known to be right.",
            )
        where = f" (on {counted(pages.pages)})" if pages.pages > 1 else "" if pages.whole else " (on this page)"
        text = f"{total} {self._wanted.subject or 'rows'}{tables_shown(view, rows)}{where}"
        text += repeated_shown(view, rows)
        text += f"; {unknown} more give no value to compare" if unknown else ""
        return self._number(" ".join([text + "." if remarks else text, *remarks]), "count", total)

    def told_by(self, reading: Reading, column: Field, rows: Sequence[Row]) -> Finish:
        """Answer "how many persons" where a column of the page tells it of each row; with one row, by its number.

        Raises
        ------
        AgentError
            There are several rows: their number is not how many persons there are.
        """
        values = _view(reading).values(column, ColumnType.FLOAT)
        read = [value.value for row in rows if (value := values[row.place]) is not None and value.value is not None]
        if len(rows) == 1 and len(read) == 1:
            return self._number(f"{read[0]:g} {column.label}", column.label, float(read[0]))
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{self._wanted.sentence}": “{shortened(column.label, LABEL_CHARS)}” is a column of numbers, of '
            f"{len(rows)} rows. A sentence that works here: `what is the total of the {column.label}`.",
        )

    def not_counted(self, reading: Reading) -> AgentError:
        """Return why rows are not counted that are each a number of what is asked for: "Persons by region"."""
        names = field_names(_view(reading))
        return AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{self._wanted.sentence}": the rows are not {self._wanted.subject} but numbers of them, so they were not '
            f"counted. A sentence that works here: `list the rows with {' and '.join(names[:2])}`.",
        )

    def computed(
        self, reading: Reading, rows: Sequence[Row], pages: CollectedPages, read: str, unknown: int,
        remarks: Sequence[str],
    ) -> Finish:  # fmt: skip
        """Answer with one number that is computed from a column of all rows.

        Raises
        ------
        AgentError
            The list could not be read to its end, or its values are not plainly numbers of one kind.
        """
        wanted, view = self._wanted, _view(reading)
        (name, which), *_ = reading.fields.items()
        if not pages.whole and wanted.all_pages:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{wanted.sentence}": the list goes on and could not be read to its end.'
            )
        result = computed(wanted.compute, view, rows, which, wanted.sentence)
        what = f"{wanted.compute} {which.label or name}"
        more = f"; {result.without} more give no number" if result.without else ""
        more += f"; {unknown} more give no value to compare" if unknown else ""
        of = f"{result.rows} {_noun(view, wanted.subject)}{tables_shown(view, rows)}"
        text = f"{what}: {result.shown} ({of}{read}{more})"
        return self._number(" ".join([text + "." if remarks else text, *remarks]), what, result.value)

    def wrapped(self, records: list[Any]) -> object:
        """Return records in the form of the whole answer."""
        if self._shape is None:
            return records
        if not self._shape.many and self._wanted.row is not None:
            return records[0]
        return {self._shape.wrapper: records} if self._shape.wrapper else records

    def _number(self, text: str, name: str, value: float) -> Finish:
        """Answer with one number, under the schema's name for numbers where it has one."""
        names = [each.name for each in self._shape.columns if each.type in _NUMBERS] if self._shape else []
        record: dict[str, object] = {names[0] if names else name: value}
        return Finish(text, record if self._shape and not self._shape.many else self.wrapped([record]))

    def _finish(
        self, text: str, data: object, reading: Reading, places: Sequence[int], pages: CollectedPages = _ONE_PAGE
    ) -> Finish:
        extraction = reading.extraction
        return Finish(
            text,
            data,
            provenance_of(extraction, places),
            columns=columns_of(extraction.columns),
            lists=lists_of(
                extraction.lists,
                stated=pages.stated,
                ended=pages.ended,
                is_whole=pages.whole,
                is_enough=pages.is_enough,
            ),
        )

    # --- records

    def _records(self, reading: Reading, places: Sequence[int]) -> list[Any]:
        """Return the records of some rows in the form of the schema.

        A value that is not proved is null where the schema allows null, and left out where its column isn't required.

        Raises
        ------
        AgentError
            `OUTPUT_SCHEMA_MISMATCH`: a column that must have a value has none, or not in every row.
        """
        records = [_copied(reading.extraction.records[place]) for place in places]
        strict = [each for each in (self._shape.columns if self._shape else ()) if not each.column.nullable]
        for wanted in strict:
            rows = reading.extraction.rows
            without = [at for at, place in enumerate(places) if rows[place].values.get(wanted.name) is None]
            if without and wanted.required:
                raise self._mismatch(reading, wanted, [places[at] for at in without], len(places))
            for at in without:
                _leave_out(records[at], wanted.path)
        return records

    def _mismatch(self, reading: Reading, wanted: Wanted, without: Sequence[int], total: int) -> AgentError:
        name, count = wanted.name, len(without)
        missing = set(without)
        reasons = Counter(
            each.reason for each in reading.extraction.values
            if each.column == name and each.row in missing and each.reason is not None
        )  # fmt: skip
        reason: Reason | None = reasons.most_common(1)[0][0] if reasons else None
        has = ", ".join(field_names(_view(reading))) or "none"
        if name not in reading.fields or reason in (None, Reason.NO_FIELD):
            message = f'No value for the column "{name}" on the page. Its columns: {has}.'
        else:
            why = "" if reason is None else f" ({reason.explanation})"
            message = (
                f'The column "{name}" has no value that fits in {count} of {total} rows{why}; mark it as may be '
                f"missing (`?`). The page's columns: {has}."
            )
        details = {"column": name, "rows_without": count, "rows": total}
        return AgentError(TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, message, details)


def _view(reading: Reading) -> View:
    if reading.view is None:
        raise AssertionError("an answer is made of a list or a record that was found")
    return reading.view


def _noun(view: View, subject: str) -> str:
    """Return what rows are called in an answer; those that are each a number of the subject are just rows."""
    is_number = number_column(view, subject) is not None or counts_others(view, subject)
    return subject if subject.endswith("s") and not is_number else "rows"


def _copied(record: Any) -> Any:
    """Copy a record with the objects in it; its values are shared."""
    return {name: _copied(value) for name, value in record.items()} if isinstance(record, dict) else record


def _leave_out(record: Any, path: Sequence[str]) -> None:
    *parents, last = path
    for name in parents:
        record = record.get(name) if isinstance(record, dict) else None
    if isinstance(record, dict):
        record.pop(last, None)
