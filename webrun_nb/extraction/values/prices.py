"""Amounts of money in a page's text, each with its role: price, old price, unit price, instalment and others.

The role is proved by what stands beside the amount: a line through it, a word before or after it, a unit that it is the
price of one of. An amount without any of these has no role, and is a price only if nothing speaks against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache
from typing import Literal

from webrun_nb.extraction.embedded.comparing import plain_number
from webrun_nb.extraction.lines import Line, beginning, common_ancestor
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.values import price_words as words
from webrun_nb.extraction.values.currencies import SIGNS

_WORD = re.compile(r"[^\W\d_]+|\d+")
_LONGEST_PHRASE_WORDS = 6
_CONTEXT_CHARS = 60
_LABEL_CHARS = 40
"""A line of more characters does not label the next one."""
_SENTENCE_WORDS = 4
"""Words that tell no role, from which on they are a sentence that speaks of an amount."""
_SENTENCE_CHARS = 300
_SENTENCE_END = re.compile(r"[·•|;/()]|[.!?](?=\s|$)|\s[-–—]\s")
_IDEOGRAPHS = "\u2e80"
"""The first character of scripts in which one is a word."""
_SIDE_BY_SIDE_CHARS = 80
_NOT_SIGN = re.compile(r"[\d\s.,'’٬٫-]+")
_NUMBER = (
    r"\d{1,12}(?:[.,'’٬\u00a0\u202f ]\d{3}(?!\d)|[,]\d{2}(?=,\d{3}(?!\d)))*"  # groups of three, Indian ones of two
    r"(?:[.,٫]\d{1,4}(?!\d))?(?:[.,][-–—]+)?|[.,]\d{1,2}(?!\d)"
)


class Role(Enum):
    """The meaning of an amount for the thing that it is beside."""

    CURRENT = "current"
    OLD = "old"
    UNIT = "unit"
    INSTALMENT = "instalment"
    RATE = "rate"
    """The price of a period or for a person ("per night", "a month"): the price, where there is no other."""
    THRESHOLD = "threshold"
    SAVING = "saving"
    SHIPPING = "shipping"
    NET = "net"
    """The price without tax: the price, where there is no other."""
    OTHER = "other"
    """Another thing than the price of this one: a total, an estimate, the price of a used copy."""
    UNKNOWN = "unknown"

    @property
    def may_be_price(self) -> bool:
        """True if nothing speaks against an amount of this role being the price."""
        return self in (Role.CURRENT, Role.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money on the page."""

    text: str
    """As displayed, with its currency; cents that are raised are parted from the rest by a decimal mark."""
    node: Node
    """The smallest element that holds it."""
    role: Role
    line: int
    """The number of its line."""
    start: int
    """Where it begins in its line."""
    is_whole_line: bool
    """True if its line says nothing else."""
    is_bare: bool
    """True if no word stands before it in its line, but for "from"."""
    is_followed: bool = False
    """True if a word stands behind it in its line."""
    is_from: bool = False
    """True for the lowest of several prices ("from $12")."""
    is_in_sentence: bool = False
    """True if its text says several other words that tell no role: it is spoken of."""
    part: Literal["", "low", "high"] = ""
    """Its place in a range of prices ("$12 – $15")."""

    @property
    def is_alone(self) -> bool:
        """True if no word stands beside it in its line, which may change what it is."""
        return self.is_bare and not self.is_followed


def amounts_of(lines: Sequence[Line]) -> list[Amount]:
    """Return the amounts of money in lines of text, in document order, each with its role."""
    found: list[Amount] = []
    for number, line in enumerate(lines):
        matches = list(_matches(line.text, line))
        label = _label(lines, number) if matches else ""
        for i, (start, end) in enumerate(matches):
            before = line.text[matches[i - 1][1] if i else 0 : start]
            after = line.text[end : matches[i + 1][0] if i + 1 < len(matches) else len(line.text)]
            role = Role.OLD if line.is_struck(start) else role_of(before, after, "" if i else label)
            parts = ("", "high")[bool(i) and _is_dash(before)], ("", "low")[i + 1 < len(matches) and _is_dash(after)]
            found.append(
                Amount(
                    text=line.text[start:end],
                    node=line.node_of(start, end),
                    # The end of a range is of the kind of its beginning.
                    role=found[-1].role if parts[0] else role,
                    line=number,
                    start=start,
                    is_whole_line=end - start == len(line.text),
                    is_bare=not any(char.isalpha() for char in before) or _is_from(before),
                    is_followed=any(char.isalpha() for char in after),
                    is_from=_is_from(before) or after.strip().startswith(_FROM_BEHIND),
                    is_in_sentence=_is_spoken(line, start, end),
                    part="high" if parts[0] else "low" if parts[1] else "",
                )
            )
    return _told_apart(found)


def has_amount(text: str) -> bool:
    """Tell whether a text holds an amount with a currency."""
    return next(_matches(text[:400]), None) is not None


@lru_cache(maxsize=4096)
def role_of(before: str, after: str, label: str = "") -> Role:
    """Return the role of an amount from the words around it.

    Parameters
    ----------
    before, after : str
        The text of its line before and after it, up to the amounts beside it.
    label : str
        The line above, where that is short enough for a label.

    >>> role_of("Free shipping over ", ""), role_of("", " / 100 g"), role_of("or 4 payments of ", "")
    (<Role.THRESHOLD: 'threshold'>, <Role.UNIT: 'unit'>, <Role.INSTALMENT: 'instalment'>)
    """
    before, after = before[-_CONTEXT_CHARS:], after[:_CONTEXT_CHARS]
    if role := _price_of_one(after):
        return role
    if role := _first_role(after):
        return role
    if before.rstrip().endswith(("+", "＋")):
        return Role.SHIPPING
    if _is_from(before) and _plain(after).startswith(_free_shipping()):
        return Role.THRESHOLD
    # "was 4.50 CHF 2.25": the words belong to the number before, which has no currency of its own.
    if _is_from(before) or before.rstrip()[-1:].isdecimal():
        return Role.UNKNOWN
    role = _last_role(before) or _label_role(label) or Role.UNKNOWN
    # "5 options from $12", "new and used from $8": the price of something else.
    return Role.OTHER if role is Role.UNKNOWN and _plain(before).rpartition(" ")[2] in _FROM else role


def _is_spoken(line: Line, start: int, end_of_amount: int) -> bool:
    """Tell whether an amount stands in a sentence: words of its own text, no known ones, are around it.

    The texts of elements beside it are not its own ("<a>A lamp with a long name</a> $5"), those around it are.
    """
    own = line.node_of(start, start + 1)
    around = {id(node) for node in (own, *own.ancestors())}
    ends = [*line.starts[1:], len(line.text)]
    said = "".join(
        line.text[begin:end] if id(piece.parent) in around or begin <= start < end else "|" * (end - begin)
        for begin, end, piece in zip(line.starts, ends, line.pieces, strict=True)
    )
    before, after = said[max(0, start - _SENTENCE_CHARS) : start], said[end_of_amount : end_of_amount + _SENTENCE_CHARS]
    parts = (_SENTENCE_END.split(before)[-1], _SENTENCE_END.split(after)[0])
    return sum(len(_unknown_words(part)) for part in parts) >= _SENTENCE_WORDS


def _unknown_words(text: str) -> list[str]:
    """Return the words of a text that are in no phrase that tells an amount's role."""
    known = _known_phrases()
    found = _WORD.findall(text.casefold())
    left: list[str] = []
    at = 0
    while at < len(found):
        lengths = range(min(_LONGEST_PHRASE_WORDS, len(found) - at), 0, -1)
        phrases = ((size, " ".join(found[at : at + size])) for size in lengths)
        size = next((size for size, said in phrases if said in known), 0)
        if not size and not found[at].isdecimal():
            left.append(found[at])
        at += size or 1
    return left


@cache
def _known_phrases() -> frozenset[str]:
    before, after, _ = _tables()
    units, periods = _ones()
    return frozenset({*before, *after, *_PER, *_FROM, *units, *periods})


def _label(lines: Sequence[Line], number: int) -> str:
    """Return the line above if it can be a label: it is short and has no amount."""
    above = lines[number - 1].text if number else ""
    return above if len(above) <= _LABEL_CHARS and not has_amount(above) else ""


def _is_dash(text: str) -> bool:
    return text.strip() in ("-", "–", "—", "−", "~", "〜", "to", "bis", "à", "a", "до")


def _is_from(before: str) -> bool:
    """Tell whether the words before an amount are "from", or a price's name and "from"."""
    found = _plain(before)
    word = next((word for word in _FROM if found == word or found.endswith(f" {word}")), None)
    return word is not None and _tables()[0].get(found.removesuffix(word).strip() or "price") is Role.CURRENT


def _told_apart(amounts: list[Amount]) -> list[Amount]:
    """Take the higher of two prices for the old one where they stand side by side and no word tells them apart.

    Three or more side by side are the prices of several things, and a range is none of old and new.
    """
    told = list(amounts)
    for i in range(len(amounts) - 1):
        pair = amounts[i : i + 2]
        apart = [
            i and _side_by_side(amounts[i - 1], pair[0]),
            i + 2 < len(amounts) and _side_by_side(pair[1], amounts[i + 2]),
        ]
        if not _side_by_side(*pair) or any(apart) or any(each.part for each in pair):
            continue
        values = [plain_number(each.text) for each in pair]
        if values[0] is None or values[1] is None or values[0] == values[1]:
            continue
        higher = 0 if values[0] > values[1] else 1
        lower = pair[1 - higher]
        # Words that are not known may say anything of the lower one: "or 3 rates of $8".
        if pair[higher].role is Role.UNKNOWN and (lower.is_alone or lower.role is Role.CURRENT):
            told[i + higher] = replace(pair[higher], role=Role.OLD)
    return told


def _side_by_side(first: Amount, second: Amount) -> bool:
    """Tell whether two amounts that may both be the price stand together with little else, in one currency."""
    if not (first.role.may_be_price and second.role.may_be_price) or second.line - first.line > 1:
        return False
    if first.is_in_sentence or second.is_in_sentence or not (first.is_alone or second.is_alone):
        return False
    if _NOT_SIGN.sub("", first.text) != _NOT_SIGN.sub("", second.text):
        return False
    around = common_ancestor(first.node, second.node)
    if len(around.children) > _SIDE_BY_SIDE_CHARS:
        return False
    return len(beginning(around, _SIDE_BY_SIDE_CHARS)) < _SIDE_BY_SIDE_CHARS


# --- amounts


@cache
def _pattern() -> re.Pattern[str]:
    from babel.core import get_global

    codes = sorted(set(get_global("all_currencies")) - words.CODES_THAT_ARE_WORDS)
    signs = "".join(re.escape(chr(c)) for c in range(0x24, 0xFFE7) if _is_sign(chr(c)))
    names = "|".join(map(re.escape, sorted(_currency_words(), key=len, reverse=True)))
    named = rf"(?<![^\W\d_])(?:(?:{names})\.?|{'|'.join(codes)})(?![^\W\d_])"
    sign = rf"(?:(?<![^\W\d_])(?:US\s|[A-Z]{{1,3}}))?[{signs}]"
    behind = rf"(?:{named}|(?<=[.,]\d\d\s)(?:{'|'.join(sorted(words.CODES_THAT_ARE_WORDS))})(?!\w))"
    rand = r"(?<!\w)R(?=\s\d|\d+[.,\s]\d)"
    currency = rf"(?:{sign}|{named}|{rand})"
    return re.compile(
        rf"(?:{currency}\s?){{1,2}}[-−–]?\s?(?:{_NUMBER})(?:\s?(?:{behind}|{sign})(?!\s?\d))?"
        rf"|(?<![\w.,])[-−–]?(?:{_NUMBER})\s?(?P<sign_behind>{sign}(?!\d)|{behind})"
    )


def _currency_words() -> set[str]:
    """Return what is written for currencies, in letters, in all cases that are in use."""
    written = [
        name
        for name in SIGNS
        if any(map(str.isalpha, name))
        and not any(map(_is_sign, name))
        and (len(name.strip(".")) > 1 or name > _IDEOGRAPHS)
    ]
    cased = {form for name in written for form in (name, name.capitalize(), name.upper())}
    return (cased | {*words.MORE_CURRENCIES}) - words.NO_CURRENCIES


def _is_sign(char: str) -> bool:
    return unicodedata.category(char) == "Sc"


def _matches(text: str, line: Line | None = None) -> Iterator[tuple[int, int]]:
    """Yield the places of the amounts in a text; `line` says which elements its parts are of."""
    if not any(char.isdecimal() for char in text):
        return
    at = 0
    while match := _pattern().search(text, at):
        sign = match.start("sign_behind")
        if line is not None and sign > 0 and _is_of_next(line, match.start(), sign, match.end()):
            at = sign
            continue
        yield match.span()
        at = match.end()


def _is_of_next(line: Line, number: int, sign: int, end: int) -> bool:
    """Tell whether a currency between two numbers is the second one's: it stands in an element with that one alone."""
    following = re.compile(r"\s?\d").match(line.text, end)
    if following is None:
        return False
    ours, theirs = line.node_of(number, sign + 1), line.node_of(sign, following.end())
    return theirs is not ours and any(node is ours for node in theirs.ancestors())


# --- words


@cache
def _tables() -> tuple[Mapping[str, Role], Mapping[str, Role], Mapping[str, Role]]:
    def table(columns: Mapping[str, str]) -> dict[str, Role]:
        return {
            _plain(phrase): Role(role) for role, text in columns.items() for phrase in text.split(",") if _plain(phrase)
        }

    no_spaces = {word: Role(role) for role, text in words.NO_SPACES.items() for word in text.split()}
    return table(words.BEFORE), table(words.AFTER), no_spaces


_FROM = frozenset(
    {
        "from",
        "ab",
        "desde",
        "a partir de",
        "à partir de",
        "da",
        "a partire da",
        "vanaf",
        "från",
        "fra",
        "od",
        "от",
        "від",
    }
    | {"alkaen", "dès", "starting at", "starting from", "as low as", "à partir"}
)
_FROM_BEHIND = ("起", "~", "〜", "から", "부터", "-tól", "-től", "alkaen")
_PER = frozenset(word.strip() for word in words.PER.split(","))


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _phrases(text: str) -> Iterator[str]:
    """Yield all phrases of a text, the longer before the shorter, from its end to its beginning."""
    found = _WORD.findall(text.casefold())
    for end in range(len(found), 0, -1):
        for start in range(max(0, end - _LONGEST_PHRASE_WORDS), end):
            yield " ".join(found[start:end])


def _last_role(text: str) -> Role | None:
    before, _, no_spaces = _tables()
    found = next((before[phrase] for phrase in _phrases(text) if phrase in before), None)
    if found is None and not text.isascii():
        places = [(text.rfind(word) + len(word), len(word), role) for word, role in no_spaces.items() if word in text]
        found = max(places, key=lambda place: place[:2])[2] if places else None
    return found


def _label_role(label: str) -> Role | None:
    """Return the role that a label above an amount tells: the whole of it, or the end of one that names a price."""
    before, _, _ = _tables()
    found = _WORD.findall(label.casefold())
    if role := before.get(" ".join(found)):
        return role
    ends = (before.get(" ".join(found[start:])) for start in range(1, len(found)))
    role = next((each for each in ends if each), None)
    return role if role in (Role.CURRENT, Role.OLD, Role.UNIT) or not label.isascii() else None


def _first_role(text: str) -> Role | None:
    """Return the role that the words directly after an amount tell."""
    _, after, no_spaces = _tables()
    if text.lstrip().startswith("+"):
        return None
    found = _WORD.findall(text.casefold())[:4]
    for end in range(len(found), 0, -1):
        if role := after.get(" ".join(found[:end])):
            return role
    stripped = text.strip(" ()（）・円元")
    if not text.isascii():
        return next(
            (
                role
                for word, role in no_spaces.items()
                if role not in (Role.CURRENT, Role.OTHER) and stripped.startswith(word)
            ),
            None,
        )
    return None


def _price_of_one(after: str) -> Role | None:
    """Return the role of an amount that is the price of one of what follows it: "/ kg", "per 100 ml", "a month"."""
    stripped = after.lstrip(" (*")
    found = _WORD.findall(stripped.casefold())[:3]
    if stripped.startswith(("/", "／")):
        found = ["per", *found]
    if len(found) < 2 or found[0] not in _PER:
        return None
    rest = found[2:] if found[1].isdecimal() and len(found) > 2 else found[1:]
    units, periods = _ones()
    if rest[0] in units:
        return Role.UNIT
    return Role.RATE if rest[0] in periods and rest == found[1:] else None


@cache
def _free_shipping() -> tuple[str, ...]:
    return tuple(_plain(phrase) for phrase in words.FREE_SHIPPING.split(","))


@cache
def _ones() -> tuple[frozenset[str], frozenset[str]]:
    units, periods = ({_plain(one) for one in table.split(",")} for table in (words.UNITS, words.PERIODS))
    return frozenset(units), frozenset(periods)
