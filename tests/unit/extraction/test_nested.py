"""Tests of records within a record."""

from __future__ import annotations

from typing import Any

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.results import Extraction


def objects(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def many(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": objects(**properties)}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def table(head: str, *rows: str) -> str:
    lines = [
        f"<th>{'</th><th>'.join(head.split('|'))}</th>",
        *(f"<td>{'</td><td>'.join(r.split('|'))}</td>" for r in rows),
    ]
    return f"<table><tr>{'</tr><tr>'.join(lines)}</tr></table>"


def extracted(body: str, schema: dict[str, Any], text: str = "") -> Extraction:
    return extract([snapshot_of_html(f"<html lang=en><body>{body}</body></html>")], schema, text)


def test_the_records_of_a_row_are_those_of_the_table_in_its_element() -> None:
    companies = (("Acme", ["Oslo|1.250", "Rome|0,5"]), ("Best", ["Bern|2.000"]), ("Cool", []))
    body = "".join(
        f"<article><h2>{name}</h2>{table('City|Area', *rows) if rows else '<p>-</p>'}</article>"
        for name, rows in companies
    )
    wanted = many(name=TEXT, offices=many(city=TEXT, area=NUMBER))
    found = extracted(f"<h1>Companies</h1>{body}", wanted, "List the companies")
    assert found.data == [
        {"name": "Acme", "offices": [{"city": "Oslo", "area": 1250.0}, {"city": "Rome", "area": 0.5}]},
        {"name": "Best", "offices": [{"city": "Bern", "area": 2000.0}]},
        {"name": "Cool", "offices": None},
    ]
    assert found.columns[1].nulls == {"absent": 1}


def test_the_records_of_a_cell_are_those_of_the_table_in_it() -> None:
    body = table(
        "Invoice|Lines|Total",
        *(
            f"{name}|{table('Item|Price', *rows)}|9"
            for name, rows in (("R1", ["nut;1.50", "nail;2.50"]), ("R2", ["gear;5.50"]))
        ),
    )
    body = body.replace(";", "</td><td>")
    found = extracted(body, many(invoice=TEXT, lines=many(item=TEXT, price=NUMBER)))
    assert [len(record["lines"]) for record in found.records] == [2, 1]
    assert found.records[1] == {"invoice": "R2", "lines": [{"item": "gear", "price": 5.5}]}


def test_a_page_about_one_thing_has_the_records_of_its_lists() -> None:
    body = (
        f"<main><h1>Cake</h1><dl><dt>Servings</dt><dd>4</dd></dl>{table('Amount|Ingredient', '200 g|flour', '2|eggs')}"
    )
    body += table("Step|Text", "1|Mix", "2|Bake") + "</main>"
    wanted = {"ingredients": many(amount=TEXT, ingredient=TEXT), "steps": many(step=NUMBER, text=TEXT)}
    found = extracted(body, objects(title=TEXT, servings={"type": "integer"}, **wanted)).data
    assert (found["title"], found["servings"]) == ("Cake", 4)
    assert found["ingredients"][1] == {"amount": "2", "ingredient": "eggs"}
    assert found["steps"][0] == {"step": 1.0, "text": "Mix"}
    assert set(extracted(body, objects(**wanted)).data) == {"ingredients", "steps"}


def test_equally_good_lists_are_none() -> None:
    rows = table("City|Phone", "Oslo|1", "Rome|2")
    others = table("City|Phone|Fax", "Ulm|3|4", "Bonn|5|6")
    body = f"<main><h1>Acme</h1><p>Founded: 1990</p><h2>A</h2>{rows}<h2>B</h2>{others}</main>"
    found = extracted(body, objects(name=TEXT, sites=many(city=TEXT, phone=TEXT)))
    assert found.data["sites"] is None
    assert found.columns[1].nulls == {"several-fields": 1}


def test_a_schema_may_refer_to_itself() -> None:
    schema = many(name=TEXT, parts={"$ref": "#"})
    assert extracted(table("Name|N", "a|1", "b|2"), schema).records[0] == {"name": "a", "parts": None}
