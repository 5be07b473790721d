"""Contract tests of enforced policies (section 11), judged by the requests that reach the servers."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from helpers.waiting import wait_until

FORM = """<form action=/sent method=post><input name=q aria-label=query style="position:absolute;left:20px;top:20px">
<button style="position:absolute;left:20px;top:80px;width:200px;height:40px">Send it</button></form>"""
PAGES = {
    "/form": FORM,
    "/framed": '<iframe src=/form style="position:absolute;left:0;top:0;border:0;width:600px;height:300px"></iframe>',
    "/shadow": "<div id=host style='position:absolute;left:0;top:0'></div><script>"
    f"host.attachShadow({{mode: 'open'}}).innerHTML = `{FORM}`</script>",
    "/clobbered": f"<img name=activeElement><img name=elementFromPoint><img name=title>{FORM}",
    "/links": "<a href=/admin/users>Users</a> <a href=/away>Away</a> <a href=/later>Later</a>"
    "<script>document.querySelectorAll('a')[2].onmousedown = event => { event.target.href = '/harmless' }</script>",
    "/parts": "<img src=http://parts.localhost:{port}/part.png><h1>Parts</h1>",
}


class Site(ThreadingHTTPServer):
    """A site that records its requests."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), self._handler())
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(f"{self.command} {self.path}")
                if self.path == "/away":
                    self.send_response(302)
                    self.send_header("location", "/admin/users")
                    self.end_headers()
                    return
                page = PAGES.get(self.path, "<h1>Here</h1>").replace("{port}", str(site.server_port))
                body = f"<!doctype html><title>Site</title>{page}".encode()
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.shutdown()
    site.server_close()


@pytest.fixture
def session(emulator):
    """Open a session with rules, on a page."""

    def start(url: str, **rules: object) -> tuple[str, str]:
        status, body = emulator.post("/policies", {"name": "Rules", **rules})
        assert status == 200, body
        policy_id = body["policy"]["_id"]
        session_id = emulator.start(policyId=policy_id)
        wait_until(lambda: emulator.status(session_id), lambda state: state["phase"] == "idle")
        status, body = emulator.message(
            session_id, actionType="newTask", taskDetails="wait 0.1 seconds", startingPoint=url
        )
        assert body["status"] == "complete", body
        return session_id, policy_id

    return start


NO_SENDING = {"category": "Form Submit", "permission": "block"}
BY_HAND = {
    "click the button": [{"type": "CLICK", "x": 100, "y": 255}],
    "Enter in the field": [{"type": "CLICK", "x": 60, "y": 185}, {"type": "KEY_PRESS", "key": "Enter"}],
    "a line break that is typed": [{"type": "CLICK", "x": 60, "y": 185}, {"type": "TYPE", "text": "abc\n"}],
    "Space on the button": [
        {"type": "CLICK", "x": 60, "y": 185},
        {"type": "KEY_PRESS", "key": "Tab"},
        {"type": "KEY_PRESS", "key": "Space"},
    ],
}


def do(emulator, session_id, policy_id, actions):
    """Send these manual actions, and wait until each was decided."""

    def decided():
        return [row for row in emulator.get(f"/policies/{policy_id}/audit")[1]["audit"] if row["by"] == "user"]

    for action in actions:
        status, body = emulator.message(session_id, actionType="interaction", action=action)
        assert status == 200, body
    return wait_until(decided, lambda rows: len(rows) == len(actions))


WHERE = [("/form", how) for how in BY_HAND]
WHERE += [(page, how) for page in ("/framed", "/shadow", "/clobbered") for how in list(BY_HAND)[:2]]


@pytest.mark.parametrize(("page", "how"), WHERE)
def test_no_manual_input_sends_a_form_that_the_policy_blocks(emulator, site, session, page, how):
    session_id, policy_id = session(site.url(page), actionRules=[NO_SENDING])
    rows = do(emulator, session_id, policy_id, BY_HAND[how])
    assert rows[-1]["decision"] == "block"
    assert "POST /sent" not in site.asked
    emulator.message(session_id, actionType="state", newState="terminate")


@pytest.mark.parametrize("how", BY_HAND)
def test_without_the_rule_each_of_them_sends_it(emulator, site, session, how):
    session_id, policy_id = session(site.url("/form"))
    do(emulator, session_id, policy_id, BY_HAND[how])
    wait_until(lambda: list(site.asked), lambda asked: "POST /sent" in asked)
    emulator.message(session_id, actionType="state", newState="terminate")


ADMIN = {"category": "Navigation", "permission": "block", "urlPattern": "*/admin/*"}


@pytest.mark.parametrize("link", ["Users", "Away"])
def test_an_address_is_not_reached_by_a_link_or_a_redirect(emulator, site, session, link):
    session_id, _ = session(site.url("/links"), actionRules=[ADMIN])
    _, body = emulator.message(session_id, actionType="newTask", taskDetails=f"Click the {link} link")
    assert (body["status"], body["code"]) == ("failed", "BLOCKED_BY_POLICY"), body
    assert "GET /admin/users" not in site.asked


def test_the_redirect_is_followed_without_the_rule(emulator, site, session):
    session_id, _ = session(site.url("/links"))
    _, body = emulator.message(session_id, actionType="newTask", taskDetails="Click the Away link")
    assert body["status"] == "complete", body
    assert "GET /admin/users" in site.asked


@pytest.mark.parametrize(("action", "loaded"), [("block", False), ("guardrail", False), (None, True)])
def test_a_part_of_a_page_from_a_host_that_is_not_allowed_is_not_loaded(emulator, site, session, action, loaded):
    entries = [{"pattern": "parts.localhost" if action else "other.localhost", "action": action}]
    session_id, _ = session(site.url("/links"), domainRules={"mode": "blocklist", "entries": entries})
    # the host is named: without a rule its private address may be reached
    words = f'read the page; the pictures are at "{site.url("/", "parts.localhost")}"'
    emulator.message(session_id, actionType="newTask", taskDetails=words, startingPoint=site.url("/parts"))
    assert "GET /parts" in site.asked
    if loaded:
        wait_until(lambda: list(site.asked), lambda asked: "GET /part.png" in asked)
    assert ("GET /part.png" in site.asked) is loaded


def test_a_host_that_asks_is_reached_with_its_parts_once_approved(emulator, site, session):
    entries = [{"pattern": "parts.localhost", "action": "guardrail"}]
    session_id, _ = session(site.url("/links"), domainRules={"mode": "blocklist", "entries": entries})
    there = site.url("/parts", "parts.localhost")
    _, body = emulator.message(session_id, actionType="newTask", taskDetails="read the page", startingPoint=there)
    assert body["status"] == "guardrail_trigger", body
    assert "GET /parts" not in site.asked
    emulator.message(session_id, actionType="guardrail", taskDetails="approve")
    wait_until(lambda: list(site.asked), lambda asked: {"GET /parts", "GET /part.png"} <= set(asked))
