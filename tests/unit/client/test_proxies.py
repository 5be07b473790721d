"""Tests of the parser of proxies, and of their text without the password."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from webrun_nb.client.errors import RequestError
from webrun_nb.client.proxies import format_proxy, parse_proxy, read_proxy
from webrun_nb.notebook.commands.proxies import ProxyTest
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.commands.session import Start
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.parser import parse
from webrun_nb.wire.proxies import CustomProxy

OWN = {"source": "custom", "type": "socks", "host": "p.example", "port": 1080}


@pytest.mark.parametrize(
    ("spec", "fields", "secret"),
    [
        ("http://10.0.0.1:3128", {**OWN, "type": "http", "host": "10.0.0.1", "port": 3128}, None),
        ("socks5://p.example:1080", OWN, None),
        ("SOCKS5://p.example:1080/", OWN, None),
        ("socks5://[::1]:1080", {**OWN, "host": "::1"}, None),
        ("socks5://ada@p.example:1080", {**OWN, "username": "ada"}, "PROXY"),
        ("socks5://ada%40x@p.example:1080=WORK", {**OWN, "username": "ada@x"}, "WORK"),
        ("WebRun:de", {"source": "WebRun", "country": "DE"}, None),
        ("webrun:random", {"source": "WebRun", "country": "random"}, None),
    ],
)
def test_a_spec_becomes_the_contract_s_fields(spec, fields, secret):
    read = parse_proxy(spec)
    assert (dict(read.fields), read.secret) == (fields, secret)


@pytest.mark.parametrize(
    "spec",
    ["", "p.example:1080", "ftp://p.example:1", "http://p.example", "http://p.example:0", "http://p.example:99999",
     "WebRun:Germany", "socks5://ada:s3cr3t@p.example:1080", "socks5://ada@p.example:1080=s3cr3t"],
)  # fmt: skip
def test_what_is_no_spec_is_refused_and_not_repeated(spec):
    with pytest.raises(RequestError) as caught:
        parse_proxy(spec)
    assert "s3cr3t" not in f"{caught.value.message} {caught.value.hint}"


@given(st.text())
def test_any_text_is_a_spec_or_refused(text):
    with contextlib.suppress(RequestError):
        assert parse_proxy(text).fields


async def test_the_password_comes_from_the_environment_and_no_repr_shows_it(monkeypatch):
    monkeypatch.setenv("PROXY_PASSWORD", "s3cr3t")
    items = await read_proxy("socks5://ada@p.example:1080")
    assert dict(items or ()) == {**OWN, "username": "ada", "password": "s3cr3t"}
    assert "s3cr3t" not in repr(items)


async def test_a_password_given_in_code_shows_in_no_repr():
    assert "s3cr3t" not in repr(await read_proxy({**OWN, "username": "ada", "password": "s3cr3t"}))


def test_the_model_s_repr_shows_no_password():
    proxy = CustomProxy.model_validate({**OWN, "username": "ada", "password": "s3cr3t"})
    assert "s3cr3t" not in f"{proxy!r} {proxy} {proxy.shown()}"


@pytest.mark.parametrize(
    ("host", "dialled"), [("faß.example", "xn--fa-hia.example"), ("P.Example.", "p.example"), ("[::1]", "::1")]
)
def test_the_host_of_a_proxy_is_the_one_that_browsers_open(host, dialled):
    assert CustomProxy.model_validate({**OWN, "host": host}).host == dialled


@pytest.mark.parametrize("host", ["xn--ü.example", "a..b", "http://p.example", "p.example:80"])
def test_what_is_no_host_of_a_proxy_is_refused(host):
    with pytest.raises(ValidationError, match="expected a host name or an address"):
        CustomProxy.model_validate({**OWN, "host": host})


def test_lines_take_a_proxy():
    assert parse(COMMANDS, "start --proxy WebRun:DE", None).arguments == Start(proxy="WebRun:DE")
    assert parse(COMMANDS, "proxy test http://127.0.0.1:3128", None).arguments == ProxyTest("http://127.0.0.1:3128")


def test_a_line_with_a_password_is_refused_without_it():
    with pytest.raises(CommandError) as caught:
        parse(COMMANDS, "start --proxy http://ada:s3cr3t@p.example:1", None)
    assert "s3cr3t" not in str(caught.value)
    assert "saved with its notebook" in str(caught.value)


@pytest.mark.parametrize(
    "spec", ["http://10.0.0.1:3128", "socks5://[::1]:1080", "socks5://ada%40x@p.example:1080", "WebRun:DE"]
)
def test_what_was_read_is_written_again(spec: str) -> None:
    assert format_proxy(parse_proxy(spec).fields) == spec


def test_what_is_written_again_has_no_password() -> None:
    assert "hunter2" not in format_proxy(tuple(sorted({**OWN, "username": "ada", "password": "hunter2"}.items())))
