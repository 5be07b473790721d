r"""Lenient parser of JSON-LD scripts: reads what search engines read and a strict parser refuses.

Accepted beyond JSON: CDATA marks and comments around or within the text, line breaks and control characters in strings,
commas before a closing bracket, several values one after the other, a semicolon behind them, HTML entities, `\'` and
`\xNN` in strings.
"""

from __future__ import annotations

import html
import json
import re

MAX_CHARS = 2_000_000
"""Length of a script that is read; a longer one is left out."""
_MAX_VALUES = 200
_WRAPPERS = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
"""A string, a comment, or a comma before a closing bracket."""
_BAD_ESCAPE = re.compile(r'\\(?:x([0-9a-fA-F]{2})|(?!["\\/bfnrt]|u[0-9a-fA-F]{4})(.)|(["\\/bfnrtu]))', re.DOTALL)
_BETWEEN = re.compile(r"[\s;,\ufeff]*")
_DECODER = json.JSONDecoder(strict=False)


def parse_json_ld(text: str) -> list[object]:
    r"""Return the values of a JSON-LD script, in order; those before the first fault where it can't be read further.

    >>> parse_json_ld('// <![CDATA[\n{"name": "Lamp",}\n// ]]>')
    [{'name': 'Lamp'}]
    """
    if len(text) > MAX_CHARS:
        return []
    repaired = _repaired(text)
    values = _values(text) or _values(repaired)
    if not values and "&" in text:
        values = _values(_repaired(html.unescape(text)))
    return values


def _values(text: str) -> list[object]:
    values: list[object] = []
    at = _end_of_gap(text, 0)
    while at < len(text) and len(values) < _MAX_VALUES:
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        values.append(value)
        at = _end_of_gap(text, at)
    return [value for value in values if isinstance(value, dict | list)]


def _end_of_gap(text: str, at: int) -> int:
    gap = _BETWEEN.match(text, at)
    return at if gap is None else gap.end()


def _repaired(text: str) -> str:
    """Return the text without wrappers, comments and superfluous commas, and with escapes that JSON knows."""
    text = _WRAPPERS.sub("", text)
    return _TOKEN.sub(lambda token: _repaired_token(token[0]), text)


def _repaired_token(token: str) -> str:
    if not token.startswith('"'):
        return " "
    return _BAD_ESCAPE.sub(_escape, token) if "\\" in token else token


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\u00{found[1]}"
    return found[2] if found[2] is not None else found[0]
