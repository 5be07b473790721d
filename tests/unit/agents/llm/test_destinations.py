"""The hosts that a task reaches without a question."""

from __future__ import annotations

import pytest

from webrun_nb.agents.base import Ask, TaskSpec
from webrun_nb.agents.llm.destinations import Destinations, targets_of
from webrun_nb.browsers.actions import Click, Hover, Navigate, Press, SwitchTab, Type
from webrun_nb.browsers.observation import Element, Observation, SeenFrame

TASK = TaskSpec("Compare it with docs.python.org and https://pypi.org/x", starting_url="https://www.shop.example/a")
SEEN = Observation(
    "https://shop.example/",
    "",
    (
        Element(1, "link", "Out", "a", href="https://evil.example/?to=1"),
        Element(2, "button", "Log in", "button", submits=True, form_url="https://evil.example/collect"),
        Element(3, "textbox", "Mail", "input", form_url="https://evil.example/collect", focused=True),
        Element(4, "link", "Menu", "a", href="javascript:void(0)"),
    ),
    "",
    frames=(SeenFrame("https://ads.example/", elements=(Element(5, "textbox", "Code", "input", frame=1),)),),
)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://shop.example/b", True),
        ("https://www.shop.example/b", True),
        ("http://m.shop.example:8080/", True),
        ("https://docs.python.org/3/", True),
        ("https://pypi.org/", True),
        ("about:blank", True),
        ("https://shop.example.evil.example/", False),
        ("https://python.org/", False),
        ("https://shop.example@evil.example/", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
    ],
)
def test_the_site_of_the_start_and_the_hosts_of_the_words_are_reached(url: str, allowed: bool) -> None:
    assert Destinations(TASK).is_allowed(url) is allowed


def test_without_a_start_the_page_that_is_open_is_the_site() -> None:
    hosts = Destinations(TaskSpec("What is this?"))
    hosts.start_at("https://news.example/")
    hosts.start_at("https://evil.example/")
    assert hosts.is_allowed("https://news.example/b")
    assert not hosts.is_allowed("https://evil.example/")


@pytest.mark.parametrize(
    ("action", "urls"),
    [
        (Navigate("https://shop.example/go?to=https%3A%2F%2Fevil.example%2F"), ["shop.example", "evil.example"]),
        (Navigate("https://shop.example/go?to=https%253A%252F%252Fevil.example"), ["shop.example", "evil.example"]),
        (SwitchTab(2, "https://evil.example/"), ["evil.example"]),
        (Click(1), ["evil.example"]),
        (Hover(1), []),
        (Click(2), ["evil.example"]),
        (Type(3, "x"), []),
        (Type(3, "x", submit=True), ["evil.example"]),
        (Press("Enter"), ["evil.example"]),
        (Click(4), []),
        (Type(5, "x"), ["ads.example"]),
    ],
)
def test_an_action_leads_where_its_address_link_form_or_frame_is(action: object, urls: list[str]) -> None:
    found = [url.split("/")[2] for url in targets_of(action, SEEN)]  # type: ignore[arg-type]
    assert found == urls


def test_a_refused_host_is_not_asked_about_again() -> None:
    hosts = Destinations(TASK)
    work = hosts.approved("https://evil.example/", "https://shop.example/")
    question = next(work)
    assert isinstance(question, Ask)
    assert "evil.example" in question.question
    with pytest.raises(StopIteration) as ended:
        work.send(None)  # nobody is there
    assert ended.value.value is False
    with pytest.raises(StopIteration) as ended:
        next(hosts.approved("https://evil.example/b", "https://shop.example/"))
    assert ended.value.value is False
