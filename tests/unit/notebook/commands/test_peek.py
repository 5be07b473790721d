"""Tests of the lines and cells of `%webrun peek`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from webrun_nb.client.pages import PagePeek, PageSource
from webrun_nb.notebook.commands import peek
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.parser import parse

LAMPS = PageSource(
    kind="table",
    number=2,
    title="Lamps",
    rows=1200,
    stated_rows=None,
    columns="lamp:str, price:money",
    text='List all rows of the table "Lamps".',
    records=({"lamp": "Ada", "price": "12.50 EUR"},),
)


def shown(*sources: PageSource, capsys: Any, monkeypatch: Any, **more: Any) -> str:
    monkeypatch.setattr(peek, "display", lambda frame: print(frame.to_string(index=False)))
    given: dict[str, Any] = {"why": None, "more": 0, "is_cut": False, **more}
    peek._show(PagePeek("https://a.example/", "Stock", sources, **given), " --url https://a.example/", {"lamps"})
    out: str = capsys.readouterr().out
    return out


def test_the_line_above_a_table() -> None:
    assert peek.heading(LAMPS) == 'table 2 · "Lamps" · 1,200 rows'


def test_rows_that_the_page_only_states_are_told_apart() -> None:
    assert peek.heading(replace(LAMPS, stated_rows=5000)).endswith("1,200 rows here, the page says 5,000")


def test_a_record_has_no_number_of_rows() -> None:
    assert peek.heading(replace(LAMPS, kind="page", rows=1)) == 'the page itself · "Lamps"'


def test_the_cell_can_be_parsed_as_it_is_shown() -> None:
    line, _, body = peek.cell_of(LAMPS, " --url https://a.example/", "lamps").partition("\n")
    command = parse(COMMANDS, line.removeprefix("%%webrun "), body)
    arguments = command.arguments
    assert (arguments.url, arguments.schema, arguments.out, arguments.text.strip()) == (
        "https://a.example/",
        LAMPS.columns,
        "lamps",
        LAMPS.text,
    )


def test_braces_of_the_page_are_no_template() -> None:
    cell = peek.cell_of(replace(LAMPS, text='List all rows of the table "{{ x }}".'), "", "lamps")
    assert " --raw\n" in cell


def test_rows_are_shown_with_the_types_of_the_schema(capsys: Any, monkeypatch: Any) -> None:
    assert "Ada   12.5" in shown(LAMPS, capsys=capsys, monkeypatch=monkeypatch)


def test_no_variable_of_the_notebook_is_proposed(capsys: Any, monkeypatch: Any) -> None:
    assert " -o lamps_2\n" in shown(LAMPS, capsys=capsys, monkeypatch=monkeypatch)


def test_further_lists_are_a_line_each(capsys: Any, monkeypatch: Any) -> None:
    out = shown(*[LAMPS] * (peek.MOST_SHOWN + 2), capsys=capsys, monkeypatch=monkeypatch)
    assert (out.count("also: table 2"), out.count("12.5")) == (2, peek.MOST_SHOWN)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"why": "the page asks for a login"}, "the page asks for a login"),
        ({}, "nothing on this page"),
        ({"more": 4}, "4 further lists"),
        ({"is_cut": True}, "too large"),
    ],
)
def test_a_page_without_lists_says_what_it_is(more: dict[str, Any], said: str, capsys: Any, monkeypatch: Any) -> None:
    assert said in shown(capsys=capsys, monkeypatch=monkeypatch, **more)
