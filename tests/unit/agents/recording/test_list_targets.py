"""Tests of the descriptions of lists: a list is found on a changed page, or the reason says why none is meant."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.llm.page_lists import Listed, lists_of_page
from webrun_nb.agents.recording.choices import ListChoice
from webrun_nb.agents.recording.list_targets import FoundList, describe_list, find_list


def table(title: str, *rows: str, head: str = "Item|Price") -> str:
    cells = "".join(f"<th>{name}</th>" for name in head.split("|"))
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row.split('|'))}</tr>" for row in rows)
    return f"<h2>{title}</h2><table><tr>{cells}</tr>{body}</table>"


FRUITS = table("Fruits", "Apple|$2.50", "Pear|$1.20")
NUTS = table("Nuts", "Hazel|$9.00", "Pine|$19.00")
CARD = "<li class=card><h3><a href=/{0}>{0}</a></h3><p class=cost>{1}</p><p class=left>{2} left</p></li>"


def cards(*texts: str, card: str = CARD) -> str:
    return f"<ul>{''.join(card.format(*text.split('|')) for text in texts)}</ul>"


FRUIT = ("Apple|$2.50|3", "Pear|$1.20|4", "Mango|$4.00|5")
SHELF = cards(*FRUIT)


def every(html: str) -> tuple[Listed, ...]:
    return lists_of_page(snapshot_of_html(f"<html><body>{html}</body></html>")).every


def chosen(html: str, title: str = "Fruits", *names: str) -> ListChoice:
    lists = every(html)
    listed = next(each for each in lists if each.title == title)
    return describe_list(listed, {name: listed.fields[name] for name in names or ("Item", "Price")}, {}, lists)


def texts_of(found: FoundList | str) -> dict[str, list[str]]:
    assert isinstance(found, FoundList), found
    return {name: each.texts for name, each in found.columns.items()}


@pytest.mark.parametrize(
    "html",
    [
        NUTS + FRUITS,
        table("Fruits (2)", "Apple|$2.50", "Pear|$1.20"),
        table("Fruits", "pome|$2.50|Apple", "pome|$1.20|Pear", head="Kind|Price|Item"),
        FRUITS.replace("<table>", "<table id=x class=y>"),
    ],
)
def test_a_list_is_found_by_its_title_and_columns(html):
    found = find_list(every(html), chosen(FRUITS))
    assert texts_of(found) == {"Item": ["Apple", "Pear"], "Price": ["$2.50", "$1.20"]}


@pytest.mark.parametrize(
    ("html", "why"),
    [
        (NUTS, "the page has no table “Fruits”; its lists: table “Nuts”"),
        ("<p>Closed</p>", "the page has no table “Fruits”; its lists: none"),
        (table("Fruits 2027", "Apple|$3"), "the page has no table “Fruits”; its lists: table “Fruits 2027”"),
        (
            table("Fruits", "Apple|$3", head="Item|Cost"),
            "table “Fruits” has no column “Price”; its columns: Item, Cost",
        ),
    ],
)
def test_a_list_that_is_not_there_is_told_with_those_that_are(html, why):
    assert find_list(every(html), chosen(FRUITS)) == why


def test_one_of_several_alike_is_known_by_its_place_as_long_as_their_number_is_the_same():
    other = table("Fruits", "Fig|$3.00|a", "Date|$2.00|b", head="Item|Price|Note")
    choice = chosen(FRUITS + other)
    assert (choice.ordinal, choice.count) == (1, 2)
    assert texts_of(find_list(every(FRUITS + other), choice))["Item"] == ["Apple", "Pear"]
    assert find_list(every(FRUITS), choice) == (
        "the page has 1 of table “Fruits”, there were 2, and nothing tells which"
    )


def test_tables_that_were_read_as_one_are_found_as_long_as_they_are_the_same():
    both = every(FRUITS + NUTS)
    joined = next(each for each in both if each.joined)
    choice = describe_list(joined, {"Item": joined.fields["Item"]}, {}, both)
    assert choice.joined == ("Fruits", "Nuts")
    assert texts_of(find_list(both, choice)) == {"Item": ["Apple", "Pear", "Hazel", "Pine"]}
    assert isinstance(find_list(every(FRUITS + table("Seeds", "Flax|$1.00", "Hemp|$2.00")), choice), str)


@pytest.mark.parametrize(
    ("before", "after"),
    [("class=cost", "class=cost id=x"), ("class=cost", "class=z9"), ("<p class=left", "<p>New</p><p ")],
)
def test_a_column_without_a_heading_is_known_by_its_way_and_then_by_what_its_values_are(before, after):
    choice = chosen(SHELF, "", "name", "price")
    found = find_list(every(cards(*FRUIT, card=CARD.replace(before, after))), choice)
    assert texts_of(found) == {"name": ["Apple", "Pear", "Mango"], "price": ["$2.50", "$1.20", "$4.00"]}


def test_a_column_without_a_heading_that_is_gone_is_told():
    without = cards(*FRUIT, card=CARD.replace("<p class=cost>{1}</p>", "<p class=when>{2} May</p>"))
    assert "has no column “price”; its columns: name" in str(
        find_list(every(without), chosen(SHELF, "", "name", "price"))
    )
