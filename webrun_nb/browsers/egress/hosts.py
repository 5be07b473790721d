"""Host names as people and browsers write them. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import idna

from webrun_nb.browsers.egress import addresses

_NAMED = re.compile(
    r"https?://[^\s\"'<>]+"
    r"|\[[0-9a-f:.]+\](?::\d+)?"
    r"|(?<![\w@.-])(?:localhost|(?:[\w-]+\.)+[\w-]+)\b",
    re.IGNORECASE,
)


def ascii_name(host: str) -> str:
    """Return a host as browsers send it: lower case, punycode, no trailing dot, no brackets."""
    host = host.strip().lower().removeprefix("[").removesuffix("]").rstrip(".")
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        return host


def normalize(domain: str) -> str:
    """Return the bare host of what people write: `*.x.com`, `X.com.`, `https://x.com/path`; empty for none."""
    domain = domain.strip().lower()
    if addresses.parse(domain) is not None:
        return ascii_name(domain)
    try:
        host = urlsplit(domain if "://" in domain else f"//{domain}").hostname or ""
    except ValueError:
        return ""
    return ascii_name(host.removeprefix("*.").strip("."))


def host_of(url: str) -> str | None:
    r"""Return the host of an http(s) URL, or None where there is none or browsers would read another one.

    Browsers take `\` for `/` and skip tabs and line breaks, `urlsplit` does not.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "\\" in url or any(ord(c) <= 32 for c in url):
        return None
    return ascii_name(host) or None


def port_of(url: str) -> int:
    """Return the port of an http(s) URL."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def named_in(text: str) -> frozenset[str]:
    """Return the hosts that a text names: URLs, dotted names and addresses, `localhost`."""
    found: set[str] = set()
    for match in _NAMED.finditer(text):
        word = match[0]
        host = host_of(word.rstrip(".,;:!?)]}")) if "://" in word else ascii_name(re.sub(r"(?<=\]):\d+$", "", word))
        if host:
            found.add(host)
    return frozenset(found)


def within(host: str, domains: frozenset[str]) -> bool:
    """Tell whether a host is one of the domains or below one; an address is never below another."""
    if host in domains:
        return True
    if not domains or addresses.parse(host) is not None:
        return False
    return any(host.endswith("." + domain) for domain in domains)
