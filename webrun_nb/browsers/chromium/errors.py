"""Errors of browser actions: the contract's codes and messages for people."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Error

from webrun_nb.browsers.egress.network import DialError
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

_NOT_HTTPS = "there is no https that browsers can use; perhaps the address has to begin with http://"
_NO_CLIENT_CERTIFICATE = "the host requires a client certificate, and the session has none"
_CUT = "the connection was cut"
_NOT_HTTP = "the answer is not HTTP, so it is no web page"

_NETWORK_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": "there is no such host",
    "ERR_ADDRESS_INVALID": "the host's address is one that nothing can be reached at",
    "ERR_ADDRESS_UNREACHABLE": "the host's address can't be reached from here",
    "ERR_NETWORK_ACCESS_DENIED": "this machine does not allow the connection",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_NETWORK_CHANGED": "the network changed meanwhile",
    "ERR_CONNECTION_REFUSED": "the host refuses connections",
    "ERR_CONNECTION_FAILED": "no connection to the host could be made",
    "ERR_CONNECTION_RESET": _CUT,
    "ERR_CONNECTION_CLOSED": _CUT,
    "ERR_CONNECTION_ABORTED": _CUT,
    "ERR_SOCKET_NOT_CONNECTED": _CUT,
    "ERR_TUNNEL_CONNECTION_FAILED": "no connection to the host could be made",
    "ERR_EMPTY_RESPONSE": "the host sent nothing",
    "ERR_INVALID_HTTP_RESPONSE": _NOT_HTTP,
    "ERR_INVALID_RESPONSE": _NOT_HTTP,
    "ERR_RESPONSE_HEADERS_TOO_BIG": _NOT_HTTP,
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "the host sent a part of the page only",
    "ERR_CONTENT_LENGTH_MISMATCH": "the host sent a part of the page only",
    "ERR_CONTENT_DECODING_FAILED": "the host sent a page that can't be unpacked",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in circles",
    "ERR_UNSAFE_REDIRECT": "it redirects to an address that browsers do not open from a page",
    "ERR_UNSAFE_PORT": "browsers open no pages on this port, which another kind of service uses;"
    " have the site listen on another one, such as 8000",
    "ERR_INVALID_URL": "this is no address that browsers can open",
    "ERR_DISALLOWED_URL_SCHEME": "this is no address that browsers can open",
    "ERR_UNKNOWN_URL_SCHEME": "this is no address that browsers can open",
    "ERR_ABORTED": "the host sent no page",
    "ERR_SSL_PROTOCOL_ERROR": _NOT_HTTPS,
    "ERR_SSL_VERSION_OR_CIPHER_MISMATCH": _NOT_HTTPS,
    "ERR_BAD_SSL_CLIENT_AUTH_CERT": _NO_CLIENT_CERTIFICATE,
    "ERR_SSL_CLIENT_AUTH_CERT_NEEDED": _NO_CLIENT_CERTIFICATE,
    "ERR_CERT_AUTHORITY_INVALID": "the host's certificate is not from an authority that browsers trust",
    "ERR_CERT_COMMON_NAME_INVALID": "the host's certificate is for another host",
    "ERR_CERT_DATE_INVALID": "the host's certificate has expired, or is not valid yet",
    "ERR_CERT_REVOKED": "the host's certificate has been revoked",
}
"""Chromium's network error codes in words that end the sentence "… could not be opened: …"."""

_UNLISTED = (
    ("ERR_CERT_", "browsers do not trust the host's certificate"),
    ("ERR_SSL_", "no secure connection to the host could be made"),
    ("", "the browser reported a network error"),
)
"""Words for further codes, by their prefix; the code is added in brackets."""
_EMPTY_ERROR = "ERR_HTTP_RESPONSE_CODE_FAILURE"
"""A 4xx or 5xx without a body: an empty page in headless shell, a page of its own in full Chromium, so no failure."""
_TIMEOUTS = {"ERR_TIMED_OUT", "ERR_CONNECTION_TIMED_OUT"}
_WAY_OUT_KNOWS = {"ERR_EMPTY_RESPONSE", "ERR_TUNNEL_CONNECTION_FAILED", "ERR_SOCKET_NOT_CONNECTED"}
"""Codes that the browser shows where the session's proxy found no connection; the proxy knows the reason."""


def raise_unless_redirected(url: str, message: str, dialled: DialError | None) -> None:
    """Raise the error that a failed `goto` means, from Playwright's message and the session's proxy."""
    if "interrupted by another navigation" in message:
        return  # the page's own script has opened another one, which is the one that counts
    if _EMPTY_ERROR in message:
        return
    if "Download is starting" in message:
        raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, f"{url} is a file to download, not a page")
    if any(code in message for code in _TIMEOUTS):
        raise BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, f"{url} did not answer")
    raise unreachable(url, message, dialled)


def unreachable(url: str, message: str, dialled: DialError | None) -> BrowserError:
    """Return the error for a document that did not come."""
    knows = dialled is not None and any(code in message for code in _WAY_OUT_KNOWS)
    if knows and dialled is not None and dialled.timed_out:
        return BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, f"{url} did not answer")
    why = str(dialled) if knows else network_error(message)
    return BrowserError(TaskFailureCode.NAVIGATION_FAILED, f"{url} could not be opened: {why}")


def is_harmless(failure: str) -> bool:
    """Return whether the page is usable although its main document failed: a download, a 204, an empty error page."""
    return "ERR_ABORTED" in failure or _EMPTY_ERROR in failure


def network_error(message: str) -> str:
    """Return a network error of Chromium in words, with its code where the words are less precise."""
    found = re.search(r"ERR_[A-Z0-9_]+", message)
    if found is None:
        return message
    code = found[0]
    if code in _NETWORK_ERRORS:
        return _NETWORK_ERRORS[code]
    return next(f"{words} ({code})" for prefix, words in _UNLISTED if code.startswith(prefix))


def first_line(error: Error) -> str:
    """Return the first line of Playwright's message: the lines after it are the log of the call."""
    return error.message.partition("\n")[0]


def blocked(why: str, url: str = "") -> BrowserError:
    """Return the error for a destination that must not be reached; its URL where other hosts may not."""
    return BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, why, url)


def lost() -> BrowserError:
    """Return the error for a browser that is gone."""
    return BrowserError(TaskFailureCode.INSTANCE_LOST, "The session's browser is gone")


def capital(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def is_web(url: str) -> bool:
    """Return whether it is an http(s) URL with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def is_not_ready_error(error: Error) -> bool:
    """Return whether a call failed because the browser has not attached the page's new document yet.

    The renderer reports the document a moment before that; on a busy machine the moment is long.
    """
    return "Not attached to an active page" in error.message
