import pickle
from decimal import Decimal

import pytest

from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.runners.dask.cluster import DaskCluster
from webrun_nb.batch.runners.dask.messages import (
    IdsKnown,
    Refusal,
    RowOrder,
    SlotOpened,
    WorkerSetup,
    from_plain,
    to_plain,
)
from webrun_nb.client.errors import ArgumentError, RequestError
from webrun_nb.common.redacted import Secret

ROW = RowTask(3, "three", "Get the salary of Ada.", "https://example.com/ada")


@pytest.mark.parametrize(
    "event",
    [
        SlotOpened("webrun-r1-slot-1", "tcp://10.0.0.1:1"),
        Refusal("EMULATOR_START", "it ended", "look", "tcp://10.0.0.1:1"),
        IdsKnown(3, 1, "s1", "t1"),
    ],
)
def test_events_travel_as_plain_values(event):
    assert from_plain(to_plain(event)) == event
    assert all(isinstance(value, str | int) for value in to_plain(event).values())


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
    sent = pickle.loads(pickle.dumps(WorkerSetup("r1", None, options)))
    assert sent.options == options
    assert "SHOP" not in repr(sent)


@pytest.mark.parametrize("cluster", [Decimal(1), object()])
async def test_what_is_no_cluster_is_refused_in_one_line(cluster):
    with pytest.raises(ArgumentError, match=r"client is a distributed\.Client, not (Decimal|object)"):
        await DaskCluster.connect(MapOptions(client=cluster))


def test_two_clusters_are_refused():
    with pytest.raises(ArgumentError, match="both name a Dask cluster"):
        MapOptions(dask="tcp://127.0.0.1:1", client=object())
