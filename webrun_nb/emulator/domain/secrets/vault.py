"""The secrets of one session: kept in memory alone, bound to hosts, and forgotten when it ends (section 6). Pure.

An agent knows the names of the fields, never a value. A value leaves the vault at one place, `reveal_for`, for the
document that it is about to be typed into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib import parse
from urllib.parse import SplitResult, urlsplit

from webrun_nb.common.hosts import HostNameError, browser_url, canonical_host, host_of, is_address
from webrun_nb.emulator.domain.secrets.redaction import Redactor
from webrun_nb.emulator.domain.secrets.task_text import TaskText, read_task_text

EVERY_HOST = "all"
CODE_FIELDS = frozenset({"otp_secret", "totp_secret", "totp"})
"""Fields from which a one-time code is made; the code is typed, not the value."""
_PASSWORDS = frozenset({"password", "passphrase"})
"""Typed only into fields of type password: anywhere else they would be visible."""

CodeMaker = Callable[[str], str]
"""Makes the present one-time code from an authenticator's setup (`otp_secret`)."""

_USERS = frozenset({"username", "email", "user", "login", "phone"})
"""Fields that say who logs in."""
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]')
_PORTS = {"http": 80, "https": 443}


class SecretWithheldError(Exception):
    """A secret is withheld; the message is one line and holds no secret."""


@dataclass(frozen=True, slots=True)
class SecretHostPattern:
    """The hosts that a secret is for (`match`): one host, the subdomains of one, or every host."""

    host: str
    subdomains: bool = False

    @classmethod
    def parse(cls, match: str) -> SecretHostPattern:
        """Read `github.com`, `*.x.com` or `all`.

        Raises
        ------
        ValueError
            The text has none of these forms; the message says what is wrong.
        """
        text = match.strip()
        if text.lower() == EVERY_HOST:
            return cls("")
        subdomains = text.startswith("*.")
        try:
            host = canonical_host(text[2:] if subdomains else text)
        except HostNameError:
            raise ValueError("write a host (github.com), any subdomain of one (*.x.com), or all") from None
        if subdomains and is_address(host):
            raise ValueError("an address has no subdomains")
        return cls(host, subdomains)

    @property
    def specificity(self) -> tuple[int, int]:
        """Higher is more specific: one host, then the longer of two domains, then `all`."""
        return (0, 0) if not self.host else (1 if self.subdomains else 2, self.host.count("."))

    def matches(self, host: str) -> bool:
        """Return whether a host (canonical, see `common.hosts`) is meant."""
        if not self.host:
            return True
        return host.endswith(f".{self.host}") if self.subdomains else host == self.host


@dataclass(frozen=True, slots=True)
class FieldContext:
    """The field that a secret is about to be typed into, as the browser sees it."""

    url: str
    """The URL of the document that the field is in, which may be a frame."""
    targets: tuple[str, ...] = ()
    """The URLs that its form can be sent to: its action, and those of its buttons."""
    input_type: str = "text"
    around: tuple[str, ...] = ()
    """For a frame: the URLs of the documents around it."""


class Vault:
    """Holds the secrets of a session.

    Parameters
    ----------
    make_code : callable, optional
        For `otp_secret`.
    """

    def __init__(self, make_code: CodeMaker | None = None) -> None:
        self._make_code = make_code
        self._entries: dict[SecretHostPattern, dict[str, str]] = {}
        self._from_text: set[tuple[SecretHostPattern, str]] = set()
        """Fields that a task's own text named, and the host they are for."""
        self._held: dict[str, TaskText] = {}
        """The credentials of tasks' texts by task id, until it is known which host they are for."""
        self._model_keys: dict[str, str] = {}
        """The keys of language models by `common.language_models.key_name`; no page is ever given one."""
        self.has_logins = False
        """True once it was given anything that is meant for a page."""
        self.redactor = Redactor()
        """Masks every value that was ever stored, answered or made here."""

    def __repr__(self) -> str:
        return f"<Vault for {len(self._entries)} hosts>"

    def check_codes(self, fields: Mapping[str, str]) -> None:
        """Check what codes are to be made from, before a form waits for one.

        Raises
        ------
        ValueError
            It makes none; the message does not hold it.
        """
        for name in CODE_FIELDS & set(fields):
            if self._make_code is not None:
                self._make_code(fields[name])

    def put(self, match: str, fields: Mapping[str, str]) -> None:
        """Store secrets for the hosts that match; a field that is stored already is replaced."""
        self._entries.setdefault(SecretHostPattern.parse(match), {}).update(fields)
        self.has_logins = True
        for value in fields.values():
            self.redactor.add(value)
            self.redactor.add(_NOT_IN_FILE_NAMES.sub("_", value))  # as a browser calls a download after it
            if value.startswith("otpauth:") and (seed := re.search(r"[?&]secret=([^&]+)", value)):
                self.redactor.add(seed[1])

    def put_model_key(self, name: str, key: str) -> None:
        """Store the key of a language model under its `common.language_models.key_name`."""
        self._model_keys[name] = key
        self.redactor.add(key)

    def model_key(self, name: str) -> str:
        """Return the key of a language model; empty where none was given."""
        return self._model_keys.get(name, "")

    def read_text(self, task_id: str, text: str) -> TaskText:
        """Take the credentials out of a task's text; they are masked from now on, and kept until `bind`."""
        read = read_task_text(text, self.redactor)
        if read.credentials:
            self._held[task_id] = read
            self.has_logins = True
        return read

    def bind(self, task_id: str, url: str) -> bool:
        """Store the credentials of a task's text for the host of a page, and for no other.

        Parameters
        ----------
        task_id : str
        url : str
            The task's starting page.

        Returns
        -------
        bool
            False where there are secrets, and the page has no host that they could be for.
        """
        held, host = self._held.get(task_id), _host(url)
        if held is None:
            return True
        if host is None:
            return not held.secret
        pattern = SecretHostPattern.parse(f"[{host}]" if ":" in host else host)
        known = dict(self._for(host)[1])  # which the entry of the one host would hide, as it is more specific
        users = _USERS & set(known)
        if not held.secret and users:  # a user name alone does not change whose password is known
            return True
        if _USERS & set(held.credentials):
            known = {name: value for name, value in known.items() if name not in users}
        self._entries[pattern] = {**known, **held.credentials}
        self._from_text.update((pattern, name) for name in held.credentials)
        return True

    def has_user_of(self, task_id: str) -> bool:
        """Return whether the user name in a task's text is the one that is stored for some host."""
        held = self._held.get(task_id)
        said = {held.credentials[name] for name in _USERS & set(held.credentials)} if held else set()
        return any(fields.get(name) in said for fields in self._entries.values() for name in _USERS)

    @property
    def empty(self) -> bool:
        """True where no secret is stored."""
        return not self._entries

    def names(self, url: str, around: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the names of the fields that a page at `url` may be given; empty where there are none.

        Parameters
        ----------
        url : str
        around : sequence of str
            The URLs of the documents around it, if it is in a frame.
        """
        host = _host(url)
        if host is None or any(not self._may_hold(host, outer) for outer in around):
            return ()
        return tuple(sorted(self._for(host)[1]))

    def hosts(self) -> tuple[str, ...]:
        """Return the host patterns of the secrets, for people."""
        named = (f"*.{pattern.host}" if pattern.subdomains else pattern.host for pattern in self._entries)
        return tuple(sorted(name or EVERY_HOST for name in named))

    def reveal_for(self, name: str, field: FieldContext) -> str:
        """Return the text to type for the secret field `name`, if it may be typed into `field`.

        Raises
        ------
        SecretWithheldError
            The secret is not meant for that field.
        """
        host = _host(field.url)
        if host is None:
            raise SecretWithheldError("a secret is typed into pages of the web alone")
        pattern, fields = self._for(host)
        if pattern is None or name not in fields:
            raise SecretWithheldError(f"no secret {name} is meant for {host}")
        for outer in field.around:
            if not self._may_hold(host, outer):
                there = _host(outer) or "a page of no host"
                raise SecretWithheldError(
                    f"{host} is shown in a frame of {there}, which no secret is for; open {host} itself"
                )
        for target in field.targets:
            _check_target(urlsplit(browser_url(field.url) or ""), browser_url(target) or "", pattern)
        is_open = (pattern, name) in self._from_text  # the text says which field it is for
        if name in _PASSWORDS and field.input_type != "password" and not is_open:
            raise SecretWithheldError(f"the {name} is typed only into password fields, and this is not one")
        if name not in CODE_FIELDS:
            return fields[name]
        if self._make_code is None:
            raise SecretWithheldError("no codes can be made here")
        code = self._make_code(fields[name])
        self.redactor.add(code)
        return code

    def store_answer(self, url: str, answer: str, wanted: Sequence[str]) -> bool:
        """Store a person's answer to a question for secrets, for the host of `url` alone.

        All of it is masked from now on, understood or not.

        Parameters
        ----------
        url : str
            The page that it was asked for.
        answer : str
            As it was given.
        wanted : sequence of str
            The names that were asked for; by default user name and password, or the password.

        Returns
        -------
        bool
            True if it was understood.
        """
        self.has_logins = True
        for part in (answer, *answer.splitlines()):
            self.redactor.add(part)
        names = wanted or (("username", "password") if len(answer.split()) > 1 else ("password",))
        fields, host = read_answer(answer, names), _host(url)
        if not fields or host is None:
            return False
        self.put(f"[{host}]" if ":" in host else host, fields)
        return True

    def forget(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._from_text.clear()
        self._held.clear()
        self._model_keys.clear()
        self.redactor.forget()
        # urllib caches the addresses that it has parsed, and pages put form values into theirs
        parse.clear_cache()  # type: ignore[attr-defined]  # typeshed does not have it

    def _may_hold(self, host: str, outer: str) -> bool:
        """Return whether a page of `host` is trusted where it is shown in a frame of another page.

        The page around a frame decides what is seen near it and what covers it. It has to be of the host itself, or of
        one that this session has secrets for by name: a host with a login of its own is trusted to show another's.
        """
        there = _host(outer)
        return there is not None and (
            there == host or any(bool(pattern.host) and pattern.matches(there) for pattern in self._entries)
        )

    def _for(self, host: str) -> tuple[SecretHostPattern | None, Mapping[str, str]]:
        fitting = [pattern for pattern in self._entries if pattern.matches(host)]
        best = max(fitting, key=lambda pattern: pattern.specificity, default=None)
        return best, {} if best is None else self._entries[best]


def _host(url: str) -> str | None:
    """Return the host of a web address; None for other addresses."""
    return host_of(url) if url.partition(":")[0].strip().lower() in _PORTS else None


def _check_target(page: SplitResult, target: str, pattern: SecretHostPattern) -> None:
    """Check where a form goes: to the page's own host, or to one that the same secret is for by name.

    Raises
    ------
    SecretWithheldError
        It goes elsewhere.
    """
    parts = urlsplit(target)
    if parts.scheme == "javascript":  # runs in this very page
        return
    host, own = _host(target), _host(page.geturl())
    if host is None:
        raise SecretWithheldError(f"the form is sent by {parts.scheme[:20] or 'nothing known'}, not to a page")
    if host != own and not (pattern.host and pattern.matches(host)):
        raise SecretWithheldError(f"the form on {own} is sent to another host, {host}")
    if page.scheme == "https" and parts.scheme == "http":
        raise SecretWithheldError(f"the form on {own} is sent without encryption")
    if _port(parts) not in (_port(page), _PORTS[parts.scheme]):
        raise SecretWithheldError(f"the form on {own} is sent to another port, {_port(parts)}")


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


# --- a person's answer ------------------------------------------------------------------------------------------------

_LABELLED = re.compile(r"^\s*(?P<name>[A-Za-z][\w -]{0,30}?)\s*[:=]\s*(?P<value>\S.*?)\s*$")
_ALIASES = {"e-mail": "email", "mail": "email", "user name": "username", "user": "username", "pass": "password"}


def read_answer(text: str, wanted: Sequence[str]) -> dict[str, str]:
    """Read what a person answered when asked for secrets.

    Parameters
    ----------
    text : str
        `email: …` lines, or the values in the order that was asked for: a line each, or on one line with the last
        taking the rest, blanks and all.
    wanted : sequence of str
        The names that were asked for.

    Returns
    -------
    dict
        Name → value; without what could not be read.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    labelled: dict[str, str] = {}
    for line in lines:
        if (found := _LABELLED.match(line)) is not None:
            name = found["name"].lower().replace("_", " ")
            labelled[_ALIASES.get(name, name).replace(" ", "_")] = found["value"]
    if labelled and len(labelled) == len(lines) and set(labelled) & set(wanted):
        return {name: value for name, value in labelled.items() if name in wanted}
    parts = lines if len(lines) > 1 else text.strip().split(None, len(wanted) - 1)
    return dict(zip(wanted, parts, strict=True)) if parts and len(parts) == len(wanted) else {}
