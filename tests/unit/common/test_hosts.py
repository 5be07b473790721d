"""Tests of canonical hosts. They are compared with Chromium's own in tests/integration/test_host_names.py."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.hosts import (
    HostNameError,
    browser_url,
    canonical_host,
    domain_of,
    host_of,
    hosts_in,
    port_of,
    unicode_host,
)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("faß.de", "xn--fa-hia.de"),
        ("XN--FA-HIA.de.", "xn--fa-hia.de"),
        ("i❤.ws", "xn--i-7iq.ws"),
        ("a_b.ü.de", "a_b.xn--tda.de"),
        ("ab--cd.ü.de", "ab--cd.xn--tda.de"),
        ("127。１", "127.0.0.1"),
        ("::1", "::1"),
        ("[0:0::1]", "::1"),
    ],
)
def test_a_host_has_one_canonical_form(text: str, host: str) -> None:
    assert canonical_host(text) == host


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "a.b..", "a b", "a*b", "a%2ab", "x.com:80", "[::1]:80", "user@x.com", "x.com/y", "x.com\\y",
     "x.com#y", "x.com?y", "a\tb.com", "xn--ü.de", "1.2.3.4.5", "\ud800.com", "http://x.com"],
)  # fmt: skip
def test_what_no_browser_can_look_up_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(HostNameError, match="is not a host name: write it as") as caught:
        canonical_host(text)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_the_canonical_form_of_any_text_is_stable(text: str) -> None:
    with contextlib.suppress(HostNameError):
        host = canonical_host(text)
        assert canonical_host(host) == host
        assert host.isascii()


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("example.com", "example.com"),
        ("*.example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("https://example.com:8080/path?q=1", "example.com"),
        ("example.com/path", "example.com"),
        ("example.com:8080", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.straße.example", "xn--strae-oqa.example"),
        ("[::1]", "::1"),
        ("[::1]:80", "::1"),
        ("::1", "::1"),
    ],
)
def test_a_domain_becomes_a_bare_host(written: str, host: str) -> None:
    assert domain_of(written) == host


@pytest.mark.parametrize("written", ["http://[", "", "*.", "https:///", "a b", "ftp://example.com"])
def test_a_domain_without_a_host_is_refused(written: str) -> None:
    with pytest.raises(HostNameError):
        domain_of(written)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.com./x", "example.com"),
        ("https://user:word@example.com/", "example.com"),
        ("http://[::1]:80/", "::1"),
        ("wss://faß.de/", "xn--fa-hia.de"),
        ("http://evil.example\\@good.example/", "evil.example"),
        ("http://good.example\t.evil.example/", "good.example.evil.example"),
        ("ftp://example.com/", None),
        ("about:blank", None),
        ("http://[", None),
        ("http://a..b/", None),
    ],
)
def test_the_host_of_a_url_is_the_browser_s_or_none(url: str, host: str | None) -> None:
    assert host_of(url) == host


def test_the_port_of_a_url_is_its_own_or_that_of_its_scheme() -> None:
    assert [port_of(url) for url in ("http://x:8/", "http://x/", "wss://x/", "https://x:443/")] == [8, 80, 443, 443]


def test_a_url_is_written_as_browsers_write_it() -> None:
    assert browser_url("HTTP:\\\\faß.de/a/../ü") == "http://xn--fa-hia.de/%C3%BC"
    assert browser_url("http://[") is None


def test_people_read_a_host_in_letters() -> None:
    assert [unicode_host(host) for host in ("xn--fa-hia.de", "a.de")] == ["faß.de", "a.de"]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("List what is on http://10.0.0.7:8080/list, please", {"10.0.0.7"}),
        ("go to 192.168.1.10:8000 and then to localhost:3000", {"192.168.1.10", "localhost"}),
        ("open [::1]:9000 now", {"::1"}),
        ("see wiki.corp. Then stop", {"wiki.corp"}),
        ("see (http://intranet/a).", {"intranet"}),
        ("open faß.example", {"xn--fa-hia.example"}),
        ("section 1.2.3.4.5 of it", set()),
        ("mail me@corp.example", set()),
        ("nothing here", set()),
    ],
)
def test_a_text_names_its_hosts(text: str, hosts: set[str]) -> None:
    assert hosts_in(text) == hosts


@given(st.text())
def test_any_text_can_be_read_for_hosts(text: str) -> None:
    assert all(host == canonical_host(host) for host in hosts_in(text))
