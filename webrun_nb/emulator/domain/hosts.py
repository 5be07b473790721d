"""Hosts of addresses, and the patterns that policies write for them. Parsed hosts are compared, never text of URLs."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

_LABELS = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*")

HOST_PATTERNS = "example.com (that host alone), *.example.com (its subdomains), *example.com (any host that ends so)"


def canonical_host(host: str) -> str:
    """Return a host as browsers have it: lower case, punycode, no final dot, IPv4 in its usual form."""
    host = host.strip().strip("[]").lower().removesuffix(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    if _NUMERIC.fullmatch(host):  # 2130706433 and 0x7f.1 are 127.0.0.1
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return host
    return host


def host_of(url: str) -> str:
    """Return the host of a URL; empty where it has none."""
    try:
        return canonical_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def pattern_fault(pattern: str) -> str | None:
    """Say why a pattern names no hosts; None where it does."""
    _, host = _parts(pattern)
    if _LABELS.fullmatch(host) or _IPV6.fullmatch(host):
        return None
    return f"is no pattern of hosts; there are {HOST_PATTERNS}, without scheme, port or path"


class HostPattern:
    """A pattern, ready to be compared."""

    def __init__(self, pattern: str) -> None:
        self._star, self._host = _parts(pattern)

    def matches(self, host: str) -> bool:
        """Tell whether a canonical host is meant."""
        match self._star:
            case "*.":
                return host.endswith("." + self._host)
            case "*":
                return host.endswith(self._host)
            case _:
                return host == self._host

    def covers(self, other: HostPattern) -> bool:
        """Tell whether hosts of the other pattern are hosts of this one too."""
        example = {"": "", "*": "", "*.": "any."}[other._star] + other._host
        return self.matches(example)


def _parts(pattern: str) -> tuple[str, str]:
    pattern = pattern.strip()
    star = next((start for start in ("*.", "*") if pattern.startswith(start)), "")
    return star, canonical_host(pattern[len(star) :])
