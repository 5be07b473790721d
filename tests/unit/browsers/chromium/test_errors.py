"""Tests of the texts for the browser's network errors."""

from __future__ import annotations

import pytest

from webrun_nb.browsers.chromium.errors import network_error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ERR_UNSAFE_PORT", "browsers open no pages on this port"),
        ("ERR_CONNECTION_REFUSED", "the host refuses connections"),
        ("ERR_NAME_NOT_RESOLVED", "there is no such host"),
        ("ERR_CERT_DATE_INVALID", "has expired"),
        ("ERR_CERT_AUTHORITY_INVALID", "not from an authority that browsers trust"),
        ("ERR_CERT_COMMON_NAME_INVALID", "for another host"),
        ("ERR_SSL_PROTOCOL_ERROR", "has to begin with http://"),
        ("ERR_ADDRESS_UNREACHABLE", "can't be reached from here"),
        ("ERR_TOO_MANY_REDIRECTS", "redirects in circles"),
        ("ERR_EMPTY_RESPONSE", "sent nothing"),
        ("ERR_INVALID_URL", "no address that browsers can open"),
        ("ERR_ABORTED", "sent no page"),
    ],
)
def test_a_code_is_said_in_words(code: str, said: str) -> None:
    words = network_error(f"net::{code} at http://127.0.0.1:6000/")
    assert said in words
    assert "ERR_" not in words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ERR_CERT_SOMETHING_NEW", "browsers do not trust the host's certificate"),
        ("ERR_SSL_SOMETHING_NEW", "no secure connection to the host could be made"),
        ("ERR_SOMETHING_NEW", "the browser reported a network error"),
    ],
)
def test_a_code_without_words_stands_in_brackets(code: str, words: str) -> None:
    assert network_error(f"net::{code} at https://a.example/") == f"{words} ({code})"


def test_a_message_without_a_code_is_kept() -> None:
    assert network_error("frame was detached") == "frame was detached"
