"""Logging in: finding the form, and having it filled in with secrets that the agent never sees.

A form may ask for everything at once or in steps, and for a code at the end. What the session has for the page's host
is known by name only (`Observation.secrets`); where it has nothing, a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from webrun_nb.agents.base import AgentError, Answered, Ask, AskKind, Reply, SettledByHand, Step, TaskSpec
from webrun_nb.agents.local.language.elements import FIELD_ROLES
from webrun_nb.browsers.actions import Action, Click, Navigate, TypeSecret, WaitFor
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.hosts import browser_url, host_of

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

IDENTITIES = ("email", "username", "user", "login", "phone")
PASSWORDS = ("password", "passphrase", "passcode", "pin")
CODES = ("otp_secret", "totp_secret", "totp", "otp", "otp_code", "code")
MAX_FORMS = 6
"""Forms in a row that a login may have."""
MAX_ANSWERS = 3
_SETTLE_MS = 800

_CODE = re.compile(
    r"one.?time|\botp\b|\btotp\b|2fa|two.?(?:factor|step)|authenticat(?:or|ion) code|verification|security code"
    r"|\bcode\b|passcode|\bpin code\b",
    re.I,
)
_IDENTITY = re.compile(
    r"e-?mail|user.?name|user.?id|\buser\b|\blog.?in\b|account|customer|phone|mobile|member|\bname\b|identifier", re.I
)
_NO_IDENTITY = re.compile(r"search|newsletter|subscribe|coupon|promo|captcha|\bzip\b|\bq\b|quantity", re.I)
_SUBMITS = re.compile(r"log.?in|sign.?in|log.?on|sign.?on|continue|next|submit|verify|confirm|send|enter|\bgo\b", re.I)
_OTHER_WAY = re.compile(
    r"forgot|reset|register|sign.?up|create|google|apple|facebook|github|passkey|sso|resend|another", re.I
)
_LOGIN_LINK = re.compile(r"^(?:please\s+)?(?:log|sign)[ -]?(?:in|on)(?:\s*(?:/|or)\s*(?:sign up|register))?$", re.I)
_LOGIN_PAGE = re.compile(r"log.?in|sign.?in|log.?on|auth|session|verify|2fa|password", re.I)
_LOGIN_PATH = re.compile(r"(?:^|[/_.-])(?:log|sign)[-_]?(?:in|on)(?:$|[/_.-])", re.I)
"""Narrower than `_LOGIN_PAGE`: decided by the address alone."""
_WRONG = re.compile(
    r"^.*\b(?:incorrect|invalid|wrong|fail(?:ed|ure)?|not (?:right|correct|valid|match|recogni[sz]ed|belong)|do(?:es)?"
    r" not (?:match|belong)|unknown|try again|locked|expired|denied)\b.*$",
    re.I | re.M,
)


class Doer(Protocol):
    """The operations of a task that a login uses."""

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page."""

    def attempt(self, action: Action, because: str) -> Work[str | None]:
        """Do something; return why it was not done, where it was not."""

    @property
    def brief(self) -> TaskSpec:
        """The task's specification."""

    @property
    def meant(self) -> str | None:
        """The page that was asked for last; None where it was left since."""

    @property
    def let_in_at(self) -> set[str]:
        """Hosts that were logged in on because their login stood in the way."""


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


def login_form(seen: Observation) -> LoginForm | None:
    """Find the fields to log in with; None where the page has none."""
    fields = [e for e in seen.elements if e.enabled and e.role in FIELD_ROLES and e.tag == "input"]
    passwords = [e for e in fields if e.input_type == "password" and not _is_code(e)]
    if len(passwords) > 1:  # choosing a new password is no login
        return None
    codes = [e for e in fields if _is_code(e)]
    if passwords:
        before = [e for e in fields if e.ref < passwords[0].ref and _is_identity(e)]
        return LoginForm(before[-1] if before else None, passwords[0])
    if len(codes) == 1 and ("one-time-code" in codes[0].hint or _is_for_login(seen)):
        return LoginForm(code=codes[0])
    identities = [e for e in fields if _is_identity(e)]
    if len(identities) == 1 and identities[0].in_form and _is_first_step(seen, identities[0]):
        return LoginForm(identities[0])
    return None


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
    if part is None or _host(part) != _host(seen):
        return None
    return part if _is_for_login(part) or _is_for_login(seen) else None


def _is_for_login(seen: Observation) -> bool:
    return bool(_LOGIN_PAGE.search(urlsplit(seen.url).path) or _LOGIN_PAGE.search(seen.title))


def _called(element: Element) -> str:
    return " ".join([element.name, element.label, element.placeholder, element.hint.replace("_", " ")])


def _is_code(element: Element) -> bool:
    if element.input_type not in ("text", "tel", "number", "password") or "current-password" in element.hint:
        return False
    called = _called(element)
    return "one-time-code" in element.hint or bool(_CODE.search(called) and not _NO_IDENTITY.search(called))


def _is_identity(element: Element) -> bool:
    if element.input_type not in ("", "text", "email", "tel") or _NO_IDENTITY.search(_called(element)):
        return False
    return element.input_type == "email" or "username" in element.hint or bool(_IDENTITY.search(_called(element)))


def _is_first_step(seen: Observation, field: Element) -> bool:
    """Tell a login's first step from any other form that wants an address: by what the page says it is."""
    button = _button(seen, field)
    words = [seen.title, urlsplit(seen.url).path, button.name if button is not None else "", field.hint]
    return any(re.search(r"log.?in|sign.?in|log.?on|\busername\b", text, re.I) for text in words)


def _button(seen: Observation, last: Element) -> Element | None:
    """Find the button that sends the form, among those after its last field."""
    after = [e for e in seen.elements if e.ref > last.ref and e.enabled and e.role == "button" and e.in_form]
    own = [e for e in after if not _OTHER_WAY.search(e.name)]
    named = [e for e in own if _SUBMITS.search(e.name)]
    return next(iter(named or [e for e in own if e.input_type in ("submit", "image") or e.tag == "button"]), None)


def secret_for(field: Element, form: LoginForm, names: Sequence[str]) -> str | None:
    """Return the name of the secret that a field of a login form is for; None where there is none for it."""
    if field is form.password:
        wanted: Sequence[str] = PASSWORDS
    elif field is form.code:
        wanted = CODES
    else:
        called = _called(field)
        first = "email" if field.input_type == "email" or re.search(r"e-?mail", called, re.I) else "username"
        also = [name for name in names if re.search(rf"\b{re.escape(name.replace('_', ' '))}\b", called, re.I)]
        wanted = [*(name for name in also if name not in PASSWORDS + CODES), first, *IDENTITIES]
    return next((name for name in wanted if name in names), None)


class Login:
    """One login.

    Parameters
    ----------
    doer : Doer
        Looks and acts.
    sentence : str
        What it serves.
    """

    def __init__(self, doer: Doer, sentence: str) -> None:
        self._doer = doer
        self._sentence = sentence
        self._given: list[tuple[str, str]] = []
        """Which secret went to which page's host already: once each, or a form could be asking for ever."""
        self._asked = 0
        self._is_answer_unread = False
        """The last question was answered: where its field is missing still, the answer could not be read."""

    def run(self) -> Work[None]:
        """Log in.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: there is no form. `BLOCKED_BY_POLICY`: the form may not have the secrets.
            `AGENT_ERROR`: the site does not accept them, or nobody gave any.
        """
        seen = yield from self._doer.look()
        if part_to_log_in_on(seen) is None:
            seen = yield from self._find_form(seen)
        for _ in range(MAX_FORMS):
            part = part_to_log_in_on(seen)
            form = None if part is None else login_form(part)
            if part is None or form is None:
                return
            if part is not seen:
                self._check_frame(part, seen)
            yield from self._fill(part, form)
            seen = yield from self._settled()
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{self._sentence}": the login at {_host(seen)} did not end after {MAX_FORMS} forms.',
        )

    def _settled(self) -> Work[Observation]:
        """Look at what came of a form; once more where it is still there, for pages that answer late."""
        seen = yield from self._doer.look(again=True)
        if part_to_log_in_on(seen) is not None:
            yield from self._doer.attempt(WaitFor(timeout_ms=_SETTLE_MS), self._sentence)
            seen = yield from self._doer.look(again=True)
        return seen

    def _find_form(self, seen: Observation) -> Work[Observation]:
        """Follow the page's own way to its login."""
        ways = [e for e in seen.elements if e.enabled and e.role in ("link", "button") and _LOGIN_LINK.match(e.name)]
        if ways:
            yield from self._must(Click(ways[0].ref, ways[0].name))
            seen = yield from self._doer.look(again=True)
        if part_to_log_in_on(seen) is None and seen.frames:  # which come late
            yield from self._doer.attempt(WaitFor(timeout_ms=_SETTLE_MS), self._sentence)
            seen = yield from self._doer.look(again=True)
        if part_to_log_in_on(seen) is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{self._sentence}": there is no form to log in with on {seen.title or seen.url}.',
            )
        return seen

    def _check_frame(self, part: Observation, seen: Observation) -> None:
        """Check that a frame's login is one to fill in; nobody is asked for secrets in the name of another's frame.

        Raises
        ------
        AgentError
            `BLOCKED_BY_POLICY`.
        """
        if part.secrets or _host(part) == _host(seen):
            return
        raise AgentError(
            TaskFailureCode.BLOCKED_BY_POLICY,
            f'"{self._sentence}": the form to log in with is in a frame of {_host(part)} within {_host(seen)}, and a '
            f"frame is given secrets only where the session has some for both hosts; open {_host(part)} itself.",
        )

    def _fill(self, seen: Observation, form: LoginForm) -> Work[None]:
        chosen: list[tuple[Element, str]] = []
        missing: list[Element] = []
        for field in form.fields:
            name = secret_for(field, form, seen.secrets)
            if name is None:
                missing.append(field)
            else:
                chosen.append((field, name))
        known_here = form.identity is not None and missing == [form.identity] and form.identity.value
        if missing and not known_here:
            yield from self._ask(seen, form, missing)
            return
        host = _host(seen)
        again = [name for field, name in chosen if field is not form.identity and (host, name) in self._given]
        if again:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{self._sentence}": {host} does not accept the {again[0]}.{_said(seen)}'
            )
        for field, name in chosen:
            yield from self._must(TypeSecret(field.ref, name, field.name or name))
            self._given.append((host, name))
        last = form.fields[-1]
        button = _button(seen, last)
        if button is not None:
            yield from self._must(Click(button.ref, button.name))
        else:
            yield from self._must(TypeSecret(last.ref, chosen[-1][1], last.name or chosen[-1][1], submit=True))

    def _ask(self, seen: Observation, form: LoginForm, missing: Sequence[Element]) -> Work[None]:
        """Ask a person for what is missing; the answer goes where the next look finds its name."""
        if self._asked >= MAX_ANSWERS:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{self._sentence}": nobody entered what {_host(seen)} asks for.'
            )
        kind: AskKind = "two_factor" if missing == [form.code] else "credentials"
        names = tuple(self._wanted(field, form) for field in missing)
        brief = self._doer.brief
        wanted = " and the ".join(name.replace("_", " ") for name in names)
        unclear = "I could not read that answer. " if self._is_answer_unread else ""
        known = f" (The session has secrets for {', '.join(brief.secrets)} alone.)" if brief.secrets else ""
        order = ", in this order, with a blank between them" if len(names) > 1 else ""
        self._asked += 1
        question = f"{unclear}{_site(seen)} asks to log in: what is the {wanted} for it{order}?{known}"
        reply = yield Ask(kind, question, (), names, missing[0].ref)
        self._is_answer_unread = isinstance(reply, Answered)
        if not isinstance(reply, Answered | SettledByHand):  # the next look at the page shows what has become of it
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{self._sentence}": nobody entered what {_host(seen)} asks for.'
            )

    @staticmethod
    def _wanted(field: Element, form: LoginForm) -> str:
        if field is form.password:
            return "password"
        if field is form.code:
            return "otp_code"
        return "email" if field.input_type == "email" or re.search(r"e-?mail", _called(field), re.I) else "username"

    def _must(self, action: Action) -> Work[None]:
        why = yield from self._doer.attempt(action, self._sentence)
        if why is not None:
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{self._sentence}": {why}')


def let_in(doer: Doer, sentence: str) -> Work[bool]:
    """Log in where a login stands in the way and the session has secrets for its host; then go on to the page meant.

    Returns
    -------
    bool
        Whether that was so.
    """
    if not doer.brief.secrets:
        return False
    seen = yield from doer.look(again=True)
    host, meant = _host(seen), doer.meant
    part = blocks_the_way(seen)
    if part is None or not part.secrets or host in doer.let_in_at:
        return False
    if meant is not None and _page(meant) == _page(seen.url) and _LOGIN_PAGE.search(urlsplit(meant).path):
        return False  # it is in nobody's way: it is what was asked for
    doer.let_in_at.add(host)
    yield from Login(doer, sentence).run()
    after = yield from doer.look()
    if meant is not None and _page(meant) not in (_page(seen.url), _page(after.url)) and host == host_of(meant):
        yield from doer.attempt(Navigate(meant), sentence)
        yield from doer.look(again=True)
    return True


def turned_away(meant: str | None, url: str) -> str | None:
    """Return the host that shows its login instead of the page that was meant; None where it does not."""
    if meant is None or _page(meant) == _page(url) or _LOGIN_PATH.search(urlsplit(meant).path):
        return None
    return host_of(url) if _LOGIN_PATH.search(urlsplit(url).path) else None


def _page(url: str) -> str:
    parts = urlsplit(browser_url(url) or url)
    return f"{parts.hostname}{parts.path.rstrip('/')}?{parts.query}"


def _host(seen: Observation) -> str:
    return host_of(seen.url) or seen.url


def _site(seen: Observation) -> str:
    """Return the host of a page, with its port where that tells services of one machine apart."""
    host = _host(seen)
    return host if host.endswith(".localhost") else urlsplit(seen.url).netloc.rpartition("@")[2] or host


def _said(seen: Observation) -> str:
    found = _WRONG.search(seen.text)
    return f" The page says: {found[0].strip()[:200]}" if found else ""
