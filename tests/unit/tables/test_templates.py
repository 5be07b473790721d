"""Tests of `{{ }}` templates."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.tables.templates import TemplateError, fill


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("under {{ limit }}", "under 900"),
        ("{{ limit + 1 }} and {{ names[0] }}", "901 and Aurora"),
        ("{{ names | join(', ') }}", "Aurora, Borealis"),
        ("{{ row.price }}", "3.5"),
        ("https://a.example/?q={{ names[1] }}#top", "https://a.example/?q=Borealis#top"),
        ("{{ {'a': {'b': 1}}['a']['b'] }}", "1"),
        ("under ${{ limit }}\n", "under $900\n"),
    ],
)
def test_expressions_are_filled(text: str, filled: str) -> None:
    names = {"limit": 900, "names": ["Aurora", "Borealis"], "row": SimpleNamespace(price=3.5)}
    assert fill(text, names) == filled


@pytest.mark.parametrize(
    "literal", ["$900", '{"a": {"b": 1}}', "{% if x %}", "{# note #}", "# line", "{% raw %}", "100 %", "}} {"]
)
def test_nothing_else_is_special(literal: str) -> None:
    assert fill(literal + " {{ 1 }}", {}) == literal + " 1"


def test_raw_leaves_everything() -> None:
    assert fill("{{ nothing", {}, raw=True) == "{{ nothing"


@given(value=st.text(max_size=40))
def test_values_are_never_read_as_templates(value: str) -> None:
    value = "{{ secret }}" + value + "{{"
    assert fill("a {{ x }} b", {"x": value, "secret": "s3"}) == f"a {value} b"


@pytest.mark.parametrize("name", ["open", "exit", "In"])
def test_what_python_brings_along_is_not_taken_for_what_was_meant(name: str) -> None:
    with pytest.raises(TemplateError) as raised:
        fill(f"{{{{ {name}x }}}}", {name: print})
    assert "did you mean" not in raised.value.hint


@given(text=st.text(alphabet=st.sampled_from("{}%#$ ax\"'\n-|.(["), max_size=30))
def test_any_text_is_filled_or_refused_in_one_way(text: str) -> None:
    try:
        filled = fill(text, {"a": 1, "x": "y"})
    except TemplateError:
        return
    if "{{" not in text:
        assert filled == text


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{{ limt }}", "'limt'", "did you mean limit?"),
        ("{{ unheard_of }}", "'unheard_of'", "run the cell"),
        ("{{ len(names) }}", "'len'", "length"),
        ("{{ unheard_of | default('x') }}", "'unheard_of'", "raw=True"),
        ("{{ limit", "has no }}", "add }}"),
        ("{{ limit }} and {{ names[0] ", "has no }}", "add }}"),
        ("{{ }}", "a {{ }} is empty", "{{ city }}"),
        ("{{ 1 + }}", "is invalid", "raw=True"),
        ("a\nb {{ limit limit }}", "line 2", "raw=True"),
        ("{{ limit / 0 }}", "division", "raw=True"),
        ("{{ names.nme }}", "nme", "raw=True"),
        ("{{ names[7] }}", "7", "raw=True"),
        ("{{ __builtins__ }}", "__builtins__", "__"),
        ("\x00 {{ limit }}", "NUL", "raw=True"),
    ],
)
def test_what_cannot_be_filled_is_said(text: str, message: str, hint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        fill(text, {"limit": 900, "names": ["Aurora"], "__builtins__": {}})
    assert (message in caught.value.message, hint in caught.value.hint) == (True, True), caught.value.args


@pytest.mark.parametrize(
    "expression",
    [
        "x.__class__",
        "x['__class__']",
        "x.__class__.__mro__",
        "''.__class__.__base__.__subclasses__()",
        "'{0.__class__}'.format(x)",
        "f.__globals__",
        "x | attr('__class__')",
        "names.append('z')",
    ],
)
def test_the_sandbox_holds(expression: str) -> None:
    names = ["a"]
    with pytest.raises(TemplateError):
        fill("{{ " + expression + " }}", {"x": 1, "f": fill, "names": names})
    assert names == ["a"]


@pytest.mark.parametrize(
    "expression",
    [
        "2 ** (10 ** 10)",
        "x ** (10 ** 10)",
        "'a' * 10 ** 9",
        "10 ** 4 * 'ab'",
        "names * 10 ** 6",
        "'%1000000000d' % x",
        "'%*d' % (1000000000, x)",
        "'%1000000000d' | format(x)",
        "'{:>1000000000}'.format(x)",
        "'{:>{}}'.format(x, 1000000000)",
        "'a'.ljust(1000000000)",
        "'a' | center(1000000000)",
        "'a' | indent(width=1000000000)",
    ],
)
def test_a_few_characters_make_nothing_endless(expression: str) -> None:
    with pytest.raises(TemplateError, match=r"longer than the 10,000 characters"):
        fill("{{ " + expression + " }}", {"x": 7, "names": ["a"]})


@pytest.mark.parametrize(
    ("expression", "filled"),
    [
        ("x ** 2 * 3", "147"),
        ("price * 2", "2.5"),
        ("'-' * 3", "---"),
        ("'%.2f' % price", "1.25"),
        ("'%05d' | format(x)", "00007"),
        ("'{:,} of 100000'.format(x)", "7 of 100000"),
        ("'%d' | format(123456)", "123456"),
        ("'{:.1f}'.format(123456)", "123456.0"),
        ("'a' | center(5)", "  a  "),
    ],
)
def test_ordinary_sums_and_formats_work(expression: str, filled: str) -> None:
    assert fill("{{ " + expression + " }}", {"x": 7, "price": 1.25}) == filled


def test_depth_without_an_end_is_said() -> None:
    with pytest.raises(TemplateError):
        fill("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", {})


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        pd.NA,
        pd.NaT,
        print,
        os,
        str,
        object(),
        b"x",
        pd.DataFrame({"a": [1]}),
        pd.Series([1]),
        np.zeros(2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_without_a_sensible_text_are_refused(value: Any) -> None:
    with pytest.raises(TemplateError):
        fill("{{ x }}", {"x": value})


@pytest.mark.parametrize("value", [0, False, "", [], np.float64(1.5), pd.Timestamp("2026-01-02")])
def test_other_values_become_their_str(value: Any) -> None:
    assert fill("{{ x }}", {"x": value}) == str(value)
