"""Tests of a session's egress proxy with browsers: rules of both kinds, restored sessions, bytes, no listener left."""

from __future__ import annotations

import contextlib
import os

import psutil
import pytest

from helpers.chromium import FakeListener
from helpers.hosts import LOCAL_HOSTS
from helpers.proxies import LocalProxy
from webrun_nb.browsers.actions import Navigate, Scroll
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")


def listening() -> int:
    """Count the ports that this process listens on."""
    connections = psutil.Process(os.getpid()).net_connections("tcp")
    return sum(each.status == psutil.CONN_LISTEN for each in connections)


async def title(instance: BrowserInstance) -> str:
    return (await instance.observe()).title


async def test_each_kind_goes_out_by_its_own_rules(browsers, recorder, site, kind):
    site.page("/", "<title>here</title>")
    open_one = await browsers.open(kind, recorder(), egress_route=EgressRoute(DestinationPolicy(LOCAL_HOSTS)))
    strict = await browsers.open(kind, recorder(), egress_route=EgressRoute())
    await open_one.perform(Navigate(site.url("/")))
    assert await title(open_one) == "here"
    with pytest.raises(BrowserError, match="not on the public internet"):
        await strict.perform(Navigate(site.url("/")))
    for each in (open_one, strict):
        await each.close()


async def test_a_restored_session_keeps_rules_proxy_and_count(browsers, recorder, site, kind):
    site.page("/", "<title>here</title>")
    through = LocalProxy("socks")
    egress_route = EgressRoute(DestinationPolicy(LOCAL_HOSTS), UpstreamProxy("socks", "127.0.0.1", through.port))
    first = await browsers.open(kind, recorder(), egress_route=egress_route)
    await first.perform(Navigate(site.url("/")))
    await first.restrict(["bad.localhost"])
    saved = await first.checkpoint()
    await first.close()
    counted = egress_route.proxied
    second = await browsers.open(kind, recorder(), egress_route=egress_route, restore=saved)
    with pytest.raises(BrowserError, match="domains to avoid"):
        await second.perform(Navigate(site.url("/", host="bad.localhost")))
    assert (await title(second), egress_route.proxied > counted) == ("here", True)
    assert set(through.asked) == {f"127.0.0.1:{site.port}"}
    await second.close()
    through.die()


async def test_bytes_are_counted_up_and_down(browsers, recorder, site):
    site.page("/", "x" * 200_000)
    egress_route = EgressRoute(DestinationPolicy(LOCAL_HOSTS))
    instance = await browsers.open("context", recorder(), egress_route=egress_route)
    await instance.perform(Navigate(site.url("/")))
    assert 200_000 < egress_route.down < 202_000
    assert 200 < egress_route.up < 5_000
    assert egress_route.proxied == 0
    await instance.close()


async def test_no_listener_is_left_of_a_session_or_a_pool(browsers, site):
    """Spares of other tests' browsers may still be starting; wait for those first."""
    for spare in (browsers._spare, browsers._spare_page):
        with contextlib.suppress(LookupError):
            await spare.ready()
    before = listening()
    pool = ChromiumPool(named=LOCAL_HOSTS)
    instances = [await pool.open(kind, FakeListener()) for kind in ("context", "process")]
    await pool._spare.ready()
    await pool._spare_page.ready()
    assert listening() == before + 4  # two sessions, and the spare of each kind
    for instance in instances:
        await instance.close()
    assert listening() == before + 2
    await pool.close()
    assert listening() == before


async def test_a_lost_browser_s_listener_is_closed(browsers, recorder):
    listener = recorder()
    instance = await browsers.open("process", listener)
    url = instance._egress.url
    await instance.kill()
    await listener.is_lost.wait()
    await instance.close()
    ports = {each.laddr.port for each in psutil.Process(os.getpid()).net_connections("tcp") if each.status == "LISTEN"}
    assert int(url.rpartition(":")[2]) not in ports


async def test_a_rule_on_urls_stops_a_document_and_nothing_else(browsers, recorder, site):
    egress_route = EgressRoute(DestinationPolicy(LOCAL_HOSTS))
    egress_route.destinations.url_rule = lambda url: "no admin pages" if "/admin" in url else None
    instance = await browsers.open("context", recorder(), egress_route=egress_route)
    site.page("/admin/x.js", "document.title = 'ran'", content_type="text/javascript")
    site.page("/admin/", "<title>admin</title>")
    framed = f"<iframe src={site.url('/admin/', host='x.localhost')}></iframe><script src=/admin/x.js></script>"
    await instance.perform(Navigate(site.page("/", framed)))
    with pytest.raises(BrowserError, match="no admin pages"):
        await instance.perform(Navigate(site.redirect("/go", site.url("/admin/"))))
    assert (await title(instance), "/admin/" in site.asked) == ("ran", False)
    egress_route.destinations.url_rule = None
    await instance.restrict([])
    await instance.perform(Navigate(site.url("/admin/")))
    assert await title(instance) == "admin"
    await instance.close()


@pytest.mark.parametrize("scheme", ["data:text/html,<title>there</title>", "file:///etc/hostname", "view-source:{url}"])
async def test_a_page_is_not_shown_at_addresses_that_send_no_request(instance, site, scheme):
    target = scheme.format(url=site.url("/"))
    await instance.perform(Navigate(site.page("/", f"<title>here</title><script>open({target!r})</script>")))
    with contextlib.suppress(BrowserError):  # said where the new page has been refused by then
        await instance.perform(Scroll(0, 1))
    assert await title(instance) in ("here", "")


async def test_a_body_in_chunks_and_a_long_upload_pass(instance, site):
    site.page(
        "/",
        "<title>start</title><script>fetch('/take?' + 'q'.repeat(20000)).then(() => document.title = 'sent')</script>",
    )
    await instance.perform(Navigate(site.url("/")))
    assert await title(instance) == "sent"
