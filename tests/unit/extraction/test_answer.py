"""The answer: which rows are in it, what each value was read from, and the reasons for what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.sources import table
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.common.nullable_schema import with_nulls
from webrun_nb.extraction.answer import answer
from webrun_nb.extraction.assignment.assign import assign
from webrun_nb.extraction.results import Part
from webrun_nb.extraction.schema import shape_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source, SourceRow


def schema(columns):
    properties = {column.name: column_schema(column) for column in parse_columns(columns)}
    return {"type": "array", "items": {"type": "object", "properties": properties, "required": list(properties)}}


def answered(columns, *sources, url="https://shop.example/", language="en", is_record=False, **more):
    """Answer from one source per page."""
    shape = shape_of(schema(columns))
    parts = []
    for number, source in enumerate(sources, 1):
        found = assign(shape.columns, source, reads=lambda cells, column: 1.0)
        page = Snapshot(f"{url}{number}", "", Node("html", attributes={"lang": language}))
        parts.append(Part(page, found, (source,), is_record))
    return answer(shape, parts, **more)


def with_total(source: Source) -> Source:
    """The source, its last row a total."""
    return replace(source, rows=[*source.rows[:-1], replace(source.rows[-1], is_total=True)])


def indexed(source: Source, first: int) -> Source:
    """The source, with the index of each row in a virtualised list."""
    return replace(source, rows=[replace(row, index=first + place) for place, row in enumerate(source.rows)])


def test_records_in_the_order_of_the_pages():
    result = answered("name:str, age:int", table(["Age", "Name"], ["30", "Ann"]), table(["Age", "Name"], ["41", "Bo"]))
    assert result.records == [{"name": "Ann", "age": 30}, {"name": "Bo", "age": 41}]
    assert result.data == result.records
    assert result.misfit is None


def test_each_value_names_its_page_and_element():
    (_, _, _, evidence) = answered("name:str, age:int", table(["Name", "Age"], ["Ann", "30"], ["Bo", "30"])).values
    assert (evidence.row, evidence.column, evidence.value, evidence.text) == (1, "age", 30, "30")
    assert (evidence.url, evidence.element) == (
        "https://shop.example/1",
        "table > tr:nth-of-type(2) > td:nth-of-type(2)",
    )


def test_the_pages_of_a_list_decide_together():
    first, second = table(["Ordered"], ["2/5/2019"], ["3/5/2019"]), table(["Ordered"], ["28/6/2019"])
    dates = [record["ordered"] for record in answered("ordered:date", first, second).records]
    assert dates == ["2019-05-02", "2019-05-03", "2019-06-28"]


def test_a_value_that_is_not_proved_is_null_with_its_readings():
    result = answered("ordered:date", table(["Ordered"], ["2/5/2019"]), language="")
    assert result.records == [{"ordered": None}]
    (evidence,) = result.values
    assert evidence.reason == "ambiguous-day-month"
    assert {reading.value for reading in evidence.readings} == {"2019-05-02", "2019-02-05"}
    assert result.columns[0].nulls == {"ambiguous-day-month": 1}


def test_a_column_without_a_field_is_null_and_names_the_nearest():
    result = answered("name:str, price:money", table(["Name", "Shipping price"], ["A", "$5"]))
    assert result.records == [{"name": "A", "price": None}]
    report = result.columns[1]
    assert report.nulls == {"no-field": 1}
    assert [(each.label, each.example) for each in report.nearest][:1] == [("Shipping price", "$5")]


def test_a_question_leaves_its_column_null():
    result = answered("city:str, population:int", table(["City", "Population 1", "Population 2"], ["A", "5", "6"]))
    assert result.records == [{"city": "A", "population": None}]
    assert [question.column for question in result.questions] == ["population"]
    assert result.columns[1].nulls == {"several-fields": 1}


def test_totals_are_left_out_and_counted():
    source = with_total(table(["Name", "Age"], ["Ann", "30"], ["Total", "30"]))
    result = answered("name:str, age:int", source)
    assert [record["name"] for record in result.records] == ["Ann"]
    assert (result.lists[0].seen, result.lists[0].returned, result.lists[0].totals) == (2, 1, 1)


def test_totals_are_kept_where_the_text_speaks_of_them():
    source = with_total(table(["Name", "Age"], ["Ann", "30"], ["Total", "30"]))
    assert len(answered("name:str, age:int", source, words=frozenset({"total"})).records) == 2


def test_rows_without_any_value_are_left_out_and_counted():
    result = answered("name:str", table(["Name", "Age"], ["Ann", "30"], ["", "7"], [None, None]))
    assert result.records == [{"name": "Ann"}]
    assert result.lists[0].blank == 2


def test_true_duplicates_are_kept():
    assert len(answered("name:str", table(["Name"], ["Ann"], ["Ann"]), table(["Name"], ["Ann"])).records) == 3


def test_screens_of_a_virtualised_list_are_joined_by_index():
    first = indexed(table(["Name"], ["c"], ["d"], ["d"]), 3)
    second = indexed(table(["Name"], ["a"], ["b"], ["c"]), 1)
    result = answered("name:str", first, second, screens=True)
    assert [record["name"] for record in result.records] == ["a", "b", "c", "d", "d"]
    assert [report.repeated for report in result.lists] == [0, 1]
    assert not result.lists[1].is_assumed


def test_screens_without_an_index_are_joined_by_their_overlap():
    result = answered(
        "name:str", table(["Name"], ["a"], ["b"], ["c"]), table(["Name"], ["b"], ["c"], ["d"]), screens=True
    )
    assert [record["name"] for record in result.records] == ["a", "b", "c", "d"]
    assert result.lists[1].is_assumed


def test_the_currency_that_is_displayed_with_the_price():
    source = table(["Name", "Price"], ["A", "€5.00"], ["B", "£6.50"])
    assert answered("name:str, price:float, currency:str", source).records == [
        {"name": "A", "price": 5.0, "currency": "€"},
        {"name": "B", "price": 6.5, "currency": "£"},
    ]


def test_data_for_machines_that_differ_from_what_is_displayed_are_named():
    shape = shape_of(schema("price:money"))
    page = table([""], ["$5"], kind="page", properties=["price"])
    found = assign(shape.columns, page, reads=lambda cells, column: 1.0)
    data = assign(shape.columns, table([""], ["7"], kind="embedded", properties=["price"]), reads=lambda *_: 1.0)
    found.beside["price"] = data.fields["price"]
    result = answer(shape, [Part(Snapshot("https://shop.example/", "", Node("html")), found, (page,), True)])
    assert "'7'" in result.values[0].reading


def test_what_does_not_fit_the_schema_is_named():
    wanted = {"type": "array", "items": {"type": "object", "properties": {"age": {"type": "integer", "maximum": 100}}}}
    shape = shape_of(wanted)
    source = table(["Age"], ["130"])
    found = assign(shape.columns, source, reads=lambda cells, column: 1.0)
    result = answer(shape, [Part(Snapshot("https://a.example/", "", Node("html")), found)])
    assert result.misfit is not None
    assert result.misfit[0] == "0/age"


@pytest.mark.parametrize(
    "value",
    [{"type": "integer"}, {"$ref": "#/$defs/n"}, {"enum": [1]}, {"type": "object", "properties": {"b": {"const": 2}}}],
)
def test_a_nullable_copy_takes_null_everywhere(value):
    import jsonschema_rs

    whole = {
        "$defs": {"n": {"type": "integer"}},
        "type": "array",
        "items": {"type": "object", "properties": {"a": value}},
    }
    assert jsonschema_rs.is_valid(with_nulls(whole), [{"a": None}])
    assert not jsonschema_rs.is_valid(with_nulls(whole), [{"a": "x"}])


def test_a_row_keeps_its_headings_for_filters():
    result = answered("name:str", table(["Name"], ["a"], ["b"], groups=[("Day 1",), ("Day 2",)]))
    assert [row.groups for row in result.rows] == [("Day 1",), ("Day 2",)]
    assert isinstance(result.rows[0].row, SourceRow)


def test_a_price_as_text_is_the_amount_that_the_data_for_machines_confirm():
    shape = shape_of(schema("price:str"))
    page = table(["", ""], ["352,00 б.р.", "352.00"], kind="page", properties=["price", "lowprice"])
    found = assign(shape.columns, page, reads=lambda cells, column: 1.0)
    part = Part(Snapshot("https://shop.example/", "", Node("html")), found, (page,), True)
    assert answer(shape, [part]).records == [{"price": "352.00"}]
    assert answered("price:str", table(["Price"], ["352,00 б.р."], ["9 б.р."])).records[0] == {"price": "352,00 б.р."}
