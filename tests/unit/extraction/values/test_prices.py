from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.lines import lines_of
from webrun_nb.extraction.values.prices import Amount, Role, amounts_of


def amounts(body: str) -> list[Amount]:
    return amounts_of(lines_of(snapshot_of_html(f"<body>{body}</body>").root))


def found(body: str) -> list[tuple[str, str]]:
    return [(amount.text, amount.role.value) for amount in amounts(body)]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Free shipping over $35", Role.THRESHOLD),
        ("Versandkostenfrei ab 29 €", Role.THRESHOLD),
        ("Livraison offerte dès 40 €", Role.THRESHOLD),
        ("満額 ¥5,000 以上", Role.THRESHOLD),
        ("ab CHF 50.– versandkostenfrei", Role.THRESHOLD),
        ("500 TL üzeri kargo bedava", Role.THRESHOLD),
        ("o 3 plazos de 299,67 €", Role.INSTALMENT),
        ("or 4 payments of $15.00", Role.INSTALMENT),
        ("$12.50 per month", Role.RATE),
        ("29,90 € mtl.", Role.RATE),
        ("12 cuotas de $1.500", Role.INSTALMENT),
        ("90 € / Nacht", Role.RATE),
        ("$120 a night", Role.RATE),
        ("月々 ¥980", Role.INSTALMENT),
        ("$49 day pass", Role.UNKNOWN),
        ("3,29 € / kg", Role.UNIT),
        ("($0.21 per 100 ml)", Role.UNIT),
        ("12,00 €/Stück", Role.UNIT),
        ("List: $80.00", Role.OLD),
        ("statt 19,99 €", Role.OLD),
        ("UVP 24,95 €", Role.OLD),
        ("Старая цена: 1 200 руб.", Role.OLD),
        ("原价 ¥199", Role.OLD),
        ("You save: £6.01", Role.SAVING),
        ("$20 off", Role.SAVING),
        ("5 € Rabatt", Role.SAVING),
        ("+ EUR 7,73 spedizione", Role.SHIPPING),
        ("Versand: 4,99 €", Role.SHIPPING),
        ("Subtotal: $0.00", Role.OTHER),
        ("£50.00 exc. VAT", Role.NET),
        ("50,00 € zzgl. MwSt.", Role.NET),
        ("¥5,980（税別）", Role.NET),
        ("New & used (9) from £36.61", Role.OTHER),
        ("Price: $12.00", Role.CURRENT),
        ("Jetzt nur 12,00 €", Role.CURRENT),
        ("السعر: 120 ر.س", Role.CURRENT),
        ("מחיר: 1,679 ₪", Role.CURRENT),
        ("$12.00", Role.UNKNOWN),
        ("8,32 € und kostenloser Versand", Role.UNKNOWN),
    ],
)
def test_words_beside_an_amount_tell_its_role(text: str, role: Role) -> None:
    assert [amount.role for amount in amounts(f"<p>{text}</p>")] == [role]


def test_line_above_labels_an_amount() -> None:
    assert found("<table><tr><td>List price</td><td>$80</td></tr></table>") == [("$80", "old")]


def test_line_above_that_only_has_a_word_of_the_table_labels_nothing() -> None:
    assert found("<p>Lamp, regular black</p><p>$80</p>") == [("$80", "unknown")]


def test_struck_amount_is_old() -> None:
    assert found("<p><s>$80</s> $60</p>") == [("$80", "old"), ("$60", "unknown")]


class TestPieces:
    def test_price_cut_into_elements_is_one_amount(self) -> None:
        assert found("<p><sup>$</sup><b>59<i>.</i></b><sup>99</sup></p>") == [("$59.99", "unknown")]

    def test_raised_cents_are_parted_from_the_rest(self) -> None:
        assert found("<p>1.349<sup>90</sup> <i>Lei</i></p>") == [("1.349,90 Lei", "unknown")]

    def test_cents_in_an_element_of_their_own_are_parted(self) -> None:
        assert found("<p><b>$249</b><i>99</i></p>") == [("$249.99", "unknown")]

    def test_number_of_something_else_is_kept_apart(self) -> None:
        assert found("<p><b>$400</b><i>5 bids</i></p>") == [("$400", "unknown")]

    def test_two_digits_beside_other_words_are_no_cents(self) -> None:
        assert found("<p>Save up to <b>$20</b><i>10</i> days only</p>")[0][0] == "$20"

    def test_currency_of_the_next_element_is_not_of_the_number_before(self) -> None:
        body = "<p><i>was 4.50</i><b><i>CHF </i><u>2.25</u></b></p>"
        assert found(body) == [("CHF 2.25", "unknown")]

    def test_amount_is_of_the_smallest_element_that_holds_it(self) -> None:
        (amount,) = amounts("<p>Only <b><i>$</i>12</b> today</p>")
        assert amount.node.tag == "b"


class TestTwoPrices:
    def test_higher_of_two_side_by_side_is_old(self) -> None:
        assert found("<div><p>€70.50</p><p>€78.50</p></div>") == [("€70.50", "unknown"), ("€78.50", "old")]

    def test_range_has_no_old_price(self) -> None:
        assert [(a.role, a.part) for a in amounts("<p>€24.00 – €39.00</p>")] == [
            (Role.UNKNOWN, "low"),
            (Role.UNKNOWN, "high"),
        ]

    def test_three_side_by_side_are_of_several_things(self) -> None:
        assert {role for _, role in found("<ul><li>$10</li><li>$20</li><li>$30</li></ul>")} == {"unknown"}

    def test_other_currency_is_no_old_price(self) -> None:
        assert {role for _, role in found("<p>€70.50</p><p>$78.50</p>")} == {"unknown"}


def test_lowest_of_several_prices_is_marked() -> None:
    assert [amount.is_from for amount in amounts("<p>From €70.50</p><p>ab 12 €</p><p>$960 起</p><p>$5</p>")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1.299,00 €",
        "Rs. 1,00,000",
        "CHF 1'299.–",
        "12.-€",
        "₹1,299",
        "US $2.66",
        "1 299 kr",
        "R$ 1.299,90",
        "٣٥٠ ر.س",
        "S/ 20",
        "12,50 KM",
        "249 Kč",
        "99 ZŁ",
        "1 200 руб.",
        "350 грн",
        "5.000 Ft",
        "20 Euro",
    ],
)
def test_amounts_of_many_countries_are_found_whole(text: str) -> None:
    assert found(f"<p>{text}</p>") == [(text, "unknown")]


@pytest.mark.parametrize(
    "text",
    [
        "R171 engine",
        "12 km",
        "6 FT tall",
        "45 000 KM",
        "3 L",
        "Collection 05 TOP",
        "Article 12",
        "4.5 out of 5",
        "2026-05-01",
    ],
)
def test_numbers_without_a_currency_are_no_amounts(text: str) -> None:
    assert found(f"<p>{text}</p>") == []


def test_unknown_words_beside_a_lower_amount_make_the_higher_one_no_old_price() -> None:
    assert [each.role for each in amounts("<p>$80</p><p>xyz $20</p>")] == [Role.UNKNOWN, Role.UNKNOWN]
    assert [each.role for each in amounts("<p>$20</p><p>xyz $80</p>")] == [Role.UNKNOWN, Role.OLD]


def test_amounts_that_touch_are_apart() -> None:
    assert [each.text for each in amounts("<p><b>1 299 ₽</b><s>1 599 ₽</s></p>")] == ["1 299 ₽", "1 599 ₽"]
