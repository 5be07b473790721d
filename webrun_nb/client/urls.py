"""Resolves the URLs that tasks start at, `practice:NAME` for the emulator's practice sites, and hosts of secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from webrun_nb.client.errors import RequestError
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosts import HostNameError, browser_url, canonical_host, host_of
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.common.text import closest_match

LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
_PRACTICE = re.compile(r"practice:(?P<site>[a-z0-9]+(?:-[a-z0-9]+)*)(?P<rest>[/?#].*)?", re.IGNORECASE)

_BARE = re.compile(r"(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?(?:[/?#]\S*)?")
"""A host, perhaps with port and path: what people write who leave the scheme out."""
_PRACTICE_SLIP = re.compile(
    r"(?:practi[cs]e\s*[:/]+\s*)?(?P<site>[a-z0-9-]+?)(?:\.localhost)?(?P<rest>[/?#]\S*)?", re.IGNORECASE
)
_SCHEME_SLIP = re.compile(r"(?!https?://)(?P<scheme>h[htps]{2,5})(?::/{0,3}|//)(?P<rest>[^\s/:]\S*)", re.IGNORECASE)
"""`htp://…`, `http:/…`, `https//…`."""
_FILE = re.compile(r"file:.*|(?:\.{0,2}|~)[/\\](?![/\\]).*|[a-z]:[/\\].*", re.IGNORECASE | re.DOTALL)
"""Paths that begin as no address does: `./a.html`, `/home/ada/a.html`, `C:\\a.html`."""
_FILE_NAME = re.compile(
    r"(?:[^./:?#]+[/\\](?:[^:?#]*[/\\])?)?[^/\\:?#]+\.(?:html?|xhtml|csv|tsv|txt|json|xml|pdf|xlsx?|parquet|ipynb)",
    re.IGNORECASE,
)
"""`a.html`, `pages/a.html`: the name before the first slash has no dot, as a host's would have."""
_NEAR = re.compile(r"localhost\b|[\w-]+\.localhost\b|\d{1,3}(?:\.\d{1,3}){3}\b|[^./]+:\d", re.IGNORECASE)
"""The names of hosts that seldom have a certificate."""


def is_local(base_url: str) -> bool:
    """Return whether a service is on this machine."""
    return host_of(base_url) in LOCAL_HOSTS


def check_base_url(base_url: str) -> None:
    """Check that a service can be called at a URL.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it can't; the message does not repeat it, as it may hold a password.
    """
    if not re.match("https?://", base_url, re.IGNORECASE) or host_of(base_url) is None:
        raise RequestError(
            "the base URL can't be used",
            code=ErrorCode.INVALID_PARAMETER,
            hint="write it with its scheme: https://…",
            details={"parameter": "base_url"},
        )


def resolve_url(url: str, base_url: str) -> str:
    """Return the http(s) URL that is meant.

    Parameters
    ----------
    url : str
        A URL, or `practice:NAME[/path?query]`.
    base_url : str
        The service that is going to open it.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: a practice site on a service that has none, a malformed one, or a URL without its scheme.
    """
    if url[:9].lower() != "practice:":
        _refuse_slip(url, base_url)
        if _BARE.fullmatch(url):
            word, rest = re.match(r"([^/?#:]*)(.*)", url, re.DOTALL).groups()  # type: ignore[union-attr]  # matches all
            if (
                is_local(base_url)
                and "." not in word
                and not _NEAR.match(url)
                and (site := closest_match(word, PRACTICE_SITES))
            ):
                raise _invalid(f"{url[:100]} is not a URL", f"did you mean practice:{site}{rest[:100]}?")
            scheme = "http" if _NEAR.match(url) else "https"
            raise _invalid(f"{url[:100]} is not a URL: it has no {scheme}://", f"did you mean {scheme}://{url[:100]}?")
        return url
    matched = _PRACTICE.fullmatch(url)
    if matched is None:
        raise _invalid(
            f"{url[:100]} is not a practice site", "write practice:NAME or practice:NAME/path, e.g. practice:shop"
        )
    if not is_local(base_url):
        raise _invalid(f"{url[:100]}: the practice sites exist on the emulator only", "use a client of the emulator")
    rest = matched["rest"] or "/"
    port = urlsplit(base_url).port
    host = f"{matched['site'].lower()}.localhost" + (f":{port}" if port else "")
    return f"http://{host}{rest if rest.startswith('/') else '/' + rest}"


def _refuse_slip(url: str, base_url: str) -> None:
    """Refuse a text that is probably a misspelled URL, and propose the right one.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: a file's path, a misspelled scheme, or a misspelled practice site.
    """
    shown = url[:100]
    if is_local(base_url) and (site := _PRACTICE_SLIP.fullmatch(url)) and site["site"].lower() in PRACTICE_SITES:
        raise _invalid(
            f"{shown} is not a URL", f"did you mean practice:{site['site'].lower()}{(site['rest'] or '')[:100]}?"
        )
    if scheme := _SCHEME_SLIP.fullmatch(url):
        meant = "https" if scheme["scheme"].lower().endswith("s") else "http"
        raise _invalid(f"{shown} is not a URL", f"did you mean {meant}://{scheme['rest'][:100]}?")
    if _FILE.fullmatch(url) or (_FILE_NAME.fullmatch(url) and not _NEAR.match(url)):
        name = re.split(r"[/\\]", url)[-1][:100]
        serve = (
            f"run `python -m http.server 8000 --bind 127.0.0.1` in its folder, and write http://127.0.0.1:8000/{name}"
        )
        hint = serve if is_local(base_url) else "the service opens only what a web server shows to it"
        raise _invalid(f"{shown} is a file's path, and sessions open web pages", hint)


def resolve_host(host: str, base_url: str) -> str:
    """Return the pattern of hosts that a secret is meant for, with its host as browsers write it.

    Parameters
    ----------
    host : str
        `shop.example.com`, `*.example.com`, `all` or `practice:NAME`.
    base_url : str
        The service.

    Raises
    ------
    RequestError
        As `resolve_url`, and where browsers open no such host.
    """
    if host[:9].lower() == "practice:":
        meant = host_of(resolve_url(host, base_url))
        assert meant is not None, "the address of a practice site has a host"
        return meant
    star = "*." if host.strip().startswith("*.") else ""
    try:
        name = canonical_host(host.strip().removeprefix(star))
    except HostNameError:  # its message repeats the text, which could hold the secret itself
        raise RequestError(
            "the host of a secret is not a host name",
            code=ErrorCode.INVALID_PARAMETER,
            hint="write a host (shop.example.com), all hosts below one (*.example.com), or all",
            details={"parameter": "secrets"},
        ) from None
    return f"{star}[{name}]" if ":" in name else f"{star}{name}"


def display_url(url: str, base_url: str) -> str:
    """Return a practice site's URL as people write it, `practice:NAME`; any other as it is."""
    parts, service = urlsplit(url), urlsplit(base_url)
    site, dot, domain = (host_of(url) or "").partition(".")
    if not is_local(base_url) or (dot and domain) != "localhost" or parts.port != service.port:
        return url
    rest = url.partition("//")[2].partition("/")[2]
    return f"practice:{site}{'/' + rest if rest else ''}"


def site_of(url: str, base_url: str) -> str | None:
    """Return the site of a URL: its host, with a port that is not the usual one; `practice:NAME` for a practice site.

    None where the URL has no host, and where browsers open no such URL.

    >>> site_of("https://user:password@Example.com:443/a?b=c", "https://connect.webrun.ai")
    'example.com'
    >>> site_of("http://shop.localhost:8000/laptops", "http://127.0.0.1:8000")
    'practice:shop'
    """
    address = browser_url(url)
    host = None if address is None else host_of(address)
    if address is None or host is None:
        return None
    shown = display_url(address, base_url)
    if shown != address:
        return shown.partition("/")[0]
    name, port = f"[{host}]" if ":" in host else host, urlsplit(address).port
    return name if port is None else f"{name}:{port}"


def _invalid(message: str, hint: str) -> RequestError:
    return RequestError(message, code=ErrorCode.INVALID_PARAMETER, hint=hint, details={"parameter": "startingUrl"})
