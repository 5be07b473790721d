import os
import pickle
import platform
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.runners.dask.accounts import Entries, WorkersAccounts, place_of
from webrun_nb.batch.runners.dask.cluster import DaskCluster
from webrun_nb.batch.runners.dask.messages import (
    IdsKnown,
    Refusal,
    RowOrder,
    SessionOpened,
    SlotOpened,
    StartWanted,
    WorkerSetup,
    from_plain,
    to_plain,
)
from webrun_nb.client.errors import ArgumentError, RequestError
from webrun_nb.client.monitoring.ledger import EMULATOR_ENDED, Ledger, SessionRecord, TaskRecord
from webrun_nb.common.processes import process_token
from webrun_nb.common.redacted import Secret

ROW = RowTask(3, "three", "Get the salary of Ada.", "https://example.com/ada")
WORKER = "tcp://10.0.0.1:1"
SESSION = SessionRecord(
    "http://127.0.0.1:7", "s1", "r1", True, "there", "kernel there", "emulator there", 1, 2, 9, None, None,
    Decimal("0.25"), run_id="r1", notebook="",
)  # fmt: skip
TASK = TaskRecord("http://127.0.0.1:7", "s1", "t1", 3, "complete", Decimal("0.25"), run_id="r1", row=3)


class AccountHolder:
    """A client that has a ledger, and a server that takes every command."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.http = self
        self.ended = []

    async def change_state(self, session_id, state):
        self.ended.append((session_id, state))

    async def session_status(self, session_id):
        return SimpleNamespace(usage=SimpleNamespace(cost_usd=Decimal("0.5")), reason="terminated")


@pytest.mark.parametrize(
    "event",
    [
        SlotOpened("webrun-r1-slot-1", "tcp://10.0.0.1:1"),
        Refusal("EMULATOR_START", "it ended", "look", "tcp://10.0.0.1:1"),
        IdsKnown(3, 1, "s1", "t1"),
        StartWanted("tcp://10.0.0.1:1", 2, 6.5),
    ],
)
def test_events_travel_as_plain_values(event):
    assert from_plain(to_plain(event)) == event
    assert all(isinstance(value, str | int | float) for value in to_plain(event).values())


def test_a_session_that_a_worker_opens_travels_without_amounts():
    sent = to_plain(SessionOpened.of("tcp://10.0.0.1:1", SESSION))
    assert all(value is None or isinstance(value, str | int) for value in sent["record"].values())
    assert from_plain(sent).entries() == Entries((replace(SESSION, cost_usd=None),))


def test_an_order_shows_no_text_of_its_row_since_dask_logs_arguments():
    assert repr(RowOrder(ROW, 1)) == "RowOrder(attempt=1)"


def test_a_refusal_names_the_worker():
    told = Refusal.of(RequestError("there is no secret", code="SECRET_NOT_FOUND", hint="set it"), "tcp://10.0.0.1:1")
    error = told.error()
    assert (error.code, error.message, error.hint) == (
        "SECRET_NOT_FOUND",
        "Dask worker tcp://10.0.0.1:1: there is no secret",
        "set it",
    )


@pytest.mark.parametrize(
    "options",
    [
        {"secrets": {"shop.example.com": {"password": Secret("correct horse")}}},
        {"secrets": {"shop.example.com": {"password": "correct horse"}}},
        {"proxy": {"type": "http", "host": "10.0.0.9", "port": 1, "password": "correct horse"}},
    ],
    ids=["secret", "plain text", "proxy"],
)
async def test_the_value_of_a_secret_does_not_travel(options):
    with pytest.raises(ArgumentError) as refused:
        await DaskCluster.connect(MapOptions(dask="tcp://127.0.0.1:1", **options))
    assert "not their values" in refused.value.message or "as one line" in refused.value.message
    assert "correct horse" not in str(refused.value)


async def test_only_the_names_of_secrets_are_sent():
    options = MapOptions(secrets={"shop.example.com": "SHOP"}, proxy="socks5://ada@10.0.0.9:1080=PROXY")
    sent = pickle.loads(pickle.dumps(WorkerSetup("r1", None, None, options)))
    assert sent.options == options
    assert "SHOP" not in repr(sent)


@pytest.mark.parametrize("cluster", [Decimal(1), object()])
async def test_what_is_no_cluster_is_refused_in_one_line(cluster):
    with pytest.raises(ArgumentError, match=r"client is a distributed\.Client, not (Decimal|object)"):
        await DaskCluster.connect(MapOptions(client=cluster))


def test_two_clusters_are_refused():
    with pytest.raises(ArgumentError, match="both name a Dask cluster"):
        MapOptions(dask="tcp://127.0.0.1:1", client=object())


async def test_entries_of_a_worker_are_in_the_ledger_of_the_coordinator(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    accounts = WorkersAccounts(AccountHolder(ledger))
    assert accounts.place == place_of(ledger)
    accounts.note(WORKER, Entries((SESSION,), (TASK,)))
    assert (ledger.sessions(), ledger.tasks()) == ([SESSION], [TASK])


async def test_the_emulator_of_a_worker_that_is_gone_has_ended_also_where_its_last_entries_come_later(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    accounts = WorkersAccounts(AccountHolder(ledger))
    accounts.note_gone(WORKER)
    accounts.note(WORKER, Entries((SESSION,)))
    (kept,) = ledger.sessions()
    assert (kept.reason, kept.cost_usd) == (EMULATOR_ENDED, Decimal("0.25"))
    assert kept.ended_at_ms is not None


async def test_a_session_that_a_lost_worker_left_open_on_a_shared_server_is_ended(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    holder = AccountHolder(ledger)
    accounts = WorkersAccounts(holder)
    accounts.note(WORKER, Entries((replace(SESSION, emulator=None),)))
    (mine,) = ledger.sessions()
    assert (mine.host, mine.kernel) == (platform.node(), process_token(os.getpid())), "this process ends it"
    accounts.note_gone(WORKER)
    await accounts.end_left()
    await accounts.end_left()
    (ended,) = ledger.sessions()
    assert (holder.ended, ended.reason, ended.cost_usd) == ([("s1", "terminate")], "terminated", Decimal("0.5"))
