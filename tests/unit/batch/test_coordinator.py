import asyncio
import time
from decimal import Decimal

import pytest

from helpers.fake_runner import FakeRunner, answer
from helpers.waiting import wait_until_async
from webrun_nb.batch import coordinator as coordinators
from webrun_nb.batch.coordinator import Coordinator, RunLimits
from webrun_nb.batch.model_budget import ModelBudget
from webrun_nb.batch.politeness import HostLimits
from webrun_nb.batch.rows import RowFailure, RowTask
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.errors import AuthenticationError


@pytest.fixture(autouse=True)
def quick_backoff(monkeypatch):
    monkeypatch.setattr(coordinators, "_backoff_s", lambda state: 0)


@pytest.fixture
def make(make_store):
    def coordinate(do, total=5, store=None, slots=4, hosts=None, robots=None, **limits):
        store = make_store(total) if store is None else store
        runner = FakeRunner(do, slots)
        made = Coordinator(store, runner, hosts or HostLimits(), robots, RunLimits(**limits), lambda: None)
        return made, store, runner

    return coordinate


async def name_of(row, attempt):
    return answer(row, {"name": f"firm {row.position}"})


def names(store):
    return [None if found is None else found.records()[0]["name"] for _, found in store.answers()]


async def test_every_row_is_done_once_and_stored_in_the_order_of_the_input(make):
    run, store, runner = make(name_of)
    await run.run()
    assert names(store) == [f"firm {n}" for n in range(5)]
    assert sorted(runner.started) == [(n, 1) for n in range(5)]
    assert (run.progress.state, run.progress.done, run.progress.running) == ("complete", 5, 0)
    assert runner.closed
    assert store.state() == "complete"


async def test_no_more_rows_run_at_once_than_there_are_slots(make):
    async def slow(row, attempt):
        await asyncio.sleep(0)
        return await name_of(row, attempt)

    run, _, runner = make(slow, total=12, slots=3)
    await run.run()
    assert runner.most_at_once == 3


async def test_a_failure_that_may_pass_is_tried_again(make):
    async def once_down(row, attempt):
        if row.position == 2 and attempt == 1:
            return RowFailure("NAVIGATION_TIMEOUT", "no answer", acted=False)
        return await name_of(row, attempt)

    run, store, runner = make(once_down)
    await run.run()
    assert (run.progress.done, run.progress.retried, run.progress.failed) == (5, 1, 0)
    assert (2, 2) in runner.started
    assert [outcome for position, _, _, _, outcome in store.task_ids() if position == 2] == [
        "NAVIGATION_TIMEOUT",
        "complete",
    ]


@pytest.mark.parametrize(
    "failure",
    [
        RowFailure("NAVIGATION_TIMEOUT", "no answer", acted=True),
        RowFailure("NAVIGATION_TIMEOUT", "no answer", acted=None),
        RowFailure("ELEMENT_NOT_FOUND", "no table", acted=False),
        RowFailure("NAVIGATION_FAILED", "404", details={"status": 404}, acted=False),
        RowFailure("WORKER_LOST", "the worker is gone", acted=True),
    ],
    ids=["acted", "may have acted", "says something of the row", "not found", "acted before its worker was lost"],
)
async def test_what_acted_or_says_something_of_the_row_is_not_tried_again(make, failure):
    async def fails(row, attempt):
        return failure if row.position == 1 else await name_of(row, attempt)

    run, store, runner = make(fails)
    await run.run()
    assert [position for position, _ in runner.started].count(1) == 1
    assert [(row.position, found.code) for row, found in store.failures()] == [(1, failure.code)]
    assert (run.progress.state, run.progress.failures[0].position) == ("complete", 1)


async def test_a_row_that_is_lost_with_its_worker_runs_again_and_counts_as_repeated(make):
    async def lost_once(row, attempt):
        if row.position == 2 and attempt == 1:
            return RowFailure("WORKER_LOST", "the worker is gone")
        return await name_of(row, attempt)

    run, store, _ = make(lost_once)
    await run.run()
    assert (run.progress.done, run.progress.repeated, store.counts().repeated) == (5, 1, 1)
    assert [outcome for position, *_, outcome in store.task_ids() if position == 2] == ["lost", "complete"]


async def test_rows_start_as_soon_as_a_runner_without_slots_has_some(make):
    run, _, runner = make(name_of, slots=0)
    running = asyncio.create_task(run.run())
    await wait_until_async(lambda: run.progress.state == "running")
    assert runner.started == []
    runner.slots = 1
    runner.changed()
    await running
    assert run.progress.done == 5


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_page_is_tried_again_and_given_up_after_three_times(make, status):
    async def busy(row, attempt):
        if row.position == 0:
            return RowFailure("NAVIGATION_FAILED", str(status), details={"status": status}, acted=False)
        return await name_of(row, attempt)

    run, store, runner = make(busy, total=2)
    await run.run()
    assert [attempt for position, attempt in runner.started if position == 0] == [1, 2, 3]
    assert [row.position for row, _ in store.failures()] == [0]


async def test_on_error_raise_ends_the_run_with_the_first_failed_row(make):
    async def fails(row, attempt):
        return RowFailure("ELEMENT_NOT_FOUND", "no table", acted=False)

    run, _, runner = make(fails, slots=1, on_error="raise")
    await run.run()
    assert len(runner.started) == 1
    assert (run.error.code, run.progress.state) == ("ROW_FAILED", "failed")
    assert "row 0" in run.error.message
    assert "resume='rabc234'" in run.error.hint


async def test_the_budget_is_exceeded_by_no_more_than_the_rows_that_run(make):
    async def costly(row, attempt):
        runner.cost_usd += Decimal("0.01")
        await asyncio.sleep(0)
        return await name_of(row, attempt)

    run, _, runner = make(costly, total=50, slots=4, max_cost_usd=Decimal("0.10"))
    await run.run()
    assert run.progress.state == "budget"
    assert 10 <= len(runner.started) <= 13
    assert run.progress.done == len(runner.started)


async def test_the_users_own_model_counts_against_the_budget_by_itself(make):
    before = ModelUsage(3, Decimal("0.10"))
    run, _, runner = make(name_of, max_cost_usd=Decimal("0.10"), model_before=before)
    await run.run()
    assert (run.progress.state, runner.started, run.progress.model) == ("budget", [], before)


async def test_the_models_of_all_rows_together_never_spend_more_than_the_budget(make):
    spent, most = Decimal(0), Decimal(0)

    async def spends_all(row, attempt):
        nonlocal spent, most
        most += row.max_model_usd
        await asyncio.sleep(0)
        cost = row.max_model_usd if row.position % 2 else row.max_model_usd / 10
        spent += cost
        ended = answer(row, {"name": "Ada"})
        ended.body["usage"]["model"] = {"requests": 1, "cost": float(cost)}
        most += cost - row.max_model_usd
        assert most <= Decimal("1.00")
        return ended

    run, _, _ = make(spends_all, total=40, models=ModelBudget(Decimal("1.00")))
    await run.run()
    assert Decimal("0.90") < spent <= Decimal("1.00")
    assert run.error is None or run.error.code == "BUDGET_REACHED"


async def test_a_row_whose_share_is_too_small_ends_the_run_and_stays_missing(make):
    async def too_small(row, attempt):
        details = {"limit": "emulator.maxModelCost"}
        return RowFailure("MODEL_LIMIT_REACHED", f"${row.max_model_usd} is left.", details=details, acted=False)

    run, store, runner = make(too_small, total=100, slots=1, models=ModelBudget(Decimal("0.50")))
    await run.run()
    assert (run.error.code, len(runner.started), store.counts().missing) == ("MODEL_LIMIT_REACHED", 1, 100)
    assert "is left. The run's budget of $0.50 has left it no larger share." in run.error.message
    assert "max_cost_usd=" in run.error.hint


async def test_another_limit_of_the_model_is_a_failure_of_its_row(make):
    async def too_many_steps(row, attempt):
        details = {"limit": "emulator.maxSteps"}
        return RowFailure(
            "MODEL_LIMIT_REACHED", "asked 2 times", details=details, acted=False, model_usd=Decimal("0.01")
        )

    run, _, _ = make(too_many_steps, total=3, models=ModelBudget(Decimal("0.50")))
    await run.run()
    assert (run.progress.state, run.progress.failed) == ("complete", 3)


async def test_a_model_of_unknown_cost_ends_no_run(make):
    run, _, _ = make(name_of, max_cost_usd=Decimal("0.10"), model_before=ModelUsage(3, None))
    await run.run()
    assert (run.progress.state, run.progress.model) == ("complete", ModelUsage(3, None))


async def test_what_earlier_processes_spent_counts_against_the_budget(make):
    run, _, runner = make(name_of, max_cost_usd=Decimal("0.10"), spent_before_usd=Decimal("0.10"))
    await run.run()
    assert (run.progress.state, runner.started) == ("budget", [])


async def test_a_schema_that_fits_nothing_ends_the_run_after_three_rows(make):
    async def nothing(row, attempt):
        return answer(row, {"title": None, "speaker": None})

    run, _, runner = make(nothing, total=1_000, slots=1, columns=("title", "speaker"))
    await run.run()
    assert len(runner.started) == 3
    assert run.error.code == "NOTHING_FITS"
    assert "title, speaker" in run.error.message


async def test_a_text_that_is_not_understood_ends_the_run_after_three_rows(make):
    async def asks(row, attempt):
        return RowFailure("GUARDRAIL", "the task asks: I did not understand that", acted=False)

    run, _, runner = make(asks, total=100, slots=1)
    await run.run()
    assert len(runner.started) == 3
    assert run.error.code == "NOTHING_FITS"
    assert "I did not understand that" in run.error.message


async def test_a_model_that_cannot_be_asked_ends_the_run_and_its_row_stays_missing(make):
    async def unreachable(row, attempt):
        return RowFailure("MODEL_UNAVAILABLE", "ollama:x can't be reached", acted=False)

    run, store, runner = make(unreachable, total=100, slots=1)
    await run.run()
    assert len(runner.started) == 1
    assert (run.error.code, run.progress.state, run.progress.failed) == ("MODEL_UNAVAILABLE", "failed", 0)
    assert store.counts().missing == 100


async def test_one_row_with_a_value_is_enough_to_go_on(make):
    async def mostly_nothing(row, attempt):
        return answer(row, {"title": "Maps" if row.position == 2 else None})

    run, _, _ = make(mostly_nothing, total=10, columns=("title",))
    await run.run()
    assert (run.progress.state, run.progress.done) == ("complete", 10)


async def test_an_error_that_every_row_would_have_ends_the_run_and_its_rows_stay_missing(make):
    async def refused(row, attempt):
        if row.position >= 2:
            raise AuthenticationError("the key is wrong", code="INVALID_API_KEY")
        return await name_of(row, attempt)

    run, store, runner = make(refused, slots=1)
    await run.run()
    assert (run.error.code, run.progress.state, run.progress.done) == ("INVALID_API_KEY", "failed", 2)
    assert store.counts().missing == 3
    assert len(runner.started) == 3


async def test_pause_starts_no_more_rows_and_resume_goes_on(make):
    gate = asyncio.Event()

    async def gated(row, attempt):
        await gate.wait()
        return await name_of(row, attempt)

    run, _, runner = make(gated, slots=2)
    running = asyncio.create_task(run.run())
    await wait_until_async(lambda: len(runner.started) == 2)
    run.pause()
    gate.set()
    await wait_until_async(lambda: run.progress.done == 2)
    assert (run.progress.state, run.progress.running, len(runner.started)) == ("paused", 0, 2)
    assert run.progress.idle_usd_per_minute > 0
    run.resume()
    await running
    assert run.progress.done == 5


async def test_stop_stops_the_rows_that_run_and_keeps_what_is_done(make):
    async def endless(row, attempt):
        if row.position:
            await asyncio.Event().wait()
        return await name_of(row, attempt)

    run, store, runner = make(endless, slots=2)
    running = asyncio.create_task(run.run())
    await wait_until_async(lambda: run.progress.done == 1 and run.progress.running == 2)
    run.stop()
    await running
    assert (run.progress.state, run.progress.done, run.progress.running) == ("stopped", 1, 0)
    assert runner.closed
    assert names(store)[0] == "firm 0"


async def test_a_cancelled_run_stores_that_it_was_interrupted(make):
    async def endless(row, attempt):
        await asyncio.Event().wait()

    run, store, runner = make(endless)
    running = asyncio.create_task(run.run())
    await wait_until_async(lambda: len(runner.started) == 4)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert store.state() == "interrupted"
    assert runner.closed


async def test_a_resume_runs_what_is_missing_alone(make, make_store):
    store = make_store(4)
    [first, *_] = store.rows()
    await store.begin_attempt(0, 1)
    await store.finish(0, 1, answer(first, {"name": "before"}))
    run, _, runner = make(name_of, store=store)
    await run.run()
    assert sorted(position for position, _ in runner.started) == [1, 2, 3]
    assert names(store) == ["before", "firm 1", "firm 2", "firm 3"]
    assert (run.progress.resumed, run.progress.repeated) == (1, 0)


async def test_a_resume_asks_first_how_the_tasks_that_were_sent_have_ended(make, make_store):
    store = make_store(4)
    rows = store.rows()
    for position in range(4):
        await store.begin_attempt(position, 1)
    for position in range(3):
        await store.note_ids(position, 1, f"s{position}", f"old-{position}")
    run, _, runner = make(name_of, store=store)
    runner.known = {
        "old-0": answer(rows[0], {"name": "had ended"}),
        "old-1": RowFailure("ELEMENT_NOT_FOUND", "no table", acted=False),
        "old-2": RowFailure("SESSION_TERMINATED", "its session has ended", acted=False),
    }
    await run.run()
    assert sorted(runner.started) == [(2, 2), (3, 2)]
    assert names(store) == ["had ended", None, "firm 2", "firm 3"]
    assert [row.position for row, _ in store.failures()] == [1]
    assert (run.progress.repeated, store.counts().repeated) == (2, 2)


async def test_a_row_that_was_stopped_runs_again_and_is_no_repeat(make, make_store):
    store = make_store(1)
    await store.begin_attempt(0, 1)
    await store.note_ids(0, 1, "s0", "old")
    run, _, runner = make(name_of, store=store)
    runner.known = {"old": RowFailure("TASK_STOPPED", "it was stopped", acted=False)}
    await run.run()
    assert (runner.started, run.progress.done, run.progress.repeated) == ([(0, 2)], 1, 0)


async def test_a_disk_that_is_full_ends_the_run(make, make_store):
    store = make_store(5)

    async def large(row, attempt):
        return answer(row, {"name": "".join(map(str, range(40_000)))})

    pages = store._thread.submit(lambda: store._writing.execute("PRAGMA page_count").fetchone()[0]).result()
    store._thread.submit(lambda: store._writing.execute(f"PRAGMA max_page_count = {pages + 2}")).result()
    run, _, _ = make(large, store=store)
    await run.run()
    assert run.error.code == "RUN_NOT_STORED"
    assert (run.progress.state, run.progress.done) == ("failed", 0)


async def test_a_sample_ends_with_rows_left_and_the_run_goes_on_with_it(make, make_store):
    store = make_store(5)
    sample, _, first = make(name_of, store=store, first=3)
    await sample.run()
    assert (sample.progress.state, store.state()) == ("sampled", "sampled")
    assert sorted(first.started) == [(0, 1), (1, 1), (2, 1)]
    again, _, second = make(name_of, store=store, first=3)
    await again.run()
    assert second.started == []  # as many rows have ended
    rest, _, third = make(name_of, store=store)
    await rest.run()
    assert sorted(third.started) == [(3, 1), (4, 1)]
    assert (rest.progress.state, store.state()) == ("complete", "complete")


async def test_a_sample_that_is_all_rows_is_complete(make):
    run, store, _ = make(name_of, total=2, first=3)
    await run.run()
    assert (run.progress.state, store.state()) == ("complete", "complete")


# --- hosts ------------------------------------------------------------------------------------------------------------

HOSTS = ("busy.example", "busy.example", "other.example", "other.example", "other.example")


@pytest.fixture
def store_of_hosts(make_store):
    return make_store(rows=[RowTask(n, str(n), "Get it.", f"http://{host}/{n}") for n, host in enumerate(HOSTS)])


def busy_until(tries):
    """Return what does a row: the busy host refuses each row so many times, and asks to wait for 20 ms."""

    async def do(row, attempt):
        if row.host == "busy.example" and attempt <= tries:
            details = {"status": 429, "retryAfterMs": 20}
            return RowFailure("NAVIGATION_FAILED", "429", details=details, acted=False)
        return await name_of(row, attempt)

    return do


async def test_a_row_waits_for_a_busy_host_without_a_place_of_its_own(make, store_of_hosts):
    """Time stands still until the other host's rows have started."""
    hosts = HostLimits(delay_s=0, per_host=1, now_s=lambda: time.monotonic() if len(runner.started) >= 4 else 0.0)
    run, store, runner = make(busy_until(1), store=store_of_hosts, slots=1, hosts=hosts)
    await run.run()
    assert runner.started == [(0, 1), (2, 1), (3, 1), (4, 1), (0, 2), (1, 1), (1, 2)]
    assert (run.progress.done, run.progress.retried) == (5, 2)
    assert names(store) == [f"firm {n}" for n in range(5)]


async def test_a_host_that_stays_busy_fails_its_rows_after_three_attempts(make, store_of_hosts):
    hosts = HostLimits(delay_s=0)
    run, _, runner = make(busy_until(9), store=store_of_hosts, hosts=hosts)
    await run.run()
    assert sorted(runner.started)[:6] == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert (run.progress.state, run.progress.done, run.progress.failed) == ("complete", 3, 2)


async def test_a_run_that_is_stopped_leaves_a_row_that_was_put_back_missing(make, store_of_hosts):
    hosts = HostLimits(delay_s=0)

    async def always_busy(row, attempt):
        details = {"status": 503, "retryAfterMs": 3_600_000}
        return RowFailure("NAVIGATION_FAILED", "503", details=details, acted=False)

    run, store, _ = make(always_busy, store=store_of_hosts, hosts=hosts)
    running = asyncio.create_task(run.run())
    await wait_until_async(lambda: run.progress.held == 5)
    run.stop()
    await running
    assert (run.progress.state, store.counts().missing) == ("stopped", 5)


class Rules:
    """Rules of sites for robots: the busy host allows none."""

    closed = False

    async def refusal(self, url):
        return "robots.txt of busy.example disallows this page" if "//busy.example/" in url else None

    async def crawl_delay_s(self, url):
        return None

    async def close(self):
        self.closed = True


async def test_a_page_that_its_site_wants_no_robots_on_is_not_requested(make, store_of_hosts):
    rules = Rules()
    run, store, runner = make(name_of, store=store_of_hosts, hosts=HostLimits(delay_s=0), robots=rules)
    await run.run()
    assert sorted(position for position, _ in runner.started) == [2, 3, 4]
    assert [(row.position, failure.code) for row, failure in store.failures()] == [
        (0, "ROBOTS_DISALLOWED"),
        (1, "ROBOTS_DISALLOWED"),
    ]
    assert rules.closed


async def test_robots_txt_says_nothing_of_hosts_without_limits(make, store_of_hosts):
    run, _, runner = make(name_of, store=store_of_hosts, hosts=HostLimits(polite=False), robots=Rules())
    await run.run()
    assert len(runner.started) == 5
