"""Tests of the client's policies."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError
from webrun_nb.client.policies import ActionRule, DomainRule, Policy

AT_MS = 1_764_367_200_000
AT = datetime(2025, 11, 28, 22, tzinfo=UTC)
RULES = {
    "description": "Reads the shop.", "status": "active", "llmRole": "",
    "domainRules": {"mode": "allowlist", "entries": [{"pattern": "shop.example", "action": "block"}]},
    "actionRules": [{"category": "Form Submit", "permission": "block", "matchType": "keyword", "match": "buy"}],
    "defaultAction": "allow", "summary": ["blocks form submits about buy"],
}  # fmt: skip


def policy(policy_id: str, name: str) -> dict[str, Any]:
    return {**RULES, "name": name, "_id": policy_id, "policyId": policy_id, "createdAt": AT_MS, "updatedAt": AT_MS}


class FakePolicyService:
    """A service with three policies, two of which have the same name, and a template; it accepts changes."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        if request.method == "GET":
            listed = [policy("pol_1", "reading"), policy("pol_2", "twin"), policy("pol_3", "twin")]
            templates = [{**RULES, "name": "Research Only"}]
            return httpx.Response(200, json={"success": True, "policies": listed, "templates": templates})
        if request.method == "DELETE":
            return httpx.Response(200, json={"success": True, "message": "deleted"})
        return httpx.Response(200, json={"success": True, "message": "done", "policy": policy("pol_4", "new")})


@pytest.fixture
def service() -> FakePolicyService:
    return FakePolicyService()


def test_a_policy_is_an_object_with_times_in_utc(client: Client) -> None:
    found = client.policies.find("reading")
    assert isinstance(found, Policy)
    assert (found.id, found.name, found.created_at, found.updated_at) == ("pol_1", "reading", AT, AT)
    assert found.domain_rules == (DomainRule("shop.example", "block"),)
    assert found.action_rules == (ActionRule("Form Submit", "block", match_type="keyword", match="buy"),)
    with pytest.raises(FrozenInstanceError):
        found.name = "other"  # type: ignore[misc]


def test_a_policy_shows_its_times_as_people_read_them(client: Client) -> None:
    shown = repr(client.policies.find("reading"))
    assert "created_at=2025-11-28 22:00:00 UTC" in shown
    assert str(AT_MS) not in shown


def test_a_name_that_two_policies_have_is_refused_with_their_ids(client: Client) -> None:
    with pytest.raises(RequestError, match="2 policies are called 'twin': use an id: pol_2, pol_3"):
        client.policies.find("twin")
    assert client.policies.find("pol_3").name == "twin"


def test_a_misspelled_name_is_corrected(client: Client) -> None:
    with pytest.raises(RequestError, match=r"there is no policy 'raeding' · did you mean reading\?"):
        client.policies.find("raeding")


def test_templates_and_changes_are_objects_too(client: Client, service: FakePolicyService) -> None:
    assert [template.name for template in client.policies.templates()] == ["Research Only"]
    assert client.policies.create("new", template="Research Only").id == "pol_4"
    assert client.policies.change("reading", {"status": "draft"}).id == "pol_4"
    client.policies.delete("reading")
    assert service.sent[-1] == ("DELETE", "/policies/pol_1")
