"""Columns: what proves the marks of numbers and the order of day and month, and what remains missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_decimal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webrun_nb.common.column_types import parse_columns
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.columns import ColumnReading, read_column
from webrun_nb.extraction.values.values import Context, settle

Texts = Sequence[str | tuple[str, ...] | None]


def read(texts: Texts, column: str, language: str = "", **context: Any) -> ColumnReading:
    cells = [None if one is None else Cell(Node("td"), *((one,) if isinstance(one, str) else one)) for one in texts]
    (wanted,) = parse_columns(column if ":" in column else f"x:{column}")
    return read_column(cells, wanted, Context(language=language, **context))


def values(texts: Texts, column: str, language: str = "", **context: Any) -> list[Any]:
    """Return the values of a column; of missing ones the reason."""
    found = read(texts, column, language, **context).values
    return [one.reason if one.value is None else one.value for one in found]


# --- marks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.401,40", "1.250"], [1401.4, 1250.0]),
        (["600,00", "1.250"], [600.0, 1250.0]),
        (["1,299.00", "1,499"], [1299.0, 1499.0]),
        (["0,750 %", "4,125 %"], [0.75, 4.125]),
        (["1.234.567", "1.250"], [1234567.0, 1250.0]),
        (["1,00,000", "1,250"], [100000.0, 1250.0]),
        (["0.5", "0.25", "1.125"], [0.5, 0.25, 1.125]),
    ],
)
def test_a_column_proves_its_marks(texts: Texts, expected: list[float]) -> None:
    assert values(texts, "float") == expected


@pytest.mark.parametrize(
    ("text", "column", "language", "expected"),
    [
        ("12.000", "int", "de", 12000),
        ("12,345", "int", "en", 12345),
        ("12,345", "float", "de", 12.345),
        ("12.345", "float", "en", 12.345),
        ("1.299 €", "money", "de", "1299 EUR"),
        ("$1,299", "money", "en-US", "1299 USD"),
        ("1.234", "float", "es-MX", 1.234),
        ("1.299 €", "float", "de", 1299.0),
        ("$1,299", "float", "", 1299.0),  # all who write dollars so group with a comma
        ("1.299 kr", "money", "", "1299"),
        ("1.234", "float", "es", 1234.0),
        ("1,299", "float", "de-CH", Reason.AMBIGUOUS_MARK),
    ],
)
def test_a_language_proves_a_single_number(text: str, column: str, language: str, expected: object) -> None:
    assert values([text], column, language) == [expected]


@pytest.mark.parametrize(
    ("text", "column", "language"),
    [
        ("1.234", "float", ""),
        ("12,000", "int", ""),
        ("12.000", "int", "en"),  # nobody writes 12 so
        ("1.299 €", "money", "en"),  # the language says decimals, the currency thousands
        ("1,299 €", "money", "de"),
        ("€1.299", "money", ""),
        ("€1.299", "float", "en"),
        ("$1.299", "float", ""),
        ("1,234", "float", "es"),  # Mexico or Spain
        ("12.000", "float", "fr"),  # neither of the marks of French
    ],
)
def test_what_nothing_proves_is_missing_with_both_readings(text: str, column: str, language: str) -> None:
    (found,) = read([text], column, language).values
    assert (found.value, found.reason) == (None, Reason.AMBIGUOUS_MARK)
    assert 1 <= len(found.readings) <= 2
    assert all(one.assumes for one in found.readings)


def test_a_country_that_disagrees_with_the_language_proves_nothing() -> None:
    assert values(["12,345"], "float", "en", country="DE") == [Reason.AMBIGUOUS_MARK]


def test_a_column_that_contradicts_itself_keeps_what_is_certain() -> None:
    assert values(["12,50", "12.50", "1.250"], "float") == [12.5, 12.5, Reason.AMBIGUOUS_MARK]


def test_prices_with_two_decimals_have_no_third_one() -> None:
    assert values(["£12.50", "£1.250"], "money", "en") == ["12.50 GBP", Reason.AMBIGUOUS_MARK]
    assert values(["£0.035", "£3.350"], "money", "en") == ["0.035 GBP", "3.350 GBP"]


def test_a_heading_with_a_currency_makes_numbers_amounts() -> None:
    assert values(["1.299", "899"], "float", "en", labels=("Preis (EUR)",)) == [Reason.AMBIGUOUS_MARK, 899.0]
    assert values(["1,299", "899"], "float", labels=("Price (USD)",)) == [1299.0, 899.0]


def test_other_columns_prove_the_marks() -> None:
    others = [["20.320.945,77", "600,00"]]
    assert values(["1.250", "980"], "int", siblings=others) == [1250, 980]


def test_other_columns_and_language_that_disagree_prove_nothing() -> None:
    assert values(["1,250"], "float", "de", siblings=[["1.50", "2.75"]]) == [Reason.AMBIGUOUS_MARK]


def test_a_product_proves_the_marks() -> None:
    packs, totals = ["10", "10", "1000"], ["£33.50", "£11.24", "£1200.00"]
    assert values(["£3.350", "£1.124", "£1.200"], "money", siblings=[packs, totals]) == [
        "3.350 GBP",
        "1.124 GBP",
        "1.200 GBP",
    ]


def test_a_currency_without_decimals_proves_thousands() -> None:
    assert values(["¥1,299"], "money", "ja") == ["1299 JPY"]
    assert values(["1.250.000 ₫", "1.250 ₫"], "money") == ["1250000 VND", "1250 VND"]


def test_the_machine_readable_value_of_one_element_proves_the_others() -> None:
    assert values([("1.234", "1234"), "5.678"], "float") == [1234.0, 5678.0]


def test_a_machine_readable_value_stands_for_a_text_without_figures() -> None:
    assert values([("★", "4.4"), ("", "3.5"), ("n/a", "2"), ("2-way", "7")], "float", "en") == [
        4.4,
        3.5,
        Reason.BLANK,
        Reason.NOT_THIS_TYPE,
    ]


def test_what_is_displayed_comes_before_the_machine_readable_value() -> None:
    (found,) = read([("12.50", "12.60")], "float").values
    assert (found.value, found.reason) == (12.5, Reason.EXACT_DIFFERS)


def test_a_plain_space_groups_thousands_where_the_language_or_the_column_does_so() -> None:
    assert values(["12 345", "5 120"], "int", "en") == [Reason.SEVERAL_NUMBERS] * 2
    assert values(["12 345", "5 120"], "int", "fr") == [12345, 5120]
    assert values(["12 345", "5 120", "7 200"], "int", "en") == [12345, 5120, 7200]


def test_the_language_of_a_cell_comes_before_that_of_the_page() -> None:
    row = Node("tr", attributes={"lang": "de"})
    cell = Cell(Node("td", parent=row), "1.250")
    (wanted,) = parse_columns("n:int")
    assert read_column([cell], wanted, Context(language="en")).values[0].value == 1250
    assert read_column([cell], wanted, Context(language="de-CH")).values[0].value is None


# babel's locales of all kinds of marks, grouping and digits
LOCALES = re.findall(
    r"\w+",
    "ar_EG ar_MA az bg bn ca cs da de de_AT de_CH el en en_IN es es_MX et fa fi fr fr_CH he hi hr hu id it ja ko lt "
    "lv mr nb nl pl pt_BR pt_PT ro ru sk sl sv ta th tr uk vi zh",
)
_NUMBERS = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=3).map(Decimal.normalize)


def _formatted(number: Decimal, locale: str) -> str:
    return format_decimal(number, locale=locale, numbering_system="default")


@pytest.mark.parametrize("locale", LOCALES)
@given(data=st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_columns_that_babel_formatted_come_back_exactly(locale: str, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(_NUMBERS, min_size=20, max_size=24))
    texts = [_formatted(number, locale) for number in numbers]
    assert values(texts, "float", locale.replace("_", "-")) == [float(number) for number in numbers]
    proving = _formatted(Decimal("-1234567.5"), locale)
    found = values([*texts, proving], "float")
    assert found == [*(float(number) for number in numbers), -1234567.5]


@pytest.mark.parametrize("mark", [",", "."])
@given(whole=st.integers(1, 999), rest=st.integers(0, 999))
@settings(max_examples=20)
def test_a_single_ambiguous_number_is_missing(mark: str, whole: int, rest: int) -> None:
    assert values([f"{whole}{mark}{rest:03}"], "float") == [Reason.AMBIGUOUS_MARK]


# --- dates --------------------------------------------------------------------------------------------------


def test_one_date_proves_the_order_of_the_column() -> None:
    assert values(["2/5/2019", "3/5/2019", "28/6/2019"], "date", "en") == ["2019-05-02", "2019-05-03", "2019-06-28"]
    assert values(["2/5/2019", "6/28/2019"], "date", "en-GB") == ["2019-02-05", "2019-06-28"]


def test_dates_with_the_year_first_are_never_swapped() -> None:
    assert values(["2019-05-10", "28/6/2019"], "date", "en") == ["2019-05-10", "2019-06-28"]


def test_another_column_proves_the_order() -> None:
    assert values(["2/5/2019"], "date", "en", siblings=[["28/6/2019"]]) == ["2019-05-02"]


@pytest.mark.parametrize(
    ("text", "language", "country", "expected"),
    [
        ("03/04/2024", "en-US", "", "2024-03-04"),
        ("03/04/2024", "en-GB", "", "2024-04-03"),
        ("03/04/2024", "en", "GB", "2024-04-03"),
        ("03/04/2024", "de", "", "2024-04-03"),
        ("03.04.2024", "", "", "2024-04-03"),
        ("24/03/04", "ja", "", "2024-03-04"),
        ("03/04/2024", "en", "", Reason.AMBIGUOUS_DAY_MONTH),
        ("03.04.2024", "en", "", Reason.AMBIGUOUS_DAY_MONTH),
        ("03/04/2024", "", "", Reason.AMBIGUOUS_DAY_MONTH),
        ("03/04/2024", "en-US", "GB", Reason.AMBIGUOUS_DAY_MONTH),
        ("03/04/2024", "sv", "", Reason.AMBIGUOUS_DAY_MONTH),
        ("05/05/2024", "", "", "2024-05-05"),
    ],
)
def test_language_and_country_prove_the_order(text: str, language: str, country: str, expected: object) -> None:
    assert values([text], "date", language, country=country) == [expected]


def test_a_column_with_both_orders_proves_none() -> None:
    found = values(["28/6/2019", "6/28/2019", "2/5/2019"], "date", "en-US")
    assert found == ["2019-06-28", "2019-06-28", Reason.AMBIGUOUS_DAY_MONTH]


def test_the_machine_readable_date_of_one_element_proves_the_others() -> None:
    assert values([("3/4/2024", "2024-04-03"), "5/6/2024"], "date", "en") == ["2024-04-03", "2024-06-05"]


def test_relative_dates_need_the_day_of_the_page() -> None:
    texts = ["3 days ago", "yesterday", "3 weeks ago", "30+ days ago"]
    assert all(isinstance(one, Reason) for one in values(texts, "date", "en"))
    found = values(texts, "date", "en", page_date=date(2024, 5, 1))
    assert found == ["2024-04-28", "2024-04-30", Reason.NOT_A_WHOLE_DATE, Reason.NOT_A_WHOLE_DATE]


def test_exact_dates_stand_behind_relative_ones() -> None:
    texts = [("2 months ago", "2024-03-02T09:10:00Z"), ("2 months ago", "", "17 February 2024, 18:02")]
    assert values(texts, "date", "en") == ["2024-03-02", "2024-02-17"]
    assert values(texts, "datetime", "en") == ["2024-03-02T09:10:00+00:00", "2024-02-17T18:02:00"]


def test_a_displayed_date_comes_before_an_exact_one_that_differs() -> None:
    (found,) = read([("5 May 2024", "2024-04-01")], "date", "en").values
    assert (found.value, found.reason) == ("2024-05-05", Reason.EXACT_DIFFERS)


def test_a_time_is_never_made_up() -> None:
    shown_and_exact = ("5 January 2024", "2024-01-04T23:00:00Z")
    assert values([shown_and_exact], "datetime", "en") == ["2024-01-04T23:00:00+00:00"]
    assert values([shown_and_exact], "date", "en") == ["2024-01-05"]
    assert values(["5 May 2024", "5 May 2024 10:00 CET"], "datetime", "en") == [Reason.NO_TIME, Reason.UNKNOWN_ZONE]


# --- money, units and the rest ------------------------------------------------------------------------------


def test_a_currency_is_the_cells_own_or_what_heading_or_column_say() -> None:
    assert values(["€5", "$6"], "money", "en-US") == ["5 EUR", "6 USD"]
    assert values(["5", "6"], "money", labels=("Price (EUR)",)) == ["5 EUR", "6 EUR"]
    assert values(["£5", "6"], "money") == ["5 GBP", "6 GBP"]
    assert values(["5"], "money") == ["5"]
    assert values(["$5"], "money", "en") == ["5"]
    assert values(["$5"], "money", "en", currencies=frozenset({"CAD"})) == ["5 CAD"]


def test_words_beside_an_amount_must_fit_the_column() -> None:
    texts = ["$5 off", "Was $15.00", "Now $12.00", "$9.00 plus tax", "RRP $20"]
    around = Reason.WORDS_AROUND
    assert values(texts, "price:float", "en-US") == [around, around, 12.0, 9.0, around]
    assert values(texts, "list_price:money", "en-US") == [around, "15.00 USD", "12.00 USD", "9.00 USD", "20 USD"]
    assert values(["$5 off", "Save $3"], "discount:money", "en-US") == ["5 USD", "3 USD"]


def test_cents_are_hundredths() -> None:
    assert values(["99¢", "$1.50"], "money", "en-US") == ["0.99 USD", "1.50 USD"]


def test_plain_numbers_of_different_units_are_missing() -> None:
    assert values(["500 g", "1.2 kg"], "float", "en") == [Reason.MIXED_UNITS] * 2
    assert values(["12 Mbit/s", "1.5 Gbit/s"], "float", "en") == [Reason.MIXED_UNITS] * 2
    assert values(["48 g", "61 g", "7"], "int", "en") == [48, 61, 7]
    assert values(["500 g", "1.2 kg"], "quantity", "en") == ["500 g", "1.2 kg"]
    assert values(["$12,408", "41%", "7"], "float", "en") == [12408.0, 41.0, 7.0]
    assert values(["$5", "€6"], "float", "en") == [Reason.MIXED_UNITS] * 2
    assert values(["500", "12"], "quantity", "en", labels=("Weight (kg)",)) == ["500 kg", "12 kg"]
    assert values(["100 Mbit/s"], "quantity", "en") == ["100 Mbit/s"]


def test_numbers_in_brackets_are_negative_beside_others_without() -> None:
    assert values(["12,408", "(7,310)"], "float", "en") == [12408.0, -7310.0]
    assert values(["(128)", "(7)"], "int", "en") == [Reason.AMBIGUOUS_SIGN] * 2
    assert values(["(0.09)"], "float", "en") == [-0.09]


def test_credits_are_no_crores() -> None:
    assert values(["1,234.50 Cr", "200.00 Dr"], "float", "en-IN") == [Reason.AMBIGUOUS_SIGN] * 2
    assert values(["1.5 Cr", "12 Cr"], "float", "en-IN") == [15_000_000.0, 120_000_000.0]


def test_names_with_numbers_prove_nothing_about_other_columns() -> None:
    names = ["Thinkbook 13.3 Zoll", "Elitebook 15.6 Zoll"]
    assert values(["1.299 €"], "money", "de", siblings=[names]) == ["1299 EUR"]


def test_a_percentage_needs_a_sign() -> None:
    assert values(["5,5 %", "3 ‰"], "percent", "de") == [5.5, 0.3]
    assert values(["5.5"], "percent", "en") == [Reason.NO_PERCENT_SIGN]
    assert values(["5.5"], "percent", "en", labels=("Growth (%)",)) == [5.5]


def test_limits_and_ranges_are_no_single_values() -> None:
    texts = ["10–12", "over 35", "30+ days ago", "4/5", "see note 5"]
    reasons = [Reason.RANGE, Reason.BOUND, Reason.BOUND, Reason.AMBIGUOUS_FRACTION, Reason.WORDS_AROUND]
    assert values(texts, "int", "en") == reasons


def test_ratings_are_told_from_fractions_by_column() -> None:
    assert values(["4/5", "3/5", "5/5"], "float") == [4.0, 3.0, 5.0]
    assert values(["4/5"], "rating:float") == [4.0]
    assert values(["4.2 out of 5"], "float", "en") == [4.2]


def test_ranges() -> None:
    texts = ["10–12", "from 5", "up to 9", "7", "over 3"]
    assert values(texts, "range(int)", "en") == [
        {"low": 10, "high": 12},
        {"low": 5, "high": None},
        {"low": None, "high": 9},
        {"low": 7, "high": 7},
        Reason.BOUND,
    ]
    assert values(["−5 to 3", "−5 to −3", "5–3"], "range(int)", "en") == [
        {"low": -5, "high": 3},
        {"low": -5, "high": -3},
        Reason.NOT_A_RANGE,
    ]
    assert values(["1-2 million", "€5 to €10k"], "range(float)", "en") == [
        {"low": 1e6, "high": 2e6},
        Reason.AMBIGUOUS_MAGNITUDE,
    ]
    assert values(["€24.00 – €39.00"], "range(money)") == [{"low": "24.00 EUR", "high": "39.00 EUR"}]
    days = ["5–7 January 2024", "Jan 5–7, 2024", "5 Jan – 7 Feb 2024"]
    ends = [("2024-01-05", "2024-01-07"), ("2024-01-05", "2024-01-07"), ("2024-01-05", "2024-02-07")]
    assert values(days, "range(date)", "en") == [{"low": low, "high": high} for low, high in ends]
    first_days_of_may = [{"low": "2024-05-06", "high": "2024-05-08"}]
    assert values(["du 6 au 8 mai 2024"], "range(date)", "fr") == first_days_of_may
    assert values(["2024-05-06/2024-05-08"], "range(date)") == first_days_of_may
    assert values(["1.5.2024 – 28.6.2024"], "range(date)", "de") == [{"low": "2024-05-01", "high": "2024-06-28"}]


def test_an_estimate_is_no_range() -> None:
    texts = ["about 5", "~5", "2-4"]
    assert values(texts, "range(float)", "en") == [Reason.NOT_A_RANGE, Reason.NOT_A_RANGE, {"low": 2.0, "high": 4.0}]


def test_a_cell_that_says_none_lists_nothing() -> None:
    assert values(["–", "n/a", "none", "Na", "a, none"], "list(str)", "en") == [
        *[Reason.BLANK] * 3,
        ["Na"],
        ["a", "none"],
    ]


def test_lists() -> None:
    assert values(["a, b, c", "d", ""], "list(str)") == [["a", "b", "c"], ["d"], Reason.BLANK]
    assert values(["1,5; 2,5", "3"], "list(float)", "de") == [[1.5, 2.5], [3.0]]
    assert values(["1, x"], "list(int)", "en") == [Reason.NOT_THIS_TYPE]


def test_truth_values() -> None:
    assert values(["Yes", "No", "—", "maybe"], "bool", "en") == [True, False, Reason.BLANK, Reason.NOT_THIS_TYPE]
    assert values(["ja", "✗"], "bool", "de") == [True, False]
    assert values(["Included", "Not included"], "bool", "en") == [True, False]
    assert values(["In stock", "Sold out"], "in_stock:bool", "en") == [True, False]
    assert values(["In stock"], "waterproof:bool", "en") == [Reason.NOT_THIS_TYPE]
    assert values(["Sold out"], "sold_out:bool", "en") == [True]


def test_absent_and_blank_cells() -> None:
    assert values([None, "", "—"], "float") == [Reason.ABSENT, Reason.BLANK, Reason.BLANK]
    assert values(["1.2K people", None, "One person"], "int", "en") == [1200, Reason.ABSENT, 1]


def test_links() -> None:
    assert values([("Buy", "", "", "https://a.example/x"), "www.b.example/y", "Buy"], "url") == [
        "https://a.example/x",
        "https://www.b.example/y",
        Reason.NOT_THIS_TYPE,
    ]


def test_what_was_decided_is_told() -> None:
    found = read(["1.401,40", "1.250"], "float")
    assert found.conventions == {"thousands' mark .": "by column"}
    assert found.values[1].how == "thousands' mark . by column"


def test_values_of_several_pages_of_a_site_are_settled_together() -> None:
    pages = [read(["1.250"], "float"), read(["0,5"], "float"), read(["7"], "float")]
    assert [one.value for one in settle([page.values[0] for page in pages])] == [1250.0, 0.5, 7.0]
    days = [read(["2/5/2019"], "date", "en"), read(["28/6/2019"], "date", "en")]
    assert [one.value for one in settle([page.values[0] for page in days])] == ["2019-05-02", "2019-06-28"]


def test_pages_that_contradict_each_other_settle_nothing() -> None:
    pages = [read([text], "float") for text in ("1.250", "0,5", "0.5")]
    assert [one.value for one in settle([page.values[0] for page in pages])] == [None, 0.5, 0.5]
    prices = [read([text], "money") for text in ("£1.250", "£12.50")]
    assert [one.value for one in settle([page.values[0] for page in prices])] == [None, "12.50 GBP"]
