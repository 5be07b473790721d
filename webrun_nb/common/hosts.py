"""Parses host names and URLs as browsers do, without network access.

The rules are those of the WHATWG URL Standard, which Chromium follows: a name is converted by UTS #46, non-transitional
(`faß.de` is `xn--fa-hia.de`), a number is an IPv4 address (`127.1` is `127.0.0.1`), percent-encoded text is decoded.
The package `ada-url` implements the standard. Two others do not: Python's codec `idna` (IDNA 2003) converts some names
to those of other hosts (`fass.de`), and the package `idna` (IDNA 2008) refuses names that browsers open (`i❤.ws`).
"""

from __future__ import annotations

import re
from ipaddress import ip_address

import ada_url

_DEFAULT_PORTS = {"http:": 80, "https:": 443, "ws:": 80, "wss:": 443}
_NOT_IN_A_HOST = re.compile(r"[\x00-\x20\x7f/\\?#@*]|\].")
"""Characters that end a host in a URL or are removed from it; in a host on its own they are a mistake."""
_HOST_IN_TEXT = re.compile(
    r"https?://[^\s\"'<>]+"
    r"|\[[0-9a-f:.]+\](?::\d+)?"
    r"|(?<![\w@.-])(?:localhost|(?:[\w-]+\.)+[\w-]+)\b",
    re.IGNORECASE,
)


class HostNameError(ValueError):
    """A text is not a host that a browser can open. The message is one line.

    Parameters
    ----------
    text : str
        The text; the message quotes its beginning.
    """

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text.strip()[:60]!r} is not a host name: write it as in a browser's address bar, "
            "without scheme, port and path (shop.example.com)"
        )


def canonical_host(text: str) -> str:
    """Return the canonical form of a host, in which hosts are compared.

    >>> canonical_host("Faß.DE."), canonical_host("127.1")
    ('xn--fa-hia.de', '127.0.0.1')

    Parameters
    ----------
    text : str
        A host name or an IP address, IPv6 with or without brackets.

    Returns
    -------
    str
        The `hostname` of a URL with this host in Chromium, without the final dot and the brackets. The canonical form
        of the canonical form is itself.

    Raises
    ------
    HostNameError
        Browsers cannot open such a host, or a label of the name is empty, so that it cannot be resolved.
    """
    host = text.strip()
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    if not host or _NOT_IN_A_HOST.search(host):
        raise HostNameError(text)
    try:
        parsed = ada_url.URL(f"http://{host}/").hostname
    except ValueError:
        raise HostNameError(text) from None
    comparable = _comparable(parsed)
    if comparable is None:
        raise HostNameError(text)
    return comparable


def host_of(url: str) -> str | None:
    """Return the canonical host of an http, https, ws or wss URL; None for any other text and for an unusable host."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return None
    return _comparable(parsed.hostname) if parsed.protocol in _DEFAULT_PORTS else None


def browser_url(url: str, base: str | None = None) -> str | None:
    """Return a URL in the form that a browser gives it; None if a browser cannot open it.

    Parameters
    ----------
    url : str
        A URL, absolute or relative to `base`.
    base : str, optional
        The URL of the document or response that contains `url`.
    """
    try:
        return str(ada_url.URL(url, base).href)
    except ValueError:
        return None


def port_of(url: str) -> int:
    """Return the port of a URL that has a host (see `host_of`); the default port of its scheme if it names none."""
    parsed = ada_url.URL(url)
    return int(parsed.port) if parsed.port else _DEFAULT_PORTS[parsed.protocol]


def domain_of(text: str) -> str:
    """Return the canonical host of a domain in any usual notation: `*.x.com`, `X.com.`, `https://x.com/path`.

    Raises
    ------
    HostNameError
        The text contains no host.
    """
    domain = text.strip()
    if "://" in domain or "/" in domain:
        host = host_of(domain if "://" in domain else f"http://{domain}")
        if host is None:
            raise HostNameError(text)
        return host
    if domain.count(":") == 1 or domain.startswith("["):  # else it is an IPv6 address without brackets
        domain = re.sub(r":\d+$", "", domain)
    return canonical_host(domain.removeprefix("*."))


def unicode_host(host: str) -> str:
    """Return a canonical host for display, with its punycode labels decoded."""
    return ada_url.idna_to_unicode(host) if "xn--" in host else host


def is_address(host: str) -> bool:
    """Return whether a canonical host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host."""
    return host.lower() == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def within(host: str, domains: frozenset[str]) -> bool:
    """Return whether a canonical host is one of the domains or a subdomain of one. An address is no subdomain."""
    if host in domains:
        return True
    if not domains or is_address(host):
        return False
    return any(host.endswith("." + domain) for domain in domains)


def hosts_in(text: str) -> frozenset[str]:
    """Return the canonical hosts that a text mentions: in URLs, dotted names, addresses, and `localhost`."""
    found: set[str] = set()
    for match in _HOST_IN_TEXT.finditer(text):
        word = match[0]
        if "://" in word:
            host = host_of(word.rstrip(".,;:!?)]}"))
            if host is not None:
                found.add(host)
            continue
        try:
            found.add(canonical_host(re.sub(r"(?<=\]):\d+$", "", word)))
        except HostNameError:
            continue  # a word with dots that is not a host, such as "1.2.3.4.5"
    return frozenset(found)


def _comparable(hostname: str) -> str | None:
    host = hostname.removeprefix("[").removesuffix("]").removesuffix(".")
    return None if "" in host.split(".") or "*" in host else host
