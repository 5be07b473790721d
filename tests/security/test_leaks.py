"""Tests that no request bypasses a session's egress proxy, judged by the requests that reach servers.

Every address that is not public or not allowed leads to one forbidden server, which must not even get a connection.
A page tries each way for forbidden targets first and then for an allowed one (the control), so that once all controls
have arrived, every forbidden request would have arrived as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from helpers.chromium import FakeListener
from helpers.leaks import ALLOWED, INSIDE, HitServer, LeakyNetwork, UdpServer
from helpers.waiting import wait_until_async
from webrun_nb.browsers import discovery
from webrun_nb.browsers.actions import Click, Navigate, WaitFor
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.egress import routes
from webrun_nb.browsers.egress.destinations import DestinationPolicy, EmulatorAddress
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAYS_JS = (Path(__file__).parents[1] / "helpers" / "leak_attempts.js").read_text()
WAYS = set(re.findall(r'^  "?([\w-]+)"?: \(url\)', WAYS_JS, re.MULTILINE)) - {"tls", "tls-socket"}
GO = "<script>location = new URL(location).searchParams.get('to')</script>"
WORKER = """
const url = new URL(location).searchParams.get("to");
addEventListener("install", (event) => event.waitUntil(fetch(url, {mode: "no-cors"}).catch(() => {})));
"""
BROWSERS = {each.kind: each for each in reversed(discovery.candidates())}
"""The best candidate of each kind, wherever it is from: Playwright's own download has no path."""


class Lab:
    """Two servers, and browsers on a network between them."""

    def __init__(self, pool: ChromiumPool, network: LeakyNetwork, allowed: HitServer, forbidden: HitServer) -> None:
        self.pool = pool
        self.network = network
        self.allowed = allowed
        self.forbidden = forbidden
        self.home = f"http://localhost:{allowed.port}"  # a secure context: service workers are to be had

    def targets(self) -> list[str]:
        return ["http://bad.example", "http://inside.example", f"http://127.0.0.1:{self.forbidden.port}"]

    async def open(
        self, home: EmulatorAddress | None = None, named: tuple[str, ...] = ("localhost",)
    ) -> BrowserInstance:
        egress_route = EgressRoute(DestinationPolicy(named, home))
        egress_route.destinations.avoid(["bad.example", "böses.example"])
        return await self.pool.open("context", FakeListener(), egress_route=egress_route)

    def page(self, script: str, body: str = "") -> str:
        self.allowed.pages["/"] = f"<body>{body}<script>{script}</script></body>"
        return f"{self.home}/"

    async def arrived(self, ways: set[str]) -> None:
        """Wait until the controls have arrived."""
        await wait_until_async(lambda: ways - self.allowed.ways(), lambda missing: not missing)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["headless-shell", "chromium"])
async def browsers_lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    """Start the browser of one kind, on a network of its own."""
    if request.param not in BROWSERS:
        pytest.skip(f"no browser of kind {request.param} is installed; the other kind runs the same tests")
    patch = pytest.MonkeyPatch()
    patch.setattr(discovery, "candidates", lambda: [BROWSERS[request.param]])
    allowed, forbidden = HitServer(), HitServer()
    network = LeakyNetwork(allowed, forbidden, {allowed.port})
    pool = ChromiumPool(network)
    yield Lab(pool, network, allowed, forbidden)
    await pool.close()
    allowed.close()
    forbidden.close()
    patch.undo()


@pytest.fixture
def lab(browsers_lab: Lab) -> Iterator[Lab]:
    """Reset the counts before a test; afterwards check that nothing reached the forbidden server."""
    lab = browsers_lab
    for server in (lab.allowed, lab.forbidden):
        server.hits.clear()
        server.connections = 0
        server.pages.clear()
        server.headers.clear()
    lab.allowed.pages |= {"/go": GO, "/sw.js": WORKER}
    lab.network.turning.clear()
    yield lab
    assert (lab.forbidden.hits, lab.forbidden.connections) == ([], 0)


async def test_no_way_out_of_a_page_leads_past_the_rules(lab):
    control = "http://other.example"
    targets = [*lab.targets(), control]
    reports = " ".join(f"{target}/hit/report" for target in targets)
    lab.allowed.headers["/"] = [("content-security-policy-report-only", f"style-src 'none'; report-uri {reports}")]
    instance = await lab.open()
    await instance.perform(Navigate(lab.page(f"{WAYS_JS}\ntryAll({json.dumps(targets)})")))
    await lab.arrived({*WAYS, "report", "tls"})
    await instance.close()


async def test_no_new_page_leads_past_the_rules(lab):
    go = f"""
    const via = (url) => "/redirect?to=" + encodeURIComponent(url);
    function go(target) {{
      open(target + "/hit/popup");
      open(via(target + "/hit/popup-redirect"));
      open("/go?to=" + encodeURIComponent(target + "/hit/popup-moves"));
      const link = Object.assign(document.createElement("a"), {{href: target + "/hit/tab", target: "_blank"}});
      document.body.append(link);
      link.click();
      const form = Object.assign(document.createElement("form"), {{action: target + "/hit/form", target: "_blank"}});
      form.method = "post";
      document.body.append(form);
      form.submit();
    }}
    function leave() {{ for (const target of {json.dumps([lab.targets()[0], lab.targets()[2]])}) go(target);
                      go("http://other.example"); }}
    """
    instance = await lab.open()
    await instance.perform(Navigate(lab.page(go, "<button onclick='leave()'>Go</button>")))
    await instance.observe()
    with contextlib.suppress(BrowserError):  # said where the last page was refused by the time it is looked at
        await instance.perform(Click(0))
    await lab.arrived({"popup", "popup-redirect", "popup-moves", "tab", "form"})
    await instance.close()


@pytest.mark.parametrize("how", ["{url}", "{home}/redirect?to={url}", "{home}/redirect?to={home}/redirect?to={url}"])
async def test_no_navigation_leads_past_the_rules_and_the_page_stays(lab, how):
    instance = await lab.open()
    page = lab.page("")
    await instance.perform(Navigate(page))
    await instance.perform(Navigate(how.format(home=lab.home, url="http://other.example/hit/moved")))
    await lab.arrived({"moved"})
    await instance.perform(Navigate(page))
    for target in [*lab.targets(), "https://bad.example"]:
        with pytest.raises(BrowserError) as caught:
            await instance.perform(Navigate(how.format(home=lab.home, url=f"{target}/hit/moved")))
        assert (caught.value.code, instance.url) == ("BLOCKED_BY_POLICY", page)
    await instance.close()


async def test_a_click_to_a_forbidden_page_is_reported_and_the_page_stays(lab):
    instance = await lab.open()
    targets = [*lab.targets(), "https://bad.example", "https://inside.example"]
    links = "".join(f"<p><a href='{target}/hit/link'>to {target}</a>" for target in targets)
    page = lab.page("", links)
    await instance.perform(Navigate(page))
    for number, _ in enumerate(targets):
        await instance.observe()
        with pytest.raises(BrowserError) as caught:
            await instance.perform(Click(number))
        assert (caught.value.code, instance.url) == ("BLOCKED_BY_POLICY", page)
    await instance.close()


HIDDEN = [
    "http://2130706433:{port}", "http://0x7f000001:{port}", "http://0177.0.0.1:{port}", "http://127.1:{port}",
    "http://0x7f.0.0.1:{port}", "http://127.0.0.1.:{port}", "http://[::1]:{port}", "http://[::ffff:127.0.0.1]:{port}",
    "http://[::ffff:7f00:1]:{port}", "http://[::7f00:1]:{port}", "http://[64:ff9b::7f00:1]:{port}",
    "http://[2002:7f00:1::]:{port}", "http://0.0.0.0:{port}", "http://[::]:{port}", "http://0:{port}",
    "http://127.77.7.7:{port}", "http://169.254.169.254", "http://[fe80::1]", "http://[fd00:ec2::254]",
    "http://100.64.1.1", "http://100.100.100.200", "http://168.63.129.16", "http://224.0.0.1", "http://10.0.0.5",
    "http://192.168.1.1", "http://172.16.0.1", "http://a.localhost:{port}",
    "http://loop.example", "http://mapped.example", "http://inside.example", "http://sub.bad.example",
    "http://BAD.example.", "http://böses.example", "http://xn--bses-5qa.example", "http://good.example@bad.example",
    "http://good.example%2f@bad.example", "http://bad.example%00.good.example", "http://bad。example",
    "http://ｂａｄ.example",
]  # fmt: skip
SHOWN = [
    "http://1572395042", "http://0x5db8d822", "http://0135.0270.0330.042", "http://93.184.55330",
    "http://[::ffff:93.184.216.34]", "http://OTHER.example.", "http://gütes.example",
    "http://other。example",
]  # fmt: skip
"""The same tricks for what is allowed: a way that never worked would prove nothing."""


async def test_no_spelling_of_a_host_leads_past_the_rules(lab):
    lab.network.answers["xn--gtes-0ra.example"] = [ALLOWED]
    urls = [target.format(port=lab.forbidden.port) + "/hit/hidden" for target in HIDDEN]
    urls += [f"{target}/hit/shown{number}" for number, target in enumerate(SHOWN)]
    ask = "new Image().src = url; fetch(url, {mode: 'no-cors'}).catch(() => 0);"
    script = f"for (const url of {json.dumps(urls)}) {{ {ask} }}"
    instance = await lab.open()
    await instance.perform(Navigate(lab.page(script)))
    await lab.arrived({f"shown{number}" for number, _ in enumerate(SHOWN)})
    for url in urls[: len(HIDDEN)]:
        with pytest.raises(BrowserError):
            await instance.perform(Navigate(url))
    await instance.perform(Navigate("http://bad.example@other.example/hit/userinfo"))
    await lab.arrived({"userinfo"})
    await instance.close()


async def test_a_name_that_changes_its_answer_is_looked_at_again(lab, monkeypatch):
    monkeypatch.setattr(routes, "_REMEMBERED_S", 0.0)
    instance = await lab.open(named=("localhost", "named.example"))
    again = "(async () => { for (const n of Array(9).keys()) await fetch('/hit/again' + n).catch(() => 0); })()"
    lab.allowed.pages["/turn"] = (
        f"<body><button onclick=\"{again}.then(() => document.body.append('done'))\">Go</button>"
    )
    for name in ("turn.example", "named.example"):
        lab.network.answers[name] = [ALLOWED]
        await instance.perform(Navigate(f"http://{name}/turn"))
        turns = [ALLOWED, ip_address("127.0.0.1"), ALLOWED, INSIDE, ALLOWED, ip_address("::ffff:10.0.0.5"), INSIDE]
        lab.network.turning[name] = turns
        await instance.observe()
        with contextlib.suppress(BrowserError):  # a page whose host has turned is left
            await instance.perform(Click(0))
        await wait_until_async(lambda name=name: lab.network.turning[name], lambda left: left == [INSIDE])
        assert any(hit.startswith(f"{name} /hit/again") for hit in lab.allowed.hits)
        with pytest.raises(BrowserError) as caught:
            await instance.perform(Navigate(f"http://{name}/turn"))
        assert caught.value.code == "BLOCKED_BY_POLICY"
    await instance.close()


async def test_a_page_reaches_the_practice_sites_and_never_the_emulator(lab):
    emulator = HitServer()
    lab.network._real_ports.add(emulator.port)
    lab.network.answers["me.example"] = [ip_address("127.0.0.1")]
    own = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.3.3.3", "2130706433", "me.example"]
    urls = [f"http://{host}:{emulator.port}/hit/own" for host in own]
    sockets = [f"ws://{host}:{emulator.port}/hit/socket" for host in (*own, "shop.localhost")]
    practice = f"http://shop.localhost:{emulator.port}/hit/practice"
    script = f"""
      for (const url of {json.dumps(urls)}) {{ new Image().src = url; fetch(url, {{mode: "no-cors"}}).catch(() => 0); }}
      for (const url of {json.dumps(sockets)}) new WebSocket(url);
      new Image().src = {json.dumps(practice)};
    """
    home = EmulatorAddress(emulator.port, ip_address("127.0.0.1"))
    instance = await lab.open(home, named=("localhost", "127.0.0.1", "::1", "me.example"))
    await instance.perform(Navigate(lab.page(script)))
    await wait_until_async(lambda: emulator.hits)
    for url in urls:
        with pytest.raises(BrowserError):
            await instance.perform(Navigate(url))
    assert set(emulator.hits) == {f"shop.localhost:{emulator.port} /hit/practice"}
    await instance.close()
    emulator.close()


WEBRTC = """
const peer = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:{port}"}]});
peer.createDataChannel("x");
peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === "complete") document.body.append("gathered"); };
peer.createOffer().then((offer) => peer.setLocalDescription(offer));
"""


async def test_web_rtc_does_not_go_round_it(lab):
    udp = UdpServer()
    script = WEBRTC.replace("{port}", str(udp.port))
    url = lab.page(script)
    found = lab.pool.found
    async with async_playwright() as playwright:  # a browser as it comes: there the packet arrives
        browser = await playwright.chromium.launch(
            executable_path=found.path, channel=found.channel, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(url)
        assert await asyncio.to_thread(udp.arrived.wait, 60)
        await browser.close()
    udp.arrived.clear()
    instance = await lab.open()
    await instance.perform(Navigate(url))
    await instance.perform(WaitFor("gathered"))
    assert not udp.arrived.is_set()
    await instance.close()
    udp.close()


async def test_a_sessions_egress_proxy_refuses_other_clients(lab):
    instance = await lab.open()
    await instance.perform(Navigate(lab.page("")))
    lab.allowed.hits.clear()
    url = instance._egress.url  # what any other process of this machine could find out
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    start = b"GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n"
    for head in (start, b"Proxy-Authorization: Basic d2VicnVuOng=\r\n", b"\r\n"):
        writer.write(head)
    assert (await reader.readline()).startswith(b"HTTP/1.1 407")
    writer.close()
    await instance.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    assert lab.allowed.hits == []
