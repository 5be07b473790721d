"""Tests of reading fields that may be missing, or of another type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.client.answers.fields import Fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
NOON_MS = 1_770_638_400_000


def of(value: Any) -> Fields:
    return Fields({"it": value})


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-02-09T12:00:00.000Z", NOON),
        ("2026-02-09T12:00:00Z", NOON),
        ("2026-02-09T12:00:00", NOON),
        ("2026-02-09T13:00:00+01:00", NOON),
        ("2026-02-09T12:00:00.250Z", NOON + timedelta(milliseconds=250)),
        (NOON_MS, NOON),
        (float(NOON_MS), NOON),
        (NOON_MS + 0.5, NOON + timedelta(microseconds=500)),
        ("yesterday", None),
        ("", None),
        (True, None),
        (float("inf"), None),
        (10**30, None),
        (None, None),
        ([NOON_MS], None),
    ],
)
def test_a_time_is_iso_or_unix_milliseconds(written: Any, time: datetime | None) -> None:
    assert of(written).time("it") == time


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.integers(-720, 720))
def test_both_forms_of_a_time_are_the_same(time: datetime, offset_min: int) -> None:
    time = time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
    iso = time.astimezone(timezone(timedelta(minutes=offset_min))).isoformat(timespec="milliseconds")
    unix_ms = of(iso).time_ms("it")
    assert unix_ms is not None
    assert of(unix_ms).time("it") == of(iso).time("it") == time


@pytest.mark.parametrize(
    ("written", "cost"),
    [
        (0, Decimal(0)),
        (0.0041, Decimal("0.0041")),
        (2, Decimal(2)),
        (-1, None),
        ("0.1", None),
        (True, None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_a_cost_is_a_number_that_is_not_negative(written: Any, cost: Decimal | None) -> None:
    assert of(written).cost_usd("it") == cost


def test_a_balance_may_be_negative() -> None:
    assert of(-0.5).amount_usd("it") == Decimal("-0.5")


def test_null_is_told_from_missing() -> None:
    fields = of(None)
    assert ("it" in fields, "other" in fields) == (True, False)


@given(JSON)
def test_no_value_of_any_type_is_an_error(value: Any) -> None:
    fields = of(value)
    fields.text("it"), fields.number("it"), fields.count("it"), fields.amount_usd("it"), fields.flag("it")
    fields.time("it"), fields.time_ms("it"), fields.fields("it"), fields.objects("it"), fields.texts("it")
