"""Tests of the meter: running and idle time, tokens, and their cost."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from helpers.prices import FAKE_PRICES, FakePrices
from webrun_nb.emulator.domain.billing import Meter, ModelUse

MINUTE_MS = 60_000


def test_a_minute_has_its_price():
    meter = Meter(0, FAKE_PRICES)
    assert meter.session_usage(MINUTE_MS).cost_usd == Decimal("0.02")


def test_working_and_idle_time_have_prices_of_their_own():
    meter = Meter(0, FakePrices(idle_usd_per_minute=Decimal("0.01")))
    meter.work_started("t", MINUTE_MS)
    meter.work_stopped(2 * MINUTE_MS)
    usage = meter.session_usage(4 * MINUTE_MS)
    assert (usage.compute_usd, usage.idle_usd) == (Decimal("0.02"), Decimal("0.03"))


def test_a_task_is_billed_its_own_time_and_tokens():
    meter = Meter(0, FAKE_PRICES)
    meter.work_started("t", MINUTE_MS)
    meter.work_stopped(2 * MINUTE_MS)
    meter.count_tokens("t", 1_000_000, 1_000_000)
    meter.count_tokens("other", 1_000_000, 0)
    usage = meter.task_usage("t", 9 * MINUTE_MS)
    assert usage.cost_usd == Decimal("0.02") + Decimal("0.60") + Decimal("2.70")
    assert (usage.prompt_tokens, usage.completion_tokens, usage.running_ms) == (1_000_000, 1_000_000, MINUTE_MS)


def test_the_rate_is_that_of_what_the_session_does_now():
    meter = Meter(0, FakePrices(idle_usd_per_minute=Decimal("0.01")))
    rates = [meter.usd_per_minute]
    for change in (partial(meter.work_started, "t"), meter.work_stopped, meter.ended):
        change(MINUTE_MS)
        rates.append(meter.usd_per_minute)
    assert rates == [Decimal("0.01"), Decimal("0.02"), Decimal("0.01"), 0]


def test_billing_ends_with_the_session():
    meter = Meter(0, FAKE_PRICES)
    meter.work_started("t", 0)
    meter.ended(MINUTE_MS)
    assert meter.session_usage(10 * MINUTE_MS).cost_usd == Decimal("0.02")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=12), st.integers(0, 10**6))
def test_the_parts_add_up_to_the_time_that_passed(work, rest_ms):
    meter, now_ms = Meter(0, FAKE_PRICES), 0
    for number, (idle_ms, run_ms) in enumerate(work):
        now_ms += idle_ms
        meter.work_started(f"t{number}", now_ms)
        now_ms += run_ms
        meter.work_stopped(now_ms)
    now_ms += rest_ms
    usage = meter.session_usage(now_ms)
    assert abs(usage.compute_usd + usage.idle_usd - now_ms * Decimal("0.02") / MINUTE_MS) < Decimal("1e-12")
    tasks = sum((meter.task_usage(f"t{number}", now_ms).compute_usd for number in range(len(work))), Decimal(0))
    assert abs(tasks - usage.compute_usd) < Decimal("1e-12")


def test_a_gigabyte_through_a_managed_proxy_has_its_price_and_others_are_free():
    meter = Meter(0, FAKE_PRICES)
    meter.count_bytes(400_000_000, 600_000_000, 1_000_000_000)
    meter.count_bytes(1_000_000_000, 1_000_000_000, 0)
    usage = meter.session_usage(0)
    assert (usage.proxy_usd, usage.cost_usd, meter.bytes_moved) == (
        Decimal(4),
        Decimal(4),
        (1_400_000_000, 1_600_000_000),
    )


def test_bytes_are_the_session_s_and_no_task_s():
    meter = Meter(0, FAKE_PRICES)
    meter.work_started("t", 0)
    meter.count_bytes(0, 1_000_000_000, 1_000_000_000)
    assert meter.task_usage("t", 0).proxy_usd == 0


def test_the_user_s_own_model_is_on_no_bill_and_its_cost_is_known_only_if_all_of_it_is():
    meter = Meter(0, FAKE_PRICES)
    meter.count_model_use("t", ModelUse(2, Decimal("0.03")))
    meter.count_model_use("t", ModelUse(1, Decimal("0.01")))
    assert meter.task_usage("t", 0).model == ModelUse(3, Decimal("0.04"))
    assert meter.task_usage("t", 0).cost_usd == 0
    meter.count_model_use("other", ModelUse(1, None))
    assert meter.session_usage(0).model == ModelUse(4, None)
    assert meter.task_usage("nothing", 0).model is None


def test_tokens_are_estimated_unless_a_provider_counted_all_of_them():
    meter = Meter(0, FAKE_PRICES)
    meter.count_tokens("t", 100, 10, is_estimated=False)
    assert not meter.task_usage("t", 0).are_tokens_estimated
    meter.count_tokens("t", 1, 0)
    assert meter.task_usage("t", 0).are_tokens_estimated
