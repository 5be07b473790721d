"""What people write as a domain to avoid."""

from __future__ import annotations

import pytest

from webrun_nb.browsers.avoidance import normalize


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("example.com", "example.com"),
        ("*.example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("https://example.com:8080/path?q=1", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[::1]", "::1"),
        ("", ""),
    ],
)
def test_a_domain_becomes_a_bare_host(written, host):
    assert normalize(written) == host
