"""Contract tests of policies and their effects (section 11), in raw JSON."""

from __future__ import annotations

import pytest

from helpers.waiting import wait_until

RULE = {"category": "Click", "permission": "block", "scope": "target", "matchType": "keyword", "match": "Ring"}
FIELDS = {"name", "description", "status", "llmRole", "domainRules", "actionRules", "defaultAction"}


def delete(emulator, policy_id):
    answer = emulator.http.delete(f"/policies/{policy_id}")
    return answer.status_code, answer.json()


def put(emulator, policy_id, body):
    answer = emulator.http.put(f"/policies/{policy_id}", json=body)
    return answer.status_code, answer.json()


@pytest.fixture
def make(emulator):
    """Make a policy and return its id."""

    def create(**fields):
        status, body = emulator.post("/policies", {"name": "Rules", **fields})
        assert status == 200, body
        return body["policy"]["_id"]

    return create


@pytest.fixture
def act(emulator):
    """Run a task in a session with a policy of the given rules; return session, task body, policy."""

    def do(policy_id, instruction, url, **fields):
        session = emulator.start(policyId=policy_id)
        wait_until(lambda: emulator.status(session), lambda status: status["phase"] == "idle")
        status, body = emulator.message(
            session, actionType="newTask", taskDetails=instruction, startingPoint=url, **fields
        )
        assert status == 200, body
        return session, body

    return do


def audit(emulator, policy_id):
    status, body = emulator.get(f"/policies/{policy_id}/audit")
    assert status == 200, body
    return body["audit"]


# --- keeping them -----------------------------------------------------------------------------------------------------


def test_a_policy_comes_back_as_it_was_sent(emulator):
    sent = {
        "name": "Everything",
        "description": "of each kind",
        "status": "draft",
        "llmRole": "Be careful.",
        "domainRules": {"mode": "blocklist", "entries": [{"pattern": "*.example.com", "action": "guardrail"}]},
        "actionRules": [RULE, {"category": "Navigation", "permission": "block", "urlPattern": "*/admin/*"}],
        "defaultAction": "guardrail",
    }
    status, body = emulator.post("/policies", sent)
    assert (status, body["success"]) == (200, True)
    assert {name: body["policy"][name] for name in FIELDS} == sent
    assert body["policy"]["_id"] == body["policy"]["policyId"]
    assert body["policy"]["_id"].startswith("pol_")


def test_a_policy_says_in_words_what_never_applies_here(emulator, make):
    rules = [{"category": each, "permission": "block"} for each in ("Shell Command", "Screenshot", "Mouse Move")]
    summary = emulator.get(f"/policies/{make(actionRules=rules)}")[1]["policy"]["summary"]
    assert summary[-1] == "Shell Command: never applies here, as agents do nothing of the kind"
    assert "never" not in emulator.get(f"/policies/{make(actionRules=[RULE])}")[1]["policy"]["summary"][-1]


def test_what_is_not_said_is_what_restricts_nothing(emulator, make):
    policy = emulator.get(f"/policies/{make(name='Bare')}")[1]["policy"]
    assert (policy["status"], policy["defaultAction"], policy["actionRules"]) == ("active", "allow", [])
    assert policy["domainRules"] == {"mode": "allow_all", "entries": []}


def test_policies_are_listed_with_the_templates(emulator, make):
    policy_id = make()
    body = emulator.get("/policies")[1]
    assert policy_id in [policy["_id"] for policy in body["policies"]]
    names = [template["name"] for template in body["templates"]]
    assert names == ["Research Only", "Financial Compliance", "Healthcare / HIPAA", "Strict Lockdown"]


@pytest.mark.parametrize("name", ["Research Only", "Financial Compliance", "Healthcare / HIPAA", "Strict Lockdown"])
def test_a_template_makes_a_policy_that_can_be_used(emulator, name):
    status, body = emulator.post("/policies", {"template": name})
    assert (status, body["policy"]["name"], body["policy"]["status"]) == (200, name, "active")
    assert emulator.status(emulator.start(policyId=body["policy"]["_id"]))["policyId"] == body["policy"]["_id"]


def test_what_is_said_beside_a_template_goes_before_it(emulator):
    listed = {"mode": "allowlist", "entries": [{"pattern": "example.com", "action": "block"}]}
    sent = {"template": "Strict Lockdown", "name": "Mine", "domainRules": listed}
    policy = emulator.post("/policies", sent)[1]["policy"]
    assert (policy["name"], policy["domainRules"], policy["defaultAction"]) == ("Mine", listed, "block")


def test_put_changes_what_it_names(emulator, make):
    policy_id = make(actionRules=[RULE], llmRole="Be careful.")
    status, body = put(emulator, policy_id, {"status": "draft"})
    assert status == 200
    assert (body["policy"]["status"], body["policy"]["llmRole"]) == ("draft", "Be careful.")
    assert body["policy"]["actionRules"] == [RULE]


def test_a_deleted_policy_is_gone(emulator, make):
    policy_id = make()
    assert delete(emulator, policy_id)[0] == 200
    for status, body in (
        emulator.get(f"/policies/{policy_id}"),
        emulator.get(f"/policies/{policy_id}/audit"),
        delete(emulator, policy_id),
        put(emulator, policy_id, {"name": "x"}),
        emulator.post("/start/start-session", {"policyId": policy_id}),
    ):
        assert (status, body["code"]) == (404, "POLICY_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"name": None}, "MISSING_REQUIRED_FIELD", "name"),
        ({"name": " "}, "INVALID_PARAMETER", "name"),
        ({"status": "on"}, "INVALID_PARAMETER", "status"),
        ({"llmRole": "x" * 2001}, "INVALID_PARAMETER", "llmRole"),
        ({"defaultAction": "maybe"}, "INVALID_PARAMETER", "defaultAction"),
        ({"template": "Anything Goes"}, "INVALID_PARAMETER", "template"),
        ({"domainRules": {"mode": "some"}}, "INVALID_PARAMETER", "domainRules.mode"),
        (
            {"domainRules": {"mode": "blocklist", "entries": [{}]}},
            "MISSING_REQUIRED_FIELD",
            "domainRules.entries[0].pattern",
        ),
        (
            {"domainRules": {"mode": "blocklist", "entries": [{"pattern": "a.com"}, {"pattern": "https://b.com/"}]}},
            "INVALID_PARAMETER",
            "domainRules.entries[1].pattern",
        ),
        (
            {"domainRules": {"mode": "blocklist", "entries": [{"pattern": "xn--ü.de"}]}},
            "INVALID_PARAMETER",
            "domainRules.entries[0].pattern",
        ),
        (
            {"actionRules": [{"category": "Navigation", "permission": "block", "urlPattern": "*faß.de/*"}]},
            "INVALID_PARAMETER",
            "actionRules[0].urlPattern",
        ),
        (
            {"domainRules": {"mode": "blocklist", "entries": [{"pattern": "a.com", "action": "allow"}]}},
            "INVALID_PARAMETER",
            "domainRules.entries[0].action",
        ),
        ({"domainRules": {"entries": [{"pattern": "a.com"}]}}, "INVALID_PARAMETER", "domainRules.mode"),
        (
            {
                "domainRules": {
                    "mode": "allowlist",
                    "entries": [{"pattern": "*.a.com"}, {"pattern": "admin.a.com", "action": "block"}],
                }
            },
            "INVALID_PARAMETER",
            "domainRules.entries[1].action",
        ),
        ({"actionRules": [RULE, {"permission": "block"}]}, "MISSING_REQUIRED_FIELD", "actionRules[1].category"),
        ({"actionRules": [RULE, {"category": "Click"}]}, "MISSING_REQUIRED_FIELD", "actionRules[1].permission"),
        ({"actionRules": [RULE | {"category": "Fly"}]}, "INVALID_PARAMETER", "actionRules[0].category"),
        (
            {"actionRules": [RULE, RULE, RULE | {"matchType": "regex", "match": "(a"}]},
            "INVALID_PARAMETER",
            "actionRules[2].match",
        ),
        ({"actionRules": [RULE | {"match": " "}]}, "INVALID_PARAMETER", "actionRules[0].match"),
        ({"actionRules": [RULE | {"match": None}]}, "MISSING_REQUIRED_FIELD", "actionRules[0].match"),
        ({"actionRules": [RULE | {"urlPattern": "*"}]}, "INVALID_PARAMETER", "actionRules[0].urlPattern"),
        (
            {"actionRules": [{"category": "Navigation", "permission": "block", "match": "x"}]},
            "INVALID_PARAMETER",
            "actionRules[0].match",
        ),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(emulator, fields, code, named):
    status, body = emulator.post("/policies", {"name": "Rules"} | fields)
    assert (status, body["code"]) == (400, code)
    assert named in (body["details"].get("parameter"), body["details"].get("field"))


def test_a_regular_expression_that_explodes_elsewhere_is_taken(make):
    assert make(actionRules=[RULE | {"matchType": "regex", "match": "(a+)+$"}])


def test_a_session_is_not_started_with_a_draft(emulator, make):
    status, body = emulator.post("/start/start-session", {"policyId": make(status="draft")})
    assert (status, body["code"], body["details"]["parameter"]) == (400, "INVALID_PARAMETER", "policyId")


# --- blocked ----------------------------------------------------------------------------------------------------------


def test_a_blocked_click_never_happens(emulator, make, act, page_url, visits):
    _, body = act(make(actionRules=[RULE]), "Click Ring", page_url)
    assert (body["status"], body["code"]) == ("failed", "BLOCKED_BY_POLICY")
    assert "actionRules[0]" in body["message"]
    assert "/rung" not in visits


def test_the_same_click_happens_without_the_rule(make, act, page_url, visits):
    act(make(), "Click Ring", page_url)
    wait_until(lambda: list(visits), lambda seen: "/rung" in seen)


def test_the_session_goes_on_after_a_block(emulator, make, act, page_url):
    session, _ = act(make(actionRules=[RULE]), "Click Ring", page_url)
    status, body = emulator.message(session, actionType="newTask", taskDetails="List the cities.")
    assert (status, body["status"]) == (200, "complete")


def test_a_starting_point_that_is_blocked_is_not_opened(make, act, page_url, visits):
    blocked = {"mode": "blocklist", "entries": [{"pattern": "127.0.0.1"}]}
    _, body = act(make(domainRules=blocked), "List the cities.", page_url)
    assert (body["status"], body["code"]) == ("failed", "BLOCKED_BY_POLICY")
    assert visits == []


@pytest.mark.parametrize("visited", ["faß.localhost", "xn--fa-hia.localhost"])
@pytest.mark.parametrize(
    "rules",
    [
        {"domainRules": {"mode": "blocklist", "entries": [{"pattern": "faß.localhost"}]}},
        {"domainRules": {"mode": "allowlist", "entries": [{"pattern": "fass.localhost"}]}},
        {"actionRules": [{"category": "Navigation", "permission": "block", "urlPattern": "*://faß.localhost:*"}]},
    ],
)
def test_a_policy_applies_to_the_host_that_the_browser_opens(make, act, page_url, visits, rules, visited):
    policy_id = make(**rules)
    _, body = act(policy_id, "List the cities.", page_url.replace("127.0.0.1", visited))
    assert (body["status"], body.get("code"), visits) == ("failed", "BLOCKED_BY_POLICY", []), body
    _, body = act(policy_id, "List the cities.", page_url.replace("127.0.0.1", "fass.localhost"))
    assert (body["status"], len(visits)) == ("complete", 1), body


def test_a_refused_link_is_reached_another_way(make, act, emulator):
    rule = {"category": "Click", "permission": "block"}
    _, body = act(make(actionRules=[rule]), "Click the Laptops link", emulator.shop)
    assert body["status"] == "complete", body
    steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]
    assert [s["decision"] for s in steps if s["name"] == "click"] == ["block"]
    assert [s["outcome"] for s in steps if s["name"] == "navigateUrl"][-1] == "done"


def test_deleting_and_changing_leave_running_sessions_their_rules(emulator, make, act, page_url, visits):
    policy_id = make(actionRules=[RULE])
    session, _ = act(policy_id, "List the cities.", page_url)
    put(emulator, policy_id, {"actionRules": []})
    delete(emulator, policy_id)
    _, body = emulator.message(session, actionType="newTask", taskDetails="Click Ring")
    assert (body["code"], "/rung" in visits) == ("BLOCKED_BY_POLICY", False)
    assert [row["decision"] for row in audit(emulator, policy_id)][-1] == "block"


def test_rules_hold_for_manual_input_too(emulator, make, act, aim):
    rule = {"category": "Type / Keyboard", "permission": "block", "scope": "target", "match": "field"}
    policy_id = make(actionRules=[rule])
    session, _ = act(policy_id, "Wait 1 second", aim)
    for action in ({"type": "CLICK", "x": 300, "y": 360}, {"type": "TYPE", "text": "hunter2"}):
        assert emulator.message(session, actionType="interaction", action=action)[0] == 200
    rows = wait_until(lambda: audit(emulator, policy_id), lambda rows: len([r for r in rows if r["by"] == "user"]) == 2)
    assert [(r["action"], r["decision"]) for r in rows if r["by"] == "user"] == [("click", "allow"), ("type", "block")]
    assert "hunter2" not in str(rows)


# --- asked ------------------------------------------------------------------------------------------------------------

ASK = RULE | {"permission": "guardrail"}


@pytest.fixture
def asked(make, act, page_url, visits):
    """A session whose task asks before it presses the bell."""
    policy_id = make(actionRules=[ASK])
    session, body = act(policy_id, "Click Ring", page_url)
    assert body["status"] == "guardrail_trigger", body
    assert "/rung" not in visits
    return policy_id, session, body


def responses(emulator, policy_id):
    """Return the responses in the entries of guardrails, oldest first; that of a decision is None."""
    return [row["response"] for row in audit(emulator, policy_id) if row["decision"] == "guardrail"]


def end_of(emulator, session, body):
    return wait_until(
        lambda: emulator.get(f"/task/{session}/{body['taskId']}")[1], lambda polled: not polled["pending"]
    )


def test_a_guardrail_names_policy_rule_and_choices(asked):
    _, _, body = asked
    assert body["data"]["kind"] == "policy"
    assert body["data"]["candidates"] == ["approve", "reject", "take over"]
    assert all(part in body["data"]["value"] for part in ('"Rules"', "click Ring", "actionRules[0]"))


def test_the_decision_is_on_record_while_the_question_is_open_and_the_response_is_a_further_entry(emulator, asked):
    policy_id, session, body = asked
    before = audit(emulator, policy_id)
    assert [(row["decision"], row["response"]) for row in before] == [("allow", None), ("guardrail", None)]
    emulator.message(session, actionType="guardrail", taskDetails="approve")
    end_of(emulator, session, body)
    after = audit(emulator, policy_id)
    assert after[:2] == before
    decision, response = after[1:]
    assert response == {**decision, "response": "approved", "timestamp": response["timestamp"]}
    assert response["timestamp"] >= decision["timestamp"]


def test_approve_does_that_action_once(emulator, asked, visits):
    policy_id, session, body = asked
    emulator.message(session, actionType="guardrail", taskDetails="approve", newState="resume")
    assert end_of(emulator, session, body)["status"] == "complete"
    wait_until(lambda: list(visits), lambda seen: seen.count("/rung") == 1)
    assert responses(emulator, policy_id) == [None, "approved"]
    _, again = emulator.message(session, actionType="newTask", taskDetails="Click Ring")
    assert again["status"] == "guardrail_trigger"


def test_a_later_answer_is_refused(emulator, asked):
    _, session, body = asked
    emulator.message(session, actionType="guardrail", taskDetails="approve")
    end_of(emulator, session, body)
    status, late = emulator.message(session, actionType="guardrail", taskDetails="reject")
    assert (status, late["code"]) == (409, "INVALID_STATE")


def test_reject_is_as_good_as_blocked(emulator, asked, visits):
    policy_id, session, body = asked
    emulator.message(session, actionType="guardrail", taskDetails="reject")
    assert end_of(emulator, session, body)["code"] == "BLOCKED_BY_POLICY"
    assert "/rung" not in visits
    assert responses(emulator, policy_id) == [None, "rejected"]


def test_an_answer_that_says_neither_is_asked_again(emulator, asked, visits):
    _, session, body = asked
    emulator.message(session, actionType="guardrail", taskDetails="perhaps tomorrow")
    path = f"/task/{session}/{body['taskId']}"
    again = wait_until(lambda: emulator.get(path)[1], lambda polled: "not one of the" in str(polled.get("data")))
    assert again["type"] == "guardrail_trigger"
    assert "/rung" not in visits


@pytest.mark.parametrize("how", ["answer", "interaction"])
def test_taking_over_lets_the_agent_go_on_from_the_page_as_it_is(emulator, asked, visits, how):
    policy_id, session, body = asked
    if how == "answer":
        emulator.message(session, actionType="guardrail", taskDetails="take over")
    else:
        emulator.message(session, actionType="interaction", action={"type": "takeOverControl"})
    wait_until(lambda: emulator.status(session), lambda status: status["phase"] == "manual")
    emulator.message(session, actionType="interaction", action={"type": "releaseControl"})
    ended = end_of(emulator, session, body)
    assert ended["status"] == "complete"
    assert "was left to the person who took over" in ended["data"]["message"], "the agent has not done it"
    assert "/rung" not in visits
    assert responses(emulator, policy_id) == [None, "took over"]


def test_stopping_instead_leaves_it_undone(emulator, asked, visits):
    policy_id, session, body = asked
    emulator.message(session, actionType="guardrail", newState="stop")
    assert emulator.get(f"/task/{session}/{body['taskId']}")[1]["code"] == "TASK_STOPPED"
    assert "/rung" not in visits
    assert responses(emulator, policy_id) == [None, "unanswered"]


# --- the record -------------------------------------------------------------------------------------------------------


def test_what_a_person_does_by_hand_is_recorded_as_a_response(emulator, make, act, aim):
    policy_id = make(actionRules=[{"category": "Click", "permission": "guardrail"}])
    session, _ = act(policy_id, "Wait 1 second", aim)
    emulator.message(session, actionType="interaction", action={"type": "CLICK", "x": 300, "y": 360})
    wait_until(lambda: responses(emulator, policy_id), lambda found: found == [None, "by hand"])
    assert {row["by"] for row in audit(emulator, policy_id) if row["decision"] == "guardrail"} == {"user"}


def test_the_audit_trail_has_every_decision(emulator, make, act, page_url):
    policy_id = make(actionRules=[RULE])
    session, body = act(policy_id, "Click Ring", page_url)
    rows = audit(emulator, policy_id)
    assert [(row["action"], row["decision"]) for row in rows] == [("navigateUrl", "allow"), ("click", "block")]
    assert {(row["sessionId"], row["taskId"], row["policyId"]) for row in rows} == {
        (session, body["taskId"], policy_id)
    }
    assert rows[1]["rule"] == 'actionRules[0]: block Click where the target has "Ring"'
    assert rows[0]["timestamp"] <= rows[1]["timestamp"]


def test_steps_have_target_decision_time_and_cost(emulator, make, act, page_url):
    _, body = act(make(actionRules=[RULE]), "Click Ring", page_url)
    steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]
    assert [(s["kind"], s["name"], s["decision"]) for s in steps][:3] == [
        ("action", "navigateUrl", "allow"),
        ("look", "look", None),
        ("action", "click", "block"),
    ]
    assert steps[2]["target"] == "Ring"
    assert all(s["at"] and s["duration"] >= 0 and s["cost"] >= 0 for s in steps)


def test_the_steps_costs_add_up(emulator, run, page_url):
    body = run("List the cities.", startingPoint=page_url)
    steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]
    assert sum(step["cost"] for step in steps) == pytest.approx(body["usage"]["cost"], abs=2e-5)
    assert steps[-1]["kind"] == "finish"


def test_what_is_typed_is_never_recorded(emulator, run, aim):
    body = run('Type "hunter2-typed" into the field', startingPoint=aim)
    assert body["status"] == "complete", body
    said = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]
    assert [s["name"] for s in said["steps"] if s["kind"] == "action"] == ["navigateUrl", "type"]
    assert "hunter2-typed" not in str(said)


def test_provenance_says_where_each_value_stands(emulator, run, page_url):
    schema = {"type": "array", "items": {"type": "object", "properties": {"city": {"type": "string"}}}}
    body = run("List the cities.", startingPoint=page_url, outputType="structured_json", outputSchema=schema)
    assert body["status"] == "complete", body
    sources = emulator.get(f"/_emulator/tasks/{body['taskId']}/provenance")[1]["provenance"]
    assert [(s["row"], s["column"], s["text"]) for s in sources] == [(0, "city", "Ulm"), (1, "city", "Graz")]
    assert all(s["page"].startswith(page_url) and s["element"] for s in sources)


@pytest.mark.parametrize("what", ["steps", "provenance"])
def test_an_unknown_task_has_no_record(emulator, what):
    status, body = emulator.get(f"/_emulator/tasks/aaaaaaaaaaaa/{what}")
    assert (status, body["code"]) == (404, "TASK_NOT_FOUND")


def test_a_recorded_task_can_be_put_to_another_policy(emulator, make, act, page_url):
    _, body = act(make(), "Click Ring", page_url)
    status, tested = emulator.post(f"/policies/{make(actionRules=[ASK])}/test", {"taskId": body["taskId"]})
    assert status == 200, tested
    assert [(s["name"], s["decided"], s["decision"]) for s in tested["steps"]] == [
        ("navigateUrl", "allow", "allow"),
        ("click", "allow", "guardrail"),
    ]
    assert tested["steps"][1]["rule"].startswith("actionRules[0]")
