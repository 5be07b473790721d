"""Finds the passwords and codes that a naming word names: "password", "PIN", "verification code". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from webrun_nb.common.credentials.credential import Credential, Kind
from webrun_nb.common.credentials.values import CLOSING, EMAIL, MAX_VALUE, Value, ends, is_control, value_at

PASSWORD = (
    r"pass[ -]?words?|pass[ -]?phrase|passwd|pwd|pw|passwort|kennwort|contraseña|mot\s+de\s+passe|senha|wachtwoord"
)
_CODE_OF = (
    r"one[ -]?time|verification|security|access|log[ -]?in|sign[ -]?in|authentication|authenticator|auth|2fa|mfa|otp"
    r"|totp|two[ -]?(?:factor|step)(?:\s+(?:auth(?:entication)?|verification))?|sms|unlock|backup|recovery"
)
NAMES = re.compile(
    rf"(?<![\w@./-])(?:(?P<otp>(?:{_CODE_OF})[ -]?(?:code|password|passcode|pin|token)|otp(?:\s+code)?|totp|passcode"
    rf"|2fa|mfa)"
    rf"|(?P<password>{PASSWORD})|(?P<pass>pass)|(?P<pin>(?-i:PIN)|pin)(?:[ -]?(?:code|number))?"
    r"|(?P<token>(?:api|access|secret|private)[ _-]?key|(?:access|auth|api|bearer|session)[ _-]?token"
    r"|client[ _-]?secret|secret|token)|(?P<code>code))(?![\w@-])",
    re.I,
)
_SETS = re.compile(
    r"\b(?:sign(?:ing)?[ -]?up|register|create|new|add|invite)\b|\b(?:set|change|reset|update|choose)\s+"
    r"(?:(?:the|a|my|your|its|his|her|user|\w{1,30}['’]s)\s+){0,2}[\"“'‘]?$",
    re.I,
)
_LOGS_IN = re.compile(
    r"\b(?:log(?:ging|ged)?|sign(?:ing|ed)?)[ -]?(?:me\s+)?(?:in|on)\b|\blogin\b|\bauthenticate\b", re.I
)
_SENTENCE = 160
"""The number of characters before a naming word that say what its value is for."""

# The words between a naming word and its value.
_BY_SIGN = re.compile(r"[\"'”’`]?\s*(?:\([^()\n]{0,30}\)\s*)?(?:field\s*)?(?::=|[:=→]|[-=]>)[ \t]*", re.I)
_BY_VERB = re.compile(
    r"[\"'”’`]?(?:\s+(?:field|box|input|textbox))?(?:\s+for\s+\S{1,60}(?:\s+\S{1,60}){0,2}?)?"
    r"\s+(?P<verb>is|was|are|equals|should\s+be|must\s+be|will\s+be)\s+(?:now\s+|simply\s+|just\s+)?",
    re.I,
)
_BY_PREPOSITION = re.compile(
    r"[\"'”’`]?(?:\s+(?:text\s*)?(?:field|box|input|area)s?)?(?:\s+(?:of|for)\s+\S{1,60})?\s+(?P<word>with|to|as|using)\s+"
    r"(?:(?:the\s+)?(?:following\s+)?(?:value|text|string|password)\s+)?",
    re.I,
)
_DIRECTLY = re.compile(r"(?P<control>\s+(?:field|box|input|number))?\s+(?:again\s+)?[-–—]?\s*", re.I)
_INTRODUCES = re.compile(
    r"(?:\b(?:with|using|use|and|enter|type|input|write|provide|supply|via|through)|[,/&(+:]|^)\s*"
    r"(?:(?:the|a|my|your|this|its|his|her|new|old|current|same|following|master|correct|wrong|admin)\s+){0,2}$"
    r"|\b(?:user(?:name)?|log[ -]?in|as|e-?mail)\s+(?!who|that|and\b|or\b)\S{1,60}\s+$",
    re.I,
)
_CHANGES = re.compile(
    r"\b(?:set|change|reset|update|fill|make|complete)\s+(?:in\s+)?(?:[^.;!?\n]{1,80}\band\s+)?"
    r"(?:(?:the|my|your|its|new|user|\w{1,30}['’]s)\s+){0,2}$",
    re.I,
)
_IN_FRONT = re.compile(
    r"\b(?:in|into|for|as|at|to)\s+(?:(?:the|a|an|any|my|your|this|new|field|box)\s+){0,2}[\"“'‘`]?$", re.I
)
_BY_TYPING = re.compile(
    r"[\"'”’`]?(?:\s+(?:text\s*)?(?:field|box|input|area)s?)?\s*,?\s+(?:please\s+)?(?:enter|type|use|write|put|input|give"
    r"|fill\s+in|key\s+in)\s+(?:in\s+)?(?:the\s+(?:value|text|string|password)\s+)?",
    re.I,
)
# The words between a value and the naming word behind it.
_LEADS_BACK = re.compile(
    r"\s+(?:in\s*to|into|in|as|for|to|on|inside)\s+(?:(?:the|my|your|its|both|all|each|every|two|a|that|first|second"
    r"|field|box)\s+){0,3}[\"“'‘`]?(?:(?:new|old|current|repeat|confirm|login|text|user|account|first|second)\s+){0,2}$",
    re.I,
)
_TYPES = re.compile(
    r"\b(?:type|enter|put|write|fill\s+in|use|using|with|input|insert|give|provide|supply|key\s+in|paste)\s+[\"“'‘`]?$",
    re.I,
)
_CODE_ASKED = re.compile(
    r"\b(?:enter|type|input|use|submit|provide|with|and|log|sign|verify|for|,)\s+(?:the\s+|this\s+|my\s+|an?\s+|your\s+)?$|^\s*$",
    re.I,
)
_DIGITS = re.compile(r"\d{4,10}|\d{3}[ -]\d{3}")
_KEY = re.compile(r"(?=\S*\d)[A-Za-z0-9._~+/=-]{8,}")


def named_secrets(text: str) -> Iterator[Credential]:
    """Yield what the naming words of a text name."""
    for name in NAMES.finditer(text):
        kind = _kind(name, text)
        value = _named(text, name, kind)
        if value is not None:
            yield Credential(kind, value.text, value.start, value.end)


def _kind(name: re.Match[str], text: str) -> Kind:
    if name["otp"] or name["code"]:
        return "otp_code"
    if name["pin"]:
        return "pin"
    if name["token"]:
        return "token"
    before = text[max(0, name.start() - _SENTENCE) : name.start()]
    sentence = re.split(r"[.!?;]\s|\n|\bthen\b", before)[-1]
    sets = [match.end() for match in _SETS.finditer(sentence)]
    logs_in = [match.end() for match in _LOGS_IN.finditer(sentence)]
    return "new_password" if sets and sets[-1] > (logs_in or [-1])[-1] else "password"


def _named(text: str, name: re.Match[str], kind: Kind) -> Value | None:
    """Return the value of a naming word: the one behind it, else the one before it."""
    if name["code"] and not _CODE_ASKED.search(text[max(0, name.start() - 40) : name.start()]):
        return None  # "zip code", "promo code": what it is a code of
    value = _behind(text, name) or _before(text, name)
    if value is None:
        return None
    if kind in ("otp_code", "pin"):
        digits = _DIGITS.match(text, value.start)
        if digits is not None and digits.end() > value.end and not value.quoted:  # "482 913"
            return replace(value, text=digits[0], end=digits.end(), after=digits.end())
        if name["code"] and not value.quoted and digits is None:
            return None
        return value if value.quoted or any(map(str.isdigit, value.text)) else None
    if kind == "token" and not _KEY.fullmatch(value.text):
        return None
    return value


def _behind(text: str, name: re.Match[str]) -> Value | None:
    """Return the value that follows a naming word."""
    before = text[max(0, name.start() - 60) : name.start()]
    in_quotes = before[-1:] in tuple(CLOSING) and text[name.end() : name.end() + 1] in tuple(CLOSING.values())
    if (match := _BY_SIGN.match(text, name.end())) is not None:
        value = value_at(text, match.end())
        return value if value is not None and (value.quoted or not value.is_ordinary) else None
    if name["pass"] and not re.search(r"\b(?:with|and|user\s+\S+|using|the|my)\s*$|[,/&]\s*$", before, re.I):
        return None  # the verb
    if (match := _BY_TYPING.match(text, name.end())) is not None:
        value = value_at(text, match.end())
        if value is None or value.is_ordinary or not _IN_FRONT.search(before):
            return None
        return value if value.is_made_up or ends(text, value) else None
    if (match := _BY_VERB.match(text, name.end())) is not None:
        value = value_at(text, match.end())
        sure = match["verb"].lower() in ("is", "was", "are", "equals")
        if value is not None and not is_control(text, value):
            return value if value.is_made_up or (sure and not value.is_ordinary and ends(text, value)) else None
        return None
    if (match := _BY_PREPOSITION.match(text, name.end())) is not None:
        value = value_at(text, match.end())
        changes = _CHANGES.search(before.rstrip("\"'“‘`")) is not None and match["word"].lower() in ("to", "with", "as")
        if value is not None and not is_control(text, value):
            if value.is_made_up and (value.quoted or not value.is_ordinary):
                return value if match["word"].lower() != "to" or changes or not in_quotes else None
            if changes and not value.is_ordinary and ends(text, value):
                return value
        return None
    if in_quotes:  # the name of something on a page: "Password"
        return None
    if (match := _DIRECTLY.match(text, name.end())) is not None and match.end() > name.end():
        value = value_at(text, match.end())
        if value is None or is_control(text, value):
            return None
        if value.is_made_up and (value.quoted or not value.is_ordinary):
            return value
        if match["control"]:
            return None
        if value.text.lower() == "password" and text[name.end() : value.start].isspace() and _INTRODUCES.search(before):
            return value if ends(text, value) else None
        if (
            not value.is_ordinary
            and ends(text, value)
            and _INTRODUCES.search(before)
            and not EMAIL.fullmatch(value.text)
        ):
            return value
    return None


def _before(text: str, name: re.Match[str]) -> Value | None:
    """Return the value that stands before a naming word: `"x" into the password field`, `x as the password`."""
    start = max(0, name.start() - MAX_VALUE - 60)
    before = text[start : name.start()]
    leads = _LEADS_BACK.search(before, max(0, len(before) - 60))
    if leads is None:
        return None
    end = start + leads.start()
    opening = next((o for o, c in CLOSING.items() if c == text[end - 1 : end]), None)
    if opening is not None:
        begin = text.rfind(opening, start, end - 1)
        return value_at(text, begin) if begin >= 0 else None
    begin = max(text.rfind(blank, start, end) for blank in (" ", "\n", "\t")) + 1
    value = value_at(text, max(begin, start))
    if value is None or value.is_ordinary or value.end != end:
        return None
    return value if value.is_made_up or _TYPES.search(text[max(0, value.start - 20) : value.start]) else None
