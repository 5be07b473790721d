"""Simulated faults (contract, section 12): the next calls of an endpoint fail, the next browsers don't start."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import (
    BrowserInstance,
    Browsers,
    Checkpoint,
    InstanceKind,
    InstanceListener,
    InstanceUnavailableError,
)
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.extraction.snapshot import Snapshot

_REFUSAL = "no browser is available (a simulated fault)"


@dataclass(slots=True)
class Fault:
    """A fault of the next `times` calls: a delay (ms, real time), then a status, a dropped connection, or neither."""

    times: int
    status: int | None = None
    code: str | None = None
    delay_ms: float = 0
    drop: bool = False


class Faults:
    """Keeps the faults that are due."""

    def __init__(self) -> None:
        self._by_endpoint: dict[str, Fault] = {}
        self._refusals = 0

    def order(self, endpoint: str, fault: Fault) -> None:
        """Make the next calls of `endpoint` (a part of its path, such as `start-session` or `task`) fail."""
        self._by_endpoint[endpoint] = fault

    def refuse_instances(self, times: int) -> None:
        """Make the next browser starts fail."""
        self._refusals = times

    def clear(self) -> None:
        """Remove all faults."""
        self._by_endpoint.clear()
        self._refusals = 0

    def next_for(self, path: str) -> Fault | None:
        """Return the fault for a call to `path`, and count it."""
        for endpoint in path.strip("/").split("/"):
            fault = self._by_endpoint.get(endpoint)
            if fault is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._by_endpoint[endpoint]
                return fault
        return None

    def refuse_instance(self) -> None:
        """Refuse a session, where the next browser starts are to fail.

        Raises
        ------
        CommandRefusedError
            `INSTANCE_UNAVAILABLE`.
        """
        if self.takes_refusal():
            raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, _REFUSAL)

    def takes_refusal(self) -> bool:
        """Return whether the next browser start is to fail, and count it."""
        due = self._refusals > 0
        self._refusals -= due
        return due

    def describe(self) -> dict[str, int]:
        """Return the number of calls that are still to fail, by endpoint."""
        due = {endpoint: fault.times for endpoint, fault in self._by_endpoint.items()}
        return due | ({"instance-start": self._refusals} if self._refusals else {})


class RefusingBrowsers:
    """Opens browsers, unless a fault refuses them.

    Parameters
    ----------
    browsers : Browsers
        Opens the real browsers.
    faults : Faults
        The faults that are due.
    """

    def __init__(self, browsers: Browsers, faults: Faults) -> None:
        self._browsers = browsers
        self._faults = faults

    async def open(
        self,
        kind: InstanceKind,
        listener: InstanceListener,
        *,
        egress_route: EgressRoute | None = None,
        restore: Checkpoint | None = None,
    ) -> BrowserInstance:
        """Open a browser, unless it is to be refused."""
        if self._faults.takes_refusal():
            raise InstanceUnavailableError(_REFUSAL)
        return await self._browsers.open(kind, listener, egress_route=egress_route, restore=restore)

    async def snapshot_of_html(self, html: str | bytes, *, url: str = "", charset: str = "") -> Snapshot:
        """Return the snapshot of HTML; this is no start of an instance, and not refused."""
        return await self._browsers.snapshot_of_html(html, url=url, charset=charset)

    def installed(self) -> bool:
        """Return whether a browser was found."""
        return self._browsers.installed()

    async def close(self) -> None:
        """Close all browsers."""
        await self._browsers.close()
