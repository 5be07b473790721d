"""Tests of URLs: practice sites, common mistakes, files of this machine, and the hosts that secrets are for."""

from __future__ import annotations

import pytest

from webrun_nb.client.errors import RequestError
from webrun_nb.client.urls import resolve_host, resolve_url, site_of

LOCAL = "http://127.0.0.1:4321"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("practice:shop", "http://shop.localhost:4321/"),
        ("practice:shop/laptops?sort=price#top", "http://shop.localhost:4321/laptops?sort=price#top"),
        ("practice:shop?page=2", "http://shop.localhost:4321/?page=2"),
        ("Practice:Shop", "http://shop.localhost:4321/"),
        ("https://example.com/practice:shop", "https://example.com/practice:shop"),
    ],
)
def test_practice_sites_become_addresses_of_the_emulator(given: str, meant: str) -> None:
    assert resolve_url(given, LOCAL) == meant


@pytest.mark.parametrize(
    "given", ["practice:", "practice:a.b", "practice:evil@host", "practice:-x", "practice:shop:80"]
)
def test_a_malformed_practice_address_is_refused(given: str) -> None:
    with pytest.raises(RequestError, match="not a practice site") as raised:
        resolve_url(given, LOCAL)
    assert raised.value.code == "INVALID_PARAMETER"


def test_practice_sites_are_refused_on_the_hosted_service() -> None:
    with pytest.raises(RequestError, match="exist on the emulator only"):
        resolve_url("practice:shop", "https://connect.webrun.ai")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("example.com", "https://example.com"),
        ("www.example.com/a?b=1", "https://www.example.com/a?b=1"),
        ("localhost:8000/x", "http://localhost:8000/x"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("example", "https://example"),
    ],
)
def test_a_url_without_its_scheme_is_refused_with_the_one_that_was_meant(given: str, meant: str) -> None:
    with pytest.raises(RequestError, match="is not a URL") as raised:
        resolve_url(given, LOCAL)
    assert raised.value.code == "INVALID_PARAMETER"
    assert raised.value.hint == f"did you mean {meant}?"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("htp://example.com/a", "http://example.com/a"),
        ("htps://example.com", "https://example.com"),
        ("http:/example.com", "http://example.com"),
        ("https:example.com", "https://example.com"),
        ("https//example.com/a?b=1", "https://example.com/a?b=1"),
        ("practise:shop", "practice:shop"),
        ("practice/shop", "practice:shop"),
        ("shop.localhost/laptops", "practice:shop/laptops"),
    ],
)
def test_a_slip_in_a_url_is_answered_with_what_was_meant(given: str, meant: str) -> None:
    with pytest.raises(RequestError, match="is not a URL") as raised:
        resolve_url(given, LOCAL)
    assert raised.value.hint == f"did you mean {meant}?"


PATHS = [
    "./page.html", "../page.html", "~/page.html", "/tmp/page.html", "pages/page.html", "page.html", "my page.html",
    r"C:\Users\ada\page.html", "C:/page.html", "file:///tmp/page.html", r"pages\page.html",
]  # fmt: skip


@pytest.mark.parametrize("given", PATHS)
def test_a_files_path_is_answered_with_how_a_session_opens_it(given: str) -> None:
    with pytest.raises(RequestError, match="is a file's path, and sessions open web pages") as raised:
        resolve_url(given, LOCAL)
    assert "python -m http.server 8000 --bind 127.0.0.1" in raised.value.hint
    name = given.replace("\\", "/").rpartition("/")[2]
    assert raised.value.hint.endswith(f"http://127.0.0.1:8000/{name}")


@pytest.mark.parametrize("given", PATHS)
def test_the_hosted_service_is_promised_no_file_of_this_machine(given: str) -> None:
    with pytest.raises(RequestError, match="is a file's path") as raised:
        resolve_url(given, "https://connect.webrun.ai")
    assert "127.0.0.1" not in raised.value.hint


@pytest.mark.parametrize("given", ["example.com/a.html", "localhost:8000/a.html", "127.0.0.1/a.csv"])
def test_a_host_with_a_files_name_behind_it_is_no_files_path(given: str) -> None:
    with pytest.raises(RequestError, match=r"did you mean https?://"):
        resolve_url(given, LOCAL)


@pytest.mark.parametrize(
    "given", ["https://example.com/a b", "http://[::1]:8/", "ftp://example.com", "javascript:alert(1)", ""]
)
def test_other_urls_are_left_to_the_service(given: str) -> None:
    assert resolve_url(given, LOCAL) == given


@pytest.mark.parametrize(
    ("given", "meant"),
    [("shop", "practice:shop"), ("shpo", "practice:shop"), ("bank/login?next=1", "practice:bank/login?next=1")],
)
def test_a_practice_sites_bare_name_is_answered_with_its_address(given: str, meant: str) -> None:
    with pytest.raises(RequestError) as raised:
        resolve_url(given, LOCAL)
    assert raised.value.hint == f"did you mean {meant}?"


@pytest.mark.parametrize(
    ("given", "pattern"),
    [
        ("Shop.example.com", "shop.example.com"),
        ("*.faß.de", "*.xn--fa-hia.de"),
        ("[::1]", "[::1]"),
        ("all", "all"),
        ("practice:shop", "shop.localhost"),
    ],
)
def test_what_a_secret_is_for_is_sent_as_browsers_write_it(given: str, pattern: str) -> None:
    assert resolve_host(given, LOCAL) == pattern


@pytest.mark.parametrize("given", ["xn--ü.de", "shop.example.com:hunter2", "a b"])
def test_what_a_secret_is_for_is_a_host_or_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(RequestError, match="the host of a secret is not a host name") as raised:
        resolve_host(given, LOCAL)
    assert given not in f"{raised.value}"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://ada:pass@Shop.Example:443/list?q=1#top", "shop.example"),
        ("http://127.0.0.1:9000/", "127.0.0.1:9000"),
        ("http://[::1]:70/x", "[::1]:70"),
        (resolve_url("practice:shop/laptops?page=2", LOCAL), "practice:shop"),
        ("about:blank", None),
        ("http://shop.example:99999/", None),
        ("shop.example", None),
    ],
)
def test_a_site_is_a_host_or_a_practice_site(url: str, site: str | None) -> None:
    assert site_of(url, LOCAL) == site
