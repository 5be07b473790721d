"""A session's proxy (section 7)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from webrun_nb.common.hosts import HostNameError, canonical_host
from webrun_nb.wire.base import Request

_LONGEST_WORD = 255
"""SOCKS5 has one byte for the length of a name, a password and a host (RFC 1929, RFC 1928)."""

Word = Annotated[str, Field(max_length=_LONGEST_WORD)]


ProxyLevel = Literal["system", "chrome"]
"""The part of a machine that a proxy is for. Accepted and reported; the emulator's is the whole browser's in both."""


class ManagedProxy(Request):
    """One of the service's own, by country."""

    source: Literal["WebRun"]
    country: str
    level: ProxyLevel | None = None

    @field_validator("country")
    @classmethod
    def _is_a_country(cls, country: str) -> str:
        if country.lower() == "random":
            return "random"
        if not re.fullmatch("[A-Za-z]{2}", country):
            raise ValueError('expected two letters (ISO 3166, such as DE), or "random"')
        return country.upper()

    def shown(self) -> dict[str, Any]:
        """Return it as session-status shows it."""
        return {"source": self.source, "country": self.country, "level": self.level}


class CustomProxy(Request):
    """One of the user's. Its password shows up in no text form of it."""

    source: Literal["custom"]
    type: Literal["http", "socks"]
    host: Annotated[str, Field(min_length=1, max_length=_LONGEST_WORD)]
    port: int
    username: Word | None = None
    password: Annotated[Word | None, Field(repr=False)] = None
    level: ProxyLevel | None = None

    @field_validator("host")
    @classmethod
    def _is_a_host(cls, host: str) -> str:
        """Take the canonical form: the system would look a name with other letters up by older rules than browsers."""
        try:
            return canonical_host(host)
        except HostNameError:
            raise ValueError("expected a host name or an address, without http:// and port") from None

    @field_validator("port", mode="before")
    @classmethod
    def _is_a_number(cls, port: object) -> object:
        """Take a number as text too; `True` is none."""
        if isinstance(port, str) and port.isascii() and port.isdecimal() and len(port) <= 5:
            port = int(port)
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
            raise ValueError("expected a number from 1 to 65535")
        return port

    @field_validator("username", "password")
    @classmethod
    def _can_be_sent(cls, word: str | None) -> str | None:
        if word is not None and (len(word.encode()) > _LONGEST_WORD or not word.isprintable()):
            raise ValueError(f"expected printable text of at most {_LONGEST_WORD} bytes")
        return word

    def shown(self) -> dict[str, Any]:
        """Return it as session-status shows it: without its password."""
        fields: dict[str, Any] = {"source": self.source, "type": self.type, "host": self.host, "port": self.port}
        fields["level"] = self.level
        return fields if self.username is None else {**fields, "username": self.username}


ProxyFields = Annotated[ManagedProxy | CustomProxy, Field(discriminator="source")]
