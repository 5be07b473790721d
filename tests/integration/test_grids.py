"""Tests of tables as Chromium displays them: grids by style sheets, and what the style of cells says."""

from __future__ import annotations

import pytest

from helpers.sources import labels, texts
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.extraction.grids.grids import grids_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATES = [("Currency", "Buy", "Sell"), ("Dollar", "1.05", "1.10"), ("Pound", "0.85", "0.90"), ("Franc", "0.95", "0.99")]


def cells(tag: str, row: tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in row)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize(
    ("style", "html"),
    [
        (
            ".t {display: grid; grid-template-columns: 1fr 1fr 1fr; width: 600px}",
            f"<div class=t>{''.join(cells('div', row) for row in RATES)}</div>",
        ),
        (
            ".r {display: flex} .r > * {flex: none; width: 90px; text-align: end}",
            "<div>" + "".join(f"<p class=r>{cells('span', row)}</p>" for row in RATES) + "</div>",
        ),
        (
            ".t {display: table} .r {display: table-row} .r > * {display: table-cell}",
            "<div class=t>" + "".join(f"<div class=r>{cells('i', row)}</div>" for row in RATES) + "</div>",
        ),
        (
            ".r {display: flex} .r > * {flex: none; width: 90px} .b {height: 30px; overflow: auto}",
            f"<section><div class=r>{cells('b', RATES[0])}</div><div class=b>"
            + "".join(f"<div class=r>{cells('span', row)}</div>" for row in RATES[1:])
            + "</div></section>",
        ),
    ],
    ids=["grid", "flex", "table", "rows that scroll under their headings"],
)
async def test_a_grid_by_style_is_read_as_it_is_displayed(
    browsers: ChromiumPool, style: str, html: str, direction: str
) -> None:
    page = await browsers.snapshot_of_html(f"<html dir={direction}><style>{style}</style>{html}")
    (source,) = grids_of(page)
    assert (labels(source), texts(source)) == ([*RATES[0]], [[*row] for row in RATES[1:]])


async def test_cards_side_by_side_are_no_grid(browsers: ChromiumPool) -> None:
    cards = "".join(f"<div><h3>Item {number}</h3><p>${number}.00</p></div>" for number in range(9))
    style = "div {display: grid; grid-template-columns: 1fr 1fr 1fr}"
    assert grids_of(await browsers.snapshot_of_html(f"<style>{style}</style><div>{cards}</div>")) == []


@pytest.mark.parametrize(
    ("style", "html", "found"),
    [
        (
            "small {font-size: 50%; vertical-align: super}",
            "<tr><th>A<th>Price<tr><td>x<td>$63<small>07</small><tr><td>y<td>$5<small>99</small>",
            (["A", "Price"], [["x", "$63.07"], ["y", "$5.99"]]),
        ),
        (
            "tr:first-child {font-weight: 700}",
            "<tr><td>City<td>Land<tr><td>Lyon<td>France<tr><td>Gent<td>Belgium",
            (["City", "Land"], [["Lyon", "France"], ["Gent", "Belgium"]]),
        ),
        (
            "thead {position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden}",
            "<thead><tr><th>City<th>Land</thead><tr><td>Lyon<td>France<tr><td>Gent<td>Belgium",
            (["City", "Land"], [["Lyon", "France"], ["Gent", "Belgium"]]),
        ),
        (
            ".copy {position: absolute; left: -9999px} .key {display: none}",
            "<tr><th>A<th>B<tr><td>x<td><i class=key>00012</i>12<tr><td>y<td><i class=copy>13 pieces</i>13",
            (["A", "B"], [["x", "12"], ["y", "13"]]),
        ),
        ("", "<td>a<td>1<tr><td>b<td>2<tr><td>c<td>3", (["", ""], [["a", "1"], ["b", "2"], ["c", "3"]])),
    ],
    ids=["raised cents", "bold headings", "headings for screen readers", "copies and keys", "no row element"],
)
async def test_tables_are_read_as_they_are_displayed(
    browsers: ChromiumPool, style: str, html: str, found: tuple[list[str], list[list[str]]]
) -> None:
    (source,) = grids_of(await browsers.snapshot_of_html(f"<style>{style}</style><table>{html}</table>"))
    assert (labels(source), texts(source)) == found
