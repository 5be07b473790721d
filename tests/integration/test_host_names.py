"""Tests that our canonical hosts equal those of Chromium's own `new URL()`."""

from __future__ import annotations

import pytest

from webrun_nb.common.hosts import HostNameError, browser_url, canonical_host, host_of

NAMES = [
    "example.com", "EXAMPLE.Com", "faß.de", "xn--fa-hia.de", "fass.de", "i❤.ws", "❤\ufe0f.ws", "a_b.ü.de", "_a.com",
    "ab--cd.ü.de", "ab--ü.com", "-ü.com", "ü-.com", "-a.com", "a-.com", "xn--a.de", "xn--.de", "xn--ü.de",
    "XN--BCHER-KVA.example", "xn--0.pt", "xn--zn7c.com", "xn--ls8h.la", "xn--fass-.de", "xn--a-ecp.ru",
    "xn--xn---epa.com", "ｅｘａｍｐｌｅ.com", "ＧＯ.com", "日本語。ＪＰ", "１２７.0.0.1", "127。0。0。1",
    "ex\u00adample.com", "a\u200bb.com", "a\u200cb.com", "a\u200db.com", "क्\u200dष.com", "نامه\u200cای.com",
    "ς.gr", "ΣΑΣ.gr", "İ.com", "ı.com", "ﬁ.com", "①.com", "½.com", "a⁄b", "℀.com", "⒈com", "≠.com", "\u0338a.com",
    "אב.com", "אa.com", "1א.com", "א1.com", "a.אב", "\u202ea.com", "💩.la", "👨\u200d👩\u200d👧.com",
    "1.2.3", "0x7f.1", "0177.1", "08.1", "127.1", "2130706433", "0x", "1.2.3.4.5", "256.1.1.1", "0x100000000",
    "1e2", "a.1", "127.0.0.1.", "[::1]", "[::ffff:1.2.3.4]", "[::1%25lo]", "[1::2::3]", "a.b.", "%41.com", "a%2eb",
    "a%00b", "a%zz.com", "a%2fb", "a^b.com", "a|b.com", "a<b", "a[b", "a+b.com", 'a"b.com', "a{b}.com", "a~b.com",
    "\ue000.com", "\ufffd.com", "\U000e0001.com", "a" * 64 + ".com", "ü" * 64 + ".com", ("a" * 63 + ".") * 5 + "com",
]  # fmt: skip
LEADS_NOWHERE = ["a..b", ".a", "a.b..", "%2e.com", "ex%20ample.com", "a*b.com"]
"""Chromium makes a URL of these, and no such host can be looked up: a label is empty, or holds `%20` or `%2A`."""
HOSTNAMES = "urls => urls.map(url => { try { return new URL(url).hostname } catch { return null } })"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def canonical(name: str) -> str | None:
    try:
        return canonical_host(name)
    except HostNameError:
        return None


def comparable(hostname: str | None) -> str | None:
    """Return Chromium's form of a host in ours: without brackets and final dot."""
    return None if hostname is None else hostname.removeprefix("[").removesuffix("]").removesuffix(".")


async def test_a_host_is_the_one_that_chromium_opens(instance):
    urls = [f"http://{name}/" for name in NAMES]
    hostnames = await instance._tabs.current().evaluate(HOSTNAMES, urls)
    expected = dict(zip(NAMES, map(comparable, hostnames), strict=True))
    assert {name: canonical(name) for name in NAMES} == expected
    assert {name: host_of(url) for name, url in zip(NAMES, urls, strict=True)} == expected
    assert sum(host is None for host in expected.values()) > 20  # both kinds are among them


async def test_a_host_that_leads_nowhere_is_refused_though_chromium_makes_a_url_of_it(instance):
    hostnames = await instance._tabs.current().evaluate(HOSTNAMES, [f"http://{name}/" for name in LEADS_NOWHERE])
    assert None not in hostnames
    assert [canonical(name) for name in LEADS_NOWHERE] == [None] * len(LEADS_NOWHERE)


async def test_an_address_that_chromium_shows_is_written_in_the_same_way(instance):
    urls = ["HTTP:\\\\faß.de/a/../ü?q=ß#x", "https://u:p@Example.com:443/%61", "http://[::1]:80/"]
    hrefs = await instance._tabs.current().evaluate("urls => urls.map(url => new URL(url).href)", urls)
    assert [browser_url(url) for url in urls] == hrefs
