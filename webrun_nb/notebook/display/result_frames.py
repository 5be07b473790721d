"""Adapts results of the client to the notebook: schemas, DataFrames with their provenance, and static cards.

Imports pandas only when a table is made, so that `webrun_nb.start` stays light.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.result import Schema, TaskResult
from webrun_nb.notebook.text.labels import Cost
from webrun_nb.tables import schema as schemas

if TYPE_CHECKING:
    import pandas as pd


class NotebookFrames:
    """Gives the client the notebook layer's schemas, DataFrames and cards (its `Frames`)."""

    def read_schema(self, given: object) -> Schema:
        """Return a schema from any of the forms that `tables.schema.from_object` takes."""
        return schemas.from_object(given)

    def make_frame(self, result: TaskResult) -> pd.DataFrame:
        """Return the answer as a table, with its provenance in `attrs["webrun"]`."""
        from webrun_nb.tables.frames import to_frame

        schema = result.schema
        assert schema is None or isinstance(schema, schemas.Schema), "read_schema made it"
        text = result.text if result.records is None else list(result.records)
        frame, _ = to_frame(text if schema is None else result.json, schema, meta=meta_of(result))
        return frame

    def records_frame(self, data: Any, schema: Schema | None, meta: Mapping[str, Any]) -> pd.DataFrame:
        """Return records as a table, with `meta` in `attrs["webrun"]`."""
        from webrun_nb.tables.frames import to_frame

        assert schema is None or isinstance(schema, schemas.Schema), "read_schema made it"
        return to_frame(data, schema, meta=meta)[0]

    def read_file(self, name: str, content: IO[bytes]) -> pd.DataFrame:
        """Return a file as a table; the suffix of its name says in which format it is."""
        from webrun_nb.notebook.display.downloads import read_file

        return read_file(name, content)

    def table(self, what: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return a task's `steps` or `provenance` as a table."""
        from webrun_nb.notebook.display.tables import table

        return table(what, rows)

    def session_html(self, snapshot: SessionSnapshot) -> str:
        """Return a session's card as static HTML."""
        from webrun_nb.notebook.widgets.static_card import card_html

        return card_html(snapshot)


def meta_of(result: TaskResult) -> dict[str, Any]:
    """Return the provenance that a frame of this result has in `attrs["webrun"]`."""
    return {
        "task": result.task_id,
        "session": result.session_id,
        "url": result.url,
        "captured_at": result.captured_at,
        "cost": Cost.from_usage(result.usage).to_json(),
        "truncated": None if result.truncated is None else asdict(result.truncated),
    }
