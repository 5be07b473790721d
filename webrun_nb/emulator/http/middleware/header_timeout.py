"""The time limit for the heads of requests, on top of uvicorn."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from webrun_nb.emulator.http.middleware.body_limits import ClientTimeouts


def with_header_timeout(timeouts: ClientTimeouts) -> type[H11Protocol]:
    """Return uvicorn's HTTP protocol with a time limit for heads.

    Uvicorn closes a connection on which nothing comes after an answer; one on which a head comes byte by byte, or the
    rest of a body that has been answered already, it keeps for as long as there is another byte.
    """

    class HeaderTimeoutProtocol(H11Protocol):
        """A connection that is closed where a head takes too long."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
            super().connection_made(transport)
            self._start_or_stop_timer()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._start_or_stop_timer()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.conn.their_state is h11.IDLE:  # no byte of a next request: keep-alive applies
                self._stop_timer()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_timer()
            super().connection_lost(exc)

        def _start_or_stop_timer(self) -> None:
            """Run the timer while the client has to send something that no other timeout covers."""
            answered = self.cycle is None or self.cycle.response_complete
            upgraded = self.transport.get_protocol() is not self
            if upgraded or not answered or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
                self._stop_timer()
            elif self._timer is None:
                self._timer = self.loop.call_later(timeouts.head_s, self.transport.close)

        def _stop_timer(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return HeaderTimeoutProtocol
