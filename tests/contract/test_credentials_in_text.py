"""Contract tests of user names, passwords and codes in the text of a task, in raw JSON: used there, shown nowhere."""

from __future__ import annotations

import json

import pytest

from helpers.login_site import FORM, LoginSite
from helpers.waiting import wait_until

USER = "ada.lovelace@planted.example"
PASSWORD = "Zw3-elephants!"
WELL = {"email": USER, "password": PASSWORD}
ORDERS = {"outputType": "structured_csv", "outputSchema": ["order", "total"]}


@pytest.fixture(scope="module")
def shared_site():
    site = LoginSite()
    yield site
    site.close()


@pytest.fixture
def site(shared_site):
    shared_site.posted.clear()
    shared_site.pages.clear()
    shared_site.check = lambda form: True
    return shared_site


def posted(site, host="login.localhost"):
    return [form for at, _, form in site.posted if at == host]


@pytest.mark.parametrize(
    "text",
    [
        f"Log in as {USER} with password {PASSWORD}",
        f'log in with the password "{PASSWORD}" and the e-mail "{USER}"',
    ],
)
def test_a_login_uses_what_its_text_says_and_asks_nothing(run, site, text):
    body = run(text, startingUrl=site.url())
    assert (body["status"], posted(site)) == ("complete", [WELL]), body
    assert PASSWORD not in json.dumps(body)


def test_steps_after_the_login_in_the_same_sentence_are_done(run, site):
    text = (
        f"Log in as {USER} with password {PASSWORD}, then go to {site.url('/orders')} and list the orders: order, total"
    )
    body = run(text, startingUrl=site.url(), **ORDERS)
    assert body["status"] == "complete", body
    assert body["data"]["message"].split() == ["order,total", "A-17,30", "A-18,40"]


def test_the_text_is_stored_and_shown_without_them(emulator, site):
    text = f"Log in as {USER} with password {PASSWORD}"
    status, body = emulator.post("/start/start-session", {"task": {"prompt": text, "startingUrl": site.url()}})
    assert (status, body["initialPrompt"]) == (200, f"Log in as {USER} with password ***")
    path = f"/task/{body['sessionId']}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    _, steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")
    _, tasks = emulator.get("/_emulator/tasks")
    assert done["status"] == "complete"
    for shown in (done, steps, tasks):
        assert PASSWORD not in json.dumps(shown)
        assert "⟦" not in json.dumps(shown, ensure_ascii=False)
    assert f"Log in as {USER} with password ***" in json.dumps(tasks)


def test_another_host_than_that_of_the_starting_page_gets_none(run, site):
    there = site.url(host="evil.localhost")
    body = run(f"Go to {there} and log in as {USER} with password {PASSWORD}", startingUrl=site.url("/x"))
    assert (body["status"], body["data"]["kind"]) == ("guardrail_trigger", "credentials")
    assert site.posted == []


def test_without_a_starting_page_they_are_for_the_page_that_the_text_opens(run, site):
    body = run(f"Go to {site.url()} and log in as {USER} with password {PASSWORD}")
    assert (body["status"], posted(site)) == ("complete", [WELL]), body


def test_else_they_are_for_the_page_that_is_open(emulator, site, idle_session):
    emulator.message(idle_session, actionType="newTask", prompt="Get the heading", startingUrl=site.url())
    text = f"Log in as {USER} with password {PASSWORD}"
    _, body = emulator.message(idle_session, actionType="newTask", prompt=text)
    assert (body["status"], posted(site)) == ("complete", [WELL]), body


def test_without_any_page_they_are_refused_in_one_line(run):
    body = run(f"Log in as {USER} with password {PASSWORD}")
    assert (body["status"], body["code"]) == ("failed", "NAVIGATION_FAILED")
    assert "on the host of the task's starting page alone, and no page is open" in body["message"]


def test_a_login_that_the_page_refuses_fails_with_its_words(run, site):
    site.check = lambda form: False
    body = run(f"Log in as {USER} with password {PASSWORD} and list the orders", startingUrl=site.url())
    assert (body["status"], len(posted(site))) == ("failed", 1), body
    assert "do not belong together" in body["message"]
    assert PASSWORD not in json.dumps(body)


SENDS_ITSELF = """<title>Log in</title><p id=top></p><form onsubmit="event.preventDefault(); sent()">
<label>User name <input id=u></label><label>Password <input type=password></label><button id=b>Log in</button></form>
<script>const later = (done) => { b.disabled = true; setTimeout(() => { b.disabled = false; done() }, 700) };
const sent = () => { SENT }</script>"""


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ("later(() => { document.all.top.textContent = 'Invalid credentials' })",
         "failed", 'The page says: "Invalid credentials"'),
        ("document.forms[0].remove(); document.all.top.textContent = 'Sorry, wrong password'",
         "failed", 'The page says: "Sorry, wrong password"'),
        ("later(() => { document.body.innerHTML = '<h1>Hello</h1><a href=/out>Log out</a>' })",
         "complete", 'the page has "Log out" now'),
        ("", "failed", "shows its form again"),
    ],
)  # fmt: skip
def test_a_login_is_done_where_the_page_shows_that_it_was_taken(run, site, sent, status, said):
    site.page("/login", SENDS_ITSELF.replace("SENT", sent))
    body = run(f"Log in as ada with password {PASSWORD}", startingUrl=site.url())
    assert body["status"] == status, body
    assert said in json.dumps(body["message"] if status == "failed" else body["data"]["message"]).replace('\\"', '"')


def test_a_password_is_typed_into_every_field_that_the_text_says(run, site):
    fields = "<label>Password <input type=password name=a></label><label>Repeat password <input name=b></label>"
    site.page("/login", f"<title>New</title><form method=post action=/login>{fields}<button>Save</button></form>")
    text = (
        f'Type "{PASSWORD}" into the Password field, type "{PASSWORD}" into the "Repeat password" field and click Save'
    )
    body = run(text, startingUrl=site.url())
    assert (body["status"], posted(site)) == ("complete", [{"a": PASSWORD, "b": PASSWORD}]), body


def test_a_code_of_the_text_is_used_where_a_login_asks_for_one(run, site):
    site.page("/login", f"<title>Log in</title>{FORM.format(action='/second')}")
    code = "<label>Code <input name=code autocomplete=one-time-code></label><button>Verify</button>"
    site.page("/verify", f"<title>Verify</title><form method=post action=/verify>{code}</form>")
    text = f"Log in as {USER} with password {PASSWORD} and the verification code 482913"
    body = run(text, startingUrl=site.url())
    assert body["status"] == "complete", body
    assert posted(site)[-1] == {"code": "482913"}
    assert "482913" not in json.dumps(body)
