"""Rewrites what a text says of its user name and password in the plain clauses of the grammar. Pure.

People state credentials in many ways: "my password is …", "E-mail: …" on a line of its own, "(ada / …)", "use … as
password". By the time the agent reads a text, each secret in it is a mark in quotes (`common.credentials.marks`), and
so is the user name in quotes: that is what the patterns here look for. A text without a mark stays as it is.

>>> plainly('My user name is "ada" and my password is "⟦password⟧". Log in and list the orders')
'Log in and list the orders'
>>> plainly('Use "ada" as user name and "⟦password⟧" as password, then press Go')
'enter the user name "ada" and the password "⟦password⟧", then press Go'
"""

from __future__ import annotations

import re

from webrun_nb.common.credentials.marks import has_mark

_VALUE = r"\"[^\"\n]{1,200}\""
_MARK = r"\"⟦\w{1,40}⟧\""
_USER = r"(?:user[ -]?(?:name|id)|user|log-?in(?:\s+(?:name|id))?|e-?mail(?:\s+address)?|account(?:\s+name)?)"
_SECRET = (
    r"(?:(?:new|old|current|login|repeat(?:ed)?|confirm|second)\s+)?(?:pass[ -]?(?:word|phrase|code)|passwd|pwd|pass"
    r"|pin(?:\s+(?:code|number))?|(?:[\w-]{1,20}\s+)?(?:code|token|key))"
)
_LABEL = rf"(?:{_USER}|{_SECRET})"
_OF = r"(?:(?:my|the|your|a|its|and|with)\s+){0,3}"
_IS = r"\s*(?:is|are|:|=)?\s*"
_AND = r"\s*(?:[,;/&\n]\s*)?(?:and\s+)?"
_PAIR = rf"{_OF}{_LABEL}{_IS}{_VALUE}"
_PAIRS = rf"{_PAIR}(?:{_AND}{_PAIR}){{0,4}}"
_ANY_LABEL = rf"(?:{_LABEL}|[A-Za-z][\w-]{{1,20}}(?:\s+[\w-]{{1,20}})?)"
_OTHER_PAIR = rf"{_OF}{_ANY_LABEL}{_IS}{_VALUE}"
_ANY_PAIR = re.compile(rf"{_OF}(?P<label>{_ANY_LABEL}){_IS}(?P<value>{_VALUE})", re.I)
_ONE_OF_PAIRS = re.compile(rf"(?P<label>{_LABEL}){_IS}(?P<value>{_VALUE})", re.I)
_LOG_IN = r"(?:(?:log|sign)[ -]?(?:me\s+)?(?:in|on)|authenticate)(?!\w)"
_TO_SITE = r"(?:\s+(?:to|at|on|into)\s+(?:the\s+|my\s+)?[\w.-]{1,60})?"
_STATED = rf"(?:{_AND}{_OF}(?:as\s+|using\s+)?(?:the\s+)?(?:{_LABEL}{_IS})?{_VALUE})"

_LOGIN = re.compile(
    rf"\b(?P<log_in>{_LOG_IN}{_TO_SITE})\s*(?::|,|\(|\s(?:as|with|using|by)\s)"
    rf"\s*(?P<stated>{_STATED}{{1,5}})(?:[ \t]*\))?",
    re.I,
)
_IN_BRACKETS = re.compile(rf"[ \t]{{0,4}}\(\s*(?:{_PAIRS}|{_VALUE}\s*(?:[/,:]|and)\s*{_MARK})\s*\)", re.I)
_SENTENCE_START = r"(?:(?<=^)|(?<=\n)|(?<=[.!?;]\s))(?P<bullet>[ \t]*(?:[-*•]\s+|\d{1,2}[.)]\s+)?)"
_AS_PAIR = (
    rf"(?:(?:my|the)\s+)?(?:credentials|creds|login(?:\s+(?:details|data))?)\s*(?:are|is|:|=)?\s*{_VALUE}\s*(?:[/,:]|and)"
    rf"\s*{_MARK}"
)
_DECLARED = re.compile(
    rf"{_SENTENCE_START}(?:(?:with|here\s+(?:is|are))\s+)?(?P<pairs>{_PAIRS}|{_AS_PAIR})"
    rf"[ \t]*(?:[.;!,]|(?=\n)|$)[ \t]*",
    re.I,
)
_USED_AS = re.compile(
    rf"\b(?:use|enter|type|put|write|with|fill\s+in)\s+(?P<first>{_VALUE})\s+(?:as|for|in|into)\s+{_OF}(?P<label>{_LABEL})"
    r"(?:\s+field)?"
    rf"{_AND}(?P<second>{_VALUE})\s+(?:as|for|in|into)\s+{_OF}(?P<other>{_LABEL})(?:\s+field)?(?P<to>\s+(?:to|and)\s+{_LOG_IN})?",
    re.I,
)
_USED = re.compile(rf"\buse\s+(?P<pairs>{_PAIRS})(?P<to>\s+(?:to|and)\s+{_LOG_IN})?", re.I)
_BOTH = re.compile(
    rf"\b(?:use|enter|type|put|write|fill(?:\s+in)?|log\s+in\s+with)\s+(?P<first>{_VALUE})\s+and\s+(?P<second>{_VALUE})\s+"
    rf"(?:in|into|as|for)\s+{_OF}(?P<label>{_USER})\s+and\s+{_OF}(?P<other>{_SECRET})(?:\s+fields?)?",
    re.I,
)
_FILLED_WITH = re.compile(
    rf"\b(?:fill(?:\s+(?:in|out))?|set|complete)\s+{_OF}(?P<label>{_LABEL})\s+(?:with|as|to)\s+(?P<first>{_VALUE}){_AND}"
    rf"(?:set\s+|fill\s+(?:in\s+)?)?{_OF}(?P<other>{_LABEL})\s+(?:with|as|to)\s+(?P<second>{_VALUE})",
    re.I,
)
_FOR_THE = re.compile(
    rf"\b(?:for|as)\s+{_OF}(?P<label>{_SECRET})\s*,?\s*(?:use|enter|type|give)\s+(?P<first>{_MARK})", re.I
)
_NEW = r"(?:(?:a|the|my|your|as|new)\s+){0,3}"
_AGAIN = r"(?:repeat|confirm|verify|re-?enter|re-?type)"
_REPEATED_WITH = re.compile(
    rf"(?P<before>(?<=\")(?:\s?,|\s{{1,4}}and)\s+(?:and\s+)?){_AGAIN}(?:ed|ation)?\s+(?:the\s+|my\s+)?(?:new\s+)?"
    rf"(?:pass[ -]?word|it)\s*(?:is|:|=|with|as|using|by\s+typing)?\s*(?P<value>{_MARK})",
    re.I,
)
_REPEATED = re.compile(
    rf"\b(?:enter|type|choose|pick|set|use|put)\s+{_NEW}pass[ -]?word\s*(?:to|as|:|=)?\s*(?P<value>{_MARK})"
    rf"(?:\s+twice|\s+two\s+times|(?:\s?,|,?\s{{1,4}}and)\s+(?:then\s+)?{_AGAIN}"
    rf"\s+(?:it|the\s+(?:same\s+)?pass[ -]?word)(?!\s*\"))",
    re.I,
)
_REPEATED_AS = re.compile(
    rf"\b(?:enter|type|use|put)\s+(?P<value>{_MARK})\s+(?:as|for)\s+{_OF}pass[ -]?word(?:\s?,|\s{{1,4}}and)\s+"
    rf"(?:then\s+)?{_AGAIN}\s+(?:it|(?:the\s+)?(?:same\s+)?pass[ -]?word)(?:\s+(?:with|as|using)\s+(?P=value))?",
    re.I,
)
_CHOSEN = re.compile(rf"\b(?:choose|pick)\s+{_NEW}pass[ -]?word\s*(?:as|:|=)?\s*(?P<value>{_MARK})", re.I)
_SIGN_UP = re.compile(
    rf"\b(?:sign\s?-?up|register|create\s+(?:an|my|a\s+new)\s+account|open\s+an\s+account)\s+(?:with|using)\s+"
    rf"(?P<stated>{_OTHER_PAIR}(?:{_AND}{_OTHER_PAIR}){{0,6}})",
    re.I,
)
_LOGS_IN_ITSELF = re.compile(rf"(?:^|[\n.,;!?][ \t]{{0,8}}|\d[.)]\s*|\b(?:and|then|please|to)\s+){_LOG_IN}", re.I)


def plainly(text: str) -> str:
    """Return a text with what it says of credentials in the clauses that the grammar knows.

    What only states them, where the text says elsewhere to log in, is left out: a login takes them by their names.
    """
    if not has_mark(text):
        return text
    text = _REPEATED_WITH.sub(r"\g<before>the repeated password \g<value>", text)
    for pattern in (_REPEATED, _REPEATED_AS):
        text = pattern.sub(r"enter the password \g<value> and the repeated password \g<value>", text)
    text = _CHOSEN.sub(r"enter the password \g<value>", text)
    text = _LOGIN.sub(_log_in, text)
    text = _USED_AS.sub(_used_as, text)
    for pattern in (_BOTH, _FILLED_WITH):
        text = pattern.sub(
            lambda found: _enter((found["label"], found["first"]), (found["other"], found["second"])), text
        )
    text = _FOR_THE.sub(lambda found: _enter((found["label"], found["first"])), text)
    text = _SIGN_UP.sub(_signed_up, text)
    text = _USED.sub(lambda found: "log in" if found["to"] else _entered(found["pairs"]), text)
    logs_in = _LOGS_IN_ITSELF.search(text) is not None
    text = _IN_BRACKETS.sub(lambda found: "" if logs_in else f", {_entered(found[0])}", text)
    text = _DECLARED.sub(lambda found: _declared(found, logs_in=logs_in), text)
    return text.strip()


def _log_in(found: re.Match[str]) -> str:
    values = re.findall(_VALUE, found["stated"])
    marks = [value for value in values if re.fullmatch(_MARK, value)]
    names = [value for value in values if value not in marks]
    if not marks:
        return found[0]
    closed = ")" if found[0].endswith(")") and found[0].count("(") < found[0].count(")") else ""
    who = f" as {names[0]}" if names else ""
    return f"{found['log_in']}{who} with the password {marks[0]}{closed}"


def _signed_up(found: re.Match[str]) -> str:
    pairs = [(each["label"], each["value"]) for each in _ANY_PAIR.finditer(found["stated"])]
    return f"{_enter(*pairs)}, then submit the form"


def _used_as(found: re.Match[str]) -> str:
    if found["to"]:
        return "log in"
    return _enter((found["label"], found["first"]), (found["other"], found["second"]))


def _enter(*pairs: tuple[str, str]) -> str:
    return "enter " + " and ".join(f"the {label} {value}" for label, value in pairs)


def _entered(stated: str) -> str:
    pairs = [(found["label"], found["value"]) for found in _ONE_OF_PAIRS.finditer(stated)]
    values = re.findall(_VALUE, stated)
    if len(values) == 2 and len(pairs) < 2:  # "ada" / "x"
        pairs = [("user name", values[0]), ("password", values[1])]
    return _enter(*pairs) if pairs else stated


def _declared(found: re.Match[str], *, logs_in: bool) -> str:
    if logs_in:
        return found["bullet"] if "\n" in found["bullet"] else ""
    end = ". " if found[0].rstrip().endswith((".", ";", "!")) else ", " if found[0].rstrip().endswith(",") else ""
    return f"{found['bullet']}{_entered(found['pairs'])}{end}"
