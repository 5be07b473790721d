"""Tests of cassettes: what is kept holds no secret, and is played in the order of the requests."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from webrun_nb.agents.recording.cassette import MAX_BYTES, Addresses, Cassette, CassetteError, TaskAnswer, read_cassette
from webrun_nb.browsers.traffic import Exchange, WhyMissing

URL = "http://x.example/a"


def mask(text: str) -> str:
    return text.replace("hunter2", "***")


def exchange(body: bytes | None = b"ok", mime: str = "text/html", url: str = URL, **headers: str) -> Exchange:
    return Exchange("GET", url, 200, (("content-type", mime), *headers.items()), body)


def kept(*exchanges: Exchange) -> Cassette:
    cassette = Cassette()
    for each in exchanges:
        cassette.traffic(mask).keep(each)
    return cassette


def played(cassette: Cassette) -> Cassette:
    return read_cassette(json.loads(json.dumps(cassette.to_json())))


@pytest.mark.parametrize("mime", ["text/html", "application/json", "image/svg+xml", "text/javascript; charset=latin-1"])
def test_secrets_are_masked_in_texts_addresses_and_headers(mime):
    cassette = kept(exchange(b"<p>hunter2 \xe4</p>", mime, f"{URL}?p=hunter2", location="/hunter2"))
    text = json.dumps(cassette.to_json())
    assert ("hunter2" in text, text.count("***")) == (False, 3)


def test_content_that_is_no_text_is_left_out_where_a_secret_is_in_it():
    cassette = kept(exchange(b"\x00hunter2", "image/png"), exchange(b"\x00\xff", "image/png", url=f"{URL}b"))
    assert ([each.url for each in cassette.exchanges], dict(cassette.reasons)) == ([f"{URL}b"], {WhyMissing.SECRET: 1})
    assert played(cassette).answer("GET", f"{URL}b") == cassette.exchanges[0]


def test_texts_are_kept_in_utf_8_whatever_they_came_in():
    (found,) = kept(exchange("grün".encode("latin-1"), "text/html; charset=iso-8859-1")).exchanges
    assert (found.body, dict(found.headers)["content-type"]) == ("grün".encode(), "text/html; charset=utf-8")


def test_answers_come_in_their_order_and_the_last_one_again():
    cassette = played(kept(exchange(b"1"), exchange(b"2")))
    assert [cassette.answer("GET", URL).body for _ in range(3)] == [b"1", b"2", b"2"]
    assert cassette.answer("POST", URL) is None


def test_a_secret_address_is_found_by_its_mask():
    cassette = played(kept(exchange(b"1", url=f"{URL}?p=hunter2")))
    assert cassette.traffic(mask).answer("GET", f"{URL}?p=hunter2").body == b"1"


def test_addresses_of_this_machine_are_renamed_both_ways():
    names = Addresses(
        lambda url: url.replace("http://h:1", "practice"), lambda url: url.replace("practice", "http://h:2")
    )
    cassette = Cassette(names=names)
    cassette.traffic(mask).keep(Exchange("GET", "http://h:1/a", 302, (("location", "http://h:1/b"),), b""))
    assert cassette.exchanges[0].url == "practice/a"
    assert dict(cassette.traffic(mask).answer("GET", "http://h:1/a").headers)["location"] == "http://h:2/b"


def test_what_is_too_much_is_left_out_and_counted():
    cassette = kept(exchange(b"x" * (MAX_BYTES + 1)), exchange(b"y"))
    assert (len(cassette.exchanges), cassette.to_json()["leftOut"]) == (1, 1)
    assert played(cassette).why_missing("GET", URL) is WhyMissing.FULL


def test_an_answer_without_content_stays_one_and_is_counted():
    cassette = kept(exchange(None), replace(exchange(None, url=f"{URL}r"), status=302))
    assert dict(cassette.reasons) == {WhyMissing.DROPPED: 1}
    again = played(cassette)
    assert again.answer("GET", URL).body is None
    assert again.answer("GET", f"{URL}r").status == 302


def test_what_is_asked_for_and_missing_is_told_with_the_reason():
    cassette = kept(exchange(b"1"))
    cassette.traffic(mask).leave_out("GET", "ws://x.example/hunter2", WhyMissing.WEB_SOCKET)
    traffic = played(cassette).traffic(mask)
    traffic.answer("GET", URL)
    assert traffic.unanswered == ""
    assert traffic.why_missing("GET", "ws://x.example/hunter2") is WhyMissing.WEB_SOCKET
    traffic.answer("GET", "ws://x.example/hunter2")
    lacks = "The cassette has no answer to GET ws://x.example/*** (WebSockets are not kept)"
    assert traffic.unanswered == f"{lacks} of the pages."
    traffic.answer("POST", URL)
    assert traffic.unanswered == f"{lacks} and 1 other request of the pages."


def test_the_answers_of_tasks_are_in_it():
    cassette = Cassette()
    cassette.add_task(TaskAnswer(text="List them", message="[]"))
    assert played(cassette).tasks == cassette.tasks


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "webrunCassette is None"),
        ({"webrunCassette": 1, "log": 3}, "log: "),
        ({"webrunCassette": 9}, "is 9, not 1"),
    ],
)
def test_what_is_no_cassette_says_why(content, says):
    with pytest.raises(CassetteError, match=says):
        read_cassette(content)
