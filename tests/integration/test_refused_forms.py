"""Tests of forms that are refused by the browser, the server or the page: the task does not count as complete."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.agent_runner import work
from helpers.practice_server import serving
from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.browsers.protocol import BrowserInstance

Site = Any
"""conftest's; tests are no package, so it has no name to import."""
pytestmark = pytest.mark.asyncio(loop_scope="module")

HELD = """<form action="/thanks"><label>E-mail <input name="mail" type="email" required></label>
<label>City <input name="city" required></label><button>Join</button></form>"""
SENT = '<form action="{action}"><label>E-mail <input name="mail"></label><button>Join</button></form>'
MARKED = """<form novalidate><label for="m">E-mail</label><input id="m"><p id="why" hidden></p>
<button>Join</button></form>
<script>document.forms[0].onsubmit = (event) => {
  event.preventDefault();
  const bad = !m.value.includes("@");
  m.setAttribute("aria-invalid", bad); m.setAttribute("aria-describedby", "why");
  why.textContent = "Ein Konto braucht eine Adresse."; why.hidden = !bad;
  if (!bad) document.title = "Danke";
}</script>"""
ALERT = """<form><div><label for="m">E-mail</label><input id="m"></div><button type="button">Join</button></form>
<div id="note"></div><script>document.querySelector("button").onclick = () => {
  note.setAttribute("role", "alert");
  note.textContent = m.value === "a@b.example" ? "Saved. See you soon!" : "Something went wrong: no such address";
}</script>"""


@pytest.fixture
def pages(site: Site) -> Site:
    site.page("/held", HELD)
    site.page("/thanks", "<title>Thanks</title><p>Thank you")
    site.page("/no", "<title>Unprocessable</title><p>No", status=422)
    site.page("/taken", SENT.format(action="/thanks"))
    site.page("/refused", SENT.format(action="/no"))
    site.page("/marked", "<title>Join</title>" + MARKED)
    site.page("/alert", ALERT)
    return site


async def run_task(instance: BrowserInstance, url: str, text: str) -> str:
    return (await work(instance, TaskSpec(text, starting_url=url))).answer.text


async def refused(instance: BrowserInstance, url: str, text: str) -> str:
    with pytest.raises(AgentError) as caught:
        await run_task(instance, url, text)
    assert caught.value.code == "AGENT_ERROR"
    return caught.value.message


@pytest.mark.parametrize("send", ["click Join", "submit the form"])
async def test_a_form_that_the_browser_holds_back(instance: BrowserInstance, pages: Site, send: str) -> None:
    said = await refused(instance, pages.url("/held"), send)
    assert said.startswith(f'"{send}": the form was not sent: the browser found errors in it at the field "E-mail": "')
    assert said.endswith('" (and at "City")')


async def test_enter_in_a_form_that_the_browser_holds_back(instance: BrowserInstance, pages: Site) -> None:
    said = await refused(instance, pages.url("/held"), 'type "ada" into E-mail and press Enter')
    assert 'found errors in it at the field "E-mail": "' in said


async def test_a_form_that_is_taken(instance: BrowserInstance, pages: Site) -> None:
    said = await run_task(
        instance, pages.url("/held"), 'type "a@b.example" into E-mail, type Ulm into City, click Join'
    )
    assert said.startswith("Done:")
    assert "Thanks" in said


async def test_a_form_that_the_server_refuses(instance: BrowserInstance, pages: Site) -> None:
    said = await refused(instance, pages.url("/refused"), "click Join")
    assert said.startswith('"click Join": refused: ')
    assert ' answered 422 with "Unprocessable".' in said
    assert (await run_task(instance, pages.url("/taken"), "click Join")).startswith("Done:")


async def test_a_field_that_the_page_marks(instance: BrowserInstance, pages: Site) -> None:
    said = await refused(instance, pages.url("/marked"), 'type "ada" into E-mail, then click Join')
    assert said.endswith('not accept it at the field "E-mail": "Ein Konto braucht eine Adresse."')
    taken = await run_task(instance, pages.url("/marked"), 'type "a@b.example" into E-mail, then click Join')
    assert taken.startswith("Done:")
    assert "Danke" in taken


async def test_an_alert_after_a_button(instance: BrowserInstance, pages: Site) -> None:
    said = await refused(instance, pages.url("/alert"), "click Join")
    assert said == '"click Join": the page did not accept it. The page says: "Something went wrong: no such address"'
    taken = await run_task(instance, pages.url("/alert"), 'type "a@b.example" into E-mail, then click Join')
    assert 'The page says: "Saved. See you soon!".' in taken


async def test_a_form_that_is_filled_in_and_not_sent(instance: BrowserInstance, pages: Site) -> None:
    said = await run_task(instance, pages.url("/taken"), 'type "ada" into E-mail')
    assert said.endswith('The form was not sent: no step pressed "Join".')
    sent = await run_task(instance, pages.url("/taken"), 'type "ada" into E-mail and click Join')
    assert "not sent" not in sent


async def test_an_answer_after_a_form_that_was_not_sent_says_so(instance: BrowserInstance, pages: Site) -> None:
    pages.page("/both", f"<title>Join</title><h1>Join us</h1>{SENT.format(action='/thanks')}")
    said = await run_task(instance, pages.url("/both"), 'type "ada" into E-mail and get the heading')
    assert "Join us" in said
    assert said.endswith('The form was not sent: no step pressed "Join".')


async def test_a_send_button_that_is_named_is_pressed_without_a_question(instance: BrowserInstance, site: Site) -> None:
    site.page("/thanks", "<title>Thanks</title><p>Thank you")
    url = site.page("/write", SENT.format(action="/thanks").replace("Join", "Send"))
    worked = await work(instance, TaskSpec('type "ada" into E-mail and press Send', starting_url=url))
    assert worked.asked == []
    assert "Thanks" in worked.answer.text


async def test_the_practice_sites_own_form(instance: BrowserInstance) -> None:
    with serving() as sites:
        said = await refused(instance, sites.url("forms"), "submit the form")
    assert said.endswith(
        'answered 422 at the field "Full name": "Enter full name." (and at "E-mail", "Date of birth", '
        '"Street", "City", "Postcode")'
    )
