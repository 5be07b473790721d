"""Nothing of a secret can be read back from what the masker lets through."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.emulator.domain.secrets.redaction import Redactor

VALUE = 'Pä55 "wörd"/<&+\\é%41🙂'
MARKER = "unmasked marker"


def masker(*values: str) -> Redactor:
    made = Redactor()
    for value in values:
        made.add(value)
    return made


ENCODINGS = {
    "as it is": str,
    "upper case": lambda v: "x".join([v.upper(), ""]),
    "lower case": str.lower,
    "quote": quote,
    "quote, nothing safe": lambda v: quote(v, safe=""),
    "quote_plus": quote_plus,
    "percent, small letters": lambda v: quote(v, safe="").lower(),
    "twice percent-encoded": lambda v: quote(quote(v, safe=""), safe=""),
    "html": html.escape,
    "html by number": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "html by hex number": lambda v: "".join(f"&#x{ord(c):X};" for c in v),
    "html twice": lambda v: html.escape(html.escape(v)),
    "json": lambda v: json.dumps(v)[1:-1],
    "json, unicode as it is": lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    "json in json": lambda v: json.dumps(json.dumps(v))[3:-3],
    "javascript": lambda v: "".join(f"\\u{{{ord(c):x}}}" for c in v),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 of the quoted": lambda v: base64.b64encode(quote(v, safe="").encode()).decode(),
    "urlsafe base64": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "base64 in a query": lambda v: quote(base64.b64encode(v.encode()).decode(), safe=""),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "invisible characters": lambda v: "\u200b".join(v),
    "soft hyphens as entities": lambda v: v[:4] + "&shy;" + v[4:],
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_every_way_of_writing_it_is_masked(encode):
    shown = masker(VALUE).text(f"{MARKER}[{encode(VALUE)}]{MARKER}")
    assert shown in (f"{MARKER}[***]{MARKER}", f"{MARKER}[***x***]{MARKER}", f"{MARKER}[***x]{MARKER}")


@pytest.mark.parametrize("before", ["", "u", "us", "usr"])
@pytest.mark.parametrize("after", ["", "1", "12", "123"])
def test_base64_is_masked_at_any_offset(before, after):
    encoded = base64.b64encode(f"{before}:hunter2hunter2{after}".encode()).decode()
    shown = masker("hunter2hunter2").text(encoded)
    assert "***" in shown
    assert len(shown) <= len(encoded) - 16 + 3


def test_white_space_may_be_wider():
    assert masker("correct horse battery").text("a correct\n   horse battery b") == "a *** b"


def test_overlapping_values_leave_no_rest():
    assert masker("abcdefgh", "efghijkl").text("xabcdefghijklx") == "x***x"


def test_a_value_within_another_leaves_no_rest():
    assert masker("hunter2", "hunter2-and-more").text("hunter2-and-more") == "***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pin 123.", "pin ***."),
        ("1234 and 0123", "1234 and 0123"),
        ("123", "***"),
        ("x123", "x123"),
        ("7 Abc", "7 Abc"),
    ],
)
def test_three_characters_are_masked_as_a_word_alone(text, shown):
    assert masker("123", "abc").text(text) == shown


@pytest.mark.parametrize("value", ["", "   ", "***", "*"])
def test_nothing_and_stars_are_no_values(value):
    assert masker(value).text("some * text ***") == "some * text ***"


def test_text_without_a_secret_stays():
    text = 'C:\\users 100% &amp; a%20b \\u0041 "x"'
    assert masker(VALUE).text(text) is text


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    number: int = 3
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    text: str
    folded: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", self.text.casefold())


def test_what_a_dataclass_makes_of_its_fields_is_made_anew():
    shown = masker(VALUE).data(Derived(f"A {VALUE}"))
    assert (shown.text, shown.folded) == ("A ***", "a ***")


def test_plain_data_is_masked_throughout():
    data = {"a": [f"x {VALUE}", 5, None, True], VALUE: {"b": (VALUE,)}, "part": Part("n", more=(VALUE, MARKER))}
    shown = masker(VALUE).data(data)
    assert shown == {"a": ["x ***", 5, None, True], "***": {"b": ("***",)}, "part": Part("n", more=("***", MARKER))}


def test_a_value_cut_over_the_cells_of_a_row_is_masked_in_both():
    cells = {"cells": [{"t": "one"}, {"t": "say hunter2h"}, {"t": "unter2 now"}, {"t": "four"}]}
    shown = masker("hunter2hunter2").data(cells)
    assert [cell["t"] for cell in shown["cells"]] == ["one", "say ***", "*** now", "four"]


def test_a_neighbour_keeps_its_first_letter():
    encoded = base64.b64encode(b"me:hunter2hunter2:").decode().rstrip("=")
    cells = masker("hunter2hunter2").data([{"t": encoded}, {"t": "next"}])
    assert cells[1] == {"t": "next"}


def test_a_text_that_was_shortened_within_a_value_keeps_no_beginning_of_it():
    shown = masker("correct-horse-battery").data({"name": "x" * 181 + " correct-horse-batte"})
    assert shown == {"name": "x" * 181 + " ***"}


def test_a_short_number_is_not_put_together_from_neighbours():
    cells = [{"t": "12"}, {"t": "34"}, {"t": "1234"}]
    assert masker("1234").data(cells) == [{"t": "12"}, {"t": "34"}, {"t": "***"}]


def test_a_number_that_is_a_secret_is_masked():
    assert masker("483911").data({"code": 483911, "price": 4839}) == {"code": "***", "price": 4839}


def test_a_value_cut_over_two_events_is_masked_in_both():
    said = masker("correct-horse-7")
    assert said.stream("agent", "it says correct-hor") == "it says ***"
    assert said.stream("agent", "se-7, and more") == "***, and more"


@pytest.mark.parametrize("encode", [str, str.upper, lambda v: v.encode().hex()])
def test_letter_by_letter_most_of_it_stays_hidden(encode):
    value = "correct horse 7!"
    said = masker(value)
    shown = "".join(said.stream("agent", letter) for letter in encode(value)).replace("*", "")
    assert len(shown) <= len(encode(value)) // 3 + 1


def test_streams_of_other_kinds_do_not_mix():
    said = masker("correct-horse-7")
    said.stream("agent", "c")
    assert said.stream("action", "orrect-horse-7") == "orrect-horse-7"


def test_forgotten_is_forgotten():
    made = masker(VALUE, "abc")
    made.stream("agent", VALUE)
    made.forget()
    assert made.idle
    assert made.text(VALUE) == VALUE


@given(
    st.text(min_size=4, max_size=30).filter(lambda v: v.strip("* \n\t\r") and len(v.strip()) > 3), st.text(), st.text()
)
def test_no_value_is_left_whatever_stands_around_it(value, before, after):
    made = masker(value)
    for written in (value, quote(value, safe="") if not any(0xD800 <= ord(c) < 0xE000 for c in value) else value):
        shown = made.text(f"{before}{written}{after}")
        assert value.strip() not in shown or value.strip() in "***" or value.strip() in f"{before}***{after}"
