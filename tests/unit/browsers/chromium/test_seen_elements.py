"""Tests of what is read of the JSON of the page script: the right types alone, as a page may have forged it."""

from __future__ import annotations

from webrun_nb.browsers.chromium.seen_elements import read_element, read_paths
from webrun_nb.browsers.observation import Box


def test_paths_are_read_from_steps() -> None:
    assert read_paths([[-1, "body"], [0, "p"], [1, "a:nth-of-type(2)"]]) == [
        "body",
        "body > p",
        "body > p > a:nth-of-type(2)",
    ]


def test_a_forged_table_of_paths_gives_none_that_holds_itself() -> None:
    assert read_paths([[0, "a"], [5, "b"], ["0", "c"], "no", [1, 2], [0, "d"]]) == ["a", "b", "c", "", "", "a > d"]
    long = read_paths([[at - 1, "x" * 1_000] for at in range(100)])
    assert max(map(len, long)) <= 20_000


def test_what_has_the_wrong_type_is_left_out() -> None:
    item = {
        "role": "button", "name": "Pay", "tag": 7, "path": 1, "box": [1, 2, 3, "4"], "checked": "yes", "covered": 1,
        "options": "abc", "enabled": 0, "order": -3, "color": [250, 0, 0], "ref": 99, "unknown": "x", "text": "",
    }  # fmt: skip
    element = read_element(4, item, ["body", "body > button"])
    assert (element.ref, element.role, element.text, element.tag) == (4, "button", "Pay", "")
    assert (element.box, element.checked, element.covered, element.options) == (None, None, False, ())
    assert (element.enabled, element.order, element.color, element.path) == (True, 0, "red", "body > button")
    assert read_element(0, {"box": [1, 2.5, 3, 4]}, []).box == Box(1, 2.5, 3, 4)
