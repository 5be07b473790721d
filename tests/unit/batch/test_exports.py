"""The files of a run's table hold what its DataFrame holds, though they are written in parts."""

import json
import stat
import sys
from dataclasses import replace
from decimal import Decimal

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from helpers.fake_runner import answer
from webrun_nb.batch import run_table, table_writers
from webrun_nb.batch.exports import CSV, EXCEL, PARQUET, duckdb_table, export
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.run_table import RunTable, StatusFacts
from webrun_nb.client.errors import ArgumentError
from webrun_nb.tables.schema import from_object

COLUMNS = (
    "name:str, staff:int?, rating:float?, open:bool?, since:date?, seen:datetime?, kind:enum(shop|farm)?, price:money?,"
    " weight:quantity?, tags:list(str)?, hours:range(int)?"
)


def firm(number: int, **given: object) -> dict[str, object]:
    values = {
        "name": f"Firm {number}",
        "staff": number * 3,
        "rating": number / 2,
        "open": number % 2 == 0,
        "since": f"19{number:02}-01-01",
        "seen": f"2026-01-0{1 + number % 9}T10:00:00.{number:03}Z",
        "kind": ("shop", "farm")[number % 2],
        "price": f"{number}.50 EUR",
        "weight": f"{number} kg",
        "tags": ["a", f"b{number}"],
        "hours": {"low": 8, "high": None if number % 3 else 17},
    }
    return {**values, **given}


def rows_of(count: int) -> list[RowTask]:
    return [RowTask(n, str(n), "Get it.", f"http://site.example/{n}") for n in range(count)]


def with_list(answered: RowAnswer, position: int) -> RowAnswer:
    """Return an answer that is read from a list, of which every fourth page says that it has more."""
    a_list = {
        "url": "",
        "title": "",
        "shown": 3,
        "collected": 3,
        "repeated": 0,
        "assumed": False,
        "whole": True,
        "enough": False,
        "ended": "",
    }
    report = {
        "sessionId": "s",
        "taskId": "t",
        "pages": [{"url": f"http://site.example/{position}", "status": 200, "at": 1}],
        "lists": [{**a_list, "stated": 4 if position % 4 == 0 else 3}],
        "columns": [],
        "values": [],
        "unused": [],
    }
    return replace(answered, report=report)


def made(found: list[list[dict]], schema: str | None = COLUMNS, index: pd.Index | None = None, **given) -> RunTable:
    """Return the table of rows with these records each; an empty list stands for a row without an answer."""
    answers = [
        (row, answer(row, *records) if records else None)
        for row, records in zip(rows_of(len(found)), found, strict=True)
    ]
    return RunTable(
        lambda: iter(answers),
        None if schema is None else from_object(schema),
        pd.RangeIndex(len(found)) if index is None else index,
        {"run": "rabc234"},
        **given,
    )


PLAIN = [[firm(n)] for n in range(8)]
TABLES = {
    "plain": made(PLAIN),
    "rows without an answer": made([*PLAIN[:2], [], *PLAIN[3:6], []]),
    "first part without an answer": made([[], [], [], [], *PLAIN]),
    "several records, late": made([*PLAIN, [firm(20), firm(21)]]),
    "several records, at once": made([[firm(1), firm(2), firm(3), firm(4), firm(5)], *PLAIN]),
    "other currencies, late": made([*PLAIN, [firm(9, price="3.00 USD")]]),
    "an amount without a currency, late": made([*PLAIN, [firm(9, price="3.00")]]),
    "amounts only late": made([*([firm(n, price=None, weight=None)] for n in range(8)), *PLAIN]),
    "values missing and unfit": made([[firm(n, staff="many", rating=None)] for n in range(5)]),
    "columns of the pages": made([[{"Name": f"N{n}", **({"Town": "Ulm"} if n == 6 else {})}] for n in range(8)], None),
    "columns of a late page": made([*([] for _ in range(5)), [{"Name": "N"}]], None),
    "an index of texts": made(PLAIN, index=pd.Index(list("abcdabcd"), name="key")),
    "an index of two levels": made(
        PLAIN, index=pd.MultiIndex.from_product([["x", "y"], [1, 2, 3, 4]], names=[None, "quarter"])
    ),
    "columns of the input": made(
        PLAIN,
        given={"name": pd.Series(range(8)), "when": pd.Series(pd.date_range("2026-01-01", periods=8))},
        with_url=True,
    ),
    "the status": made(
        [*PLAIN[:3], [], *PLAIN[4:]],
        status=StatusFacts({3: RowFailure("NAVIGATION_FAILED", "404", task_id="t3")}, {"t3": Decimal("0.01")}),
    ),
}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_table, "PART_LINES", 3)


@pytest.mark.parametrize("name", TABLES)
def test_a_parquet_file_has_the_frame(name, tmp_path):
    table = TABLES[name]
    read = pd.read_parquet(export(table, tmp_path / "firms.parquet", PARQUET))
    wanted = table.whole()
    for column in ("tags", "hours") if "tags" in wanted else ():  # pandas reads lists as arrays
        read[column] = read[column].map(lambda value: value if isinstance(value, dict) else [*value], "ignore")
        wanted[column] = wanted[column].where(wanted[column].notna(), None)
    assert_frame_equal(read, wanted)


@pytest.mark.parametrize("name", TABLES)
def test_parts_have_the_attrs_of_the_whole(name, tmp_path):
    table = TABLES[name]
    with table.parts(tmp_path) as parts:
        [about, *others] = [part.attrs["webrun"] for part in parts]
    assert all(other == about for other in others)
    assert about == table.whole().attrs["webrun"]


def test_pages_and_lists_of_all_parts_are_counted(tmp_path):
    rows = rows_of(8)
    answers = [(row, with_list(answer(row, *PLAIN[row.position]), row.position)) for row in rows]
    table = RunTable(lambda: iter(answers), from_object(COLUMNS), pd.RangeIndex(8), {})
    with table.parts(tmp_path) as parts:
        [about, *others] = [part.attrs["webrun"] for part in parts]
    found = about["completeness"]
    names = ("pages", "rows_seen", "rows_collected", "rows_stated", "short_answers")
    assert [found[name] for name in names] == [8, 24, 24, None, 2]
    assert others
    assert about == table.whole().attrs["webrun"]


def test_attrs_are_in_the_file(tmp_path):
    path = export(TABLES["plain"], tmp_path / "firms.parquet", PARQUET)
    about = pd.read_parquet(path).attrs["webrun"]
    assert (about["run"], about["currencies"], about["units"]) == ("rabc234", {"price": "EUR"}, {"weight": "kg"})
    assert about["completeness"]["rows"] == 8


def test_a_range_stays_one_and_takes_no_column(tmp_path):
    path = export(TABLES["plain"], tmp_path / "firms.parquet", PARQUET)
    assert "__index_level_0__" not in pq.read_schema(path).names
    assert pd.read_parquet(path).index.equals(pd.RangeIndex(8))


def test_a_part_is_never_more_than_its_rows_need(tmp_path):
    with TABLES["plain"].parts(tmp_path) as parts:
        assert [len(part) for part in parts] == [3, 3, 2]


def test_a_value_is_decided_by_what_another_part_proves(tmp_path):
    sure = {"name": "x", "label": "", "reading": "", "nulls": {}, "shows": {"site.example": [["decimal", ","]]}}
    readings = [
        {"value": 1250.0, "how": "", "assumes": [["group", "."]]},
        {"value": 1.25, "how": "", "assumes": [["decimal", "."]]},
    ]
    unsure = {"row": 0, "column": "x", "url": "http://site.example/0", "element": "", "text": "1.250", "reading": ""}
    known = {"sessionId": "s", "taskId": "t", "unused": [], "pages": []}
    reports = [
        {**known, "values": [{**unsure, "reason": "ambiguous-mark", "readings": readings}]},
        *({**known} for _ in range(5)),
        {**known, "columns": [sure]},
    ]
    answers = [
        (row, replace(answer(row, {"x": None if n == 0 else 2.5}), report=reports[n]))
        for n, row in enumerate(rows_of(7))
    ]
    table = RunTable(lambda: iter(answers), from_object("x:float?"), pd.RangeIndex(7), {})
    read = pd.read_parquet(export(table, tmp_path / "x.parquet", PARQUET))
    assert read["x"].tolist() == table.whole()["x"].tolist() == [1250.0, *[2.5] * 6]


def test_values_without_a_common_type_are_json_in_parquet(tmp_path):
    columns = {"type": "array", "items": {"type": "object", "properties": {"x": {}}}}
    values = [1, {"a": 1}, ["b"], None, {"c": 2}, "text"]
    table = made([[{"x": value}] for value in values])
    table = replace(table, schema=from_object(columns))
    read = pd.read_parquet(export(table, tmp_path / "x.parquet", PARQUET))
    assert [json.loads(value) for value in read["x"].dropna()] == [value for value in values if value is not None]


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_a_csv_file_has_the_values(tmp_path):
    path = export(TABLES["rows without an answer"], tmp_path / "firms.csv", CSV)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "name,staff,rating,open,since,seen,kind,price,weight,tags,hours"
    assert lines[2] == (
        'Firm 1,3,0.5,False,1901-01-01,2026-01-02 10:00:00.001000+00:00,farm,1.5,1.0,"[""a"", ""b1""]",'
        '"{""low"": 8, ""high"": null}"'
    )
    assert lines[3] == "," * 10
    assert len(lines) == 8


def test_a_csv_file_has_the_index_where_it_says_more_than_the_count(tmp_path):
    path = export(TABLES["several records, late"], tmp_path / "firms.csv", CSV)
    read = pd.read_csv(path)
    assert read[["index", "n"]].iloc[-2:].to_numpy().tolist() == [[8, 0], [8, 1]]
    assert pd.read_csv(export(TABLES["an index of texts"], path, CSV))["key"].tolist() == list("abcdabcd")


# --- Excel ------------------------------------------------------------------------------------------------------------


def cells(path) -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.iter_rows()]


def test_a_workbook_has_the_values(tmp_path):
    header, *rows = cells(export(TABLES["rows without an answer"], tmp_path / "firms.xlsx", EXCEL))
    assert header == [*TABLES["rows without an answer"].whole().columns]
    assert [row[:4] for row in rows] == [
        [f"Firm {n}", n * 3, n / 2, n % 2 == 0] if n in (0, 1, 3, 4, 5) else [None] * 4 for n in range(6)
    ]
    assert rows[1][4:7] == [pd.Timestamp("1901-01-01"), pd.Timestamp("2026-01-02 10:00:00.001"), "farm"]
    assert rows[1][9:] == ['["a", "b1"]', '{"low": 8, "high": null}']


@pytest.mark.parametrize("text", ["=1+1", "#N/A", "+cmd", "0012", "a\nb", "é😀"])
def test_a_text_of_a_page_is_no_formula(text, tmp_path):
    path = export(made([[{"x": text}]], "x:str"), tmp_path / "x.xlsx", EXCEL)
    cell = openpyxl.load_workbook(path).active["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize(
    ("text", "written"), [("a\x07b", "a_x0007_b"), ("_x0007_", "_x005F_x0007_"), ("\uffff", "_xFFFF_")]
)
def test_characters_that_xml_can_not_have_are_escaped(text, written, tmp_path):
    assert cells(export(made([[{"x": text}]], "x:str"), tmp_path / "x.xlsx", EXCEL)) == [["x"], [written]]


@pytest.mark.parametrize(
    ("column", "value", "written"),
    [("x:int", 2**53 + 1, str(2**53 + 1)), ("x:date", "1899-12-31", "1899-12-31"), ("x:int", 10**14, 10**14)],
)
def test_what_a_sheet_would_change_is_text(column, value, written, tmp_path):
    assert cells(export(made([[{"x": value}]], column), tmp_path / "x.xlsx", EXCEL))[1] == [written]


def test_a_text_too_long_for_a_cell_is_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("before")
    with pytest.raises(ArgumentError, match="row 5 below the header, column 'x': a cell of Excel has at most 32,767"):
        export(made([*([{"x": "short"}] for _ in range(4)), [{"x": "y" * 40_000}]], "x:str"), path, EXCEL)
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


def test_more_rows_than_a_sheet_has_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(table_writers, "EXCEL_ROWS", 8)
    with pytest.raises(ArgumentError, match=r"at most 7 rows below its header .* the table has 8") as refused:
        export(TABLES["plain"], tmp_path / "x.xlsx", EXCEL)
    assert "to_parquet" in refused.value.hint
    assert [*tmp_path.iterdir()] == []


# --- DuckDB -----------------------------------------------------------------------------------------------------------


def query(path, sql: str):
    with duckdb.connect(str(path), read_only=True) as database:
        return database.execute(sql).fetchall()


def test_a_duckdb_table_has_the_values_and_the_types(tmp_path):
    path = export(TABLES["several records, late"], tmp_path / "firms.duckdb", duckdb_table("firms", replace=False))
    assert query(path, "SELECT count(*), sum(staff), max(index), max(n) FROM firms") == [(10, 3 * (28 + 41), 8, 1)]
    assert query(path, "SELECT name, tags[2], hours.low FROM firms WHERE price = 1.5") == [("Firm 1", "b1", 8)]
    types = dict(query(path, "SELECT column_name, data_type FROM information_schema.columns"))
    assert (types["staff"], types["rating"], types["open"]) == ("BIGINT", "DOUBLE", "BOOLEAN")
    assert types["seen"] == "TIMESTAMPTZ_NS"


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(list("aabb")),
        pd.Index(list("abcd"), name="key"),
        pd.Index([0, 2, 3, 7]),
        pd.Index([7, 7, 8, 8]),
        pd.date_range("2024-01-01", periods=4),
    ],
    ids=["texts twice", "named", "gaps", "numbers twice", "dates"],
)
@pytest.mark.parametrize("records", [1, 2])
def test_a_duckdb_table_has_the_index_as_it_is_and_no_other_column(tmp_path, index, records):
    table = made([[firm(10 * row + n) for n in range(records)] for row in range(4)], index=index)
    path = export(table, tmp_path / "firms.duckdb", duckdb_table("firms", replace=False))
    first, *others = [name for (name,) in query(path, "SELECT column_name FROM information_schema.columns")]
    assert (first, others[:1]) == (index.name or "index", ["n" if records > 1 else "name"])
    assert not [name for name in others if "index" in name]
    assert [value for (value,) in query(path, f"SELECT {first} FROM firms")] == [
        value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in index.repeat(records)
    ]


def test_a_table_that_is_there_is_replaced_only_on_request(tmp_path):
    path = export(TABLES["plain"], tmp_path / "firms.duckdb", duckdb_table("firms", replace=False))
    other = made([[firm(1)]])
    with pytest.raises(ArgumentError, match="has 'firms' already") as refused:
        export(other, path, duckdb_table("firms", replace=False))
    assert "replace=True" in refused.value.hint
    assert query(path, "SELECT count(*) FROM firms") == [(8,)]
    export(other, path, duckdb_table('o"ther', replace=False))
    export(other, path, duckdb_table("firms", replace=True))
    assert query(path, 'SELECT (SELECT count(*) FROM firms), (SELECT count(*) FROM "o""ther")') == [(1, 1)]


def test_a_table_whose_writing_fails_is_not_there(tmp_path, monkeypatch):
    path = export(TABLES["plain"], tmp_path / "firms.duckdb", duckdb_table("kept", replace=False))
    monkeypatch.setattr(table_writers.DuckDbWriter, "write", failing_at(table_writers.DuckDbWriter.write, 2))
    for target in (path, tmp_path / "new.duckdb"):
        with pytest.raises(ArgumentError, match="can't be written: No space left on device"):
            export(TABLES["plain"], target, duckdb_table("firms", replace=False))
    assert query(path, "SHOW TABLES") == [("kept",)]
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("notes " * 1000)
    with pytest.raises(ArgumentError, match="can't be opened with DuckDB"):
        export(TABLES["plain"], path, duckdb_table("firms", replace=False))
    assert path.read_text() == "notes " * 1000


# --- all formats ------------------------------------------------------------------------------------------------------


def failing_at(write, number: int):
    """Return a method that writes parts until the disk is full."""
    written = []

    def method(self, part: pd.DataFrame) -> None:
        written.append(part)
        if len(written) % number == 0:
            raise OSError(28, "No space left on device")
        write(self, part)

    return method


@pytest.mark.parametrize(
    ("format", "writer"),
    [(PARQUET, table_writers.ParquetWriter), (CSV, table_writers.CsvWriter), (EXCEL, table_writers.ExcelWriter)],
    ids=["parquet", "csv", "excel"],
)
def test_a_file_is_whole_or_as_it_was(format, writer, tmp_path, monkeypatch):
    path = tmp_path / "firms"
    path.write_text("before")
    monkeypatch.setattr(writer, "write", failing_at(writer.write, 2))
    with pytest.raises(ArgumentError, match="can't be written: No space left on device"):
        export(TABLES["plain"], path, format)
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_has_the_permissions_of_other_new_files(tmp_path):
    (other := tmp_path / "other").touch()
    path = export(TABLES["plain"], tmp_path / "firms.parquet", PARQUET)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


@pytest.mark.parametrize(("path", "said"), [("", "is a folder"), ("none/x.csv", "can't be written: No such file")])
def test_a_path_that_can_not_be_written_is_said(path, said, tmp_path):
    with pytest.raises(ArgumentError, match=said):
        export(TABLES["plain"], tmp_path / path, CSV)


@pytest.mark.parametrize(
    ("format", "library"),
    [(PARQUET, "pyarrow"), (EXCEL, "openpyxl"), (duckdb_table("t", replace=False), "duckdb")],
    ids=["parquet", "excel", "duckdb"],
)
def test_a_missing_library_is_said_with_its_extra(format, library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ArgumentError, match=f"needs {library}, which is not installed") as refused:
        export(TABLES["plain"], tmp_path / "x", format)
    assert "webrun-nb[export]" in refused.value.hint
