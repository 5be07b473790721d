"""Where a secret called `SHOP` comes from: the environment, else the system's keyring, else the person at the notebook.

A cell names a secret, never its value: `--secret shop.example.com=SHOP`, `session.task(..., secrets={"…": "SHOP"})`.
"""

from __future__ import annotations

import getpass
import importlib
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from webrun_nb import config
from webrun_nb.client.addresses import resolve_host
from webrun_nb.client.errors import ArgumentError, RequestError, TaskInterruptedError
from webrun_nb.client.runtime import in_caller
from webrun_nb.client.secret import HostSecret, Secret

IDENTITY_FIELDS = ("email", "username", "user", "login", "phone")
"""Who somebody is; a form asks for one of them."""
KNOWN_FIELDS = (*IDENTITY_FIELDS, "password", "passphrase", "pin", "otp_secret", "otp")
"""What is looked for; `otp_secret` is what an authenticator app was set up with, and yields codes."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)

Prompt = Callable[[str], str]
"""Asks a person without showing what is typed, as `getpass.getpass` does."""


def check_name(name: str) -> str:
    """Return the name of a secret, as environment variables are written.

    Capitals alone: so a value that was written in the name's place is noticed, and not repeated.

    Raises
    ------
    RequestError
        It can't be one.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            "a secret is named in capitals, as in SHOP for SHOP_EMAIL and SHOP_PASSWORD",
            code="INVALID_PARAMETER",
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
        What to look for: `NAME_FIELD` in the environment; where that has none of `asked`, also `FIELD` of the keyring
        service `NAME`.
    asked : sequence of str
        What a person is asked for where nothing was found.
    prompt : callable, optional
        In place of `getpass`.

    Raises
    ------
    RequestError
        Nothing was found and nobody can be asked; the hint names the variables to set.
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
    """Return what was given as it is going to be sent; looks names up, in the thread of the person who may be asked.

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
            fields: Mapping[str, str | Secret] = await in_caller(partial(find_login, what))
        else:
            fields = what
        hidden = {name: value if isinstance(value, Secret) else Secret(value) for name, value in fields.items()}
        found.append(HostSecret(match, tuple(sorted(hidden.items(), key=lambda item: item[0]))))
    return tuple(found)


def _from_keyring(name: str, fields: Sequence[str]) -> dict[str, str]:
    """Return what the keyring's service `name` holds; nothing where there is no keyring, or none that can be opened."""
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
        There is none, or what is typed would be seen.
    TaskInterruptedError
        The prompt was interrupted.
    """
    if prompt is None and "ipykernel" not in sys.modules and not (sys.stdin and sys.stdin.isatty()):
        raise _missing(name, (field,))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
            return (prompt or getpass.getpass)(f"{name}: {field.replace('_', ' ')} (nothing is shown): ").strip()
    except KeyboardInterrupt:
        raise TaskInterruptedError(f"interrupted: {name} was not given, and nothing was started", hint="") from None
    except (NotImplementedError, EOFError, getpass.GetPassWarning):  # ipykernel's word for a front end that can't ask
        raise _missing(name, (field,)) from None


def _missing(name: str, fields: Sequence[str]) -> RequestError:
    wanted = list(dict.fromkeys((*fields, "password")))[:4] if len(fields) == 1 else list(fields)[:4]
    variables = ", ".join(f"{name}_{field.upper()}" for field in wanted)
    return RequestError(
        f"nothing is known of the secret {name}, and nobody can be asked here",
        code="SECRET_NOT_FOUND",
        hint=f"set {variables} in the environment that Jupyter is started in, or store them in the keyring "
        f"(keyring set {name} {wanted[-1]})",
    )
