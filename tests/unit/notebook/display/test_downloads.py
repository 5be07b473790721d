"""Tests of the line about a downloaded file: its size, and how to open it."""

from __future__ import annotations

import ast
import pathlib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from webrun_nb.notebook.display.downloads import TABLE_SUFFIXES, how_to_open, how_to_read, read_file, size_text


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        ("statement.csv", 'pd.read_csv("statement.csv")'),
        ("a/rows.TSV", 'pd.read_csv("a/rows.TSV", sep="\\t")'),
        ("rows.jsonl", 'pd.read_json("rows.jsonl", lines=True)'),
        ("book.xlsx", 'pd.read_excel("book.xlsx")'),
        ("notes.txt", 'pathlib.Path("notes.txt").read_text()'),
        ("plot.png", 'IPython.display.Image("plot.png")'),
        ("bill.pdf", 'open("bill.pdf", "rb")'),
        ("bill", 'open("bill", "rb")'),
        ('ä "b".csv', 'pd.read_csv("ä \\"b\\".csv")'),
        ("a\u202eb\x1b.csv", 'pd.read_csv("a\\u202eb\\u001b.csv")'),
    ],
)
def test_how_a_saved_file_is_opened(path: str, expression: str) -> None:
    assert how_to_open(path) == expression
    (literal,) = [node.value for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Constant)][:1]
    assert literal == path


CONTENTS: dict[str, bytes] = {
    "rows.csv": b"a\n1\n",
    "rows.tsv": b"a\tb\n1\t2\n",
    "rows.json": b'[{"a": 1}]',
    "rows.jsonl": b'{"a": 1}\n',
    "rows.txt": b"a",
    "rows.bin": b"a",
}


@pytest.mark.parametrize("name", CONTENTS)
def test_the_expression_opens_the_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(CONTENTS[name])
    opened: Any = eval(how_to_open(str(tmp_path / name)), {"pd": pd, "pathlib": pathlib, "zipfile": zipfile})
    if name.endswith(".bin"):
        opened.close()
    elif not name.endswith(".txt"):
        assert opened["a"].tolist() == [1]


def test_the_tables_are_those_that_a_result_reads() -> None:
    tables = {name: content for name, content in CONTENTS.items() if Path(name).suffix in TABLE_SUFFIXES}
    assert {Path(name).suffix for name in tables} == {".csv", ".tsv", ".json", ".jsonl"}
    assert [name for name, content in tables.items() if read_file(name, BytesIO(content))["a"].tolist() != [1]] == []
    assert how_to_read("a.csv", "webrun.last.files[0]") == "webrun.last.files[0].df"
    assert how_to_read("a.pdf", "webrun.last.files[1]") == "webrun.last.files[1].open()"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1 kB"), (999_499, "999 kB"), (999_500, "1.0 MB")],
)
def test_a_size_is_written_for_people(size: int, text: str) -> None:
    assert size_text(size) == text
