"""A stored run of many rows, made by multiplying the answers of few; and its export, in a process of its own.

Run as `python -m webrun_nb.bench.harness.stored_map`: `fill ROWS` stores a run in the data folder and prints its id;
`export RUN PATH` writes its table to a Parquet file and prints the number of the file's rows.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing

import webrun_nb
from webrun_nb.batch.rows import RowAnswer, RowTask
from webrun_nb.batch.store import DATABASE, RunMeta, RunStore, new_run_id

COLUMNS = "name:str, city:str, staff:int, founded:date, price:money, rating:float?"
_MADE = 1_000
"""The rows whose answers are made one by one."""


async def fill(total: int) -> str:
    """Store a complete run of so many rows, in the data folder of this process; return its id.

    Parameters
    ----------
    total : int
        Its rows: a multiple of 1,000.
    """
    store = RunStore.create(_meta(total), _rows(_MADE))
    try:
        await asyncio.gather(*(store.finish(row.position, None, _answer(row)) for row in _rows(_MADE)))
        await store.note_state("complete")
    finally:
        store.close()
    with closing(sqlite3.connect(store.folder / DATABASE)) as database, database:
        for first in range(_MADE, total, _MADE):
            database.execute(
                "INSERT INTO rows SELECT position + ?, CAST(position + ? AS TEXT), text, url, state, failure"
                " FROM rows WHERE position < ?",
                (first, first, _MADE),
            )
            database.execute(
                "INSERT INTO answers SELECT position + ?, session_id, task_id || '-' || ?, body, report, elapsed_s,"
                " captured_at_ms, worker, cached_age_s FROM answers WHERE position < ?",
                (first, first, _MADE),
            )
    return store.meta.run_id


def _rows(count: int) -> Iterable[RowTask]:
    return (RowTask(n, str(n), "Get the firm.", f"http://firms.example/{n}") for n in range(count))


def _answer(row: RowTask) -> RowAnswer:
    n = row.position
    record = {
        "name": f"Firm {n} & Sons",
        "city": ("Ulm", "Graz", "Cork", "Łódź")[n % 4],
        "staff": 3 + n * 7 % 900,
        "founded": f"{1900 + n % 120}-0{1 + n % 9}-1{n % 10}",
        "price": f"{n % 300}.50 EUR",
        "rating": None if n % 10 == 0 else n % 50 / 10,
    }
    session_id, task_id = f"session-{n % 4}", f"task-{n}"
    body = {
        "success": True,
        "type": "task_completed",
        "sessionId": session_id,
        "taskId": task_id,
        "data": {"message": json.dumps([record])},
        "usage": {"prompt_tokens": 400, "completion_tokens": 40, "completion_time": 0.4, "cost": 0.0005},
        "completedAt": "2026-11-30T12:00:00.000Z",
    }
    page = {"url": row.url, "status": 200, "at": 1_796_040_000_000}
    shows = {"firms.example": [["decimal", "."], ["places", "many"]]}
    column = {"name": "price", "label": "Price", "reading": "", "nulls": {}, "shows": shows}
    report = {"sessionId": session_id, "taskId": task_id, "unused": [], "pages": [page], "columns": [column]}
    return RowAnswer(session_id, task_id, body, report, 0.4, 1_796_040_000_000 + n)


def _meta(total: int) -> RunMeta:
    return RunMeta(
        run_id=new_run_id(),
        created_at_ms=round(time.time() * 1000),
        version=webrun_nb.__version__,
        fingerprint="",
        text="Get the firm.",
        url="http://firms.example/{{ row.n }}",
        name="firms",
        total=total,
        schema=None,
        options={},
        base_url="http://127.0.0.1",
        emulated=True,
    )


def _export(run_id: str, path: str) -> None:
    import pandas as pd
    import pyarrow.parquet as pq

    from webrun_nb.batch.exports import PARQUET, export
    from webrun_nb.batch.run_table import RunTable
    from webrun_nb.tables.schema import from_object

    store = RunStore.open(run_id)
    try:
        table = RunTable(store.answers, from_object(COLUMNS), pd.RangeIndex(store.meta.total), {"run": run_id})
        export(table, path, PARQUET)
    finally:
        store.close()
    print(pq.read_metadata(path).num_rows, flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", total]:
            print(asyncio.run(fill(int(total))))
        case ["export", run_id, path]:
            _export(run_id, path)
