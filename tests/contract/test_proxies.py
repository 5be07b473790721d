"""Contract tests of a session's proxy (section 7): its fields, traffic, bytes, failures and hidden password."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.proxies import LocalProxy

PASSWORD = "s3cr-3t-pass"
LOGIN = ("ada", PASSWORD)
START, RUN = "/start/start-session", "/start/run-task"
CITIES = {"taskDetails": "List the cities.", "outputType": "structured_csv", "outputSchema": ["city"]}
CUSTOM = {"source": "custom", "type": "http", "host": "p.example", "port": 8080}


@pytest.fixture
def proxy():
    """Start a proxy of a kind; each is ended after the test."""
    running = []

    def start(kind, username=None, password=None):
        running.append(LocalProxy(kind, username, password))
        return running[-1]

    yield start
    for each in running:
        each.die()


# --- its fields -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [START, RUN])
@pytest.mark.parametrize(
    ("proxy", "named"),
    [
        ("http://p.example", "proxy"),
        ({"source": "other"}, "proxy.source"),
        ({"source": "WebRun", "country": "Germany"}, "proxy.country"),
        ({"source": "WebRun", "country": 49}, "proxy.country"),
        ({**CUSTOM, "type": "ftp"}, "proxy.type"),
        ({**CUSTOM, "host": ""}, "proxy.host"),
        ({**CUSTOM, "host": "http://p.example"}, "proxy.host"),
        ({**CUSTOM, "host": "p example"}, "proxy.host"),
        ({**CUSTOM, "port": 0}, "proxy.port"),
        ({**CUSTOM, "port": 65536}, "proxy.port"),
        ({**CUSTOM, "port": "80a"}, "proxy.port"),
        ({**CUSTOM, "port": True}, "proxy.port"),
        ({**CUSTOM, "username": 1}, "proxy.username"),
        ({**CUSTOM, "password": PASSWORD * 30}, "proxy.password"),
        ({**CUSTOM, "password": "line\nbreak"}, "proxy.password"),
    ],
)
def test_a_wrong_field_is_named(emulator, path, proxy, named):
    status, body = emulator.post(path, {"taskDetails": "List the cities.", "proxy": proxy})
    assert (status, body["code"], body["details"]["parameter"]) == (400, "INVALID_PARAMETER", named), body
    assert PASSWORD not in json.dumps(body)


@pytest.mark.parametrize("missing", ["type", "host", "port"])
def test_a_missing_field_is_named(emulator, missing):
    proxy = {name: value for name, value in CUSTOM.items() if name != missing}
    status, body = emulator.post(START, {"proxy": proxy})
    assert (status, body["code"], body["details"]["field"]) == (400, "MISSING_REQUIRED_FIELD", f"proxy.{missing}")


def test_a_proxy_without_source_is_refused_with_the_missing_field(emulator):
    status, body = emulator.post(START, {"proxy": {"host": "p.example", "port": 1}})
    assert (status, body["code"], body["details"]["field"]) == (400, "MISSING_REQUIRED_FIELD", "proxy.source")


def test_no_proxy_is_null(emulator):
    assert emulator.status(emulator.start(proxy=None))["proxy"] is None


def test_a_country_without_a_table_is_refused_in_one_line(emulator):
    status, body = emulator.post(START, {"proxy": {"source": "WebRun", "country": "de"}})
    assert (status, body["details"]["parameter"]) == (400, "proxy.country")
    assert "--proxies" in body["message"]
    assert "\n" not in body["message"]


def test_the_emulator_itself_is_no_proxy(emulator):
    port = emulator.url.rpartition(":")[2]
    status, body = emulator.post(START, {"proxy": {**CUSTOM, "host": "127.0.0.1", "port": port}})
    assert (status, body["details"]["parameter"]) == (400, "proxy.port")


def test_status_shows_all_but_the_password(emulator, proxy):
    session = emulator.start(proxy=proxy("http", *LOGIN).wire)
    status = emulator.status(session)
    assert status["proxy"].keys() == {"source", "type", "host", "port", "username", "level"}
    assert PASSWORD not in json.dumps(status)


# --- its traffic ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", [(), LOGIN], ids=["open", "password"])
@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_page_comes_through_the_proxy(run, proxy, page_url, kind, login):
    through = proxy(kind, *login)
    body = run(**{"instruction": "List the cities.", **_structured(), "startingPoint": page_url, "proxy": through.wire})
    assert body["data"]["message"].split() == ["city", "Ulm", "Graz"], body
    assert set(through.asked) == {page_url.removeprefix("http://")}


def test_a_port_may_be_text(run, proxy, page_url):
    through = proxy("socks")
    wire = {**through.wire, "port": str(through.port)}
    assert run("List the cities.", startingPoint=page_url, proxy=wire)["status"] == "complete"
    assert through.asked


def test_a_practice_site_needs_no_proxy(emulator, run, proxy):
    through = proxy("http")
    assert run("List the laptops.", startingPoint=emulator.shop, proxy=through.wire)["status"] == "complete"
    assert through.asked == []


def test_an_own_proxy_is_free(emulator, run, proxy, page_url):
    body = run("List the cities.", startingPoint=page_url, proxy=proxy("http").wire)
    assert emulator.status(body["sessionId"])["usage"]["breakdown"]["proxy"] == 0


# --- its failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_wrong_password_is_said(run, proxy, page_url, kind):
    through = proxy(kind, *LOGIN)
    body = run("List the cities.", startingPoint=page_url, proxy={**through.wire, "password": "wr0ng-w0rd"})
    assert (body["status"], body["code"]) == ("failed", "NAVIGATION_FAILED")
    assert f"127.0.0.1:{through.port} refuses the user name or the password" in body["message"]
    assert "wr0ng-w0rd" not in json.dumps(body)
    assert through.asked == []


@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_password_that_is_wanted_is_said(run, proxy, page_url, kind):
    wire = {name: value for name, value in proxy(kind, *LOGIN).wire.items() if name not in ("username", "password")}
    body = run("List the cities.", startingPoint=page_url, proxy=wire)
    assert (body["code"], "wants a user name and a password" in body["message"]) == ("NAVIGATION_FAILED", True), body


@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_dead_proxy_is_said(run, proxy, page_url, kind):
    through = proxy(kind, *LOGIN)
    through.die()
    body = run("List the cities.", startingPoint=page_url, proxy=through.wire)
    assert (body["code"], f"127.0.0.1:{through.port} can't be reached" in body["message"]) == (
        "NAVIGATION_FAILED",
        True,
    ), body
    assert PASSWORD not in json.dumps(body)


@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_proxy_that_dies_is_said_and_the_session_stays(emulator, proxy, page_url, visits, kind):
    through = proxy(kind)
    session = emulator.start(proxy=through.wire)
    first = emulator.message(session, actionType="newTask", startingPoint=page_url, **CITIES)[1]
    through.die()
    second = emulator.message(session, actionType="newTask", startingPoint=page_url + "/again", **CITIES)[1]
    assert (first["status"], second["code"]) == ("complete", "NAVIGATION_FAILED")
    assert f"127.0.0.1:{through.port} can't be reached" in second["message"]
    assert emulator.status(session)["phase"] == "idle"
    assert "/again" not in visits


# --- managed ones -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def managed(start_emulator, tmp_path_factory):
    """Start an emulator that offers its own proxies in two countries."""
    table = {"DE": LocalProxy("http", *LOGIN), "us": LocalProxy("socks")}
    path: Path = tmp_path_factory.mktemp("proxies") / "proxies.json"
    path.write_text(json.dumps({country: each.wire for country, each in table.items()}))
    emulator = start_emulator("--proxies", str(path), "--control")
    yield emulator, table
    emulator.end()
    for each in table.values():
        each.die()


def test_the_country_chooses_the_proxy_and_its_bytes_are_billed(managed, page_url):
    emulator, table = managed
    status, body = emulator.post(
        RUN, {**CITIES, "startingPoint": page_url, "proxy": {"source": "WebRun", "country": "de", "level": "chrome"}}
    )
    assert (status, body["status"]) == (200, "complete"), body
    state = emulator.status(body["sessionId"])
    assert (bool(table["DE"].asked), table["us"].asked) == (True, [])
    assert state["proxy"] == {"source": "WebRun", "country": "DE", "level": "chrome"}
    # a page of some 600 bytes each way and two heads: a few kilobytes at 4 dollars a gigabyte
    assert 0 < state["usage"]["breakdown"]["proxy"] < 0.0001
    assert body["usage"]["breakdown"]["proxy"] == 0


def test_a_country_that_is_not_in_the_table_is_refused(managed):
    emulator, _ = managed
    status, body = emulator.post(START, {"proxy": {"source": "WebRun", "country": "FR"}})
    assert (status, body["details"]["parameter"], "DE, US" in body["message"]) == (400, "proxy.country", True)


def test_random_is_one_of_the_table(managed, page_url):
    emulator, table = managed
    before = sum(len(each.asked) for each in table.values())
    emulator.post(RUN, {**CITIES, "startingPoint": page_url, "proxy": {"source": "WebRun", "country": "random"}})
    assert sum(len(each.asked) for each in table.values()) > before


def _structured() -> dict[str, object]:
    return {name: value for name, value in CITIES.items() if name != "taskDetails"}


# --- trying one (the emulator's alone) --------------------------------------------------------------------------------

TEST = "/_emulator/proxies/test"


@pytest.mark.parametrize("login", [(), LOGIN], ids=["open", "password"])
@pytest.mark.parametrize("kind", ["http", "socks"])
def test_a_test_of_a_proxy_returns_its_exit_address_and_latency(emulator, proxy, kind, login):
    through = proxy(kind, *login)
    status, body = emulator.post(TEST, {"proxy": through.wire})
    assert (status, body["works"], body["exitAddress"], body["error"]) == (200, True, "127.0.0.1", None)
    assert body["latencyMs"] > 0
    assert through.asked == [emulator.url.removeprefix("http://")]
    assert PASSWORD not in json.dumps(body)


def test_a_test_of_a_proxy_uses_the_given_url(emulator, proxy, page_url):
    body = emulator.post(TEST, {"proxy": proxy("http").wire, "url": page_url})[1]
    assert (body["works"], body["seenBy"], body["error"]) == (
        False,
        page_url,
        f"{page_url} did not answer with an address",
    )


def test_a_test_of_a_dead_proxy_reports_the_failure(emulator, proxy):
    through = proxy("socks", *LOGIN)
    through.die()
    body = emulator.post(TEST, {"proxy": through.wire})[1]
    assert (body["works"], body["exitAddress"], body["latencyMs"]) == (False, None, None)
    assert body["error"] == f"the proxy socks5://127.0.0.1:{through.port} can't be reached"


def test_a_test_without_a_proxy_names_the_field(emulator):
    status, body = emulator.post(TEST, {"proxy": {**CUSTOM, "port": 0}})
    assert (status, body["details"]["parameter"]) == (400, "proxy.port")
