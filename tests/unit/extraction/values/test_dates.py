"""Dates in texts: their possible days, times, and the texts that are no whole date."""

from __future__ import annotations

import pytest

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.dates import DateText, days_from_today, read_date, read_iso


def days(text: str, language: str = "") -> list[str] | str:
    found = read_date(text, language)
    return str(found) if isinstance(found, Reason) else [f"{one.day} {one.order}".strip() for one in found.days]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2019-05-10", "", "2019-05-10"),
        ("2024/5/6", "", "2024-05-06"),
        ("2024. 05. 06.", "hu", "2024-05-06"),
        ("17 February 2024, 18:02", "en", "2024-02-17"),
        ("May 3, 2024", "en", "2024-05-03"),
        ("Sept. 15, 2023", "en", "2023-09-15"),
        ("5th of June 2020", "en", "2020-06-05"),
        ("5. Januar 2021", "de", "2021-01-05"),
        ("1er mars 2024", "fr", "2024-03-01"),
        ("5 de mayo de 2024", "es", "2024-05-05"),
        ("23 de abr. de 2024", "pt-BR", "2024-04-23"),
        ("12 kwi 2024", "pl", "2024-04-12"),
        ("8. lipnja 2024.", "hr", "2024-06-08"),
        ("2024. május 5.", "hu", "2024-05-05"),
        ("2024 m. gegužės 5 d.", "lt", "2024-05-05"),
        ("5 мая 2024 г.", "ru", "2024-05-05"),
        ("5 Ιουλίου 2024", "el", "2024-07-05"),
        ("2 Haziran 2024 Pazar", "tr", "2024-06-02"),
        ("٥ مايو ٢٠٢٤", "ar", "2024-05-05"),
        ("15 मई 2024", "hi", "2024-05-15"),
        ("১৫ মে ২০২৪", "bn", "2024-05-15"),
        ("5 tháng 5, 2024", "vi", "2024-05-05"),
        ("2024年5月6日", "ja", "2024-05-06"),
        ("令和6年5月6日", "ja", "2024-05-06"),
        ("令和元年5月6日", "ja", "2019-05-06"),
        ("民國113年5月6日", "zh-TW", "2024-05-06"),
        ("5 พฤษภาคม 2567", "th", "2024-05-05"),
        ("2024년 5월 6일", "ko", "2024-05-06"),
        ("5 März 2024", "", "2024-03-05"),
        ("14 October 1066", "en", "1066-10-14"),
        ("Posted on May 5, 2024", "en", "2024-05-05"),
        ("mar, 5 may 2024", "es", "2024-05-05"),
    ],
)
def test_a_certain_date(text: str, language: str, day: str) -> None:
    assert days(text, language) == [day]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2/5/2019", ["2019-05-02 dmy", "2019-02-05 mdy"]),
        ("28/6/2019", ["2019-06-28 dmy"]),
        ("6/28/2019", ["2019-06-28 mdy"]),
        ("05/06/07", ["2007-06-05 dmy", "2007-05-06 mdy", "2005-06-07 ymd"]),
        ("5/5/2019", ["2019-05-05"]),
        ("Fri 03/05/2024", ["2024-05-03 dmy"]),
        ("5-May-24", ["2024-05-05 dmy"]),
        ("May 5, '24", ["2024-05-05 dmy"]),
    ],
)
def test_dates_in_figures_have_a_day_per_order(text: str, expected: list[str]) -> None:
    assert days(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("1.5", "en", Reason.NOT_A_WHOLE_DATE),
        ("10", "en", Reason.NOT_A_WHOLE_DATE),
        ("March", "en", Reason.NOT_A_WHOLE_DATE),
        ("March 2024", "en", Reason.NOT_A_WHOLE_DATE),
        ("5 May", "en", Reason.NOT_A_WHOLE_DATE),
        ("31/02/2024", "en", Reason.NOT_A_WHOLE_DATE),
        ("2021-13-45", "en", Reason.NOT_A_WHOLE_DATE),
        ("2 months ago", "en", Reason.NOT_A_WHOLE_DATE),
        ("3 listopad 2024", "", Reason.NOT_A_WHOLE_DATE),  # October in Croatia, November in Poland
        ("5 May 2024 - 7 May 2024", "en", Reason.SEVERAL_DATES),
        ("1/2/2024, 3/4/2024", "en", Reason.SEVERAL_DATES),
        ("05/06/45", "en", Reason.AMBIGUOUS_CENTURY),
        ("1403/02/05", "fa", Reason.OTHER_CALENDAR),
        ("5 رمضان 1445 هـ", "ar", Reason.OTHER_CALENDAR),
        ("—", "", Reason.BLANK),
        ("May 5 2024 " + "x" * 200, "en", Reason.TOO_LONG),
    ],
)
def test_a_text_that_is_no_whole_date(text: str, language: str, reason: Reason) -> None:
    assert read_date(text, language) is reason


@pytest.mark.parametrize(
    ("text", "language", "time"),
    [
        ("17 February 2024, 18:02", "en", "18:02:00"),
        ("10:30 AM, May 5 2024", "en", "10:30:00"),
        ("May 5 2024 at 12:05 a.m.", "en", "00:05:00"),
        ("3 Jan 2024 at 5pm", "en", "17:00:00"),
        ("05.01.2021, 18:02 Uhr", "de", "18:02:00"),
        ("5.5.2024 klo 18.02", "fi", "18:02:00"),
        ("18 mai 2024 à 18h30", "fr", "18:30:00"),
        ("2024-05-06 14:30 UTC", "en", "14:30:00+00:00"),
        ("2024-05-06 14:30+02:00", "en", "14:30:00+02:00"),
    ],
)
def test_a_time(text: str, language: str, time: str) -> None:
    found = read_date(text, language)
    assert isinstance(found, DateText)
    assert str(found.time) == time


def test_a_zone_of_letters_is_kept_as_unknown() -> None:
    found = read_date("2024-05-06 14:30 CET", "en")
    assert isinstance(found, DateText)
    assert found.zone_name == "CET"


@pytest.mark.parametrize("text", ["", "P3D", "2024-13-01", "2024", "tomorrow", "2024-05-06T99:00", "9" * 100])
def test_what_is_no_iso_date(text: str) -> None:
    assert read_iso(text) is None


@pytest.mark.parametrize(
    ("text", "language", "offset"),
    [
        ("vor 3 Tagen", "de", -3),
        ("il y a 2 jours", "fr", -2),
        ("3日前", "ja", -3),
        ("yesterday", "en", -1),
        ("yesterday, 18:02", "en", -1),
        ("45 days ago", "en", -45),
        ("vor 12 Tagen", "", -12),
        ("a day ago", "en", -1),
        ("in 5 days", "en", 5),
        ("3 weeks ago", "en", None),
        ("5 hours ago", "en", None),
        ("last week", "en", None),
        ("30+ days ago", "en", None),
        ("May", "en", None),
        ("10", "en", None),
    ],
)
def test_relative_dates_are_read_only_where_they_are_exact_to_the_day(
    text: str, language: str, offset: int | None
) -> None:
    assert days_from_today(text, language) == offset
