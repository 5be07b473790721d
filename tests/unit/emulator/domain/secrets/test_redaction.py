"""Tests of the redactor: its output reveals nothing of a secret."""

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


def redactor(*values: str) -> Redactor:
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
    shown = redactor(VALUE).redact_text(f"{MARKER}[{encode(VALUE)}]{MARKER}")
    assert shown in (f"{MARKER}[***]{MARKER}", f"{MARKER}[***x***]{MARKER}", f"{MARKER}[***x]{MARKER}")


@pytest.mark.parametrize("before", ["", "u", "us", "usr"])
@pytest.mark.parametrize("after", ["", "1", "12", "123"])
def test_base64_is_masked_at_any_offset(before, after):
    encoded = base64.b64encode(f"{before}:hunter2hunter2{after}".encode()).decode()
    shown = redactor("hunter2hunter2").redact_text(encoded)
    assert "***" in shown
    assert len(shown) <= len(encoded) - 16 + 3


def test_white_space_may_be_wider():
    assert redactor("correct horse battery").redact_text("a correct\n   horse battery b") == "a *** b"


def test_overlapping_values_leave_no_rest():
    assert redactor("abcdefgh", "efghijkl").redact_text("xabcdefghijklx") == "x***x"


def test_a_value_within_another_leaves_no_rest():
    assert redactor("hunter2", "hunter2-and-more").redact_text("hunter2-and-more") == "***"


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
    assert redactor("123", "abc").redact_text(text) == shown


@pytest.mark.parametrize("value", ["", "   ", "***", "*"])
def test_nothing_and_stars_are_no_values(value):
    assert redactor(value).redact_text("some * text ***") == "some * text ***"


def test_text_without_a_secret_stays():
    text = 'C:\\users 100% &amp; a%20b \\u0041 "x"'
    assert redactor(VALUE).redact_text(text) is text


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


def test_computed_fields_of_a_dataclass_are_computed_again():
    shown = redactor(VALUE).redact(Derived(f"A {VALUE}"))
    assert (shown.text, shown.folded) == ("A ***", "a ***")


def test_plain_data_is_masked_throughout():
    data = {"a": [f"x {VALUE}", 5, None, True], VALUE: {"b": (VALUE,)}, "part": Part("n", more=(VALUE, MARKER))}
    shown = redactor(VALUE).redact(data)
    assert shown == {"a": ["x ***", 5, None, True], "***": {"b": ("***",)}, "part": Part("n", more=("***", MARKER))}


def test_a_value_cut_over_the_cells_of_a_row_is_masked_in_both():
    cells = {"cells": [{"t": "one"}, {"t": "say hunter2h"}, {"t": "unter2 now"}, {"t": "four"}]}
    shown = redactor("hunter2hunter2").redact(cells)
    assert [cell["t"] for cell in shown["cells"]] == ["one", "say ***", "*** now", "four"]


def test_a_neighbour_keeps_its_first_letter():
    encoded = base64.b64encode(b"me:hunter2hunter2:").decode().rstrip("=")
    cells = redactor("hunter2hunter2").redact([{"t": encoded}, {"t": "next"}])
    assert cells[1] == {"t": "next"}


def test_a_text_that_was_shortened_within_a_value_keeps_no_beginning_of_it():
    shown = redactor("correct-horse-battery").redact({"name": "x" * 181 + " correct-horse-batte"})
    assert shown == {"name": "x" * 181 + " ***"}


def test_a_short_number_is_not_put_together_from_neighbours():
    cells = [{"t": "12"}, {"t": "34"}, {"t": "1234"}]
    assert redactor("1234").redact(cells) == [{"t": "12"}, {"t": "34"}, {"t": "***"}]


def test_a_number_that_is_a_secret_is_masked():
    assert redactor("483911").redact({"code": 483911, "price": 4839}) == {"code": "***", "price": 4839}


def test_a_value_cut_over_two_events_is_masked_in_both():
    said = redactor("correct-horse-7")
    assert said.redact_stream("agent", "it says correct-hor") == "it says ***"
    assert said.redact_stream("agent", "se-7, and more") == "***, and more"


@pytest.mark.parametrize("encode", [str, str.upper, lambda v: v.encode().hex()])
def test_letter_by_letter_most_of_it_stays_hidden(encode):
    value = "correct horse 7!"
    said = redactor(value)
    shown = "".join(said.redact_stream("agent", letter) for letter in encode(value)).replace("*", "")
    assert len(shown) <= len(encode(value)) // 3 + 1


def test_streams_of_other_kinds_do_not_mix():
    said = redactor("correct-horse-7")
    said.redact_stream("agent", "c")
    assert said.redact_stream("action", "orrect-horse-7") == "orrect-horse-7"


def test_forgotten_is_forgotten():
    made = redactor(VALUE, "abc")
    made.redact_stream("agent", VALUE)
    made.forget()
    assert made.is_empty
    assert made.redact_text(VALUE) == VALUE


@given(
    st.text(min_size=4, max_size=30).filter(lambda v: v.strip("* \n\t\r") and len(v.strip()) > 3), st.text(), st.text()
)
def test_no_value_is_left_whatever_stands_around_it(value, before, after):
    made = redactor(value)
    for written in (value, quote(value, safe="") if not any(0xD800 <= ord(c) < 0xE000 for c in value) else value):
        shown = made.redact_text(f"{before}{written}{after}")
        assert value.strip() not in shown or value.strip() in "***" or value.strip() in f"{before}***{after}"
