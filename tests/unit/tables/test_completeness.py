"""Tests of counts of several answers together, and of their form in a frame's attrs."""

from __future__ import annotations

import json

from webrun_nb.tables.completeness import Collected, Completeness, Misfit, collected_by_all, merged

WHOLE = Collected(2, 48, 48, 48, 4, False, False, ())
SHORT = Collected(1, 8, 8, 10, 0, True, False, ("stopped after 50 pages",))
OF_NO_LIST = Collected(1, None, None, None, 0, False, False, ())


def test_several_answers_have_their_pages_and_lists_together():
    found = collected_by_all([WHOLE, SHORT, OF_NO_LIST])
    assert found == Collected(4, 56, 56, None, 4, True, False, ("stopped after 50 pages",), short_answers=1)
    assert found.lacks_rows
    assert not collected_by_all([WHOLE, OF_NO_LIST]).lacks_rows


def test_one_answer_is_as_it_is_and_none_is_not_known():
    assert (collected_by_all([SHORT]), collected_by_all([])) == (SHORT, None)


def test_an_answer_that_lacks_rows_is_told_also_where_another_has_more_than_its_page_says():
    more = Collected(1, 12, 12, 10, 0, False, False, ())
    assert collected_by_all([SHORT, more]).short_answers == 1


def test_parts_of_a_table_are_counted_like_its_answers():
    parts = [Completeness(1, 0, {}, {}, collected=each) for each in (collected_by_all([WHOLE, SHORT]), SHORT)]
    assert merged(parts).collected == collected_by_all([WHOLE, SHORT, SHORT])
    assert merged([Completeness(1, 0, {}, {})] * 2).collected is None


def test_counts_are_read_back_from_the_attrs_of_a_frame():
    for collected in (None, SHORT):
        counts = Completeness(
            3, 1, {"a": 1}, {"a": 2}, ("a",), ("b",), ("a",), {"returned": 3, "of": 9}, (Misfit(2, "a", "range"),),
            {"a": {"range": 1}}, {"a": 1}, collected,
        )  # fmt: skip
        assert Completeness.from_json(json.loads(json.dumps(counts.to_json()))) == counts
