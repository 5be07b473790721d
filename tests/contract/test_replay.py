"""Contract tests of recordings and of the task fields `emulator.replay` and `emulator.heal` (section 12)."""

from __future__ import annotations

import json

import pytest

from helpers.login_site import LoginSite
from helpers.scripts import run_script

ROW = {"type": "object", "properties": {"item": {"type": ["string", "null"]}, "price": {"type": ["number", "null"]}}}
TABLE = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": ROW}}
SENTENCES = (
    "Enter Ada for Name",
    "Click the Add button next to Pear",
    "Click Show",
    "List the fruits under $3, cheapest first: item, price",
)
TEXT = "\n".join(SENTENCES)
SCRIPT = """<script>for (const button of document.querySelectorAll('button')) button.onclick = () => {
  const fruit = button.closest('li').firstChild.data.trim();
  document.querySelector('#said').textContent = `added ${fruit}`;
  fetch(`/added?${fruit}`);
};</script>"""
PAGE = f"""<title>Fruits</title><h1>Fruits</h1><label for=n>Name</label><input id=n class=a>
<ul><li>Apple <button id=b1>Add</button><li>Pear <button id=b2>Add</button></ul><p id=said></p>
<a href=/list>Show</a>{SCRIPT}"""
STILL = PAGE.replace(SCRIPT, "")
"""The page without its script: what is missing there is not waited for."""
CHANGED = f"""<title>Fruits</title><main><form onsubmit="return false"><div>
<input class=z9 id=field_77 aria-label=Name></div></form><a class=x href=/list>Show</a><p id=said></p>
<ol><li>Pear <button class=k id=q7>Add</button><li>Fig <button class=k id=q8>Add</button>
<li>Apple <button id=q9>Add</button></ol></main>{SCRIPT}"""
LIST = """<h1>Fruits</h1><table><tr><th>Item</th><th>Price</th></tr><tr><td>Apple</td><td>$2.50</td></tr>
<tr><td>Pear</td><td>$1.20</td></tr><tr><td>Mango</td><td>$4.00</td></tr></table>"""
ROWS = [{"item": "Pear", "price": 1.2}, {"item": "Apple", "price": 2.5}]


@pytest.fixture(scope="module")
def site():
    site = LoginSite()
    site.page("/added", "ok")
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _pages(site):
    site.page("/fruits", PAGE)
    site.page("/list", LIST)


@pytest.fixture(scope="module")
def recorded(emulator, site):
    """Run the task once, and return its id and its recording."""
    site.page("/fruits", PAGE)
    site.page("/list", LIST)
    _, body = emulator.post("/start/run-task", {"prompt": TEXT, "startingUrl": site.url("/fruits"), **TABLE})
    assert (body["status"], json.loads(body["data"]["message"])) == ("complete", ROWS), body
    status, answer = emulator.get(f"/_emulator/tasks/{body['taskId']}/recording")
    assert status == 200, answer
    return body["taskId"], answer["recording"]


def replayed(emulator, replay, *, heal=False, **fields):
    emulated = {"replay": replay, **({"heal": True} if heal else {})}
    return emulator.post("/start/run-task", {"emulator": emulated, **TABLE, **fields})


def rows(answer):
    status, body = answer
    assert (status, body["status"]) == (200, "complete"), body
    return json.loads(body["data"]["message"])


def test_a_recording_has_each_action_with_its_element_and_each_reading(recorded, site):
    _, recording = recorded
    assert recording["webrunRecording"] == 1
    assert recording["task"]["text"] == TEXT
    assert [step.get("action") or step["read"] for step in recording["steps"]] == [
        "Navigate", "Type", "Click", "Click", TEXT.splitlines()[-1],
    ]  # fmt: skip
    typed, added = recording["steps"][1:3]
    assert typed["details"]["text"] == "Ada"
    assert (typed["element"]["role"], typed["element"]["name"]) == ("textbox", "Name")
    assert (added["element"]["name"], added["element"]["ordinal"], added["element"]["count"]) == ("Add", 2, 2)
    assert added["element"]["beside"] == ["Pear"]
    assert added["because"] == "Click the Add button next to Pear"


def test_a_replay_takes_the_same_steps_without_tokens_and_reads_the_same(emulator, recorded):
    task_id, _ = recorded
    answer = replayed(emulator, task_id)
    assert rows(answer) == ROWS
    assert answer[1]["usage"]["total_tokens"] == 0


def test_a_recording_from_a_file_is_replayed_in_a_session(emulator, recorded, idle_session):
    _, recording = recorded
    task = {"emulator": {"replay": recording}, "newState": "start", **TABLE}
    assert rows(emulator.message(idle_session, actionType="newTask", **task)) == ROWS


def test_a_page_with_other_ids_classes_and_order_still_replays(emulator, recorded, site):
    site.page("/fruits", CHANGED)
    answer = replayed(emulator, recorded[0])
    assert rows(answer) == ROWS
    urls = [each["url"] for each in answer[1]["data"]["network"][0]["urls"]]
    assert [url for url in urls if "/added" in url] == [site.url("/added?Pear")]


def test_a_replay_reads_what_the_page_has_now(emulator, recorded, site):
    site.page("/list", LIST.replace("$4.00", "$0.50"))
    assert rows(replayed(emulator, recorded[0])) == [{"item": "Mango", "price": 0.5}, *ROWS]


def test_a_button_that_is_gone_is_named_with_its_step(emulator, recorded, site):
    site.page("/fruits", STILL.replace("<li>Pear <button id=b2>Add</button>", "<li>Pear"))
    _, body = replayed(emulator, recorded[0])
    assert (body["status"], body["code"]) == ("failed", "ELEMENT_NOT_FOUND")
    assert body["error"].startswith("Step 3 of 5 (click button “Add” beside “Pear”): the page has no button “Add”")
    assert "\n" not in body["error"]
    assert body["details"] == {"step": 3, "steps": 5, "healing": "possible"}


def test_an_agent_mends_a_step_and_the_mended_recording_is_kept(emulator, recorded, site):
    site.page("/fruits", STILL.replace(">Show<", ">Show the list<"))
    answer = replayed(emulator, recorded[0], heal=True)
    assert rows(answer) == ROWS
    assert rows(replayed(emulator, answer[1]["taskId"])) == ROWS


def test_a_sentence_of_which_a_click_is_done_is_not_given_to_an_agent(emulator, recorded, site):
    site.page("/fruits", STILL)
    recording = json.loads(json.dumps(recorded[1]))
    recording["steps"][3]["because"] = recording["steps"][2]["because"]
    recording["steps"][3]["element"]["name"] = "Gone"
    _, body = replayed(emulator, recording, heal=True)
    assert body["error"].endswith("A part of “Click the Add button next to Pear” is done, and is not done twice.")
    assert body["details"]["healing"] == "impossible"


def test_an_agent_that_mends_no_step_is_named_with_the_step(emulator, recorded, site):
    site.page("/fruits", STILL.replace("<a href=/list>Show</a>", ""))
    _, body = replayed(emulator, recorded[0], heal=True)
    assert body["error"].startswith("Step 4 of 5 (click link “Show”): the page has no link “Show”")
    assert ". The local agent went on there, and failed too: " in body["error"]
    assert (body["details"]["step"], body["details"]["healing"]) == (4, "local")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"webrunRecording": 2}, "its version is 2, and this program reads 1"),
        ({"webrunRecording": None}, "webrunRecording is missing"),
        ({"steps": [{"action": "Jump"}]}, "step 1: there is no action 'Jump'; there are: Navigate"),
        ({"steps": [{"action": "Navigate"}]}, "step 1: Navigate: url: "),
        (
            {"steps": [{"action": "Click", "details": {"ref": 3}}]},
            "step 1: Click: ref does not belong into its details",
        ),
        ({"steps": [{"action": "Click", "element": {"rule": "x"}}]}, "steps.0.element.rule: "),
        ({"steps": "all"}, "steps: "),
    ],
)
def test_what_is_no_recording_is_refused_with_the_place(emulator, recorded, change, says):
    status, body = replayed(emulator, {**recorded[1], **change})
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert says in body["message"]
    assert body["details"]["parameter"] == "emulator.replay"


def test_another_text_than_that_of_the_recording_is_refused(emulator, recorded):
    status, body = replayed(emulator, recorded[0], prompt="List the fruits")
    assert (status, body["code"], body["details"]["parameter"]) == (400, "INVALID_PARAMETER", "prompt")
    assert rows(replayed(emulator, recorded[0], prompt=f"  {TEXT} ")) == ROWS


def test_only_a_completed_task_that_is_remembered_is_replayed(emulator, run, site):
    site.page("/fruits", STILL)
    failed = run("Click the Frobnicate button", startingPoint=site.url("/fruits"))
    for answer in (
        replayed(emulator, failed["taskId"]),
        emulator.get(f"/_emulator/tasks/{failed['taskId']}/recording"),
    ):
        assert (answer[0], answer[1]["code"]) == (409, "INVALID_STATE")
    assert replayed(emulator, "task_nope")[0] == 404


def test_heal_without_a_recording_is_refused(emulator, site):
    task = {"prompt": TEXT, "startingUrl": site.url("/fruits"), "emulator": {"heal": True}}
    status, body = emulator.post("/start/run-task", task)
    assert (status, body["code"], body["details"]["parameter"]) == (400, "INVALID_PARAMETER", "emulator.heal")


SECRETS = [{"match": "login.localhost", "fields": {"email": "ada@x.example", "password": "s3cret-of-ada"}}]


@pytest.fixture(scope="module")
def login(emulator, site):
    """Log in once, and return the id of the task."""
    task = {"prompt": "Log in", "startingUrl": site.url("/login"), "secrets": SECRETS}
    _, body = emulator.post("/start/run-task", task)
    assert body["status"] == "complete", body
    return body["taskId"]


def test_a_login_is_recorded_by_the_names_of_its_secrets(emulator, site, login):
    _, answer = emulator.get(f"/_emulator/tasks/{login}/recording")
    typed = [step["details"]["field"] for step in answer["recording"]["steps"] if step["action"] == "TypeSecret"]
    assert typed == ["email", "password"]
    assert "s3cret-of-ada" not in json.dumps(answer)
    posted = len(site.posted)
    _, again = emulator.post("/start/run-task", {"emulator": {"replay": login}, "secrets": SECRETS})
    assert again["status"] == "complete", again
    assert site.posted[posted:] == [site.posted[posted - 1]]
    _, without = emulator.post("/start/run-task", {"emulator": {"replay": login}})
    assert (without["code"], without["details"]["step"]) == ("BLOCKED_BY_POLICY", 2)


def script_of(emulator, task_id):
    status, answer = emulator.get(f"/_emulator/tasks/{task_id}/script")
    assert status == 200, answer
    return answer["script"]


def test_the_script_of_a_task_does_the_same_with_playwright(emulator, recorded, site, tmp_path):
    script = script_of(emulator, recorded[0])
    assert json.loads(run_script(script, tmp_path)) == ROWS
    acting = script[script.index("async def main") : script.index("schema = ")]
    assert ("webrun" in acting.lower().replace("webrun_browser", ""), "get_by_role('button'" in acting) == (False, True)


def test_the_script_of_a_login_takes_the_secrets_from_the_environment(emulator, site, login, tmp_path):
    script = script_of(emulator, login)
    assert "s3cret-of-ada" not in script
    posted = len(site.posted)
    assert run_script(script, tmp_path, EMAIL="ada@x.example", PASSWORD="other") == ""
    assert [form for _, _, form in site.posted[posted:]] == [{"email": "ada@x.example", "password": "other"}]
