"""The host patterns of policies. Parsed hosts are compared, never text of URLs."""

from __future__ import annotations

import re

from webrun_nb.common.hosts import HostNameError, canonical_host, is_address, unicode_host

HOST_PATTERNS = "example.com (that host alone), *.example.com (its subdomains), *example.com (any host that ends so)"

_ADDRESS_PARTS = re.compile(r"([^/?#]*://)?([^/?#]*)(.*)", re.DOTALL)


def pattern_fault(pattern: str) -> str | None:
    """Return why a pattern is invalid; None where it is valid."""
    try:
        HostPattern(pattern)
    except HostNameError:
        return f"is not a host pattern; use {HOST_PATTERNS}, without scheme, port or path"
    return None


class HostPattern:
    """A parsed host pattern.

    Parameters
    ----------
    pattern : str
        `example.com`, `*.example.com` or `*example.com`.

    Raises
    ------
    HostNameError
        The pattern has none of these forms, or browsers do not open such a host.
    """

    def __init__(self, pattern: str) -> None:
        text = pattern.strip()
        self._star = next((star for star in ("*.", "*") if text.startswith(star)), "")
        self._host = canonical_host(text[len(self._star) :])
        if self._star and is_address(self._host):
            raise HostNameError(pattern)  # no other host ends with an address
        self._ending = unicode_host(self._host)

    def matches(self, host: str) -> bool:
        """Return whether the pattern matches a canonical host."""
        match self._star:
            case "*.":
                return host.endswith("." + self._host)
            case "*":  # may end in a part of a label, and punycode converts whole labels
                return unicode_host(host).endswith(self._ending)
            case _:
                return host == self._host

    def covers(self, other: HostPattern) -> bool:
        """Return whether every host of the other pattern matches this one, too."""
        example = {"": "", "*": "", "*.": "any."}[other._star] + other._host
        return self.matches(example)


def address_pattern(pattern: str) -> str:
    """Return a glob of addresses (`urlPattern`) with its host as browsers write it: in punycode.

    Raises
    ------
    ValueError
        Its host is no name that browsers open, or is not written whole; the message says how to write it.
    """
    pattern = pattern.strip()
    before, host, rest = _ADDRESS_PARTS.fullmatch(pattern).groups("")  # type: ignore[union-attr]  # matches any text
    if host.isascii():
        return pattern
    star = "*." if host.startswith("*.") else ""
    name, colon, port = host.removeprefix(star).partition(":")
    try:
        return f"{before}{star}{canonical_host(name)}{colon}{port}{rest}"
    except HostNameError:
        raise ValueError(
            f"{host[:60]!r} is not a host: write a host with such letters in full (*://*.faß.de/*), "
            "and a word of the path after a slash (*/*straße*)"
        ) from None
