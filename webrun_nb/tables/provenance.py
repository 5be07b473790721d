"""The frames of a task's report: the source of each value, and the texts of the page in the shape of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from webrun_nb.tables.settling import settle, shown_by
from webrun_nb.wire.report import ReportBody

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = {
    "row": "Int64", "column": "string", "page": "string", "time": "datetime64[ms, UTC]", "element": "string",
    "text": "string", "reading": "string", "reason": "string",
}  # fmt: skip


def provenance_frame(report: ReportBody, records: Sequence[Any]) -> pd.DataFrame:
    """Return a row per value of an answer: its page, time, element, text there, and how it was read.

    Parameters
    ----------
    report : ReportBody
        The whole report.
    records : sequence of mapping
        The records of the answer.
    """
    import pandas as pd

    readings = settle(records, report.values, shown_by([report])).readings
    opened_at = {page.url: page.at for page in reversed(report.pages)}
    rows = []
    for value in report.values:
        settled = readings.get((value.row, value.column))
        at = opened_at.get(value.url) if value.at is None else value.at
        rows.append(
            {
                "row": value.row,
                "column": value.column,
                "page": value.url or None,
                "time": None if at is None else pd.Timestamp(at, unit="ms", tz="UTC"),
                "element": value.element or None,
                "text": value.text or None,
                "reading": settled or value.reading or None,
                "reason": None if settled else value.reason,
            }
        )
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)


def texts_frame(report: ReportBody, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the text that each value was read from, in the rows and columns of an answer's frame.

    Columns that the frame has made of a value (`price_currency`) are not in it. `<NA>` where a value has no text.

    Parameters
    ----------
    report : ReportBody
        The whole report.
    frame : DataFrame
        The answer.
    """
    import pandas as pd

    texts = {(value.row, value.column): value.text or None for value in report.values}
    known = dict.fromkeys(value.column for value in report.values)
    columns = [name for name in frame.columns if name in known] + [name for name in known if name not in frame.columns]
    rows = range(len(frame))
    if not any(name in frame.columns for name in known):  # the answer is an object around the list of these
        rows = range(max((value.row + 1 for value in report.values), default=0))
    data = {name: pd.array([texts.get((row, name)) for row in rows], dtype="string") for name in columns}
    return pd.DataFrame(data, index=pd.RangeIndex(len(rows)), columns=columns)
