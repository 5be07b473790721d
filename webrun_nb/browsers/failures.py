"""What went wrong with an action, in the contract's codes and in words for people."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Error

from webrun_nb.browsers.base import BrowserError
from webrun_nb.browsers.egress.network import DialError

_NETWORK_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": "there is no such host",
    "ERR_CONNECTION_REFUSED": "the host refuses connections",
    "ERR_CONNECTION_RESET": "the connection was cut",
    "ERR_EMPTY_RESPONSE": "the host sent nothing",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in circles",
    "ERR_ABORTED": "the host sent no page",
}
_EMPTY_ERROR = "ERR_HTTP_RESPONSE_CODE_FAILURE"
"""A 4xx or 5xx without a body: an empty page in headless shell, a page of its own in full Chromium, so no failure."""
_TIMEOUTS = {"ERR_TIMED_OUT", "ERR_CONNECTION_TIMED_OUT"}
_WAY_OUT_KNOWS = {"ERR_EMPTY_RESPONSE", "ERR_TUNNEL_CONNECTION_FAILED", "ERR_SOCKET_NOT_CONNECTED"}
"""What the browser sees where its way out found no connection, and knows why."""


def raise_unless_redirected(url: str, message: str, dialled: DialError | None) -> None:
    """Raise what a failed `goto` means; Playwright says that in its message alone, and the way out may know more."""
    if "interrupted by another navigation" in message:
        return  # the page's own script went on to another one, and that is what counts
    if _EMPTY_ERROR in message:
        return
    if "Download is starting" in message:
        raise BrowserError("NAVIGATION_FAILED", f"{url} is a file to download, not a page")
    if any(code in message for code in _TIMEOUTS):
        raise BrowserError("NAVIGATION_TIMEOUT", f"{url} did not answer")
    raise unreachable(url, message, dialled)


def unreachable(url: str, message: str, dialled: DialError | None) -> BrowserError:
    """Return the error for a document that did not come."""
    knows = dialled is not None and any(code in message for code in _WAY_OUT_KNOWS)
    if knows and dialled is not None and dialled.timed_out:
        return BrowserError("NAVIGATION_TIMEOUT", f"{url} did not answer")
    why = str(dialled) if knows else network_error(message)
    return BrowserError("NAVIGATION_FAILED", f"{url} could not be opened: {why}")


def is_harmless(failure: str) -> bool:
    """Tell whether a main document that did not come leaves a page to go on with: a download, a 204, an empty error."""
    return "ERR_ABORTED" in failure or _EMPTY_ERROR in failure


def network_error(message: str) -> str:
    """Say a network error of Chromium in words, or by its code where there are none for it."""
    code = re.search(r"ERR_[A-Z0-9_]+", message)
    return _NETWORK_ERRORS.get(code[0], code[0]) if code else message


def first_line(error: Error) -> str:
    """Return what Playwright says without the log of its call."""
    return error.message.partition("\n")[0]


def blocked(why: str) -> BrowserError:
    """Return the error for what must not be reached."""
    return BrowserError("BLOCKED_BY_POLICY", why)


def lost() -> BrowserError:
    """Return the error for a browser that is gone."""
    return BrowserError("INSTANCE_LOST", "The session's browser is gone")


def capital(text: str) -> str:
    """Begin a sentence with it."""
    return text[:1].upper() + text[1:]


def is_web(url: str) -> bool:
    """Tell whether it is an http(s) URL with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def comes_too_early(error: Error) -> bool:
    """Tell whether a browser was asked something about a document that it has not taken for the page's own yet.

    Its renderer says that it is there a moment before; on a busy machine that moment is long.
    """
    return "Not attached to an active page" in error.message
