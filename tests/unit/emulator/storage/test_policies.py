"""Tests of policies and their audit trail in the database: kept over restarts, per user, append-only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.common.codes import SessionStatus
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.policy.facts import AuditEntry
from webrun_nb.emulator.domain.policy.model import ActionRule, DomainEntry, DomainRules, Policy
from webrun_nb.emulator.execution.policy_enforcer import compile_regex
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.storage import policies
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.policies import DatabasePolicies, DatabaseTrail
from webrun_nb.emulator.storage.write_behind import WriteBehindStore

STRICT = Policy(
    "pol_1",
    "ann",
    "Strict",
    1.0,
    2.0,
    "no more than needed",
    "draft",
    "a careful clerk",
    DomainRules("allowlist", (DomainEntry("*.example.com"), DomainEntry("a.com", "guardrail"))),
    (
        ActionRule("Navigation", "block", url_pattern="*/admin/*"),
        ActionRule("Click", "guardrail", None, "page", "regex", "b+"),
    ),
    "guardrail",
)


def decision(number: int, owner: str = "ann", policy: str = "pol_1") -> AuditEntry:
    return AuditEntry(
        float(number), owner, "s", None, policy, "click", "Buy", "agent", "guardrail", "a rule", "approved"
    )


class Store:
    """The policies and the audit trail of one emulator."""

    def __init__(self, database: Database, emulator_id: str) -> None:
        self.archive = WriteBehindStore(database, emulator_id)
        self.policies = DatabasePolicies(database, emulator_id)
        self.trail = DatabaseTrail(database, self.archive, emulator_id)


@pytest.fixture
async def database(tmp_path):
    database = await Database.open(tmp_path)
    yield database
    await database.close()


@pytest.fixture
def store(database) -> Store:
    return Store(database, "one")


async def test_a_policy_is_what_it_was(store):
    await store.policies.put(STRICT)
    assert await store.policies.get("pol_1") == STRICT
    assert await store.policies.get("pol_2") is None


async def test_it_is_there_after_a_restart(store, database, tmp_path):
    await store.policies.put(STRICT)
    store.trail.append(decision(1))
    await store.archive.flush()
    await database.close()
    again = await Database.open(tmp_path)
    next_one = Store(again, "two")
    assert await next_one.policies.get("pol_1") == STRICT
    assert await next_one.trail.of("ann", "pol_1") == [decision(1)]
    await again.close()


async def test_putting_one_again_changes_it(store):
    await store.policies.put(STRICT)
    await store.policies.put(replace(STRICT, name="Other"))
    assert [policy.name for policy in await store.policies.of("ann")] == ["Other"]


async def test_each_user_has_their_own_oldest_first(store):
    for number, owner in ((2, "ann"), (1, "ann"), (3, "bob")):
        await store.policies.put(replace(STRICT, id=f"pol_{number}", owner=owner, created_ms=float(number)))
    assert [policy.id for policy in await store.policies.of("ann")] == ["pol_1", "pol_2"]


async def test_decisions_stay_in_order_and_outlive_their_policy(store):
    await store.policies.put(STRICT)
    for number in range(50):
        store.trail.append(decision(number))
        if number % 7 == 0:
            await store.archive.write_pending()
    store.trail.append(decision(99, owner="bob"))
    store.trail.append(decision(98, policy="pol_2"))
    await store.policies.remove("pol_1")
    await store.archive.write_pending()
    assert await store.policies.get("pol_1") is None
    assert await store.trail.of("ann", "pol_1") == [decision(number) for number in range(50)]


async def test_a_trail_with_a_gap_is_none(store, monkeypatch):
    monkeypatch.setattr(policies, "_WRITTEN_WITHIN_S", 0.01)
    store.trail.append(decision(1))  # and it is not written
    with pytest.raises(CommandRefusedError, match="can't be written down now"):
        await store.trail.of("ann", "pol_1")


async def test_a_reset_leaves_what_others_made(store, database):
    other = Store(database, "other")
    for each, name in ((store, "pol_mine"), (other, "pol_other")):
        await each.policies.put(replace(STRICT, id=name))
        each.trail.append(decision(1, policy=name))
        await each.archive.write_pending()
    await store.policies.put(replace(STRICT, id="pol_other", name="Changed"))  # which does not make it mine
    await store.policies.clear()
    await store.trail.clear()
    assert [policy.id for policy in await store.policies.of("ann")] == ["pol_other"]
    assert (await store.trail.of("ann", "pol_mine"), len(await store.trail.of("ann", "pol_other"))) == ([], 1)


async def test_a_kept_policy_whose_host_can_t_be_read_starts_no_session_and_is_named(store):
    """An earlier version accepted hosts that browsers do not open."""
    rules = DomainRules("blocklist", (DomainEntry("a.com"), DomainEntry("xn--ü.de")))
    await store.policies.put(replace(STRICT, status=SessionStatus.ACTIVE, domain_rules=rules))
    kept = Policies(store.policies, store.trail, Clock(lambda: 1.0), IdSource(1), compile_regex)
    with pytest.raises(CommandRefusedError) as caught:
        await kept.engine("ann", "pol_1")
    assert (caught.value.code, caught.value.details["parameter"]) == (
        "INVALID_PARAMETER",
        "domainRules.entries[1].pattern",
    )
