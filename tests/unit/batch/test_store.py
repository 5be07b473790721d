import sqlite3
import stat
from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.fake_runner import answer
from webrun_nb.batch.errors import RunError
from webrun_nb.batch.rows import RowFailure
from webrun_nb.batch.store import LOST, RunStore, stored_run, stored_runs


async def test_a_run_and_its_folder_are_readable_by_their_owner_alone(make_store, run_database):
    make_store()
    assert stat.S_IMODE(run_database().stat().st_mode) == 0o600
    assert stat.S_IMODE(run_database().parent.stat().st_mode) == 0o700


async def test_every_commit_reaches_the_disk(make_store):
    store = make_store()
    pragma = store._thread.submit(lambda: store._writing.execute("PRAGMA synchronous").fetchone()[0]).result()
    assert pragma == 2  # FULL


async def test_an_answer_is_stored_with_its_row_and_its_attempt(make_store):
    store = make_store(3)
    [first, *_] = store.rows()
    await store.begin_attempt(0, 1)
    await store.note_ids(0, 1, "s0", "t0")
    await store.finish(0, 1, answer(first, {"name": "Aster Ltd"}))
    (row, stored), *others = store.answers()
    assert (row, stored.records()) == (first, [{"name": "Aster Ltd"}])
    assert [found for _, found in others] == [None, None]
    assert (store.counts().done, store.counts().missing) == (1, 2)
    assert store.task_ids() == [(0, 1, "s0", "t0", "complete")]


async def test_a_stored_answer_is_never_replaced(make_store):
    store = make_store(1)
    [row] = store.rows()
    await store.begin_attempt(0, 1)
    await store.finish(0, 1, answer(row, {"name": "first"}))
    with pytest.raises(RunError):
        await store.finish(0, 1, answer(row, {"name": "second"}))
    assert [found.records() for _, found in store.answers()] == [[{"name": "first"}]]


async def test_a_failure_is_read_as_it_was_stored(make_store):
    store = make_store(2)
    failure = RowFailure(
        "NAVIGATION_FAILED", "404", "check the address", "s1", "t1", Decimal("0.002"), 1.5, {"status": 404}
    )
    await store.begin_attempt(1, 1)
    await store.fail(1, 1, failure, final=True)
    assert [(row.position, found) for row, found in store.failures()] == [(1, failure)]
    assert [row.position for row in store.rows()] == [0]
    await store.forget_failures([1])
    assert [row.position for row in store.rows()] == [0, 1]


async def test_a_failure_that_is_tried_again_leaves_its_row_waiting(make_store):
    store = make_store(1)
    await store.begin_attempt(0, 1)
    await store.fail(0, 1, RowFailure("PAGE_CRASH", "crashed"), final=False)
    assert (len(store.rows()), store.failures(), store.open_attempts()) == (1, [], [])


async def test_attempts_without_a_known_end_are_open(make_store):
    store = make_store(3)
    await store.begin_attempt(0, 1)
    await store.begin_attempt(1, 1)
    await store.note_ids(1, 1, "s1", "t1")
    assert [(each.row.position, each.number, each.task_id) for each in store.open_attempts()] == [
        (0, 1, None),
        (1, 1, "t1"),
    ]
    await store.lose_attempt(0, 1)
    assert [each.row.position for each in store.open_attempts()] == [1]
    assert store.counts().repeated == 0
    await store.begin_attempt(0, 2)
    assert store.counts().repeated == 1
    assert store.task_ids()[0] == (0, 1, None, None, LOST)


async def test_only_one_process_has_a_run(make_store):
    make_store()
    with pytest.raises(RunError) as refused:
        RunStore.open("rabc234")
    assert refused.value.code == "RUN_IN_USE"
    assert stored_run("rabc234").in_use


async def test_a_closed_run_can_be_opened_again(make_store):
    make_store(2).close()
    again = RunStore.open("rabc234")
    assert again.meta.total == 2
    again.close()


@pytest.mark.parametrize(("asked", "hint"), [("rabc235", "did you mean rabc234?"), ("x/../y", "there are: rabc234")])
async def test_an_unknown_run_is_said_in_one_line(make_store, asked, hint):
    make_store().close()
    with pytest.raises(RunError) as unknown:
        RunStore.open(asked)
    assert unknown.value.code == "RUN_NOT_FOUND"
    assert hint in unknown.value.hint


async def test_a_damaged_file_is_said_and_left_out_of_the_list(make_store, run_database):
    make_store().close()
    run_database().write_bytes(b"not a database at all")
    with pytest.raises(RunError) as unreadable:
        RunStore.open("rabc234")
    assert unreadable.value.code == "RUN_UNREADABLE"
    assert stored_runs() == []


async def test_a_later_format_is_not_touched(make_store, run_database):
    make_store().close()
    with sqlite3.connect(run_database()) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(RunError) as later:
        RunStore.open("rabc234")
    assert "99" in later.value.message


async def test_writes_that_come_together_are_all_stored(make_store):
    import asyncio

    store = make_store(50)
    await asyncio.gather(*(store.begin_attempt(position, 1) for position in range(50)))
    assert len(store.open_attempts()) == 50


async def test_a_full_disk_stores_nothing_of_a_write_and_says_so(make_store):
    store = make_store(2)
    [row, _] = store.rows()
    pages = store._thread.submit(lambda: store._writing.execute("PRAGMA page_count").fetchone()[0]).result()
    store._thread.submit(lambda: store._writing.execute(f"PRAGMA max_page_count = {pages}")).result()
    await store.begin_attempt(0, 1)
    with pytest.raises(RunError) as full:
        await store.finish(0, 1, answer(row, {"name": "x" * 100_000 + "".join(map(str, range(20_000)))}))
    assert full.value.code == "RUN_NOT_STORED"
    assert "the disk is full" in full.value.message
    assert store.counts().done == 0


async def test_the_list_of_runs_has_the_newest_first(make_store):
    make_store(2, run_id="rold234", created_at_ms=1_000)
    make_store(3, run_id="rnew234", created_at_ms=2_000)
    assert [(run.meta.run_id, run.counts.total, run.state) for run in stored_runs()] == [
        ("rnew234", 3, "starting"),
        ("rold234", 2, "starting"),
    ]


async def test_answers_are_read_in_chunks(make_store):
    store = make_store(2_500)
    positions = [row.position for row, _ in store.answers()]
    assert positions == list(range(2_500))
    assert [row.position for row, _ in store.answers(first=10, count=3)] == [10, 11, 12]


async def test_an_answer_keeps_what_it_is_from(make_store):
    store = make_store(1)
    [row] = store.rows()
    await store.finish(0, None, replace(answer(row, {"name": "kept"}), cached_age_s=60.0, worker="tcp://w1"))
    [(_, stored)] = store.answers()
    assert (stored.cached_age_s, stored.worker, stored.cost_usd) == (60.0, "tcp://w1", 0)
