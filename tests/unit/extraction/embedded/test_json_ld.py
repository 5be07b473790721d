from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webrun_nb.extraction.embedded.json_ld import MAX_CHARS, parse_json_ld


@pytest.mark.parametrize(
    "text",
    [
        '// <![CDATA[\n{"a": "b"}\n// ]]>',
        '/*<![CDATA[*/ {"a": "b"} /*]]>*/',
        '<!-- {"a": "b"} -->',
        '{"a": "b",}',
        '{"a": "b"};',
        '{"a": /* why */ "b"}',
        "{&quot;a&quot;: &quot;b&quot;}",
    ],
    ids=["cdata", "cdata in comments", "html comment", "comma", "semicolon", "comment", "entities"],
)
def test_reads_what_a_strict_parser_refuses(text: str) -> None:
    assert parse_json_ld(text) == [{"a": "b"}]


def test_keeps_slashes_and_commas_within_strings() -> None:
    assert parse_json_ld('{"a": "http://x.example/, }", "b": [1,],}') == [{"a": "http://x.example/, }", "b": [1]}]


def test_reads_line_breaks_and_tabs_within_strings() -> None:
    assert parse_json_ld('{"a": "one\n\ttwo"}') == [{"a": "one\n\ttwo"}]


def test_reads_escapes_of_javascript() -> None:
    assert parse_json_ld(r'{"a": "it\'s \x41"}') == [{"a": "it's A"}]


def test_reads_several_objects_one_after_the_other() -> None:
    assert parse_json_ld('{"a": 1} {"b": 2},\n{"c": 3}') == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_keeps_what_was_read_before_a_fault() -> None:
    assert parse_json_ld('{"a": 1} {"b": ') == [{"a": 1}]


def test_leaves_out_a_script_that_is_too_long() -> None:
    assert parse_json_ld('{"a": 1}' + " " * MAX_CHARS) == []


def test_survives_deep_nesting() -> None:
    assert parse_json_ld("[" * 100_000) == []


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), min_size=1))
@settings(max_examples=40, deadline=None)
def test_reads_all_json_as_it_is(value: dict[str, object]) -> None:
    assert parse_json_ld(json.dumps(value)) == [value]
