"""The choice of a source: by number, title and content; parts of one list are joined; one record or many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.sources import table
from webrun_nb.common.column_types import parse_columns
from webrun_nb.extraction.assignment.choose import Chooser
from webrun_nb.extraction.assignment.requested import phrases_for, requested_of
from webrun_nb.extraction.schema import Wanted

PEOPLE = table(["Name", "Age"], ["Ann", "30"], ["Bo", "40"], caption="Table 1: Persons", number=1)
HOUSES = table(["Name", "Age"], ["Mill", "100"], ["Barn", "200"], caption="Table 2: Households", number=2)
PETS = table(["Name", "Colour"], ["Rex", "brown"], ["Tim", "grey"], caption="Pets", number=3)
CARDS = table(["", ""], ["Lamp", "5"], ["Desk", "6"], kind="list", properties=["name", "price"])
PAGE = table(["", "", ""], ["Lamp", "5", "Acme"], kind="page", properties=["name", "price", "brand"])
DATA = table(
    ["", "", ""], ["Lamp", "A-1", "6"], kind="embedded", caption="product", properties=["name", "sku", "price"]
)
PUBLISHER = table([""], ["The Shop"], kind="embedded", caption="organization", properties=["name"])


def choose(sources, columns, text="", *, many=True, **chosen):
    wanted = [Wanted(column, (column.name,)) for column in parse_columns(columns)]
    requested = requested_of(text)

    def reads(cells, column):
        return sum(column.type.label != "int" or cell.text.isdigit() for cell in cells) / len(cells)

    return Chooser(wanted, requested, reads, phrases_for(wanted, requested), chosen).choose(sources, tuple, many=many)


def names(choice):
    """The values of the column `name`."""
    return [cell and cell.text for cell in choice.assignment.fields["name"].cells()]


def test_the_table_that_has_the_columns():
    assert names(choose([PEOPLE, PETS], "name:str, colour:str")) == ["Rex", "Tim"]


@pytest.mark.parametrize(
    "text", ["List name and age of table 2", "the second table", "the households table", 'List "Households"']
)
def test_the_table_that_is_named(text):
    assert names(choose([PEOPLE, HOUSES, PETS], "name:str, age:int", text)) == ["Mill", "Barn"]


def test_the_last_table():
    assert names(choose([PEOPLE, HOUSES, PETS], "name:str", "name of the last table")) == ["Rex", "Tim"]


def test_a_number_that_the_page_does_not_have():
    choice = choose([PEOPLE, HOUSES], "name:str, age:int", "table 7")
    assert (choice.assignment, choice.problem) == (None, "no-such-table")


def test_both_tables():
    choice = choose([PEOPLE, HOUSES], "name:str, age:int", "both tables: name and age")
    assert names(choice) == ["Ann", "Bo", "Mill", "Barn"]
    assert [row.groups for row in choice.assignment.source.rows][::2] == [
        ("Table 1: Persons",),
        ("Table 2: Households",),
    ]


def test_all_tables_with_other_columns_beside():
    assert names(choose([PEOPLE, PETS], "name:str", "all tables: name")) == ["Ann", "Bo", "Rex", "Tim"]


def test_two_tables_that_are_equally_good_are_a_question():
    choice = choose([PEOPLE, PETS], "name:str")
    assert choice.assignment is None
    assert choice.problem == "several-sources"
    assert [each.label for each in choice.question.candidates] == ["Table 1: Persons", "Pets"]


def test_a_person_chooses_the_table():
    wanted = choose([PEOPLE, PETS], "name:str", **{"": "Pets"})
    assert names(wanted) == ["Rex", "Tim"]


def test_a_list_that_lacks_most_columns_is_not_taken():
    choice = choose([PEOPLE], "name:str, price:float, weight:float")
    assert choice.problem == "no-source"
    assert choice.near[0].source is PEOPLE


def test_one_record_for_a_singular_request():
    choice = choose([CARDS, PAGE], "name:str, price:int", "Get the product's name and price")
    assert not choice.many
    assert names(choice) == ["Lamp"]


def test_rows_for_a_plural_request():
    assert names(choose([CARDS, PAGE], "name:str, price:int", "List all products")) == ["Lamp", "Desk"]


def test_the_main_record_where_the_text_does_not_tell():
    assert not choose([CARDS, PAGE], "name:str, price:int, brand:str").many


def test_an_object_is_asked_for_and_the_page_has_a_list():
    choice = choose([PEOPLE], "name:str, age:int", many=False)
    assert (choice.assignment, choice.problem) == (None, "several-rows")


def test_what_is_displayed_comes_before_what_is_embedded():
    choice = choose([DATA, PUBLISHER, PAGE], "name:str, price:int, sku:str, brand:str", "the product's price")
    cells = {name: each.cells()[0].text for name, each in choice.assignment.fields.items()}
    assert cells == {"name": "Lamp", "price": "5", "sku": "A-1", "brand": "Acme"}


def test_the_publisher_is_not_the_product():
    assert names(choose([PUBLISHER, DATA], "name:str, sku:str", "the product's name and sku")) == ["Lamp"]


def test_a_page_that_only_has_a_title_is_no_list():
    title = table([""], ["404"], kind="page", properties=["name"])
    assert choose([title], "name:str, price:money, city:str", "List the hotels").problem == "no-source"


def test_a_page_without_sources():
    assert choose([], "name:str").problem == "no-source"


def test_a_list_of_which_nothing_is_named_needs_all_columns():
    texts = ["It was a long and stormy night.", "Nobody knew what had happened there."]
    notes = table(["", ""], [texts[0], "1"], [texts[1], "2"], kind="list")
    assert choose([notes], "text:str, author:str", "List text and author").problem == "no-source"
    assert choose([notes], "text:str", "List the text").assignment is not None


def test_the_main_record_comes_before_other_pairs():
    pairs = table(["Price", "Weight"], ["7", "2 kg"], kind="pairs")
    choice = choose([pairs, PAGE], "price:int, weight:str", "the product's price and weight")
    assert {name: each.cells()[0].text for name, each in choice.assignment.fields.items()} == {
        "price": "5",
        "weight": "2 kg",
    }


def test_parts_of_a_list_whose_columns_are_in_another_order():
    first = table(["Name", "Age"], ["Ann", "30"], heading="Day 1", number=1)
    second = table(["Age", "Name"], ["41", "Bo"], heading="Day 2", number=2)
    choice = choose([first, second], "name:str, age:int", "List name and age")
    assert names(choice) == ["Ann", "Bo"]
    assert [cell.text for cell in choice.assignment.fields["age"].cells()] == ["30", "41"]


def test_the_main_record_is_not_looked_for_where_a_list_answers():
    wanted = [Wanted(column, (column.name,)) for column in parse_columns("name:str, age:int")]
    chooser = Chooser(wanted, requested_of("List all people"), lambda *_: 1.0, {}, {})
    assert chooser.choose([PEOPLE], lambda: pytest.fail("looked for"), many=True).assignment is not None


def test_a_list_that_has_more_of_the_columns_than_the_record_is_taken():
    firm = table([""], ["Acme"], kind="page", properties=["name"])
    assert names(choose([PEOPLE, firm], "name:str, age:int", "Get the company's people with name and age")) == [
        "Ann",
        "Bo",
    ]


def test_the_variants_of_a_product_are_not_the_product():
    variants = replace(DATA, rows=table(["", "", ""], ["Lamp", "A-1", "6"], ["Lamp", "A-2", "6"], kind="embedded").rows)
    page = table(["", ""], ["Lamp", "5"], kind="page", properties=["name", "price"])
    choice = choose([variants, page], "name:str, price:int, sku:str", "Get the product's name, price and sku")
    assert not choice.many
    assert "sku" not in choice.assignment.fields
