"""Upstream proxies of sessions: HTTP or SOCKS5, with or without a password."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy

from webrun_nb.browsers.egress.network import CONNECT_TIMEOUT_S, HEAD_LIMIT_BYTES, DialError, Streams

_AUTHENTICATION_REQUIRED = 407
_LOGIN_WORDS = ("authentication", "username")


@dataclass(frozen=True, slots=True)
class UpstreamProxy:
    """The address of an upstream proxy and the credentials for it. The password is never shown."""

    kind: Literal["http", "socks"]
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return its address as errors and logs show it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'socks5' if self.kind == 'socks' else 'http'}://{host}:{self.port}"

    @property
    def authorization(self) -> str | None:
        """The value of `Proxy-Authorization` for it."""
        if self.username is None:
            return None
        return "Basic " + b64encode(f"{self.username}:{self.password or ''}".encode()).decode("ascii")

    async def tunnel(self, host: str, port: int) -> Streams:
        """Open a tunnel through it to a host.

        Raises
        ------
        DialError
            It can't be reached, it refuses our password, or it can't reach the host.
        """
        proxy = Proxy(
            ProxyType.SOCKS5 if self.kind == "socks" else ProxyType.HTTP,
            self.host,
            self.port,
            username=self.username,
            password=None if self.username is None else self.password or "",
            rdns=True,
        )
        try:
            connection = await proxy.connect(host, port, timeout=CONNECT_TIMEOUT_S)
        except ProxyTimeoutError as error:
            raise DialError(f"the proxy {self} does not answer") from error
        except ProxyConnectionError as error:
            raise DialError(f"the proxy {self} can't be reached") from error
        except ProxyError as error:
            raise DialError(self._refusal(error)) from error
        except OSError as error:  # it hung up in the middle
            raise DialError(f"the proxy {self} broke the connection off") from error
        return await asyncio.open_connection(sock=connection, limit=HEAD_LIMIT_BYTES)

    async def connect(self) -> Streams:
        """Connect to it, for plain HTTP requests.

        Raises
        ------
        DialError
            It can't be reached.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await asyncio.open_connection(self.host, self.port, limit=HEAD_LIMIT_BYTES)
        except TimeoutError as error:
            raise DialError(f"the proxy {self} does not answer") from error
        except OSError as error:
            raise DialError(f"the proxy {self} can't be reached") from error

    @property
    def refused_login(self) -> str:
        """The message for rejected credentials."""
        if self.username is None:
            return f"the proxy {self} wants a user name and a password"
        return f"the proxy {self} refuses the user name or the password"

    def _refusal(self, error: ProxyError) -> str:
        # Its own words are the proxy's, not ours: only what they mean is repeated.
        words = str(error).lower()
        if error.error_code == _AUTHENTICATION_REQUIRED or any(word in words for word in _LOGIN_WORDS):
            return self.refused_login
        return f"the proxy {self} can't reach the host"
