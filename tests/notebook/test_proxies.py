"""Tests in a kernel of `%webrun start --proxy` and `%webrun proxy test`, through real proxies."""

from __future__ import annotations

import pytest

from helpers.kernels import running_kernel
from helpers.proxies import LocalProxy

PASSWORD = "s3cr-3t-pass"


@pytest.fixture(scope="module")
def proxy():
    running = LocalProxy("socks", "ada", PASSWORD)
    yield running
    running.die()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    data = str(tmp_path_factory.mktemp("data"))
    with running_kernel(WEBRUN_DATA_DIR=data, PROXY_PASSWORD=PASSWORD, WRONG_PASSWORD="wrong") as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        yield kernel


def test_a_proxy_is_tried_and_a_session_goes_out_through_it(kernel, proxy):
    spec = f"socks5://ada@127.0.0.1:{proxy.port}"
    assert kernel.run(f"tried = %webrun proxy test {spec}").status == "ok"
    (shown,) = kernel.run("tried.drop(columns=['latency_ms', 'seen_by']).iloc[0].to_dict()").outputs
    said = " ".join(shown["data"]["text/plain"].split())
    assert "'works': True" in said
    assert "'exit_address': '127.0.0.1'" in said
    (typed,) = kernel.run("str(tried['latency_ms'].dtype), bool(tried['latency_ms'][0] > 0)").outputs
    assert typed["data"]["text/plain"] == "('Float64', True)"
    started = kernel.run(f"%webrun start out --proxy {spec}")
    assert started.status == "ok", started.errors
    assert PASSWORD not in repr((started.outputs, shown))
    (options,) = kernel.run("import webrun_nb.notebook.api as o; o.toolkit.client().sessions['out'].options").outputs
    assert PASSWORD not in repr(options)
    assert "***" in repr(options)
    kernel.run("%webrun terminate out")


def test_a_wrong_password_is_a_row_that_says_so(kernel, proxy):
    kernel.run(f"tried = %webrun proxy test socks5://ada@127.0.0.1:{proxy.port}=WRONG")
    (shown,) = kernel.run("bool(tried['works'][0]), tried['error'][0]").outputs
    said = " ".join(shown["data"]["text/plain"].split())
    assert said == f"(False, 'the proxy socks5://127.0.0.1:{proxy.port} refuses the user name or the password')"


def test_a_password_in_the_line_is_refused_in_one_line_without_it(kernel):
    ran = kernel.run("%webrun start --proxy socks5://ada:0ops-word@127.0.0.1:1080")
    assert ran.status == "error"
    assert "does not belong in a line" in ran.one_line
    assert "0ops-word" not in ran.one_line
