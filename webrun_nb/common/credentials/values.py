"""Reads the values of credentials from a text: quoted ones, and unquoted ones as far as they go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webrun_nb.common.column_types import BY_LABEL

MAX_VALUE = 200
"""The longest value that is recognised, in characters."""

_ORDINARY_WORDS = """
a an the that this these those its it my your his her their our one ones none any some something anything nothing not
no yes too now only also still never always just what how where when whether who why which and but or for from with
within without between at by of off on to into in inside as below above under near next if unless until then than so
is are was were be being been has have had do does did can could will would shall should must may might i you he she
we they me us them whose here there again please twice once expires expire needs requires both all each every same new
old other another first second third last visible empty blank wrong correct incorrect invalid valid okay ok optional
mandatory strong weak short long different secure safe simple temporary hidden masked case sensitive unique random
show hide forgot forget forgotten lost reset change changes set update remember save store create generate choose pick
enter type input fill write put press click tap hit submit send log login logout sign signin signup register continue
proceed go open close read get find check see view look verify confirm confirmation repeat retype match matches
recover recovery retrieve reveal toggle copy paste clear remove delete use using try leave keep appears appear work
works fails fail exists contains contain includes include sort list extract tell report return wait scroll select
search field fields box boxes textbox inputs page pages form forms link links button buttons label labels string text
texts value values column columns row rows table section tab tabs area icon checkbox dialog window menu prompt
placeholder error errors message messages warning hint hints help tip tips enum null true false unknown name names
manager managers generator strength meter policy policies rule rules requirement requirements length expiry expiration
history security protection protected authentication settings setting option options combination combinations pair
pairs credentials credential details info information data account accounts user username users email e-mail address
password passwords passwd pass passcode pin otp code codes token secret key keys website site app application attempt
attempts file files entry entries group groups question questions reminder vault holder screen step steps time times
date day days minutes seconds digits characters letters numbers symbols google facebook github apple microsoft sso
oauth saml passkey
"""
_ORDINARY = frozenset((*_ORDINARY_WORDS.split(), *BY_LABEL))
"""Words of instructions, of forms and of column lists."""
_ORDINARY_ENDING = re.compile(
    r"[a-z'-]{2,}(?:ing|able|ible|ful|ly|less)|(?:[a-z]{3,})(?:ired|ided|ated|ured|eded|cted|nged)"
)


_CONTROLS = re.compile(
    r"\s*(?:field|box|textbox|input|button|link|icon|checkbox|tab|label|form|page|section|column|row|option|menu|dialog"
    r"|heading|area|manager|generator|screen|message|error)s?\b",
    re.I,
)
_BOUNDARY = re.compile(
    r"\s*(?:[.,;:!?)\]\"'”’|/&\n]|$|\b(?:and|then|to|in|into|on|for|at|or|before|after|when|if|as|but|again|twice|both"
    r"|please)\b)",
    re.I,
)
CLOSING = {'"': '"', "“": "”", "„": "“", "'": "'", "‘": "’", "`": "`", "«": "»", "”": "”"}
_UNQUOTED = re.compile(rf"\S{{1,{MAX_VALUE}}}")
_ASSIGNED_NEXT = re.compile(r"[,;&/](?=[A-Za-z_ ]{2,20}[:=])")
"""The end of a value in `user=ada,pass=x,code=1`."""
NO_VALUE = "\ue0ff"
"""Stands in the place of text that is no value, such as an address; of the same length, so that places stay."""
_PLACEHOLDER = re.compile(
    NO_VALUE + r".*|[<{\[].*|\$(?-i:[A-Z_]+)|\$\{.*|%\w+%|\*+|•+|\.+|x{4,}|_+|-+|https?://.*|=.*", re.I | re.S
)
"""Words that stand for a value, or are none."""
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PLAIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ORDINAL_OR_AMOUNT = re.compile(
    r"\d{1,3}(?:st|nd|rd|th|am|pm|h|s|ms|px|%)?|2fa|\d+-?(?:digit|factor|step|character)s?", re.I
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a text: `start` and `end` are its place, without quotes."""

    text: str
    start: int
    end: int
    quoted: bool
    after: int
    """The place in the text behind it and its closing quote."""

    @property
    def is_made_up(self) -> bool:
        """True where no ordinary word or number looks like it."""
        if self.quoted:
            return True
        text = self.text.rstrip("!?")
        if _ORDINAL_OR_AMOUNT.fullmatch(text) or EMAIL.fullmatch(text) or len(text) < 3:
            return False
        return not _PLAIN.fullmatch(text) or bool(re.search(r"[a-z][A-Z]", text))

    @property
    def is_ordinary(self) -> bool:
        """True for a word of instructions and of forms, which is no value where nothing else says that it is one."""
        word = self.text.strip("\"'“”‘’`().:;,!?").lower()
        return not self.quoted and (not word or word in _ORDINARY or bool(_ORDINARY_ENDING.fullmatch(word)))


def value_at(text: str, place: int) -> Value | None:
    """Read the value that begins at a place; None where none does."""
    if place >= len(text):
        return None
    closing = CLOSING.get(text[place])
    if closing is not None and (end := _closing_quote(text, place + 1, closing)) > place + 1:
        return Value(text[place + 1 : end], place + 1, end, True, end + 1)
    if text[place] in "([" and place + 1 < len(text) and text[place + 1] in CLOSING:
        return value_at(text, place + 1)
    start = place + 1 if text[place] == "(" else place
    if (match := _UNQUOTED.match(text, start)) is None:
        return None
    value = match[0]
    if (cut := _ASSIGNED_NEXT.search(value, 1)) is not None:
        value = value[: cut.start()]
    value = value.rstrip(".,;:\"'”’`")
    while (
        value and value[-1] in ")]}" and value.count(value[-1]) > value.count({")": "(", "]": "[", "}": "{"}[value[-1]])
    ):
        value = value[:-1].rstrip(".,;:")
    if not value or _PLACEHOLDER.fullmatch(value):
        return None
    end = start + len(value)
    return Value(value, start, end, False, end)


def _closing_quote(text: str, start: int, closing: str) -> int:
    """Return the place of a closing quote on the same line, -1 where there is none near."""
    limit = min(len(text), start + MAX_VALUE + 1)
    line_end = text.find("\n", start, limit)
    end = text.find(closing, start, limit if line_end < 0 else line_end)
    while closing in "'’" and 0 <= end < len(text) - 1 and text[end + 1].isalnum():  # an apostrophe
        end = text.find(closing, end + 1, limit if line_end < 0 else line_end)
    return end


def is_control(text: str, value: Value) -> bool:
    """Return whether a value is the name of something on the page: `the password "Show" button`."""
    return _CONTROLS.match(text, value.after) is not None


def ends(text: str, value: Value) -> bool:
    """Return whether what follows an unquoted word does not continue it: "recovery" of "recovery e-mail" does."""
    return value.quoted or _BOUNDARY.match(text, value.after) is not None or text[value.end : value.end + 1] in "!.,;:"
