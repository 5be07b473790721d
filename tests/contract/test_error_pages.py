"""Contract tests of pages that answered 400 or above: an error, unless the task expects that status."""

from __future__ import annotations

import json
from email.utils import formatdate
from urllib.parse import quote

import pytest

LIST = "List the cities."
RECORD = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TABLE = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": RECORD}}
NOT_FOUND = {"emulator": {"expectStatus": [404]}}


def failure(body):
    return body["code"], {name: body["details"][name] for name in ("status", "url")}


@pytest.mark.parametrize("form", [TABLE, {}], ids=["table", "text"])
def test_nothing_is_read_from_a_starting_page_that_is_not_there(run, page_url, form):
    url = f"{page_url}/answers/404"
    body = run(LIST, startingPoint=url, **form)
    assert failure(body) == ("NAVIGATION_FAILED", {"status": 404, "url": url})
    assert body["message"] == f"{url} answered HTTP 404 (Not Found): nothing was read from it"


def test_a_status_without_a_name_is_shown_as_its_number(run, page_url):
    url = f"{page_url}/answers/599"
    assert run(LIST, startingPoint=url)["message"].startswith(f"{url} answered HTTP 599: ")


@pytest.mark.parametrize("way", ["go to {}/answers/410, then list the cities", "click Next, then list the cities"])
def test_nothing_is_read_from_a_page_that_was_gone_to(run, page_url, way):
    body = run(way.format(page_url), startingPoint=f"{page_url}/leads-to/410")
    assert failure(body) == ("NAVIGATION_FAILED", {"status": 410, "url": f"{page_url}/answers/410"})


def test_nothing_is_done_on_an_error_page(run, page_url):
    url = f"{page_url}/answers/503"
    body = run("Click the Ring button", startingPoint=url)
    assert failure(body) == ("NAVIGATION_FAILED", {"status": 503, "url": url})
    assert body["message"] == f"{url} answered HTTP 503 (Service Unavailable): nothing was done on it"


def test_of_a_list_whose_next_page_is_an_error_come_the_pages_before_it(run, page_url):
    assert run(LIST, startingPoint=f"{page_url}/leads-to/500")["data"]["message"].startswith(
        "1 cities on this page; the list goes on."
    )
    body = run(LIST, startingPoint=f"{page_url}/leads-to/500", **TABLE)
    assert json.loads(body["data"]["message"]) == [{"city": "Ulm"}]


def test_an_error_page_that_is_left_again_is_no_failure(run, page_url):
    body = run(f"go to {page_url}/, then list the cities", startingPoint=f"{page_url}/answers/404", **TABLE)
    assert [row["city"] for row in json.loads(body["data"]["message"])] == ["Ulm", "Graz"]


@pytest.mark.parametrize("visit", ["go to {}/answers/404", "click Next"])
def test_a_visit_that_reads_nothing_is_done_and_says_what_was_answered(run, page_url, visit):
    body = run(visit.format(page_url), startingPoint=f"{page_url}/leads-to/404")
    assert body["status"] == "complete", body
    assert f"{page_url}/answers/404 answered HTTP 404 (Not Found)." in body["data"]["message"]


# --- Retry-After ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_page_that_says_when_to_come_back_is_quoted(run, page_url, status):
    url = f"{page_url}/busy/{status}/120"
    body = run(LIST, startingPoint=url)
    assert (body["code"], body["details"]) == (
        "NAVIGATION_FAILED",
        {"status": status, "url": url, "retryAfterMs": 120_000},
    )


@pytest.mark.parametrize("wait", ["", "soon", "-5", "12 13 14"])
def test_without_a_time_that_can_be_read_there_is_none(run, page_url, wait):
    assert "retryAfterMs" not in run(LIST, startingPoint=f"{page_url}/busy/503/{quote(wait)}")["details"]


def test_a_date_is_counted_from_the_time_of_the_emulator(run, page_url, emulator):
    now_ms = emulator.get("/_emulator/state")[1]["clock"]["now"]
    date = formatdate(now_ms / 1000 + 600, usegmt=True)
    wait_ms = run(LIST, startingPoint=f"{page_url}/busy/503/{quote(date)}")["details"]["retryAfterMs"]
    later_ms = emulator.get("/_emulator/state")[1]["clock"]["now"]
    assert 600_000 - (later_ms - now_ms) - 1_000 <= wait_ms <= 600_000


def test_a_date_that_is_over_is_no_time_to_wait(run, page_url):
    url = f"{page_url}/busy/503/{quote('Sun, 06 Nov 1994 08:49:37 GMT')}"
    assert run(LIST, startingPoint=url)["details"]["retryAfterMs"] == 0


# --- emulator.expectStatus --------------------------------------------------------------------------------------------


def test_an_expected_status_lets_the_page_be_read(run, page_url):
    body = run("List the cities on this page.", startingPoint=f"{page_url}/answers/404", **TABLE, **NOT_FOUND)
    assert body["status"] == "complete", body
    assert json.loads(body["data"]["message"]) == [{"city": "Ulm"}]


def test_an_expected_status_lets_the_page_be_used(run, page_url, visits):
    body = run("Click the Ring button", startingPoint=f"{page_url}/answers/404", **NOT_FOUND)
    assert body["status"] == "complete", body


def test_only_the_status_that_is_expected_is_let_through(run, page_url):
    assert run(LIST, startingPoint=f"{page_url}/answers/500", **NOT_FOUND)["details"]["status"] == 500


@pytest.mark.parametrize("task", [LIST, "click the Ring button"])
def test_a_task_in_which_no_page_had_the_status_fails(run, page_url, task):
    body = run(task, startingPoint=page_url, **NOT_FOUND)
    assert (body["code"], body["details"]["status"], body["details"]["expected"]) == ("NAVIGATION_FAILED", 200, [404])
    assert body["message"] == f"the task expects the status 404, and no page had it; {page_url}/ answered HTTP 200 (OK)"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"expectStatus": 404}, "emulator.expectStatus"),
        ({"expectStatus": []}, "emulator.expectStatus"),
        ({"expectStatus": [99]}, "emulator.expectStatus[0]"),
        ({"expectStatus": ["404"]}, "emulator.expectStatus[0]"),
        ({"expectstatus": [404]}, "emulator.expectstatus"),
        ("404", "emulator"),
    ],
)
def test_what_the_field_can_not_hold_is_refused(emulator, page_url, given, parameter):
    task = {"taskDetails": LIST, "startingPoint": page_url, "emulator": given}
    status, body = emulator.post("/start/run-task", task)
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert body["details"]["parameter"].removeprefix("task.") == parameter


def test_an_unknown_key_is_answered_with_what_there_is(emulator, page_url):
    task = {"taskDetails": LIST, "startingPoint": page_url, "emulator": {"agnet": "llm"}}
    assert emulator.post("/start/run-task", task)[1]["message"] == (
        "emulator has no field agnet; it has expectStatus, userAgent, agent, model, modelUrl, modelKey, maxSteps, "
        "maxModelCost, vision, replay, heal, record"
    )
