"""A test of the emulator's listening socket."""

from __future__ import annotations

import asyncio
import socket

from webrun_nb.emulator.http.listening import listen


async def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    """Otherwise a request that closely follows another takes 40 ms."""
    (listener,) = listen("127.0.0.1", 0)
    delays = asyncio.get_running_loop().create_future()

    def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        delays.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)
        writer.close()

    async with await asyncio.start_server(accepted, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await delays is False
        writer.close()
        await writer.wait_closed()
