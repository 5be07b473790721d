"""Tests of the picture of a value's element: the outline, and what is said where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.element_picture import ElementPicture, find_value, outlined
from webrun_nb.wire.report import ReportBody

VALUE = {"row": 0, "column": "price", "url": "https://a.example/", "element": "td", "text": "<5 €", "reading": ""}


def report(value: dict[str, Any], *pictures: dict[str, Any]) -> ReportBody:
    body = {"sessionId": "s", "taskId": "t", "unused": [], "pages": [], "values": [{**VALUE, **value}]}
    return ReportBody.model_validate({**body, "pictures": [*pictures]})


def shown(value: dict[str, Any], picture: dict[str, Any]) -> ElementPicture:
    found = report({"at": 7, **value}, picture)
    return outlined(found, found.values[0], lambda at: f"picture of {at}".encode())


PICTURE = {"at": 7, "width": 1024, "height": 3000}


def test_the_element_is_outlined_on_the_picture_of_its_page():
    found = shown({"box": [10, 2000, 50, 20]}, PICTURE)
    html = found._repr_html_()
    assert found.jpeg == b"picture of 7"
    assert '<rect x="7" y="1997" width="56" height="26"' in html
    assert 'viewBox="0 1820 1024 380"' in html


def test_texts_of_the_page_are_escaped():
    assert "<5" not in shown({"box": [10, 2000, 50, 20]}, PICTURE)._repr_html_()


def test_the_part_that_is_shown_ends_with_the_picture():
    assert 'viewBox="0 2800 1024 200"' in shown({"box": [10, 2980, 50, 20]}, PICTURE)._repr_html_()


def test_it_can_be_saved_with_the_outline(tmp_path):
    path = shown({"box": [10, 2000, 50, 20]}, PICTURE).save(tmp_path / "price.svg")
    assert path.read_text(encoding="utf-8").startswith("<svg xmlns=")


@pytest.mark.parametrize(
    ("value", "picture", "error"),
    [
        ({"box": [1, 1, 1, 1]}, {**PICTURE, "at": 8}, r"no picture was taken .* · run the task again .*pictures=True"),
        ({}, PICTURE, r"has no place in the picture · result.provenance has its element"),
        ({"box": [1, 5000, 1, 1]}, PICTURE, r"beyond the picture, which shows 1024 × 3000 px"),
        ({"box": [-90, 5, 20, 20]}, PICTURE, r"beyond the picture"),
    ],
    ids=["no picture", "no box", "below", "left of it"],
)
def test_where_there_is_none_the_reason_is_said(value: dict[str, Any], picture: dict[str, Any], error: str):
    with pytest.raises(RequestError, match=error) as caught:
        shown(value, picture)
    assert caught.value.code == "FILE_NOT_FOUND"


@pytest.mark.parametrize(("row", "column"), [(1, "price"), (0, "name")])
def test_a_value_that_the_answer_does_not_have_is_refused(row: int, column: str):
    with pytest.raises(RequestError, match=r"has no value in row .* · the columns are price; rows count from 0"):
        find_value(report({}), row, column)
