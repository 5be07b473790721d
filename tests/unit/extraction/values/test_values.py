"""Readings of single texts, choices, availability, currencies, and amounts in pieces."""

from __future__ import annotations

import pytest

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.availability import STATES, availability
from webrun_nb.extraction.values.currencies import currencies_named, resolve_currency
from webrun_nb.extraction.values.locale import country_of_host
from webrun_nb.extraction.values.values import Context, join_amount, read_choice, readings


@pytest.mark.parametrize(
    ("text", "column_type", "expected"),
    [
        ("1.299", ColumnType.FLOAT, [(1299.0, (("group", "."),)), (1.299, (("decimal", "."),))]),
        ("1.299", ColumnType.INT, [(1299, (("group", "."),))]),
        ("€12.50", ColumnType.MONEY, [("12.50 EUR", ())]),
        ("2/5/2019", ColumnType.DATE, [("2019-05-02", (("order", "dmy"),)), ("2019-02-05", (("order", "mdy"),))]),
        ("2019-05-10T10:00:00Z", ColumnType.DATETIME, [("2019-05-10T10:00:00+00:00", ())]),
        ("5 kg", ColumnType.QUANTITY, [("5 kg", ())]),
        ("5 %", ColumnType.PERCENT, [(5.0, ())]),
        ("yes", ColumnType.BOOL, [(True, ())]),
        ("10–12", ColumnType.INT, []),
        ("—", ColumnType.FLOAT, []),
        ("hello", ColumnType.STR, [("hello", ())]),
    ],
)
def test_the_readings_of_one_text(text: str, column_type: ColumnType, expected: list[object]) -> None:
    found = readings(text, Column("x", column_type), Context(language="en"))
    assert [(one.value, one.assumes) for one in found] == expected


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["$", "59", ".", "99"], "$59.99"),
        (["63", "07", "€"], "63.07 €"),
        (["1.299", "95"], "1.299,95"),
        (["1,349.", "00"], "1,349.00"),
        (["12", ",", "-"], "12,-"),
        (["$", "5"], "$5"),
        (["5", "", " €"], "5 €"),
        (["59", ",", "99", "€"], "59,99 €"),
        ([], ""),
    ],
)
def test_an_amount_in_pieces(pieces: list[str], text: str) -> None:
    assert join_amount(pieces) == text


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        ("New", ("new", "used"), "new"),
        ("Condition: Used", ("new", "used"), "used"),
        ("Used - very good", ("new", "used"), "used"),
        ("refurbished (grade A)", ("new", "refurbished"), "refurbished"),
        ("in_stock", ("In stock", "Sold out"), "In stock"),
        ("https://schema.org/PreOrder", ("InStock", "PreOrder"), "PreOrder"),
        ("Ausverkauft", ("InStock", "OutOfStock"), "OutOfStock"),
        ("Only 3 left", ("InStock", "OutOfStock"), "InStock"),
        ("not new", ("new", "used"), Reason.NOT_ENTAILED),
        ("In stock (out of stock online)", ("In stock", "Out of stock"), Reason.SEVERAL_CHOICES),
        ("New York", ("new", "used"), Reason.NOT_ENTAILED),
        ("Vorbestellbar", ("InStock", "OutOfStock"), Reason.NOT_ENTAILED),
        ("", ("a", "b"), Reason.BLANK),
    ],
)
def test_a_choice_must_be_entailed(text: str, choices: tuple[str, ...], expected: object) -> None:
    assert read_choice(text, choices) == expected


@pytest.mark.parametrize(("state", "phrase"), [(state, phrase) for state in STATES for phrase in STATES[state]])
def test_every_phrase_says_its_state(state: str, phrase: str) -> None:
    assert availability(phrase.upper()) == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "In stock or sold out",
        "Add to basket",
        "See availability in store",
        "Available from 5 May",
        "Bientôt disponible",
    ],
)
def test_a_text_without_one_state(text: str) -> None:
    assert availability(text) is None


@pytest.mark.parametrize(
    ("written", "language", "country", "code"),
    [
        ("$", "en-US", "", "USD"),
        ("$", "en-CA", "", "CAD"),
        ("$", "es-MX", "", "MXN"),
        ("$", "en", "AU", "AUD"),
        ("$", "en-US", "AU", ""),
        ("$", "en", "", ""),
        ("kr", "nb", "", "NOK"),
        ("kr", "en", "DK", "DKK"),
        ("kr", "", "", ""),
        ("¥", "ja", "", "JPY"),
        ("¥", "zh-CN", "", "CNY"),
        ("¥", "en", "", ""),
        ("R$", "en", "", "BRL"),
        ("zł", "", "", "PLN"),
        ("", "en-US", "", ""),
    ],
)
def test_a_sign_of_several_currencies_needs_the_page(written: str, language: str, country: str, code: str) -> None:
    assert resolve_currency(written, language, country) == code


@pytest.mark.parametrize(
    ("label", "codes"), [("Price (EUR)", {"EUR"}), ("Preis in €", {"EUR"}), ("Price ($)", set()), ("All prices", set())]
)
def test_the_currency_of_a_heading(label: str, codes: set[str]) -> None:
    assert currencies_named(label) == codes


@pytest.mark.parametrize(
    ("host", "country"), [("a.co.uk", "GB"), ("a.de", "DE"), ("a.io", ""), ("a.com", ""), ("localhost", ""), ("", "")]
)
def test_the_country_of_a_host(host: str, country: str) -> None:
    assert country_of_host(host) == country
