"""Tests of a session's proxy listener."""

from __future__ import annotations

from webrun_nb.browsers.egress.listener import Listener
from webrun_nb.browsers.egress.network import SystemNetwork
from webrun_nb.browsers.egress.routes import EgressRoute


async def test_its_address_is_known_after_it_was_closed() -> None:
    """A browser that is being closed may still ask for the proxy's password, which goes to that address alone."""
    listener = await Listener.open(SystemNetwork(), EgressRoute())
    address = listener.url
    listener.close()
    listener.close()
    assert listener.url == address != ""
