"""Replaces secret values by `***` in everything that is shown, stored or logged (contract, section 6). Pure.

A value is found as it is, in any case, and as pages and programs write it: percent-encoded (also twice), as HTML
entities, JSON- or JavaScript-escaped, in base64 (both alphabets, at any offset), in hexadecimal, with invisible
characters in it, and cut in two over neighbouring texts. A value of three characters or less would black out ordinary
text: it is masked only where it stands as a word of its own, as it is.
"""

from __future__ import annotations

import base64
import html
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

SHOWN = "***"
SHORTEST_ANYWHERE = 4
"""Shorter values are masked only as whole words."""
SHORTEST_CUT = 8
"""Shorter values aren't looked for across neighbouring texts: a column of numbers would be full of them."""

T = TypeVar("T")
_Span = tuple[int, int]

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_ESCAPES = re.compile(
    rf"(?P<percent>(?:%[0-9a-fA-F]{{2}})+)"
    r"|(?P<entity>&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?)"
    r"|(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\(?:u(?P<u4>[0-9a-fA-F]{4})|u\{(?P<braced>[0-9a-fA-F]{1,6})\}|x(?P<x2>[0-9a-fA-F]{2})|(?P<char>[^ux]))"
    rf"|(?P<gone>[{_INVISIBLE}])"
)
_ROUNDS = 4
"""The maximum number of encodings that are undone one after the other."""
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Redactor:
    """Masks the secret values of one session."""

    def __init__(self) -> None:
        self._anywhere: dict[str, _Value] = {}
        self._words: set[str] = set()
        self._tails: dict[str, str] = {}

    def add(self, value: str) -> None:
        """Mask `value` from now on."""
        value = value.strip()
        if not value.strip("*"):
            return
        if len(value) < SHORTEST_ANYWHERE:
            self._words.add(value)
        else:
            self._anywhere[value] = _Value.of(value)

    def forget(self) -> None:
        """Forget all values, and the ends of all streams."""
        self._anywhere.clear()
        self._words.clear()
        self._tails.clear()

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to mask."""
        return not self._anywhere and not self._words

    def redact_text(self, text: str) -> str:
        """Return the text with each value masked."""
        return text if self.is_empty else _masked(text, [*self._in(text), *self._words_in(text)])

    def redact(self, data: T) -> T:
        """Return plain data, or a dataclass, with each text in it masked, keys included.

        Texts of the same key are looked at as one, so that a value a page has cut in two is found as well.
        """
        if self.is_empty:
            return data
        leaves: list[_Leaf] = []
        _collect(data, "", leaves)
        if self._words:
            for leaf in leaves:
                leaf.spans.extend(self._words_in(leaf.text))
        by_key: dict[str, list[_Leaf]] = {}
        for leaf in leaves:
            by_key.setdefault(leaf.key, []).append(leaf)
        for group in by_key.values():
            self._mark(group)
        if is_dataclass(data) and not any(leaf.spans for leaf in leaves):
            return data
        masked = (_masked(leaf.text, leaf.spans) for leaf in leaves)
        return _rebuilt(data, masked, self._number)  # type: ignore[no-any-return]

    def redact_stream(self, kind: str, text: str) -> str:
        """Return the next text of a stream, masked so that no value can be put together from several texts.

        The end of a text is masked as well if it is the larger part of a value: the rest may follow.
        """
        if self.is_empty:
            return text
        tail = self._tails.get(kind, "")
        whole = tail + text
        spans = [*self._in(whole), *self._partial_match_at_end(whole)]
        own = [(max(start - len(tail), 0), end - len(tail)) for start, end in spans if end > len(tail)]
        longest = max((value.longest for value in self._anywhere.values()), default=0)
        self._tails[kind] = whole[-longest:] if longest else ""
        return _masked(text, [*own, *self._words_in(text)])

    def _in(self, text: str) -> Iterator[_Span]:
        return self._found(text, lambda value, encoding: value.found_in(encoding))

    def _found(self, text: str, how: Callable[[_Value, _Encoding], Iterable[_Span]]) -> Iterator[_Span]:
        values = self._anywhere.values()
        for encoding in _encodings(text, squeezed=any(" " in value.plain for value in values)) if values else ():
            for value in values:
                yield from how(value, encoding)

    def _partial_match_at_end(self, text: str) -> Iterator[_Span]:
        for encoding in _encodings(text, squeezed=False):
            for value in self._anywhere.values():
                yield from value.beginning_in(encoding)

    def _words_in(self, text: str) -> Iterator[_Span]:
        for word in self._words:  # without `re`, which would cache a pattern made of it
            for start, end in _all(word, text):
                if not (start and _is_word(text[start - 1])) and not (end < len(text) and _is_word(text[end])):
                    yield start, end

    def _number(self, number: float) -> float | str:
        return SHOWN if str(number) in self._anywhere else number

    def _mark(self, group: list[_Leaf]) -> None:
        """Record in each leaf the spans of values, and of parts of values that continue in the next leaf."""
        _assign_spans(group, self._in(_BETWEEN.join(leaf.text for leaf in group)), len(_BETWEEN))
        if len(group) > 1:
            cut = self._found("".join(leaf.text for leaf in group), lambda value, encoding: value.split_in(encoding))
            _assign_spans(group, cut, 0)
        for leaf in group:
            if len(leaf.text) >= _MAY_BE_SHORTENED:
                leaf.spans.extend(self._partial_match_at_end(leaf.text))


_BETWEEN = "\0"
"""Separates texts, so that none is read together with the next."""
_MAY_BE_SHORTENED = 150
"""A text of this length may be shortened, and end within a value."""


@dataclass(slots=True)
class _Leaf:
    key: str
    text: str
    spans: list[_Span]


def _assign_spans(group: list[_Leaf], spans: Iterable[_Span], between: int) -> None:
    """Record spans of the joined texts in the leaves that they belong to."""
    starts = [0, *accumulate(len(leaf.text) + between for leaf in group)]
    for start, end in spans:
        for index in range(bisect_right(starts, start) - 1, bisect_left(starts, end)):
            leaf = group[index]
            own = max(start - starts[index], 0), min(end - starts[index], len(leaf.text))
            if own[0] < own[1]:
                leaf.spans.append(own)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value with its base64 and hexadecimal forms."""

    plain: str
    """Lower case, each run of white space one blank."""
    sought: tuple[str, ...]
    """It, it with what looks like an escape in it read as one (which the text around it may be, too), and in hex."""
    base64_forms: tuple[str, ...]
    """The parts of its base64 forms that do not depend on the surrounding text."""
    run: re.Pattern[str]
    """Matches a run of base64 characters that is long enough for one of the base64 forms."""

    @classmethod
    def of(cls, value: str) -> _Value:
        written = {value, value.lower(), quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
        base64_forms = {form64 for form in written for form64 in _base64_forms(form)}
        run = re.compile(f"[A-Za-z0-9+/_-]{{{min(map(len, base64_forms))}}}")
        encodings = [_plain(" ".join(encoding.text.split())) for encoding in _encodings(value, squeezed=False)]
        sought = [text for text in encodings if len(text) >= SHORTEST_ANYWHERE]
        return cls(encodings[0], (*dict.fromkeys(sought), value.encode().hex()), tuple(sorted(base64_forms)), run)

    @property
    def longest(self) -> int:
        """The maximum length of its encodings, in characters."""
        return 6 * len(self.plain) + 16

    @property
    def min_match(self) -> int:
        """The length from which on a beginning is masked: a third of the value, half of a short one."""
        length = len(self.plain)
        return -(-length // 2) if length < SHORTEST_CUT else max(SHORTEST_ANYWHERE, -(-length // 3))

    def split_in(self, encoding: _Encoding) -> Iterator[_Span]:
        for sought in self.sought:
            if len(sought) >= SHORTEST_CUT:
                yield from encoding.spans(_all(sought, encoding.plain))

    def found_in(self, encoding: _Encoding) -> Iterator[_Span]:
        for sought in self.sought:
            yield from encoding.spans(_all(sought, encoding.plain))
            if " " in sought and "+" in encoding.plain:  # as forms write blanks
                yield from encoding.spans(_all(sought.replace("+", " "), encoding.plain.replace("+", " ")))
        if self.run.search(encoding.text):
            for form64 in self.base64_forms:
                for start, end in _all(form64, encoding.text):
                    yield encoding.span(*_with_edges(encoding.text, start, end))

    def beginning_in(self, encoding: _Encoding) -> Iterator[_Span]:
        for sought, least, text in (
            *((sought, self.min_match, encoding.plain) for sought in self.sought[:-1]),
            (self.sought[-1], 2 * self.min_match, encoding.plain),
            *((form64, max(8, -(-len(form64) // 3)), encoding.text) for form64 in self.base64_forms),
        ):
            for length in range(min(len(sought) - 1, len(text)), least - 1, -1):
                if text.endswith(sought[:length]):
                    yield encoding.span(len(text) - length, len(text))
                    break


def _base64_forms(value: str) -> Iterator[str]:
    """Yield the characters that base64 has for `value` at each of the three offsets, in both alphabets."""
    data = value.encode()
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + data).decode()
        first = -(-offset * 8 // 6)
        form64 = encoded[first : (offset + len(data)) * 8 // 6]
        if len(form64) >= SHORTEST_ANYWHERE:
            yield form64
            yield form64.replace("+", "-").replace("/", "_")


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")


def _with_edges(text: str, start: int, end: int) -> _Span:
    """Take in the characters at both ends that hold bits of the value too, and the padding."""
    if start and _BASE64.match(text[start - 1]):
        start -= 1
    if end < len(text) and _BASE64.match(text[end]):
        end += 1
    while end < len(text) and text[end] == "=":
        end += 1
    return start, end


# --- reading what is escaped ------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Lower case and blanks for white space, each character in its place."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters have more than one as their lower case
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return re.sub(r"\s", " ", lower)


class _Encoding:
    """A text with encodings undone, and the position of each of its characters in the original.

    Parameters
    ----------
    text : str
        The text that is searched.
    before : _Reading, optional
        The reading that this one was decoded from; None for the text itself.
    stretches : list of (int, int, int)
        Position here, position there, and length there of a character that was read from several; length 0 where a
        stretch begins whose characters are the same in both.
    """

    def __init__(self, text: str, before: _Encoding | None = None, stretches: Sequence[_Stretch] = ()) -> None:
        self.text = text
        self.plain = _plain(text)
        self._before = before
        self._stretches = stretches

    def spans(self, found: Iterable[_Span]) -> Iterator[_Span]:
        """Return the places in the text itself."""
        return (self.span(start, end) for start, end in found)

    def span(self, start: int, end: int) -> _Span:
        """Return the place in the text itself."""
        if self._before is None:
            return start, end
        return self._before.span(self._there(start)[0], self._there(end - 1)[1])

    def _there(self, at: int) -> _Span:
        here, there, length = self._stretches[bisect_right(self._stretches, at, key=itemgetter(0)) - 1]
        return (there, there + length) if length else (there + at - here, there + at - here + 1)


_Stretch = tuple[int, int, int]


def _encodings(text: str, *, squeezed: bool) -> Iterator[_Encoding]:
    """Yield the text as it is, then with one layer of escapes read after the other, as long as there are some.

    `squeezed`: each of them also with runs of white space as one blank.
    """
    encoding: _Encoding | None = _Encoding(text)
    for _ in range(_ROUNDS + 1):
        if encoding is None:
            return
        yield encoding
        if squeezed and (narrow := _replaced(encoding, _WHITE_SPACE, _blank)) is not None:
            yield narrow
        encoding = _replaced(encoding, _ESCAPES, _unescaped) if _MAY_ESCAPE.search(encoding.text) else None


_WHITE_SPACE = re.compile(r"\s{2,}")
_MAY_ESCAPE = re.compile(rf"[%&\\{_INVISIBLE}]")
_Piece = tuple[str, int, int]


def _blank(found: re.Match[str]) -> list[_Piece]:
    return [(" ", *found.span())]


def _replaced(
    encoding: _Encoding, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], list[_Piece]]
) -> _Encoding | None:
    """Return a encoding with what `pattern` finds replaced by its pieces; None where it finds nothing."""
    out: list[str] = []
    stretches: list[_Stretch] = []
    at = here = 0
    for found in pattern.finditer(encoding.text):
        out.append(encoding.text[at : found.start()])
        stretches.append((here, at, 0))
        here += found.start() - at
        for char, start, end in replacement(found):
            out.append(char)
            stretches.append((here, start, end - start))
            here += 1
        at = found.end()
    if not stretches:
        return None
    out.append(encoding.text[at:])
    stretches.append((here, at, 0))
    return _Encoding("".join(out), encoding, stretches)


def _unescaped(found: re.Match[str]) -> list[_Piece]:
    """Return the characters that an escape stands for, each with where it stands."""
    start, end = found.span()
    if found["percent"]:
        return _percent(found["percent"], start)
    if found["entity"]:
        chars = html.unescape(found["entity"])
        return [(char, start, end) for char in chars] if chars != found["entity"] else _as_it_is(found)
    if found["pair"]:
        high, low = int(found["pair"][2:6], 16), int(found["pair"][8:], 16)
        return [(chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), start, end)]
    if code := found["u4"] or found["braced"] or found["x2"]:
        number = int(code, 16)
        return [(chr(number), start, end)] if number <= 0x10FFFF else _as_it_is(found)
    if found["char"]:
        return [(_CONTROL.get(found["char"], found["char"]), start, end)]
    return []  # it can't be seen


def _as_it_is(found: re.Match[str]) -> list[_Piece]:
    return [(char, at, at + 1) for at, char in enumerate(found[0], found.start())]


def _percent(run: str, start: int) -> list[_Piece]:
    data = bytes.fromhex(run.replace("%", ""))
    try:
        chars, sizes = data.decode(), None
    except UnicodeDecodeError:  # as JavaScript's old escape() writes it
        chars, sizes = data.decode("latin-1"), 1
    pieces = []
    for char in chars:
        length = 3 * (sizes or len(char.encode()))
        pieces.append((char, start, start + length))
        start += length
    return pieces


# --- putting it together ----------------------------------------------------------------------------------------------


def _all(sought: str, text: str) -> Iterator[_Span]:
    """Yield every place, overlapping ones too."""
    at = text.find(sought)
    while at >= 0:
        yield at, at + len(sought)
        at = text.find(sought, at + 1)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _masked(text: str, spans: Iterable[_Span]) -> str:
    """Return the text with the spans masked; those that touch are one."""
    out, at = [], 0
    merged: list[list[int]] = []
    for start, end in sorted(set(spans)):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    for start, end in merged:
        out += [text[at:start], SHOWN]
        at = end
    return "".join([*out, text[at:]]) if merged else text


_ATOMS = (bool, int, float, type(None))


def _collect(node: object, key: str, found: list[_Leaf]) -> None:
    """Add the texts that are not empty, each with the name that it has; an observation has tens of thousands."""
    if node.__class__ in _ATOMS:
        return
    if isinstance(node, str):
        if node:
            found.append(_Leaf(key, node, []))
    elif isinstance(node, list | tuple):
        for value in node:
            _collect(value, key, found)
    elif isinstance(node, Mapping):
        for name, value in node.items():
            if isinstance(name, str):
                _collect(name, "", found)
            _collect(value, str(name), found)
    elif is_dataclass(node) and not isinstance(node, type):
        for name, value in _given(node):
            if value.__class__ is str:
                if value:
                    found.append(_Leaf(name, value, []))
            elif value.__class__ not in _ATOMS and value != ():
                _collect(value, name, found)


def _given(node: Any) -> Iterable[tuple[str, Any]]:
    """Return the fields of a dataclass with their values; computed ones are computed again."""
    names = _names_given(node.__class__)
    if len(names) < 2:  # of one name, `attrgetter` returns no tuple
        return [(name, getattr(node, name)) for name in names]
    return zip(names, _getter(node.__class__)(node), strict=True)


@cache
def _names_given(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.init)


@cache
def _getter(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*_names_given(kind))


def _rebuilt(node: Any, masked: Iterator[str], number: Callable[[float], float | str] | None) -> Any:
    """Return the node with its texts replaced, in the order of `_collect`; the same node where none differs."""
    if isinstance(node, str):
        return next(masked) if node else node
    if isinstance(node, int | float) and not isinstance(node, bool):
        return node if number is None else number(node)
    if isinstance(node, Mapping):
        return {
            _rebuilt(name, masked, None) if isinstance(name, str) else name: _rebuilt(value, masked, number)
            for name, value in node.items()
        }
    if isinstance(node, list | tuple):
        values = [_rebuilt(value, masked, number) for value in node]
        if all(new is old for new, old in zip(values, node, strict=True)):
            return node
        return tuple(values) if isinstance(node, tuple) else values
    if is_dataclass(node) and not isinstance(node, type):
        changed = {}
        for name, value in _given(node):
            if value.__class__ in _ATOMS or value == "":
                continue
            new = _rebuilt(value, masked, None)
            if new is not value:
                changed[name] = new
        return replace(node, **changed) if changed else node
    return node
