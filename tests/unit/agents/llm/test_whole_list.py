"""A model that wants all pages of a list: they are collected by one call, and only on the hosts of the task."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.base import Observe, Observed, Perform, Performed, Reply, SnapshotTaken, TakeSnapshot, TaskSpec
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.extracting import Extracting
from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.browsers.observation import Element, Observation

FIRST, SECOND, THIRD = (f"https://lamps.example/?page={number}" for number in (1, 2, 3))
ELSEWHERE = "https://elsewhere.example/"
ROWS = "<table><tr><th>Lamp</th><th>Price</th></tr>{}</table>{}"


def page(*lamps: str, then: str = "") -> str:
    return ROWS.format("".join(f"<tr><td>{lamp}</td><td>$20.00</td></tr>" for lamp in lamps), then)


def link(url: str) -> str:
    return f'<a href="{url}" rel="next">Next</a>'


class Browser:
    """Pages by their URLs; a button called Next opens the one that it is given."""

    def __init__(self, pages: Mapping[str, str], button_opens: str = "") -> None:
        self._pages = pages
        self._button_opens = button_opens
        self.visited = [FIRST]

    def reply(self, step: object) -> Reply:
        url = self.visited[-1]
        match step:
            case Observe():
                return Observed(Observation(url, "", (Element(1, "button", "Next", "button"),), ""))
            case TakeSnapshot():
                return SnapshotTaken(snapshot_of_html(self._pages[url], url=url), step=len(self.visited))
            case Perform(action=Navigate(url=opened)):
                self.visited.append(opened)
            case Perform(action=Click()):
                self.visited.append(self._button_opens)
        return Performed()


def extracted(browser: Browser, *, all_pages: bool = True, name: str = "L1") -> tuple[Extracting, str]:
    """Read the list of the first page; return what was read, and what the model is told of it."""
    task = TaskSpec("List all lamps", starting_url=FIRST)
    extracting = Extracting(task, PageView(), is_allowed=lambda url: url.startswith("https://lamps.example/"))
    work = extracting.extract(tools.Extract(list=name, all_pages=all_pages))
    reply: Reply | None = None
    while True:
        try:
            reply = browser.reply(work.send(reply))
        except StopIteration as ended:
            return extracting, ended.value


THREE = {FIRST: page("A", "B", then=link(SECOND)), SECOND: page("C", "D", then=link(THIRD)), THIRD: page("E")}


def test_all_pages_are_read_by_one_call() -> None:
    browser = Browser(THREE)
    extracting, told = extracted(browser)
    assert told.startswith("Read: 5 rows from 3 pages.")
    assert browser.visited == [FIRST, SECOND, THIRD]
    finish = extracting.finished(tools.Finish(order_by="lamp", descending=True, limit=2), [])
    assert [row["Lamp"] for row in finish.data] == ["E", "D"]
    assert [each.is_whole for each in finish.lists] == [True] * 3
    assert [each.step for each in extracting.readings] == [1, 2, 3]


@pytest.mark.parametrize(("name", "why"), [("P1", "is one record"), ("elements", "single elements have no further")])
def test_all_pages_of_what_is_no_list_are_refused(name: str, why: str) -> None:
    browser = Browser({FIRST: "<h1>Lamp A</h1><dl><dt>Price</dt><dd>$20.00</dd><dt>Height</dt><dd>30 cm</dd></dl>"})
    with pytest.raises(ToolCallError, match=why):
        extracted(browser, name=name)


class Redrawn(Browser):
    """A page that shows something else from the second look on."""

    looks = 0

    def reply(self, step: object) -> Reply:
        if isinstance(step, TakeSnapshot):
            self.looks += 1
            if self.looks > 1:
                return SnapshotTaken(snapshot_of_html("<p>Nothing here</p>", url=FIRST), step=self.looks)
        return super().reply(step)


def test_a_list_that_is_gone_before_its_other_pages_are_read_is_told() -> None:
    with pytest.raises(ToolCallError, match="the list was gone from the page"):
        extracted(Redrawn({FIRST: f'<main aria-busy="true">{page("A", "B")}</main>'}))


def test_only_the_page_itself_is_read_where_no_more_is_wanted() -> None:
    browser = Browser(THREE)
    told = extracted(browser, all_pages=False)[1]
    assert told.startswith('Read: 2 rows, and the list goes on at "Next".')
    assert browser.visited == [FIRST]


def test_a_list_that_goes_on_at_another_site_ends_there_and_is_said_to_go_on() -> None:
    browser = Browser({FIRST: page("A", then=link(ELSEWHERE)), ELSEWHERE: page("Z")})
    extracting, told = extracted(browser)
    assert told.startswith("Read: 1 row; the list goes on (the next page is on another site, elsewhere.example).")
    assert browser.visited == [FIRST]
    assert not extracting.finished(tools.Finish(), []).lists[0].is_whole


def test_nothing_is_read_where_a_button_led_to_another_site() -> None:
    browser = Browser({FIRST: page("A", then="<nav><button>Next</button></nav>"), ELSEWHERE: page("Z")}, ELSEWHERE)
    with pytest.raises(ToolCallError, match=f"Not read: the list led to {ELSEWHERE}, another site"):
        extracted(browser)
