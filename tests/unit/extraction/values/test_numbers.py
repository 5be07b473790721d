"""Numbers in texts: their possible values, signs, magnitudes and units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.locale import plain
from webrun_nb.extraction.values.numbers import NumberText, read_digits, read_number


def values(text: str, language: str = "") -> list[str] | str:
    found = read_number(text, language)
    return str(found) if isinstance(found, Reason) else [f"{found.value(one):f}" for one in found.digits]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1.401,40", "de", ["1401.40"]),
        ("20.320.945,77", "", ["20320945.77"]),
        ("1,00,000", "en-IN", ["100000"]),
        ("12,34,567.89", "en-IN", ["1234567.89"]),
        ("1’299.90", "de-CH", ["1299.90"]),
        ("1 234 567,89", "ru", ["1234567.89"]),
        ("1\u202f234\u00a0567,8", "fr", ["1234567.8"]),
        ("0.750", "", ["0.750"]),
        ("1234.567", "", ["1234.567"]),
        ("12.50", "de", ["12.50"]),
        (",89", "de", ["0.89"]),
        (".5", "en", ["0.5"]),
        ("12.-", "de-CH", ["12"]),
        ("1.299,- €", "de", ["1299"]),
        ("5,--", "de", ["5"]),
        ("–,50 €", "de", ["0.50"]),
        ("–.50", "de-CH", ["0.50"]),
        ("845[1]", "en", ["845"]),
        ("12.3r", "en", ["12.3"]),
        ("1.2e-5", "en", ["0.000012"]),
        ("-1,25 × 10⁶", "de", ["-1250000"]),
        ("845¹", "en", ["845"]),
        ("7:-", "sv", ["7"]),
        ("1½", "en", ["1.5"]),
        ("1 3/4", "en", ["1.75"]),
        ("١٬٢٣٤٫٥", "ar", ["1234.5"]),
        ("१,२३,४५६", "hi", ["123456"]),
        ("１，２３４．５", "ja", ["1234.5"]),
        ("One person found this helpful", "en", ["1"]),
        ("★★★☆☆", "", ["3"]),
        ("★★★★☆ 4.2", "", ["4.2"]),
        ("4.5/5 (120)", "en", ["4.5"]),
        ("5つ星のうち4.5", "ja", ["4.5"]),
        ("1st", "en", ["1"]),
        ("5.", "de", ["5"]),
    ],
)
def test_a_text_with_one_value(text: str, language: str, expected: list[str]) -> None:
    assert values(text, language) == expected


@pytest.mark.parametrize(("text", "expected"), [("1.250", ["1250", "1.250"]), ("12,000", ["12000", "12.000"])])
def test_three_digits_behind_one_mark_have_two_values(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5", "-5"),
        ("−0,25 %", "-0.25"),
        ("–5", "-5"),
        ("-$5.00", "-5.00"),
        ("$-5.00", "-5.00"),
        ("(7310)", "-7310"),
        ("$(0.09)", "-0.09"),
        ("($5.25)", "-5.25"),
        ("123,4-", "-123.4"),
        ("Change: -5", "-5"),
        ("+4.5", "4.5"),
        ("Price – 5", "5"),
    ],
)
def test_a_sign(text: str, expected: str) -> None:
    assert values(text) == [expected]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1.2K people", "en", 1200),
        ("12.5 bn", "en", 12_500_000_000),
        ("1,2 Mio.", "de", 1_200_000),
        ("3,5 Mrd. €", "de", 3_500_000_000),
        ("450 Tsd. €", "de", 450_000),
        ("5 billion", "de", 5 * 10**12),
        ("7 млн", "ru", 7_000_000),
        ("10 mil millones", "es", 10**10),
        ("2 lakh", "en-IN", 200_000),
        ("3 crore", "en", 30_000_000),
        ("1.5万", "ja", 15_000),
        ("3億円", "ja", 300_000_000),
        ("3.5만원", "ko", 35_000),
        ("5 करोड़", "hi", 50_000_000),
        ("£5m", "en", 5_000_000),
        ("2 dozen", "en", 24),
        ("4 tys.", "pl", 4000),
    ],
)
def test_a_magnitude(text: str, language: str, expected: int) -> None:
    found = read_number(text, language)
    assert isinstance(found, NumberText)
    assert [found.value(one) for one in found.digits] == [expected]


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("—", "", Reason.BLANK),
        ("n/a", "en", Reason.BLANK),
        ("k. A.", "de", Reason.BLANK),
        ("PX-201", "en", Reason.NOT_THIS_TYPE),
        ("M20", "en", Reason.NOT_THIS_TYPE),
        ("8-way", "en", Reason.NOT_THIS_TYPE),
        ("192.168.0.1", "en", Reason.NOT_THIS_TYPE),
        ("05.01.2021", "de", Reason.NOT_THIS_TYPE),
        ("1,2345,67", "en", Reason.NOT_THIS_TYPE),
        ("2024-05-03", "en", Reason.SEVERAL_NUMBERS),
        ("12:30", "en", Reason.SEVERAL_NUMBERS),
        ("10 × 15 cm", "en", Reason.SEVERAL_NUMBERS),
        ("5 billion", "", Reason.AMBIGUOUS_MAGNITUDE),
        ("5 hundred thousand", "en", Reason.AMBIGUOUS_MAGNITUDE),
        ("1,234.00CR", "en", Reason.AMBIGUOUS_MAGNITUDE),
        ("450 Xyz. €", "de", Reason.AMBIGUOUS_MAGNITUDE),
        ("5 MM", "en", Reason.AMBIGUOUS_MAGNITUDE),
        ("5 K", "en", Reason.AMBIGUOUS_MAGNITUDE),
        ("–.50", "en", Reason.AMBIGUOUS_SIGN),
        ("▲ 2.5%", "en", Reason.AMBIGUOUS_SIGN),
        ("- 5", "en", None),
        ("5 -", "en", Reason.AMBIGUOUS_SIGN),
        ("5–", "en", Reason.AMBIGUOUS_SIGN),
        ("(7,310", "en", Reason.AMBIGUOUS_SIGN),
        ("n/a (2020)", "en", Reason.WORDS_AROUND),
        ("2 and a half", "en", Reason.WORDS_AROUND),
        ("x" * 300 + "5", "en", Reason.TOO_LONG),
        ("9" * 50, "en", Reason.NOT_THIS_TYPE),
    ],
)
def test_a_text_that_is_no_single_number(text: str, language: str, reason: Reason | None) -> None:
    found = read_number(text, language)
    assert (found if isinstance(found, Reason) else None) == reason


@pytest.mark.parametrize(
    ("text", "language", "facts"),
    [
        ("ca. 500", "de", {"is_about": True}),
        ("≈ 500", "", {"is_about": True}),
        ("約500", "ja", {"is_about": True}),
        ("more than 500", "en", {"bound": "over"}),
        ("ab 5 €", "de", {"bound": "low", "currency": "€"}),
        ("30+ days ago", "en", {"bound": "low"}),
        ("500以上", "ja", {"bound": "low"}),
        ("up to 50", "en", {"bound": "high"}),
        ("jusqu'à 50", "fr", {"bound": "high"}),
        ("Rated 2 out of 5 stars", "en", {"before": "", "after": "stars"}),
        ("Free shipping over $35", "en", {"bound": "over", "before": "Free shipping"}),
        ("Weight: 5 kg", "en", {"unit": "kg", "before": ""}),
        ("5 Kilogramm", "de", {"unit": "kg"}),
        ("5 кг", "ru", {"unit": "kg"}),
        ("120 m²", "de", {"unit": "m²"}),
        ("12 in stock", "en", {"unit": "", "after": "in stock"}),
        ("%5", "tr", {"unit": "%"}),
        ("5 ‰", "de", {"unit": "‰"}),
        ("750ml", "en", {"unit": "mL"}),
        ('15.6"', "en", {"unit": "in"}),
        ("$5.99/lb", "en", {"unit": "", "after": "/lb"}),
        ("Rated 4.50 out of 5 based on 12 ratings", "en", {"before": ""}),
        ("99¢", "en", {"unit": "¢"}),
        ("US$ 5", "en", {"currency": "US$"}),
        ("Rs. 500", "en", {"currency": "rs"}),
        ("5 US dollars", "en", {"currency": "USD"}),
        ("3 kr", "sv", {"currency": "kr"}),
        ("4.4 (128 reviews)", "en", {"out_of": None}),
    ],
)
def test_what_stands_around_a_number(text: str, language: str, facts: dict[str, object]) -> None:
    found = read_number(text, language)
    assert isinstance(found, NumberText)
    assert {name: getattr(found, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("text", "language", "ends"),
    [
        ("10–12", "", ("10", "12")),
        ("10 to 12", "en", ("10", "12")),
        ("zwischen 10 und 12", "de", ("10", "12")),
        ("de 10 à 12", "fr", ("10", "12")),
        ("€24.00 – €39.00", "en", ("24.00", "39.00")),
        ("5 kg - 10 kg", "en", ("5", "10")),
        ("20 %–30 %", "de", ("20", "30")),
        ("€45k–€60k", "en", ("45", "60")),
    ],
)
def test_a_range(text: str, language: str, ends: tuple[str, str]) -> None:
    found = read_number(text, language)
    assert isinstance(found, NumberText)
    assert (f"{found.low[0].value:f}", f"{found.digits[0].value:f}") == ends


@pytest.mark.parametrize("text", ["1–,00", "12–,50", "1-–,00"])
def test_a_dash_behind_a_figure_is_no_figure(text: str) -> None:
    found = read_number(text, "en")
    assert isinstance(found, Reason) or found.digits[0].value in (0, Decimal("0.5"))


@given(st.text(alphabet="0123456789.,' -–()%$€kKMx/:+", max_size=24))
@settings(max_examples=60)
def test_no_value_has_digits_that_the_text_lacks(text: str) -> None:
    found = read_number(text, "en")
    if isinstance(found, NumberText) and found.scale == 1:
        for one in (*found.digits, *found.low):
            figures = f"{one.value:f}".replace(".", "").lstrip("0")
            assert figures in "".join(char for char in plain(text) if char.isdigit())


@given(st.text(alphabet="0123456789.,' ", max_size=80))
@settings(max_examples=60)
def test_the_values_of_a_numeral_are_few_and_differ(text: str) -> None:
    found = read_digits(text) if text[:1].isdigit() and text[-1:].isdigit() else ()
    assert len({one.value for one in found}) == len(found) <= 2
    assert all(isinstance(one.value, Decimal) for one in found)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1 ½ kg", "en", "1.5 kg"),
        ("12 m", "en", "12 m"),
        ("5 g", "it", "5 g"),
        ("10 sec", "it", "10 s"),
        ("8 Min.", "de", "8 min"),
        ("3 h", "tr", "3 h"),
        ("30 C", "en", "30 C"),
        ("15分", "ja", "15 min"),
    ],
)
def test_symbols_of_units_are_the_same_in_all_languages(text: str, language: str, expected: str) -> None:
    number = read_number(text, language)
    assert isinstance(number, NumberText)
    assert f"{number.value(number.digits[0])} {number.unit}" == expected


@pytest.mark.parametrize("text", ["10²", "63⁰⁷", "5 ²", "12 ½ ¾"])
def test_raised_digits_are_neither_left_out_nor_read(text: str) -> None:
    assert read_number(text, "en") is Reason.SEVERAL_NUMBERS


def test_a_date_is_no_rating_of_many() -> None:
    assert read_number("2/5/2019", "en") is Reason.SEVERAL_NUMBERS
