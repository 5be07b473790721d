"""Contract tests of the look at a page: its lists with the way to ask for each, of HTML and of a session's page."""

from __future__ import annotations

from typing import Any

LAMPS = (
    "<html lang=en><h1>Stock</h1><table><caption>Lamps</caption><tr><th>Lamp<th>Price</tr>"
    "<tr><td>Ada<td>€12.50</tr><tr><td>Bea<td>€7.00</tr><tr><td>Cleo<td>€30.25</tr><tr><td>Dora<td>€1.00</tr></table>"
)


def peek(emulator: Any, **body: Any) -> tuple[int, Any]:
    status, answer = emulator.post("/_emulator/peek", body)
    return status, answer


def test_a_table_with_the_way_to_ask_for_it(emulator):
    status, answer = peek(emulator, html=LAMPS)
    (lamps,) = answer["sources"]
    assert status == 200
    assert (lamps["kind"], lamps["title"], lamps["rows"], lamps["columns"]) == (
        "table",
        "Lamps",
        4,
        "lamp:str, price:money",
    )
    assert lamps["text"] == "List all rows."
    assert lamps["records"] == [
        {"lamp": "Ada", "price": "12.50 EUR"},
        {"lamp": "Bea", "price": "7.00 EUR"},
        {"lamp": "Cleo", "price": "30.25 EUR"},
    ]


def test_the_page_that_a_session_was_started_at_is_waited_for(emulator, page_url):
    session_id = emulator.start(taskDetails="", startingPoint=page_url)
    status, answer = peek(emulator, sessionId=session_id)
    assert (status, [each["rows"] for each in answer["sources"]]) == (200, [2])
    assert answer["url"].rstrip("/") == page_url


def test_rows_that_come_after_the_page_was_loaded(emulator, page_url):
    session_id = emulator.start(taskDetails="", startingPoint=f"{page_url}/late")
    status, answer = peek(emulator, sessionId=session_id)
    assert (status, [each["rows"] for each in answer["sources"]]) == (200, [2])


def test_a_page_that_could_not_be_opened(emulator):
    session_id = emulator.start(taskDetails="", startingPoint="http://nothing.localhost:9/")
    status, answer = peek(emulator, sessionId=session_id)
    assert (status, answer["code"]) == (409, "INVALID_STATE")
    assert "nothing.localhost" in answer["message"]


def test_a_page_without_content_says_what_it_is(emulator):
    status, answer = peek(emulator, html="<html></html>")
    assert (status, answer["sources"], answer["problem"]) == (200, [], "empty-page")
    assert answer["why"]


def test_a_request_without_a_page(emulator):
    status, answer = peek(emulator)
    assert (status, answer["code"], answer["details"]["field"]) == (400, "MISSING_REQUIRED_FIELD", "html")


def test_an_unknown_session(emulator):
    status, answer = peek(emulator, sessionId="unknown")
    assert (status, answer["code"]) == (404, "SESSION_NOT_FOUND")
