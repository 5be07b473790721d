"""Adapts results of the client to the notebook: schemas, DataFrames with their provenance, and static cards.

Imports pandas only when a table is made, so that `webrun_nb.start` stays light.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.result import Schema, TaskResult
from webrun_nb.notebook.text.labels import Cost
from webrun_nb.tables import schema as schemas

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.tasks.differences import FrameDiff
    from webrun_nb.wire.report import ReportBody


class NotebookFrames:
    """Gives the client the notebook layer's schemas, DataFrames and cards (its `Frames`)."""

    def read_schema(self, given: object, *, flat: bool = False) -> Schema:
        """Return a schema from any of the forms that `tables.schema.from_object` takes."""
        schema = schemas.from_object(given)
        return schema.flattened() if flat else schema

    def make_frame(self, result: TaskResult) -> pd.DataFrame:
        """Return the answer as a table, with its provenance in `attrs["webrun"]`."""
        return self.records_frame(result.data, result.schema, meta_of(result), result.report)

    def records_frame(
        self, data: Any, schema: Schema | None, meta: Mapping[str, Any], report: ReportBody | None = None
    ) -> pd.DataFrame:
        """Return records as a table, with `meta` in `attrs["webrun"]`."""
        from webrun_nb.tables.frames import to_frame

        assert schema is None or isinstance(schema, schemas.Schema), "read_schema made it"
        return to_frame(data, schema, meta=meta, report=report)[0]

    def read_file(self, name: str, content: IO[bytes]) -> pd.DataFrame:
        """Return a file as a table; the suffix of its name says in which format it is."""
        from webrun_nb.notebook.display.downloads import read_file

        return read_file(name, content)

    def steps(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return the recorded steps of a task as a table."""
        from webrun_nb.notebook.display.compact_frame import compact
        from webrun_nb.notebook.display.tables import steps_frame

        return compact(steps_frame(rows))

    def provenance(self, data: Any, report: ReportBody) -> pd.DataFrame:
        """Return the source of each value of an answer as a table."""
        from webrun_nb.tables.provenance import provenance_frame

        return provenance_frame(report, data if isinstance(data, list) else [data])

    def texts(self, frame: pd.DataFrame, report: ReportBody) -> pd.DataFrame:
        """Return the text on the page in place of each value of an answer's table."""
        from webrun_nb.tables.provenance import texts_frame

        return texts_frame(report, frame)

    def diff(self, after: pd.DataFrame, before: pd.DataFrame, key: str | Sequence[str] | None) -> FrameDiff:
        """Return the differences of two tables."""
        from webrun_nb.tables.diff import diff_frames

        return diff_frames(after, before, key)

    def session_html(self, snapshot: SessionSnapshot) -> str:
        """Return a session's card as static HTML."""
        from webrun_nb.notebook.widgets.static_card import card_html

        return card_html(snapshot)


def cost_of(result: TaskResult) -> Cost:
    """Return the cost of a result: nothing, where it is a kept answer."""
    if result.cached_age_s is not None:
        return Cost(Decimal(0), result.emulated)
    return Cost.from_usage(result.usage)


def meta_of(result: TaskResult) -> dict[str, Any]:
    """Return the provenance that a frame of this result has in `attrs["webrun"]`."""
    return {
        "task": result.task_id,
        "session": result.session_id,
        "url": result.url,
        "captured_at": result.captured_at,
        "cached": result.cached_age_s is not None,
        "cost": cost_of(result).to_json(),
        "truncated": None if result.truncated is None else asdict(result.truncated),
    }
