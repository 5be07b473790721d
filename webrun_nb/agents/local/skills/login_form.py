"""Finds the form of a page to log in with, and tells whether it stands in the way of something. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.hosts import browser_url, host_of

IDENTITIES = ("email", "username", "user", "login", "phone")
PASSWORDS = ("password", "passphrase", "passcode", "pin")
CODES = ("otp_secret", "totp_secret", "totp", "otp", "otp_code", "code")

_CODE = re.compile(
    r"one.?time|\botp\b|\btotp\b|2fa|two.?(?:factor|step)|authenticat(?:or|ion) code|verification|security code"
    r"|\bcode\b|passcode|\bpin code\b",
    re.I,
)
_IDENTITY = re.compile(
    r"e-?mail|user.?name|user.?id|\buser\b|\blog.?in\b|account|customer|phone|mobile|member|\bname\b|identifier", re.I
)
_NO_IDENTITY = re.compile(r"search|newsletter|subscribe|coupon|promo|captcha|\bzip\b|\bq\b|quantity", re.I)
_PASSWORD = re.compile(r"pass.?(?:word|phrase|code)|passwd|\bpwd\b|\bpin\b", re.I)
_NEW_PASSWORD = re.compile(r"new.?pass|confirm|repeat|re-?enter|retype|register|sign.?up|create|join", re.I)
_REPEATS = re.compile(r"repeat|confirm|verif|again|re-?enter|re-?type|second", re.I)
_ABOUT_PASSWORDS = re.compile(r"forg|reset|recover|e-?mail|search|hint|show|user", re.I)
_SUBMITS = re.compile(r"log.?in|sign.?in|log.?on|sign.?on|continue|next|submit|verify|confirm|send|enter|\bgo\b", re.I)
_LOGS_IN = re.compile(r"log.?in|sign.?in|log.?on|sign.?on", re.I)
_OTHER_WAY = re.compile(
    r"forgot|reset|register|sign.?up|create|google|apple|facebook|github|passkey|sso|resend|another|show|hide", re.I
)
_LOGIN_LINK = re.compile(r"^(?:please\s+)?(?:log|sign)[ -]?(?:in|on)(?:\s*(?:/|or)\s*(?:sign up|register))?$", re.I)
_NAMES_LOGIN = re.compile(r"\b(?:log|sign)[ -]?(?:in|on)\b", re.I)
_LOGOUT = re.compile(r"^(?:log|sign)[ -]?(?:out|off)\b", re.I)
_LONGEST_NAME = 40
_LOGIN_PAGE = re.compile(r"log.?in|sign.?in|log.?on|auth|session|verify|2fa|password", re.I)
_LOGIN_PATH = re.compile(r"(?:^|[/_.-])(?:log|sign)[-_]?(?:in|on)(?:$|[/_.-])", re.I)
"""Narrower than `_LOGIN_PAGE`: decided by the address alone."""


@dataclass(frozen=True, slots=True)
class LoginForm:
    """The fields of a page that somebody shows with who they are."""

    identity: Element | None = None
    password: Element | None = None
    code: Element | None = None

    @property
    def fields(self) -> tuple[Element, ...]:
        """Those that are there, in the order in which they are filled in."""
        return tuple(field for field in (self.identity, self.password, self.code) if field is not None)

    @property
    def is_enabled(self) -> bool:
        """False while the page has switched a field off, as many do until an answer has come."""
        return all(field.enabled for field in self.fields)


def login_form(seen: Observation) -> LoginForm | None:
    """Find the fields to log in with; None where the page has none."""
    fields = [e for e in seen.elements if e.role in FIELD_ROLES and e.tag == "input"]
    by_form: dict[int, list[Element]] = {}
    for field in fields:
        by_form.setdefault(_form_of(field, seen), []).append(field)
    forms = [(_with_password(group), group) for group in by_form.values()]
    found = [(form, group) for form, group in forms if form is not None]
    if found:
        return min(found, key=lambda each: _signs_up(each[1], seen))[0]
    if any(
        field.input_type == "password" and not is_code(field) for field in fields
    ):  # choosing a new password is no login
        return None
    codes = [e for e in fields if is_code(e)]
    if len(codes) == 1 and ("one-time-code" in codes[0].hint or _is_for_login(seen)):
        return LoginForm(code=codes[0])
    identities = [e for e in fields if is_identity(e)]
    if len(identities) == 1 and identities[0].in_form and _is_first_step(seen, identities[0]):
        return LoginForm(identities[0])
    return None


def _form_of(field: Element, seen: Observation) -> int:
    """Return the index of the form, or of the dialog, that a field is in; -1 for none."""
    index = field.group
    while 0 <= index < len(seen.groups):
        if seen.groups[index].kind in ("form", "dialog"):
            return index
        index = seen.groups[index].parent
    return -1


def _with_password(fields: Sequence[Element]) -> LoginForm | None:
    """Return the login that the fields of one form are; None where they are none, or choose a new password."""
    passwords = [e for e in fields if e.input_type == "password" and not is_code(e)]
    passwords = passwords or [e for e in fields if _is_password(e) and any(is_identity(other) for other in fields)]
    if len(passwords) != 1:
        return None
    before = [e for e in fields if e.ref < passwords[0].ref]
    identities = [e for e in before if is_identity(e)]
    if not identities:  # a field without a name
        identities = [e for e in before if e.input_type in ("", "text") and not called(e).strip()]
    codes = [e for e in fields if e.ref > passwords[0].ref and is_code(e)]
    return LoginForm(identities[-1] if identities else None, passwords[0], codes[0] if len(codes) == 1 else None)


def _signs_up(fields: Sequence[Element], seen: Observation) -> bool:
    """Tell whether a form with one password is there to sign up, where a page has another one to log in."""
    words = [called(field) for field in fields if _is_password(field)]
    if any("current-password" in word.replace(" ", "-") for word in words):
        return False
    sender = button_of(seen, fields[-1])
    return any(_NEW_PASSWORD.search(word) for word in [*words, sender.name if sender is not None else ""])


def password_fields(seen: Observation) -> tuple[Element, ...]:
    """Return the fields of a page that take a password, whatever their type."""
    return tuple(e for e in seen.elements if e.role in FIELD_ROLES and e.tag == "input" and _is_password(e))


def credential_field(seen: Observation, label: str) -> Element | None:
    """Return the field that a text calls "user name", "password" or "repeated password", whatever the page calls it.

    None where the page has no such field, or several.
    """
    passwords = password_fields(seen)
    repeating = [e for e in passwords if _REPEATS.search(called(e))]
    if _REPEATS.search(label) and _PASSWORD.search(label):
        found = repeating or list(passwords[1:])
    elif _PASSWORD.search(label):
        found = [e for e in passwords if e not in repeating] if repeating else list(passwords[:1])
    elif _IDENTITY.fullmatch(label.strip()):
        form = login_form(seen)
        found = [form.identity] if form is not None and form.identity is not None else []
    else:
        return None
    return found[0] if len(found) == 1 else None


def part_to_log_in_on(seen: Observation) -> Observation | None:
    """Find what of a page has a form to log in with: the page itself, else one of its frames; None where nothing has.

    A frame that may be given secrets comes before one that may not: anybody can put a form into a frame.
    """
    having = [part for part in seen.parts if login_form(part) is not None]
    if having and having[0] is seen:
        return seen
    return next((part for part in having if part.secrets), having[0] if having else None)


def blocks_the_way(seen: Observation) -> Observation | None:
    """Find what of the page is there to log in on, rather than that it also has a form for it.

    A frame of another host is in nobody's way: it is no part of the site that was asked for.
    """
    part = part_to_log_in_on(seen)
    if part is None or host_seen(part) != host_seen(seen):
        return None
    return part if _is_for_login(part) or _is_for_login(seen) else None


def turned_away(meant: str | None, url: str) -> str | None:
    """Return the host that shows its login instead of the page that was meant; None where it does not."""
    if meant is None or page_of(meant) == page_of(url) or _LOGIN_PATH.search(urlsplit(meant).path):
        return None
    return host_of(url) if _LOGIN_PATH.search(urlsplit(url).path) else None


def is_login_page(url: str) -> bool:
    """Tell whether an address is that of a login, by its path."""
    return bool(_LOGIN_PAGE.search(urlsplit(url).path))


def ways_to_login(seen: Observation) -> Iterator[Element]:
    """Yield the links and buttons of a page that lead to its login, the likeliest first."""
    named = [e for e in seen.elements if e.enabled and e.role in ("link", "button") and _NAMES_LOGIN.search(e.name)]
    yield from (e for e in named if _LOGIN_LINK.match(e.name))
    yield from (e for e in named if len(e.name) <= _LONGEST_NAME and not _OTHER_WAY.search(e.name))


def way_out(seen: Observation) -> Element | None:
    """Return the control that logs out: the page has it for those alone who are logged in."""
    return next((e for e in seen.elements if e.role in ("link", "button", "menuitem") and _LOGOUT.match(e.name)), None)


def button_of(seen: Observation, last: Element) -> Element | None:
    """Find the button that sends the form, among those after its last field."""
    after = [e for e in seen.elements if e.ref > last.ref and e.enabled and e.role == "button"]
    same = [e for e in after if _form_of(e, seen) == _form_of(last, seen)]
    own = [e for e in same if e.in_form == last.in_form and not _OTHER_WAY.search(e.name)]
    named = [e for e in own if _SUBMITS.search(e.name)]
    logs_in = [e for e in named if _LOGS_IN.search(e.name)]
    sends = [e for e in own if e.submits or e.input_type in ("submit", "image") or e.tag == "button"]
    return next(iter(logs_in or named or sends), None)


def secret_for(field: Element, form: LoginForm, names: Sequence[str]) -> str | None:
    """Return the name of the secret that a field of a login form is for; None where there is none for it."""
    said = [name for name in names if re.search(rf"\b{re.escape(name.replace('_', ' '))}\b", called(field), re.I)]
    if field is form.password:
        wanted: Sequence[str] = [*(name for name in said if name in PASSWORDS), *PASSWORDS]
    elif field is form.code:
        wanted = CODES
    else:
        first = "email" if is_email(field) else "username"
        wanted = [*(name for name in said if name not in PASSWORDS + CODES), first, *IDENTITIES]
    return next((name for name in wanted if name in names), None)


def is_email(field: Element) -> bool:
    """Tell whether a field wants an e-mail address."""
    return field.input_type == "email" or bool(re.search(r"e-?mail", called(field), re.I))


def called(element: Element) -> str:
    """Return all that a page calls a field."""
    return " ".join([element.name, element.label, element.placeholder, element.hint.replace("_", " ")])


def host_seen(seen: Observation) -> str:
    """Return the host of a page, or its address where it has none."""
    return host_of(seen.url) or seen.url


def page_of(url: str) -> str:
    """Return what tells one page from another in an address: host, path and query."""
    parts = urlsplit(browser_url(url) or url)
    return f"{parts.hostname}{parts.path.rstrip('/')}?{parts.query}"


def is_identity(element: Element) -> bool:
    """Tell whether a field wants a user name, an address or a number of somebody."""
    if element.input_type not in ("", "text", "email", "tel") or _NO_IDENTITY.search(called(element)):
        return False
    if _is_password(element):
        return False
    return element.input_type == "email" or "username" in element.hint or bool(_IDENTITY.search(called(element)))


def _is_password(element: Element) -> bool:
    if element.input_type == "password":
        return not is_code(element)
    words = f"{element.name} {element.label} {element.placeholder} {element.hint.replace('_', ' ')}"
    return element.input_type in ("", "text") and bool(_PASSWORD.search(words)) and not _ABOUT_PASSWORDS.search(words)


def is_code(element: Element) -> bool:
    """Return whether a field is for a code of a second factor."""
    if element.input_type not in ("text", "tel", "number", "password") or "current-password" in element.hint:
        return False
    words = called(element)
    return "one-time-code" in element.hint or bool(_CODE.search(words) and not _NO_IDENTITY.search(words))


def _is_for_login(seen: Observation) -> bool:
    return bool(_LOGIN_PAGE.search(urlsplit(seen.url).path) or _LOGIN_PAGE.search(seen.title))


def _is_first_step(seen: Observation, field: Element) -> bool:
    """Tell a login's first step from any other form that wants an address: by what the page says it is."""
    button = button_of(seen, field)
    words = [seen.title, urlsplit(seen.url).path, button.name if button is not None else "", field.hint]
    return any(re.search(r"log.?in|sign.?in|log.?on|\busername\b", text, re.I) for text in words)
