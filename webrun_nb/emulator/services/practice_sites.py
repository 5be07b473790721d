"""The practice sites as tasks and recordings name them: by address here, and by name elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosts import host_of, port_of
from webrun_nb.common.text import closest_match
from webrun_nb.emulator.domain.errors import CommandRefusedError

_BY_NAME = re.compile(r"practice:([a-z0-9-]+)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PracticeSites:
    """The names of the practice sites, and the port they are served on."""

    names: tuple[str, ...]
    port: int

    def check(self, url: str | None) -> None:
        """Refuse a page of a practice site that does not exist, rather than show a browser its error page.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`; the message lists the sites.
        """
        host = None if url is None else host_of(url)
        if url is None or host is None:
            return
        site, _, suffix = host.rpartition(".")
        if suffix == "localhost" and port_of(url) == self.port and site not in self.names:
            meant = closest_match(site, self.names)
            asked = f"did you mean practice:{meant}?" if meant else f"there are: {', '.join(self.names)}"
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                f"there is no practice site {site[:40]!r}; {asked}",
                parameter="task.startingUrl",
            )

    def by_name(self, url: str) -> str:
        """Return the URL of a practice site by its name, `practice:shop/cart`; any other as it is."""
        address = re.match(rf"http://([a-z0-9-]+)\.localhost:{self.port}/", url, re.IGNORECASE)
        if address is None or address[1] not in self.names:
            return url
        rest = url[address.end() :]
        return f"practice:{address[1]}{'/' + rest if rest else ''}"

    def by_address(self, url: str) -> str:
        """Return the URL that `by_name` was given, on the present port; any other as it is."""
        named = _BY_NAME.match(url)
        if named is None or named[1].lower() not in self.names:
            return url
        return f"http://{named[1].lower()}.localhost:{self.port}/{url[named.end() :]}"
