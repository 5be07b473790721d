from __future__ import annotations

import pandas as pd

from webrun_nb.notebook.narrow_frames import NarrowFrame, narrow

WHOLE = pd.DataFrame(
    {
        "ended_at": pd.to_datetime([1_700_000_000_123, 1_700_006_400_000], unit="ms", utc=True),
        "session": ["shop", "bank"],
        "session_id": ["abcdefghijkl", "mnopqrstuvwx"],
        "cost_usd": pd.array([0.00412345, None], dtype="Float64"),
        "text": ["List " + 40 * "very " + "long", "short"],
    }
)
FRAME = narrow(WHOLE, "ended_at", "session", "cost_usd", "text")


def test_a_person_sees_the_telling_columns_short() -> None:
    for shown in (repr(FRAME), str(FRAME._repr_html_())):
        assert "2023-11-14 22:13" in shown
        assert "22:13:20" not in shown
        assert "0.0041" in shown
        assert "0.00412" not in shown
        assert 20 * "very " not in shown
        assert "abcdefghijkl" not in shown
        assert "not shown: session_id; .whole shows all" in shown


def test_a_program_has_all_of_it() -> None:
    assert isinstance(FRAME, pd.DataFrame)
    pd.testing.assert_frame_equal(FRAME.whole, WHOLE)
    assert FRAME["text"][0] == WHOLE["text"][0]
    assert type(FRAME.whole) is pd.DataFrame


def test_what_is_made_of_it_is_narrow_too_as_far_as_it_can() -> None:
    bank = FRAME[FRAME.session == "bank"]
    assert isinstance(bank, NarrowFrame)
    assert "mnopqrstuvwx" not in repr(bank)
    assert "mnopqrstuvwx" in repr(FRAME[["session_id"]]), "of the telling ones there is none: all are shown"
    assert "bank" in repr(FRAME.groupby("session").sum(numeric_only=True))
    assert repr(narrow(WHOLE.head(0), "session"))
