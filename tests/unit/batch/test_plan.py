from functools import partial

import pandas as pd
import pytest

from webrun_nb.batch.inputs import read_input
from webrun_nb.batch.plan import plan_rows
from webrun_nb.client.errors import ArgumentError, RequestError
from webrun_nb.client.urls import display_url


def plan(data, text="Get the name.", url=None, names=None, check=lambda row: None, depends_on=None, limit=None):
    return plan_rows(read_input(data, limit), text, url, names or {}, depends_on=depends_on or {}, check=check)


def urls(made):
    return [row.url for row in made.rows]


def test_each_row_fills_the_templates_of_its_text_and_its_url():
    frame = pd.DataFrame({"name": ["Ada", "Bo"], "page": ["a", "b"]}, index=["x", "y"])
    made = plan(frame, "Get the phone of {{ row.name }}.", "practice:directory/{{ row.page }}")
    assert [(row.label, row.text, row.url) for row in made.rows] == [
        ("x", "Get the phone of Ada.", "practice:directory/a"),
        ("y", "Get the phone of Bo.", "practice:directory/b"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        ["http://a.example/1", "http://a.example/2"],
        (f"http://a.example/{n}" for n in (1, 2)),
        pd.Series(["http://a.example/1", "http://a.example/2"], name="url"),
        pd.DataFrame({"url": ["http://a.example/1", "http://a.example/2"]}),
        [{"url": "http://a.example/1"}, {"url": "http://a.example/2"}],
    ],
    ids=["list", "generator", "series", "frame", "records"],
)
def test_without_a_template_the_column_url_is_the_page(data):
    assert urls(plan(data)) == ["http://a.example/1", "http://a.example/2"]


def test_the_page_of_a_practice_site_is_the_same_at_another_port_of_the_emulator():
    def at(port):
        url = f"http://directory.localhost:{port}/companies/a?b=c"
        shown = partial(display_url, base_url=f"http://127.0.0.1:{port}")
        return plan_rows(read_input([url]), "Get it.", None, {}, depends_on={}, check=lambda row: None, shown_url=shown)

    assert urls(at(8001)) == ["practice:directory/companies/a?b=c"]
    assert at(8001).fingerprint == at(8002).fingerprint


def test_a_series_is_its_own_column_and_value():
    series = pd.Series(["aster", "birch"], name="slug")
    assert urls(plan(series, url="practice:directory/{{ row.slug }}-{{ row.value }}"))[0].endswith("aster-aster")


def test_a_column_may_have_any_name():
    frame = pd.DataFrame({"items": ["a"], "first name": ["Ada"], "keys": [1], "url": ["http://a.example"]})
    made = plan(frame, '{{ row.items }} {{ row["first name"] }} {{ row.keys }}')
    assert made.rows[0].text == "a Ada 1"


def test_duplicate_index_values_are_fine():
    frame = pd.DataFrame({"url": ["http://a.example/1", "http://a.example/2"]}, index=["x", "x"])
    assert [(row.position, row.label) for row in plan(frame).rows] == [(0, "x"), (1, "x")]


def test_names_of_the_notebook_may_stand_beside_the_row():
    assert plan(["http://a.example"], "Get the {{ what }}.", names={"what": "name"}).rows[0].text == "Get the name."


def test_a_generator_is_read_only_as_far_as_the_limit():
    def endless():
        while True:
            yield "http://a.example"

    assert len(plan(endless(), limit=3).rows) == 3


@pytest.mark.parametrize(
    ("text", "url", "where"),
    [("Get {{ row.nam }}.", None, "the text"), ("Get it.", "http://a.example/{{ row.nam }}", "the URL")],
)
def test_a_column_that_is_missing_is_named_with_the_nearest(text, url, where):
    frame = pd.DataFrame({"name": ["Ada"], "url": ["http://a.example"]})
    with pytest.raises(ArgumentError) as missing:
        plan(frame, text, url)
    assert f"{where}: the input has no column 'nam'" in missing.value.message
    assert missing.value.hint == "did you mean name?"


def test_a_column_that_is_mentioned_without_row_is_told_how_to_write_it():
    frame = pd.DataFrame({"url": ["http://a.example"], "cat": ["x"]})
    with pytest.raises(ArgumentError) as missing:
        plan(frame, "Get the {{ cat }}.")
    assert missing.value.message == "{{ cat }}: there is no 'cat' in the notebook"
    assert missing.value.hint == "the column of the input is {{ row.cat }}"
    assert [row.text for row in plan(frame, "Get the {{ cat }}.", names={"cat": "tomcat"}).rows] == ["Get the tomcat."]


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_value_names_its_row_and_column(value):
    frame = pd.DataFrame({"url": ["http://a.example", value]}, index=["x", "y"], dtype=object)
    with pytest.raises(ArgumentError) as missing:
        plan(frame)
    assert missing.value.message == "row 1 (index y): its column 'url' has no value"
    assert "df.dropna(subset=['url'])" in missing.value.hint


def test_a_task_that_the_service_refuses_names_its_row():
    def check(row):
        if "no url" in row.url:
            raise RequestError("no url is not a URL", code="INVALID_PARAMETER", hint="write http://…")

    with pytest.raises(ArgumentError) as refused:
        plan(["http://a.example", "no url"], check=check)
    assert refused.value.message == "row 1: no url is not a URL"
    assert refused.value.hint == "write http://…; nothing was started"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "no rows"),
        (pd.DataFrame({"url": []}), "no rows"),
        ("http://a.example", "not str"),
        (3, "not int"),
        ({"url": "http://a.example"}, "not dict"),
        ([{"url": "http://a.example"}, "http://b.example"], "mixes records and plain values"),
    ],
)
def test_what_is_no_input_is_refused_in_one_line(data, said):
    with pytest.raises(ArgumentError) as refused:
        plan(data)
    assert said in refused.value.message


def test_without_any_url_the_columns_are_named():
    with pytest.raises(ArgumentError) as refused:
        plan(pd.DataFrame({"name": ["Ada"]}))
    assert "needs the URL of each row" in refused.value.message
    assert "name" in refused.value.hint


def test_the_fingerprint_changes_with_rows_and_options_alone():
    pages = ["http://a.example/1", "http://a.example/2"]
    same = plan(pages).fingerprint
    assert plan(pages).fingerprint == same
    assert plan(pages[:1]).fingerprint != same
    assert plan(pages, "Get the phone.").fingerprint != same
    assert plan(pages, depends_on={"schema": "x"}).fingerprint != same
