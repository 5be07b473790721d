from pathlib import Path

import pytest

from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.store import RunMeta, RunStore


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def make_rows():
    def make(count: int, url: str = "practice:directory/companies/{n}") -> list[RowTask]:
        return [RowTask(n, str(n), "Get the name.", url.format(n=n)) for n in range(count)]

    return make


@pytest.fixture
def make_meta():
    def make(total: int, run_id: str = "rabc234", **given) -> RunMeta:
        facts = {
            "created_at_ms": 1_780_000_000_000,
            "version": "0.2.0",
            "fingerprint": "f",
            "text": "Get the name.",
            "url": "{{ row.url }}",
            "name": "firms",
            "schema": None,
            "options": {},
            "base_url": "http://127.0.0.1:1",
            "emulated": True,
        }
        return RunMeta(run_id=run_id, total=total, **{**facts, **given})

    return make


@pytest.fixture
def make_store(make_rows, make_meta):
    stores: list[RunStore] = []

    def make(count: int = 5, rows: list[RowTask] | None = None, **meta) -> RunStore:
        rows = make_rows(count) if rows is None else rows
        stores.append(RunStore.create(make_meta(len(rows), **meta), rows))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def run_database(data_folder):
    def path(run_id: str = "rabc234") -> Path:
        return data_folder / "runs" / run_id / "run.db"

    return path
