"""Likeness of names: words, plurals, compounds and synonyms in many languages, and what makes two names different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.extraction.naming.concepts import OTHERS, RELATED, concept_words
from webrun_nb.extraction.naming.names import STEM, SYNONYM, likeness, name_of, path_likeness, plain


def alike(wanted, found):
    return likeness(name_of(wanted), name_of(found))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("bank_name", "Bank Name"),
        ("lowPrice", "low price"),
        ("gtin", "GTIN"),
        ("unit-price", "unitprice"),
        ("a.b", "A B"),
    ],
)
def test_the_same_words_in_another_spelling(wanted, found):
    assert alike(wanted, found) == 1


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("price", "Preis"), ("price", "Prix"), ("price", "السعر"), ("price", "가격"), ("price", "価格"),
        ("price", "Цена, руб."),
        ("quantity", "Menge"), ("qty", "Quantity"), ("city", "Ville"), ("country", "Страна"), ("author", "Written by"),
        ("sku", "Art.-Nr."), ("part_no", "Part number"), ("list_price", "Listenpreis"), ("weight", "Вес, кг"),
        ("population", "人口"), ("review_count", "reviews"), ("arrival", "Ankunft"), ("rating", "Bewertung"),
        ("stock", "Остаток, шт."), ("quantity", "Menge (Stk.)"), ("mayor", "Sindaco"),
        ("one_year_return", "1-year return"),
        ("buy", "Compra"), ("sell", "Venta"), ("first_registration", "Erstzulassung"),
    ],
)  # fmt: skip
def test_words_for_the_same_concept(wanted, found):
    assert alike(wanted, found) >= SYNONYM


@pytest.mark.parametrize(("wanted", "found"), [("opponent", "Opponents"), ("launch", "Launched"), ("ordered", "Order")])
def test_forms_of_one_word(wanted, found):
    assert alike(wanted, found) >= STEM


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("price", "Shipping price"), ("price", "Listenpreis"), ("price", "Unit price"), ("list_price", "Price"),
        ("city", "City rank"), ("name", "First name"),
        ("name", "Brand name"), ("name", "company_name"), ("year_2023", "2022"), ("price_usd", "Preis (€)"),
        ("height_m", "Height (ft)"), ("country", "County"), ("status", "Station"), ("date", "candidate"),
        ("population", "Population density"), ("price", "Weight"), ("price", ""), ("", "price"),
    ],
)  # fmt: skip
def test_names_of_different_things(wanted, found):
    assert alike(wanted, found) < 0.5


def test_a_unit_in_one_name_alone_makes_no_difference():
    assert alike("height", "Height (m)") == alike("height_m", "Height") == 1


def test_a_unit_that_is_the_whole_name_is_a_word():
    assert alike("km", "km") == 1


def test_a_number_asked_for_decides():
    assert alike("year_2023", "2023") == alike("y2023", "2023") == 1
    assert alike("year_2023", "Year 2023") == 1 > alike("year_2023", "Year ended 31 December 2022") == 0


def test_the_headings_above_count():
    wanted = name_of("men_height")
    assert path_likeness(wanted, ("Men", "Height")) > path_likeness(wanted, ("Women", "Height"))


POPULATION_2024 = ("Bevölkerung am 31. Dezember", "2024")


@pytest.mark.parametrize("name", ["population_2024", "bevölkerung_2024", "bevoelkerung_2024"])
def test_a_year_is_that_of_the_heading_above_it(name):
    wanted = name_of(name)
    assert path_likeness(wanted, POPULATION_2024) > 0.9
    for above in ("Erwerbstätige in 1 000", "Veränderung der Bevölkerung", "Population change"):
        assert path_likeness(wanted, (above, "2024")) < 0.55


@pytest.mark.parametrize("name", ["year_2024", "value_2024"])
def test_a_year_alone_is_a_name(name):
    assert path_likeness(name_of(name), POPULATION_2024) > 0.7


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("unemployment", "Erwerbslosenquote in %"),
        ("district", "Kreis"),
        ("employed", "Erwerbstätige"),
        ("births", "出生数"),
    ],
)
def test_terms_of_statistics_are_known(wanted, found):
    assert alike(wanted, found) >= SYNONYM


def test_umlauts_may_be_written_as_two_letters():
    assert alike("veroeffentlicht", "Veröffentlicht") == 1


def test_phrases_are_concepts_of_their_own():
    assert name_of("mot clé").concepts == {"tag"}


def test_compounds_are_cut():
    assert [word.concepts for word in name_of("Einwohnerzahl").words] == [{"population"}, {"number"}]


def test_words_without_spaces_are_found():
    assert {"price"} <= name_of("税込販売価格").concepts


def test_accents_do_not_matter():
    assert plain("Straße, Número, Ĺ²") == plain("STRASSE, NUMERO, L2")


def test_related_and_other_concepts_are_in_the_table():
    assert OTHERS | frozenset().union(*RELATED) <= set(concept_words())


@given(st.text(max_size=400), st.text(max_size=400))
def test_likeness_is_a_share_and_complete_for_a_name_itself(one, other):
    assert 0 <= alike(one, other) <= 1
    assert alike(one, one) == (1 if name_of(one).words else 0)


def test_what_stands_in_brackets_is_no_other_quantity():
    assert path_likeness(name_of("price_each"), ("Price each (ex VAT)",)) > 0.9
    assert path_likeness(name_of("price_usd"), ("Price (EUR)",)) == 0


def test_a_measure_is_one_word():
    assert alike("per_100g", "Value per 100.0 g") > 0.7


def test_a_pack_is_no_quantity_of_what_is_left():
    assert alike("pack", "الكمية المتوفرة") == 0
    assert alike("pack", "Packung") > 0.9


def test_the_end_of_validity_is_not_its_start():
    assert alike("valid_from", "Gültig ab") > 0.7
    for other in ("Gültig bis", "Valid to", "Valid until", "Ważne do", "صالح حتى"):
        assert alike("valid_from", other) == 0
    assert alike("from_station", "To station") == 0


def test_umlauts_may_be_written_without_them_and_days_are_no_umlauts():
    assert alike("maenner", "Männer") == 1
    assert alike("tue", "Tuesday") > 0


def test_a_row_of_units_below_headings_is_no_other_quantity():
    assert path_likeness(name_of("einwohner_maenner"), ("Einwohner", "Männer", "Anzahl")) > 0.8


def test_prices_with_and_without_tax_are_told_apart():
    assert alike("price_net", "Price excl. VAT") > alike("price_net", "Price incl. VAT")
    assert alike("preis_brutto", "Preis inkl. MwSt.") > alike("preis_brutto", "Preis zzgl. MwSt.")


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("price", "Price per kg"),
        ("price", "Prix au kilo"),
        ("price", "Preis / 100 g"),
        ("gdp", "GDP per capita"),
        ("area", "Area code"),
        ("rating", "Number of ratings"),
        ("year", "Years of experience"),
        ("goals", "Goals against"),
        ("isbn", "SKU"),
        ("share", "Change"),
        ("brand", "Hersteller-Nr."),
    ],
)
def test_another_quantity_is_not_what_is_asked_for(asked, label):
    assert alike(asked, label) < 0.45
