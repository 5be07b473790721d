"""Looks up secrets and API keys: in the environment, in the system's keyring, or at a prompt.

A call names a secret, never its value: `session.task(..., secrets={"shop.example.com": "SHOP"})`.
"""

from __future__ import annotations

import getpass
import importlib
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from webrun_nb import config
from webrun_nb.client._sync import run_in_caller_thread
from webrun_nb.client.errors import ArgumentError, AuthenticationError, RequestError, TaskInterruptedError
from webrun_nb.client.urls import check_base_url, is_local, resolve_host
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.redacted import HostSecret, Secret

IDENTITY_FIELDS = ("email", "username", "user", "login", "phone")
"""The fields that identify a person; a form asks for one of them."""
KNOWN_FIELDS = (*IDENTITY_FIELDS, "password", "passphrase", "pin", "otp_secret", "otp")
"""The fields that are looked up; `otp_secret` is the key of an authenticator app, which yields codes."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)

Prompt = Callable[[str], str]
"""Asks a person without showing the input, as `getpass.getpass` does."""


def check_name(name: str) -> str:
    """Check the name of a secret: capitals, as in environment variables.

    A value that was written instead of a name is thus noticed, and not repeated.

    Raises
    ------
    RequestError
        It can't be one.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            "a secret is named in capitals, as in SHOP for SHOP_EMAIL and SHOP_PASSWORD",
            code=ErrorCode.INVALID_PARAMETER,
            hint="write the name, never the secret itself: a cell is saved with its notebook",
        )
    return name


def find_secret(
    name: str, fields: Sequence[str] = KNOWN_FIELDS, *, asked: Sequence[str] = (), prompt: Prompt | None = None
) -> dict[str, Secret]:
    """Look a secret's fields up. Blocks where it has to ask: call it in the thread of the person who is asked.

    Parameters
    ----------
    name : str
        Its name, in capitals.
    fields : sequence of str
        The fields to look up: `NAME_FIELD` in the environment; where that has none of `asked`, also `FIELD` of the
        keyring service `NAME`.
    asked : sequence of str
        The fields that a person is asked for where nothing was found.
    prompt : callable, optional
        Takes the place of `getpass`.

    Raises
    ------
    RequestError
        Nothing was found and no one can be asked; the hint names the variables to set.
    """
    check_name(name)
    found = config.secret_variables(name, fields)
    needed = [field for field in asked if field not in IDENTITY_FIELDS] or list(asked)
    if not all(field in found for field in needed) or not found:
        found = {**_from_keyring(name, fields), **found}
    if not found:
        found = {field: _ask(name, field, prompt) for field in asked}
        found = {field: value for field, value in found.items() if value}
    if not found:
        raise _missing(name, asked or fields)
    return {field: Secret(value) for field, value in found.items()}


def find_login(name: str, *, prompt: Prompt | None = None) -> dict[str, Secret]:
    """Look a login up: whatever is there of `KNOWN_FIELDS`; a person is asked for e-mail and password.

    Raises
    ------
    RequestError
        As `find_secret`.
    """
    return find_secret(name, asked=("email", "password"), prompt=prompt)


Secrets = Mapping[str, str | Mapping[str, str | Secret]]
"""Host → the name of a secret, or its fields."""


async def read_secrets(given: Secrets | None, base_url: str) -> tuple[HostSecret, ...]:
    """Return secrets as they are sent; looks names up in the caller's thread, where a person may be asked.

    Raises
    ------
    RequestError
        A name that can't be one or that nothing is known of.
    ArgumentError
        It is no mapping; the message does not repeat it.
    """
    if not isinstance(given, Mapping | None):  # a notebook's cells are not type-checked
        raise ArgumentError(
            f"secrets is a dict of hosts and names, not {type(given).__name__}", 'secrets={"shop.example.com": "SHOP"}'
        )
    found = []
    for host, what in (given or {}).items():
        match = resolve_host(host, base_url)
        if isinstance(what, str):
            fields: Mapping[str, str | Secret] = await run_in_caller_thread(partial(find_login, what))
        else:
            fields = what
        hidden = {name: value if isinstance(value, Secret) else Secret(value) for name, value in fields.items()}
        found.append(HostSecret(match, tuple(sorted(hidden.items(), key=lambda item: item[0]))))
    return tuple(found)


def _from_keyring(name: str, fields: Sequence[str]) -> dict[str, str]:
    """Return the fields in the keyring's service `name`; none where there is no keyring that can be opened."""
    try:
        keyring: Any = importlib.import_module("keyring")
        refused: Any = importlib.import_module("keyring.errors").KeyringError
    except ImportError:  # an extra: webrun-nb[keyring]
        return {}
    try:
        found = {field: keyring.get_password(name, field) for field in fields}
        if not any(found.values()) and (whole := keyring.get_credential(name, None)) is not None:
            found = {"username": whole.username, "password": whole.password}
    except refused:  # none on this machine, or locked
        return {}
    return {field: value for field, value in found.items() if value}


def _ask(name: str, field: str, prompt: Prompt | None) -> str:
    """Ask the person at the keyboard.

    Raises
    ------
    RequestError
        No one is at the keyboard, or the typed text would be visible.
    TaskInterruptedError
        The prompt was interrupted.
    """
    if prompt is None and "ipykernel" not in sys.modules and not (sys.stdin and sys.stdin.isatty()):
        raise _missing(name, (field,))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
            return (prompt or getpass.getpass)(f"{_field_label(field)} for {name} (hidden): ").strip()
    except KeyboardInterrupt:
        raise TaskInterruptedError(f"interrupted: {name} was not given, and nothing was started", hint="") from None
    except (NotImplementedError, EOFError, getpass.GetPassWarning):  # ipykernel's word for a front end that can't ask
        raise _missing(name, (field,)) from None


def _field_label(field: str) -> str:
    """Return the label of a prompt: `Password` for `password`."""
    return "User name or e-mail" if field == "email" else field.replace("_", " ").capitalize()


def _missing(name: str, fields: Sequence[str]) -> RequestError:
    wanted = list(dict.fromkeys((*fields, "password")))[:4] if len(fields) == 1 else list(fields)[:4]
    variables = ", ".join(f"{name}_{field.upper()}" for field in wanted)
    return RequestError(
        f"the secret {name} was not found, and no one can be asked here",
        code=ToolkitErrorCode.SECRET_NOT_FOUND,
        hint=f"set {variables} in the environment that Jupyter is started in, or store them in the keyring "
        f"(keyring set {name} {wanted[-1]})",
    )


Source = Literal["env", "keyring", "prompt"]
SOURCES: tuple[Source, ...] = ("env", "keyring", "prompt")
KEYRING_SERVICE = "webrun-nb"


def check_service(base_url: str) -> str:
    """Return a service's URL as it is going to be used.

    Raises
    ------
    RequestError
        It is not a URL of a service, or a key would be sent to it unencrypted.
    """
    check_base_url(base_url)
    parts = urlsplit(base_url)
    about: dict[str, Any] = {"code": ErrorCode.INVALID_PARAMETER, "details": {"parameter": "base_url"}}
    if parts.username or parts.password:
        raise RequestError("the base URL holds a user name or password", hint="leave it out", **about)
    if parts.scheme == "http" and not is_local(base_url):
        raise RequestError(
            f"the key would be sent to {parts.hostname} unencrypted",
            hint="use https; http is for this machine",
            **about,
        )
    return base_url.rstrip("/")


def find_key(base_url: str, source: Source | None = None, *, prompt: Callable[[str], str] | None = None) -> Secret:
    """Return the key for a service; without `source` the first place that has one.

    Parameters
    ----------
    base_url : str
        The service.
    source : str, optional
        `env`: `WEBRUN_API_KEY`; `keyring`: service `webrun-nb`, user name the service's host; `prompt`: ask.
    prompt : callable, optional
        Takes the place of `getpass`.

    Raises
    ------
    AuthenticationError
        `UNAUTHORIZED`: no key was found.
    """
    host = urlsplit(base_url).hostname or ""
    look: dict[Source, Callable[[], str | None]] = {
        "env": config.api_key,
        "keyring": lambda: _key_from_keyring(host),
        "prompt": lambda: _ask_for_key(host, prompt),
    }
    for place in SOURCES if source is None else (source,):
        if found := (look[place]() or "").strip():
            return Secret(found)
    raise AuthenticationError(
        _NOT_THERE[source], code=ErrorCode.UNAUTHORIZED, hint=_HINTS.get(source, _HINT).format(host=host)
    )


_NOT_THERE: dict[Source | None, str] = {
    "env": "WEBRUN_API_KEY is not set in the environment that this kernel was started in",
    "keyring": "the keyring holds no key for this service, or can't be opened here",
    "prompt": "no key was given, and no one can be asked here",
    None: "there is no key: not in the environment, not in the keyring, and no one gave one",
}
_HINT = (
    f"set WEBRUN_API_KEY before Jupyter starts, or store it once, in a terminal: keyring set {KEYRING_SERVICE} {{host}}"
)
_HINTS: dict[Source | None, str] = {
    "env": 'set it before Jupyter starts, or use source="keyring" or source="prompt"',
    "keyring": f"store it once, in a terminal: keyring set {KEYRING_SERVICE} {{host}}",
}


def _key_from_keyring(host: str) -> str | None:
    """Return the keyring's key; None where there is no keyring, or none that can be opened."""
    try:
        keyring: Any = importlib.import_module("keyring")
        refused: Any = importlib.import_module("keyring.errors").KeyringError
    except ImportError:  # an extra: webrun-nb[keyring]
        return None
    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, host)
    except refused:
        return None
    return found


def _ask_for_key(host: str, prompt: Callable[[str], str] | None) -> str | None:
    """Ask the person at the keyboard; None where there is none, or where what is typed would be seen.

    Raises
    ------
    TaskInterruptedError
        The prompt was interrupted.
    """
    if prompt is None and "ipykernel" not in sys.modules and not (sys.stdin and sys.stdin.isatty()):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return (prompt or getpass.getpass)(f"API key for {host} (hidden): ")
    except KeyboardInterrupt:
        raise TaskInterruptedError("interrupted: no key was given, and nothing has changed", hint="") from None
    except (NotImplementedError, EOFError, getpass.GetPassWarning):  # ipykernel's word for a front end that can't ask
        return None
