"""Contract tests of cassettes (section 12): the traffic of tasks is kept without secrets, and tasks run from it."""

from __future__ import annotations

import json

import pytest

from helpers.login_site import FORM, MARKER, LoginSite

ROW = {"type": "object", "properties": {"item": {"type": ["string", "null"]}, "price": {"type": ["number", "null"]}}}
TABLE = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": ROW}}
TEXT = "Click Show\nList the fruits: item, price"
LIST = """<h1>Fruits</h1><table id=t><tr><th>Item</th><th>Price</th></tr></table><script>
fetch('/data').then(r => r.text()).then(text => { t.insertAdjacentHTML('beforeend', text); });</script>"""
ROWS = [{"item": "Pear", "price": 1.2}]
SECRETS = [{"match": "login.localhost", "fields": {"email": "ada@planted.example", "password": "pl4nted-pass/word+1"}}]


def cassette_of(emulator, name):
    status, answer = emulator.get(f"/_emulator/cassettes/{name}")
    assert status == 200, answer
    return answer["cassette"]


def rows(answer):
    status, body = answer
    assert (status, body["status"]) == (200, "complete"), body
    return json.loads(body["data"]["message"])


@pytest.fixture(scope="module")
def taped(emulator):
    """Run a task on a site, which is then gone; return the task and its cassette."""
    site = LoginSite()
    site.page("/fruits", "<h1>Shop</h1><a href=/list>Show</a>")
    site.page("/list", LIST)
    site.page("/data", "<tr><td>Pear</td><td>$1.20</td></tr>")
    task = {"prompt": TEXT, "startingUrl": site.url("/fruits"), **TABLE}
    assert rows(emulator.post("/start/run-task", {**task, "emulator": {"record": "fruits"}})) == ROWS
    site.close()
    return task, cassette_of(emulator, "fruits")


def test_a_cassette_has_the_traffic_in_the_form_of_har_and_the_answers(taped):
    task, cassette = taped
    assert (cassette["webrunCassette"], cassette["log"]["version"]) == (1, "1.2")
    entries = {entry["request"]["url"].rpartition("/")[2]: entry for entry in cassette["log"]["entries"]}
    assert {"fruits", "list", "data"} <= set(entries)
    assert entries["data"]["response"]["content"]["text"].endswith("<tr><td>Pear</td><td>$1.20</td></tr>")
    assert [*entries["data"]["request"]] == ["method", "url"]
    (answer,) = cassette["tasks"]
    assert (answer["text"], json.loads(answer["message"])) == (task["prompt"], ROWS)


def test_a_task_runs_from_a_cassette_while_the_site_is_gone(emulator, taped):
    task, cassette = taped
    assert emulator.post("/_emulator/cassettes", {"name": "play", "cassette": cassette})[0] == 200
    assert rows(emulator.post("/start/run-task", {**task, "emulator": {"record": "play"}})) == ROWS
    _, without = emulator.post("/start/run-task", task)
    assert (without["status"], without["code"]) == ("failed", "NAVIGATION_FAILED")


def test_what_a_cassette_lacks_does_not_reach_the_network(emulator, taped):
    task, cassette = taped
    only = [entry for entry in cassette["log"]["entries"] if entry["request"]["url"].endswith("/fruits")]
    shortened = {**cassette, "log": {**cassette["log"], "entries": only}}
    emulator.post("/_emulator/cassettes", {"name": "short", "cassette": shortened})
    _, body = emulator.post("/start/run-task", {**task, "emulator": {"record": "short"}})
    assert (body["status"], body["code"]) == ("failed", "NAVIGATION_FAILED")
    assert body["error"].startswith("the cassette has no answer to GET http://login.localhost:")


def test_a_practice_site_is_in_it_by_its_name_and_played_with_its_redirects(emulator):
    task = {"prompt": "Get the heading", "startingUrl": emulator.shop}
    _, first = emulator.post("/start/run-task", {**task, "emulator": {"record": "shop"}})
    cassette = cassette_of(emulator, "shop")
    assert cassette["log"]["entries"][0]["request"]["url"] == "practice:shop"
    emulator.post("/_emulator/cassettes", {"name": "shop", "cassette": cassette})
    _, again = emulator.post("/start/run-task", {**task, "emulator": {"record": "shop"}})
    assert (again["status"], again["data"]["message"]) == ("complete", first["data"]["message"])


def test_no_secret_is_in_a_cassette(emulator):
    site = LoginSite()
    site.page("/asks", f"<title>Asks</title>{FORM.format(action='/login')}")
    task = {"prompt": "Log in\nGet the heading", "startingUrl": site.url("/asks"), "secrets": SECRETS}
    _, body = emulator.post("/start/run-task", {**task, "emulator": {"record": "login"}})
    assert body["status"] == "complete", body
    site.close()
    cassette = cassette_of(emulator, "login")
    text = json.dumps(cassette)
    assert MARKER in text
    secrets = ("ada@planted.example", "pl4nted-pass/word+1", "pl4nted-pass%2Fword%2B1")
    assert [each for each in secrets if each in text] == []
    names = {each["name"] for entry in cassette["log"]["entries"] for each in entry["response"]["headers"]}
    assert names.isdisjoint({"set-cookie", "authorization"})
    emulator.post("/_emulator/cassettes", {"name": "login", "cassette": json.loads(text)})
    _, again = emulator.post("/start/run-task", {**task, "emulator": {"record": "login"}})
    assert again["status"] == "complete", again["error"]


def test_a_download_is_in_it_and_what_can_not_be_kept_is_told(emulator):
    site = LoginSite()
    socket = site.url("/live").replace("http", "ws")
    links = "<a href=/named?list>Save it</a><a download=x.csv href=/x>Keep it</a>"
    site.page("/files", f"{links}<script>new WebSocket('{socket}')</script>")
    task = {"prompt": "Click Save it", "startingUrl": site.url("/files")}
    _, first = emulator.post("/start/run-task", {**task, "emulator": {"record": "files"}})
    assert (first["status"], len(first["data"]["files"])) == ("complete", 1), first
    site.close()
    cassette = cassette_of(emulator, "files")
    assert (cassette["leftOut"], cassette["reasons"]) == (1, {"WebSockets are not kept": 1})
    emulator.post("/_emulator/cassettes", {"name": "files", "cassette": cassette})
    _, again = emulator.post("/start/run-task", {**task, "emulator": {"record": "files"}})
    assert (again["status"], len(again["data"]["files"])) == ("complete", 1), again
    without = [each for each in cassette["log"]["entries"] if not each["request"]["url"].endswith("/named?list")]
    emulator.post("/_emulator/cassettes", {"name": "files", "cassette": {**cassette, "log": {"entries": without}}})
    _, failed = emulator.post("/start/run-task", {**task, "emulator": {"record": "files"}})
    assert failed["error"] == f"the cassette has no answer to GET {site.url('/named?list')}"
    _, failed = emulator.post("/start/run-task", {**task, "prompt": "Click Keep it", "emulator": {"record": "files"}})
    assert failed["error"] == (
        f"A file was not downloaded. The cassette has no answer to GET {socket} (WebSockets are not kept) and 1 other "
        "request of the pages."
    )


@pytest.mark.parametrize(
    ("cassette", "says"),
    [
        ({}, "webrunCassette is None, not 1"),
        ({"webrunCassette": 2}, "webrunCassette is 2, not 1"),
        ({"webrunCassette": 1, "log": {"entries": [{}]}}, "log.entries.0.request: Field required"),
    ],
)
def test_what_is_no_cassette_is_refused(emulator, cassette, says):
    status, body = emulator.post("/_emulator/cassettes", {"name": "x", "cassette": cassette})
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert says in body["message"]


def test_an_empty_cassette_can_be_begun(emulator):
    assert emulator.post("/_emulator/cassettes", {"name": "empty"})[0] == 200
    cassette = emulator.get("/_emulator/cassettes/empty")[1]["cassette"]
    assert (cassette["log"]["entries"], cassette["tasks"]) == ([], [])


def test_a_cassette_can_be_removed_and_its_name_is_checked(emulator, taped):
    emulator.post("/_emulator/cassettes", {"name": "gone", "cassette": taped[1]})
    assert emulator.http.delete("/_emulator/cassettes/gone").status_code == 200
    assert emulator.get("/_emulator/cassettes/gone")[1]["code"] == "NOT_FOUND"
    status, body = emulator.post("/start/run-task", {**taped[0], "emulator": {"record": "a/b"}})
    assert (status, body["details"]["parameter"]) == (400, "emulator.record")
