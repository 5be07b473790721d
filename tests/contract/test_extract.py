"""Contract tests of the page reader: records of HTML and of a session's page, and requests that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.waiting import wait_until

CITIES = {
    "type": "array",
    "items": {"type": "object", "properties": {"city": {"type": "string"}, "people": {"type": "integer"}}},
}
TABLE = (
    "<html lang=de><h1>Orte</h1><table><tr><th>City<th>People<th>Site</tr>"
    "<tr><td>Ulm<td>129.000<td><a href=/ulm>Ulm</a></tr><tr><td>Graz<td>303.270<td><a href=/graz>Graz</a></tr>"
    "<tr><td>Linz<td>1.212.538<td><a href=/linz>Linz</a></tr></table>"
)


def read(emulator: Any, **body: Any) -> tuple[int, Any]:
    status, answer = emulator.post("/_emulator/extract", {"schema": CITIES, **body})
    return status, answer


def test_the_records_of_html(emulator):
    status, answer = read(emulator, html=TABLE)
    assert (status, answer["data"]) == (
        200,
        [{"city": "Ulm", "people": 129000}, {"city": "Graz", "people": 303270}, {"city": "Linz", "people": 1212538}],
    )


def test_the_evidence_of_a_value(emulator):
    _, answer = read(emulator, html=TABLE, url="https://orte.example/liste")
    (graz,) = [value for value in answer["values"] if value["row"] == 1 and value["column"] == "people"]
    assert (graz["text"], graz["url"]) == ("303.270", "https://orte.example/liste")
    assert graz["element"] == "body > table > tbody > tr:nth-of-type(3) > td:nth-of-type(2)"


def test_links_resolve_against_the_url_of_the_html(emulator):
    schema = {
        "type": "array",
        "items": {"type": "object", "properties": {"site": {"type": "string", "format": "uri"}}},
    }
    _, answer = read(emulator, html=TABLE, url="https://orte.example/liste", schema=schema)
    assert [record["site"] for record in answer["data"]] == [
        "https://orte.example/ulm",
        "https://orte.example/graz",
        "https://orte.example/linz",
    ]


def test_scripts_of_the_html_do_not_run(emulator):
    _, answer = read(emulator, html=TABLE + "<script>document.body.textContent = ''</script>")
    assert len(answer["data"]) == 3


def test_a_page_without_content_says_so(emulator):
    status, answer = read(emulator, html="<html></html>")
    assert (status, answer["data"], answer["problem"]) == (200, None, "empty-page")


def test_the_page_of_a_session(emulator, page_url):
    session_id = emulator.start(taskDetails="", startingPoint=page_url)
    wait_until(lambda: read(emulator, sessionId=session_id), lambda found: found[1].get("data") is not None)
    status, answer = read(emulator, sessionId=session_id)
    assert (status, answer["data"]) == (200, [{"city": "Ulm", "people": 129000}, {"city": "Graz", "people": 303000}])
    assert answer["url"].rstrip("/") == page_url


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"html": "<p>x", "sessionId": "x"}, "sessionId"),
        ({"sessionId": "x", "url": "https://a.example/"}, "url"),
        ({"html": "<p>x", "url": "file:///etc/passwd"}, "url"),
        ({"html": "<p>x", "schema": {"type": 5}}, "schema"),
        ({"html": "<p>x", "schema": {"type": "array", "items": {"type": "boolean"}, "maxItems": "x"}}, "schema"),
        ({"html": 5}, "html"),
        ({"html": "<p>x", "text": "x" * 10_001}, "text"),
    ],
)
def test_what_is_wrong_with_a_request(emulator, body, parameter):
    status, answer = read(emulator, **body)
    assert (status, answer["code"], answer["details"]["parameter"]) == (400, "INVALID_PARAMETER", parameter)


def test_a_request_without_a_page(emulator):
    status, answer = read(emulator)
    assert (status, answer["code"], answer["details"]["field"]) == (400, "MISSING_REQUIRED_FIELD", "html")


def test_an_unknown_session(emulator):
    status, answer = read(emulator, sessionId="unknown")
    assert (status, answer["code"]) == (404, "SESSION_NOT_FOUND")


def test_a_large_page_is_taken(emulator):
    status, answer = read(emulator, html=TABLE + f"<!-- {'x' * 5_000_000} -->")
    assert (status, len(answer["data"])) == (200, 3)
