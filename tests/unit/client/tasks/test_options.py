"""Tests of the options of a task."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_type_hints

import pytest

from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError
from webrun_nb.client.sessions.options import SessionKeywords
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.options import ONLY_WAITED_FOR, CacheUse, SingleTaskKeywords, TaskKeywords, TaskOptions
from webrun_nb.client.tasks.request import build_task_request, check_cacheable

OPTIONS = [field.name for field in fields(TaskOptions)]


def keywords(function: object) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    return {name: each for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY}


def test_every_option_is_a_keyword_with_the_same_type() -> None:
    hints = {name: hint for name, hint in get_type_hints(TaskOptions).items() if name in OPTIONS}
    assert get_type_hints(TaskKeywords) == hints


@pytest.mark.parametrize("method", [Session.task, Session.atask])
def test_tasks_of_a_session_take_every_option(method: object) -> None:
    assert {name: each.default for name, each in keywords(method).items()} == {
        field.name: field.default for field in fields(TaskOptions)
    }


@pytest.mark.parametrize("method", [Client.run_task, Client.arun_task])
def test_single_tasks_take_every_option_but_end(method: object) -> None:
    own = {"environment_id", "policy_id", "proxy", "budget"}
    assert keywords(method).keys() - {"opened"} == set(get_type_hints(SingleTaskKeywords)) == {*OPTIONS, *own} - {"end"}


@pytest.mark.parametrize(
    ("submits", "waits"),
    [
        (Session.submit, Session.task),
        (Session.asubmit, Session.atask),
        (Client.submit_task, Client.run_task),
        (Client.asubmit_task, Client.arun_task),
    ],
)
def test_submitted_tasks_take_the_same_options_but_those_of_kept_answers(submits: object, waits: object) -> None:
    assert keywords(waits).keys() - keywords(submits).keys() - {"opened"} == ONLY_WAITED_FOR == {"cache", "refresh"}
    assert keywords(submits).keys() <= keywords(waits).keys()


@pytest.mark.parametrize(
    ("cache", "refresh", "use"),
    [
        (False, False, None),
        (True, False, CacheUse(86_400_000)),
        ("90m", False, CacheUse(5_400_000)),
        (timedelta(hours=2), False, CacheUse(7_200_000)),
        (False, True, CacheUse(86_400_000, refresh=True)),
        ("1h", True, CacheUse(3_600_000, refresh=True)),
    ],
)
def test_the_use_of_kept_answers(cache: Any, refresh: bool, use: CacheUse | None) -> None:
    assert TaskOptions(cache=cache, refresh=refresh).cache_use() == use


@pytest.mark.parametrize("cache", ["soon", "", "0s", "400d", 3600, None, timedelta(0), timedelta(seconds=-1)])
def test_an_age_that_is_none_is_refused(cache: Any) -> None:
    with pytest.raises(RequestError, match="cache= takes a span of time") as error:
        TaskOptions(cache=cache).cache_use()
    assert "2d" in error.value.hint


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        ("List them.", {}, "it has no URL"),
        ("List them.", {"url": "http://x/", "secrets": {"x": "X"}}, "it is given a login"),
        ("Log in as ada with password s3cret!", {"url": "http://x/"}, "it is given a login"),
        ("List them.", {"url": "http://ada:pw@x/"}, "it is given a login"),
        ("List them.", {"url": "http://x/?token=abcdef"}, "it is given a login"),
        ("List them.", {"url": "http://x/", "files": ["cv.pdf"]}, "it is given files"),
    ],
)
def test_a_task_whose_answer_can_not_be_kept_is_refused_before_it_is_run(
    text: str, options: dict[str, Any], problem: str
) -> None:
    check_cacheable(text, TaskOptions(**options))
    for asked in ({"cache": True}, {"refresh": True}):
        with pytest.raises(RequestError, match=problem):
            check_cacheable(text, TaskOptions(**options, **asked))


def test_a_session_is_started_with_the_keywords_that_type_checkers_see() -> None:
    assert list(keywords(Client.start)) == list(keywords(Client.astart)) == list(get_type_hints(SessionKeywords))


@pytest.mark.parametrize("method", [Session.task, Session.asubmit, Client.run_task, Client.asubmit_task])
def test_each_method_describes_the_options_it_takes(method: object) -> None:
    described = inspect.getdoc(method) or ""
    taken = [name for name in OPTIONS if name in keywords(method)]
    assert [name for name in taken if not re.search(rf"^(\w+, )*{name}\b.* : ", described, re.MULTILINE)] == []
    assert ("\nend : " in described) == ("end" in keywords(method))
    assert "**options" not in described


def test_the_source_of_a_method_is_its_own() -> None:
    for method in (Session.task, Session.atask, Client.start, Client.astart, Client.run_task, Client.arun_task):
        own = inspect.unwrap(method)
        assert f"def {method.__name__}(" in inspect.getsource(own)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (TaskOptions(timeout_ms=-1), "timeout_ms"),
        (TaskOptions(max_input_tokens=-1), "max_input_tokens"),
        (TaskOptions(avoid_domains=["not a host"]), "avoid_domains"),
    ],
)
def test_what_is_refused_is_named_as_the_argument_it_is(options: TaskOptions, named: str) -> None:
    with pytest.raises(RequestError, match=named) as caught:
        build_task_request("List the rows", options, base_url="http://127.0.0.1", schema=None)
    assert "--" not in str(caught.value)
