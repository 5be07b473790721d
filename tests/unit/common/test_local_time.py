"""Tests of times in the local time zone, in zones that the test sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from webrun_nb.client.environments import StoredFile
from webrun_nb.client.monitoring.ledger import SessionRecord, TaskRecord
from webrun_nb.client.monitoring.spending import expenses
from webrun_nb.common.local_time import clock_time, date_and_time, local_date, unix_ms, utc
from webrun_nb.notebook.display.compact_frame import compact
from webrun_nb.notebook.display.ledger_tables import usage_frame
from webrun_nb.notebook.display.tables import files_frame, steps_frame

WINTER_MS = 1_764_367_200_000
"""2025-11-28 22:00 UTC."""
SUMMER_MS = 1_753_912_800_000
"""2025-07-30 22:00 UTC."""

SetZone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetZone]:
    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "unix_ms", "shown"),
    [
        ("UTC", WINTER_MS, "2025-11-28 22:00 UTC"),
        ("Europe/Berlin", WINTER_MS, "2025-11-28 23:00 CET"),
        ("Europe/Berlin", SUMMER_MS, "2025-07-31 00:00 CEST"),
        ("America/New_York", SUMMER_MS, "2025-07-30 18:00 EDT"),
        ("Asia/Kolkata", WINTER_MS, "2025-11-29 03:30 IST"),
    ],
)
def test_a_moment_is_shown_in_local_time_with_its_zone(zone: SetZone, name: str, unix_ms: int, shown: str) -> None:
    zone(name)
    assert date_and_time(unix_ms) == shown
    day, clock, abbreviation = shown.split(" ")
    assert clock_time(unix_ms) == f"{clock}:00 {abbreviation}"
    assert date_and_time(unix_ms, seconds=True) == f"{day} {clock}:00 {abbreviation}"
    assert local_date(unix_ms) == date.fromisoformat(day)


def test_tables_show_local_time_with_its_zone_and_hold_utc(zone: SetZone) -> None:
    zone("Europe/Berlin")
    moments = pd.to_datetime([WINTER_MS, None], unit="ms", utc=True)
    frame = compact(pd.DataFrame({"ended_at": moments, "text": ["a", "b"]}), "ended_at", "text")
    for shown in (repr(frame), str(frame._repr_html_())):
        assert "2025-11-28 23:00" in shown
        assert "times: CET" in shown
    assert str(frame["ended_at"].dt.tz) == "UTC"
    assert frame["ended_at"].iloc[0] == pd.Timestamp("2025-11-28 22:00", tz="UTC")


FILE = StoredFile("f1", "a.csv", 3, utc(WINTER_MS))
FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "files": lambda: compact(files_frame([FILE])),
    "steps": lambda: compact(steps_frame([{"seq": 1, "name": "click", "duration": 1, "cost": None, "at": WINTER_MS}])),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_with_all_its_columns_shows_local_time_to_the_second(zone: SetZone, name: str) -> None:
    zone("Europe/Berlin")
    frame = FRAMES[name]()
    with pd.option_context("display.max_columns", None):
        both = (repr(frame), str(frame._repr_html_()))  # type: ignore[operator]
    for shown in both:
        assert "2025-11-28 23:00:00" in shown
        assert "+00:00" not in shown
        assert shown.count("times: CET") == 1
        assert "not shown" not in shown


def test_moments_of_two_zones_have_each_its_own(zone: SetZone) -> None:
    zone("Europe/Berlin")
    moments = pd.to_datetime([WINTER_MS, SUMMER_MS], unit="ms", utc=True)
    shown = repr(compact(pd.DataFrame({"ended_at": moments}), "ended_at"))
    assert "2025-11-28 23:00 CET" in shown
    assert "2025-07-31 00:00 CEST" in shown


def test_usage_is_summed_up_by_local_days(zone: SetZone) -> None:
    zone("Asia/Kolkata")
    session = SessionRecord(
        "http://x", "s", "a", True, "h", "k", None, WINTER_MS, WINTER_MS, None, WINTER_MS, "completed"
    )
    frame = usage_frame(expenses([session], [TaskRecord("http://x", "s", "t", WINTER_MS, "complete", Decimal("0.1"))]))
    assert [day.date() for day in frame["day"]] == [date(2025, 11, 29)] * 2
    of_ours = compact(frame, "day", "session")
    for shown in (of_ours, of_ours[["day", "cost_usd"]], of_ours["day"], of_ours.groupby("day")[["cost_usd"]].sum()):
        assert "2025-11-29" in repr(shown)
        assert "00:00" not in repr(shown)


def test_a_time_of_the_wire_is_read_as_utc_and_written_as_it_was() -> None:
    assert utc(WINTER_MS).isoformat() == "2025-11-28T22:00:00+00:00"
    assert unix_ms(utc(WINTER_MS + 1)) == WINTER_MS + 1
