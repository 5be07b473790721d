"""Finds user names, and passwords that are given as a pair with one: `ada / x`, "username and password". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from webrun_nb.common.credentials.credential import Credential, Kind
from webrun_nb.common.credentials.named import NAMES, PASSWORD
from webrun_nb.common.credentials.values import CLOSING, EMAIL, MAX_VALUE, Value, is_control, value_at

_ONE = r"(?:\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|'[^'\n]{1,200}'|`[^`\n]{1,200}`|[^\s/|:,;()\"“'`]{1,200})"
_SEPARATOR = r"\s*(?:/|\||:(?!/)|,|;|&|\band\b|\+)\s*"
_PAIR_NAMED = re.compile(
    rf"\b(?P<user>user(?:[ -]?(?:name|id))?s?|log[ -]?in(?:\s+name)?|e-?mail(?:\s+address)?|account)"
    rf"\s*(?:/|&|\+|,|\band\b)\s*(?:the\s+)?(?:{PASSWORD}|pass|pin)\s*(?:combination|pair)?\s*(?:(?:are|is|of|:|=|\()\s*)?"
    rf"(?P<first>{_ONE}){_SEPARATOR}(?P<second>\S[^\n]{{0,200}})",
    re.I,
)
_PAIR_BEFORE = re.compile(
    rf"(?P<first>{_ONE})\s+and\s+(?P<second>{_ONE})\s+(?:in|in\s?to|as|for)\s+(?:the\s+)?[\"“'‘]?"
    rf"(?:user[ -]?(?:name|id)?|e-?mail)[\"”'’]?\s+and\s+(?:the\s+)?[\"“'‘]?(?:{PASSWORD})\b",
    re.I,
)
_CHANGED = re.compile(rf"\b(?:{PASSWORD})\s+from\s+(?P<first>{_ONE})\s+to\s+(?P<second>\S[^\n]{{0,200}})", re.I)
_PAIR_OF = re.compile(
    rf"\b(?P<of>credentials?|creds|authenticate\s+(?:with|as|using)|log[ -]?in\s+(?:details|data|with|as|using)"
    rf"|sign[ -]?in\s+(?:with|as|using)"
    rf"|log[ -]?in|sign[ -]?in|account)(?!\w)\s*(?P<sign>[:=(]|are|is)?\s*\(?(?P<first>{_ONE})"
    rf"(?P<between>{_SEPARATOR}|\s+(?=[\"“'`]))(?P<second>\S[^\n]{{0,200}})",
    re.I,
)


_HARDLY_A_WORD = re.compile(r"[\d!@#$%^&*?]")
_FILE = re.compile(r"/.*|\S*\.[a-z]{2,5}\d?", re.I)
"""A path, the name of a file or of a host."""


def pairs(text: str) -> Iterator[Credential]:
    """Yield what is given as a pair: "username and password are ada and x", "credentials: ada / x", "(ada / x)"."""
    for match in _CHANGED.finditer(text):
        old, new = value_at(text, match.start("first")), value_at(text, match.start("second"))
        if old is not None and new is not None and not old.is_ordinary and not new.is_ordinary:
            yield Credential("password", old.text, old.start, old.end)
            yield Credential("new_password", new.text, new.start, new.end)
    for pattern in (_PAIR_NAMED, _PAIR_BEFORE, _PAIR_OF):
        place = 0
        while (given := pattern.search(text, place)) is not None:
            place = given.start("first")
            first, second = value_at(text, given.start("first")), value_at(text, given.start("second"))
            if first is None or second is None:
                continue
            if not first.quoted:
                first = replace(first, text=given["first"], end=given.end("first"))
            if _is_pair(given, first, second):
                yield _user_of(first)
                yield Credential("password", second.text, second.start, second.end)
                place = second.end


def _is_pair(match: re.Match[str], first: Value, second: Value) -> bool:
    if first.is_ordinary or second.is_ordinary or NAMES.match(second.text) or NAMES.match(first.text):
        return False
    named = match.groupdict()
    of, signed = (named.get("of") or "").lower(), named.get("sign") is not None
    if not first.text[:1].isalnum() or (of == "account" and not signed):
        return False
    if first.quoted and second.quoted:
        return True
    if second.is_made_up and not second.quoted:
        listed = of and match["between"].strip().lower() in (",", ";", "and", "&")  # "as ada, open file.csv"
        return not listed or (_HARDLY_A_WORD.search(second.text) is not None and not _FILE.fullmatch(second.text))
    if "user" in named:
        return second.quoted or not re.search(r"[a-z]", match["second"][len(second.text) : len(second.text) + 3])
    if "of" not in named:  # the words for both follow them
        return True
    certain = signed or of.startswith("cred") or first.text == second.text
    return match["between"].strip() in ("/", "|", ":") and certain


_AS = re.compile(
    r"\b(?:authenticate|(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -]?(?:me\s+)?(?:in|on))\b"
    r""
    r"(?:\s+(?:to|on|at)\s+(?:the\s+)?\S{1,60})?\s+(?:as|with|using)\s+"
    r"(?:(?:the\s+)?(?P<named>user(?:[ -]?(?:name|id))?|e-?mail(?:\s+address)?|login|account)\s+)?",
    re.I,
)
_USER = re.compile(
    r"(?<![\w@./-])(?:user(?:[ _-]?(?:name|id))?|log[ -]?in(?:\s+(?:name|id))?|e-?mail(?:\s+address)?"
    r"|account(?:\s+name)?)[\"'”’`]?(?:\s+field)?(?:\s*(?::=|[:=→]|[-=]>)[ \t]*|\s+(?:is|with|to|as)\s+|\s+)",
    re.I,
)
_USER_BEHIND = re.compile(
    r"\s+(?:as|for|in\s*to|into|in)\s+(?:the\s+)?[\"“'`]?(?:user[ -]?(?:name|id)|user|e-?mail|login|account)\b", re.I
)
_NEAR = 120
"""The number of characters between a user name and its password at most."""


def user_name(text: str, secrets: Sequence[Credential]) -> list[Credential]:
    """Return the user name that belongs to the first password, or that somebody is to log in as."""
    passwords = [each for each in secrets if each.kind in ("password", "pin", "new_password")]
    login = min(passwords, key=lambda each: (each.kind == "new_password", each.start), default=None)
    for match in _AS.finditer(text):
        value = value_at(text, match.end())
        if value is not None and not value.is_ordinary and not _taken(value, secrets):
            if not value.text[:1].isalnum() or (not value.quoted and ("/" in value.text or NAMES.search(value.text))):
                continue
            return [_user_of(_clean(text, value))]
    if login is None:
        return []
    begin = max(0, login.start - _NEAR)
    around = text[: login.end + _NEAR]
    for match in (*reversed([*_USER.finditer(around, begin, login.start)]), *_USER.finditer(around, login.end)):
        value = value_at(around, match.end())
        if value is None or value.is_ordinary or _taken(value, secrets) or is_control(around, value):
            continue
        if login.kind == "new_password" and not EMAIL.fullmatch(value.text):  # whom the page is about, perhaps
            continue
        return [_user_of(_clean(text, value))]
    for match in _USER_BEHIND.finditer(around, begin):
        start = max(0, match.start() - MAX_VALUE)
        opening = next((o for o, c in CLOSING.items() if c == text[match.start() - 1 : match.start()]), None)
        last = text.rfind(opening or " ", start, match.start() - 1)
        value = value_at(text, last if opening else last + 1)
        if value is not None and not value.is_ordinary and not _taken(value, secrets):
            if login.kind == "new_password" and not EMAIL.fullmatch(value.text):
                continue
            return [_user_of(_clean(text, value))]
    return []


def _taken(value: Value, secrets: Sequence[Credential]) -> bool:
    return any(value.start < each.end and each.start < value.end for each in secrets)


_FULL_NAME = re.compile(r"[A-Z]\w*(?: [A-Z]\w*){1,2}(?=$|[.,;!?)\n]| [a-z(])")


def _clean(text: str, value: Value) -> Value:
    """Return an unquoted user name with all words of a person's name, without the "!" that ends its sentence."""
    if value.quoted:
        return value
    full = _FULL_NAME.match(text, value.start)
    name = value.text.rstrip("!?") if full is None else full[0]
    return replace(value, text=name, end=value.start + len(name))


def _user_of(value: Value) -> Credential:
    kind: Kind = "email" if EMAIL.fullmatch(value.text) else "username"
    return Credential(kind, value.text, value.start, value.end)
