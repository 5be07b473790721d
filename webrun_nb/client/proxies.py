"""Reads and formats the proxies of sessions, looks up their passwords, and tests them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from webrun_nb.client._sync import blocking, on_loop_thread, run_in_caller_thread, runtime
from webrun_nb.client.errors import RequestError
from webrun_nb.client.secrets import check_name, find_secret
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.redacted import RedactedStr
from webrun_nb.wire.responses import ProxyTested

Proxy = str | Mapping[str, Any]
"""As a line writes it (`parse_proxy`), or the contract's fields (section 7)."""
ProxyItems = tuple[tuple[str, Any], ...]
"""A proxy's fields, sorted, so that they can be compared; no repr shows its password."""

DEFAULT_SECRET = "PROXY"
"""The default name of the secret with the password: `PROXY_PASSWORD`."""
_MANAGED = re.compile(r"webrun:(?P<country>[a-z]{2}|random)", re.IGNORECASE)
_OWN = re.compile(
    r"(?P<type>http|socks5|socks)://(?:(?P<username>[^@/\s]*)@)?(?P<host>\[[0-9a-f:.]+\]|[^\s:@/\[\]]+):(?P<port>\d{1,5})/?"
    r"(?:=(?P<secret>.*))?",
    re.IGNORECASE,
)
_HINT = "write http://HOST:PORT, socks5://USER@HOST:PORT (its password is PROXY_PASSWORD), or WebRun:DE"


@dataclass(frozen=True, slots=True)
class ProxySpec:
    """A proxy as written in a line: its fields without the password, and the name of the secret with the password."""

    fields: tuple[tuple[str, Any], ...]
    secret: str | None = None


def parse_proxy(spec: str) -> ProxySpec:
    """Read `http://HOST:PORT`, `socks5://USER@HOST:PORT`, the same with `=NAME`, or `WebRun:COUNTRY`.

    Raises
    ------
    RequestError
        The text has none of these forms, or contains a password; the error does not repeat it.
    """
    if (managed := _MANAGED.fullmatch(spec)) is not None:
        country = managed["country"]
        code = "random" if country.lower() == "random" else country.upper()
        return ProxySpec((("country", code), ("source", "WebRun")))
    own = _OWN.fullmatch(spec)
    if own is None or not 0 < int(own["port"]) < 65536:
        raise RequestError("this is not a proxy", code=ErrorCode.INVALID_PARAMETER, hint=_HINT)
    username = None if own["username"] is None else unquote(own["username"])
    if username is not None and ":" in own["username"]:
        raise RequestError(
            "a proxy's password does not belong in a line",
            code=ErrorCode.INVALID_PARAMETER,
            hint="write socks5://USER@HOST:PORT and set PROXY_PASSWORD; a cell is saved with its notebook",
        )
    fields: dict[str, Any] = {
        "source": "custom",
        "type": "http" if own["type"].lower() == "http" else "socks",
        "host": own["host"].removeprefix("[").removesuffix("]"),
        "port": int(own["port"]),
    }
    if not username:
        return ProxySpec(tuple(sorted(fields.items())))
    secret = DEFAULT_SECRET if own["secret"] is None else check_name(own["secret"])
    return ProxySpec(tuple(sorted({**fields, "username": username}.items())), secret)


def format_proxy(items: ProxyItems) -> str:
    """Return a proxy as one line, without its password, which is looked up again as `PROXY_PASSWORD`."""
    fields = dict(items)
    if fields["source"] == "WebRun":
        return f"WebRun:{fields['country']}"
    user = f"{quote(fields['username'], safe='')}@" if fields.get("username") else ""
    host = f"[{fields['host']}]" if ":" in fields["host"] else fields["host"]
    return f"{'http' if fields['type'] == 'http' else 'socks5'}://{user}{host}:{fields['port']}"


async def read_proxy(given: Proxy | None) -> ProxyItems | None:
    """Return a proxy with its password, which is looked up in the caller's thread, where a person may be asked.

    Raises
    ------
    RequestError
        It can't be read, or nothing is known of its password.
    """
    if given is None:
        return None
    if isinstance(given, str):
        spec = parse_proxy(given)
        fields = dict(spec.fields)
        if spec.secret is not None:
            found = await run_in_caller_thread(partial(find_secret, spec.secret, ("password",), asked=("password",)))
            fields["password"] = found["password"].reveal()
    else:
        fields = dict(given)
    password = fields.get("password")
    if isinstance(password, str):
        fields["password"] = RedactedStr(password)
    return tuple(sorted(fields.items()))


class Proxies:
    """Tests proxies. Every method comes in two forms, and raises RequestError `EMULATOR_ONLY` on other servers.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http

    @on_loop_thread
    async def atest(self, proxy: Proxy, url: str | None = None) -> ProxyTested:
        """Send a request through a proxy; return the address that arrives, and the time it took.

        Parameters
        ----------
        proxy : str or mapping
            As `start` takes it.
        url : str, optional
            A service that answers with the address of the request, in plain text; by default the emulator for a proxy
            on this machine, else a public service.

        Raises
        ------
        RequestError
            It can't be read, or the emulator has none in this country.
        """
        items = await read_proxy(proxy)
        assert items is not None, "there is one"
        body = {"proxy": dict(items), **({} if url is None else {"url": url})}
        return ProxyTested.model_validate(await self._http.control("POST", "proxies/test", body))

    @blocking(atest)
    def test(self, proxy: Proxy, url: str | None = None) -> ProxyTested:
        return runtime.run(self.atest(proxy, url))
