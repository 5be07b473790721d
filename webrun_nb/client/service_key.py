"""Where the hosted service's key comes from: the environment, the system's keyring, or the person at the notebook.

It is held in memory, by the client that was made with it, and written nowhere.
"""

from __future__ import annotations

import getpass
import importlib
import sys
import warnings
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

from webrun_nb import config
from webrun_nb.client.addresses import check_base_url, is_local
from webrun_nb.client.errors import AuthenticationError, RequestError, TaskInterruptedError
from webrun_nb.client.secret import Secret

Source = Literal["env", "keyring", "prompt"]
SOURCES: tuple[Source, ...] = ("env", "keyring", "prompt")
KEYRING_SERVICE = "webrun-nb"


def check_service(base_url: str) -> str:
    """Return a service's URL as it is going to be used.

    Raises
    ------
    RequestError
        It is none, or a key would be sent to it in clear.
    """
    check_base_url(base_url)
    parts = urlsplit(base_url)
    about: dict[str, Any] = {"code": "INVALID_PARAMETER", "details": {"parameter": "base_url"}}
    if parts.username or parts.password:
        raise RequestError("the base URL holds a user name or password", hint="leave it out", **about)
    if parts.scheme == "http" and not is_local(base_url):
        raise RequestError(
            f"{parts.hostname} would be sent the key in clear",
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
        In place of `getpass`.

    Raises
    ------
    AuthenticationError
        `UNAUTHORIZED`: there is none.
    """
    host = urlsplit(base_url).hostname or ""
    look: dict[Source, Callable[[], str | None]] = {
        "env": config.api_key,
        "keyring": lambda: _from_keyring(host),
        "prompt": lambda: _ask(host, prompt),
    }
    for place in SOURCES if source is None else (source,):
        if found := (look[place]() or "").strip():
            return Secret(found)
    raise AuthenticationError(_NOT_THERE[source], code="UNAUTHORIZED", hint=_HINTS.get(source, _HINT).format(host=host))


_NOT_THERE: dict[Source | None, str] = {
    "env": "WEBRUN_API_KEY is not set in the environment that this kernel was started in",
    "keyring": "the keyring holds no key for this service, or can't be opened here",
    "prompt": "no key was given, and nobody can be asked here",
    None: "there is no key: not in the environment, not in the keyring, and nobody gave one",
}
_HINT = (
    f"set WEBRUN_API_KEY before Jupyter starts, or store it once, in a terminal: keyring set {KEYRING_SERVICE} {{host}}"
)
_HINTS: dict[Source | None, str] = {
    "env": "set it before Jupyter starts, or use --from keyring or --from prompt",
    "keyring": f"store it once, in a terminal: keyring set {KEYRING_SERVICE} {{host}}",
}


def _from_keyring(host: str) -> str | None:
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


def _ask(host: str, prompt: Callable[[str], str] | None) -> str | None:
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
            return (prompt or getpass.getpass)(f"API key for {host} (nothing is shown): ")
    except KeyboardInterrupt:
        raise TaskInterruptedError("interrupted: no key was given, and nothing has changed", hint="") from None
    except (NotImplementedError, EOFError, getpass.GetPassWarning):  # ipykernel's word for a front end that can't ask
        return None
