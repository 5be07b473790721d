"""Tests of file names from pages and uploads, made safe for a folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.emulator.domain.file_names import LONGEST_BYTES, safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cv.pdf", "cv.pdf"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("a\0b\n.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('what?"now".txt', "what__now_.txt"),
        ("con.txt", "_con.txt"),
        ("größe.csv", "größe.csv"),
    ],
)
def test_a_name_is_made_safe(given_name, kept):
    assert safe_name(given_name) == kept


def test_a_long_name_keeps_its_suffix():
    name = safe_name("ä" * 300 + ".parquet")
    assert name.endswith("ä.parquet")
    assert len(name.encode()) <= LONGEST_BYTES


@given(st.text())
def test_any_name_is_one_part_of_a_path(text):
    name = safe_name(text)
    assert name
    assert name not in (".", "..")
    assert len(name.encode()) <= 255
    assert not set(name) & set("/\\\0\n\r")
