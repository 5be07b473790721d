from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.records.records import lists_of
from webrun_nb.extraction.sources import Source


def lists(body: str) -> list[Source]:
    return lists_of(snapshot_of_html(f"<body>{body}</body>"))


def only(body: str) -> Source:
    (source,) = lists(body)
    return source


def values(source: Source, name: str | int) -> list[str | None]:
    """Return the texts of a column, by its label, its property or its place."""
    places = (
        [name]
        if isinstance(name, int)
        else [i for i, column in enumerate(source.columns) if name in (*column.labels, *column.properties)]
    )
    assert len(places) == 1, (name, [(column.labels, column.properties) for column in source.columns])
    cells = [row.cells[places[0]] for row in source.rows]
    return [None if cell is None else cell.text or cell.exact or cell.label for cell in cells]


def table(source: Source) -> list[tuple[str | None, ...]]:
    return [
        tuple(None if cell is None else cell.text or cell.label or cell.exact for cell in row.cells)
        for row in source.rows
    ]


class TestItems:
    def test_items_of_one_structure_are_rows(self) -> None:
        source = only("<ul><li><b>Ada</b> <i>1815</i></li><li><b>Alan</b> <i>1912</i></li></ul>")
        assert table(source) == [("Ada", "1815"), ("Alan", "1912")]

    def test_list_of_texts_has_one_column(self) -> None:
        assert table(only("<ul><li>Amber</li><li>Hollow</li><li>Quiet</li></ul>")) == [
            ("Amber",),
            ("Hollow",),
            ("Quiet",),
        ]

    def test_advertisement_between_items_is_no_row(self) -> None:
        item = "<div><h3><a href='/{0}'>{0}</a></h3><p>{0}. text</p></div>"
        body = f"<div>{item.format('A')}<div><img src='ad.png'></div>{item.format('B')}{item.format('C')}</div>"
        assert [row[0] for row in table(only(body))] == ["A", "B", "C"]

    def test_item_without_some_fields_stays_and_lacks_them(self) -> None:
        body = """<ul><li><h3>A</h3><p>one</p><span>12 kg</span></li><li><h3>B</h3><span>7 kg</span></li>
          <li><h3>C</h3><p>three</p></li></ul>"""
        assert table(only(body)) == [("A", "one", "12 kg"), ("B", None, "7 kg"), ("C", "three", None)]

    def test_items_in_rows_of_a_layout_are_one_list(self) -> None:
        card = "<div><h3>{0}</h3><p>{0} text</p><p>{0} €</p></div>"
        row = "<div>{}</div>"
        body = (
            "<main>" + "".join(row.format(card.format(a) + card.format(b)) for a, b in ("12", "34", "56")) + "</main>"
        )
        assert [row[0] for row in table(only(body))] == ["1", "2", "3", "4", "5", "6"]

    def test_hidden_items_are_no_rows(self) -> None:
        assert table(only("<ul><li>A</li><li hidden>B</li><li>C</li><li>D</li></ul>")) == [("A",), ("C",), ("D",)]

    def test_paragraphs_of_a_text_are_no_list(self) -> None:
        assert lists("<div><p>One.</p><p>Two.</p><p>Three.</p></div>") == []

    def test_two_parts_of_a_layout_are_no_list(self) -> None:
        body = "<div><div><h2>News</h2><p>All of it.</p></div><div><form><input></form><span>Search</span></div></div>"
        assert lists(body) == []

    def test_buttons_are_no_fields(self) -> None:
        body = "".join(f"<li><b>{name}</b> <button>Add</button> <a href='#'>More</a></li>" for name in "ABC")
        assert table(only(f"<ul>{body}</ul>")) == [("A",), ("B",), ("C",)]

    def test_equal_items_are_all_kept(self) -> None:
        assert len(only("<ul>" + "<li><b>A</b> <i>1</i></li>" * 3 + "<li><b>B</b> <i>2</i></li></ul>").rows) == 4

    def test_parts_of_items_that_are_alike_are_no_items(self) -> None:
        item = """<li><div><img src='/{0}'></div><div><b>H{0}</b><i>T{0}</i></div>
          <div><b>{0} nights</b><i>{0} €</i></div></li>"""
        assert len(only("<ul>" + "".join(map(item.format, range(1, 5))) + "</ul>").rows) == 4


class TestSiblings:
    def test_items_split_over_siblings_begin_with_their_heading(self) -> None:
        body = (
            "<div><h3>A</h3><p>one</p><span>1 €</span><h3>B</h3><p>two</p><h3>C</h3><p>three</p><span>3 €</span></div>"
        )
        source = only(body)
        assert [row[:2] for row in table(source)] == [("A", "one"), ("B", "two"), ("C", "three")]
        assert values(source, "price") == ["1 €", None, "3 €"]

    def test_siblings_in_a_rhythm_are_items(self) -> None:
        body = "".join(f"<a href='/{x}'>{x}</a><small>{x}{x}</small>" for x in "ABCD")
        assert table(only(f"<div>{body}</div>")) == [("A", "AA"), ("B", "BB"), ("C", "CC"), ("D", "DD")]

    def test_rows_of_a_layout_table_in_a_rhythm_are_items(self) -> None:
        rows = "".join(
            f"<tr><td>Text {x}</td></tr><tr><td>Tags: <a href='/1'>{x}1</a> <a href='/2'>{x}2</a></td></tr>"
            for x in "ABC"
        )
        assert table(only(f"<table><tbody>{rows}</tbody></table>")) == [
            ("Text A", "A1, A2"),
            ("Text B", "B1, B2"),
            ("Text C", "C1, C2"),
        ]


class TestGroups:
    ITEM = "<div><b>{0}</b> <i>{0}:00</i> <span>Room {0}</span></div>"

    def test_headings_between_items_are_groups(self) -> None:
        body = (
            f"<div><h3>Day 1</h3>{self.ITEM.format(9)}{self.ITEM.format(10)}<h3>Day 2</h3>{self.ITEM.format(11)}</div>"
        )
        assert [row.groups for row in only(body).rows] == [("Day 1",), ("Day 1",), ("Day 2",)]

    def test_lists_under_headings_are_one_list(self) -> None:
        section = "<section><h3>Day {}</h3><div>{}</div></section>"
        days = [
            section.format(day, "".join(self.ITEM.format(hour) for hour in hours))
            for day, hours in ((1, (9, 10)), (2, (11, 12)))
        ]
        source = only(f"<main>{''.join(days)}</main>")
        assert [row.groups for row in source.rows] == [("Day 1",), ("Day 1",), ("Day 2",), ("Day 2",)]

    def test_heading_before_the_list_is_its_heading(self) -> None:
        assert only("<h2>Games</h2><ul><li>A</li><li>B</li><li>C</li></ul>").heading == "Games"


class TestLabels:
    def test_label_before_a_colon_names_the_column(self) -> None:
        body = "".join(f"<li><b>{x}</b><p>Weight: {x} kg</p><p>Colour: {x}</p></li>" for x in ("1", "2", "3"))
        assert values(only(f"<ul>{body}</ul>"), "Weight") == ["1 kg", "2 kg", "3 kg"]

    def test_labels_decide_whatever_the_order(self) -> None:
        body = """<ul><li><b>A</b><p>Size: 1</p><p>Age: 2</p></li><li><b>B</b><p>Age: 3</p></li>
          <li><b>C</b><p>Size: 4</p></li></ul>"""
        source = only(body)
        assert (values(source, "Size"), values(source, "Age")) == (["1", None, "4"], ["2", "3", None])

    def test_colon_in_a_title_makes_no_label(self) -> None:
        body = "".join(
            f"<li><b>{x}</b> <i>19{i}0</i></li>" for i, x in enumerate(("Dune: Part", "Alien", "Jaws: Again"))
        )
        assert values(only(f"<ul>{body}</ul>"), 0) == ["Dune: Part", "Alien", "Jaws: Again"]

    def test_label_within_a_text_names_what_is_behind_it(self) -> None:
        body = "".join(f"<li><b>{x}</b><p>A saying of {x}. Author: Ann {x}</p></li>" for x in ("one", "two", "ten"))
        source = only(f"<ul>{body}</ul>")
        assert values(source, "Author") == ["Ann one", "Ann two", "Ann ten"]
        assert values(source, 1) == ["A saying of one.", "A saying of two.", "A saying of ten."]

    def test_small_text_before_a_value_is_its_label(self) -> None:
        body = "".join(f"<li><b>{x}</b><div><small>Location</small><span>{x}ville</span></div></li>" for x in "ABC")
        assert values(only(f"<ul>{body}</ul>"), "Location") == ["Aville", "Bville", "Cville"]

    def test_terms_in_items_name_their_values(self) -> None:
        body = "".join(f"<li><h3>{x}</h3><dl><dt>Alter</dt><dd>{x} J.</dd></dl></li>" for x in ("1", "2", "3"))
        assert values(only(f"<ul>{body}</ul>"), "Alter") == ["1 J.", "2 J.", "3 J."]

    def test_markup_names_the_column(self) -> None:
        body = "".join(f"<li itemscope><b itemprop='name'>{x}</b> <i itemprop='sku'>{x}{x}</i></li>" for x in "ABC")
        assert values(only(f"<ul>{body}</ul>"), "sku") == ["AA", "BB", "CC"]

    def test_label_before_an_amount_names_it_instead_of_price(self) -> None:
        body = "".join(f"<li><b>{x}</b><p>Deposit: ${x}00</p></li>" for x in ("1", "2", "3"))
        source = only(f"<ul>{body}</ul>")
        assert values(source, "Deposit") == ["$100", "$200", "$300"]


class TestNames:
    def test_heading_names_the_item(self) -> None:
        body = "".join(f"<div><a href='/{x}'>Ad {x}</a><h4>{x}</h4><p>about {x}</p></div>" for x in "ABC")
        assert values(only(f"<main>{body}</main>"), "name") == ["A", "B", "C"]

    def test_first_link_names_an_item_without_a_heading(self) -> None:
        body = "".join(f"<div><i>May {x}</i><a href='/{x}'>Talk {x}</a><p>about {x}</p></div>" for x in "123")
        assert values(only(f"<main>{body}</main>"), "name") == ["Talk 1", "Talk 2", "Talk 3"]

    def test_longest_text_is_the_text_of_the_item(self) -> None:
        body = "".join(
            f"<div><b>{x}</b><i>{x}ville</i><p>{x} says what there is to say of it, and more.</p></div>" for x in "abc"
        )
        assert [text[:6] for text in values(only(f"<main>{body}</main>"), "text") if text] == [
            "a says",
            "b says",
            "c says",
        ]

    def test_addresses_name_their_columns(self) -> None:
        body = "".join(f"<div><h4>{x}</h4><a href='mailto:{x}@x.org'>{x}@x.org</a><p>{x}.</p></div>" for x in "abc")
        assert values(only(f"<main>{body}</main>"), "email") == ["a@x.org", "b@x.org", "c@x.org"]


class TestFields:
    def test_list_in_an_item_stays_one_field(self) -> None:
        tags = ("x", "x y", "y z w")
        body = "".join(
            f"<div><h3>T{i}</h3><p>text {i}</p><ul>{''.join(f'<li>{t}</li>' for t in said.split())}</ul></div>"
            for i, said in enumerate(tags)
        )
        assert [row[-1] for row in table(only(f"<main>{body}</main>"))] == ["x", "x, y", "y, z, w"]

    def test_texts_behind_a_label_are_a_list(self) -> None:
        body = "".join(
            f"<div><h3>{x}</h3><p>Tags: <a href='/1'>{x}1</a> <a href='/2'>{x}2</a></p></div>" for x in "ABC"
        )
        assert values(only(f"<main>{body}</main>"), "Tags") == ["A1, A2", "B1, B2", "C1, C2"]

    def test_rating_is_that_of_the_item_itself(self) -> None:
        body = "".join(
            f"<li><b>{x}</b> <i role='img' aria-label='Rated {x} out of 5'></i><p>Rated 5 out of 5 by {x}</p></li>"
            for x in ("1", "2", "3")
        )
        source = only(f"<p aria-label='4.2 out of 5'></p><ul>{body}</ul>")
        assert [row[1] for row in table(source)] == ["Rated 1 out of 5", "Rated 2 out of 5", "Rated 3 out of 5"]

    def test_stars_keep_the_text_for_those_who_can_t_see_them(self) -> None:
        body = "".join(f"<li><b>{x}</b> <span aria-label='{x} von 5'>★★☆</span></li>" for x in ("1", "2", "3"))
        cells = [row.cells[1] for row in only(f"<ul>{body}</ul>").rows]
        assert [(cell.text, cell.label) for cell in cells if cell] == [
            ("★★☆", "1 von 5"),
            ("★★☆", "2 von 5"),
            ("★★☆", "3 von 5"),
        ]

    def test_date_in_a_time_and_in_a_text_are_one_column(self) -> None:
        dates = (
            "<time datetime='2026-01-02'>3 days ago</time>",
            "<span>30+ days ago</span>",
            "<time datetime='2026-01-03'>2 days ago</time>",
        )
        source = only("<ul>" + "".join(f"<li><b>{i}</b> {date}</li>" for i, date in enumerate(dates)) + "</ul>")
        assert [(cell.text, cell.exact) for row in source.rows if (cell := row.cells[1])] == [
            ("3 days ago", "2026-01-02"),
            ("30+ days ago", ""),
            ("2 days ago", "2026-01-03"),
        ]

    def test_link_and_picture_have_their_addresses(self) -> None:
        body = "".join(f"<li><img src='/{x}.png' alt='{x}'><a href='/{x}'>Item {x}</a></li>" for x in "ABC")
        source = only(f"<ul>{body}</ul>")
        assert [[cell.href for cell in row.cells if cell] for row in source.rows[:1]] == [["/A.png", "/A"]]

    def test_value_in_a_sentence_of_several_elements_has_a_column(self) -> None:
        body = "".join(f"<li><b>T{x}</b><p>by <a href='/{x}'>Ann {x}</a> on Monday</p></li>" for x in "ABC")
        assert ("Ann A", "Ann B", "Ann C") in list(zip(*table(only(f"<ul>{body}</ul>")), strict=True))


class TestAmounts:
    def test_roles_decide_whatever_the_order(self) -> None:
        items: Sequence[str] = (
            "<p>$59.99 ($3.75 / oz)</p><p>List: $80.00</p><p>or 4 payments of $15.00</p>",
            "<p>Was $15.00</p><p>$12.00</p>",
            "<p>$1,349.00</p>",
            "<p>See price in cart</p><p>List: $44.50</p>",
        )
        cards = (f"<div><i>Free shipping over $35</i><h2>T{i}</h2>{each}</div>" for i, each in enumerate(items))
        source = only(f"<main>{''.join(cards)}</main>")
        assert values(source, "price") == ["$59.99", "$12.00", "$1,349.00", None]
        assert values(source, "oldprice") == ["$80.00", "$15.00", None, "$44.50"]

    def test_price_of_a_period_is_the_price_where_there_is_no_other(self) -> None:
        body = "".join(f"<li><b>Flat {x}</b><p>{x}00 € / Monat</p></li>" for x in ("7", "8", "9"))
        assert values(only(f"<ul>{body}</ul>"), "price") == ["700 €", "800 €", "900 €"]

    def test_price_of_a_period_is_not_the_price_beside_another(self) -> None:
        body = "".join(f"<li><b>TV {x}</b><p>${x}00</p><p>$2{x} per month</p></li>" for x in ("7", "8", "9"))
        assert values(only(f"<ul>{body}</ul>"), "price") == ["$700", "$800", "$900"]

    def test_two_amounts_without_a_role_are_two_columns(self) -> None:
        body = "".join(f"<li><b>{x}</b><p>Adults {x}0 €</p><p>Children {x} €</p></li>" for x in ("1", "2", "3"))
        prices = [c for c in only(f"<ul>{body}</ul>").columns if "price" in c.properties]
        assert len(prices) == 2


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=4, max_size=12).filter(
        lambda v: all(map(any, v))
    )
)
@settings(max_examples=30, deadline=None)
def test_no_value_gets_into_the_column_of_another_field(present: list[tuple[bool, bool, bool]]) -> None:
    names, tags = ("Size", "Age", "Town"), ("em", "i", "small")
    body = ""
    for number, each in enumerate(present):
        parts = (f"<p><{t}>{n}: {n}{number}</{t}></p>" for n, t, shown in zip(names, tags, each, strict=True) if shown)
        body += f"<div><h3>Item {number}</h3><img src='/{number}.png'>{''.join(parts)}</div>"
    for source in lists(f"<main>{body}</main>"):
        for column, cells in zip(source.columns, zip(*(row.cells for row in source.rows), strict=True), strict=True):
            said = {cell.text.rstrip("0123456789") for cell in cells if cell is not None and cell.text}
            assert len(said) <= 1, (column.labels, said)


@pytest.mark.timeout(60)  # once it took minutes
def test_page_whose_items_have_nothing_in_common_is_read() -> None:
    tags = ("b", "i", "em", "u", "small", "code")
    item = "<li>{}<b>{}</b></li>"
    parts = (
        "".join(f"<{tags[(n * 7 + k * k) % 6]} class=c{n}x{k}>{n}t{k}</{tags[(n * 7 + k * k) % 6]}>" for k in range(20))
        for n in range(200)
    )
    snapshot = snapshot_of_html("<ul>" + "".join(item.format(part, n) for n, part in enumerate(parts)) + "</ul>")
    assert all(len(source.columns) <= 200 for source in lists_of(snapshot))


def test_page_of_fifty_cards_is_one_list() -> None:
    card = """<div><a href="/{0}"><img src="/{0}.png" alt="Lamp {0}"></a><h3><a href="/{0}">Lamp number {0}</a></h3>
      <span aria-label="{0} out of 5"></span><p><s>${0}9.00</s> <b>${0}2.50</b></p><p>In stock</p>
      <small>Brand: Orla</small></div>"""
    snapshot = snapshot_of_html("<main>" + "".join(card.format(i) for i in range(50)) + "</main>")
    (source,) = lists_of(snapshot)
    assert len(source.rows) == 50


@pytest.mark.parametrize("body", ["", "<div></div>", "<p>text</p>", "<div>" * 3_000])
def test_page_without_a_list_has_none(body: str) -> None:
    assert lists(body) == []


def test_an_amount_with_unknown_words_is_no_price_beside_plain_ones() -> None:
    items = "".join(
        f"<li><h3>{x}</h3>{p}<p>Xyz $50</p></li>" for x, p in (("A", "<p>$9</p>"), ("B", ""), ("C", "<p>$7</p>"))
    )
    assert values(only(f"<ul>{items}</ul>"), "price") == ["$9", None, "$7"]


def test_both_ends_of_a_range_of_amounts_are_one_value() -> None:
    items = "".join(f"<li><h3>{x}</h3><p>Salary: £30,000 - £4{x},000</p></li>" for x in "012")
    assert values(only(f"<ul>{items}</ul>"), "Salary")[1] == "£30,000 - £41,000"


@pytest.mark.parametrize(
    "said",
    [
        "<p><b>4.{0}</b> <i>(12{0})</i></p>",
        "<p>★4.{0} (12{0} reviews)</p>",
        "<p><span role=img aria-label='4.{0} out of 5'>★★★★☆</span><i>(12{0} reviews)</i></p>",
        "<p><b>4.{0}</b><i>(12{0}件のレビュー)</i></p>",
    ],
)
def test_a_number_behind_a_rating_counts_the_reviews(said: str) -> None:
    items = "".join(f"<li><h3>Lamp {x}</h3>{said.format(x)}</li>" for x in "123")
    source = only(f"<ul>{items}</ul>")
    assert [text.split()[0].strip("件のレビュー") for text in values(source, "reviewcount") if text] == [
        "121",
        "122",
        "123",
    ]
    (place,) = [i for i, column in enumerate(source.columns) if "ratingvalue" in column.properties]
    ratings = [cell.label or cell.text for row in source.rows if (cell := row.cells[place])]
    assert [text.strip("★").split()[0] for text in ratings] == ["4.1", "4.2", "4.3"]


def test_a_line_that_names_an_author_is_one() -> None:
    items = "".join(f"<li><h3>Book {x}</h3><p>by Ann {x}</p></li>" for x in "ABC")
    assert values(only(f"<ul>{items}</ul>"), "author") == ["Ann A", "Ann B", "Ann C"]


def test_a_wide_colon_ends_a_label() -> None:
    items = "".join(f"<li><h3>{x}</h3><p>会場：{x}館</p></li>" for x in "甲乙丙")
    assert values(only(f"<ul>{items}</ul>"), "会場") == ["甲館", "乙館", "丙館"]


def test_a_sentence_names_no_author() -> None:
    items = "".join(f"<li><h3>Ann {x}</h3><p>Text {x} is quite long, as reviews are.</p></li>" for x in "ABC")
    assert not any("author" in column.properties for column in only(f"<ul>{items}</ul>").columns)


def test_list_is_not_under_the_heading_of_what_stands_beside_it() -> None:
    form = "<form><label>Price <input></label> <button>Apply these filters to the list now, please</button></form>"
    side = f"<section><h2>Filters</h2>{form}</section>"
    items = "".join(f"<li><h3>Lamp {n}</h3><p>${n}9.00</p></li>" for n in range(1, 5))
    (source,) = lists(f"<main><h1>Lamps</h1>{side}<ul>{items}</ul></main>")
    assert source.heading == "Lamps"
